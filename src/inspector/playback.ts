/**
 * A log that is played: the cursor follows the time of the entries, as fast as real time, a
 * multiple of it, or as fast as it goes.
 *
 * Owner: one `RecordedSession`.
 */

import type { Clock } from '../base/clock.js';
import type { LogCursor } from './log-cursor.js';
import { WorkSlice } from './work-slice.js';

/** The cursor moves twenty times a second: what a page shows anew as fast. */
export const PLAY_MS = 50;
/** Faster than this is as fast as it goes. */
export const SPEED_MAX = 1_000;

export interface PlaybackTarget {
  readonly cursor: LogCursor;
  /** Switch time at the cursor. */
  time(): number;
}

export class Playback {
  readonly #clock: Clock;
  readonly #target: PlaybackTarget;
  #speed: number;
  /** Where the playing began: real time, and the log's. */
  #realStart = 0;
  #logStart = 0;

  constructor(clock: Clock, target: PlaybackTarget, speed: number) {
    this.#clock = clock;
    this.#target = target;
    this.#speed = speed;
  }

  get speed(): number {
    return this.#speed;
  }

  set speed(speed: number) {
    this.#speed = speed;
    this.anchor();
  }

  /** From here and now on the log's time runs beside the real one. */
  anchor(): void {
    this.#realStart = this.#clock.monotonic();
    this.#logStart = this.#target.time();
  }

  /** Moves the cursor to where it should be; returns in how many ms to go on, undefined: never. */
  play(): number | undefined {
    const { cursor } = this.#target;
    const slice = new WorkSlice(this.#clock);
    const until = this.#due();
    while (slice.goOn()) {
      const entry = cursor.entryAt(cursor.n + 1, slice);
      if (entry === 'end') return undefined;
      if (entry === 'busy') return 0;
      if (entry.t > until) return PLAY_MS;
      cursor.n = entry.n;
    }
    return 0;
  }

  /** The log's time that is due by now. */
  #due(): number {
    if (this.#speed === 0) return Number.POSITIVE_INFINITY;
    return this.#logStart + (this.#clock.monotonic() - this.#realStart) * this.#speed;
  }
}
