/**
 * Every machine of the slow path with what it is tried on, for the tests and for `npm run model`.
 */

import type { EventObject } from 'xstate';
import type { NamedReport } from '../../src/model/coverage-table.js';
import { describeModel, type TestRunner } from '../../src/model/describe-model.js';
import type { Driver } from '../../src/model/driver.js';
import type { Model } from '../../src/model/model.js';
import { type RunOptions, runModel } from '../../src/model/run-model.js';
import { barrierDriver, barrierModel } from './barrier-model.js';
import { handlerDriver, handlerModel } from './handler-model.js';
import { leaderDriver, leaderModel } from './leader-model.js';
import { revalidatorDriver, revalidatorModel } from './revalidator-model.js';
import { udpifDriver, udpifModel } from './udpif-model.js';
import { Ukey2014Driver, ukey2014Model } from './ukey-2014-model.js';
import { UkeyDriver, ukeyModel } from './ukey-model.js';

/** A model and a driver that fit, whatever their events are. */
export interface SwitchRun {
  /** The machine's id. */
  readonly machine: string;
  readonly subject: string;
  run(): Promise<NamedReport>;
  describe(runner: TestRunner): void;
}

const RUNNING = 'the running actor';
const GOAL = { states: 100, transitions: 100, guards: 100 };

export const switchRuns: readonly SwitchRun[] = [
  // All its steps are 2,000 paths: enough for `npm run model`, too much for a test.
  createRun(udpifModel, udpifDriver, RUNNING, 'transitions'),
  createRun(handlerModel, handlerDriver, RUNNING),
  createRun(leaderModel, leaderDriver, RUNNING),
  createRun(revalidatorModel, revalidatorDriver, RUNNING),
  createRun(barrierModel, barrierDriver, RUNNING),
  createRun(ukeyModel, new UkeyDriver(), RUNNING),
  createRun(ukey2014Model, new Ukey2014Driver(), RUNNING, 'all'),
];

function createRun<Event extends EventObject>(
  model: Model<Event>,
  driver: Driver<Event>,
  subject: string,
  inTests: NonNullable<RunOptions['thoroughness']> = 'steps',
): SwitchRun {
  const atLeastSteps = inTests === 'transitions' ? 'steps' : inTests;
  return {
    machine: model.name,
    subject,
    run: async () => ({
      subject,
      ...(await runModel(model, driver, { thoroughness: atLeastSteps, goal: GOAL })),
    }),
    describe: (runner) =>
      describeModel(runner, `The ${model.name} machine and ${subject}`, {
        model,
        driver,
        thoroughness: inTests,
        goal: GOAL,
      }),
  };
}
