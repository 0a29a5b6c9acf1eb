/**
 * The timeline of the leader's cycles, and the scales of the charts below it.
 */

import { describe, expect, it } from 'vitest';
import type { CycleRow, CycleSpan } from '../../../src/inspector/view-data.js';
import { planByPhase, planToScale } from '../../../src/inspector/web/cycle-plan.js';
import { linearScale, logScale, roundUp } from '../../../src/inspector/web/scale.js';
import { reasonText } from '../../../src/inspector/web/views/cycle-table.js';
import { limitPoints, steppedPath } from '../../../src/inspector/web/views/limit-chart.js';

const LEADER: readonly CycleSpan[] = [
  { phase: 'dump', from: 0, to: 40 },
  { phase: 'sweep', from: 40, to: 60 },
  { phase: 'finish', from: 60, to: 60 },
  { phase: 'wait', from: 60, to: undefined },
];
const FOLLOWER: readonly CycleSpan[] = [
  { phase: 'dump', from: 0, to: 20 },
  { phase: 'barrier', from: 20, to: 40 },
  { phase: 'sweep', from: 40, to: 60 },
  { phase: 'barrier', from: 60, to: undefined },
];

function cycleOf(...lanes: readonly (readonly CycleSpan[])[]): CycleRow {
  return {
    cycle: 5,
    startedAt: 0,
    doneAt: 60,
    durationMs: 60,
    flows: 10,
    flowsDumped: 10,
    flowsRevalidated: 0,
    flowLimit: 2000,
    needsRevalidation: false,
    reasons: [],
    deleted: 0,
    lanes: lanes.map((spans, revalidator) => ({ revalidator, spans })),
  };
}

describe('planByPhase()', () => {
  const { bars, barriers, revalidators } = planByPhase([cycleOf(LEADER, FOLLOWER)]);

  it('has a lane for each revalidator', () => {
    expect(revalidators).toEqual([0, 1]);
  });

  it('gives each phase of the leader its column', () => {
    const own = bars.filter(({ revalidator }) => revalidator === 0);
    expect(own.map(({ phase }) => phase)).toEqual(['dump', 'sweep', 'finish', 'wait']);
    expect(own[1]?.x).toBeCloseTo((own[0]?.x ?? 0) + (own[0]?.width ?? 0));
  });

  it('fills what an early follower has left of its column with the wait at the barrier', () => {
    const [dump, barrier] = bars.filter(({ revalidator }) => revalidator === 1);
    expect([dump?.phase, dump?.ms, barrier?.phase, barrier?.ms]).toEqual([
      'dump',
      20,
      'barrier',
      20,
    ]);
    expect(dump?.width).toBeCloseTo(barrier?.width ?? 0);
  });

  it('draws a barrier after each phase that all have left', () => {
    expect(barriers).toHaveLength(2);
    const dumping = cycleOf([{ phase: 'dump', from: 0, to: undefined }]);
    expect(planByPhase([dumping]).barriers).toEqual([]);
  });

  it('shows phases that take no time, as under a virtual clock', () => {
    const still = LEADER.map((span) => ({ ...span, from: 7, to: 7 }));
    const widths = planByPhase([cycleOf(still, still)]).bars.map(({ width }) => width);
    expect(Math.min(...widths)).toBeGreaterThan(0.1);
  });

  it('says of what goes on that it has no duration yet', () => {
    expect(bars.find(({ phase }) => phase === 'wait')?.ms).toBeUndefined();
  });
});

describe('planToScale()', () => {
  it('places phases by the clock, and ends what goes on now', () => {
    const { bars, barriers } = planToScale([cycleOf(LEADER)], 100);
    expect(bars.map(({ x }) => x)).toEqual([0, 0.4, 0.6, 0.6]);
    expect(bars.at(-1)?.width).toBeCloseTo(0.4);
    expect(barriers).toEqual([0.4, 0.6]);
  });

  it('has nothing to place without cycles', () => {
    expect(planToScale([], 100)).toEqual({ revalidators: [], bars: [], barriers: [], starts: [] });
  });
});

describe('The scales', () => {
  it('are even or logarithmic', () => {
    expect(linearScale([0, 10], [0, 100])(2)).toBe(20);
    expect(linearScale([3, 3], [0, 100])(3)).toBe(50);
    expect(logScale([1, 100], [0, 100])(10)).toBeCloseTo(50);
    expect(logScale([1, 100], [0, 100])(0)).toBe(0);
  });

  it('end at a round number', () => {
    expect([0, 1, 3, 7, 20, 2001, 200_000].map(roundUp)).toEqual([1, 1, 5, 10, 20, 5000, 200_000]);
  });
});

describe('The flow limit', () => {
  it('is what cycles and changes say, in order of time', () => {
    const limits = [
      { t: 30, from: 3000, to: 1000, cause: 'operator' },
      { t: -9, from: 1, to: 2, cause: 'operator' },
    ];
    const view = {
      cycles: [cycleOf(LEADER)],
      limits,
      leader: '',
      leaderState: '',
      nextAt: undefined,
      thresholdsMs: [200, 1000, 1300, 2000],
    } as const;
    expect(limitPoints(view)).toEqual([
      { t: 30, limit: 1000 },
      { t: 60, limit: 2000 },
    ]);
  });

  it('is drawn in steps', () => {
    const points = [
      { t: 0, limit: 1 },
      { t: 5, limit: 3 },
    ];
    const same = (value: number): number => value;
    expect(steppedPath(points, same, same)).toBe('M0.0,1.0H5.0V3.0');
  });
});

describe('reasonText()', () => {
  it('says why a cycle looked at every flow again, or that it did not', () => {
    const row = cycleOf(LEADER);
    const reasons = ['flow_table', 'mac_learning'];
    expect(reasonText(row)).toMatch(/did not/);
    expect(reasonText({ ...row, needsRevalidation: true, reasons })).toBe(
      'flow_table, mac_learning',
    );
    expect(reasonText({ ...row, needsRevalidation: true })).toBe('something had changed');
  });
});
