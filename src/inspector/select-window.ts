/**
 * A window of a sorted list without sorting the list: what a page of a table needs.
 *
 * Of 200,000 rows somebody sees thirty. To find those takes one partition after the other, each on
 * the half that the window is in: some 5 ms, where a sort takes 100. Where even that is too long to
 * do in one go it is done in steps, with other work in between. What was put in order once stays
 * so: the next window of the same list is looked for between the pivots around it.
 *
 * Owner: the order of the rows that it was given. Hot path. It runs on the switch's thread.
 */

/** Negative where row `a` comes before row `b`; 0 only for the same row. */
export type RowOrder = (a: number, b: number) => number;

/** Long work, to be done step by step; each takes some tens of microseconds. */
export type Steps = Generator<void, void, void>;

/** Shorter stretches are sorted at once. */
const SHORT = 64;
/** Comparisons of one step. */
const STEP_ROWS = 256;

/** Puts those of `rows` that belong at `from` to `to` (not included) there, in order. */
export function selectWindow(rows: Uint32Array, order: RowOrder, from: number, to: number): void {
  const steps = new WindowSelector(rows, order).select(from, to);
  while (steps.next().done !== true);
}

export class WindowSelector {
  readonly #rows: Uint32Array;
  readonly #order: RowOrder;
  /** Places that are known to have the right row, rising: all before it come before it. */
  readonly #pivots: number[] = [];

  constructor(rows: Uint32Array, order: RowOrder) {
    this.#rows = rows;
    this.#order = order;
  }

  /** The steps that put in place what belongs at `from` to `to` (not included). */
  *select(from: number, to: number): Steps {
    const rows = this.#rows;
    const end = Math.min(to, rows.length);
    if (from >= end) return;
    const before = this.#pivots.findLast((pivot) => pivot < from) ?? -1;
    const after = this.#pivots.find((pivot) => pivot >= end) ?? rows.length;
    const left = [before + 1];
    const right = [after - 1];
    for (let low = left.pop(); low !== undefined; low = left.pop()) {
      const high = right.pop()!;
      if (high < from || low >= end) continue;
      if (high - low < SHORT) {
        rows.subarray(low, high + 1).sort(this.#order);
        yield;
        continue;
      }
      const middle = yield* this.#partition(low, high);
      left.push(low, middle + 1);
      right.push(middle - 1, high);
    }
  }

  /** Where the pivot ends up: what comes before it is to its left. */
  *#partition(left: number, right: number): Generator<void, number, void> {
    const rows = this.#rows;
    const order = this.#order;
    const pivot = takePivot(rows, order, left, right);
    let store = left;
    for (let start = left; start < right; start += STEP_ROWS) {
      const end = Math.min(start + STEP_ROWS, right);
      for (let i = start; i < end; i++) {
        const row = rows[i]!;
        if (order(row, pivot) >= 0) continue;
        rows[i] = rows[store]!;
        rows[store++] = row;
      }
      yield;
    }
    rows[right] = rows[store]!;
    rows[store] = pivot;
    this.#remember(store);
    return store;
  }

  #remember(pivot: number): void {
    const at = this.#pivots.findIndex((other) => other > pivot);
    this.#pivots.splice(at === -1 ? this.#pivots.length : at, 0, pivot);
  }
}

/** The median of three, brought to the right end: lists that are in order are the usual ones. */
function takePivot(rows: Uint32Array, order: RowOrder, left: number, right: number): number {
  const middle = (left + right) >>> 1;
  if (order(rows[middle]!, rows[left]!) < 0) swap(rows, left, middle);
  if (order(rows[right]!, rows[left]!) < 0) swap(rows, left, right);
  if (order(rows[middle]!, rows[right]!) < 0) swap(rows, middle, right);
  return rows[right]!;
}

function swap(rows: Uint32Array, i: number, j: number): void {
  const row = rows[i]!;
  rows[i] = rows[j]!;
  rows[j] = row;
}
