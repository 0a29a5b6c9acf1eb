/**
 * The filter of the flow table: words that a flow's key, actions or state must all contain.
 *
 * Upper and lower case are the same. Three words mean something of their own: "rule:3" (the flow
 * stands for rule 3), "state:operational" (exactly this state) and "gone" (ended flows as well).
 */

import { UpcallError } from '../base/errors.js';
import type { FlowSource } from './flow-source.js';
import type { RuleNumber } from './log-entry.js';

export interface FlowFilter {
  /** Whether flows that have ended are wanted as well. */
  readonly isGoneToo: boolean;
  /** Whether every flow passes. */
  readonly isOpen: boolean;
  passes(source: FlowSource, row: number): boolean;
}

/** Throws an `UpcallError` for "rule:" without a number. */
export function parseFlowFilter(text: string): FlowFilter {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const rules = valuesOf(words, 'rule:').map(parseRule);
  const states = valuesOf(words, 'state:');
  const plain = words.filter((word) => word !== 'gone' && !/^(rule|state):/.test(word));
  return {
    isGoneToo: words.includes('gone'),
    isOpen: rules.length + states.length + plain.length === 0,
    passes: (source, row) =>
      states.every((state) => source.text(row, 'state') === state) &&
      hasRules(source, row, rules) &&
      hasWords(source, row, plain),
  };
}

function valuesOf(words: readonly string[], prefix: string): string[] {
  return words.filter((word) => word.startsWith(prefix)).map((word) => word.slice(prefix.length));
}

function parseRule(text: string): RuleNumber {
  if (/^\d+$/.test(text)) return Number(text);
  throw new UpcallError(`Cannot filter by rule "${text}": a number must follow, as in "rule:3"`);
}

function hasRules(source: FlowSource, row: number, rules: readonly RuleNumber[]): boolean {
  if (rules.length === 0) return true;
  const own = source.rules(row);
  return rules.every((rule) => own.includes(rule));
}

function hasWords(source: FlowSource, row: number, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const key = source.text(row, 'key').toLowerCase();
  if (words.every((word) => key.includes(word))) return true;
  const rest = `${source.text(row, 'actions')} ${source.text(row, 'state')}`.toLowerCase();
  return words.every((word) => key.includes(word) || rest.includes(word));
}
