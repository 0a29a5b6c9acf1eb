/**
 * A token bucket for log messages, as OVS's `vlog_rate_limit` has it: `perMinute` tokens a minute,
 * at most `burst` saved, full at the start, shareable by several messages.
 *
 * Owner: each bucket owns its tokens and the count of what it suppressed.
 */

import type { Instant } from './brands.js';
import type { Log, LogLevel } from './log.js';

const TOKEN_MS = 60_000;

export class RateLimit {
  readonly #perMinute: number;
  readonly #burst: number;
  #tokenMs: number;
  #filledAt: number | undefined;
  #dropped = 0;

  constructor(perMinute: number, burst: number) {
    this.#perMinute = perMinute;
    this.#burst = burst;
    this.#tokenMs = burst * TOKEN_MS;
  }

  /** Logs, or counts as dropped; the next message that passes says how many were. */
  log(log: Log, level: LogLevel, now: Instant, fields: object, message: string): void {
    if (log.isUnlimited !== true && !this.take(now)) return;
    const dropped = this.#dropped;
    this.#dropped = 0;
    log[level](dropped > 0 ? { ...fields, droppedMessages: dropped } : fields, message);
  }

  /** Takes one token; false, and one more dropped, where there is none. */
  take(now: Instant): boolean {
    const elapsed = Math.max(0, now - (this.#filledAt ?? now));
    this.#filledAt = now;
    this.#tokenMs = Math.min(this.#burst * TOKEN_MS, this.#tokenMs + elapsed * this.#perMinute);
    if (this.#tokenMs < TOKEN_MS) {
      this.#dropped++;
      return false;
    }
    this.#tokenMs -= TOKEN_MS;
    return true;
  }
}
