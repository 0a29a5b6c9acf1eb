/**
 * The table of flows of a running switch: filter, sort and window over the columns of its ukeys.
 *
 * No query looks at more than it has time for. Numbers are compared where they are, the few rows
 * that are shown are made into text, and a filter that needs the text of all goes on looking
 * between the turns of the switch (`LiveFilter`). What was put in order stays so for a second, so
 * that rows do not jump while somebody reads.
 *
 * Owner: the filters that are in use, and the order of the last queries. Hot path. It runs on the
 * switch's thread.
 */

import type { UkeySlice } from '../actors/ukey-slice.js';
import type { Instant } from '../base/brands.js';
import type { Clock, TimerId } from '../base/clock.js';
import { LiveFilter } from './live-filter.js';
import { type LiveNames, LiveRows } from './live-rows.js';
import { RULES_MAX } from './moment.js';
import { type RowOrder, selectWindow } from './select-window.js';
import type { FlowRow, FlowsQuery, FlowsView } from './view-data.js';

/** Filters that are remembered: one a page that looks at flows, for a few of them. */
export const FILTERS_MAX = 4;
/** An order stands for so long, and for so many times what it took to make it. */
export const ORDER_MS = 1000;
const REST_FACTOR = 20;
/** Time that a filter takes of one turn: packets wait no longer than this. */
export const SLICE_MS = 2;
/** Between two slices, so that a filter takes a third of the thread at most. */
export const PAUSE_MS = 4;
/** Flows between two looks at the clock. */
const BATCH = 50;

export interface LiveFlowsDeps {
  readonly slices: () => readonly UkeySlice[];
  readonly names: LiveNames;
  /** Real time, to measure what takes how long. */
  readonly clock: Clock;
  /** The switch's time, for ages. */
  readonly now: () => Instant;
  /** A filter has looked at all flows. */
  readonly changed: () => void;
}

/** The rows that pass a filter, in an order that is found out as far as it was asked for. */
interface Order {
  readonly rows: LiveRows;
  readonly passing: Uint32Array;
  readonly omitted: number;
  readonly order: RowOrder;
  /** The rows that are in their places. */
  window: { readonly from: number; readonly to: number } | undefined;
  /** Until when it stands, on the real clock. */
  readonly until: number;
}

/** A filter at work. */
interface Looking {
  readonly filter: LiveFilter;
  readonly rows: LiveRows;
  next: number;
}

export class LiveFlows {
  readonly #deps: LiveFlowsDeps;
  readonly #filters = new Map<string, LiveFilter>();
  readonly #orders = new Map<string, Order>();
  #looking: Looking | undefined;
  #timer: TimerId | undefined;

  constructor(deps: LiveFlowsDeps) {
    this.#deps = deps;
  }

  /** Flows that there are. Throws an `UpcallError` for a filter that makes no sense. */
  query(query: FlowsQuery): FlowsView {
    const { offset, limit } = query;
    const order = this.#orderOf(query);
    const { rows, passing, omitted } = order;
    arrangeWindow(order, offset, offset + limit);
    const shown: FlowRow[] = [];
    for (const row of passing.subarray(offset, offset + limit)) {
      if (rows.key(row) !== undefined) shown.push(rows.row(row));
    }
    const { count: flows } = rows;
    const rules = rows.ruleUses(RULES_MAX);
    return { rows: shown, offset, total: passing.length, flows, omitted, rules };
  }

  /** Ends looking, and lets go of the switch. */
  close(): void {
    this.#deps.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#looking = undefined;
    this.#filters.clear();
    this.#orders.clear();
  }

  #orderOf(query: FlowsQuery): Order {
    const name = `${query.sort} ${query.isDescending} ${query.filter}`;
    const known = this.#orders.get(name);
    if (known !== undefined && this.#deps.clock.monotonic() < known.until) return known;
    const made = this.#makeOrder(query);
    remember(this.#orders, name, made);
    return made;
  }

  #makeOrder({ filter: text, sort, isDescending }: FlowsQuery): Order {
    const { slices, names, now, clock } = this.#deps;
    const startedAt = clock.monotonic();
    const filter = this.#filterOf(text);
    const rows = new LiveRows(slices(), names, now);
    filter.retain(slices());
    const { passing, unknown } = filter.passing(rows);
    if (unknown > 0) this.#startLooking(filter, rows);
    const order = orderBy(rows, sort);
    const directed: RowOrder = isDescending ? (a, b) => order(b, a) : order;
    const madeAt = clock.monotonic();
    const until = madeAt + Math.max(ORDER_MS, (madeAt - startedAt) * REST_FACTOR);
    return { rows, passing, omitted: unknown, order: directed, window: undefined, until };
  }

  #filterOf(text: string): LiveFilter {
    const filter = this.#filters.get(text) ?? new LiveFilter(text);
    remember(this.#filters, text, filter);
    return filter;
  }

  /** The filter that was asked last goes first: it is what somebody is looking at. */
  #startLooking(filter: LiveFilter, rows: LiveRows): void {
    if (this.#looking?.filter !== filter) this.#looking = { filter, rows, next: 0 };
    if (this.#timer === undefined) this.#armSlice();
  }

  #armSlice(): void {
    this.#timer = this.#deps.clock.setTimeout(() => this.#look(), PAUSE_MS);
  }

  #look(): void {
    this.#timer = undefined;
    const looking = this.#looking;
    if (looking === undefined) return;
    const { clock } = this.#deps;
    const end = clock.monotonic() + SLICE_MS;
    do lookAtBatch(looking);
    while (looking.next < looking.rows.count && clock.monotonic() < end);
    if (looking.next < looking.rows.count) this.#armSlice();
    else this.#finishLooking();
  }

  /** Orders that were made meanwhile did not know. */
  #finishLooking(): void {
    this.#looking = undefined;
    this.#orders.clear();
    this.#deps.changed();
  }
}

/** Once a window: most queries ask for the one that is shown already. */
function arrangeWindow(order: Order, from: number, to: number): void {
  const { window, passing } = order;
  if (window !== undefined && window.from <= from && to <= window.to) return;
  selectWindow(passing, order.order, from, to);
  order.window = { from, to };
}

function lookAtBatch(looking: Looking): void {
  const { filter, rows } = looking;
  let looked = 0;
  for (; looking.next < rows.count && looked < BATCH; looking.next++) {
    if (filter.recall(rows, looking.next) !== 'unknown') continue;
    filter.look(rows, looking.next);
    looked++;
  }
}

/** Rows that are otherwise equal stay in the order of the columns. */
function orderBy(rows: LiveRows, sort: FlowsQuery['sort']): RowOrder {
  if (sort === 'key') return (a, b) => compareKeys(rows, a, b) || a - b;
  if (sort === 'state') return byNumbers(rows.stateNumbers());
  if (sort === 'actions') return byNumbers(rows.actionNumbers());
  return byNumbers(rows.numbers(sort));
}

function byNumbers(numbers: Float64Array): RowOrder {
  return (a, b) => {
    const x = numbers[a]!;
    const y = numbers[b]!;
    if (x === y) return a - b;
    return x < y ? -1 : 1;
  };
}

/** By their words as numbers, which is the order of the texts but for port 10 behind port 2. */
function compareKeys(rows: LiveRows, a: number, b: number): number {
  const x = rows.key(a);
  const y = rows.key(b);
  return x === undefined || y === undefined ? 0 : x.compare(y);
}

/** Keeps what was used last. */
function remember<Value>(map: Map<string, Value>, name: string, value: Value): void {
  map.delete(name);
  map.set(name, value);
  const oldest = map.keys().next().value;
  if (map.size > FILTERS_MAX && oldest !== undefined) map.delete(oldest);
}
