import { describe, expect, it } from 'vitest';
import { createRng } from '../../src/base/rng.js';
import { SystemClock } from '../../src/base/clock.js';
import { VirtualClock } from '../../src/base/virtual-clock.js';
import { DumpTimer } from '../../src/actors/cost-model.js';
import { type Bench, createBench, flowOf, revalidate, runCycle, START } from './udpif-bench.js';

/** A cost of exactly `ms` for each flow that is dumped. */
const costing = (ms: number) => ({
  costModel: { dumpedFlowUs: ms * 1_000, revalidatedFlowUs: 0, jitterFraction: 0 },
});

const startsOf = ({ records }: Bench): number[] =>
  records.filter(({ type }) => type === 'cycle.start').map(({ time }) => time - START);

describe('Leader', () => {
  it('reads reval_seq and flows, then opens the dump (U-077, U-078, U-027)', () => {
    const bench = createBench({ isObserved: true });
    expect(bench.dpif.calls.slice(1)).toEqual(['getStats', 'dumpStart', 'dumpDone']);
    runCycle(bench);
    const needs = bench.records.flatMap((record) =>
      record.type === 'cycle.start' ? [record.needsRevalidation] : [],
    );
    expect(needs).toEqual([true, false]);
  });

  it('needs revalidation after a change and only then (U-079)', () => {
    const bench = createBench({ isObserved: true });
    revalidate(bench);
    runCycle(bench);
    expect(bench.records.filter(({ type }) => type === 'cycle.start')).toMatchObject([
      { needsRevalidation: true },
      { needsRevalidation: true },
      { needsRevalidation: false },
    ]);
  });

  it('keeps the maximum and the halved average (U-080)', () => {
    const bench = createBench();
    for (let id = 1; id <= 10; id++) bench.dpif.miss(flowOf(id));
    const averages = [5, 7, 8, 9, 9];
    for (const expected of averages) {
      runCycle(bench);
      expect(bench.udpif.status().flowsAverage).toBe(expected);
    }
    expect(bench.udpif.status().flowsMaximum).toBe(10);
  });

  it('finishes dump and sweep when the exit comes, and starts no other (U-081, U-083, L3)', () => {
    const bench = createBench({ revalidators: 3 });
    for (let id = 1; id <= 5; id++) bench.dpif.plant(flowOf(id));
    bench.clock.advanceTo(bench.udpif.nextDeadline()! - 1);
    bench.clock.jump(bench.clock.now() + 1);
    bench.clock.runOne();
    const dumpSeq = bench.udpif.dumpSeq.read();
    const dumps = bench.dpif.calls.filter((call) => call === 'dumpStart').length;
    bench.udpif.destroy();
    bench.clock.runDue();
    expect(bench.udpif.dumpSeq.read()).toBe(dumpSeq + 1);
    expect(bench.dpif.calls.filter((call) => call === 'dumpStart')).toHaveLength(dumps);
    expect(bench.dpif.flows.size).toBe(0);
  });

  it('lets nobody sweep while somebody dumps (U-082, U-093, S4, S5)', () => {
    const bench = createBench({ revalidators: 3, isObserved: true });
    for (let id = 1; id <= 60; id++) bench.dpif.miss(flowOf(id));
    bench.clock.runDue();
    bench.udpif.purge();
    for (let id = 1; id <= 60; id++) bench.dpif.miss(flowOf(id));
    bench.clock.runDue();
    let misses = 0;
    bench.dpif.timesDumped = () => misses++ % 2;
    revalidate(bench);
    const phases = bench.records.flatMap((record) => {
      if (record.type === 'cycle.start') return ['start'];
      return record.type === 'verdict' ? [record.phase] : [];
    });
    const last = phases.slice(phases.lastIndexOf('start') + 1);
    expect(last.lastIndexOf('dump')).toBeLessThan(last.indexOf('sweep'));
    expect(last).toContain('dump');
    expect(last).toContain('sweep');
  });

  it('closes the dump, then counts it, then records its duration (U-025, U-084, S19)', () => {
    const bench = createBench({ ...costing(300) });
    const order: string[] = [];
    bench.dpif.plant(flowOf(1));
    bench.udpif.dumpSeq.changes.subscribe(() => {
      const isClosed = bench.dpif.calls.at(-1) === 'dumpDone';
      order.push(`${isClosed} ${bench.udpif.status().dumpDurationMs}`);
    });
    runCycle(bench);
    expect(order).toEqual(['true 1']);
    expect(bench.udpif.status().dumpDurationMs).toBe(300);
  });

  it('adapts the limit to the duration of the dump (U-085, U-086, U-087, B-06, S12, L8)', () => {
    const bench = createBench({ ...costing(250), isObserved: true });
    const limits: number[] = [];
    const cycleWith = (flows: number): void => {
      bench.dpif.flows.clear();
      for (let id = 1; id <= flows; id++) bench.dpif.plant(flowOf(id));
      bench.clock.advance(500);
      limits.push(bench.udpif.status().flowLimit);
    };
    for (const flows of [2, 5, 6, 9, 48, 3]) cycleWith(flows);
    // 500 ms; 1250: dead band; 1500: 3/4; 2250, 12000: divided; 750: 4 flows need no more.
    expect(limits).toEqual([10_000, 10_000, 7_500, 3_750, 1_000, 1_000]);
    expect(bench.coverage.read('upcall_flow_limit_reduced')).toBe(1);
    expect(bench.coverage.read('upcall_flow_limit_scaled')).toBe(2);
    expect(bench.records.filter(({ type }) => type === 'limit')).toHaveLength(3);
  });

  it('grows again with few flows where dumps are fast (U-087, B-06)', () => {
    const bench = createBench({ initial: { flowLimit: 5_000 } });
    bench.udpif.setFlowLimit(1_000);
    for (let id = 1; id <= 20; id++) bench.dpif.plant(flowOf(id));
    runCycle(bench);
    expect(bench.udpif.status().flowLimit).toBe(2_000);
    expect(bench.coverage.read('upcall_flow_limit_grew')).toBe(1);
  });

  it('warns of a dump longer than 2000 ms, each time (U-088, B-25)', () => {
    const bench = createBench({ ...costing(2_000) });
    bench.dpif.plant(flowOf(1));
    runCycle(bench);
    expect(bench.logged).toEqual([]);
    bench.dpif.plant(flowOf(2));
    for (let i = 0; i < 8; i++) runCycle(bench);
    expect(bench.logged).toHaveLength(8);
    const message = 'Spent an unreasonably long 4000ms dumping flows';
    expect(bench.logged[0]).toMatchObject({ level: 'warn', message });
  });

  it('starts a cycle every min(max-idle, max-revalidator) (U-089)', () => {
    const bench = createBench({ isObserved: true });
    bench.clock.advance(1_000);
    bench.settings.maxIdle = 300;
    bench.clock.advance(1_100);
    expect(startsOf(bench)).toEqual([0, 500, 1_000, 1_500, 1_800, 2_100]);
  });

  it('answers a change at once, but not before 5 ms after the last start (U-090, B-07)', () => {
    const bench = createBench({ isObserved: true });
    for (let i = 0; i < 20; i++) {
      bench.udpif.revalidate('flow_table');
      bench.clock.advance(1);
    }
    expect(startsOf(bench)).toEqual([0, 5, 10, 15, 20]);
    bench.clock.advance(200);
    bench.udpif.revalidate('flow_table');
    bench.clock.runDue();
    expect(startsOf(bench).at(-1)).toBe(220);
  });

  it('tells of a dump that failed, and counts the cycle all the same (U-091, B-30)', () => {
    const bench = createBench({ isObserved: true });
    bench.dpif.dumpError = 'EIO';
    const { cycles } = bench.udpif.status();
    runCycle(bench);
    expect(bench.udpif.status().cycles).toBe(cycles + 1);
    expect(bench.coverage.read('dpif_flow_dump_error')).toBe(1);
    expect(bench.records).toContainEqual(expect.objectContaining({ type: 'dump.failed' }));
  });
});

describe('FlowCount.read()', () => {
  it('asks after 100 ms, and keeps an answer (U-026, U-028, U-029, U-030, B-29)', () => {
    const bench = createBench();
    const asked = (): number => bench.dpif.calls.filter((call) => call === 'getStats').length;
    bench.clock.advance(101);
    bench.dpif.plant(flowOf(1));
    expect(bench.udpif.status().flowsCurrent).toBe(1);
    const before = asked();
    bench.dpif.plant(flowOf(2));
    bench.clock.advance(100);
    expect(bench.udpif.status().flowsCurrent).toBe(1);
    expect(asked()).toBe(before);
    bench.dpif.statsError = 'EIO';
    bench.clock.advance(1);
    expect(bench.udpif.status().flowsCurrent).toBe(1);
    expect(asked()).toBe(before + 1);
    bench.dpif.statsError = undefined;
    bench.clock.advance(101);
    expect(bench.udpif.status().flowsCurrent).toBe(2);
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
