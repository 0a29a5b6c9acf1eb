/**
 * A view and what is asked of it, as it comes from the page: on the WebSocket to be watched, or
 * once by HTTP.
 */

import { FLOW_ROWS_MAX, FLOW_SORTS } from './flows-view.js';
import { JsonReader } from './json-reader.js';
import type { InspectorSession } from './session.js';
import { UPCALL_ROWS_MAX } from './upcalls-view.js';
import type {
  FlowsQuery,
  UpcallsQuery,
  ViewDocuments,
  ViewName,
  ViewQueries,
} from './view-data.js';

/** One of the views with a query of its kind. */
export type ViewRequest<View extends ViewName = ViewName> = {
  [Name in View]: { readonly view: Name; readonly query: ViewQueries[Name] };
}[View];

const NAME_LENGTH_MAX = 200;
const FILTER_LENGTH_MAX = 1000;
const POINTS_MAX = 2000;

type QueryReaders = { readonly [View in ViewName]: (query: JsonReader) => ViewQueries[View] };

const READERS: QueryReaders = {
  house: () => ({}),
  machine: readMachineQuery,
  cycle: () => ({}),
  flows: readFlowsQuery,
  flow: (query) => ({ flow: query.count('flow') }),
  upcalls: readUpcallsQuery,
  upcall: (query) => ({ upcall: query.count('upcall') }),
  charts: (query) => ({ points: query.count('points', POINTS_MAX) }),
};

export const viewNames = Object.keys(READERS) as readonly ViewName[];

/** Throws a `BadRequestError` that says what is wrong with the query. */
export function readViewRequest(view: ViewName, query: unknown): ViewRequest {
  return requestOf(view, new JsonReader(query ?? {}, `query of view "${view}"`));
}

/** The document that `session` has for `request`. */
export function documentOf<View extends ViewName>(
  session: InspectorSession,
  request: ViewRequest<View>,
): ViewDocuments[View] {
  return session.view<View>(request.view, request.query);
}

function requestOf<View extends ViewName>(view: View, query: JsonReader): ViewRequest<View> {
  const read: QueryReaders[View] = READERS[view];
  return { view, query: read(query) } as ViewRequest<View>;
}

function readMachineQuery(query: JsonReader): ViewQueries['machine'] {
  const machine = query.optionalText('machine', NAME_LENGTH_MAX);
  const actor = query.optionalText('actor', NAME_LENGTH_MAX);
  const edge = query.optionalText('edge', NAME_LENGTH_MAX);
  return {
    ...(machine === undefined ? {} : { machine }),
    ...(actor === undefined ? {} : { actor }),
    ...(edge === undefined ? {} : { edge }),
  };
}

function readFlowsQuery(query: JsonReader): FlowsQuery {
  return {
    filter: query.text('filter', FILTER_LENGTH_MAX),
    sort: query.choice('sort', FLOW_SORTS),
    isDescending: query.flag('isDescending'),
    offset: query.count('offset'),
    limit: query.count('limit', FLOW_ROWS_MAX),
  };
}

function readUpcallsQuery(query: JsonReader): UpcallsQuery {
  return {
    filter: query.text('filter', FILTER_LENGTH_MAX),
    before: query.optionalCount('before'),
    limit: query.count('limit', UPCALL_ROWS_MAX),
  };
}
