/**
 * One of the slow path's benches in a process of its own, on switches that never had an inspector,
 * or had one that has gone. `unwatched-child.js BENCH SIZE MS never|gone|profile` goes on for so
 * many ms of CPU time, and says by IPC what an operation takes, or where its time went.
 *
 * A process that never had one never loads the inspector's code either.
 */

import { Session } from 'node:inspector/promises';
import type { Bench, BenchCase, Visit } from '../bench.js';
import { unchangedDumpBench } from '../dump.js';
import { hitPathBench } from '../hit-path.js';
import { cpuMs, medianOf } from './pairs.js';
import { repeatedSetUpBench } from './repeated-set-up.js';

export type Watched = 'never' | 'gone' | 'profile';

export interface UnwatchedFigures {
  /** CPU time an operation, µs, of the round in the middle. */
  readonly us: number;
  readonly checksum: number;
  /** Samples of the profile by file of the program; empty unless it was asked for. */
  readonly samples: Readonly<Record<string, number>>;
}

const benches: Readonly<Record<string, Bench>> = {
  'hot-path': hitPathBench,
  'set-up': repeatedSetUpBench,
  dump: unchangedDumpBench,
};

const [name = '', size = '1', ms = '1', watched = 'never'] = process.argv.slice(2);
const bench = benches[name];
if (bench === undefined) throw new Error(`Cannot run a bench: there is no "${name}"`);
const visit = watched === 'never' ? undefined : await inspectorVisit();
const prepared = bench.prepare(Number(size), visit);
// As long again, for the compiler to settle.
timeRounds();
const { samples, figures } =
  watched === 'profile' ? await profile(timeRounds) : { samples: {}, figures: timeRounds() };
process.send?.({ ...figures, samples }, undefined, {}, () => process.disconnect());

/** An inspector comes, looks at the views that read the switch, and goes again. */
async function inspectorVisit(): Promise<Visit> {
  const { LiveSession } = await import('../../src/inspector/live-session.js');
  const { SystemClock } = await import('../../src/base/clock.js');
  const { silentLog } = await import('../../src/base/log.js');
  const query = { filter: '', sort: 'packets', isDescending: true, offset: 0, limit: 50 } as const;
  return (target) => {
    const session = new LiveSession({ target, clock: new SystemClock(), log: silentLog });
    return () => {
      session.view('house', {});
      session.view('flows', query);
      session.close();
    };
  };
}

function timeRounds(): { us: number; checksum: number } {
  const times: number[] = [];
  let checksum = 0;
  for (let left = Number(ms); left > 0; ) {
    const round = timeRound(prepared);
    checksum = round.checksum;
    left -= round.ms;
    times.push((round.ms * 1000) / prepared.operationCount);
  }
  return { us: medianOf(times), checksum };
}

function timeRound(of: BenchCase): { ms: number; checksum: number } {
  of.reset?.();
  const before = cpuMs();
  const checksum = of.round();
  return { ms: cpuMs() - before, checksum };
}

/** What `--cpu-prof` would write, added up by file. */
async function profile<Figures>(
  task: () => Figures,
): Promise<{ samples: Record<string, number>; figures: Figures }> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.start');
  const figures = task();
  const { profile: taken } = await session.post('Profiler.stop');
  session.disconnect();
  const samples: Record<string, number> = {};
  for (const { callFrame, hitCount = 0 } of taken.nodes) {
    const file = /\/(src\/.*)$/.exec(callFrame.url)?.[1];
    if (file !== undefined && hitCount > 0) samples[file] = (samples[file] ?? 0) + hitCount;
  }
  return { samples, figures };
}
