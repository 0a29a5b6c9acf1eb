/**
 * A difference of megaflows as text.
 */

import { type Cell, textTable } from '../base/text-table.js';
import type { ChangedMegaflow, ComparedMegaflow, MegaflowDiff } from './megaflow-comparison.js';

const PERCENT = 100;

/** The report; of each list at most `shown` rows. */
export function formatMegaflowDiff(diff: MegaflowDiff, shown: number): string {
  const { added, removed, changed } = diff;
  return [
    totalsTable(diff).map((line) => `${line}\n`),
    section('Added', added, shown, (flow) => flowLines('+', flow)),
    section('Removed', removed, shown, (flow) => flowLines('-', flow)),
    section('Other actions', changed, shown, changeLines),
    section('By rule, megaflows before and after', diff.byRule, shown, ({ rule, ...counts }) => [
      `${counts.before} → ${counts.after}  ${rule}`,
    ]),
  ]
    .map((lines) => lines.join(''))
    .filter((text) => text !== '')
    .join('\n');
}

function totalsTable({ totals }: MegaflowDiff): readonly string[] {
  const { before, after } = totals;
  const rows: Cell[][] = [['', 'before', 'after', 'change']];
  for (const name of ['megaflows', 'masks', 'upcalls', 'transmitted'] as const) {
    rows.push([name, before[name], after[name], changeText(before[name], after[name])]);
  }
  return textTable(rows);
}

/** `+3 (+50 %)`. */
function changeText(before: number, after: number): string {
  if (before === after) return '';
  const change = after - before;
  const sign = change > 0 ? '+' : '';
  const share = before === 0 ? '' : ` (${sign}${Math.round((change * PERCENT) / before)} %)`;
  return `${sign}${change}${share}`;
}

function section<Row>(
  title: string,
  rows: readonly Row[],
  shown: number,
  linesOf: (row: Row) => readonly string[],
): readonly string[] {
  if (rows.length === 0) return [];
  const more = rows.length - shown;
  const lines = rows.slice(0, shown).flatMap(linesOf);
  if (more > 0) lines.push(`… and ${more} more; --shown shows them`);
  return [`${title} (${rows.length})\n`, ...lines.map((line) => `  ${line}\n`)];
}

function flowLines(sign: string, flow: ComparedMegaflow): readonly string[] {
  return [
    `${sign} ${flow.key}, packets:${flow.packets}, actions:${flow.actions}`,
    ...flow.rules.map((rule) => `    ${rule}`),
  ];
}

function changeLines({ key, before, after }: ChangedMegaflow): readonly string[] {
  return [
    `  ${key}`,
    `    - actions:${before.actions}`,
    `    + actions:${after.actions}`,
    ...after.rules.map((rule) => `    ${rule}`),
  ];
}
