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

  setTimeout(task: () => void, delayMs: number): TimerId {
    return delayMs <= 0 ? setImmediate(task) : setTimeout(task, delayMs);
  }

  clearTimeout(id: TimerId): void {
    if (id instanceof Object && 'hasRef' in id) {
      clearImmediate(id as NodeJS.Immediate);
      clearTimeout(id as NodeJS.Timeout);
    }
  }
}
