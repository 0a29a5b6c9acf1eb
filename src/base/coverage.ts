/**
 * Coverage counters: how often each interesting branch was taken, under OVS's names.
 *
 * A counter springs into being at its first increment. Answers to OVS's `lib/coverage.h`; unlike
 * there, a count is visible at once.
 *
 * Owner: one `Coverage` per runtime.
 */

export class Coverage {
  readonly #counts = new Map<string, number>();

  /** Adds `count` to the counter `name`. */
  inc(name: string, count = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + count);
  }

  /** The value of `name`, 0 where it never happened. */
  read(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  /** All counters that ever happened, sorted by name. */
  toJSON(): Record<string, number> {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}
