/**
 * A piece of long work that must not keep the others waiting: by time on the machine's clock, by
 * count on a virtual one, which stands still meanwhile.
 */

import type { Clock } from '../base/clock.js';

/** A page that waits so long does not notice. */
export const SLICE_MS = 20;
/** Steps of a slice, whatever the clock says. */
export const SLICE_STEPS = 4_096;

export class WorkSlice {
  readonly #clock: Clock;
  readonly #end: number;
  #left = SLICE_STEPS;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#end = clock.monotonic() + SLICE_MS;
  }

  /** Whether there is time for one more step; takes it. */
  goOn(): boolean {
    if (this.#left-- <= 0) return false;
    return this.#clock.kind === 'virtual' || this.#clock.monotonic() < this.#end;
  }
}
