/**
 * What two runs of the same captures have made: megaflows that only one has, and those that do
 * something else.
 */

import type { RuleRef } from '../datapath/translator.js';
import type { CaptureRunResult } from './capture-run.js';
import type { LedgerEntry } from './rule-ledger.js';

/** Figures of one run. */
export interface RunTotals {
  readonly megaflows: number;
  /** Distinct masks at most at one time. */
  readonly masks: number;
  /** Packets that came up. */
  readonly upcalls: number;
  /** Frames that left. */
  readonly transmitted: number;
}

export interface ComparedMegaflow {
  readonly key: string;
  readonly actions: string;
  readonly packets: number;
  /** The rules that it comes from, with their tables. */
  readonly rules: readonly string[];
}

export interface ChangedMegaflow {
  readonly key: string;
  readonly before: ComparedMegaflow;
  readonly after: ComparedMegaflow;
}

export interface RuleGrowth {
  readonly rule: string;
  /** Megaflows that come from it; 0: there is no such rule. */
  readonly before: number;
  readonly after: number;
}

export interface MegaflowDiff {
  readonly totals: { readonly before: RunTotals; readonly after: RunTotals };
  readonly added: readonly ComparedMegaflow[];
  readonly removed: readonly ComparedMegaflow[];
  /** The same match with other actions. */
  readonly changed: readonly ChangedMegaflow[];
  /** Rules with another number of megaflows, the greatest change first. */
  readonly byRule: readonly RuleGrowth[];
}

export function diffMegaflows(before: CaptureRunResult, after: CaptureRunResult): MegaflowDiff {
  const old = flowsOf(before);
  const young = flowsOf(after);
  const both = [...young.values()].flatMap((flow) => {
    const earlier = old.get(flow.key);
    return earlier === undefined ? [] : [{ key: flow.key, before: earlier, after: flow }];
  });
  return {
    totals: { before: totalsOf(before), after: totalsOf(after) },
    added: [...young.values()].filter(({ key }) => !old.has(key)),
    removed: [...old.values()].filter(({ key }) => !young.has(key)),
    changed: both.filter((pair) => pair.before.actions !== pair.after.actions),
    byRule: growthOf(old.values(), young.values()),
  };
}

/** Whether the same megaflows do the same. */
export function isSame({ added, removed, changed }: MegaflowDiff): boolean {
  return added.length === 0 && removed.length === 0 && changed.length === 0;
}

function totalsOf({ ledger, transmitted, masksMax }: CaptureRunResult): RunTotals {
  const { entries, upcalls } = ledger;
  return { megaflows: entries.length, masks: masksMax, upcalls, transmitted };
}

function flowsOf({ ledger }: CaptureRunResult): Map<string, ComparedMegaflow> {
  return new Map(ledger.entries.map((entry) => [entry.key, comparedOf(entry)]));
}

function comparedOf({ key, actions, packets, rules }: LedgerEntry): ComparedMegaflow {
  return { key, actions, packets, rules: rules.map(ruleText) };
}

function ruleText({ table, text, isHidden }: RuleRef): string {
  return isHidden ? 'no rule' : `table ${table}: ${text}`;
}

function growthOf(
  before: Iterable<ComparedMegaflow>,
  after: Iterable<ComparedMegaflow>,
): RuleGrowth[] {
  const old = countByRule(before);
  const young = countByRule(after);
  return [...new Set([...old.keys(), ...young.keys()])]
    .map((rule) => ({ rule, before: old.get(rule) ?? 0, after: young.get(rule) ?? 0 }))
    .filter((growth) => growth.before !== growth.after)
    .sort((a, b) => Math.abs(b.after - b.before) - Math.abs(a.after - a.before));
}

function countByRule(flows: Iterable<ComparedMegaflow>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { rules } of flows) {
    for (const rule of new Set(rules)) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  }
  return counts;
}
