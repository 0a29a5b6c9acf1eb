/**
 * A clock that can be stopped and moved by hand: another clock's time, until an operator says
 * `time/stop`.
 *
 * While it stands, `now` does not move, so nothing grows old; tasks still run when they would have,
 * as in Open vSwitch, whose threads go on and find that no time has passed. `warp` moves `now`
 * forward, and brings what is due by then.
 *
 * Owner: the pending tasks with a delay, to bring them forward. Answers to `timewarp` of OVS's
 * `lib/timeval.c`.
 */

import { type Instant, instant } from './brands.js';
import type { Clock, TimerId } from './clock.js';

interface Pending {
  readonly task: () => void;
  /** By the inner clock. */
  deadline: number;
  timer: TimerId;
}

export class StoppableClock implements Clock {
  readonly kind: Clock['kind'];
  readonly #inner: Clock;
  readonly #pending = new Set<Pending>();
  /** Added to the inner clock's time; while this clock stands: the time it shows. */
  #offset = 0;
  #isStopped = false;

  constructor(inner: Clock) {
    this.#inner = inner;
    this.kind = inner.kind;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  now(): Instant {
    return instant(this.#offset + (this.#isStopped ? 0 : this.#inner.now()));
  }

  monotonic(): number {
    return this.#inner.monotonic();
  }

  setTimeout(task: () => void, delayMs: number): TimerId {
    if (delayMs <= 0) return { timer: this.#inner.setTimeout(task, 0) };
    const pending: Pending = { task, deadline: this.#inner.now() + delayMs, timer: undefined };
    this.#pending.add(pending);
    this.#arm(pending, delayMs);
    return pending;
  }

  clearTimeout(id: TimerId): void {
    const pending = (id ?? {}) as Partial<Pending>;
    this.#inner.clearTimeout(pending.timer);
    this.#pending.delete(pending as Pending);
  }

  /** From now on `now` stands still, for good. */
  stop(): void {
    if (this.#isStopped) return;
    this.#offset = this.now();
    this.#isStopped = true;
  }

  /** Moves `now` forward; what is due by then becomes due. */
  warp(ms: number): void {
    this.#offset += ms;
    const real = this.#inner.now();
    for (const pending of [...this.#pending].sort((a, b) => a.deadline - b.deadline)) {
      pending.deadline -= ms;
      this.#inner.clearTimeout(pending.timer);
      this.#arm(pending, Math.max(0, pending.deadline - real));
    }
  }

  #arm(pending: Pending, delayMs: number): void {
    pending.timer = this.#inner.setTimeout(() => {
      this.#pending.delete(pending);
      pending.task();
    }, delayMs);
  }
}
