/**
 * The view Machines.
 */

import { useView } from '../connection.js';
import { ViewLoading } from '../view-fence.js';

export function MachinesView() {
  const document = useView('house', {});
  return document === undefined ? <ViewLoading /> : <p>Machines: {document.flows}</p>;
}
