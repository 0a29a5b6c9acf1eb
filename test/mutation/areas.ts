/**
 * What is tried on what: the areas that `npm run mutate` takes one after the other.
 *
 * A machine's configuration is built when its file is loaded, so Stryker cannot know which tests a
 * mutant of it concerns, and tries all. That is cheap with the tests of the machines alone, and
 * tells what these are worth; what they let pass, and only that, is then tried on the whole suite.
 * Files without statements of their own (types, re-exports) have no mutants.
 */

import type { StrykerRun } from './stryker-run.js';

export type Area = Pick<StrykerRun, 'mutate' | 'suite'>;

const DRAWN = 'src/machines/{drawing,machine-edges,registry}.ts';

export const areas: readonly Area[] = [
  { mutate: [DRAWN], suite: 'drawings' },
  { mutate: ['src/machines/*.ts', `!${DRAWN}`], suite: 'machines' },
  { mutate: ['src/actors/[a-e]*.ts'], suite: 'whole' },
  { mutate: ['src/actors/[f-s]*.ts'], suite: 'whole' },
  { mutate: ['src/actors/ud*.ts', 'src/actors/up*.ts'], suite: 'whole' },
  { mutate: ['src/actors/uk*.ts', 'src/actors/v*.ts'], suite: 'whole' },
];

/** What a mutant may take beyond one and a half times its tests: much, the machine may be busy. */
export const PATIENCE_MS = 15_000;
/** The same at the second try of one that took longer; then it is taken for endless. */
export const LAST_PATIENCE_MS = 90_000;
