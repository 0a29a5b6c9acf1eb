/**
 * Runs paths against a driver, and compares after the reset and after every step.
 */

import { isDeepStrictEqual } from 'node:util';
import type { EventObject } from 'xstate';
import { convict } from './conviction.js';
import type { Driver } from './driver.js';
import type { Model } from './model.js';
import {
  type CoverageGoal,
  type CoverageReport,
  checkGoal,
  GOAL_DEFAULT,
  ModelCoverage,
} from './model-coverage.js';
import { type ModelPath, pathsOf, type Thoroughness } from './paths.js';

export interface RunOptions {
  /** Default: 'steps'. */
  readonly thoroughness?: Thoroughness;
  /** Default: all states and transitions. */
  readonly goal?: CoverageGoal;
}

/** What a run has covered, every path of it passing. */
export interface ModelReport extends CoverageReport {
  readonly model: string;
  readonly paths: number;
  readonly steps: number;
  /** Names of the transitions that were taken. */
  readonly taken: readonly string[];
}

/**
 * Runs every path of `model` against `driver`. Throws a `Conviction` at the first difference, and
 * an `UpcallError` where the paths cover less than the goal.
 */
export async function runModel<Event extends EventObject>(
  model: Model<Event>,
  driver: Driver<Event>,
  { thoroughness, goal = GOAL_DEFAULT }: RunOptions = {},
): Promise<ModelReport> {
  const paths = pathsOf(model, thoroughness);
  for (const path of paths) await runPath(model, driver, path);
  const report = reportOn(model, paths);
  checkGoal(model.name, report, goal);
  return report;
}

/** Runs one path. Throws a `Conviction`. */
export async function runPath<Event extends EventObject>(
  model: Model<Event>,
  driver: Driver<Event>,
  path: ModelPath<Event>,
): Promise<void> {
  const events = path.steps.map(({ event }) => event);
  const observed: unknown[] = [];
  const attempt = async (act: () => void | Promise<void>): Promise<unknown> => {
    try {
      await act();
      return await driver.observe();
    } catch (cause) {
      throw convict(model, path, { observed, cause: cause ?? 'nothing was thrown' });
    }
  };
  for (const [i, { snapshot }] of [path.start, ...path.steps].entries()) {
    const event = events[i - 1];
    const act = (): void | Promise<void> =>
      event === undefined ? driver.reset() : driver.perform(event, events.slice(i));
    const seen = await attempt(act);
    observed.push(seen);
    if (!isDeepStrictEqual(seen, model.view(snapshot))) throw convict(model, path, { observed });
  }
}

/** What `paths` cover if all of them pass. */
export function reportOn<Event extends EventObject>(
  model: Model<Event>,
  paths: readonly ModelPath<Event>[],
): ModelReport {
  const coverage = new ModelCoverage(model.marked);
  const taken = new Set<number>();
  for (const { start, steps } of paths) {
    for (const { trace } of [start, ...steps]) {
      coverage.add(trace);
      for (const index of trace.transitions) taken.add(index);
    }
  }
  return {
    model: model.name,
    paths: paths.length,
    steps: paths.reduce((sum, { steps }) => sum + steps.length, 0),
    ...coverage.report(),
    taken: [...taken].sort((a, b) => a - b).map((i) => model.marked.transitions[i]?.name ?? ''),
  };
}
