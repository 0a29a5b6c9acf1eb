/**
 * One run of Stryker: some files, one suite of `vitest.mutation.config.ts`.
 *
 * Stryker runs in this process; its workers learn the suite from the environment.
 */

import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { Stryker } from '@stryker-mutator/core';
import type { Mutant, MutantStatus } from './mutant.js';

/** One of those in `vitest.mutation.config.ts`. */
export type Suite = 'drawings' | 'machines' | 'whole';

export interface StrykerRun {
  /** Files, or `file:line:column-line:column`. */
  readonly mutate: readonly string[];
  readonly suite: Suite;
  /** What a mutant may take beyond one and a half times the tests that it is tried on. */
  readonly patienceMs: number;
}

/** What Stryker says of a mutant; `slow`: the time ran out, which may be the machine's fault. */
export type Outcome = Omit<Mutant, 'status'> & { readonly status: MutantStatus | 'slow' };

const UNPRINTABLE = 'Cannot convert object to primitive value';

type StrykerMutant = Awaited<ReturnType<Stryker['runMutationTest']>>[number];
type Position = StrykerMutant['location']['start'];

/** Tries the mutants of `run`; those that no test can load are left out. */
export async function runStryker(run: StrykerRun): Promise<readonly Outcome[]> {
  process.env['MUTATION_SUITE'] = run.suite;
  const results = await new Stryker({
    configFile: 'stryker.config.json',
    mutate: [...run.mutate],
    timeoutMS: run.patienceMs,
  }).runMutationTest();
  const sources = new Map<string, readonly string[]>();
  for (const { fileName } of results) {
    if (!sources.has(fileName)) sources.set(fileName, readFileSync(fileName, 'utf8').split('\n'));
  }
  return results.map((result) => outcomeOf(result, sources.get(result.fileName) ?? []));
}

function outcomeOf(result: StrykerMutant, lines: readonly string[]): Outcome {
  const file = relative(process.cwd(), result.fileName);
  const { start, end } = result.location;
  const place = (at: Position) => `${at.line}:${at.column - 1}`;
  return {
    file,
    line: start.line,
    column: start.column,
    mutator: result.mutatorName,
    original: oneLine(textBetween(lines, start, end)),
    replacement: oneLine(result.replacement),
    range: `${file}:${place(start)}-${place(end)}`,
    status: statusOf(result),
  };
}

function statusOf({ status, statusReason, fileName }: StrykerMutant): Outcome['status'] {
  switch (status) {
    case 'Killed':
      return 'killed';
    case 'Survived':
      return 'survived';
    case 'NoCoverage':
      return 'uncovered';
    case 'Timeout':
      return statusReason?.startsWith('Hit limit') ? 'endless' : 'slow';
    default:
      // Tests left errors behind that Stryker cannot print, and it stumbles over them: noticed.
      if (statusReason?.includes(UNPRINTABLE)) return 'killed';
      throw new Error(`Cannot count a mutant of ${fileName}: ${status}, ${statusReason}`);
  }
}

function textBetween(lines: readonly string[], start: Position, end: Position): string {
  const text = lines.slice(start.line - 1, end.line);
  const last = text.length - 1;
  const cut = text.map((line, i) => (i === last ? line.slice(0, end.column - 1) : line));
  return cut.map((line, i) => (i === 0 ? line.slice(start.column - 1) : line)).join('\n');
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ');
