/**
 * The model at any position of a log, without adding everything up again.
 *
 * Entries are added up only when somebody asks, from where the last answer ended. On the way a copy
 * is kept every so many entries (a keyframe), so that going back costs one copy and as many entries
 * as there are between two keyframes. Keyframes are bounded by the memory that they hold: when it
 * is too much, every second one goes and the distance doubles. When the store lets go of entries,
 * they are added to the base first, and nothing before it can be seen any more.
 *
 * Owner: one session. `at()` hands out the model itself, good until the next `at()`.
 */

import { CHUNK_ENTRIES, type EntryStore } from './entry-store.js';
import type { EntryNumber, LogHeader } from './log-entry.js';
import { ModelState } from './model-state.js';

/** Entries between two keyframes, to begin with: some ten milliseconds of adding up. */
export const KEYFRAME_ENTRIES = CHUNK_ENTRIES;
/** Each has a copy of what is small: a hundred kilobytes. */
export const KEYFRAMES_MAX = 256;
/** Pages of flows that belong to keyframes only; at 25 kB each, 200 MB. */
export const KEYFRAME_PAGES_MAX = 8_192;

interface Keyframe {
  readonly state: ModelState;
  readonly weight: number;
}

export interface TimelineOptions {
  /** Entries between two keyframes; default: `KEYFRAME_ENTRIES`. */
  readonly interval?: number;
}

export class Timeline {
  readonly #store: EntryStore;
  #interval: number;
  /** At one entry before the first that the store has. */
  #base: ModelState;
  #current: ModelState;
  #keyframes = new Map<EntryNumber, Keyframe>();
  #weight = 0;
  readonly #unsubscribe: () => void;

  constructor(store: EntryStore, header: LogHeader, options: TimelineOptions = {}) {
    this.#store = store;
    this.#interval = options.interval ?? KEYFRAME_ENTRIES;
    this.#base = new ModelState(header);
    this.#current = new ModelState(header);
    this.#unsubscribe = store.onEviction((last) => this.#moveBase(last));
  }

  /** The first position that can be seen. */
  get first(): EntryNumber {
    return this.#base.n;
  }

  get keyframes(): number {
    return this.#keyframes.size;
  }

  /** The model with entries up to `n` in it; the nearest position that there is. */
  at(n: EntryNumber): ModelState {
    const target = Math.min(this.#store.last, Math.max(this.#base.n, n));
    this.#moveNear(target);
    const current = this.#current;
    for (let next = current.n + 1; next <= target; next++) {
      const entry = this.#store.at(next);
      if (entry === undefined) break;
      current.apply(entry);
      if (next % this.#interval === 0) this.#keep(current);
    }
    return current;
  }

  /** Ends listening to the store. */
  close(): void {
    this.#unsubscribe();
  }

  /** Makes the model one at or before `target`, the nearest that is at hand. */
  #moveNear(target: EntryNumber): void {
    const start = this.#current.n <= target ? this.#current.n : -1;
    let nearest: ModelState | undefined;
    for (const { state } of [{ state: this.#base }, ...this.#keyframes.values()]) {
      if (state.n > target || state.n <= start) continue;
      if (nearest === undefined || state.n > nearest.n) nearest = state;
    }
    if (nearest !== undefined) this.#current = nearest.copy();
  }

  #keep(state: ModelState): void {
    if (this.#keyframes.has(state.n)) return;
    const weight = state.flows.weight;
    this.#keyframes.set(state.n, { state: state.copy(), weight });
    this.#weight += weight;
    while (this.#isTooMuch()) this.#thin();
  }

  #isTooMuch(): boolean {
    if (this.#keyframes.size <= 1) return false;
    return this.#keyframes.size > KEYFRAMES_MAX || this.#weight > KEYFRAME_PAGES_MAX;
  }

  #thin(): void {
    this.#interval *= 2;
    for (const n of this.#keyframes.keys()) if (n % this.#interval !== 0) this.#drop(n);
  }

  #drop(n: EntryNumber): void {
    this.#weight -= this.#keyframes.get(n)?.weight ?? 0;
    this.#keyframes.delete(n);
  }

  /** The store lets go of the entries up to `last`. */
  #moveBase(last: EntryNumber): void {
    const kept = this.#keyframes.get(last)?.state;
    if (kept !== undefined) this.#base = kept;
    this.#store.forEach(this.#base.n + 1, last, (entry) => this.#base.apply(entry));
    for (const n of this.#keyframes.keys()) if (n <= last) this.#drop(n);
    if (this.#current.n < last) this.#current = this.#base.copy();
  }
}
