/**
 * The door `upcall/model`: tests made from a state machine.
 *
 * Take a machine (one of `upcall/machines`, or any of xstate), say which events may happen to it
 * and how it is looked at, write a driver for the thing that shall behave like it, and run the
 * paths. `examples/test-your-own-slow-path/` does so. Needs no test runner of its own.
 */

export { Conviction } from './conviction.js';
export { coverageTable, type NamedReport } from './coverage-table.js';
export { describeModel, type TestRunner } from './describe-model.js';
export type { Driver } from './driver.js';
export { createModel, type Model, type ModelOptions } from './model.js';
export {
  type CoverageGoal,
  type CoverageReport,
  checkGoal,
  GOAL_DEFAULT,
  percentOf,
  type Share,
} from './model-coverage.js';
export { type ModelPath, type PathStep, pathsOf, type Thoroughness } from './paths.js';
export { type ModelReport, type RunOptions, reportOn, runModel, runPath } from './run-model.js';
