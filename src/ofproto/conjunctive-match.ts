/**
 * Conjunctive matches: rules that match only together, one for each clause.
 *
 * A lookup finds one rule a subtable. Those with `conjunction` actions are soft: they count for the
 * clauses of the ids that they name, and when an id has all its clauses, the packet is looked up
 * again with that id in `conj_id`. Rules of different priorities do not add up. What the lookups
 * looked at is in the mask either way. Answers to the `soft` part of OVS's `classifier_lookup__`.
 *
 * Hot path. Bench: `bench/classifier.ts`.
 */

import type { Rule } from './rule.js';

/** The rule that the packet meets with an id in `conj_id`; undefined: none. */
export type LookupWithId = (id: number) => Rule | undefined;

/**
 * The best rule among `hard`, which is certain, and what `soft` rules add up to. `soft` is scratch:
 * it is used up.
 */
export function resolveSoft(
  hard: Rule | undefined,
  soft: Rule[],
  version: number,
  lookupWithId: LookupWithId,
): Rule | undefined {
  let best = hard;
  for (;;) {
    const priority = dropBeaten(soft, best?.priority ?? -1);
    if (soft.length === 0) return best;
    const id = completedId(soft, priority);
    const found = id === undefined ? undefined : lookupWithId(id);
    if (found !== undefined) return found;
    best = goLower(soft, priority, version, best);
  }
}

/** Forgets rules that `priorityMin` beats; the highest priority left. */
function dropBeaten(soft: Rule[], priorityMin: number): number {
  let highest = -1;
  let count = 0;
  for (let i = 0; i < soft.length; i++) {
    const rule = soft[i]!;
    if (rule.priority <= priorityMin) continue;
    soft[count++] = rule;
    if (rule.priority > highest) highest = rule.priority;
  }
  soft.length = count;
  return highest;
}

/** The first id of which the rules of `priority` have every clause. */
function completedId(soft: readonly Rule[], priority: number): number | undefined {
  const clauses = new Map<number, bigint>();
  for (const rule of soft) {
    if (rule.priority !== priority) continue;
    for (const { id, clause, clauseCount } of rule.conjunctions ?? []) {
      const known = (clauses.get(id) ?? 0n) | (1n << BigInt(clause));
      if (known === (1n << BigInt(clauseCount)) - 1n) return id;
      clauses.set(id, known);
    }
  }
  return undefined;
}

/**
 * Puts in the place of each rule of `priority` the one of the same match that comes next; a rule
 * that is certain may become the best.
 */
function goLower(
  soft: Rule[],
  priority: number,
  version: number,
  best: Rule | undefined,
): Rule | undefined {
  let winner = best;
  let count = 0;
  for (let i = 0; i < soft.length; i++) {
    const rule = soft[i]!;
    const lower = rule.priority === priority ? nextVisible(rule, version) : rule;
    if (lower === undefined) continue;
    if (lower.conjunctions !== undefined) soft[count++] = lower;
    else if (winner === undefined || lower.priority > winner.priority) winner = lower;
  }
  soft.length = count;
  return winner;
}

function nextVisible(rule: Rule, version: number): Rule | undefined {
  let next = rule.next;
  while (next !== undefined && !next.isVisibleIn(version)) next = next.next;
  return next;
}
