/**
 * The view House.
 */

import { useView } from '../connection.js';
import { ViewLoading } from '../view-fence.js';

export function HouseView() {
  const document = useView('house', {});
  return document === undefined ? <ViewLoading /> : <p>House: {document.flows}</p>;
}
