/**
 * `npm run mutate [-- --keep] [-- --document]`: changes the machines and actors a little, thousands of
 * times, tries the fast suite on each change, and prints how many it noticed, by file.
 *
 * Ends with status 1 below 85 %. `--keep` takes areas that an interrupted run has finished from
 * `reports/mutation/`; `--document` writes `docs/mutation.md` anew.
 */

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Area, areas, LAST_PATIENCE_MS, PATIENCE_MS } from './areas.js';
import { documentOf } from './document.js';
import { identityOf, type Mutant, scoreOf } from './mutant.js';
import { scoreTable } from './score-table.js';
import { type Outcome, runStryker, type StrykerRun } from './stryker-run.js';

const PERCENT_MIN = 85;
const FOLDER = 'reports/mutation';
const DOCUMENT = 'docs/mutation.md';

const { values } = parseArgs({
  options: {
    keep: { type: 'boolean', default: false },
    document: { type: 'boolean', default: false },
  },
});

if (!values.keep) rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER, { recursive: true });
const mutants: Mutant[] = [];
for (const [index, area] of areas.entries()) {
  mutants.push(...(await kept(`${FOLDER}/area-${index + 1}.json`, () => tryArea(area))));
}
if (values.document) writeFileSync(DOCUMENT, documentOf(mutants));
const { percent } = scoreOf(mutants);
console.log(scoreTable(mutants));
console.log(`\nMutation score ${percent.toFixed(2)} %, at least ${PERCENT_MIN} % wanted`);
process.exitCode = percent >= PERCENT_MIN ? 0 : 1;

async function kept(path: string, make: () => Promise<Mutant[]>): Promise<Mutant[]> {
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as Mutant[];
  const made = await make();
  writeFileSync(path, JSON.stringify(made, undefined, 1));
  return made;
}

/** Every mutant of an area, after a second try of those that the first did not settle. */
async function tryArea({ mutate, suite }: Area): Promise<Mutant[]> {
  const outcomes = new Map<string, Outcome>();
  const attempt = async (run: StrykerRun) => {
    if (run.mutate.length === 0) return;
    for (const one of await runStryker(run)) {
      // A range brings its neighbours along: whoever was noticed once stays so.
      const before = outcomes.get(identityOf(one))?.status;
      if (before !== 'killed' && before !== 'endless') outcomes.set(identityOf(one), one);
    }
  };
  const rangesOf = (...statuses: readonly Outcome['status'][]) =>
    [...outcomes.values()]
      .filter(({ status }) => statuses.includes(status))
      .map((one) => one.range);

  await attempt({ mutate, suite, patienceMs: PATIENCE_MS });
  const isWhole = suite === 'whole';
  const open = rangesOf('slow', ...(isWhole ? [] : (['survived', 'uncovered'] as const)));
  await attempt({ mutate: open, suite: 'whole', patienceMs: PATIENCE_MS });
  await attempt({ mutate: rangesOf('slow'), suite: 'whole', patienceMs: LAST_PATIENCE_MS });
  return [...outcomes.values()].map((one) => ({
    ...one,
    status: one.status === 'slow' ? 'endless' : one.status,
  }));
}
