/**
 * From a flow key to the handle of its ukey: a chained hash table over handles.
 *
 * Chains are a column of their own, so that entering a ukey allocates nothing. The bucket comes
 * from the high bits of a product, for all keys of a slice agree on `hash mod n`.
 *
 * Owner: one `UkeySlice`. Hot path. Bench: `bench/dump.ts`. Answers to the seed's `ukeys[i].hmap`.
 */

import type { FlowKey } from '../datapath/flow-key.js';
import { NO_HANDLE } from './ukey-columns.js';

const BUCKET_BITS_MIN = 6;
/** 2^32 divided by the golden ratio: spreads consecutive hashes over all buckets. */
const SPREAD = 0x9e3779b1;

export class UkeyIndex {
  readonly #keys: readonly (FlowKey | undefined)[];
  #shift = 32 - BUCKET_BITS_MIN;
  #buckets = new Int32Array(1 << BUCKET_BITS_MIN).fill(NO_HANDLE);
  #next = new Int32Array(1 << BUCKET_BITS_MIN);
  #count = 0;

  /** `keys` is the column that handles point into. */
  constructor(keys: readonly (FlowKey | undefined)[]) {
    this.#keys = keys;
  }

  /** The handle of the ukey of `key`, or `NO_HANDLE`. */
  find(key: FlowKey): number {
    const keys = this.#keys;
    let handle = this.#buckets[Math.imul(key.hash, SPREAD) >>> this.#shift]!;
    while (handle !== NO_HANDLE) {
      const candidate = keys[handle]!;
      if (candidate === key || candidate.equals(key)) return handle;
      handle = this.#next[handle]!;
    }
    return NO_HANDLE;
  }

  /** Enters `handle`, whose key is in the column and not yet in the index. */
  insert(handle: number): void {
    if (handle >= this.#next.length) this.#growChains(handle + 1);
    if (this.#count === this.#buckets.length) this.#growBuckets();
    this.#link(handle);
    this.#count++;
  }

  /** Takes `handle` out while its key is still in the column. */
  remove(handle: number): void {
    const bucket = this.#bucketOf(handle);
    let at = this.#buckets[bucket]!;
    if (at === handle) {
      this.#buckets[bucket] = this.#next[handle]!;
    } else {
      while (this.#next[at] !== handle) at = this.#next[at]!;
      this.#next[at] = this.#next[handle]!;
    }
    this.#count--;
  }

  #bucketOf(handle: number): number {
    return Math.imul(this.#keys[handle]!.hash, SPREAD) >>> this.#shift;
  }

  #link(handle: number): void {
    const bucket = this.#bucketOf(handle);
    this.#next[handle] = this.#buckets[bucket]!;
    this.#buckets[bucket] = handle;
  }

  #growChains(count: number): void {
    const next = new Int32Array(Math.max(count, this.#next.length * 2));
    next.set(this.#next);
    this.#next = next;
  }

  #growBuckets(): void {
    const before = this.#buckets;
    const chains = this.#next.slice();
    this.#shift--;
    this.#buckets = new Int32Array(before.length * 2).fill(NO_HANDLE);
    for (let bucket = 0; bucket < before.length; bucket++) {
      for (let at = before[bucket]!; at !== NO_HANDLE; at = chains[at]!) this.#link(at);
    }
  }
}
