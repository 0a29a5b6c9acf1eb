import { describe, expect, it } from 'vitest';
import { instant } from '../../src/base/brands.js';
import { FlowKey } from '../../src/datapath/flow-key.js';
import { ovs23Profile } from '../../src/machines/profile-2014.js';
import { currentProfile } from '../../src/machines/profiles.js';
import { type Bench, createBench, flowOf, runCycle, START } from './udpif-bench.js';

function install(bench: Bench, ...ids: number[]): void {
  for (const id of ids) bench.dpif.miss(flowOf(id));
  bench.clock.runDue();
}

describe('Udpif.isQuiescent()', () => {
  it('holds where nothing runs, before the start and after the end', () => {
    const bench = createBench({ isStarted: false });
    expect(bench.udpif.isQuiescent()).toBe(true);
    bench.udpif.setThreads(1, 1);
    expect(bench.udpif.isQuiescent()).toBe(false);
    bench.clock.runDue();
    expect(bench.udpif.isQuiescent()).toBe(true);
    bench.udpif.destroy();
    bench.clock.runDue();
    expect(bench.udpif.isQuiescent()).toBe(true);
  });

  it('does not hold while ukeys are being purged, or one of two handlers has work', () => {
    const bench = createBench({ handlers: 2 });
    install(bench, 1);
    bench.dpif.miss(flowOf(2), 1);
    expect(bench.udpif.isQuiescent()).toBe(false);
    bench.clock.runDue();
    bench.dpif.isLate = true;
    for (const ask of [() => bench.udpif.purge(), () => bench.udpif.synchronize()]) {
      ask();
      bench.clock.runDue();
      expect(bench.udpif.isQuiescent()).toBe(false);
      bench.dpif.answer();
      bench.clock.runDue();
      expect(bench.udpif.isQuiescent()).toBe(true);
      bench.dpif.isLate = false;
      install(bench, 1);
      bench.dpif.isLate = true;
    }
  });
});

describe('Udpif, asked while nothing runs', () => {
  it('has no deadline, no ukey, nothing to revalidate and nothing to cross', () => {
    const { udpif } = createBench({ isStarted: false });
    expect(udpif.nextDeadline()).toBeUndefined();
    expect(udpif.ukey(FlowKey.from(flowOf(1)))).toBeUndefined();
    expect(udpif.isRevalidationPending).toBe(false);
    expect(udpif.crossIdle(instant(START + 60_000))).toBe(0);
    expect(udpif.slices).toEqual([]);
  });
});

describe('Udpif.ukey()', () => {
  it('is the one that has the key, if any has', () => {
    const bench = createBench({ revalidators: 2 });
    install(bench, 1);
    const [ukey] = bench.udpif.ukeys();
    expect(bench.udpif.ukey(FlowKey.from(flowOf(1)))).toBe(ukey);
    expect(bench.udpif.ukey(FlowKey.from(flowOf(2)))).toBeUndefined();
    expect(bench.udpif.slices.map(({ count }) => count).toSorted()).toEqual([0, 1]);
  });
});

describe('Udpif.show() while revalidators are few, and few are wanted', () => {
  it.each([
    [currentProfile, 3],
    [ovs23Profile, 1],
  ] as const)('lists in $name as many as the profile counts', (profile, shown) => {
    const bench = createBench({ profile, revalidators: 3 });
    bench.udpif.setThreads(1, 1);
    expect(bench.udpif.show().match(/\d+: \(keys/g)).toHaveLength(shown);
  });
});

describe('Udpif.isInspected', () => {
  it('holds while an inspector is attached', () => {
    const { udpif } = createBench();
    expect(udpif.isInspected).toBe(false);
    const subscription = udpif.actor.system.inspect(() => {});
    expect(udpif.isInspected).toBe(true);
    subscription.unsubscribe();
    expect(udpif.isInspected).toBe(false);
  });
});

describe('Udpif.setFlowLimit()', () => {
  it('is told with its cause', () => {
    const bench = createBench({ isObserved: true });
    bench.udpif.setFlowLimit(7);
    expect(bench.records.at(-1)).toMatchObject({ type: 'limit', to: 7, cause: 'operator' });
  });
});

describe('Udpif.crossIdle() with a ukey whose flow has gone', () => {
  it('crosses nothing, for the ukey is to be swept', () => {
    const bench = createBench();
    install(bench, 1);
    runCycle(bench);
    bench.dpif.steal(flowOf(1));
    expect(bench.udpif.crossIdle(instant(bench.clock.now() + 60_000))).toBe(0);
  });
});

describe('Udpif.revalidate() for many reasons', () => {
  it('changes the sequence once a turn, and for a reason that somebody gave', () => {
    const bench = createBench();
    const before = bench.udpif.revalSeq.read();
    bench.udpif.revalidate('flow_table');
    bench.udpif.revalidate('mac_learning');
    bench.clock.runDue();
    expect(bench.udpif.revalSeq.read()).toBe(before + 1);
  });
});

describe('a datapath that refuses', () => {
  it('to flush is counted, and only then', () => {
    const bench = createBench();
    const failures = () => bench.coverage.read('dpif_flow_flush_error');
    bench.udpif.flush();
    bench.clock.runDue();
    expect(failures()).toBe(0);
    bench.dpif.flowFlush = () => 'EIO';
    bench.udpif.flush();
    bench.clock.runDue();
    expect(failures()).toBe(1);
    expect(bench.udpif.isQuiescent()).toBe(true);
  });

  it('to make queues is logged with the reason', () => {
    const bench = createBench({ isStarted: false });
    bench.dpif.handlersError = 'EINVAL';
    bench.udpif.setThreads(1, 1);
    expect(bench.logged).toMatchObject([{ level: 'error', fields: { error: 'EINVAL' } }]);
  });
});
