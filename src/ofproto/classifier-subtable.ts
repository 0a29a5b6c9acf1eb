/**
 * A subtable of the classifier: all rules of one mask, found by hash.
 *
 * The mask's words fall into stages (metadata; L2; L3; L4). Each stage but the last has an index of
 * the hashes so far: where the packet's is not in it, no rule can match and the later stages were
 * never looked at, so the megaflow does not have to match on them. Where ports decide in the end,
 * a trie of the rules' ports says how many of their bits did. Answers to `struct cls_subtable` and
 * `find_match_wc` of OVS's `lib/classifier.c`.
 *
 * Owner: its `Classifier`. Hot path. Bench: `bench/classifier.ts`.
 */

import { hashAdd } from '../base/hash.js';
import type { Flow, FlowMask } from '../packet/flow.js';
import { NW_DST, NW_SRC, STAGE_ENDS, TP } from '../packet/flow-layout.js';
import { type AddressTries, trackedLength } from './address-tries.js';
import { HashCounts, RuleSlots } from './classifier-hashes.js';
import type { Match } from './match.js';
import { PrefixTrie, prefixMask } from './prefix-trie.js';
import type { Rule } from './rule.js';

export class Subtable {
  /** The highest priority of its rules; -1: it has none. */
  priorityMax = -1;
  ruleCount = 0;
  /** A match with the mask of all its rules. */
  readonly mask: Match;
  /** How many rules have that priority. */
  #priorityMaxCount = 0;
  readonly #words: Uint8Array;
  readonly #masks: Uint32Array;
  /** Where each stage ends in `#words`; the last entry is all of them. */
  readonly #stageEnds: readonly number[];
  /** One for each stage but the last. */
  readonly #indices: readonly HashCounts[];
  readonly #slots = new RuleSlots();
  /** The stage that looks at addresses, -1 where the tries have no say. */
  readonly #addressStage: number;
  readonly #destinationLength: number;
  readonly #sourceLength: number;
  readonly #portsMask: number;
  readonly #portsLength: number;
  readonly #portsTrie = new PrefixTrie();

  constructor(mask: Match) {
    this.mask = mask;
    this.#words = mask.words;
    this.#masks = mask.masks;
    this.#stageEnds = stageEnds(mask.words);
    this.#indices = this.#stageEnds.slice(1).map(() => new HashCounts());
    this.#destinationLength = trackedLength(mask, NW_DST);
    this.#sourceLength = trackedLength(mask, NW_SRC);
    const hasPrefix = this.#destinationLength + this.#sourceLength > 0;
    const address = mask.words.findIndex((word) => word === NW_SRC || word === NW_DST);
    this.#addressStage = hasPrefix ? this.#stageEnds.findIndex((end) => address < end) : -1;
    const ports = mask.words.indexOf(TP);
    this.#portsMask = ports < 0 ? 0 : mask.masks[ports]!;
    this.#portsLength = 32 - trailingZeroes(this.#portsMask);
  }

  /** The rule for `flow` in `version`, adding to `wc` the bits that were looked at. */
  lookup(flow: Flow, version: number, tries: AddressTries, wc: FlowMask): Rule | undefined {
    const indices = this.#indices;
    const stageLast = indices.length;
    let hash = 0;
    let at = 0;
    for (let stage = 0; stage <= stageLast; stage++) {
      if (stage === this.#addressStage) {
        if (tries.ruleOut(this.#destinationLength, this.#sourceLength, flow, wc)) {
          this.#addMask(wc, at);
          return undefined;
        }
      }
      const end = this.#stageEnds[stage]!;
      hash = this.#hash(flow, at, end, hash);
      at = end;
      if (stage < stageLast && !indices[stage]!.has(hash)) {
        this.#addMask(wc, at);
        return undefined;
      }
    }
    const rule = this.#find(flow, hash, version);
    const portsKnown = wc[TP]!;
    this.#addMask(wc, at);
    if (rule === undefined && this.#portsLength > 0) {
      const bits = this.#portsTrie.lookup((flow[TP]! & this.#portsMask) >>> 0);
      wc[TP] = portsKnown | (this.#portsMask & prefixMask(bits));
    }
    return rule;
  }

  /** The rule for `flow` in `version`, where nobody asks why. */
  lookupPlain(flow: Flow, version: number): Rule | undefined {
    return this.#find(flow, this.#hash(flow, 0, this.#words.length, 0), version);
  }

  /** The rules with the very match of `match`, linked by `next`, highest priority first. */
  equal(match: Match): Rule | undefined {
    return this.#slots.at(this.#slotOf(match, this.#hashAll(match)));
  }

  insert(rule: Rule, tries: AddressTries): void {
    const hash = this.#hashAll(rule.match);
    const slot = this.#slotOf(rule.match, hash);
    const head = this.#slots.at(slot);
    if (head === undefined) {
      this.#slots.put(slot, hash, rule);
      this.#index(rule.match, tries);
    } else if (rule.priority >= head.priority) {
      rule.next = head;
      this.#slots.replace(slot, rule);
    } else {
      let before = head;
      while (before.next !== undefined && before.next.priority > rule.priority)
        before = before.next;
      rule.next = before.next;
      before.next = rule;
    }
    this.ruleCount++;
    if (rule.priority > this.priorityMax) this.#setPriorityMax(rule.priority);
    if (rule.priority === this.priorityMax) this.#priorityMaxCount++;
  }

  remove(rule: Rule, tries: AddressTries): void {
    const slot = this.#slotOf(rule.match, this.#hashAll(rule.match));
    const head = this.#slots.at(slot);
    if (head === rule && rule.next === undefined) {
      this.#slots.clear(slot);
      this.#unindex(rule.match, tries);
    } else if (head === rule) {
      this.#slots.replace(slot, rule.next!);
    } else {
      let before = head!;
      while (before.next !== rule) before = before.next!;
      before.next = rule.next;
    }
    rule.next = undefined;
    this.ruleCount--;
    if (rule.priority === this.priorityMax && --this.#priorityMaxCount === 0)
      this.#findPriorityMax();
  }

  *rules(): Generator<Rule> {
    for (const head of this.#slots.heads()) {
      for (let rule: Rule | undefined = head; rule !== undefined; rule = rule.next) yield rule;
    }
  }

  #hash(flow: Flow, from: number, to: number, basis: number): number {
    const words = this.#words;
    const masks = this.#masks;
    let hash = basis;
    for (let i = from; i < to; i++) hash = hashAdd(hash, flow[words[i]!]! & masks[i]!);
    return hash;
  }

  #hashAll(match: Match): number {
    return hashValues(match, 0, match.values.length, 0);
  }

  #find(flow: Flow, hash: number, version: number): Rule | undefined {
    const slots = this.#slots;
    for (let slot = slots.first(hash); ; slot = slots.after(slot)) {
      const head = slots.at(slot);
      if (head === undefined) return undefined;
      if (slots.hashAt(slot) !== hash || !head.match.matches(flow)) continue;
      for (let rule: Rule | undefined = head; rule !== undefined; rule = rule.next) {
        if (rule.isVisibleIn(version)) return rule;
      }
    }
  }

  /** The slot of `match`, or the empty one where it would go. */
  #slotOf(match: Match, hash: number): number {
    let slot = this.#slots.first(hash);
    for (; ; slot = this.#slots.after(slot)) {
      const head = this.#slots.at(slot);
      if (head === undefined) return slot;
      if (this.#slots.hashAt(slot) === hash && head.match.equals(match)) return slot;
    }
  }

  #addMask(wc: FlowMask, count: number): void {
    const words = this.#words;
    const masks = this.#masks;
    for (let i = 0; i < count; i++) wc[words[i]!]! |= masks[i]!;
  }

  #index(match: Match, tries: AddressTries): void {
    this.#forEachStage(match, (index, hash) => index.add(hash));
    tries.insert(match);
    if (this.#portsLength > 0) this.#portsTrie.insert(portsOf(match), this.#portsLength);
  }

  #unindex(match: Match, tries: AddressTries): void {
    this.#forEachStage(match, (index, hash) => index.remove(hash));
    tries.remove(match);
    if (this.#portsLength > 0) this.#portsTrie.remove(portsOf(match), this.#portsLength);
  }

  #forEachStage(match: Match, visit: (index: HashCounts, hash: number) => void): void {
    let hash = 0;
    let at = 0;
    for (const [stage, index] of this.#indices.entries()) {
      const end = this.#stageEnds[stage]!;
      hash = hashValues(match, at, end, hash);
      at = end;
      visit(index, hash);
    }
  }

  #findPriorityMax(): void {
    this.#setPriorityMax(-1);
    for (const { priority } of this.rules()) {
      if (priority > this.priorityMax) this.#setPriorityMax(priority);
      if (priority === this.priorityMax) this.#priorityMaxCount++;
    }
  }

  #setPriorityMax(priority: number): void {
    this.priorityMax = priority;
    this.#priorityMaxCount = 0;
  }
}

/** Where each stage that has words ends among them; one stage at least. */
function stageEnds(words: Uint8Array): number[] {
  const ends: number[] = [];
  for (const wordEnd of STAGE_ENDS) {
    const beyond = words.findIndex((word) => word >= wordEnd);
    const end = beyond < 0 ? words.length : beyond;
    if (end > (ends.at(-1) ?? 0)) ends.push(end);
  }
  return ends.length > 0 ? ends : [0];
}

function hashValues(match: Match, from: number, to: number, basis: number): number {
  let hash = basis;
  for (let i = from; i < to; i++) hash = hashAdd(hash, match.values[i]!);
  return hash;
}

function portsOf(match: Match): number {
  return match.values[match.words.indexOf(TP)]!;
}

function trailingZeroes(word: number): number {
  return word === 0 ? 32 : 31 - Math.clz32(word & -word);
}
