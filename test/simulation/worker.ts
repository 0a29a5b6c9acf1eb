/** A thread of `npm run sim`: runs its share of the seeds, and sends what came of them. */

import { parentPort, workerData } from 'node:worker_threads';
import { runCampaign } from './campaign.js';
import type { ProfileName } from './plan.js';

/** What a worker is told. */
export interface Share {
  readonly profile: ProfileName;
  readonly first: number;
  readonly count: number;
  /** Distance of its seeds. */
  readonly stride: number;
}

function* seedsOf({ first, count, stride }: Share): IterableIterator<number> {
  for (let i = 0; i < count; i++) yield first + i * stride;
}

/** Main and workers agree: a number is a seed that is done, an object the result. */
if (parentPort !== null) {
  const port = parentPort;
  const share = workerData as Share;
  const { profile } = share;
  const verdicts = await runCampaign({
    profile,
    seeds: seedsOf(share),
    onSeed: (seed) => port.postMessage(seed),
  });
  port.postMessage(verdicts);
}
