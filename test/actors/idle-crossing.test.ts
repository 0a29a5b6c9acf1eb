import { describe, expect, it } from 'vitest';
import type { UdpifRecord } from '../../src/actors/udpif-event.js';
import { instant } from '../../src/base/brands.js';
import { type Bench, createBench, flowOf, runCycle, START } from './udpif-bench.js';

/** A udpif that had flows, which have all gone. */
function createRested(initial = {}, flows = 9): Bench {
  const bench = createBench({ initial: { maxIdle: 1_000, ...initial } });
  for (let id = 1; id <= flows; id++) bench.dpif.miss(flowOf(id));
  bench.clock.advance(2_777);
  expect(bench.udpif.status().ukeys).toBe(0);
  bench.udpif.setFlowLimit(7);
  return bench;
}

/** Everything that a later moment could depend on. */
function outcome({ udpif, clock, coverage, dpif }: Bench): object {
  const asked = dpif.calls.length;
  const status = udpif.status();
  return {
    status,
    hasAsked: dpif.calls.length > asked,
    now: clock.now(),
    deadline: udpif.nextDeadline(),
    dumpSeq: udpif.dumpSeq.read(),
    revalSeq: udpif.revalSeq.read(),
    coverage: coverage.toJSON(),
    state: udpif.actor.getSnapshot().value,
  };
}

describe('Udpif.crossIdle()', () => {
  it.each([
    [3_000, {}],
    [60_000, {}],
    [60_001, {}],
    [59_777, {}],
    [900_000, {}],
    [10_050, { maxRevalidator: 100 }],
    [10_003, { maxIdle: 730 }],
    [10_001, { maxRevalidator: 30 }],
    [10_008, { maxRevalidator: 30 }],
    [10_015, { maxRevalidator: 30 }],
    [10_022, { maxRevalidator: 30 }],
    [499, {}],
    [1, {}],
  ])('leaves behind in %i ms what running would have (%o)', (ms, initial) => {
    const run = createRested(initial);
    const crossed = createRested(initial);
    const until = instant(run.clock.now() + ms);
    const { cycles } = run.udpif.status();
    run.clock.advanceTo(until);
    const count = crossed.udpif.crossIdle(until);
    crossed.clock.advanceTo(until);
    expect(outcome(crossed)).toEqual(outcome(run));
    expect(run.udpif.status().cycles - cycles).toBeGreaterThanOrEqual(count);
    expect(count > 0).toBe(ms > 400);
    for (const bench of [run, crossed]) {
      bench.udpif.revalidate('flow_table');
      bench.dpif.miss(flowOf(1));
      bench.clock.advance(2_000);
    }
    expect(outcome(crossed)).toEqual(outcome(run));
  });

  it('lets the average of the flows fall as far as the cycles that it crosses take it', () => {
    const [run, crossed] = [createRested({}, 200), createRested({}, 200)];
    const before = run.udpif.status().flowsAverage;
    const until = instant(run.clock.now() + 1_100);
    run.clock.advanceTo(until);
    expect(crossed.udpif.crossIdle(until)).toBe(2);
    crossed.clock.advanceTo(until);
    const average = run.udpif.status().flowsAverage;
    expect(average).toBeGreaterThan(0);
    expect(average).toBeLessThan(before);
    expect(crossed.udpif.status().flowsAverage).toBe(average);
  });

  it('crosses a cycle whose minimum gap ends before, and not at, the moment', () => {
    for (const [gapMs, cycles] of [
      [5, 0],
      [6, 1],
    ] as const) {
      const { udpif } = createRested();
      const deadline = udpif.nextDeadline() ?? instant(0);
      expect(udpif.crossIdle(instant(deadline + gapMs))).toBe(cycles);
    }
  });

  it('ends the minimum gap of the cycle before, so that a change is looked at soon', () => {
    const { clock, udpif } = createRested();
    clock.advanceTo(udpif.nextDeadline() ?? clock.now());
    const until = instant(clock.now() + 750);
    expect(udpif.crossIdle(until)).toBe(1);
    clock.advanceTo(until);
    const { cycles } = udpif.status();
    udpif.revalidate('flow_table');
    clock.advance(5);
    expect(udpif.status().cycles).toBe(cycles + 1);
  });

  it('tells observers, and numbers the cycles after those that it crossed', () => {
    const { clock, udpif } = createRested();
    const records: UdpifRecord[] = [];
    udpif.events.subscribe((record) => records.push(record));
    const from = udpif.nextDeadline() ?? instant(0);
    const { cycles } = udpif.status();
    expect(udpif.crossIdle(instant(from + 1_400))).toBe(3);
    clock.advanceTo(from + 1_500);
    expect(records.map(({ type }) => type)).toEqual([
      ...['limit', 'idle.crossed', 'cycle.start', 'cycle.done'],
    ]);
    expect(records.slice(1)).toMatchObject([
      { cycles: 3, until: from + 1_000 },
      { cycle: cycles + 4, time: from + 1_500 },
      { cycle: cycles + 4, startedAt: from + 1_500 },
    ]);
  });

  it('crosses an hour in a handful of tasks', () => {
    const bench = createRested();
    const until = instant(START + 3_600_000);
    expect(bench.udpif.crossIdle(until)).toBeGreaterThan(7_000);
    let tasks = 0;
    bench.udpif.dumpSeq.changes.subscribe(() => tasks++);
    bench.clock.advanceTo(until);
    expect(tasks).toBeLessThanOrEqual(1);
  });

  it('crosses nothing while there is a flow, an upcall, a change, or no cycle', () => {
    const until = instant(START + 60_000);
    const withFlow = createRested();
    withFlow.dpif.plant(flowOf(1));
    const withUpcall = createRested();
    withUpcall.dpif.miss(flowOf(1));
    const withChange = createRested();
    withChange.udpif.revalidate('flow_table');
    const paused = createRested();
    paused.udpif.pause();
    paused.clock.runDue();
    // Announced, and held up by the minimum gap.
    const changed = createRested();
    runCycle(changed);
    changed.udpif.revalidate('flow_table');
    changed.clock.runDue();
    const stopped = createBench({ isStarted: false });
    for (const { udpif } of [withFlow, withUpcall, withChange, changed, paused, stopped]) {
      expect(udpif.crossIdle(until)).toBe(0);
    }
  });
});
