/**
 * A virtual clock on which work takes time: so much at every look at it, or as much as is said.
 */

import { VirtualClock } from '../../src/base/virtual-clock.js';

export class WornClock extends VirtualClock {
  readonly #lookMs: number;
  #wornMs = 0;
  looks = 0;

  constructor(lookMs = 0) {
    super();
    this.#lookMs = lookMs;
  }

  override monotonic(): number {
    this.#wornMs += this.#lookMs;
    this.looks++;
    return super.monotonic() + this.#wornMs;
  }

  /** Something has taken so long. */
  wear(ms: number): void {
    this.#wornMs += ms;
  }

  /** Moves to the next task, and runs it; false where there is none. */
  runNext(): boolean {
    const at = this.nextDeadline();
    if (at !== undefined) this.advanceTo(at);
    return at !== undefined;
  }
}
