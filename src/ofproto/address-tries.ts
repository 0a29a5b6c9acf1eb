/**
 * The two prefix tries of a flow table: IPv4 destinations and sources of its rules.
 *
 * Before a subtable looks at addresses, the tries may already know that none of its rules fits, and
 * that fewer bits show it than the subtable's mask has. That is what keeps a megaflow from matching
 * a whole address where a prefix would do. ip_dst and ip_src, in this order, are the prefix fields
 * that OVS 3.1 tracks by default. Answers to `check_tries` of OVS's `lib/classifier.c`.
 *
 * Hot path. Bench: `bench/classifier.ts`.
 */

import type { Flow, FlowMask } from '../packet/flow.js';
import { DL_TYPE, NW_DST, NW_SRC } from '../packet/flow-layout.js';
import type { Match } from './match.js';
import { PrefixTrie, prefixLength, prefixMask } from './prefix-trie.js';

const ETH_TYPE_IP = 0x0800;
const ALL_LENGTHS = -1;

/** One field's trie and what it said of the packet that is being looked up. */
class TrackedField {
  readonly word: number;
  readonly trie = new PrefixTrie();
  isAsked = false;
  lengths = 0;
  bits = 0;

  constructor(word: number) {
    this.word = word;
  }

  /** Whether no rule has a prefix of `length` that fits, shown by no more bits than that. */
  ruleOut(length: number, flow: Flow, wc: FlowMask): boolean {
    if (!this.isAsked) this.#ask(flow);
    if (((this.lengths >>> (32 - length)) & 1) !== 0) return false;
    const mask = prefixMask(this.bits);
    const known = wc[this.word]!;
    // More bits than the subtable has would narrow the megaflow, unless they count already.
    if (this.bits > length && (known & mask) >>> 0 !== mask) return false;
    wc[this.word] = known | mask;
    return true;
  }

  /** The field means an address in IPv4 packets only; of others nothing can be ruled out. */
  #ask(flow: Flow): void {
    this.isAsked = true;
    const isIpv4 = flow[DL_TYPE]! >>> 16 === ETH_TYPE_IP;
    this.bits = isIpv4 ? this.trie.lookup(flow[this.word]!) : 0;
    this.lengths = isIpv4 ? this.trie.lengths : ALL_LENGTHS;
  }
}

export class AddressTries {
  readonly #destination = new TrackedField(NW_DST);
  readonly #source = new TrackedField(NW_SRC);

  /** Forgets the last packet. */
  start(): void {
    this.#destination.isAsked = false;
    this.#source.isAsked = false;
  }

  /**
   * Whether a subtable with prefixes of these lengths (0: none) has no rule for `flow`; then the
   * bits that show it are added to `wc`.
   */
  ruleOut(destinationLength: number, sourceLength: number, flow: Flow, wc: FlowMask): boolean {
    if (destinationLength > 0 && this.#destination.ruleOut(destinationLength, flow, wc))
      return true;
    return sourceLength > 0 && this.#source.ruleOut(sourceLength, flow, wc);
  }

  insert(match: Match): void {
    const destinationLength = trackedLength(match, NW_DST);
    const sourceLength = trackedLength(match, NW_SRC);
    if (destinationLength > 0)
      this.#destination.trie.insert(match.valueAt(NW_DST), destinationLength);
    if (sourceLength > 0) this.#source.trie.insert(match.valueAt(NW_SRC), sourceLength);
  }

  remove(match: Match): void {
    const destinationLength = trackedLength(match, NW_DST);
    const sourceLength = trackedLength(match, NW_SRC);
    if (destinationLength > 0)
      this.#destination.trie.remove(match.valueAt(NW_DST), destinationLength);
    if (sourceLength > 0) this.#source.trie.remove(match.valueAt(NW_SRC), sourceLength);
  }
}

/** The length of the prefix that `match` has on an address word; 0: none, or not a prefix. */
export function trackedLength(match: Match, word: number): number {
  const at = match.words.indexOf(word);
  return at < 0 ? 0 : (prefixLength(match.masks[at]!) ?? 0);
}
