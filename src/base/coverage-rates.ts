/**
 * How fast coverage counters rise: over the last 5 seconds, minute and hour.
 *
 * Time is cut into slots of 5 seconds. `run` closes those that have passed; what was counted since
 * it last ran is spread evenly over them, so it may be called at any time, and late. Answers to
 * `coverage_run()` of OVS's `lib/coverage.c`.
 *
 * Owner: the slots, of counters that have ever been seen.
 */

import type { Clock } from './clock.js';
import type { Coverage } from './coverage.js';

/** Length of a slot; `COVERAGE_RUN_INTERVAL`. */
const SLOT_MS = 5000;
const SLOTS_PER_MINUTE = 12;
const MINUTES_PER_HOUR = 60;
const SLOTS_PER_HOUR = SLOTS_PER_MINUTE * MINUTES_PER_HOUR;
const SECONDS_PER_HOUR = 3600;

/** Per second, on average. */
export interface CoverageRate {
  readonly lastSeconds: number;
  readonly lastMinute: number;
  readonly lastHour: number;
}

interface History {
  /** The count when the last slot was closed. */
  count: number;
  readonly slots: Float64Array;
  readonly minutes: Float64Array;
}

export class CoverageRates {
  readonly #coverage: Coverage;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #start: number;
  readonly #histories = new Map<string, History>();
  /** Slots that are over. */
  #closed = 0;

  constructor(coverage: Coverage, clock: Pick<Clock, 'now'>) {
    this.#coverage = coverage;
    this.#clock = clock;
    this.#start = clock.now();
  }

  /** Closes the slots that have passed. */
  run(): void {
    const closed = Math.floor((this.#clock.now() - this.#start) / SLOT_MS);
    const passed = closed - this.#closed;
    if (passed <= 0) return;
    const counts = this.#coverage.toJSON();
    for (const name of Object.keys(counts)) this.#historyOf(name);
    for (const [name, history] of this.#histories) {
      const count = counts[name] ?? 0;
      this.#fill(history, (count - history.count) / passed, closed);
      history.count = count;
    }
    this.#closed = closed;
  }

  rate(name: string): CoverageRate {
    const history = this.#histories.get(name);
    if (history === undefined) return { lastSeconds: 0, lastMinute: 0, lastHour: 0 };
    const { slots, minutes } = history;
    const last = (this.#closed + SLOTS_PER_MINUTE - 1) % SLOTS_PER_MINUTE;
    return {
      lastSeconds: (slots[last] ?? 0) / (SLOT_MS / 1000),
      lastMinute: sum(slots) / ((SLOTS_PER_MINUTE * SLOT_MS) / 1000),
      lastHour: sum(minutes) / SECONDS_PER_HOUR,
    };
  }

  #historyOf(name: string): History {
    const known = this.#histories.get(name);
    if (known !== undefined) return known;
    const slots = new Float64Array(SLOTS_PER_MINUTE);
    const history = { count: 0, slots, minutes: new Float64Array(MINUTES_PER_HOUR) };
    this.#histories.set(name, history);
    return history;
  }

  /** Gives each slot up to `end` its share; more than an hour of them is not remembered. */
  #fill({ slots, minutes }: History, share: number, end: number): void {
    for (let at = Math.max(this.#closed, end - SLOTS_PER_HOUR); at < end; at++) {
      const slot = at % SLOTS_PER_MINUTE;
      const minute = Math.floor(at / SLOTS_PER_MINUTE) % MINUTES_PER_HOUR;
      slots[slot] = share;
      minutes[minute] = share + (slot === 0 ? 0 : (minutes[minute] ?? 0));
    }
  }
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
