/** Rows of behaviours.md 2.8: the dump phase. */

import { describe, expect, it } from 'vitest';
import { instant, milliseconds } from '../../src/base/brands.js';
import type { DumpedFlow } from '../../src/datapath/dpif.js';
import { judgeTable } from '../../src/machines/idle.js';
import { currentProfile } from '../../src/machines/profiles.js';
import { output } from '../actors/fake-translator.js';
import { type Bench, createBench, flowOf, runCycle, START } from '../actors/udpif-bench.js';
import {
  create2014,
  describeProfiles,
  goToCycle,
  install,
  installAndDump,
  setCounters,
  sizesOf,
  verdictsOf,
} from './rows.js';

const deletionsOf = ({ dpif }: Bench): number => dpif.operations('delete').length;

describeProfiles('a dumped flow', (create) => {
  it('U-094: has one ukey, in the map of its hash', () => {
    const bench = create({ revalidators: 3 });
    for (let id = 1; id <= 30; id++) bench.dpif.plant(flowOf(id), output(2));
    runCycle(bench);
    runCycle(bench);
    expect(bench.udpif.status().ukeys).toBe(30);
    const names = new Set<string | undefined>();
    for (const { key } of bench.dpif.flows.values()) {
      const ukey = bench.udpif.ukey(key);
      expect(ukey?._parent?.id).toBe(`ukeys-${key.hash % 3}`);
      names.add(ukey?.sessionId);
    }
    expect(names.size).toBe(30);
  });

  it('U-095: that is unknown gets a ukey with no counters, so that all of them are pushed', () => {
    const bench = create();
    bench.dpif.plant(flowOf(1), output(2));
    bench.dpif.hit(flowOf(1), 3, 300);
    runCycle(bench);
    expect(bench.udpif.status().ukeys).toBe(1);
    expect(bench.translator.credited).toEqual({ packets: 3, bytes: 300 });
  });

  it('U-095: that is unknown was created when it was last used, or else now', () => {
    const bench = create();
    bench.dpif.plant(flowOf(1), output(2));
    bench.dpif.plant(flowOf(2), output(2));
    bench.clock.advance(200);
    bench.dpif.hit(flowOf(1));
    runCycle(bench);
    const created = [...bench.udpif.ukeys()].map((ukey) => ukey.getSnapshot().context.createdAt);
    expect(created).toEqual([START + 200, START + 500]);
  });

  it('U-099: that was never hit lives max-idle from its first dump', () => {
    const bench = create({ initial: { maxIdle: 1_000, maxRevalidator: 500 } });
    bench.dpif.plant(flowOf(1), output(2));
    bench.clock.advance(1_500);
    expect(bench.dpif.flows.size).toBe(1);
    bench.clock.advance(500);
    expect(bench.dpif.flows.size).toBe(0);
  });

  it('U-100: is kept at an idle time of max-idle and deleted a millisecond later', () => {
    const bench = create({ initial: { maxIdle: 700 } });
    installAndDump(bench, 1, 2);
    goToCycle(bench);
    const start = bench.clock.now() + 1;
    setCounters(bench, flowOf(1), { used: instant(start - 700) });
    setCounters(bench, flowOf(2), { used: instant(start - 701) });
    bench.clock.advance(1);
    expect(bench.dpif.flow(flowOf(1))).toBeDefined();
    expect(bench.dpif.flow(flowOf(2))).toBeUndefined();
  });

  it.each([
    ['at', 3, 0],
    ['over', 2, 1],
  ])('U-101: may be idle for max-idle %s the limit, for 100 ms over it', (_, flowLimit, gone) => {
    const bench = create();
    installAndDump(bench, 1, 3);
    goToCycle(bench);
    const start = bench.clock.now() + 1;
    for (const [id, idle] of [
      [1, 0],
      [2, 100],
      [3, 101],
    ] as const) {
      setCounters(bench, flowOf(id), { used: instant(start - idle) });
    }
    bench.udpif.setFlowLimit(flowLimit);
    bench.clock.advance(1);
    expect(deletionsOf(bench)).toBe(gone);
    expect(bench.dpif.flow(flowOf(3)) === undefined).toBe(gone === 1);
  });

  it('U-102: is nothing special at twice the limit, and deleted beyond, hit or not', () => {
    for (const [flows, deleted] of [
      [4, 0],
      [5, 5],
    ] as const) {
      const bench = create();
      installAndDump(bench, 1, flows);
      goToCycle(bench);
      for (let id = 1; id <= flows; id++) bench.dpif.hit(flowOf(id));
      bench.udpif.setFlowLimit(2);
      bench.udpif.revalSeq.change();
      bench.translator.requests.length = 0;
      bench.clock.advance(1);
      expect(deletionsOf(bench)).toBe(deleted);
    }
  });

  it('U-103: is treated normally once the count of flows, read anew, has come down', () => {
    const bench = create();
    installAndDump(bench, 1, 120);
    goToCycle(bench);
    for (let id = 1; id <= 120; id++) bench.dpif.hit(flowOf(id));
    bench.udpif.setFlowLimit(40);
    bench.dpif.isLate = true;
    bench.clock.advance(1);
    expect(bench.dpif.batches.at(-1)).toHaveLength(50);
    for (let id = 81; id <= 120; id++) bench.dpif.steal(flowOf(id));
    bench.clock.shift(101);
    for (let id = 51; id <= 80; id++) bench.dpif.hit(flowOf(id));
    bench.dpif.isLate = false;
    bench.dpif.answer();
    bench.clock.runDue();
    expect(deletionsOf(bench)).toBe(50);
    expect(bench.dpif.flows.size).toBe(30);
  });

  it('U-103: is judged by the limit of the start of the dump', () => {
    const bench = create();
    installAndDump(bench, 1, 120);
    goToCycle(bench);
    bench.udpif.setFlowLimit(40);
    bench.dpif.isLate = true;
    bench.clock.advance(1);
    bench.udpif.setFlowLimit(10_000);
    bench.dpif.isLate = false;
    bench.dpif.answer();
    bench.clock.runDue();
    expect(deletionsOf(bench)).toBe(120);
  });

  it('U-105: deleted for limit or idleness is not translated, its whole delta pushed', () => {
    for (const makeGo of [
      (bench: Bench) => bench.udpif.setFlowLimit(0),
      (bench: Bench) => bench.clock.shift(20_000),
    ]) {
      const bench = create();
      install(bench, 1);
      bench.dpif.hit(flowOf(1), 2, 200);
      runCycle(bench);
      goToCycle(bench);
      bench.dpif.hit(flowOf(1), 3, 300);
      bench.translator.requests.length = 0;
      const pushes = bench.translator.pushes.length;
      makeGo(bench);
      bench.udpif.revalSeq.change();
      bench.clock.advance(1);
      expect(deletionsOf(bench)).toBe(1);
      expect(bench.translator.requests).toEqual([]);
      expect(bench.translator.pushes.slice(pushes)).toMatchObject([{ packets: 3, bytes: 300 }]);
    }
  });

  it('U-106: kept or deleted is not looked at again in the same dump', () => {
    const bench = create({ isObserved: true });
    installAndDump(bench, 1, 2);
    goToCycle(bench);
    bench.clock.shift(20_000);
    bench.dpif.hit(flowOf(1));
    bench.dpif.timesDumped = () => 2;
    bench.records.length = 0;
    bench.clock.advance(1);
    expect(verdictsOf(bench)).toEqual(['dump keep', 'dump flow_idle']);
    expect(deletionsOf(bench)).toBe(1);
  });
});

describeProfiles('deletions of a dump', (create) => {
  it('U-107: go down by at most 50, before the flows they came with are let go', () => {
    const bench = create();
    installAndDump(bench, 1, 120);
    goToCycle(bench);
    bench.clock.shift(20_000);
    for (let id = 1; id <= 45; id++) bench.dpif.hit(flowOf(id));
    const pendingAtNext: number[] = [];
    const flowDumpStart = bench.dpif.flowDumpStart.bind(bench.dpif);
    const before = bench.dpif.batches.length;
    bench.dpif.flowDumpStart = () => {
      const dump = flowDumpStart();
      const thread = () => {
        const inner = dump.thread();
        const next = (max: number): readonly DumpedFlow[] => {
          pendingAtNext.push(sizesOf(bench, before).reduce((sum, size) => sum + size, 0));
          return inner.next(max);
        };
        return { next, end: () => inner.end() };
      };
      return { thread, done: () => dump.done() };
    };
    bench.clock.advance(1);
    expect(sizesOf(bench, before)).toEqual([5, 50, 20]);
    expect(pendingAtNext).toEqual([0, 5, 55, 75]);
  });

  it('U-108: are decided by a time that is read once for the flows of a batch', () => {
    const bench = create();
    installAndDump(bench, 1, 60);
    goToCycle(bench);
    const used = instant(bench.clock.now() - 9_900);
    for (let id = 1; id <= 60; id++) setCounters(bench, flowOf(id), { packets: 1, used });
    // Time passes while the first flow is translated: the rest of its batch does not notice.
    let isFirst = true;
    bench.translator.answer = () => {
      if (isFirst) bench.clock.shift(300);
      isFirst = false;
      return { actions: output(2) };
    };
    bench.udpif.revalSeq.change();
    bench.clock.advance(1);
    expect(bench.dpif.flow(flowOf(50))).toBeDefined();
    expect(bench.dpif.flow(flowOf(51))).toBeUndefined();
    expect(deletionsOf(bench)).toBe(10);
  });

  it('U-109: free no ukey before the sweep', () => {
    const bench = create();
    installAndDump(bench, 1, 60);
    goToCycle(bench);
    bench.clock.shift(20_000);
    bench.dpif.isLate = true;
    bench.clock.advance(1);
    const counts: number[] = [];
    for (let i = 0; i < 9 && bench.dpif.flows.size > 0; i++) {
      counts.push(bench.udpif.status().ukeys);
      bench.dpif.answer();
      bench.clock.runDue();
    }
    expect(counts).toEqual([60, 60]);
    expect(bench.udpif.status().ukeys).toBe(0);
  });
});

describe('a dump in current', () => {
  it('U-096 in current: skips a new flow that comes again, and counts it as new', () => {
    const bench = createBench({ isObserved: true });
    bench.dpif.plant(flowOf(1), output(2));
    // Without a cache: nothing has been translated for it.
    install(bench, 2);
    bench.dpif.timesDumped = ({ key }) => (key.toFlow().join() === flowOf(2).join() ? 3 : 1);
    bench.records.length = 0;
    runCycle(bench);
    expect(bench.coverage.read('dumped_new_flow')).toBe(2);
    expect(bench.coverage.read('dumped_duplicate_flow')).toBe(0);
    expect(verdictsOf(bench)).toHaveLength(2);
  });

  it('U-097 in current: passes over a flow that another revalidator is deleting', () => {
    const bench = createBench({ revalidators: 2 });
    installAndDump(bench, 1, 50);
    goToCycle(bench);
    bench.clock.shift(20_000);
    bench.dpif.timesDumped = () => 2;
    bench.dpif.isLate = true;
    bench.clock.advance(1);
    expect(bench.coverage.read('upcall_ukey_contention')).toBe(50);
    expect(bench.coverage.read('dumped_duplicate_flow')).toBe(0);
    bench.dpif.isLate = false;
    bench.dpif.answer();
    bench.clock.runDue();
    expect(deletionsOf(bench)).toBe(50);
  });

  it('U-098 in current: skips and counts a flow that it has kept or deleted', () => {
    const bench = createBench();
    installAndDump(bench, 1, 2);
    for (const id of [1, 2]) bench.dpif.hit(flowOf(id));
    runCycle(bench);
    goToCycle(bench);
    bench.clock.shift(20_000);
    bench.dpif.hit(flowOf(1), 3);
    const credited = bench.translator.credited.packets;
    bench.dpif.timesDumped = () => 26;
    bench.clock.advance(1);
    // The last two of the second flow come when its deletion has been answered.
    expect(bench.coverage.read('dumped_duplicate_flow')).toBe(25 + 2);
    expect(bench.coverage.read('upcall_ukey_contention')).toBe(23);
    expect(bench.translator.credited.packets - credited).toBe(3);
    expect(deletionsOf(bench)).toBe(1);
  });

  it('U-104 in current: does not wrap twice a limit of 2^31', () => {
    const bench = createBench();
    installAndDump(bench, 1, 4);
    bench.udpif.setFlowLimit(2 ** 31);
    runCycle(bench);
    expect(bench.dpif.flows.size).toBe(4);
    const facts = { flows: 1, flowLimit: 2 ** 31, maxIdle: milliseconds(1_000) };
    expect(judgeTable(facts, currentProfile.killThreshold).isKilling).toBe(false);
  });
});

describe('a dump in ovs-2.3', () => {
  const duplicates = ({ coverage }: Bench): number => coverage.read('upcall_duplicate_flow');

  it('U-096 in ovs-2.3: skips a new flow that comes again, and counts it', () => {
    const bench = create2014({ revalidators: 2, isObserved: true });
    for (let id = 1; id <= 40; id++) bench.dpif.plant(flowOf(id), output(2));
    bench.dpif.timesDumped = () => 2;
    runCycle(bench);
    expect(duplicates(bench)).toBe(40);
    expect(bench.udpif.status().ukeys).toBe(40);
    expect(verdictsOf(bench)).toHaveLength(40);
  });

  it('U-097 in ovs-2.3: passes over a flow that another revalidator is deleting', () => {
    const bench = create2014({ revalidators: 2 });
    installAndDump(bench, 1, 50);
    goToCycle(bench);
    bench.clock.shift(20_000);
    bench.dpif.timesDumped = () => 2;
    bench.dpif.isLate = true;
    bench.clock.advance(1);
    expect(duplicates(bench)).toBe(50);
    bench.dpif.isLate = false;
    bench.dpif.answer();
    bench.clock.runDue();
    expect(deletionsOf(bench)).toBe(50);
  });

  it('U-098 in ovs-2.3: skips and counts a flow that it has kept or deleted', () => {
    const bench = create2014();
    installAndDump(bench, 1, 2);
    goToCycle(bench);
    bench.clock.shift(20_000);
    bench.dpif.hit(flowOf(1), 3);
    const credited = bench.translator.credited.packets;
    bench.dpif.timesDumped = () => 26;
    bench.clock.advance(1);
    expect(bench.coverage.toJSON()).toEqual({ upcall_duplicate_flow: 50 });
    expect(bench.translator.credited.packets - credited).toBe(3);
    expect(deletionsOf(bench)).toBe(1);
  });

  it('U-104 in ovs-2.3: kills everything at a limit of 2^31, twice which is 0', () => {
    const bench = create2014({ initial: { flowLimit: 2 ** 32 - 1 } });
    installAndDump(bench, 1, 4);
    bench.udpif.setFlowLimit(2 ** 31 + 2);
    runCycle(bench);
    expect(deletionsOf(bench)).toBe(0);
    bench.udpif.setFlowLimit(2 ** 31);
    runCycle(bench);
    expect(deletionsOf(bench)).toBe(4);
  });
});
