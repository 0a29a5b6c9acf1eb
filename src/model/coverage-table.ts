/**
 * Reports of several runs as a table for people.
 */

import { type Cell, textTable } from '../base/text-table.js';
import { percentOf, type Share } from './model-coverage.js';
import type { ModelReport } from './run-model.js';

export interface NamedReport extends ModelReport {
  /** What the model was run against: 'running actor'. */
  readonly subject: string;
}

const HEADING = ['model', 'against', 'paths', 'steps', 'states', 'transitions', 'guards both ways'];

/** One line a report, and below them what is not covered. Ends with a newline. */
export function coverageTable(reports: readonly NamedReport[]): string {
  const rows = [HEADING, ...reports.map(rowOf)];
  return `${[...textTable(rows), ...reports.flatMap(missingOf)].join('\n')}\n`;
}

function rowOf({ model, subject, paths, steps, ...shares }: NamedReport): readonly Cell[] {
  const { states, transitions, guards } = shares;
  return [model, subject, paths, steps, ...[states, transitions, guards].map(cellOf)];
}

function cellOf(share: Share): string {
  return share.total === 0 ? '-' : `${share.covered}/${share.total} ${percentOf(share)} %`;
}

function missingOf({ model, states, transitions, guards }: NamedReport): readonly string[] {
  return [
    ...states.missing.map((name) => `${model}: never in ${name}`),
    ...transitions.missing.map((name) => `${model}: never took ${name}`),
    ...guards.missing.map((name) => `${model}: guard of ${name}`),
  ];
}
