/**
 * Where the view of flows takes its rows from: a model at a position, or a switch's own columns.
 *
 * `queryFlows()` filters and sorts over any of these. It reads one number or one text a row while
 * it chooses, and makes whole rows only of those that it shows; so a source of 200,000 rows answers
 * from its columns and formats next to nothing. Rows may move between two queries, not during one.
 */

import type { FlowNumber, RuleNumber } from './log-entry.js';
import type { FlowRow, FlowSort, RuleUse } from './view-data.js';

/** Sorts whose key is a number. */
export type FlowNumberSort = Exclude<FlowSort, FlowTextSort>;
export type FlowTextSort = 'key' | 'actions' | 'state';

export interface FlowSource {
  /** Rows: first the flows that there are, then those that have ended, as far as they are known. */
  readonly count: number;
  /** How many there are; rows from here on have ended. */
  readonly living: number;
  /** What orders rows that are otherwise equal. */
  flow(row: number): FlowNumber;
  /** 'idle' of a flow that was never used is `Infinity`. */
  number(row: number, sort: FlowNumberSort): number;
  text(row: number, sort: FlowTextSort): string;
  /** Rules that the flow stands for; asked only by the filter "rule:N". */
  rules(row: number): readonly RuleNumber[];
  /** The whole row. */
  row(row: number): FlowRow;
  /** Rules by megaflows that stand for them, most first, so many at most. */
  ruleUses(limit: number): readonly RuleUse[];
}
