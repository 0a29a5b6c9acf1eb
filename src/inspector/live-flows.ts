/**
 * The table of flows of a running switch: filter, sort and window over the columns of its ukeys.
 *
 * Packets wait for whatever is done here, so nothing takes longer than a slice: what does not fit
 * goes on between the turns of the switch, and until it is done the answer is the order before, or
 * what is known so far, with a count of what is not. What was put in order stays so for a second,
 * so that rows do not jump while somebody reads.
 *
 * Owner: the filters that are in use, and the orders of the last queries. Hot path. It runs on the
 * switch's thread.
 */

import type { UkeySlice } from '../actors/ukey-slice.js';
import type { Instant } from '../base/brands.js';
import type { Clock, TimerId } from '../base/clock.js';
import { LiveFilter } from './live-filter.js';
import { LiveOrder } from './live-order.js';
import { type LiveNames, LiveRows } from './live-rows.js';
import { RULES_MAX } from './moment.js';
import type { FlowsQuery, FlowsView } from './view-data.js';

/** Filters, and orders, that are remembered: one a page that looks at flows, for a few of them. */
export const FILTERS_MAX = 4;
/** An order stands for so long, and for so many times what it took to make it. */
export const ORDER_MS = 1000;
const REST_FACTOR = 20;
/** Time that is taken of one turn: packets wait no longer than this. */
export const SLICE_MS = 2;
/** Between two slices, so that they take a third of the thread at most. */
export const PAUSE_MS = 4;

export interface LiveFlowsDeps {
  readonly slices: () => readonly UkeySlice[];
  readonly names: LiveNames;
  /** Real time, to measure what takes how long. */
  readonly clock: Clock;
  /** The switch's time, for ages. */
  readonly now: () => Instant;
  /** What was asked for is there now. */
  readonly changed: () => void;
}

/** What is known for one filter and sort. */
interface Table {
  readonly query: FlowsQuery;
  /** The newest order that is complete. */
  shown: LiveOrder | undefined;
  /** The one that is to follow it. */
  next: LiveOrder | undefined;
  /** What was spent on that, ms. */
  spentMs: number;
  /** Until when the shown one stands, on the real clock. */
  until: number;
}

export class LiveFlows {
  readonly #deps: LiveFlowsDeps;
  readonly #filters = new Map<string, LiveFilter>();
  readonly #tables = new Map<string, Table>();
  #timer: TimerId | undefined;

  constructor(deps: LiveFlowsDeps) {
    this.#deps = deps;
  }

  /** Flows that there are. Throws an `UpcallError` for a filter that makes no sense. */
  query(query: FlowsQuery): FlowsView {
    const { offset, limit } = query;
    const table = this.#tableOf(query);
    this.#refresh(table);
    for (const order of [table.shown, table.next]) order?.want(offset, offset + limit);
    // Where there is nothing to show, and it takes no longer than one slice, it is there at once.
    if (table.shown?.isReady !== true && this.#timer === undefined) this.#work();
    this.#arm();
    return this.#answer(table, offset);
  }

  /** Ends looking, and lets go of the switch. */
  close(): void {
    this.#deps.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#filters.clear();
    this.#tables.clear();
  }

  #answer({ shown, next }: Table, offset: number): FlowsView {
    const { slices, names } = this.#deps;
    const order = shown ?? next;
    const flows = slices().reduce((sum, slice) => sum + slice.count, 0);
    return {
      rows: order?.shown() ?? [],
      offset,
      total: order?.total ?? 0,
      flows,
      omitted: shown === undefined ? Math.max(0, flows - (next?.looked ?? 0)) : 0,
      rules: names.ruleUses(RULES_MAX),
    };
  }

  #tableOf(query: FlowsQuery): Table {
    const name = `${query.sort} ${query.isDescending} ${query.filter}`;
    const made = { query, shown: undefined, next: undefined, spentMs: 0, until: 0 };
    const table = this.#tables.get(name) ?? made;
    remember(this.#tables, name, table);
    return table;
  }

  /** Begins a new order where the old one has stood long enough. */
  #refresh(table: Table): void {
    const { slices, names, now, clock } = this.#deps;
    const isOld = table.shown === undefined || clock.monotonic() >= table.until;
    if (table.next !== undefined || !isOld) return;
    const { filter: text, sort, isDescending } = table.query;
    const filter = this.#filterOf(text);
    filter.retain(slices());
    const rows = new LiveRows(slices(), names, now);
    table.next = new LiveOrder({ rows, filter, sort, isDescending });
    table.spentMs = 0;
  }

  #filterOf(text: string): LiveFilter {
    const filter = this.#filters.get(text) ?? new LiveFilter(text);
    remember(this.#filters, text, filter);
    return filter;
  }

  /** What is to be done, that of the last query first: it is what somebody is looking at. */
  get #busy(): Table | undefined {
    return [...this.#tables.values()].findLast(isBusy);
  }

  /** One slice. */
  #work(): void {
    const { clock } = this.#deps;
    const startedAt = clock.monotonic();
    const mayGoOn = (): boolean => clock.monotonic() - startedAt < SLICE_MS;
    for (let table = this.#busy; table !== undefined; table = this.#busy) {
      const tableAt = clock.monotonic();
      orderAtWork(table)?.run(mayGoOn);
      const now = clock.monotonic();
      table.spentMs += now - tableAt;
      if (table.next?.isReady === true) finish(table, now);
      if (!mayGoOn()) break;
    }
  }

  /** The next slice, if there is something to do. */
  #arm(): void {
    if (this.#timer !== undefined || this.#busy === undefined) return;
    this.#timer = this.#deps.clock.setTimeout(() => this.#goOn(), PAUSE_MS);
  }

  #goOn(): void {
    this.#timer = undefined;
    this.#work();
    this.#arm();
    // Also on the way: what is known so far may be all that somebody looks for.
    this.#deps.changed();
  }
}

/** Another window of what is shown comes first. */
function orderAtWork({ shown, next }: Table): LiveOrder | undefined {
  return shown?.isReady === false ? shown : next;
}

function isBusy(table: Table): boolean {
  return orderAtWork(table) !== undefined;
}

/** The next order takes the place of the one that is shown. */
function finish(table: Table, now: number): void {
  table.shown = table.next;
  table.next = undefined;
  table.until = now + Math.max(ORDER_MS, table.spentMs * REST_FACTOR);
}

/** Keeps what was used last. */
function remember<Value>(map: Map<string, Value>, name: string, value: Value): void {
  map.delete(name);
  map.set(name, value);
  const oldest = map.keys().next().value;
  if (map.size > FILTERS_MAX && oldest !== undefined) map.delete(oldest);
}
