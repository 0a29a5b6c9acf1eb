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

/** A value, and what it costs. */
export interface StackValue {
  readonly value: bigint;
  readonly size: number;
}

const NONE: readonly StackValue[] = [];

export class XlateStack {
  #values: StackValue[] = [];
  /** Bytes. */
  size = 0;

  push(value: bigint, width: number): void {
    const size = ((width + 7) >>> 3) + LENGTH_SIZE;
    this.#values.push({ value, size });
    this.size += size;
  }

  /** Undefined: there is none. */
  pop(): bigint | undefined {
    const top = this.#values.pop();
    this.size -= top?.size ?? 0;
    return top?.value;
  }

  clear(): void {
    if (this.size === 0) return;
    this.#values.length = 0;
    this.size = 0;
  }

  /** All that is on it, the last one on top. */
  values(): readonly StackValue[] {
    return this.size === 0 ? NONE : this.#values.slice();
  }

  /** Makes it what `values` once said. */
  restore(values: readonly StackValue[]): void {
    this.#values = values.slice();
    this.size = values.reduce((sum, { size }) => sum + size, 0);
  }

  /** Makes this stack what `other` is. */
  assign(other: XlateStack): void {
    if (this.size === 0 && other.size === 0) return;
    this.#values = other.#values.slice();
    this.size = other.size;
  }
}
