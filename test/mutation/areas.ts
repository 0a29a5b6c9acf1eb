/**
 * What is tried on what: the areas that `npm run mutate` takes one after the other.
 *
 * A machine's configuration is built when its file is loaded, so Stryker cannot know which tests a
 * mutant of it concerns, and tries all. That is cheap with the tests of the machines alone, and
 * tells what these are worth; what they let pass, and only that, is then tried on the whole suite.
 * Files come in slices, so that an interrupted run leaves something.
 */

import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import type { Suite } from './stryker-run.js';

export interface Area {
  /** From the root of the repository. */
  readonly files: readonly string[];
  readonly suite: Suite;
}

/** What a mutant may take beyond one and a half times its tests: much, the machine may be busy. */
export const PATIENCE_MS = 10_000;
/** The same at the last try of one that took longer; then it is taken for endless. */
export const LAST_PATIENCE_MS = 45_000;

const SLICE_FILES = 10;
/** What is tried with the comparison of drawings, which is left out elsewhere. */
const DRAWN: readonly string[] = ['drawing.ts', 'machine-edges.ts', 'registry.ts'];

export function listAreas(): readonly Area[] {
  const machines = filesIn('src/machines');
  const actors = filesIn('src/actors');
  const isDrawn = (file: string) => DRAWN.includes(basename(file));
  return [
    { files: machines.filter(isDrawn), suite: 'drawings' },
    ...slicesOf(machines.filter((file) => !isDrawn(file))).map(
      (files) => ({ files, suite: 'machines' }) as const,
    ),
    ...slicesOf(actors).map((files) => ({ files, suite: 'whole' }) as const),
  ];
}

function filesIn(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.ts'));
  return names.sort().map((name) => `${folder}/${name}`);
}

function slicesOf(files: readonly string[]): readonly (readonly string[])[] {
  const count = Math.ceil(files.length / SLICE_FILES);
  return Array.from({ length: count }, (_, i) =>
    files.slice(i * SLICE_FILES, (i + 1) * SLICE_FILES),
  );
}
