/**
 * The clock: the only source of time and of deferred work.
 *
 * Its shape is the one that xstate takes, so the same object drives the `after` transitions of the
 * machines. A timeout of 0 means "as a macrotask of its own, after what is running now": that is
 * how slices of long work yield. `SystemClock` is the machine's; `VirtualClock` stands still until
 * it is told to move, and decides by itself which of several due tasks runs next.
 *
 * Owner: each clock owns its pending tasks.
 */

import { type Instant, instant } from './brands.js';

/** Names one pending task; opaque to callers. */
export type TimerId = unknown;

export interface Clock {
  /** Milliseconds since an arbitrary start; may jump either way. */
  now(): Instant;
  /** Milliseconds with their fraction, to measure what ran; on a real clock never backward. */
  monotonic(): number;
  setTimeout(task: () => void, delayMs: number): TimerId;
  clearTimeout(id: TimerId): void;
  /** Whether long work is cut by elapsed real time (`system`) or by count (`virtual`). */
  readonly kind: 'system' | 'virtual';
}

/** The machine's clock; a delay of 0 is a `setImmediate`. */
export class SystemClock implements Clock {
  readonly kind = 'system';

  now(): Instant {
    return instant(Math.floor(performance.timeOrigin + performance.now()));
  }

  monotonic(): number {
    return performance.now();
  }

  setTimeout(task: () => void, delayMs: number): TimerId {
    const timer: SystemTimer =
      delayMs <= 0 ? { immediate: setImmediate(task) } : { timeout: setTimeout(task, delayMs) };
    return timer;
  }

  clearTimeout(id: TimerId): void {
    const timer = (id ?? {}) as SystemTimer;
    clearImmediate(timer.immediate);
    clearTimeout(timer.timeout);
  }
}

interface SystemTimer {
  readonly immediate?: NodeJS.Immediate;
  readonly timeout?: NodeJS.Timeout;
}
