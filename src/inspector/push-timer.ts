/**
 * When documents go out: at most every `PUSH_MS`, at once where a page asks, and never so often
 * that making them takes more than a small part of the thread, which is the switch's too. A round
 * that takes long is cut in slices, so that packets wait for one document, not for those of all
 * pages.
 *
 * Owner: its timer.
 */

import type { Clock, TimerId } from '../base/clock.js';
import { PUSH_MS } from './wire.js';

/** What is left when a slice ends: nothing, something for the next round, or of this one. */
export type Left = 'nothing' | 'later' | 'soon';

/** One slice of a round. */
export interface PushSlice {
  /** Whether it is the first of its round. */
  readonly isFirst: boolean;
  /** Whether there is time for one more document. */
  mayGoOn(): boolean;
}

/** A document more may be begun for so long in one turn. */
export const SLICE_MS = 2;
/** Time between two slices by the time that one took: a fifth of the thread at most. */
const REST_FACTOR = 4;

export class PushTimer {
  readonly #clock: Clock;
  readonly #push: (slice: PushSlice) => Left;
  #timer: TimerId | undefined;
  #dueAt = 0;
  #endedAt = Number.NEGATIVE_INFINITY;
  #tookMs = 0;
  #isRoundOpen = false;

  /** `push` does what it can while it may go on, and says what is left. */
  constructor(clock: Clock, push: (slice: PushSlice) => Left) {
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
    const mayGoOn = (): boolean => this.#clock.monotonic() - startedAt < SLICE_MS;
    const left = this.#push({ isFirst: !this.#isRoundOpen, mayGoOn });
    this.#endedAt = this.#clock.monotonic();
    this.#tookMs = this.#endedAt - startedAt;
    this.#isRoundOpen = left === 'soon';
    if (left === 'soon') this.asked();
    else if (left === 'later') this.changed();
  }
}
