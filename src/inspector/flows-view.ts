/**
 * The table of megaflows: filtered and sorted over any `FlowSource`, one window of it shown.
 *
 * Of each row that passes one key is read (a number, or a text), and the window is picked by it.
 * A source whose texts cost much may set a limit of time: rows that were not looked at are counted.
 */

import { UpcallError } from '../base/errors.js';
import { type FlowFilter, parseFlowFilter } from './flow-filter.js';
import type { FlowSource } from './flow-source.js';
import { RULES_MAX } from './moment.js';
import { type RowOrder, selectWindow } from './select-window.js';
import type { FlowSort, FlowsQuery, FlowsView } from './view-data.js';

/** Rows of one answer: some screens full. */
export const FLOW_ROWS_MAX = 200;
/** After so many rows the limit of time is looked at. */
const ROWS_BETWEEN_LOOKS = 512;

/** Whether there is still time; default: always. */
export type MayGoOn = () => boolean;

/** What rows may be sorted by. */
export const FLOW_SORTS: readonly FlowSort[] = [
  'key',
  'actions',
  'packets',
  'bytes',
  'idle',
  'mask',
  'state',
  'age',
];

/** Throws an `UpcallError` for a query that makes no sense. */
export function queryFlows(
  source: FlowSource,
  query: FlowsQuery,
  mayGoOn: MayGoOn = () => true,
): FlowsView {
  checkQuery(query);
  const filter = parseFlowFilter(query.filter);
  const candidates = filter.isGoneToo ? source.count : source.living;
  const { rows, seen } = filterRows(source, filter, candidates, mayGoOn);
  const end = query.offset + query.limit;
  selectWindow(rows, orderOf(source, query, rows), query.offset, end);
  return {
    rows: Array.from(rows.subarray(query.offset, end), (row) => source.row(row)),
    offset: query.offset,
    total: rows.length,
    flows: source.living,
    omitted: candidates - seen,
    rules: source.ruleUses(RULES_MAX),
  };
}

function checkQuery({ sort, offset, limit }: FlowsQuery): void {
  if (!FLOW_SORTS.includes(sort)) {
    throw new UpcallError(`Cannot sort flows by "${sort}": choose of ${FLOW_SORTS.join(', ')}`);
  }
  const isOffset = Number.isSafeInteger(offset) && offset >= 0;
  if (!isOffset || !Number.isInteger(limit) || limit < 1 || limit > FLOW_ROWS_MAX) {
    throw new UpcallError(
      `Cannot show ${limit} flows from ${offset}: ask for 1 to ${FLOW_ROWS_MAX}, from 0 on`,
    );
  }
}

function filterRows(
  source: FlowSource,
  filter: FlowFilter,
  end: number,
  mayGoOn: MayGoOn,
): { rows: Uint32Array; seen: number } {
  const rows = new Uint32Array(end);
  let count = 0;
  let row = 0;
  for (; row < end; row++) {
    if (row % ROWS_BETWEEN_LOOKS === ROWS_BETWEEN_LOOKS - 1 && !mayGoOn()) break;
    if (filter.isOpen || filter.passes(source, row)) rows[count++] = row;
  }
  return { rows: rows.subarray(0, count), seen: row };
}

/** Keys are read once each; equal ones are told apart by the flow's number. */
function orderOf(source: FlowSource, query: FlowsQuery, rows: Uint32Array): RowOrder {
  const sign = query.isDescending ? -1 : 1;
  const { sort } = query;
  if (sort === 'key' || sort === 'actions' || sort === 'state') {
    const texts: string[] = [];
    for (const row of rows) texts[row] = source.text(row, sort);
    return (a, b) => sign * compareTexts(texts[a], texts[b]) || source.flow(a) - source.flow(b);
  }
  const numbers = new Float64Array(source.count);
  for (const row of rows) numbers[row] = source.number(row, sort);
  return (a, b) => {
    const first = numbers[a] ?? 0;
    const second = numbers[b] ?? 0;
    if (first !== second) return first < second ? -sign : sign;
    return source.flow(a) - source.flow(b);
  };
}

function compareTexts(a = '', b = ''): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
