/**
 * Long work in slices, so that a dump of 200,000 flows stops no packet.
 *
 * `step` does a batch of at most 50 flows. On the machine's clock a slice ends by time, on a
 * virtual clock by count, so that a seed decides everything; the next one is a macrotask of its
 * own. A step that waits for the datapath answers 'waiting' and calls `resume()` later.
 *
 * Owner: one phase of one revalidator at a time.
 */

import type { Clock } from '../base/clock.js';
import type { DumpTimer } from './cost-model.js';

/** Half of what packets may wait (5 ms), for the last batch of a slice runs over its end. */
export const SLICE_MS_MAX = 2;
/** About as much work as `SLICE_MS_MAX` allows a full revalidation. */
export const SLICE_BATCHES_MAX = 20;

export type StepResult = 'more' | 'finished' | 'waiting';

export class SlicedTask {
  readonly #clock: Clock;
  readonly #timer: DumpTimer;
  #step: () => StepResult = () => 'finished';
  #finished: () => void = () => {};
  readonly #slice = (): void => this.#runSlice();

  constructor(clock: Clock, timer: DumpTimer) {
    this.#clock = clock;
    this.#timer = timer;
  }

  /** Runs `step` until it has finished, from the next macrotask on; then `finished`. */
  start(step: () => StepResult, finished: () => void): void {
    this.#step = step;
    this.#finished = finished;
    this.#clock.setTimeout(this.#slice, 0);
  }

  /** What the last step waited for is there. */
  resume(): void {
    this.#clock.setTimeout(this.#slice, 0);
  }

  #runSlice(): void {
    this.#timer.enter();
    const result = this.#runSteps();
    this.#timer.leave();
    if (result === 'more') this.#clock.setTimeout(this.#slice, 0);
    else if (result === 'finished') this.#finished();
  }

  #runSteps(): StepResult {
    for (let batches = 1; ; batches++) {
      const result = this.#step();
      if (result !== 'more' || this.#isSpent(batches)) return result;
    }
  }

  #isSpent(batches: number): boolean {
    return this.#clock.kind === 'system'
      ? this.#timer.sinceEntered() >= SLICE_MS_MAX
      : batches >= SLICE_BATCHES_MAX;
  }
}
