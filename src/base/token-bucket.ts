/**
 * A token bucket for work: `rate` tokens a second, at most `burst` saved, full at its first use.
 *
 * Time goes by in whole milliseconds, so that a token is a thousand parts: what a millisecond
 * brings is a whole number of them. Answers to OVS's `lib/token-bucket.c`.
 *
 * Owner: its tokens.
 */

/** Parts of a token; a millisecond brings `rate` of them. */
const TOKEN = 1_000;

export class TokenBucket {
  readonly #rate: number;
  readonly #size: number;
  #parts = 0;
  #filledAt = Number.NEGATIVE_INFINITY;

  constructor(rate: number, burst: number) {
    this.#rate = rate;
    this.#size = burst * TOKEN;
  }

  /** Takes one token; false where there is none at `now`, in milliseconds. */
  take(now: number): boolean {
    if (this.#parts < TOKEN) this.#fill(now);
    if (this.#parts < TOKEN) return false;
    this.#parts -= TOKEN;
    return true;
  }

  /** Milliseconds from `now` until there is a token. */
  waitMs(now: number): number {
    if (this.#parts < TOKEN) this.#fill(now);
    return Math.max(0, Math.ceil((TOKEN - this.#parts) / this.#rate));
  }

  #fill(now: number): void {
    if (now <= this.#filledAt) return;
    const added = this.#rate * (now - this.#filledAt);
    this.#parts = Math.min(this.#size, this.#parts + added);
    this.#filledAt = now;
  }
}
