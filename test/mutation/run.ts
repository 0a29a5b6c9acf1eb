/**
 * `npm run mutate [-- --keep | --again] [-- --document]`: changes the machines and actors a little,
 * thousands of times, tries the fast suite on each change, and prints how many it noticed, by file.
 *
 * Ends with status 1 below 85 %. `--keep` takes from the last run, be it interrupted, the files
 * that have not changed since; `--again` does so too, but for what survived in them, which is tried
 * again after tests were added. `--document` writes `docs/mutation.md` anew.
 */

import { rmSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Area, listAreas } from './areas.js';
import { documentOf } from './document.js';
import { KeptResults } from './kept-results.js';
import { type Mutant, scoreOf } from './mutant.js';
import { scoreTable } from './score-table.js';
import { tryAgain, tryArea } from './try-area.js';

const PERCENT_MIN = 85;
const RESULTS = 'reports/mutation.json';
const DOCUMENT = 'docs/mutation.md';

const { values } = parseArgs({
  options: {
    keep: { type: 'boolean', default: false },
    again: { type: 'boolean', default: false },
    document: { type: 'boolean', default: false },
  },
});

if (!values.keep && !values.again) rmSync(RESULTS, { force: true });
const results = new KeptResults(RESULTS);
const mutants: Mutant[] = [];
for (const area of listAreas()) mutants.push(...(await mutantsOf(area)));
if (values.document) writeFileSync(DOCUMENT, documentOf(mutants));
const { percent } = scoreOf(mutants);
console.log(scoreTable(mutants));
console.log(`\nMutation score ${percent.toFixed(2)} %, at least ${PERCENT_MIN} % wanted`);
process.exitCode = percent >= PERCENT_MIN ? 0 : 1;

async function mutantsOf({ files, suite }: Area): Promise<readonly Mutant[]> {
  const fresh = files.filter((file) => results.of(file) === undefined);
  const tried = files.filter((file) => !fresh.includes(file));
  if (fresh.length > 0) await results.keep(fresh, () => tryArea({ files: fresh, suite }));
  if (values.again && tried.length > 0) {
    const before = tried.flatMap((file) => results.of(file) ?? []);
    await results.keep(tried, () => tryAgain(suite, before));
  }
  return files.flatMap((file) => results.of(file) ?? []);
}
