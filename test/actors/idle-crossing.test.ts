import { describe, expect, it } from 'vitest';
import { instant } from '../../src/base/brands.js';
import { type Bench, createBench, flowOf, START } from './udpif-bench.js';

/** A udpif that had flows, which have all gone. */
function createRested(initial = {}): Bench {
  const bench = createBench({ initial: { maxIdle: 1_000, ...initial } });
  for (let id = 1; id <= 9; id++) bench.dpif.miss(flowOf(id));
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
    [3_600_000, {}],
    [10_050, { maxRevalidator: 100 }],
    [10_003, { maxIdle: 730 }],
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
    const stopped = createBench({ isStarted: false });
    for (const { udpif } of [withFlow, withUpcall, withChange, paused, stopped]) {
      expect(udpif.crossIdle(until)).toBe(0);
    }
  });
});
