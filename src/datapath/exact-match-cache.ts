/**
 * The exact-match cache: the last packets' whole flows, and which megaflow each one matched. One
 * comparison in place of a walk through the masks.
 *
 * Answers to OVS's EMC, with its 8,192 entries and two places for each hash. Different here: the
 * hash is over the words that tell flows apart (ports, addresses, VLAN, protocol), since no network
 * card brings one; a packet enters a void place at once, and drives another one out in one of 16
 * cases (OVS: either in one of 100, at random), so that more flows than places cost little; there
 * is one cache for the datapath, not one a thread; and no signature-matching cache behind it.
 *
 * An entry is not told when its flow goes: it remembers the flow's handle and that handle's
 * generation, and a difference makes it void.
 *
 * Owner: the datapath. 2.2 MB.
 *
 * Hot path. Bench: `bench/hit-path.ts`.
 */

import { hashAdd, hashFinish } from '../base/hash.js';
import type { Flow } from '../packet/flow.js';
import * as L from '../packet/flow-layout.js';

/** Answers to `EM_FLOW_HASH_ENTRIES`. */
export const EXACT_MATCH_ENTRIES = 8192;

const INDEX_MASK = EXACT_MATCH_ENTRIES - 1;
/** Which bits of the hash choose the second place. */
const SECOND_SHIFT = 13;
/** Of so many packets that find no void place, one is entered. A power of two. */
const REPLACE_INTERVAL = 16;
const STRIDE = L.FLOW_WORDS - L.DP_START;
const NONE = -1;
const TYPE_IPV6 = 0x86dd;

export class ExactMatchCache {
  readonly #words = new Uint32Array(EXACT_MATCH_ENTRIES * STRIDE);
  readonly #hashes = new Uint32Array(EXACT_MATCH_ENTRIES);
  readonly #handles = new Int32Array(EXACT_MATCH_ENTRIES).fill(NONE);
  readonly #generations = new Uint32Array(EXACT_MATCH_ENTRIES);
  /** Packets that found no void place. */
  #crowdedCount = 0;

  /** The handle of the living flow that such a packet matched last, or -1. */
  lookup(flow: Flow, hash: number, generations: Uint32Array): number {
    const first = hash & INDEX_MASK;
    if (this.#matches(first, flow, hash, generations)) return this.#handles[first]!;
    const second = (hash >>> SECOND_SHIFT) & INDEX_MASK;
    if (this.#matches(second, flow, hash, generations)) return this.#handles[second]!;
    return NONE;
  }

  /**
   * Remembers what a packet matched, in a void place; where there is none, now and then in the one
   * with the lower hash.
   */
  insert(flow: Flow, hash: number, handle: number, generations: Uint32Array): void {
    const first = hash & INDEX_MASK;
    const second = (hash >>> SECOND_SHIFT) & INDEX_MASK;
    let place = first;
    if (this.#isAlive(first, generations)) {
      place = second;
      if (this.#isAlive(second, generations)) {
        if ((++this.#crowdedCount & (REPLACE_INTERVAL - 1)) !== 0) return;
        if (this.#hashes[second]! > this.#hashes[first]!) place = first;
      }
    }
    const words = this.#words;
    for (let i = L.DP_START, at = place * STRIDE; i < L.FLOW_WORDS; i++, at++) words[at] = flow[i]!;
    this.#hashes[place] = hash;
    this.#handles[place] = handle;
    this.#generations[place] = generations[handle]!;
  }

  #isAlive(entry: number, generations: Uint32Array): boolean {
    const handle = this.#handles[entry]!;
    return handle !== NONE && this.#generations[entry] === generations[handle];
  }

  #matches(entry: number, flow: Flow, hash: number, generations: Uint32Array): boolean {
    if (this.#hashes[entry] !== hash || !this.#isAlive(entry, generations)) return false;
    const words = this.#words;
    for (let i = L.DP_START, at = entry * STRIDE; i < L.FLOW_WORDS; i++, at++) {
      if (words[at] !== flow[i]) return false;
    }
    return true;
  }
}

/** The hash of a packet's flow for this cache; no two packets of a flow differ in it. */
export function exactMatchHash(flow: Flow): number {
  let hash = hashAdd(0, flow[L.IN_PORT]!);
  hash = hashAdd(hash, flow[L.DL_DST]!);
  hash = hashAdd(hash, flow[L.DL_DST + 1]!);
  hash = hashAdd(hash, flow[L.DL_SRC_LOW]!);
  hash = hashAdd(hash, flow[L.VLAN0]!);
  hash = hashAdd(hash, flow[L.NW_PROTO]!);
  hash = hashAdd(hash, flow[L.TP]!);
  if (flow[L.DL_TYPE]! >>> 16 === TYPE_IPV6) {
    for (let i = 0; i < 8; i++) hash = hashAdd(hash, flow[L.IPV6_SRC + i]!);
  } else {
    hash = hashAdd(hash, flow[L.NW_SRC]!);
    hash = hashAdd(hash, flow[L.NW_DST]!);
  }
  if (flow[L.RECIRC_ID] !== 0) hash = hashAdd(hashAdd(hash, flow[L.RECIRC_ID]!), flow[L.DP_HASH]!);
  return hashFinish(hash, STRIDE);
}
