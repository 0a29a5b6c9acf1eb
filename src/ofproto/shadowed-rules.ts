/**
 * Rules that no packet can meet, because one of higher priority takes all of theirs.
 *
 * Only one rule is held against another: two that take all packets of a third between them are not
 * found. A rule of a conjunction takes no packet alone, and so shadows nothing.
 */

import type { Rule } from './rule.js';

/** For each shadowed rule, the one of highest priority that shadows it. */
export function shadowedRules(rules: readonly Rule[]): ReadonlyMap<Rule, Rule> {
  const shadows = new Map<Rule, Rule>();
  for (const table of byTable(rules)) {
    const sorted = [...table].sort((a, b) => b.priority - a.priority);
    for (const [index, rule] of sorted.entries()) {
      const wider = sorted.slice(0, index).find((other) => isShadowing(other, rule));
      if (wider !== undefined) shadows.set(rule, wider);
    }
  }
  return shadows;
}

function isShadowing(other: Rule, rule: Rule): boolean {
  return (
    other.priority > rule.priority &&
    other.conjunctions === undefined &&
    rule.match.isWithin(other.match)
  );
}

function byTable(rules: readonly Rule[]): Iterable<Rule[]> {
  const tables = new Map<number, Rule[]>();
  for (const rule of rules) {
    const table = tables.get(rule.table);
    if (table === undefined) tables.set(rule.table, [rule]);
    else table.push(rule);
  }
  return tables.values();
}
