/**
 * The two hash tables of a subtable: counts of hashes for each stage, rules for the last one.
 *
 * Open addressing with linear probing; what is removed is closed up, so there are no tombstones and
 * a miss ends at the first empty slot. Answers to OVS's `ccmap` and `cmap`.
 *
 * Hot path. Bench: `bench/classifier.ts`.
 */

import type { Rule } from './rule.js';

const SLOTS_MIN = 8;

/** Spreads a hash over the low bits, which pick the slot. */
function slotOf(hash: number, last: number): number {
  return (hash ^ (hash >>> 15)) & last;
}

/** How often each hash was added. */
export class HashCounts {
  #hashes = new Int32Array(SLOTS_MIN);
  #counts = new Uint32Array(SLOTS_MIN);
  #size = 0;

  has(hash: number): boolean {
    return this.#counts[this.#slot(hash)]! > 0;
  }

  add(hash: number): void {
    const slot = this.#slot(hash);
    this.#counts[slot]!++;
    if (this.#counts[slot]! > 1) return;
    this.#hashes[slot] = hash;
    this.#size++;
    if (this.#size * 2 > this.#hashes.length) this.#grow();
  }

  /** Takes back one `add`. */
  remove(hash: number): void {
    const slot = this.#slot(hash);
    if (this.#counts[slot] === 0) return;
    this.#counts[slot]!--;
    if (this.#counts[slot] === 0) this.#close(slot);
  }

  /** Where `hash` is, or the empty slot where it would go. */
  #slot(hash: number): number {
    const hashes = this.#hashes;
    const counts = this.#counts;
    const last = hashes.length - 1;
    let slot = slotOf(hash, last);
    while (counts[slot] !== 0 && hashes[slot] !== hash) slot = (slot + 1) & last;
    return slot;
  }

  /** Moves into an emptied slot whatever only stands behind it because it was taken. */
  #close(emptied: number): void {
    const last = this.#hashes.length - 1;
    this.#size--;
    let hole = emptied;
    for (let at = (hole + 1) & last; this.#counts[at] !== 0; at = (at + 1) & last) {
      const home = slotOf(this.#hashes[at]!, last);
      if (((at - home) & last) < ((at - hole) & last)) continue;
      this.#hashes[hole] = this.#hashes[at]!;
      this.#counts[hole] = this.#counts[at]!;
      this.#counts[at] = 0;
      hole = at;
    }
  }

  #grow(): void {
    const hashes = this.#hashes;
    const counts = this.#counts;
    this.#hashes = new Int32Array(hashes.length * 2);
    this.#counts = new Uint32Array(hashes.length * 2);
    for (let i = 0; i < hashes.length; i++) {
      if (counts[i] === 0) continue;
      const slot = this.#slot(hashes[i]!);
      this.#hashes[slot] = hashes[i]!;
      this.#counts[slot] = counts[i]!;
    }
  }
}

/** Lists of rules by the hash of their match; the caller tells matches of one hash apart. */
export class RuleSlots {
  #hashes = new Int32Array(SLOTS_MIN);
  #rules: (Rule | undefined)[] = new Array<Rule | undefined>(SLOTS_MIN).fill(undefined);
  #size = 0;

  /** How many lists there are. */
  get size(): number {
    return this.#size;
  }

  /** The first slot to look at for `hash`. */
  first(hash: number): number {
    return slotOf(hash, this.#hashes.length - 1);
  }

  /** The slot after `slot`. */
  after(slot: number): number {
    return (slot + 1) & (this.#hashes.length - 1);
  }

  /** What is in `slot`; undefined ends a search. */
  at(slot: number): Rule | undefined {
    return this.#rules[slot];
  }

  hashAt(slot: number): number {
    return this.#hashes[slot]!;
  }

  /** Fills an empty slot that a search ended at. */
  put(slot: number, hash: number, head: Rule): void {
    this.#hashes[slot] = hash;
    this.#rules[slot] = head;
    this.#size++;
    if (this.#size * 2 > this.#hashes.length) this.#grow();
  }

  /** Replaces the head of a filled slot. */
  replace(slot: number, head: Rule): void {
    this.#rules[slot] = head;
  }

  /** Empties a filled slot. */
  clear(emptied: number): void {
    const last = this.#hashes.length - 1;
    this.#size--;
    let hole = emptied;
    for (let at = (hole + 1) & last; this.#rules[at] !== undefined; at = (at + 1) & last) {
      const home = slotOf(this.#hashes[at]!, last);
      if (((at - home) & last) < ((at - hole) & last)) continue;
      this.#hashes[hole] = this.#hashes[at]!;
      this.#rules[hole] = this.#rules[at];
      hole = at;
    }
    this.#rules[hole] = undefined;
  }

  *heads(): Generator<Rule> {
    for (const head of this.#rules) if (head !== undefined) yield head;
  }

  #grow(): void {
    const hashes = this.#hashes;
    const rules = this.#rules;
    const length = hashes.length * 2;
    this.#hashes = new Int32Array(length);
    this.#rules = new Array<Rule | undefined>(length).fill(undefined);
    for (let i = 0; i < hashes.length; i++) {
      if (rules[i] === undefined) continue;
      let slot = this.first(hashes[i]!);
      while (this.#rules[slot] !== undefined) slot = this.after(slot);
      this.#hashes[slot] = hashes[i]!;
      this.#rules[slot] = rules[i];
    }
  }
}
