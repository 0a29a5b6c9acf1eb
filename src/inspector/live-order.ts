/**
 * The flows of a running switch that pass a filter, put in order step by step.
 *
 * First the rows are taken down, then looked at one by one, then what they are sorted by is read,
 * and last the window that somebody wants is found. The switch goes on between the steps, so flows
 * come and go meanwhile: a row that has gone is left out when it is shown, one that is new comes
 * with the next order. Until all is done the rows that are known to pass can be seen as they are.
 *
 * Owner: its rows and their order. Hot path. It runs on the switch's thread.
 */

import type { FlowKey } from '../datapath/flow-key.js';
import type { LiveFilter } from './live-filter.js';
import type { LiveRows } from './live-rows.js';
import { type RowOrder, type Steps, WindowSelector } from './select-window.js';
import type { FlowRow, FlowSort } from './view-data.js';

/** Rows of one step, where little is done with each. */
const STEP_ROWS = 1024;
/** Rows of one step, where texts are made. */
const STEP_LOOKS = 16;

export interface Window {
  readonly from: number;
  /** Not included. */
  readonly to: number;
}

export interface LiveOrderOptions {
  readonly rows: LiveRows;
  readonly filter: LiveFilter;
  readonly sort: FlowSort;
  readonly isDescending: boolean;
}

export class LiveOrder {
  readonly #options: LiveOrderOptions;
  #passing = new Uint32Array();
  /** Rows that pass, as far as they were looked at. */
  #total = 0;
  #looked = 0;
  #selector: WindowSelector | undefined;
  #wanted: Window = { from: 0, to: 0 };
  /** What is in its place. */
  #ready: Window | undefined;
  #steps: Steps | undefined;

  constructor(options: LiveOrderOptions) {
    this.#options = options;
    this.#steps = this.#make();
  }

  /** Whether the window that was asked for last is in its place. */
  get isReady(): boolean {
    return this.#steps === undefined;
  }

  /** Rows that pass, as far as that is known. */
  get total(): number {
    return this.#total;
  }

  /** Rows that were looked at. */
  get looked(): number {
    return this.#looked;
  }

  /** Asks for a window; there may be something to do until it is there. */
  want(from: number, to: number): void {
    this.#wanted = { from, to };
    if (this.#steps === undefined && !this.#isThere()) this.#steps = this.#arrange();
  }

  /** Goes on for as long as it may. */
  run(mayGoOn: () => boolean): void {
    while (this.#steps !== undefined) {
      if (this.#steps.next().done === true) this.#steps = undefined;
      else if (!mayGoOn()) return;
    }
  }

  /** The rows of the window that was asked for, as they are now. */
  shown(): FlowRow[] {
    const { rows } = this.#options;
    const { from, to } = this.#wanted;
    const shown: FlowRow[] = [];
    for (const row of this.#passing.subarray(from, Math.min(to, this.#total))) {
      if (rows.key(row) !== undefined) shown.push(rows.row(row));
    }
    return shown;
  }

  *#make(): Steps {
    const { rows } = this.#options;
    yield* rows.read();
    this.#passing = new Uint32Array(rows.count);
    yield* this.#look();
    const order = yield* this.#orderBy();
    this.#selector = new WindowSelector(this.#passing.subarray(0, this.#total), order);
    yield* this.#arrange();
  }

  *#look(): Steps {
    const { rows, filter } = this.#options;
    let looks = 0;
    for (let row = 0; row < rows.count; row++) {
      const known = filter.isOpen ? 'passes' : filter.recall(rows, row);
      const isPassing = known === 'unknown' ? filter.look(rows, row) : known === 'passes';
      if (isPassing) this.#passing[this.#total++] = row;
      this.#looked++;
      if (known === 'unknown') looks++;
      if (looks < STEP_LOOKS && row % STEP_ROWS > 0) continue;
      looks = 0;
      yield;
    }
  }

  /** Rows that are otherwise equal stay in the order of the columns. */
  *#orderBy(): Generator<void, RowOrder, void> {
    const { sort, isDescending } = this.#options;
    let order: RowOrder;
    if (sort === 'key') order = byKeys(yield* this.#keys());
    else order = byNumbers(yield* this.#weigh(sort));
    return isDescending ? (a, b) => order(b, a) : order;
  }

  /** Taken down, for a flow that goes while others are compared would confuse them. */
  *#keys(): Generator<void, (FlowKey | undefined)[], void> {
    const { rows } = this.#options;
    const keys = new Array<FlowKey | undefined>(rows.count);
    for (let i = 0; i < this.#total; i++) {
      const row = this.#passing[i]!;
      keys[row] = rows.key(row);
      if (i % STEP_ROWS === 0) yield;
    }
    return keys;
  }

  *#weigh(sort: Exclude<FlowSort, 'key'>): Generator<void, Float64Array, void> {
    const { rows } = this.#options;
    const weights = new Float64Array(rows.count);
    for (let i = 0; i < this.#total; i++) {
      const row = this.#passing[i]!;
      weights[row] = rows.weight(row, sort);
      if (i % STEP_ROWS === 0) yield;
    }
    return weights;
  }

  /** Whoever wants another window meanwhile gets that one. */
  *#arrange(): Steps {
    const selector = this.#selector;
    while (selector !== undefined && !this.#isThere()) {
      const { from, to } = this.#wanted;
      yield* selector.select(from, to);
      this.#ready = { from, to };
    }
  }

  #isThere(): boolean {
    const { from, to } = this.#wanted;
    const ready = this.#ready;
    return ready !== undefined && ready.from <= from && to <= ready.to;
  }
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
function byKeys(keys: readonly (FlowKey | undefined)[]): RowOrder {
  return (a, b) => {
    const x = keys[a];
    const y = keys[b];
    if (x === undefined || y === undefined) return a - b;
    return x.compare(y) || a - b;
  };
}
