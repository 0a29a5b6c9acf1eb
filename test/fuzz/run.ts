/**
 * `npm run fuzz -- [--minutes N] [--seed S] [--replay "STEP …"]`: hostile OpenFlow, thrown at a
 * switch under traffic.
 *
 * Each seed is a session (`session.ts`); what is found is made short and printed with the command
 * that replays it. The heap after each few sessions must not grow. Exits with 1 where something is
 * found.
 */

import { parseArgs } from 'node:util';
import { type Corpus, wholeCorpus } from './corpus.js';
import { LiveSwitch } from './live-switch.js';
import { planOf } from './plan.js';
import { type Finding, play } from './session.js';
import { shrink } from './shrink.js';
import { formatStep, parseStep, type Step } from './step.js';

const MINUTE_MS = 60_000;
/** Sessions between two looks at the heap, and those before the first look. */
const SESSIONS_A_LOOK = 25;
/** Bytes that the heap may have grown by since the first look: caches and compiled code. */
const GROWTH_MAX = 24 * 1024 * 1024;
/** One session in so many is also thrown at real sockets. */
const LIVE_EVERY = 5;
const FINDINGS_MAX = 5;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    replay: { type: 'string' },
  },
});
process.exit(await main());

async function main(): Promise<number> {
  if (values.replay !== undefined) return replay(values.replay.split(/\s+/).map(parseStep));
  const minutes = Number(values.minutes);
  const first = Number(values.seed);
  if (!(minutes > 0) || !Number.isInteger(first)) {
    console.error('fuzz: Cannot run: --minutes is a positive number, --seed a whole one');
    return 2;
  }
  const shared = process.env['UPCALL_SHARED'] ?? '../shared';
  const corpus = wholeCorpus(shared, '.');
  console.log(`${corpus.messages.length} messages to begin with`);
  return campaign(first, minutes, corpus);
}

async function replay(steps: readonly Step[]): Promise<number> {
  const finding = await play(steps);
  console.log(finding === undefined ? 'nothing found' : `${finding.kind}: ${finding.what}`);
  return finding === undefined ? 0 : 1;
}

/** Sessions of one seed after the other, until the time is over. */
async function campaign(first: number, minutes: number, corpus: Corpus): Promise<number> {
  const end = performance.now() + minutes * MINUTE_MS;
  const live = await LiveSwitch.start();
  const heap: number[] = [];
  const found = new Map<string, Finding>();
  let count = 0;
  for (let seed = first; performance.now() < end && found.size < FINDINGS_MAX; seed++, count++) {
    const steps = planOf(seed, corpus);
    const isLive = count % LIVE_EVERY === 0;
    const finding = (await play(steps)) ?? (isLive ? await live.take(steps) : undefined);
    if (finding !== undefined) await report(seed, steps, finding, found);
    if (count % SESSIONS_A_LOOK === SESSIONS_A_LOOK - 1) heap.push(heapSize());
  }
  const left = await live.stop();
  if (left !== undefined) found.set(left, { kind: 'leak', what: left, at: 0 });
  const growth = growthOf(heap);
  const grown = growth > GROWTH_MAX ? 1 : 0;
  console.log(
    `seeds ${first} to ${first + count - 1}: ${count} sessions, ${live.sessions} on sockets; ` +
      `${found.size} findings; the heap grew by ${(growth / 1024 / 1024).toFixed(1)} MB` +
      `${grown ? ', which is too much' : ''}`,
  );
  return found.size + grown === 0 ? 0 : 1;
}

async function report(
  seed: number,
  steps: readonly Step[],
  finding: Finding,
  found: Map<string, Finding>,
): Promise<void> {
  const key = `${finding.kind}: ${finding.what}`;
  if (found.has(key)) return;
  found.set(key, finding);
  console.log(`seed ${seed}, step ${finding.at}: ${key}`);
  const shortest = await shrink(steps, finding);
  const words = shortest.map(formatStep).join(' ');
  console.log(
    `  shrunk to ${shortest.length} steps; replay with\n  npm run fuzz -- --replay "${words}"`,
  );
}

/** Bytes in use after a collection. */
function heapSize(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

/** How much more the least of the last looks is than the first one. */
function growthOf(heap: readonly number[]): number {
  const [first = 0] = heap;
  const last = heap.slice(-3);
  return last.length === 0 ? 0 : Math.max(0, Math.min(...last) - first);
}
