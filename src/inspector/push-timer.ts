/**
 * When documents go out: at most every `PUSH_MS`, at once where a page asks, and never so often
 * that making them takes more than a small part of the thread, which is the switch's too.
 *
 * Owner: its timer.
 */

import type { Clock, TimerId } from '../base/clock.js';
import { PUSH_MS } from './wire.js';

/** Time between two rounds by the time that one took: a fifth of the thread at most. */
const REST_FACTOR = 4;

export class PushTimer {
  readonly #clock: Clock;
  readonly #push: () => boolean;
  #timer: TimerId | undefined;
  #dueAt = 0;
  #endedAt = Number.NEGATIVE_INFINITY;
  #tookMs = 0;

  /** `push` says whether something is left for the next round. */
  constructor(clock: Clock, push: () => boolean) {
    this.#clock = clock;
    this.#push = push;
  }

  /** Something has changed. */
  changed(): void {
    this.#arm(this.#endedAt + Math.max(PUSH_MS, this.#tookMs * REST_FACTOR));
  }

  /** Somebody waits. */
  asked(): void {
    this.#arm(this.#endedAt + this.#tookMs * REST_FACTOR);
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(at: number): void {
    const now = this.#clock.monotonic();
    const dueAt = Math.max(at, now);
    if (this.#timer !== undefined) {
      if (this.#dueAt <= dueAt) return;
      this.stop();
    }
    this.#dueAt = dueAt;
    this.#timer = this.#clock.setTimeout(() => this.#run(), dueAt - now);
  }

  #run(): void {
    this.#timer = undefined;
    const startedAt = this.#clock.monotonic();
    const isMoreDue = this.#push();
    this.#endedAt = this.#clock.monotonic();
    this.#tookMs = this.#endedAt - startedAt;
    if (isMoreDue) this.changed();
  }
}
