/**
 * The view Upcalls.
 */

import { useView } from '../connection.js';
import { ViewLoading } from '../view-fence.js';

export function UpcallsView() {
  const document = useView('house', {});
  return document === undefined ? <ViewLoading /> : <p>Upcalls: {document.flows}</p>;
}
