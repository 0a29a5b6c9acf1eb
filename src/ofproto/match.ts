/**
 * A match: the value and the mask that a rule compares packets with, kept compactly.
 *
 * Of the words of a flow only those are stored whose mask is not zero: that is a tenth of the
 * memory, and exactly what the classifier hashes and compares. Values are masked, so two matches
 * that accept the same packets are equal. Immutable. Answers to OVS's `struct minimatch`.
 *
 * Hot path. Bench: `bench/classifier.ts`.
 */

import { hashAdd } from '../base/hash.js';
import { createFlow, createFlowMask, type Flow, type FlowMask } from '../packet/flow.js';
import { FLOW_WORDS } from '../packet/flow-layout.js';

export class Match {
  /** Indices of the words that matter, ascending. */
  readonly words: Uint8Array;
  /** The value of each of those words, masked. */
  readonly values: Uint32Array;
  /** The mask of each of those words; never 0. */
  readonly masks: Uint32Array;

  /** Copies what it needs. */
  constructor(flow: Flow, mask: FlowMask) {
    const { words, masks } = shapeOf(mask);
    this.words = words;
    this.masks = masks;
    this.values = new Uint32Array(words.length);
    for (let i = 0; i < words.length; i++) this.values[i] = flow[words[i]!]! & masks[i]!;
  }

  /** A new flow with this match's values and zeroes elsewhere. */
  get flow(): Flow {
    const flow = createFlow();
    for (let i = 0; i < this.words.length; i++) flow[this.words[i]!] = this.values[i]!;
    return flow;
  }

  /** A new mask with this match's bits. */
  get mask(): FlowMask {
    const mask = createFlowMask();
    for (let i = 0; i < this.words.length; i++) mask[this.words[i]!] = this.masks[i]!;
    return mask;
  }

  /** The value of one word; 0 where it does not matter. */
  valueAt(word: number): number {
    const at = this.words.indexOf(word);
    return at < 0 ? 0 : this.values[at]!;
  }

  /** The same for matches with the same mask. */
  hashOfMask(): number {
    const { words, masks } = this;
    let hash = 0;
    for (let i = 0; i < words.length; i++) hash = hashAdd(hashAdd(hash, words[i]!), masks[i]!);
    return hash;
  }

  /** Whether it accepts every packet. */
  get isCatchAll(): boolean {
    return this.words.length === 0;
  }

  /** Whether `packet` agrees with this match. */
  matches(packet: Flow): boolean {
    const { words, values, masks } = this;
    for (let i = 0; i < words.length; i++) {
      if (((packet[words[i]!]! ^ values[i]!) & masks[i]!) !== 0) return false;
    }
    return true;
  }

  equals(other: Match): boolean {
    if (!this.hasSameMask(other)) return false;
    for (let i = 0; i < this.values.length; i++) {
      if (this.values[i] !== other.values[i]) return false;
    }
    return true;
  }

  hasSameMask(other: Match): boolean {
    if (this.words === other.words && this.masks === other.masks) return true;
    if (this.words.length !== other.words.length) return false;
    for (let i = 0; i < this.words.length; i++) {
      if (this.words[i] !== other.words[i] || this.masks[i] !== other.masks[i]) return false;
    }
    return true;
  }

  /** Whether every packet that this match accepts is one that `wider` accepts too. */
  isWithin(wider: Match): boolean {
    const { words, values, masks } = this;
    let at = 0;
    for (let i = 0; i < wider.words.length; i++) {
      const word = wider.words[i]!;
      const wanted = wider.masks[i]!;
      while (at < words.length && words[at]! < word) at++;
      if (words[at] !== word || (wanted & ~masks[at]!) !== 0) return false;
      if (((values[at]! ^ wider.values[i]!) & wanted) !== 0) return false;
    }
    return true;
  }

  /** Whether some packet is accepted by both. */
  overlaps(other: Match): boolean {
    const { words, values, masks } = this;
    let at = 0;
    for (let i = 0; i < other.words.length; i++) {
      const word = other.words[i]!;
      while (at < words.length && words[at]! < word) at++;
      if (words[at] !== word) continue;
      if (((values[at]! ^ other.values[i]!) & masks[at]! & other.masks[i]!) !== 0) return false;
    }
    return true;
  }
}

/** What matches with one mask have in common. */
interface MatchShape {
  readonly words: Uint8Array;
  readonly masks: Uint32Array;
}

/** Masks that are remembered; one that finds its place taken has it from then on. */
const SHAPES_COUNT = 256;
/** Rules by the thousand have few masks: they share them. Owner: `shapeOf`. */
const shapes: (MatchShape | undefined)[] = new Array(SHAPES_COUNT).fill(undefined);

function shapeOf(mask: FlowMask): MatchShape {
  let count = 0;
  let hash = 0;
  for (let i = 0; i < FLOW_WORDS; i++) {
    if (mask[i] === 0) continue;
    count++;
    hash = hashAdd(hashAdd(hash, i), mask[i]!);
  }
  const place = (hash ^ (hash >>> 16)) & (SHAPES_COUNT - 1);
  const known = shapes[place];
  if (known !== undefined && known.words.length === count && fits(known, mask)) return known;
  const shape = createShape(mask, count);
  shapes[place] = shape;
  return shape;
}

/** Whether `mask` has the bits of `shape` in its words; others there are none, by their count. */
function fits({ words, masks }: MatchShape, mask: FlowMask): boolean {
  for (let i = 0; i < words.length; i++) if (mask[words[i]!] !== masks[i]) return false;
  return true;
}

function createShape(mask: FlowMask, count: number): MatchShape {
  const words = new Uint8Array(count);
  const masks = new Uint32Array(count);
  for (let i = 0, at = 0; i < FLOW_WORDS; i++) {
    if (mask[i] === 0) continue;
    words[at] = i;
    masks[at++] = mask[i]!;
  }
  return { words, masks };
}

/** The match that accepts every packet. */
export const CATCH_ALL = new Match(createFlow(), createFlowMask());
