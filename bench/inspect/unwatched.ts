/**
 * What does the inspector cost where there is none? Nothing: a switch that an inspector has left is
 * as fast as one that never had one, within what two equal runs differ by, and a profile of its hot
 * path does not know the inspector's files.
 */

import { fork } from 'node:child_process';
import { join } from 'node:path';
import { medianOf } from './pairs.js';
import type { UnwatchedFigures, Watched } from './unwatched-child.js';

export interface UnwatchedEffort {
  readonly runs: number;
  /** CPU time that each run measures for. */
  readonly ms: number;
  /** Flows, by bench. */
  readonly sizes: Readonly<Record<UnwatchedBench, number>>;
}

export type UnwatchedBench = 'hot-path' | 'set-up' | 'dump';

export interface UnwatchedCost {
  /** µs an operation, medians. */
  readonly never: number;
  readonly gone: number;
  /** What the one with an inspector in its past takes more; negative: less. */
  readonly difference: number;
  /** What two equal runs differ by, in the median. */
  readonly spread: number;
}

/** Three runs each time, two of them equal; who comes first changes. */
export async function measureUnwatched(
  bench: UnwatchedBench,
  { runs, ms, sizes }: UnwatchedEffort,
): Promise<UnwatchedCost> {
  const never: number[] = [];
  const gone: number[] = [];
  const spreads: number[] = [];
  const run = async (watched: Watched): Promise<number> =>
    (await runOnce(bench, sizes[bench], ms, watched)).us;
  for (let i = 0; i < runs; i++) {
    const isGoneFirst = i % 2 === 1;
    const before = isGoneFirst ? await run('gone') : 0;
    const one = await run('never');
    const after = isGoneFirst ? 0 : await run('gone');
    const other = await run('never');
    never.push(one);
    gone.push(isGoneFirst ? before : after);
    spreads.push(Math.abs(one - other));
  }
  const medians = { never: medianOf(never), gone: medianOf(gone) };
  const difference = medians.gone - medians.never;
  return { ...medians, difference, spread: medianOf(spreads) };
}

/** Samples of a profile of the hot path by file, after an inspector has gone. */
export async function profileHotPath({
  sizes,
  ms,
}: UnwatchedEffort): Promise<ReadonlyMap<string, number>> {
  const { samples } = await runOnce('hot-path', sizes['hot-path'], ms, 'profile');
  return new Map(Object.entries(samples));
}

function runOnce(
  bench: UnwatchedBench,
  size: number,
  ms: number,
  watched: Watched,
): Promise<UnwatchedFigures> {
  const file = join(import.meta.dirname, 'unwatched-child.js');
  const child = fork(file, [bench, `${size}`, `${ms}`, watched]);
  return new Promise((resolve, reject) => {
    child.on('message', (figures: UnwatchedFigures) => resolve(figures));
    child.on('exit', (code) => reject(new Error(`The bench "${bench}" ended with ${code}`)));
  });
}
