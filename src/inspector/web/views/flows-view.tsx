/**
 * The view Flows.
 */

import { useView } from '../connection.js';
import { ViewLoading } from '../view-fence.js';

export function FlowsView() {
  const document = useView('house', {});
  return document === undefined ? <ViewLoading /> : <p>Flows: {document.flows}</p>;
}
