/**
 * How long a cycle's dump takes, which is what the flow limit adapts to.
 *
 * On the machine's clock it is the time spent inside the cycle's slices, not the packets forwarded
 * in between: else overload would look like a slow dump and throttle the switch just then. A
 * virtual clock stands still while a slice runs, so each flow is charged what `CostModel` says,
 * with a seeded jitter per cycle.
 *
 * Owner: the leader. Answers to the seed's `dump_duration`.
 */

import type { Clock } from '../base/clock.js';
import type { Rng } from '../base/rng.js';
import { recordedDumpMs } from '../machines/cycle-timing.js';

/** What a flow costs under a virtual clock, in microseconds. */
export interface CostModel {
  readonly dumpedFlowUs: number;
  /** On top of that. */
  readonly revalidatedFlowUs: number;
  /** A cycle costs up to this fraction more or less; 0: none. */
  readonly jitterFraction: number;
}

/** As measured on ovs-vswitchd 3.1 with its userspace datapath, 185,000 flows. */
export const defaultCostModel: CostModel = {
  dumpedFlowUs: 0.8,
  revalidatedFlowUs: 2.2,
  jitterFraction: 0.1,
};

export class DumpTimer {
  readonly #clock: Clock;
  readonly #model: CostModel;
  readonly #rng: Rng;
  #busyMs = 0;
  #enteredAt = 0;
  flowsDumped = 0;
  flowsRevalidated = 0;

  constructor(clock: Clock, model: CostModel, rng: Rng) {
    this.#clock = clock;
    this.#model = model;
    this.#rng = rng;
  }

  /** A cycle begins. */
  restart(): void {
    this.#busyMs = 0;
    this.flowsDumped = 0;
    this.flowsRevalidated = 0;
  }

  /** A slice begins. */
  enter(): void {
    this.#enteredAt = this.#clock.monotonic();
  }

  /** Milliseconds since the slice began. */
  sinceEntered(): number {
    return this.#clock.monotonic() - this.#enteredAt;
  }

  /** A slice ends. */
  leave(): void {
    this.#busyMs += this.sinceEntered();
  }

  /** Whole milliseconds, at least 1. A virtual clock's has a jitter if there was any flow. */
  durationMs(): number {
    const spentMs = this.#clock.kind === 'system' ? this.#busyMs : this.#modelledMs();
    return recordedDumpMs(spentMs);
  }

  #modelledMs(): number {
    const model = this.#model;
    const us =
      this.flowsDumped * model.dumpedFlowUs + this.flowsRevalidated * model.revalidatedFlowUs;
    if (us === 0 || model.jitterFraction === 0) return us / 1000;
    const jitter = 1 + model.jitterFraction * (2 * this.#rng.fraction() - 1);
    return (us * jitter) / 1000;
  }
}
