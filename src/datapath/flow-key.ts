/**
 * A datapath flow's key, as it is kept: immutable, and only its non-zero words.
 *
 * `Flow` is for looking at a packet, `FlowKey` for remembering one: a datapath flow and its ukey
 * share the same object. Covers the words from `DP_START` on; tunnel keys, when they come, extend
 * it. Its hash plays the part of OVS's ufid, with the key compared.
 *
 * Hot path. Bench: `bench/set-up.ts`.
 */

import { hashAdd, hashFinish } from '../base/hash.js';
import type { Flow } from '../packet/flow.js';
import { createFlow } from '../packet/flow.js';
import { DP_START, FLOW_WORDS } from '../packet/flow-layout.js';

const LOW_WORDS = 32;

export class FlowKey {
  /** Bit i: word `DP_START + i` is not zero. */
  readonly #low: number;
  /** Bit i: word `DP_START + 32 + i` is not zero. */
  readonly #high: number;
  readonly #words: Uint32Array;
  /** Unsigned 32 bits. */
  readonly hash: number;

  private constructor(low: number, high: number, words: Uint32Array, hash: number) {
    this.#low = low;
    this.#high = high;
    this.#words = words;
    this.hash = hash;
  }

  /** The key of `flow`, whose in_port is a datapath port. */
  static from(flow: Flow): FlowKey {
    let low = 0;
    let high = 0;
    let count = 0;
    let hash = 0;
    for (let i = DP_START; i < FLOW_WORDS; i++) {
      const word = flow[i]!;
      if (word === 0) continue;
      const bit = i - DP_START;
      if (bit < LOW_WORDS) low |= 1 << bit;
      else high |= 1 << (bit - LOW_WORDS);
      scratch[count++] = word;
      hash = hashAdd(hash, word);
    }
    hash = hashAdd(hashAdd(hash, low), high);
    return new FlowKey(low, high, scratch.slice(0, count), hashFinish(hash, count * 4));
  }

  equals(other: FlowKey): boolean {
    if (this.hash !== other.hash || this.#low !== other.#low || this.#high !== other.#high) {
      return false;
    }
    const mine = this.#words;
    const theirs = other.#words;
    for (let i = 0; i < mine.length; i++) if (mine[i] !== theirs[i]) return false;
    return true;
  }

  /** Orders keys by their words as numbers, the first word first. */
  compare(other: FlowKey): number {
    let mine = 0;
    let theirs = 0;
    for (let half = 0; half < 2; half++) {
      const mineMap = half === 0 ? this.#low : this.#high;
      const theirMap = half === 0 ? other.#low : other.#high;
      for (let left = mineMap | theirMap; left !== 0; left &= left - 1) {
        const bit = left & -left;
        const a = (mineMap & bit) === 0 ? 0 : this.#words[mine++]!;
        const b = (theirMap & bit) === 0 ? 0 : other.#words[theirs++]!;
        if (a !== b) return a < b ? -1 : 1;
      }
    }
    return 0;
  }

  /**
   * Writes the key's words into `flow`, zeroing the others of its range; the rest is left alone.
   */
  expandInto(flow: Flow): void {
    let next = 0;
    for (let i = DP_START; i < FLOW_WORDS; i++) {
      const bit = i - DP_START;
      const map = bit < LOW_WORDS ? this.#low : this.#high;
      const isSet = ((map >>> (bit & 31)) & 1) === 1;
      flow[i] = isSet ? this.#words[next++]! : 0;
    }
  }

  /** A fresh flow with the key's words. */
  toFlow(): Flow {
    const flow = createFlow();
    this.expandInto(flow);
    return flow;
  }
}

const scratch = new Uint32Array(FLOW_WORDS - DP_START);
