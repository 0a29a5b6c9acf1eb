/**
 * A mask as it is kept: immutable, shared by all flows that have it, with the list of its non-zero
 * words, so that hashing and comparing touch those only.
 *
 * Owner: a `MaskTable` interns masks. Interning saves memory and makes "same mask" mostly a pointer
 * comparison; it is bounded, and two equal masks that are different objects are still equal.
 *
 * Hot path. Bench: `bench/set-up.ts`.
 */

import { hashAdd, hashFinish } from '../base/hash.js';
import { createFlowMask, type FlowMask } from '../packet/flow.js';
import { FLOW_WORDS } from '../packet/flow-layout.js';

/**
 * Enough for every realistic rule set; crafted headers can make more, which are then not shared.
 */
const INTERNED_MASKS_MAX = 16_384;

export class Mask {
  readonly words: FlowMask;
  /** Indices of the non-zero words, ascending. */
  readonly nonZero: Uint8Array;
  readonly hash: number;

  constructor(words: FlowMask) {
    const indices: number[] = [];
    for (let i = 0; i < FLOW_WORDS; i++) if (words[i] !== 0) indices.push(i);
    this.words = words;
    this.nonZero = Uint8Array.from(indices);
    this.hash = hashMask(words);
  }

  equals(other: Mask): boolean {
    return this === other || (this.hash === other.hash && this.#hasWords(other.words));
  }

  /** Whether every bit of `wanted` is in this mask. */
  covers(wanted: Mask): boolean {
    if (this === wanted) return true;
    for (const i of wanted.nonZero) {
      if ((wanted.words[i]! & ~this.words[i]!) !== 0) return false;
    }
    return true;
  }

  #hasWords(words: FlowMask): boolean {
    for (let i = 0; i < FLOW_WORDS; i++) if (words[i] !== this.words[i]) return false;
    return true;
  }
}

export class MaskTable {
  readonly #byHash = new Map<number, Mask[]>();
  #count = 0;

  /** The shared mask equal to `words`; copies them where it is new. */
  intern(words: FlowMask): Mask {
    const hash = hashMask(words);
    const bucket = this.#byHash.get(hash);
    if (bucket !== undefined) {
      for (const mask of bucket) if (sameWords(mask.words, words)) return mask;
    }
    const mask = new Mask(words.slice() as FlowMask);
    if (this.#count < INTERNED_MASKS_MAX) {
      this.#count++;
      if (bucket === undefined) this.#byHash.set(hash, [mask]);
      else bucket.push(mask);
    }
    return mask;
  }
}

/** Every bit of every word that a datapath key can carry: what "no mask" stands for. */
export function exactMask(start: number): Mask {
  const words = createFlowMask();
  words.fill(0xffff_ffff, start);
  return new Mask(words);
}

function hashMask(words: FlowMask): number {
  let hash = 0;
  for (let i = 0; i < FLOW_WORDS; i++) {
    const word = words[i]!;
    if (word !== 0) hash = hashAdd(hashAdd(hash, i), word);
  }
  return hashFinish(hash, FLOW_WORDS);
}

function sameWords(a: FlowMask, b: FlowMask): boolean {
  for (let i = 0; i < FLOW_WORDS; i++) if (a[i] !== b[i]) return false;
  return true;
}
