import { describe, expect, it } from 'vitest';
import { DumpTimer } from '../../src/actors/cost-model.js';
import { SystemClock } from '../../src/base/clock.js';
import { createRng, type Rng } from '../../src/base/rng.js';
import { VirtualClock } from '../../src/base/virtual-clock.js';
import { createBench, flowOf } from './udpif-bench.js';

describe('Leader', () => {
  it('counts and reports what it does to the limit', () => {
    const costModel = { dumpedFlowUs: 1_500_000, revalidatedFlowUs: 0, jitterFraction: 0 };
    const bench = createBench({ costModel, isObserved: true });
    for (const flows of [1, 2, 2]) {
      bench.dpif.flows.clear();
      for (let id = 1; id <= flows; id++) bench.dpif.plant(flowOf(id));
      bench.clock.advance(500);
    }
    expect(bench.coverage.read('upcall_flow_limit_reduced')).toBe(1);
    expect(bench.coverage.read('upcall_flow_limit_scaled')).toBe(2);
    const steps = bench.records.flatMap((record) =>
      record.type === 'limit' ? [[record.from, record.to, record.cause]] : [],
    );
    expect(steps).toEqual([
      [10_000, 7_500, 'cycle'],
      [7_500, 2_500, 'cycle'],
      [2_500, 1_000, 'cycle'],
    ]);
  });
});

describe('Leader, logging', () => {
  it('says why what a failed dump missed is not counted, and counts nothing else', () => {
    const bench = createBench({ isObserved: true });
    bench.dpif.dumpError = 'EIO';
    bench.clock.advance(500);
    expect(bench.logged).toEqual([
      {
        level: 'warn',
        message: 'flow dump failed: what it missed is not counted as missed',
        fields: { error: 'EIO' },
      },
    ]);
    expect(bench.records).toContainEqual({
      type: 'dump.failed',
      time: bench.clock.now(),
      error: 'EIO',
    });
    expect(bench.coverage.read('dpif_flow_dump_error')).toBe(1);
    expect(Object.keys(bench.coverage.toJSON())).not.toContain('undefined');
  });

  it('says how long a long dump took', () => {
    const costModel = { dumpedFlowUs: 2_500_000, revalidatedFlowUs: 0, jitterFraction: 0 };
    const bench = createBench({ costModel });
    bench.dpif.plant(flowOf(1));
    bench.clock.advance(500);
    expect(bench.logged).toMatchObject([{ fields: { durationMs: 2_500 } }]);
  });
});

describe('DumpTimer', () => {
  it('charges flows by the model, with a seeded jitter', () => {
    const model = { dumpedFlowUs: 1_000, revalidatedFlowUs: 2_000, jitterFraction: 0.5 };
    const durations = [1, 1, 2].map((seed) => {
      const timer = new DumpTimer(new VirtualClock(), model, createRng(seed));
      timer.flowsDumped = 100;
      timer.flowsRevalidated = 50;
      return timer.durationMs();
    });
    expect(durations[0]).toBe(durations[1]);
    expect(durations[0]).not.toBe(durations[2]);
    for (const ms of durations) expect(Math.abs(ms - 200)).toBeLessThanOrEqual(100);
  });

  it('takes the jitter to both sides, and throws no dice where there is nothing to charge', () => {
    const costOf = (fraction: number, flows: number, jitterFraction = 0.5) => {
      let throws = 0;
      const fractionOnce = (): number => {
        throws++;
        return fraction;
      };
      const rng: Rng = { ...createRng(1), fraction: fractionOnce };
      const model = { dumpedFlowUs: 1_000, revalidatedFlowUs: 0, jitterFraction };
      const timer = new DumpTimer(new VirtualClock(), model, rng);
      timer.flowsDumped = flows;
      return [timer.durationMs(), throws];
    };
    expect([0, 0.5, 0.75].map((fraction) => costOf(fraction, 100))).toEqual([
      [50, 1],
      [100, 1],
      [125, 1],
    ]);
    expect(costOf(0, 0)).toEqual([1, 0]);
    expect(costOf(0, 100, 0)).toEqual([100, 0]);
  });

  it('counts the time inside its slices only, on the machine clock', () => {
    let nowMs = 0;
    class Stepping extends SystemClock {
      override monotonic(): number {
        return nowMs;
      }
    }
    const model = { dumpedFlowUs: 9, revalidatedFlowUs: 9, jitterFraction: 0 };
    const timer = new DumpTimer(new Stepping(), model, createRng(1));
    for (const [from, to] of [
      [0, 2.5],
      [100, 101.6],
    ] as const) {
      nowMs = from;
      timer.enter();
      nowMs = to;
      timer.leave();
    }
    expect(timer.durationMs()).toBe(4);
  });
});
