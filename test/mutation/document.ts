/**
 * `docs/mutation.md`, as text: the scores, and who survived and why.
 *
 * The reasons are data (`survivor-reasons.ts`); a survivor that none of them covers is listed as
 * not yet explained.
 */

import { readFileSync } from 'node:fs';
import { isNoticed, type Mutant } from './mutant.js';
import { SCORE_HEADINGS, type ScoreRow, scoreRows } from './score-table.js';
import { type Reason, reasons } from './survivor-reasons.js';

/** Of a mutant's text, in characters. */
const CHANGE_MAX = 110;

const INTRODUCTION = `# Mutation testing

Is a change of the machines or the actors noticed? \`npm run mutate\` makes every small change that
Stryker knows to \`src/machines/\` and \`src/actors/\`, one at a time, and runs rows, paths and unit
tests on each (the suites are in \`vitest.mutation.config.ts\`; no simulator, no random traffic). It
fails below 85 %.

This page is written by \`npm run mutate -- --document\`; the reasons are in
\`test/mutation/survivor-reasons.ts\`.

## How it is run

- It takes about 20 minutes on two idle cores. Files that an interrupted run has finished are kept
  in \`reports/mutation.json\`; \`npm run mutate -- --keep\` tries the others, and those that have
  changed since. After tests were added, \`npm run mutate -- --again\` tries what survived.
- A machine's configuration is built when its file is loaded, so Stryker tries all tests on each
  mutant of it. That is quick, because it is done with the tests of the machines alone; only what
  those let pass is tried on the tests of the actors and on the rows (\`test/mutation/areas.ts\`).
- The comparison of machines with their drawings notices every change of a configuration, and says
  nothing of behaviour; it is run only for the files that draw.
- Each mutant gets a worker of its own, in which test files share their modules; the files that
  noticed the mutant before come first, and the first failure ends it.
- A test file that cannot be loaded, because xstate refuses to build the mutant, counts as a
  failure: Stryker looks at tests alone, and such a file has none (\`StrykerReporter\`).
- *Timed out* are mutants that never end. Stryker stops those that take a step a hundred times as
  often as the tests do. Where only the clock ran out, which on a busy machine proves nothing, the
  mutant is tried again, with 45 s beyond one and a half times what its tests take.
`;

export function documentOf(mutants: readonly Mutant[]): string {
  const survivors = mutants.filter((one) => !isNoticed(one));
  const explained = reasons.map((reason) => ({ reason, of: survivors.filter(matches(reason)) }));
  const known = new Set(explained.flatMap(({ of }) => of));
  const rest = survivors.filter((one) => !known.has(one));
  return [
    INTRODUCTION,
    '## Scores\n',
    ...scoreLines(mutants),
    '\n## Survivors\n',
    `${survivors.length} of ${mutants.length}, each with its place: what was there → the change.`,
    ...explained.filter(({ of }) => of.length > 0).flatMap(({ reason, of }) => section(reason, of)),
    ...(rest.length > 0 ? ['\n### Not yet explained\n', ...rest.map(lineOf)] : []),
    '',
  ].join('\n');
}

function matches({ survivors }: Reason): (mutant: Mutant) => boolean {
  return (mutant) => {
    const patterns = survivors[mutant.file.slice('src/'.length)] ?? [];
    return patterns.some((pattern) => matchesPattern(mutant, pattern));
  };
}

function matchesPattern(mutant: Mutant, pattern: string): boolean {
  const [change = '', where = ''] = pattern.split(' @ ');
  const isChange = change.endsWith('…')
    ? changeOf(mutant).startsWith(change.slice(0, -1))
    : changeOf(mutant) === change;
  return isChange && sourceLine(mutant).includes(where);
}

/** The line that the mutant begins in. */
function sourceLine({ file, line }: Mutant): string {
  return readFileSync(file, 'utf8').split('\n')[line - 1] ?? '';
}

const changeOf = ({ original, replacement }: Mutant): string => `${original} → ${replacement}`;

function section(reason: Reason, of: readonly Mutant[]): string[] {
  return [`\n### ${reason.title}\n`, `${reason.why}\n`, ...of.map(lineOf)];
}

function scoreLines(mutants: readonly Mutant[]): string[] {
  const row = (cells: ScoreRow) => `| ${cells.join(' | ')} |`;
  return [row(SCORE_HEADINGS), '|---|--:|--:|--:|--:|--:|--:|', ...scoreRows(mutants).map(row)];
}

function lineOf(mutant: Mutant): string {
  const { file, line, column } = mutant;
  const change = changeOf(mutant);
  const shown = change.length > CHANGE_MAX ? `${change.slice(0, CHANGE_MAX)}…` : change;
  return `- ${file.slice('src/'.length)}:${line}:${column} \`${shown.replaceAll('`', "'")}\``;
}
