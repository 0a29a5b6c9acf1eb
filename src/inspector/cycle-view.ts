/**
 * The leader's cycles: a row each, with a lane of phases for each revalidator.
 */

import { DUMP_MS_FAST, DUMP_MS_LONG, DUMP_MS_SLOW } from '../machines/flow-limit.js';
import type { CycleRecord } from './cycles-model.js';
import { doingOf, leaderOf } from './doing.js';
import type { Moment } from './moment.js';
import type { CycleRow, CycleView } from './view-data.js';

/** A dump that takes longer makes the leader look whether flows are worth revalidating. */
const DUMP_MS_BUSY = 200;

export function cycleView({ model }: Moment): CycleView {
  const { cycles } = model;
  const leader = leaderOf(model);
  return {
    cycles: cycles.cycles.map(rowOf),
    leader: leader === undefined ? 'there is no leader' : doingOf(leader, model),
    leaderState: leader?.state ?? '',
    nextAt: cycles.nextAt,
    thresholdsMs: [DUMP_MS_BUSY, DUMP_MS_FAST, DUMP_MS_SLOW, DUMP_MS_LONG],
    limits: cycles.limits.map(({ t, from, to, cause }) => ({ t, from, to, cause })),
  };
}

function rowOf({ intervalMs: _, lanes, ...row }: CycleRecord): CycleRow {
  const revalidators = [...lanes.keys()].sort((a, b) => a - b);
  return {
    ...row,
    lanes: revalidators.map((revalidator) => ({
      revalidator,
      spans: lanes.get(revalidator) ?? [],
    })),
  };
}
