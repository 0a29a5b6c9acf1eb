/**
 * What one datapath flow stands for: everything that its packets' counters must reach.
 *
 * A translation notes here each thing it would have credited, so that a revalidator can credit
 * later packets without translating again. Pushing has the same effect as that translation with the
 * same statistics; a push of zero packets has none. Answers to `ofproto-dpif-xlate-cache.c`.
 *
 * Owner: the flow's ukey. Hot path. Bench: `bench/translate.ts`.
 */

import type { FlowStats } from '../datapath/dpif.js';
import type { RuleRef, XlateCache } from '../datapath/translator.js';
import { GroupHit } from './group.js';
import type { MacSighting } from './mac-learning.js';
import type { Ofproto } from './ofproto.js';
import { Rule } from './rule.js';
import { ruleRefOf } from './xlate-trace.js';

/** What packets do besides being counted: teach a rule, end a connection. */
export abstract class CacheEffect {
  /** Does it again, for packets of `stats`. */
  abstract push(stats: Readonly<FlowStats>, mayLearn: boolean): void;
}

/** What follows is of another bridge: a patch port has been crossed. */
export class BridgeTurn {
  readonly ofproto: Ofproto;

  constructor(ofproto: Ofproto) {
    this.ofproto = ofproto;
  }
}

/**
 * A rule; a lookup in a table, as `2 * table`, plus 1 where it matched; a way through a group; what
 * NORMAL saw; an effect; or the turn to another bridge. One flat array of them: a flow has three or
 * four, and there may be 200,000 flows.
 */
export type XlateCacheEntry = Rule | number | GroupHit | MacSighting | CacheEffect | BridgeTurn;

const NO_ENTRIES: readonly XlateCacheEntry[] = [];

/** The entry for a lookup in a table. */
export function tableEntry(table: number, isMatch: boolean): number {
  return 2 * table + (isMatch ? 1 : 0);
}

export class OfprotoXlateCache implements XlateCache {
  #ofproto: Ofproto | undefined;
  #entries = NO_ENTRIES;
  #isArrival = false;

  /**
   * Replaces the content; keeps `entries`. `isArrival`: the packets came from the datapath, not
   * from a controller.
   */
  fill(ofproto: Ofproto, entries: readonly XlateCacheEntry[], isArrival: boolean): void {
    this.#ofproto = ofproto;
    this.#entries = entries;
    this.#isArrival = isArrival;
  }

  push(stats: Readonly<FlowStats>, mayLearn: boolean): void {
    let ofproto = this.#ofproto;
    if (stats.packets === 0 || ofproto === undefined) return;
    const entries = this.#entries;
    if (this.#isArrival) ofproto.creditArrival(stats);
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i]!;
      if (typeof entry === 'number') ofproto.creditTable(entry >>> 1, (entry & 1) === 1, stats);
      else if (entry instanceof Rule || entry instanceof GroupHit) entry.credit(stats);
      else if (entry instanceof CacheEffect) entry.push(stats, mayLearn);
      else if (entry instanceof BridgeTurn) ofproto = entry.ofproto;
      else if (mayLearn) ofproto.learn(entry);
    }
  }

  relearn(): void {
    let ofproto = this.#ofproto;
    for (const entry of this.#entries) {
      if (typeof entry === 'number' || entry instanceof Rule || entry instanceof GroupHit) continue;
      if (entry instanceof BridgeTurn) ofproto = entry.ofproto;
      else if (!(entry instanceof CacheEffect)) ofproto?.learn(entry);
    }
  }

  rules(): readonly RuleRef[] {
    let ofproto = this.#ofproto;
    if (ofproto === undefined) return [];
    const rules = new Set<RuleRef>();
    for (const entry of this.#entries) {
      if (entry instanceof BridgeTurn) ofproto = entry.ofproto;
      else if (entry instanceof Rule) rules.add(ruleRefOf(ofproto, entry));
    }
    return [...rules];
  }

  clear(): void {
    this.#ofproto = undefined;
    this.#entries = NO_ENTRIES;
  }
}
