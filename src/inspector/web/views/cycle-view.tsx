/**
 * The view Cycle.
 */

import { useView } from '../connection.js';
import { ViewLoading } from '../view-fence.js';

export function CycleView() {
  const document = useView('house', {});
  return document === undefined ? <ViewLoading /> : <p>Cycle: {document.flows}</p>;
}
