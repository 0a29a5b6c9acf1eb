/** The score of every file, of each folder and of all, as lines of a table. */

import { dirname } from 'node:path';
import { byFile, type Mutant, scoreOf } from './mutant.js';

export type ScoreRow = readonly [name: string, ...numbers: string[]];

export const SCORE_HEADINGS: ScoreRow = [
  'file',
  'mutants',
  'killed',
  'timed out',
  'survived',
  'no coverage',
  'score',
];

export function scoreRows(mutants: readonly Mutant[]): readonly ScoreRow[] {
  const files = [...byFile(mutants)];
  const folders = [...new Set(files.map(([file]) => dirname(file)))];
  const rows = folders.flatMap((folder) => {
    const inside = files.filter(([file]) => dirname(file) === folder);
    return [
      ...inside.map(([file, some]) => scoreRow(file, some)),
      scoreRow(
        `${folder}/`,
        inside.flatMap(([, some]) => some),
      ),
    ];
  });
  return [...rows, scoreRow('all', mutants)];
}

export function scoreTable(mutants: readonly Mutant[]): string {
  const rows = [SCORE_HEADINGS, ...scoreRows(mutants)];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows
    .map(([name, ...numbers]) => name.padEnd(width) + numbers.map((n) => n.padStart(13)).join(''))
    .join('\n');
}

function scoreRow(name: string, mutants: readonly Mutant[]): ScoreRow {
  const { total, killed, endless, survived, uncovered, percent } = scoreOf(mutants);
  const counts = [total, killed, endless, survived, uncovered].map(String);
  return [name, ...counts, `${percent.toFixed(1)} %`];
}
