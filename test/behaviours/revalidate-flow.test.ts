/** Rows of behaviours.md 2.9: is one flow still right? */

import { describe, expect, it } from 'vitest';
import { instant } from '../../src/base/brands.js';
import { MaskTable } from '../../src/datapath/mask.js';
import { SETTINGS_2014, shouldRevalidate } from '../../src/machines/should-revalidate.js';
import { createFlowMask } from '../../src/packet/flow.js';
import { IN_PORT, NW_DST, NW_SRC } from '../../src/packet/flow-layout.js';
import { maskOf, output } from '../actors/fake-translator.js';
import {
  type Bench,
  type BenchOptions,
  createBench,
  flowOf,
  revalidate,
  runCycle,
} from '../actors/udpif-bench.js';
import {
  type CreateBench,
  create2014,
  describeProfiles,
  goToCycle,
  install,
  installAndDump,
  setCounters,
  verdictsOf,
} from './rows.js';

/** One flow with its ukey; what was asked so far is forgotten. */
function createInstalled(create: CreateBench, options: BenchOptions = {}): Bench {
  const bench = create({ isObserved: true, ...options });
  installAndDump(bench, 1);
  bench.translator.requests.length = 0;
  return bench;
}

/** The same, its cache filled by a first hit of a packet. */
function createHit(create: CreateBench, options: BenchOptions = {}): Bench {
  const bench = createInstalled(create, options);
  bench.dpif.hit(flowOf(1), 1, 100);
  runCycle(bench);
  bench.translator.requests.length = 0;
  bench.translator.pushes.length = 0;
  return bench;
}

const statsOf = ({ udpif }: Bench) => [...udpif.ukeys()][0]?.getSnapshot().context.stats;
const deletionsOf = ({ dpif }: Bench): number => dpif.operations('delete').length;
const modificationsOf = ({ dpif }: Bench): number =>
  dpif.operations('put').filter(({ mode }) => mode === 'modify').length;
const lastVerdict = (bench: Bench): string | undefined => verdictsOf(bench).at(-1);

/** Every dumped flow costs 260 ms. */
const slowDumps = {
  costModel: { dumpedFlowUs: 260_000, revalidatedFlowUs: 0, jitterFraction: 0 },
};

describeProfiles('the counters of a flow', (create) => {
  it('U-110: give a delta of packets and of bytes, each not below zero', () => {
    const bench = createHit(create);
    setCounters(bench, flowOf(1), { packets: 9, bytes: 900 });
    runCycle(bench);
    setCounters(bench, flowOf(1), { packets: 12, bytes: 100 });
    runCycle(bench);
    expect(bench.translator.pushes).toMatchObject([
      { packets: 8, bytes: 800 },
      { packets: 3, bytes: 0 },
    ]);
  });

  it('U-110: are pushed with the use and the flags as they were dumped', () => {
    const bench = createHit(create);
    const used = instant(bench.clock.now() - 7);
    setCounters(bench, flowOf(1), { packets: 2, used, tcpFlags: 0x18 });
    runCycle(bench);
    expect(bench.translator.pushes).toMatchObject([{ packets: 1, used, tcpFlags: 0x18 }]);
  });

  it('U-111: that went back push nothing and count from there: 9, 4, 6 push 2 more', () => {
    const bench = createHit(create);
    for (const packets of [9, 4, 6]) {
      setCounters(bench, flowOf(1), { packets });
      runCycle(bench);
    }
    expect(bench.translator.pushes.map(({ packets }) => packets)).toEqual([8, 2]);
  });

  it('U-116: that did not change cost no translation, push or cache', () => {
    const bench = createInstalled(create);
    runCycle(bench);
    bench.dpif.hit(flowOf(1), 3);
    runCycle(bench);
    bench.translator.requests.length = 0;
    bench.translator.pushes.length = 0;
    runCycle(bench);
    expect(bench.translator.requests).toEqual([]);
    expect(bench.translator.pushes).toEqual([]);
    expect(bench.dpif.flows.size).toBe(1);
  });

  it('U-117: that grew are pushed once through the cache, with no translation', () => {
    const bench = createHit(create);
    bench.dpif.hit(flowOf(1), 2, 200);
    runCycle(bench);
    expect(bench.translator.requests).toEqual([]);
    expect(bench.translator.pushes).toMatchObject([{ packets: 2, bytes: 200 }]);
    expect(bench.translator.credited).toEqual({ packets: 4, bytes: 360 });
  });

  it('U-120: are credited to the new answer, though the old one forwarded the packets', () => {
    const bench = createHit(create);
    const creditedBefore: number[] = [];
    bench.translator.answer = () => {
      creditedBefore.push(bench.translator.credited.packets);
      return { actions: output(2) };
    };
    bench.dpif.hit(flowOf(1), 3);
    revalidate(bench);
    expect(creditedBefore).toEqual([2]);
    expect(bench.translator.credited.packets).toBe(5);
  });
});

describeProfiles('cheap deletion', (create) => {
  it('U-113: is not asked about a flow that was never hit', () => {
    const bench = create({ ...slowDumps, isObserved: true });
    installAndDump(bench, 1);
    runCycle(bench);
    bench.clock.advance(3_000);
    bench.translator.requests.length = 0;
    revalidate(bench);
    expect(bench.translator.requests).toHaveLength(1);
    expect(bench.dpif.flows.size).toBe(1);
  });

  it('U-112: makes a flow that is not worth it go, its base unchanged, its delta pushed', () => {
    const bench = createHit(create, slowDumps);
    bench.clock.advance(3_000);
    bench.dpif.hit(flowOf(1), 2, 200);
    const cached = statsOf(bench);
    bench.dpif.isLate = true;
    bench.translator.requests.length = 0;
    revalidate(bench);
    expect(deletionsOf(bench)).toBe(1);
    expect(statsOf(bench)).toEqual(cached);
    bench.dpif.answer();
    bench.clock.runDue();
    expect(bench.translator.requests).toEqual([]);
    expect(bench.translator.pushes).toMatchObject([{ packets: 2, bytes: 200 }]);
  });
});

describeProfiles('a flow that is not right', (create) => {
  it('U-121: whose port has no bridge any more is deleted, and its delta is lost', () => {
    const bench = createHit(create);
    const credited = bench.translator.credited.packets;
    bench.dpif.hit(flowOf(1), 4);
    bench.translator.unknownPorts.add(1);
    revalidate(bench);
    expect(bench.dpif.flows.size).toBe(0);
    expect(bench.translator.credited.packets).toBe(credited);
  });

  it('U-122: for a port without a bridge is kept until it is hit', () => {
    const bench = create();
    for (const id of [1, 2]) bench.dpif.miss(flowOf(id, 0));
    bench.clock.runDue();
    runCycle(bench);
    runCycle(bench);
    expect(bench.dpif.flows.size).toBe(2);
    bench.dpif.hit(flowOf(1, 0));
    runCycle(bench);
    expect(bench.dpif.flow(flowOf(1, 0))).toBeUndefined();
    expect(bench.dpif.flow(flowOf(2, 0))).toBeDefined();
    revalidate(bench);
    expect(bench.dpif.flows.size).toBe(0);
  });

  it('U-122: for a port without a bridge may become right when the port exists by then', () => {
    const bench = create();
    bench.dpif.miss(flowOf(1, 0));
    bench.clock.runDue();
    // As a datapath with megaflows tells of an exact flow.
    const flow = bench.dpif.flow(flowOf(1, 0));
    if (flow !== undefined) flow.mask = new MaskTable().intern(createFlowMask().fill(0xffff_ffff));
    runCycle(bench);
    bench.translator.unknownPorts.delete(0);
    bench.translator.answer = () => ({ actions: [] });
    revalidate(bench);
    expect(bench.dpif.flows.size).toBe(1);
  });

  it('U-126: whose mask lacks a bit is deleted; one that has more is not', () => {
    const bench = createInstalled(create);
    bench.translator.answer = () => ({ actions: output(2), mask: maskOf() });
    revalidate(bench);
    expect(deletionsOf(bench)).toBe(0);
    const narrower = maskOf(NW_DST);
    narrower[NW_SRC] = 1;
    bench.translator.answer = () => ({ actions: output(2), mask: narrower });
    revalidate(bench);
    expect(deletionsOf(bench)).toBe(1);
  });

  it('U-126: has its port matched always, whether the translation looked at it or not', () => {
    const bench = createInstalled(create);
    bench.translator.answer = () => ({ actions: output(2), mask: maskOf(IN_PORT, NW_DST) });
    revalidate(bench);
    expect(deletionsOf(bench)).toBe(0);
  });

  it('U-130: has its NetFlow record closed; one that is right has not', () => {
    const bench = createInstalled(create);
    let closed = 0;
    bench.translator.telemetry = { netflow: { flowClear: () => void closed++ } };
    revalidate(bench);
    expect(closed).toBe(0);
    bench.translator.answer = () => ({ actions: output(2), mask: maskOf(NW_SRC) });
    revalidate(bench);
    expect(closed).toBeGreaterThan(0);
  });
});

describe('a flow in current', () => {
  const createFresh = (options: BenchOptions = {}): Bench => createInstalled(createBench, options);

  it('U-112 in current: is not deleted for its cost where it is stale but hit often', () => {
    const bench = createHit(createBench, slowDumps);
    bench.clock.advance(900);
    bench.dpif.hit(flowOf(1), 10);
    revalidate(bench);
    expect(bench.udpif.status().deleted).toEqual({});
    bench.clock.advance(3_000);
    revalidate(bench);
    expect(bench.udpif.status().deleted).toEqual({ too_expensive: 1 });
  });

  it('U-113 in current: needs a use on record to be too expensive', () => {
    const settings = { minRevalidatePps: 5, maxRevalidator: 500 };
    const given = { dumpMs: 9_999, packets: 0, now: instant(99_999) };
    expect(shouldRevalidate({ ...given, used: instant(0) }, settings)).toBe(true);
    expect(shouldRevalidate({ ...given, used: instant(1) }, settings)).toBe(false);
  });

  it('U-114 in current: counts with half of max-revalidator and min-revalidate-pps', () => {
    const settings = { minRevalidatePps: 5, maxRevalidator: 500 };
    const given = { packets: 1, used: instant(10_000) };
    const ask = (dumpMs: number, age: number, pps = 5): boolean =>
      shouldRevalidate(
        { ...given, dumpMs, now: instant(10_000 + age) },
        { ...settings, minRevalidatePps: pps },
      );
    expect([ask(249, 9_999), ask(250, 199), ask(250, 200)]).toEqual([true, true, false]);
    expect([ask(250, 249, 4), ask(250, 250, 4)]).toEqual([true, false]);
    expect(ask(9_999, 99_999, 0)).toBe(true);
  });

  it('U-114 in current: is never too expensive at min-revalidate-pps 0', () => {
    const bench = createHit(createBench, { ...slowDumps, initial: { minRevalidatePps: 0 } });
    bench.clock.advance(3_000);
    revalidate(bench);
    expect(bench.dpif.flows.size).toBe(1);
  });

  it('U-115 in current: has its counters for a base when it has been kept', () => {
    const bench = createFresh();
    bench.dpif.hit(flowOf(1), 4, 400, 2);
    runCycle(bench);
    expect(statsOf(bench)).toEqual(bench.dpif.flow(flowOf(1))?.stats);
  });

  it('U-116 in current: has no cache before it is hit', () => {
    const bench = createFresh();
    runCycle(bench);
    expect(bench.translator.requests).toEqual([]);
    expect(lastVerdict(bench)).toBe('dump keep');
  });

  it('U-117 in current: is not translated again while its cache holds', () => {
    const bench = createHit(createBench);
    for (let i = 0; i < 3; i++) {
      bench.dpif.hit(flowOf(1));
      runCycle(bench);
    }
    expect(bench.translator.requests).toEqual([]);
    expect(bench.translator.pushes).toHaveLength(3);
  });

  it('U-118 in current: is translated at its first hit to fill its cache, then pushed', () => {
    const bench = createFresh();
    bench.dpif.hit(flowOf(1), 3, 300, 0x12);
    runCycle(bench);
    expect(bench.translator.requests).toMatchObject([
      { hasCache: true, skipWildcards: true, stats: undefined, mayLearn: false, tcpFlags: 0x12 },
    ]);
    expect(bench.translator.pushes).toMatchObject([{ packets: 3, bytes: 300, tcpFlags: 0x12 }]);
    expect(lastVerdict(bench)).toBe('dump keep');
  });

  it('U-119 in current: has its cache emptied and filled anew after a change, then pushed', () => {
    const bench = createHit(createBench);
    bench.dpif.hit(flowOf(1), 2);
    revalidate(bench);
    expect(bench.translator.clears).toBe(1);
    expect(bench.translator.requests).toMatchObject([
      { hasCache: true, skipWildcards: false, stats: undefined, mayLearn: false },
    ]);
    expect(bench.translator.pushes).toMatchObject([{ packets: 2 }]);
  });

  it('U-121 in current: says how much is lost where its port has no bridge any more', () => {
    const bench = createHit(createBench);
    bench.dpif.hit(flowOf(1), 4);
    bench.translator.unknownPorts.add(1);
    revalidate(bench);
    expect(bench.udpif.status()).toMatchObject({
      deleted: { no_ofproto: 1 },
      uncredited: { unassociated: { packets: 4, bytes: 240 } },
    });
    expect(bench.coverage.read('upcall_uncredited_unassociated')).toBe(4);
  });

  it('U-123 in current: has actions that changed put in place', () => {
    const bench = createFresh();
    bench.translator.answer = () => ({ actions: output(3) });
    revalidate(bench);
    expect(bench.dpif.flow(flowOf(1))?.actions).toEqual(output(3));
    expect([modificationsOf(bench), deletionsOf(bench)]).toEqual([1, 0]);
    revalidate(bench);
    expect(modificationsOf(bench)).toBe(1);
  });

  it('U-123 in current: is compared by the slow path action where it is slow', () => {
    const bench = createFresh();
    bench.translator.answer = () => ({ actions: output(2), slow: 8 });
    revalidate(bench);
    expect(bench.dpif.flow(flowOf(1))?.actions).toMatchObject([{ type: 'userspace' }]);
    revalidate(bench);
    expect(modificationsOf(bench)).toBe(1);
  });

  it('U-124 in current: keeps its counters when only its actions changed', () => {
    const bench = createHit(createBench);
    bench.translator.answer = () => ({ actions: output(3) });
    bench.dpif.hit(flowOf(1), 5);
    revalidate(bench);
    bench.dpif.hit(flowOf(1), 2);
    runCycle(bench);
    expect(bench.dpif.flow(flowOf(1))?.stats.packets).toBe(8);
    expect(bench.translator.pushes.map(({ packets }) => packets)).toEqual([5, 2]);
  });

  it('U-124 in current: is deleted where the mask is too wide as well', () => {
    const bench = createFresh();
    bench.translator.answer = () => ({ actions: output(3), mask: maskOf(NW_SRC) });
    revalidate(bench);
    expect([modificationsOf(bench), deletionsOf(bench)]).toEqual([0, 1]);
  });

  it('U-127 in current: that is dumped without a mask is exact, and stays', () => {
    const bench = createBench();
    bench.dpif.plant(flowOf(1), output(2));
    bench.translator.answer = () => ({ actions: output(2), mask: maskOf(NW_DST, NW_SRC) });
    runCycle(bench);
    revalidate(bench);
    expect(deletionsOf(bench)).toBe(0);
  });

  it('U-128 in current: that was translated before a change is found out', () => {
    const bench = createBench();
    bench.dpif.isLate = true;
    install(bench, 1);
    revalidate(bench);
    bench.translator.answer = () => ({ actions: output(9) });
    bench.dpif.isLate = false;
    bench.dpif.answer();
    runCycle(bench);
    expect(bench.dpif.flow(flowOf(1))?.actions).toEqual(output(9));
  });

  it('U-128 in current: remembers the reval_seq from before its translation', () => {
    const bench = createBench();
    const before = bench.udpif.revalSeq.read();
    bench.translator.answer = () => {
      bench.udpif.revalSeq.change();
      return { actions: output(2) };
    };
    goToCycle(bench);
    bench.dpif.isLate = true;
    install(bench, 1);
    const [ukey] = bench.udpif.ukeys();
    expect(ukey?.getSnapshot().context).toMatchObject({ revalSeq: before });
  });

  it('U-129 in current: is slow where the datapath cannot match it wholly', () => {
    const bench = createBench();
    bench.translator.isTooLittle = true;
    install(bench, 1);
    const slow = [{ type: 'userspace', cookie: { type: 'slow_path', reason: 64 } }];
    expect(bench.dpif.flow(flowOf(1))?.actions).toMatchObject(slow);
    revalidate(bench);
    expect([modificationsOf(bench), deletionsOf(bench)]).toEqual([0, 0]);
  });
});

describe('should_revalidate of 2014', () => {
  const facts = (dumpMs: number, packets: number, age: number) => ({
    dumpMs,
    packets,
    used: instant(10_000),
    now: instant(10_000 + age),
  });

  it.each([
    [199, 0, 99_999, true],
    [200, 0, 199, true],
    [200, 1, 199, true],
    [200, 0, 200, false],
    [200, 1, 200, false],
    [200, 10, 1_999, true],
    [200, 10, 2_000, false],
    [200, 1, -500, true],
  ])(
    'U-114 in ovs-2.3: says of a dump of %i ms, %i packets and an age of %i: %s',
    (ms, packets, age, is) => {
      expect(shouldRevalidate(facts(ms, packets, age), SETTINGS_2014)).toBe(is);
    },
  );
});

describe('a flow in ovs-2.3', () => {
  const createFresh = (options: BenchOptions = {}): Bench => createInstalled(create2014, options);

  it('U-112 in ovs-2.3: is deleted for its cost only in a cycle that looks again', () => {
    const bench = createHit(create2014, slowDumps);
    bench.clock.advance(3_000);
    bench.dpif.hit(flowOf(1), 1);
    runCycle(bench);
    expect(deletionsOf(bench)).toBe(0);
    bench.clock.advance(3_000);
    const cached = statsOf(bench);
    bench.dpif.hit(flowOf(1), 1);
    bench.dpif.isLate = true;
    revalidate(bench);
    expect(verdictsOf(bench).at(-1)).toBe('dump too_expensive');
    expect(statsOf(bench)).toEqual(cached);
  });

  it('U-113 in ovs-2.3: that is new is never too expensive', () => {
    const bench = create2014({ ...slowDumps, isObserved: true });
    installAndDump(bench, 1);
    bench.dpif.plant(flowOf(2), output(2), bench.dpif.flow(flowOf(1))?.mask);
    setCounters(bench, flowOf(2), { packets: 1, used: instant(bench.clock.now() - 3_000) });
    revalidate(bench);
    expect(verdictsOf(bench).slice(-2)).toEqual(['dump keep', 'dump keep']);
    revalidate(bench);
    expect(verdictsOf(bench).slice(-2)).toEqual(['dump keep', 'dump too_expensive']);
  });

  it('U-114 in ovs-2.3: counts with 200 ms, whatever the settings say', () => {
    const initial = { minRevalidatePps: 0, maxRevalidator: 10_000 };
    const bench = createHit(create2014, { ...slowDumps, initial });
    bench.clock.advance(3_000);
    revalidate(bench);
    expect(deletionsOf(bench)).toBe(1);
  });

  it('U-115 in ovs-2.3: has its counters for a base before it is translated', () => {
    const bench = createFresh();
    bench.dpif.hit(flowOf(1), 4, 400, 2);
    const dumped = bench.dpif.flow(flowOf(1))?.stats;
    const bases: unknown[] = [];
    bench.translator.answer = () => {
      bases.push(statsOf(bench));
      return { actions: output(2) };
    };
    revalidate(bench);
    expect(bases).toEqual([dumped]);
  });

  it('U-116 in ovs-2.3: has no cache before it is hit', () => {
    const bench = createFresh();
    runCycle(bench);
    expect(bench.translator.requests).toEqual([]);
    expect(lastVerdict(bench)).toBe('dump keep');
  });

  it('U-117 in ovs-2.3: is pushed once through its cache', () => {
    const bench = createHit(create2014);
    bench.dpif.hit(flowOf(1), 2);
    runCycle(bench);
    expect(bench.translator.requests).toEqual([]);
    expect(bench.translator.pushes).toMatchObject([{ packets: 2 }]);
  });

  it('U-118 in ovs-2.3: is credited by the translation that fills its cache, and kept', () => {
    const bench = createFresh();
    bench.dpif.hit(flowOf(1), 3, 300, 0x12);
    bench.translator.answer = () => ({ actions: output(9), mask: maskOf(NW_SRC) });
    runCycle(bench);
    const stats = { packets: 3, bytes: 300, tcpFlags: 0x12 };
    expect(bench.translator.requests).toMatchObject([
      { hasCache: true, skipWildcards: true, stats, mayLearn: true, tcpFlags: 0x12 },
    ]);
    expect(bench.translator.pushes).toEqual([]);
    expect(lastVerdict(bench)).toBe('dump keep');
  });

  it('U-119 in ovs-2.3: has its cache cleared, then is translated with what it counted', () => {
    const bench = createHit(create2014);
    bench.dpif.hit(flowOf(1), 2);
    const clears: number[] = [];
    bench.translator.answer = () => {
      clears.push(bench.translator.clears);
      return { actions: output(2) };
    };
    revalidate(bench);
    expect(clears).toEqual([1]);
    expect(bench.translator.requests).toMatchObject([
      { hasCache: true, skipWildcards: false, stats: { packets: 2 }, mayLearn: true },
    ]);
    expect(bench.translator.pushes).toEqual([]);
    bench.translator.requests.length = 0;
    revalidate(bench);
    expect(bench.translator.requests).toMatchObject([
      { skipWildcards: false, stats: undefined, mayLearn: false },
    ]);
  });

  it('U-121 in ovs-2.3: loses its delta in silence where its port has no bridge any more', () => {
    const bench = createHit(create2014);
    bench.dpif.hit(flowOf(1), 4);
    bench.translator.unknownPorts.add(1);
    revalidate(bench);
    expect(bench.dpif.flows.size).toBe(0);
    expect(bench.translator.credited.packets).toBe(2);
    expect(bench.coverage.read('upcall_uncredited_push')).toBe(0);
    expect(bench.records.filter(({ type }) => type === 'uncredited')).toEqual([]);
  });

  it.each([
    ['are others', output(3), 0],
    ['are more', [...output(2), ...output(3)], 0],
    ['are those of a slow flow', output(2), 8],
  ] as const)('U-123 in ovs-2.3: is deleted where its actions %s', (_, actions, slow) => {
    const bench = createFresh();
    bench.translator.answer = () => ({ actions, slow });
    revalidate(bench);
    expect([modificationsOf(bench), deletionsOf(bench)]).toEqual([0, 1]);
  });

  it('U-124 in ovs-2.3: is deleted, not modified, where only its actions changed', () => {
    const bench = createHit(create2014);
    bench.translator.answer = () => ({ actions: output(3) });
    bench.dpif.hit(flowOf(1), 5);
    revalidate(bench);
    expect(bench.dpif.flows.size).toBe(0);
    expect(modificationsOf(bench)).toBe(0);
    expect(bench.translator.credited.packets).toBe(7);
  });

  it('U-127 in ovs-2.3: that is dumped without a mask is deleted by each revalidation', () => {
    const bench = create2014();
    bench.dpif.plant(flowOf(1), output(2));
    runCycle(bench);
    expect(deletionsOf(bench)).toBe(0);
    revalidate(bench);
    expect(deletionsOf(bench)).toBe(1);
  });

  it('U-128 in ovs-2.3: that was translated before a change stays until the next one', () => {
    const bench = create2014();
    bench.dpif.isLate = true;
    install(bench, 1);
    revalidate(bench);
    bench.translator.answer = () => ({ actions: output(9) });
    bench.dpif.isLate = false;
    bench.dpif.answer();
    bench.clock.advance(5_000);
    expect(bench.dpif.flow(flowOf(1))?.actions).toEqual(output(2));
    revalidate(bench);
    expect(bench.dpif.flow(flowOf(1))).toBeUndefined();
  });

  it('U-129 in ovs-2.3: is installed as it is though the datapath cannot match it wholly', () => {
    const bench = create2014();
    bench.translator.isTooLittle = true;
    install(bench, 1);
    expect(bench.dpif.flow(flowOf(1))?.actions).toEqual(output(2));
  });
});
