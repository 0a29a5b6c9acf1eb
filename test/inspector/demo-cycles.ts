/**
 * The demonstration's cycles: forty of them, slow ones among them, so that the flow limit moves.
 */

import type { CycleRow, CycleSpan, CycleView } from '../../src/inspector/view-data.js';

const CYCLES = 40;
const WAIT_MS = 500;
const REVALIDATORS = 3;

export function demoCycles(now: number): CycleView {
  const cycles: CycleRow[] = [];
  const limits: CycleView['limits'][number][] = [];
  let flowLimit = 10_000;
  let t = now - CYCLES * (WAIT_MS + 120);
  for (let i = 0; i < CYCLES; i++) {
    const isLast = i === CYCLES - 1;
    const dump = i % 13 === 9 ? 1100 + 200 * (i % 5) : 40 + 13 * (i % 7);
    const sweep = Math.round(dump / 3);
    const from = flowLimit;
    flowLimit = limitAfter(from, dump + sweep);
    if (from !== flowLimit)
      limits.push({ t: t + dump + sweep, from, to: flowLimit, cause: 'cycle' });
    cycles.push(row(i, t, { dump, sweep, flowLimit, isLast }));
    t += dump + sweep + WAIT_MS;
  }
  return {
    cycles,
    leader: 'waits for a change of rules; starts the next cycle in any case at its deadline',
    leaderState: 'waiting.watching',
    nextAt: now + 312,
    thresholdsMs: [200, 1000, 1300, 2000],
    limits,
  };
}

function limitAfter(limit: number, durationMs: number): number {
  if (durationMs > 2000) return Math.round(limit / (durationMs / 1000));
  if (durationMs > 1300) return Math.round((limit * 3) / 4);
  return durationMs < 1000 ? limit + 1000 : limit;
}

interface Made {
  readonly dump: number;
  readonly sweep: number;
  readonly flowLimit: number;
  readonly isLast: boolean;
}

function row(i: number, startedAt: number, { dump, sweep, flowLimit, isLast }: Made): CycleRow {
  const doneAt = startedAt + dump + sweep;
  return {
    cycle: 100 + i,
    startedAt,
    doneAt: isLast ? undefined : doneAt,
    durationMs: isLast ? undefined : dump + sweep,
    flows: 8000 + 31 * i,
    flowsDumped: isLast ? undefined : 8000 + 31 * i,
    flowsRevalidated: isLast ? undefined : 310 * (i % 4),
    flowLimit: isLast ? undefined : flowLimit,
    needsRevalidation: i % 4 > 0,
    reasons: i % 4 === 0 ? [] : i % 4 === 1 ? ['mac_learning'] : ['flow_table', 'mac_learning'],
    deleted: 7 * (i % 5),
    lanes: Array.from({ length: REVALIDATORS }, (_, revalidator) => ({
      revalidator,
      spans: spans(revalidator, startedAt, dump, isLast ? undefined : sweep),
    })),
  };
}

/** Followers are done a little earlier and wait at the barrier. */
function spans(
  revalidator: number,
  from: number,
  dump: number,
  sweep: number | undefined,
): CycleSpan[] {
  const dumped = from + dump * (1 - 0.15 * revalidator);
  const barrier = from + dump;
  const first: CycleSpan[] = [
    { phase: 'dump', from, to: dumped },
    { phase: 'barrier', from: dumped, to: barrier },
  ];
  if (sweep === undefined) return [...first, { phase: 'sweep', from: barrier, to: undefined }];
  const swept = barrier + sweep * (1 - 0.2 * revalidator);
  const end = barrier + sweep;
  return [
    ...first,
    { phase: 'sweep', from: barrier, to: swept },
    { phase: 'barrier', from: swept, to: end },
    { phase: 'finish', from: end, to: end + 2 },
    { phase: 'wait', from: end + 2, to: end + WAIT_MS },
  ];
}
