/**
 * An observable, read at the reader's own pace: `for await (const value of stream)`.
 *
 * Observables push, so a reader that awaits between two values falls behind. What it has not read
 * yet waits here, at most `limit` values; when it is full the newest value is dropped and counted
 * in `dropped`. The source never waits.
 *
 * Owner: the waiting values. Ends with its source, or by `return()` (leaving the loop).
 */

import type { Observable, Subscription } from 'rxjs';

/** What a reader may fall behind before it loses values: a second of bursts at 1,000 a second. */
export const STREAM_LIMIT_DEFAULT = 1024;

export class BoundedStream<Value> implements AsyncIterableIterator<Value> {
  readonly #limit: number;
  readonly #subscription: Subscription;
  readonly #waiting: Value[] = [];
  #wake: (() => void) | undefined;
  #hasEnded = false;
  #dropped = 0;

  constructor(source: Observable<Value>, limit = STREAM_LIMIT_DEFAULT) {
    this.#limit = limit;
    this.#subscription = source.subscribe({
      next: (value) => this.#push(value),
      complete: () => this.#end(),
      error: () => this.#end(),
    });
  }

  /** Values that found the stream full. */
  get dropped(): number {
    return this.#dropped;
  }

  async next(): Promise<IteratorResult<Value, undefined>> {
    while (this.#waiting.length === 0) {
      if (this.#hasEnded) return { value: undefined, done: true };
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const [value] = this.#waiting.splice(0, 1) as [Value];
    return { value, done: false };
  }

  async return(): Promise<IteratorResult<Value, undefined>> {
    this.#subscription.unsubscribe();
    this.#waiting.length = 0;
    this.#end();
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #push(value: Value): void {
    if (this.#waiting.length >= this.#limit) this.#dropped++;
    else this.#waiting.push(value);
    this.#wake?.();
  }

  #end(): void {
    this.#hasEnded = true;
    this.#wake?.();
  }
}
