/**
 * Tries an area: its mutants on its suite, then again those that this did not settle.
 *
 * What a small suite let pass is tried on the whole one. Where time ran out, which on a busy
 * machine proves nothing, there is a last try with much time.
 */

import { type Area, LAST_PATIENCE_MS, PATIENCE_MS } from './areas.js';
import { identityOf, isNoticed, type Mutant } from './mutant.js';
import { type Outcome, runStryker, type StrykerRun, type Suite } from './stryker-run.js';

/** Every mutant of `area`. */
export async function tryArea({ files, suite }: Area): Promise<readonly Mutant[]> {
  const trial = new Trial();
  await trial.run({ mutate: files, suite, patienceMs: PATIENCE_MS });
  if (suite !== 'whole') {
    const mutate = trial.rangesOf(['slow', 'survived', 'uncovered']);
    await trial.run({ mutate, suite: 'whole', patienceMs: PATIENCE_MS });
  }
  return trial.conclude();
}

/** `before`, an area's mutants, of which those that survived are tried again. */
export async function tryAgain(
  suite: Suite,
  before: readonly Mutant[],
): Promise<readonly Mutant[]> {
  const trial = new Trial(before);
  const mutate = trial.rangesOf(['survived', 'uncovered']);
  const wide = suite === 'machines' ? 'whole' : suite;
  await trial.run({ mutate, suite: wide, patienceMs: PATIENCE_MS });
  return trial.conclude();
}

class Trial {
  readonly #outcomes: Map<string, Outcome>;

  constructor(before: readonly Mutant[] = []) {
    this.#outcomes = new Map(before.map((one) => [identityOf(one), one]));
  }

  /** A range brings its neighbours along: whoever was noticed once stays so. */
  async run(run: StrykerRun): Promise<void> {
    if (run.mutate.length === 0) return;
    for (const one of await runStryker(run)) {
      const before = this.#outcomes.get(identityOf(one));
      const isSettled = before !== undefined && isNoticed(before);
      if (!isSettled) this.#outcomes.set(identityOf(one), one);
    }
  }

  rangesOf(statuses: readonly Outcome['status'][]): readonly string[] {
    const some = [...this.#outcomes.values()].filter(({ status }) => statuses.includes(status));
    return [...new Set(some.map(({ range }) => range))];
  }

  /** What is slow even now never ends. */
  async conclude(): Promise<readonly Mutant[]> {
    const slow = this.rangesOf(['slow']);
    await this.run({ mutate: slow, suite: 'whole', patienceMs: LAST_PATIENCE_MS });
    return [...this.#outcomes.values()].map((one) => ({
      ...one,
      status: one.status === 'slow' ? 'endless' : one.status,
    }));
  }
}
