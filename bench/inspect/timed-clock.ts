/**
 * A clock that keeps count of what its tasks take: so long a turn of the inspector keeps packets
 * waiting. CPU time, for on a shared machine others take their share of every turn.
 *
 * Owner: of its figures, until they are taken.
 */

import { type Clock, SystemClock, type TimerId } from '../../src/base/clock.js';
import { cpuMs } from './pairs.js';

export class TimedClock implements Clock {
  readonly kind = 'system';
  readonly #clock = new SystemClock();
  #turns: number[] = [];

  now(): ReturnType<Clock['now']> {
    return this.#clock.now();
  }

  monotonic(): number {
    return this.#clock.monotonic();
  }

  setTimeout(task: () => void, ms: number): TimerId {
    return this.#clock.setTimeout(() => {
      const before = cpuMs();
      task();
      this.#turns.push(cpuMs() - before);
    }, ms);
  }

  clearTimeout(timer: TimerId): void {
    this.#clock.clearTimeout(timer);
  }

  /** ms of each turn since the last time, shortest first. */
  take(): readonly number[] {
    const turns = this.#turns.sort((a, b) => a - b);
    this.#turns = [];
    return turns;
  }
}
