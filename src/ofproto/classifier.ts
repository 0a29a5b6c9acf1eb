/**
 * The classifier: which rule of a table does a packet meet, and which bits of the packet say so?
 *
 * Tuple space search: one `Subtable` for each mask, looked up from the highest priority down, until
 * no subtable is left that could beat what was found. The bits that were looked at are added to a
 * mask, and everything here (stages, tries, the early stop) serves to keep them few: each bit more
 * splits megaflows. Where rules of equal priority overlap, which one wins is left open, as in
 * OpenFlow. Answers to OVS's `lib/classifier.c`.
 *
 * Owner: `FlowTables`, one for each table. Hot path. Bench: `bench/classifier.ts`.
 */

import type { Flow, FlowMask } from '../packet/flow.js';
import { CONJ_ID } from '../packet/flow-layout.js';
import { AddressTries } from './address-tries.js';
import { Subtable } from './classifier-subtable.js';
import { resolveSoft } from './conjunctive-match.js';
import type { Match } from './match.js';
import type { Rule } from './rule.js';

export class Classifier {
  /** From the highest priority down; of equal ones, the first to come. */
  readonly #subtables: Subtable[] = [];
  /** By a hash of their masks, which few share. */
  readonly #byMask = new Map<number, Subtable[]>();
  readonly #tries = new AddressTries();
  /** Of the lookup that goes on: rules that count only with others. */
  readonly #soft: Rule[] = [];
  #ruleCount = 0;

  /** Rules, those of old versions included. */
  get ruleCount(): number {
    return this.#ruleCount;
  }

  /** Masks. */
  get subtableCount(): number {
    return this.#subtables.length;
  }

  /** The best rule that `flow` meets in `version`; adds the bits that decided it to `wc`. */
  lookup(flow: Flow, version: number, wc: FlowMask | undefined): Rule | undefined {
    this.#soft.length = 0;
    const best = this.#lookup(flow, version, wc, true);
    if (this.#soft.length === 0) return best;
    return resolveSoft(best, this.#soft.slice(), version, (id) =>
      this.#lookupWithId(id, flow, version, wc),
    );
  }

  /** The best rule that is certain; soft ones of a higher priority are gathered, or passed over. */
  #lookup(
    flow: Flow,
    version: number,
    wc: FlowMask | undefined,
    gathersSoft: boolean,
  ): Rule | undefined {
    const subtables = this.#subtables;
    let best: Rule | undefined;
    let bestPriority = -1;
    this.#tries.start();
    for (let i = 0; i < subtables.length; i++) {
      const subtable = subtables[i]!;
      if (subtable.priorityMax <= bestPriority) break;
      const rule =
        wc === undefined
          ? subtable.lookupPlain(flow, version)
          : subtable.lookup(flow, version, this.#tries, wc);
      if (rule === undefined || rule.priority <= bestPriority) continue;
      if (rule.conjunctions !== undefined) {
        if (gathersSoft) this.#soft.push(rule);
        continue;
      }
      best = rule;
      bestPriority = rule.priority;
    }
    return best;
  }

  #lookupWithId(
    id: number,
    flow: Flow,
    version: number,
    wc: FlowMask | undefined,
  ): Rule | undefined {
    const own = flow[CONJ_ID]!;
    flow[CONJ_ID] = id;
    const rule = this.#lookup(flow, version, wc, false);
    flow[CONJ_ID] = own;
    return rule;
  }

  /** The rule with this very match and priority that `version` has. */
  find(match: Match, priority: number, version: number): Rule | undefined {
    let rule = this.#subtableOf(match)?.equal(match);
    while (rule !== undefined && (rule.priority !== priority || !rule.isVisibleIn(version))) {
      rule = rule.next;
    }
    return rule;
  }

  /** Whether a rule of `version` with this priority accepts a packet that `match` accepts. */
  hasOverlap(match: Match, priority: number, version: number): boolean {
    for (const rule of this.rules()) {
      if (rule.priority !== priority || !rule.isVisibleIn(version)) continue;
      if (rule.match.overlaps(match)) return true;
    }
    return false;
  }

  insert(rule: Rule): void {
    const subtable = this.#subtableOf(rule.match) ?? this.#addSubtable(rule.match);
    const before = subtable.priorityMax;
    subtable.insert(rule, this.#tries);
    this.#ruleCount++;
    if (subtable.priorityMax !== before) this.#sort();
  }

  remove(rule: Rule): void {
    const subtable = this.#subtableOf(rule.match);
    if (subtable === undefined) return;
    const before = subtable.priorityMax;
    subtable.remove(rule, this.#tries);
    this.#ruleCount--;
    if (subtable.ruleCount === 0) {
      this.#removeSubtable(subtable, rule.match.hashOfMask());
    } else if (subtable.priorityMax !== before) {
      this.#sort();
    }
  }

  /** All rules, in no order; the tables must not change meanwhile. */
  *rules(): Generator<Rule> {
    for (const subtable of this.#subtables) yield* subtable.rules();
  }

  /** The subtable of the rules with this mask. */
  #subtableOf(match: Match): Subtable | undefined {
    const found = this.#byMask.get(match.hashOfMask());
    if (found === undefined) return undefined;
    for (let i = 0; i < found.length; i++) if (found[i]!.mask.hasSameMask(match)) return found[i];
    return undefined;
  }

  #addSubtable(match: Match): Subtable {
    const subtable = new Subtable(match);
    const hash = match.hashOfMask();
    const found = this.#byMask.get(hash);
    if (found === undefined) this.#byMask.set(hash, [subtable]);
    else found.push(subtable);
    this.#subtables.push(subtable);
    return subtable;
  }

  #removeSubtable(subtable: Subtable, hash: number): void {
    this.#subtables.splice(this.#subtables.indexOf(subtable), 1);
    const left = this.#byMask.get(hash)!.filter((other) => other !== subtable);
    if (left.length === 0) this.#byMask.delete(hash);
    else this.#byMask.set(hash, left);
  }

  /** Stable, so that equals keep the order in which they came, as OVS's `pvector` does. */
  #sort(): void {
    this.#subtables.sort((a, b) => b.priorityMax - a.priorityMax);
  }
}
