/**
 * The stack of a translation: what `push` keeps of fields, for `pop`.
 *
 * A value is kept in whole bytes. Popped into a wider field it has zeroes in front, into a narrower
 * one its lowest bits count. Answers to `nx_stack_push` and `nx_stack_pop` of OVS's
 * `lib/nx-match.c`.
 *
 * Owner: the translation.
 */

/** Bytes that the stack may have when a rule is called; more is an error. */
export const STACK_SIZE_MAX = 65_535;
/** What each value costs besides its own bytes. */
const LENGTH_SIZE = 1;

export class XlateStack {
  #values: bigint[] = [];
  #sizes: number[] = [];
  /** Bytes. */
  size = 0;

  push(value: bigint, width: number): void {
    const size = ((width + 7) >>> 3) + LENGTH_SIZE;
    this.#values.push(value);
    this.#sizes.push(size);
    this.size += size;
  }

  /** Undefined: there is none. */
  pop(): bigint | undefined {
    this.size -= this.#sizes.pop() ?? 0;
    return this.#values.pop();
  }

  clear(): void {
    if (this.size === 0) return;
    this.#values.length = 0;
    this.#sizes.length = 0;
    this.size = 0;
  }

  /** Makes this stack what `other` is. */
  assign(other: XlateStack): void {
    if (this.size === 0 && other.size === 0) return;
    this.#values = other.#values.slice();
    this.#sizes = other.#sizes.slice();
    this.size = other.size;
  }
}
