/**
 * What does it cost a replay to be looked at, or to be recorded? Each run has a process of its own,
 * so that neither side profits from what the other has warmed up, nor from its garbage.
 */

import { fork } from 'node:child_process';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { alternate, type Cost, type Pair } from './pairs.js';
import type { ReplayFigures } from './replay-child.js';
import { WatchingPage } from './watching-page.js';

/** What it costs to be watched or written down: at most so many times the time. */
export const REPLAY_RATIO_MAX = 2;

export type ReplayMode = 'plain' | 'record' | 'inspect';

export interface ReplayCost {
  readonly pairs: readonly Pair[];
  readonly packets: number;
  readonly upcalls: number;
  /** Documents that the page had of each view, in the last run. */
  readonly documents: ReadonlyMap<string, number>;
}

/** `count` pairs of a replay with and without; throws where the two did not do the same. */
export async function measureReplay(
  capture: string,
  mode: Exclude<ReplayMode, 'plain'>,
  count: number,
): Promise<ReplayCost> {
  let last: ReplayFigures | undefined;
  let documents: ReadonlyMap<string, number> = new Map();
  const side = async (as: ReplayMode): Promise<Cost> => {
    const outcome = await replayOnce(capture, as);
    const { packets, upcalls, cpuMs, wallMs } = outcome.figures;
    if (last !== undefined && (last.packets !== packets || last.upcalls !== upcalls)) {
      throw new Error(`Cannot compare replays: ${upcalls} upcalls here, ${last.upcalls} there`);
    }
    last = outcome.figures;
    if (as === 'inspect') documents = outcome.documents;
    return { cpuMs, wallMs };
  };
  const sides = { without: () => side('plain'), with: () => side(mode) };
  const pairs = await alternate(count, sides);
  return { pairs, packets: last?.packets ?? 0, upcalls: last?.upcalls ?? 0, documents };
}

interface Outcome {
  readonly figures: ReplayFigures;
  readonly documents: ReadonlyMap<string, number>;
}

/** With a page that looks at all views, where it is looked at. */
async function replayOnce(capture: string, mode: ReplayMode): Promise<Outcome> {
  const file = join(tmpdir(), `upcall-bench-${process.pid}.log.gz`);
  const child = fork(join(import.meta.dirname, 'replay-child.js'), [capture, mode, file]);
  let page: WatchingPage | undefined;
  try {
    const figures = await new Promise<ReplayFigures>((resolve, reject) => {
      child.on('message', (message: { url?: string; figures?: ReplayFigures }) => {
        if (message.figures !== undefined) resolve(message.figures);
        if (message.url === undefined) return;
        page = new WatchingPage(message.url);
        page.seenAll.then(() => child.send('end'), reject);
      });
      child.on('exit', (code) => reject(new Error(`A replay ended with ${code}`)));
    });
    return { figures, documents: page?.documents ?? new Map() };
  } finally {
    page?.close();
    rmSync(file, { force: true });
  }
}
