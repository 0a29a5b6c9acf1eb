/**
 * The view Charts.
 */

import { useView } from '../connection.js';
import { ViewLoading } from '../view-fence.js';

export function ChartsView() {
  const document = useView('house', {});
  return document === undefined ? <ViewLoading /> : <p>Charts: {document.flows}</p>;
}
