/**
 * The counters of a switch as entries, at most once an interval of its time, and only when
 * something has happened.
 *
 * A virtual clock is never asked for a timer, for a replay that is watched must run as one that is
 * not: there, what happens next after an interval brings the sample. On a real clock a timer does,
 * which also says how late the event loop is. Nothing is read that reading changes.
 *
 * Owner: one recorder.
 */

import type { Instant } from '../base/brands.js';
import type { TimerId } from '../base/clock.js';
import type { Switch } from '../switch.js';
import type { EntrySink } from './entry-sink.js';

/** Between two samples, in ms of switch time. */
export const SAMPLE_MS = 250;

export interface SwitchSamplerOptions {
  readonly target: Switch;
  readonly sink: EntrySink;
  readonly sampleMs: number;
  /** Upcalls so far. */
  readonly upcalls: () => number;
  /** Called after each round of the timer. */
  readonly ticked: () => void;
}

export class SwitchSampler {
  readonly #options: SwitchSamplerOptions;
  #timer: TimerId | undefined;
  #sampledAt: Instant | undefined;
  /** Entries, and packets that hit a flow, at the last sample. */
  #entries = 0;
  #hits = 0;
  #loopDelayMs = 0;

  constructor(options: SwitchSamplerOptions) {
    this.#options = options;
    if (options.target.clock.kind === 'system') this.#arm();
  }

  /** Whether an interval has passed since the last sample. */
  get isDue(): boolean {
    const { target, sampleMs } = this.#options;
    if (this.#sampledAt === undefined) return true;
    // A clock that was set back must not stop the samples.
    return Math.abs(target.clock.now() - this.#sampledAt) >= sampleMs;
  }

  /** Whether anything has happened since then. */
  get hasNews(): boolean {
    const { sink, target } = this.#options;
    return sink.count !== this.#entries || target.datapath.getStats().hit !== this.#hits;
  }

  sample(): void {
    const { sink, target, upcalls } = this.#options;
    const { hit, missed, lost, flows, masks } = target.datapath.getStats();
    const { flowLimit, dumpDurationMs, deleted } = target.udpif.tallies();
    this.#sampledAt = target.clock.now();
    sink.add({
      k: 'sample',
      hits: hit,
      misses: missed,
      lost,
      upcalls: upcalls(),
      flows,
      masks,
      flowLimit,
      dumpDurationMs,
      deleted: { ...deleted },
      loopDelayMs: Math.round(this.#loopDelayMs),
    });
    this.#entries = sink.count;
    this.#hits = hit;
    this.#loopDelayMs = 0;
  }

  stop(): void {
    this.#options.target.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(): void {
    const { target, sampleMs, ticked } = this.#options;
    const { clock } = target;
    const due = clock.monotonic() + sampleMs;
    this.#timer = clock.setTimeout(() => {
      this.#loopDelayMs = Math.max(this.#loopDelayMs, clock.monotonic() - due);
      this.#arm();
      ticked();
    }, sampleMs);
  }
}
