/**
 * `npm run differential -- --seeds N [--seed S]`: random rules and packets, on our switch and on a
 * real ovs-vswitchd. Exits with 1 where they differ.
 */

import { parseArgs } from 'node:util';
import { OurTwin } from './our-twin.js';
import { runSeed, type SeedResult } from './seed-run.js';
import { TheirTwin } from './their-twin.js';

const SHOWN_MAX = 5;
const RATIO_MAX = 1.1;

const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '50' }, seed: { type: 'string', default: '1' } },
});
const first = Number(values.seed);
const count = Number(values.seeds);
if (!Number.isInteger(first) || !Number.isInteger(count) || count < 1) {
  console.error('differential: Cannot run: --seeds and --seed are whole numbers');
  process.exit(2);
}

const theirs = await TheirTwin.start();
const ours = new OurTwin();
const results: SeedResult[] = [];
let late = 0;
try {
  for (let seed = first; seed < first + count; seed++) results.push(await runTwice(seed));
} finally {
  theirs.stop();
}
process.exit(conclude(results) ? 0 : 1);

/**
 * A difference counts where it comes again. Ours does the same each time; threads of the real
 * switch are sometimes late on a busy machine, as when a deleted rule is to leave its table.
 */
async function runTwice(seed: number): Promise<SeedResult> {
  const result = await run(seed);
  if (result.differences.length === 0) return result;
  const again = await run(seed);
  if (again.differences.length === 0) late++;
  else show(again);
  return again;
}

async function run(seed: number): Promise<SeedResult> {
  return await runSeed(seed, ours, theirs).catch((error: unknown) => {
    throw new Error(`Cannot finish seed ${seed}: a switch failed`, { cause: error });
  });
}

function show({ situation, differences }: SeedResult): void {
  console.log(
    `seed ${situation.seed} (class ${situation.kind}): ${differences.length} differences`,
  );
  for (const { what, ours, theirs } of differences.slice(0, SHOWN_MAX)) {
    console.log(`  ${what}\n    ours:   ${ours}\n    theirs: ${theirs}`);
  }
}

function conclude(results: readonly SeedResult[]): boolean {
  const sum = (of: (result: SeedResult) => number): number =>
    results.reduce((total, result) => total + of(result), 0);
  const failed = results.filter(({ differences }) => differences.length > 0).length;
  const packets = sum(({ situation }) => situation.packets.length);
  const rules = sum(({ situation }) => situation.rules.length);
  const inOrder = results.filter(({ situation }) => situation.kind === 'D').length;
  const ours = sum((result) => result.ours);
  const theirs = sum((result) => result.theirs);
  const untraced = sum((result) => result.untraced);
  const seeds = `${results.length} seeds (${inOrder} of class D)`;
  const contents = `${rules} rules, ${packets} packets (${untraced} not traced)`;
  const megaflows = `${ours} megaflows, Open vSwitch ${theirs} (x ${(ours / theirs).toFixed(3)})`;
  const again = late === 0 ? '' : ` (${late} only the first time)`;
  console.log(`${seeds}, ${contents}: ${failed} differ${again}; ${megaflows}`);
  return failed === 0 && ours <= theirs * RATIO_MAX;
}
