/** Rows of behaviours.md 2.7: the cycle of the revalidators. */

import { describe, expect, it } from 'vitest';
import type { CostModel } from '../../src/actors/cost-model.js';
import type { Log } from '../../src/base/log.js';
import { adaptFlowLimit } from '../../src/machines/flow-limit.js';
import { ovs23Profile } from '../../src/machines/profile-2014.js';
import { currentProfile } from '../../src/machines/profiles.js';
import { output } from '../actors/fake-translator.js';
import {
  type Bench,
  createBench,
  flowOf,
  revalidate,
  runCycle,
  START,
} from '../actors/udpif-bench.js';
import {
  callsOf,
  create2014,
  describeProfiles,
  install,
  installAndDump,
  messagesOf,
  verdictsOf,
  watchDumps,
} from './rows.js';

/** A dump costs exactly `ms` for each flow. */
const costing = (ms: number): { costModel: CostModel } => ({
  costModel: { dumpedFlowUs: ms * 1_000, revalidatedFlowUs: 0, jitterFraction: 0 },
});

const startsOf = ({ records }: Bench): number[] =>
  records.filter(({ type }) => type === 'cycle.start').map(({ time }) => time - START);

const needsOf = ({ records }: Bench): boolean[] =>
  records.flatMap((record) => (record.type === 'cycle.start' ? [record.needsRevalidation] : []));

/** Goes to just before the next cycle, whose tasks then run as `run` lets them. */
function enterCycle(bench: Bench, run: () => void): void {
  bench.clock.advanceTo((bench.udpif.nextDeadline() ?? 0) - 1);
  run();
  bench.clock.advance(1);
}

function plant(bench: Bench, count: number): void {
  bench.dpif.flows.clear();
  for (let id = 1; id <= count; id++) bench.dpif.plant(flowOf(id), output(2));
}

function letGo(bench: Bench): void {
  bench.dpif.isLate = false;
  for (let i = 0; i < 9; i++) {
    bench.dpif.answer();
    bench.clock.runDue();
  }
}

/** Runs `task` once, in the middle of the leader's next question for the number of flows. */
function atNextSample(bench: Bench, task: () => void): void {
  const getStats = bench.dpif.getStats.bind(bench.dpif);
  bench.dpif.getStats = () => {
    bench.dpif.getStats = getStats;
    task();
    return getStats();
  };
}

describeProfiles('the start of a cycle', (create) => {
  it('U-077: reads reval_seq before it counts the flows: a change in between counts next', () => {
    const bench = create({ isObserved: true });
    enterCycle(bench, () => atNextSample(bench, () => bench.udpif.revalSeq.change()));
    bench.clock.advance(5);
    expect(needsOf(bench)).toEqual([true, false, true]);
  });

  it('U-077: samples the exit after the flows: one in between opens no dump', () => {
    const bench = create();
    const opened = callsOf(bench, /dumpStart/).length;
    enterCycle(bench, () => atNextSample(bench, () => bench.udpif.destroy()));
    expect(bench.udpif.actor.getSnapshot().status).toBe('done');
    expect(callsOf(bench, /dumpStart/)).toHaveLength(opened);
  });

  it('U-077: takes its time after the flows were counted, and opens the dump last', () => {
    const bench = create({ isObserved: true });
    enterCycle(bench, () => atNextSample(bench, () => bench.clock.shift(7)));
    expect(startsOf(bench)).toEqual([0, 507]);
    expect(callsOf(bench, /getStats|dump/).slice(-3)).toEqual([
      'getStats',
      'dumpStart',
      'dumpDone',
    ]);
  });

  it('U-080: keeps the maximum, and an average that walks half the way, rounded down', () => {
    const bench = create();
    plant(bench, 10);
    const averages = [5, 7, 8].map(() => {
      runCycle(bench);
      return bench.udpif.status().flowsAverage;
    });
    expect(averages).toEqual([5, 7, 8]);
    plant(bench, 4);
    runCycle(bench);
    expect(bench.udpif.status()).toMatchObject({ flowsAverage: 6, flowsMaximum: 10 });
  });

  it('U-080: counts the flows in the iteration that exits as well', () => {
    const bench = create();
    plant(bench, 10);
    runCycle(bench);
    bench.clock.advance(200);
    plant(bench, 21);
    bench.udpif.destroy();
    bench.clock.runDue();
    expect(bench.udpif.status()).toMatchObject({ flowsAverage: 13, flowsMaximum: 21 });
  });
});

describeProfiles('the exit', (create) => {
  it('U-081: lets dump and sweep be finished, skips the wait and opens no other dump', () => {
    const bench = create({ revalidators: 3 });
    installAndDump(bench, 1, 6);
    const opened = callsOf(bench, /dumpStart/).length;
    const dumpSeq = bench.udpif.dumpSeq.read();
    bench.settings.maxIdle = 100;
    enterCycle(bench, () => {
      bench.dpif.isLate = true;
    });
    bench.udpif.destroy();
    const now = bench.clock.now();
    letGo(bench);
    expect(bench.udpif.actor.getSnapshot().status).toBe('done');
    expect(bench.clock.now()).toBe(now);
    expect(bench.udpif.dumpSeq.read()).toBe(dumpSeq + 1);
    expect(callsOf(bench, /dumpStart/)).toHaveLength(opened + 1);
    expect(callsOf(bench, /dumpDone/)).toHaveLength(opened + 1);
    expect(bench.dpif.operations('delete')).toHaveLength(6);
  });

  it('U-083: is read by the leader alone: latched after it looked, the cycle has everybody', () => {
    const bench = create({ revalidators: 3 });
    plant(bench, 9);
    let threads = 0;
    enterCycle(bench, () =>
      watchDumps(bench, (what) => {
        if (what === 'opened') bench.udpif.destroy();
        if (what === 'joined') threads++;
      }),
    );
    expect(threads).toBe(3);
    expect(callsOf(bench, /dumpDone/)).toHaveLength(2);
    expect(bench.udpif.actor.getSnapshot().status).toBe('done');
  });

  it.each(['dump', 'sweep'])('U-083: latched in the %s, leaves nobody waiting', (phase) => {
    const bench = create({ revalidators: 4 });
    installAndDump(bench, 1, 40);
    bench.settings.maxIdle = phase === 'dump' ? 100 : 100_000;
    if (phase === 'sweep') {
      bench.dpif.timesDumped = () => 0;
      bench.translator.unknownPorts.add(1);
      bench.udpif.revalidate('flow_table');
    }
    bench.dpif.isLate = true;
    bench.clock.advance(phase === 'dump' ? 500 : 5);
    bench.udpif.destroy();
    letGo(bench);
    expect(bench.udpif.actor.getSnapshot().status).toBe('done');
    expect(bench.dpif.flows.size).toBe(0);
  });
});

describeProfiles('the barriers', (create) => {
  it('U-082: let nobody dump before the leader has opened the dump', () => {
    const bench = create({ revalidators: 3 });
    const order: string[] = [];
    watchDumps(bench, (what) => {
      if (what !== 'closed') order.push(what);
    });
    runCycle(bench);
    runCycle(bench);
    expect(order).toEqual(['opened', 'joined', 'joined', 'joined'].concat(order.slice(0, 4)));
  });

  it('U-082: let nobody sweep while one is still at its dump', () => {
    const bench = create({ revalidators: 3, isObserved: true });
    installAndDump(bench, 1, 60);
    // Half of the flows is not dumped and not right any more, the others have been idle.
    bench.dpif.timesDumped = ({ key }) => key.hash % 2;
    bench.translator.unknownPorts.add(1);
    bench.settings.maxIdle = 100;
    bench.records.length = 0;
    bench.dpif.isLate = true;
    bench.clock.advance(100);
    bench.udpif.revalidate('flow_table');
    bench.clock.advance(5);
    expect(verdictsOf(bench).filter((verdict) => verdict.startsWith('dump'))).not.toEqual([]);
    expect(verdictsOf(bench).filter((verdict) => verdict.startsWith('sweep'))).toEqual([]);
    const { ukeys } = bench.udpif.status();
    bench.clock.advance(10_000);
    expect(verdictsOf(bench).filter((verdict) => verdict.startsWith('sweep'))).toEqual([]);
    expect(bench.udpif.status().ukeys).toBe(ukeys);
    expect(bench.dpif.operations('get')).toEqual([]);
    letGo(bench);
    expect(verdictsOf(bench).filter((verdict) => verdict.startsWith('sweep'))).not.toEqual([]);
  });

  it('U-082: let the leader end the cycle only when all have swept', () => {
    const bench = create({ revalidators: 3 });
    installAndDump(bench, 1, 30);
    bench.dpif.timesDumped = () => 0;
    bench.translator.unknownPorts.add(1);
    bench.dpif.isLate = true;
    const { cycles } = bench.udpif.status();
    const before = bench.dpif.batches.length;
    bench.udpif.revalidate('flow_table');
    bench.clock.advance(5);
    expect(bench.dpif.batches.length).toBeGreaterThan(before);
    const dumpSeq = bench.udpif.dumpSeq.read();
    bench.clock.advance(400);
    expect(bench.udpif.dumpSeq.read()).toBe(dumpSeq);
    expect(bench.udpif.status().cycles).toBe(cycles);
    letGo(bench);
    expect(bench.udpif.dumpSeq.read()).toBe(dumpSeq + 1);
    expect(bench.udpif.status().cycles).toBe(cycles + 1);
  });
});

describeProfiles('the end of a cycle', (create) => {
  it('U-084: closes the dump, counts it, adapts the limit, stores the duration, warns', () => {
    const order: string[] = [];
    const note = (what: string): void => {
      const { dumpDurationMs, flowLimit } = bench.udpif.status();
      order.push(`${what} ${flowLimit} ${dumpDurationMs}`);
    };
    const say = (): void => note('message');
    const log: Log = { error: say, warn: say, info: say, debug: say };
    const bench: Bench = create({ ...costing(2_500), log });
    watchDumps(bench, (what) => what === 'closed' && note(what));
    plant(bench, 1);
    bench.udpif.dumpSeq.changes.subscribe(() => note('dump_seq'));
    runCycle(bench);
    expect(order).toEqual(['closed 10000 1', 'dump_seq 10000 1', 'message 5000 2500']);
  });

  it('U-084: records at least 1 ms', () => {
    expect(create().udpif.status().dumpDurationMs).toBe(1);
  });

  it.each([
    [500, 200_000, 500],
    [0, 200_000, 0],
    [200_000, 0, 1_000],
    [200_000, 4_294_967_295, 200_000],
  ])('U-086: keeps the limit in its bounds: configured %i, set %i, then %i', (max, set, then) => {
    const bench = create({ initial: { flowLimit: max } });
    bench.udpif.setFlowLimit(set);
    runCycle(bench);
    expect(bench.udpif.status().flowLimit).toBe(then);
  });

  it('U-086: clamps what a slow dump leaves at 1000, not above', () => {
    const bench = create({ ...costing(1_301) });
    plant(bench, 1);
    bench.udpif.setFlowLimit(1_333);
    runCycle(bench);
    expect(bench.udpif.status().flowLimit).toBe(1_000);
  });

  it('U-085: adapts the running limit by the duration of the dump', () => {
    const bench = create({ ...costing(250) });
    const limits = [2, 5, 6, 9, 48].map((flows) => {
      plant(bench, flows);
      bench.clock.advance(500);
      return bench.udpif.status().flowLimit;
    });
    // 500 ms: too few flows; 1250: dead band; 1500: 3/4; 2250 and 12000: divided, then clamped.
    expect(limits).toEqual([10_000, 10_000, 7_500, 3_750, 1_000]);
  });
});

/** Behaviours.md 1.9: limit, duration, flows, then the limit in ovs-2.3 and in current. */
const limits = [
  [10_000, 1, 2_000, 10_000, 11_000],
  [10_000, 1, 2_001, 11_000, 11_000],
  [10_000, 200, 2_001, 11_000, 11_000],
  [10_000, 201, 2_001, 10_000, 10_000],
  [10_000, 999, 9_990, 10_000, 10_000],
  [10_000, 999, 9_991, 11_000, 11_000],
  [10_000, 1_000, 50_000, 10_000, 10_000],
  [10_000, 1_300, 50_000, 10_000, 10_000],
  [10_000, 1_301, 50_000, 7_500, 7_500],
  [10_000, 2_000, 50_000, 7_500, 7_500],
  [10_000, 2_001, 50_000, 5_000, 5_000],
  [10_000, 2_999, 50_000, 5_000, 5_000],
  [10_000, 3_000, 50_000, 3_333, 3_333],
  [10_000, 9_999, 50_000, 1_111, 1_111],
  [10_000, 10_999, 50_000, 1_000, 1_000],
  [1_333, 1_301, 7, 1_000, 1_000],
  [199_500, 1, 300_000, 200_000, 200_000],
  [4_294_967_295, 1, 2_001, 200_000, 200_000],
] as const;

const adapt = (flowLimit: number, dumpMs: number, flows: number, profile = currentProfile) =>
  adaptFlowLimit({ flowLimit, dumpMs, flows, flowLimitMax: 200_000 }, profile.limitGrowth)
    .flowLimit;

describe('the table of the flow limit', () => {
  it.each(limits)('U-085 in current: %i after %i ms with %i flows', (limit, ms, flows, _, then) => {
    expect(adapt(limit, ms, flows)).toBe(then);
  });
});

describe('the table of the flow limit in ovs-2.3', () => {
  it.each(limits)('U-085 in ovs-2.3: %i after %i ms with %i flows', (limit, ms, flows, then) => {
    expect(adapt(limit, ms, flows, ovs23Profile)).toBe(then);
  });
});

describe('a cycle in current', () => {
  it('U-078 in current: looks at what others put, in the first as in any other', () => {
    const bench = createBench({ isStarted: false, isObserved: true });
    bench.dpif.plant(flowOf(1), output(2));
    bench.udpif.setThreads(1, 1);
    bench.clock.runDue();
    expect(needsOf(bench)).toEqual([true]);
    expect(bench.translator.requests).toMatchObject([{ port: 1, skipWildcards: false }]);
  });

  it('U-078 in current: does not look again at what was put since the last change', () => {
    const bench = createBench();
    install(bench, 1);
    bench.translator.requests.length = 0;
    runCycle(bench);
    expect(bench.translator.requests).toEqual([]);
  });

  it('U-079 in current: looks once at a flow that was translated before a change', () => {
    const bench = createBench();
    installAndDump(bench, 1);
    bench.udpif.revalSeq.change();
    install(bench, 2);
    bench.translator.requests.length = 0;
    bench.clock.advance(5);
    expect(bench.translator.requests).toHaveLength(1);
    runCycle(bench);
    expect(bench.translator.requests).toHaveLength(1);
  });

  it('U-087 in current: lets the limit grow with few flows where dumps are fast', () => {
    const bench = createBench();
    bench.udpif.setFlowLimit(1_000);
    plant(bench, 20);
    runCycle(bench);
    expect(bench.udpif.status().flowLimit).toBe(2_000);
    expect(bench.coverage.read('upcall_flow_limit_grew')).toBe(1);
  });

  it('U-088 in current: warns of each dump longer than 2000 ms', () => {
    const bench = createBench({ ...costing(1) });
    plant(bench, 2_000);
    bench.settings.maxIdle = 100_000;
    runCycle(bench);
    expect(bench.logged).toEqual([]);
    plant(bench, 2_001);
    for (let i = 0; i < 8; i++) {
      bench.udpif.setFlowLimit(10_000);
      runCycle(bench);
    }
    const line = { level: 'warn', message: 'Spent an unreasonably long 2001ms dumping flows' };
    const lines = bench.logged.filter(({ message }) => message.startsWith('Spent'));
    expect(lines).toMatchObject(Array.from({ length: 8 }, () => line));
  });

  it('U-089 in current: starts min(max-idle, max-revalidator) after the last one started', () => {
    const bench = createBench({ isObserved: true });
    bench.clock.advance(1_000);
    bench.settings.maxIdle = 300;
    bench.clock.advance(1_100);
    expect(startsOf(bench)).toEqual([0, 500, 1_000, 1_500, 1_800, 2_100]);
    bench.settings.maxIdle = 10_000;
    bench.settings.maxRevalidator = 100;
    bench.clock.advance(400);
    expect(startsOf(bench).slice(6)).toEqual([2_400, 2_500]);
  });

  it('U-089 in current: starts at once where that moment has passed', () => {
    const bench = createBench({ isObserved: true });
    installAndDump(bench, 1, 2);
    bench.settings.maxIdle = 100;
    enterCycle(bench, () => {
      bench.dpif.isLate = true;
    });
    bench.clock.advance(700);
    letGo(bench);
    expect(startsOf(bench).slice(-2)).toEqual([1_000, 1_700]);
  });

  it('U-089 in current: starts at once on the exit, gap or not', () => {
    const bench = createBench();
    revalidate(bench);
    bench.udpif.destroy();
    bench.clock.runDue();
    expect(bench.udpif.actor.getSnapshot().status).toBe('done');
  });

  it('U-090 in current: answers changes not before 5 ms after the last start', () => {
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

  it('U-091 in current: tells of a dump that failed, and counts as complete', () => {
    const bench = createBench({ isObserved: true });
    bench.dpif.dumpError = 'EIO';
    const { cycles } = bench.udpif.status();
    runCycle(bench);
    expect(bench.udpif.status().cycles).toBe(cycles + 1);
    expect(bench.coverage.read('dpif_flow_dump_error')).toBe(1);
    expect(bench.records).toContainEqual(expect.objectContaining({ type: 'dump.failed' }));
    expect(messagesOf(bench)).toHaveLength(1);
  });

  it('U-092 in current: keeps the limit that is set between its reading and its writing', () => {
    const bench = createBench();
    bench.udpif.dumpSeq.changes.subscribe(() => bench.udpif.setFlowLimit(4_321));
    runCycle(bench);
    expect(bench.udpif.status().flowLimit).toBe(4_321);
  });

  it('U-092 in current: adapts the limit that was set in its middle', () => {
    const bench = createBench();
    installAndDump(bench, 1);
    bench.settings.maxIdle = 100;
    enterCycle(bench, () => {
      bench.dpif.isLate = true;
    });
    bench.udpif.setFlowLimit(4_321);
    letGo(bench);
    expect(bench.udpif.status().flowLimit).toBe(4_321);
  });

  it('U-093 in current: judges all flows of a phase by the reval_seq of its start', () => {
    const bench = createBench({ isObserved: true });
    installAndDump(bench, 1, 60);
    bench.translator.requests.length = 0;
    let looked = 0;
    bench.translator.answer = () => {
      if (++looked === 3) bench.udpif.revalSeq.change();
      return { actions: output(2) };
    };
    bench.udpif.revalidate('flow_table');
    bench.clock.advance(5);
    expect(bench.translator.requests).toHaveLength(60);
    bench.clock.advance(5);
    expect(bench.translator.requests).toHaveLength(120);
  });
});

describe('a cycle in ovs-2.3', () => {
  it('U-078 in ovs-2.3: translates all flows again in the first one after a start', () => {
    const bench = create2014({ isObserved: true });
    installAndDump(bench, 1);
    bench.udpif.pause();
    bench.clock.runDue();
    bench.dpif.failures.push({ type: 'delete', error: 'EBUSY' });
    bench.translator.requests.length = 0;
    bench.udpif.synchronize();
    bench.udpif.resume();
    bench.clock.runDue();
    expect(needsOf(bench).at(-1)).toBe(true);
    expect(bench.translator.requests).toMatchObject([{ skipWildcards: false }]);
  });

  it('U-079 in ovs-2.3: looks again at all flows where reval_seq has changed, at none else', () => {
    const bench = create2014({ isObserved: true });
    install(bench, 1);
    revalidate(bench);
    install(bench, 2);
    bench.translator.requests.length = 0;
    runCycle(bench);
    expect(bench.translator.requests).toEqual([]);
    revalidate(bench);
    expect(bench.translator.requests).toHaveLength(2);
    expect(needsOf(bench)).toEqual([true, true, false, true]);
  });

  it('U-087 in ovs-2.3: does not let the limit grow with 2000 flows or less', () => {
    const bench = create2014();
    bench.udpif.setFlowLimit(1_000);
    plant(bench, 1_900);
    runCycle(bench);
    expect(bench.udpif.status().flowLimit).toBe(1_000);
    plant(bench, 2_001);
    bench.udpif.setFlowLimit(1_001);
    runCycle(bench);
    expect(bench.udpif.status().flowLimit).toBe(2_001);
  });

  it('U-088 in ovs-2.3: informs of each dump longer than 2000 ms', () => {
    const bench = create2014({ ...costing(1_000) });
    plant(bench, 2);
    runCycle(bench);
    expect(bench.logged).toEqual([]);
    plant(bench, 3);
    for (let i = 0; i < 8; i++) runCycle(bench);
    const line = { level: 'info', message: 'Spent an unreasonably long 3000ms dumping flows' };
    expect(bench.logged).toMatchObject(Array.from({ length: 8 }, () => line));
  });

  it('U-089 in ovs-2.3: starts min(max-idle, 500 ms) after the last one started', () => {
    const bench = create2014({ isObserved: true, initial: { maxRevalidator: 100 } });
    bench.clock.advance(1_000);
    bench.settings.maxIdle = 300;
    bench.clock.advance(1_100);
    expect(startsOf(bench)).toEqual([0, 500, 1_000, 1_500, 1_800, 2_100]);
  });

  it('U-089 in ovs-2.3: starts at once on a change, or where its moment has passed', () => {
    const bench = create2014({ isObserved: true });
    installAndDump(bench, 1, 2);
    bench.udpif.revalidate('flow_table');
    bench.clock.runDue();
    expect(startsOf(bench)).toEqual([0, 500, 500]);
    bench.settings.maxIdle = 100;
    enterCycle(bench, () => {
      bench.dpif.isLate = true;
    });
    bench.clock.advance(700);
    letGo(bench);
    expect(startsOf(bench).slice(-2)).toEqual([1_000, 1_700]);
  });

  it('U-090 in ovs-2.3: follows the last one with no gap while changes keep coming', () => {
    const bench = create2014({ isObserved: true });
    for (let i = 0; i < 4; i++) {
      bench.udpif.revalidate('flow_table');
      bench.clock.advance(1);
    }
    expect(startsOf(bench)).toEqual([0, 0, 1, 2, 3]);
  });

  it('U-091 in ovs-2.3: says nothing of a dump that failed, and counts as complete', () => {
    const bench = create2014({ isObserved: true });
    bench.dpif.dumpError = 'EIO';
    const { cycles } = bench.udpif.status();
    runCycle(bench);
    expect(bench.udpif.status().cycles).toBe(cycles + 1);
    expect(bench.logged).toEqual([]);
    expect(bench.coverage.toJSON()).toEqual({});
    expect(bench.records.filter(({ type }) => type === 'dump.failed')).toEqual([]);
  });

  it('U-092 in ovs-2.3: loses the limit that is set between its reading and its writing', () => {
    const bench = create2014();
    bench.udpif.dumpSeq.changes.subscribe(() => bench.udpif.setFlowLimit(4_321));
    runCycle(bench);
    expect(bench.udpif.status().flowLimit).toBe(10_000);
  });

  it('U-093 in ovs-2.3: does not look again at flows because of a change in its middle', () => {
    const bench = create2014({ isObserved: true });
    installAndDump(bench, 1, 60);
    for (let id = 1; id <= 60; id++) bench.dpif.hit(flowOf(id));
    bench.translator.requests.length = 0;
    bench.translator.answer = () => {
      if (bench.translator.requests.length === 3) bench.udpif.revalSeq.change();
      return { actions: output(2) };
    };
    enterCycle(bench, () => {});
    const asked = bench.translator.requests.map(({ skipWildcards }) => skipWildcards);
    // The first 60 fill caches; then comes the cycle that the change has asked for.
    expect(asked).toEqual([...Array(60).fill(true), ...Array(60).fill(false)]);
    expect(needsOf(bench).slice(-2)).toEqual([false, true]);
  });
});
