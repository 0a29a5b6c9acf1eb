/**
 * The wall's time, for pacing and for figures on stderr; never for anything on stdout.
 */

import { setTimeout as sleep } from 'node:timers/promises';

/** Makes virtual time last as long as real time, or so many times shorter. */
export class Pace {
  readonly #startVirtualMs: number;
  readonly #speed: number;
  readonly #startWallMs = performance.now();

  constructor(startVirtualMs: number, speed: number) {
    this.#startVirtualMs = startVirtualMs;
    this.#speed = speed;
  }

  /** Resolves when as much real time has gone by as virtual time will have at `virtualMs`. */
  async until(virtualMs: number): Promise<void> {
    const dueMs = this.#startWallMs + (virtualMs - this.#startVirtualMs) / this.#speed;
    const waitMs = dueMs - performance.now();
    if (waitMs > 0) await sleep(waitMs);
  }
}

/** Now, in milliseconds since 1970. */
export function wallTimeMs(): number {
  return Date.now();
}

/** Now, as ISO 8601 writes it. */
export function wallTime(): string {
  return new Date().toISOString();
}

/** Starts a stop-watch; the returned function reads it, in seconds. */
export function startStopwatch(): () => number {
  const start = performance.now();
  return () => (performance.now() - start) / 1000;
}
