/**
 * What views are made of: a log, and the model at one position of it.
 *
 * The model says what is so; the entries up to it say how it came to that. A view looks at no entry
 * behind the model's position.
 */

import type { EntryOf } from './chunk-index.js';
import type { EntryStore } from './entry-store.js';
import type { EntryKind, EntryNumber, LogHeader, RuleNumber } from './log-entry.js';
import type { MachineGraphs } from './machine-graphs.js';
import type { ModelState } from './model-state.js';
import type { RuleUse } from './view-data.js';

export interface Moment {
  readonly header: LogHeader;
  readonly store: EntryStore;
  readonly model: ModelState;
  readonly graphs: MachineGraphs;
}

/** Rules of a view are so many at most. */
export const RULES_MAX = 20;

/** The newest entry of a kind before `before`, of those up to the moment; undefined: none. */
export function lastOf<Kind extends EntryKind>(
  { store, model }: Moment,
  kind: Kind,
  before: EntryNumber = model.n + 1,
): EntryOf<Kind> | undefined {
  const indexes = store.indexes(store.first, before - 1);
  for (let i = indexes.length - 1; i >= 0; i--) {
    const found = indexes[i]?.ofKind(kind).findLast(({ n }) => n < before);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What a port is called; its number where nobody knows. */
export function portName({ header }: Moment, odp: number): string {
  return header.ports.find((port) => port.odp === odp)?.name ?? String(odp);
}

/** A rule, with the megaflows that stand for it; undefined: the log does not have it. */
export function ruleUse({ model }: Moment, number: RuleNumber): RuleUse | undefined {
  const entry = model.rules.get(number);
  if (entry === undefined) return undefined;
  const { rule, bridge, table, text } = entry;
  return { rule, bridge, table, text, megaflows: model.flows.ruleCounts.get(rule) ?? 0 };
}

/** Each rule once, in order, as far as they are known. */
export function ruleUses(moment: Moment, numbers: Iterable<RuleNumber>): RuleUse[] {
  const uses: RuleUse[] = [];
  for (const number of new Set(numbers)) {
    const use = ruleUse(moment, number);
    if (use !== undefined) uses.push(use);
  }
  return uses.slice(0, RULES_MAX);
}

/** Rules by the megaflows that stand for them, most first. */
export function mostUsedRules(moment: Moment, limit: number): RuleUse[] {
  const counts = [...moment.model.flows.ruleCounts];
  counts.sort(([a, countA], [b, countB]) => countB - countA || a - b);
  return ruleUses(
    moment,
    counts.slice(0, Math.min(limit, RULES_MAX)).map(([rule]) => rule),
  );
}
