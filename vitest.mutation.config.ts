import { relative } from 'node:path';
import type { RunnerTestCase, RunnerTestFile, TestContext, TestError } from 'vitest';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type Reporter, type TestSpecification, type Vitest } from 'vitest/node';
import base from './vitest.config.js';

/**
 * The suites that `npm run mutate` tries mutants on: rows, paths and unit tests of machines and
 * actors. What searches at length (random traffic, the simulator) is left to the other suites.
 *
 * `MUTATION_SUITE` names one. Each mutant gets a new worker, in which the files share their modules:
 * to import them anew for each file would take most of the time. The machines are not tried against
 * their own drawings, which notice any change and say nothing of behaviour.
 */
const DRAWINGS = 'test/machines/drawings.test.ts';
/** Random dumps at length; and a test of the tests, which loads the TypeScript compiler. */
const LONG = ['imperfect-dumps', 'completeness'].map((name) => `test/behaviours/${name}.test.ts`);

const SUITES: Readonly<Record<string, { include: string[]; exclude: string[] }>> = {
  drawings: { include: ['test/machines/**/*.test.ts'], exclude: [] },
  machines: { include: ['test/machines/**/*.test.ts'], exclude: [DRAWINGS] },
  whole: {
    include: ['test/{machines,actors,behaviours}/**/*.test.ts', 'test/switch-inline.test.ts'],
    exclude: [DRAWINGS, ...LONG],
  },
};

/**
 * First the files that noticed the mutant before, as mutants come by neighbourhood; then the quick
 * ones. The first failure ends it.
 */
class KillersFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ project, moduleId }: TestSpecification): number => {
      const key = `${project.name}:${relative(this.ctx.config.root, moduleId)}`;
      const last = this.ctx.cache.getFileTestResults(key);
      return last?.failed ? -1 : (last?.duration ?? 0);
    };
    return files.toSorted((a, b) => rank(a) - rank(b));
  }
}

/**
 * Puts right what Stryker would misread of a run.
 *
 * A file that cannot be loaded has no tests, and Stryker looks at tests alone: it would take for a
 * survivor what xstate refuses to build. Such a file is given one, that failed. And as files share
 * a worker, the coverage of each includes those before it; Stryker would add them all up, and wait
 * the longer for a mutant that runs without end. Only the last file keeps it.
 */
class StrykerReporter implements Reporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunEnd(): void {
    const files = this.#vitest?.state.getFiles() ?? [];
    const startOf = (file: RunnerTestFile): number => file.result?.startTime ?? 0;
    const last = files.toSorted((a, b) => startOf(b) - startOf(a))[0];
    for (const file of files) {
      if (file !== last) Reflect.deleteProperty(file.meta, 'mutantCoverage');
      const [error] = file.result?.errors ?? [];
      if (error !== undefined && file.tasks.length === 0) file.tasks.push(failedTest(file, error));
    }
  }
}

function failedTest(file: RunnerTestFile, error: TestError): RunnerTestCase {
  return {
    ...file,
    type: 'test',
    name: 'can be loaded',
    fullTestName: 'can be loaded',
    file,
    annotations: [],
    artifacts: [],
    timeout: 0,
    context: {} as TestContext,
    result: { state: 'fail', errors: [error] },
  };
}

export default defineConfig({
  ...base,
  test: {
    ...base.test,
    ...SUITES[process.env['MUTATION_SUITE'] ?? 'whole'],
    isolate: false,
    reporters: [new StrykerReporter()],
    sequence: { sequencer: KillersFirst },
  },
});
