/**
 * All flows of one mask, in one hash table: a flow's masked words are its place and its identity.
 *
 * Only the mask's non-zero words are hashed, kept and compared; they stand side by side in one
 * array, so that a comparison reads one run of memory. Answers to OVS's `struct dpcls_subtable`.
 *
 * Owner: the `MegaflowTable` that it is part of. Handles are that table's.
 *
 * Hot path. Bench: `bench/hit-path.ts`.
 */

import { hashAdd, hashFinish } from '../base/hash.js';
import type { Flow } from '../packet/flow.js';
import type { Mask } from './mask.js';

const NONE = -1;
/** Entries of a new subtable: most masks have a handful of flows. */
const ENTRIES_MIN = 4;

export class Subtable {
  readonly mask: Mask;
  /** Lookups that ended here since the last ranking. */
  hitCount = 0;
  /** Flows. */
  count = 0;

  readonly #indices: Uint8Array;
  readonly #bits: Uint32Array;
  readonly #stride: number;
  #buckets = new Int32Array(ENTRIES_MIN).fill(NONE);
  #next = new Int32Array(ENTRIES_MIN);
  #hashes = new Uint32Array(ENTRIES_MIN);
  #handles = new Int32Array(ENTRIES_MIN);
  #words: Uint32Array;
  /** Entries that were ever used; those that were freed hang on `#free`. */
  #top = 0;
  #free = NONE;

  constructor(mask: Mask) {
    this.mask = mask;
    this.#indices = mask.nonZero;
    this.#stride = mask.nonZero.length;
    this.#bits = Uint32Array.from(mask.nonZero, (index) => mask.words[index]!);
    this.#words = new Uint32Array(ENTRIES_MIN * this.#stride);
  }

  /** The handle of the flow that matches `flow`, or -1. */
  find(flow: Flow): number {
    const hash = this.#hash(flow);
    const hashes = this.#hashes;
    const next = this.#next;
    let entry = this.#buckets[hash & (this.#buckets.length - 1)]!;
    while (entry !== NONE) {
      if (hashes[entry] === hash && this.#matches(entry, flow)) return this.#handles[entry]!;
      entry = next[entry]!;
    }
    return NONE;
  }

  /** Adds a flow that `find` does not find; returns its entry, by which it is removed. */
  insert(flow: Flow, handle: number): number {
    const entry = this.#take();
    const hash = this.#hash(flow);
    const stride = this.#stride;
    for (let i = 0, at = entry * stride; i < stride; i++, at++) {
      this.#words[at] = flow[this.#indices[i]!]! & this.#bits[i]!;
    }
    this.#hashes[entry] = hash;
    this.#handles[entry] = handle;
    this.#link(entry, hash);
    this.count++;
    return entry;
  }

  remove(entry: number): void {
    const bucket = this.#hashes[entry]! & (this.#buckets.length - 1);
    let at = this.#buckets[bucket]!;
    if (at === entry) this.#buckets[bucket] = this.#next[entry]!;
    else {
      while (this.#next[at]! !== entry) at = this.#next[at]!;
      this.#next[at] = this.#next[entry]!;
    }
    this.#next[entry] = this.#free;
    this.#free = entry;
    this.#handles[entry] = NONE;
    this.count--;
  }

  #hash(flow: Flow): number {
    const indices = this.#indices;
    const bits = this.#bits;
    let hash = 0;
    for (let i = 0; i < indices.length; i++) hash = hashAdd(hash, flow[indices[i]!]! & bits[i]!);
    return hashFinish(hash, indices.length);
  }

  #matches(entry: number, flow: Flow): boolean {
    const indices = this.#indices;
    const bits = this.#bits;
    const words = this.#words;
    let at = entry * this.#stride;
    for (let i = 0; i < indices.length; i++, at++) {
      if (((flow[indices[i]!]! ^ words[at]!) & bits[i]!) !== 0) return false;
    }
    return true;
  }

  #link(entry: number, hash: number): void {
    const bucket = hash & (this.#buckets.length - 1);
    this.#next[entry] = this.#buckets[bucket]!;
    this.#buckets[bucket] = entry;
  }

  #take(): number {
    if (this.#free !== NONE) {
      const entry = this.#free;
      this.#free = this.#next[entry]!;
      return entry;
    }
    if (this.#top === this.#handles.length) this.#grow();
    return this.#top++;
  }

  /** Doubles everything; nothing is free when it runs. */
  #grow(): void {
    const size = this.#handles.length * 2;
    this.#hashes = widened(this.#hashes, new Uint32Array(size));
    this.#handles = widened(this.#handles, new Int32Array(size));
    this.#words = widened(this.#words, new Uint32Array(size * this.#stride));
    this.#next = new Int32Array(size);
    this.#buckets = new Int32Array(size).fill(NONE);
    for (let entry = 0; entry < this.#top; entry++) this.#link(entry, this.#hashes[entry]!);
  }
}

function widened<A extends Int32Array | Uint32Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
