/**
 * `npm run sim -- --seeds N [--seed S] [--profile P] [--workers W]`: hunts for interleavings in
 * which something is lost. `npm run sim -- --replay PLAN`: runs one plan again, JSON or a file.
 *
 * Status 1 if any invariant was violated, 2 for bad usage.
 */

import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { type Conviction, convict, type Verdicts } from './campaign.js';
import { formatConviction } from './conviction-text.js';
import { kindOf } from './court.js';
import { type ProfileName, parsePlan } from './plan.js';
import { simulate } from './simulation.js';
import { addTally, createTally, formatTally, group } from './tally.js';
import type { Share } from './worker.js';

const PROFILES: readonly ProfileName[] = ['current', 'ovs-2.3'];

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    profile: { type: 'string', default: 'current' },
    workers: { type: 'string', default: String(availableParallelism()) },
    replay: { type: 'string' },
  },
});

const profile = PROFILES.find((name) => name === values.profile);
const numbers = [values.seeds, values.seed, values.workers].map(Number);
const [seeds = 0, first = 0, workers = 1] = numbers;
const isWrong = numbers.some((number) => !Number.isSafeInteger(number) || number < 0);

if (profile === undefined || isWrong || workers === 0) {
  console.error(
    'Cannot simulate: use --seeds N --seed S --workers W with whole numbers, and --profile ' +
      PROFILES.join(' or '),
  );
  process.exitCode = 2;
} else if (values.replay !== undefined) {
  await replay(values.replay);
} else {
  await hunt(profile);
}

/** One plan again; what it violates is shrunk further if that goes. */
async function replay(text: string): Promise<void> {
  const plan = parsePlan(existsSync(text) ? readFileSync(text, 'utf8') : text);
  const { violations, sent } = await simulate(plan);
  for (const violation of violations) {
    console.log(formatConviction(await convict(plan, violation)));
    process.exitCode = 1;
  }
  if (violations.length > 0) return;
  console.log(`${plan.events.length} events, ${sent.packets} packets: nothing is wrong`);
}

async function hunt(profile: ProfileName): Promise<void> {
  const start = performance.now();
  let done = 0;
  const progress = (): void => {
    done++;
    if (process.stderr.isTTY) process.stderr.write(`\r${group(done)} of ${group(seeds)} seeds `);
  };
  const shares = Array.from({ length: workers }, (_, i): Share => {
    const count = Math.floor(seeds / workers) + (i < seeds % workers ? 1 : 0);
    return { profile, first: first + i, count, stride: workers };
  });
  const results = await Promise.all(shares.map((share) => runWorker(share, progress)));
  if (process.stderr.isTTY) process.stderr.write('\r');
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  report(results, `profile ${profile}, ${workers} workers, ${seconds} s`);
}

function runWorker(share: Share, progress: () => void): Promise<Verdicts> {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: share });
  return new Promise((resolve, reject) => {
    worker.on('error', reject);
    worker.on('message', (message: number | Verdicts) => {
      if (typeof message === 'number') progress();
      else resolve(message);
    });
  });
}

function report(results: readonly Verdicts[], title: string): void {
  const tally = createTally();
  const failures = new Map<string, number>();
  const convictions = new Map<string, Conviction>();
  for (const result of results) {
    addTally(tally, result.tally);
    for (const [kind, count] of result.failures) {
      failures.set(kind, (failures.get(kind) ?? 0) + count);
    }
    for (const conviction of result.convictions) keepShorter(convictions, conviction);
  }
  console.log(`${title}\n${formatTally(tally)}\n`);
  for (const conviction of convictions.values()) console.log(`${formatConviction(conviction)}\n`);
  for (const [kind, count] of failures) console.log(`${group(count)} seeds violate ${kind}`);
  if (failures.size === 0) console.log('no invariant was violated');
  else process.exitCode = 1;
}

/** Of each kind the one with the fewest events. */
function keepShorter(known: Map<string, Conviction>, conviction: Conviction): void {
  const kind = kindOf(conviction.violation);
  const other = known.get(kind);
  if (other !== undefined && other.plan.events.length <= conviction.plan.events.length) return;
  known.set(kind, conviction);
}
