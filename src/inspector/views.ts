/**
 * All views by name: what a session answers from a log at one moment.
 */

import { chartsView } from './charts-view.js';
import { cycleView } from './cycle-view.js';
import { flowView } from './flow-view.js';
import { queryFlows } from './flows-view.js';
import { houseView } from './house-view.js';
import { machineView } from './machine-view.js';
import { ModelFlowSource } from './model-flow-source.js';
import type { Moment } from './moment.js';
import { upcallView } from './upcall-view.js';
import { upcallsView } from './upcalls-view.js';
import type { ViewDocuments, ViewName, ViewQueries } from './view-data.js';

type Views = {
  readonly [View in ViewName]: (moment: Moment, query: ViewQueries[View]) => ViewDocuments[View];
};

const views: Views = {
  house: houseView,
  machine: machineView,
  cycle: cycleView,
  flows: (moment, query) => queryFlows(new ModelFlowSource(moment), query),
  flow: (moment, { flow }) => flowView(moment, flow),
  upcalls: upcallsView,
  upcall: (moment, { upcall }) => upcallView(moment, upcall),
  charts: (moment, { points }) => chartsView(moment, points),
};

/** The document of a view. Throws an `UpcallError` for a query that makes no sense. */
export function makeView<View extends ViewName>(
  moment: Moment,
  view: View,
  query: ViewQueries[View],
): ViewDocuments[View] {
  return views[view](moment, query);
}
