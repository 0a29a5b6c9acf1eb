/**
 * A model as a suite of tests: one test a path, and one for the coverage.
 *
 * The test runner comes in as a parameter, so that none is a dependency: `describe` and `it` of
 * vitest, of `node:test`, or of whatever has them.
 */

import type { EventObject } from 'xstate';
import type { Driver } from './driver.js';
import type { Model } from './model.js';
import { checkGoal, GOAL_DEFAULT } from './model-coverage.js';
import { pathsOf } from './paths.js';
import { type RunOptions, reportOn, runPath } from './run-model.js';

/** As much of a test runner as is needed. */
export interface TestRunner {
  describe(name: string, declare: () => void): unknown;
  it(name: string, run: () => void | Promise<void>): unknown;
}

/** Declares the tests of `model` against `driver`; one that fails shows the path that convicts. */
export function describeModel<Event extends EventObject>(
  { describe, it }: TestRunner,
  title: string,
  {
    model,
    driver,
    thoroughness,
    goal = GOAL_DEFAULT,
  }: {
    readonly model: Model<Event>;
    readonly driver: Driver<Event>;
  } & RunOptions,
): void {
  const paths = pathsOf(model, thoroughness);
  describe(title, () => {
    for (const path of paths) {
      it(path.name, () => runPath(model, driver, path));
    }
    it('has paths that reach the coverage goal', () => {
      checkGoal(model.name, reportOn(model, paths), goal);
    });
  });
}
