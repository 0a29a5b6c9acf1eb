/** Rows of behaviours.md 2.2: start, stop, synchronize, flush, memory. */

import { describe, expect, it } from 'vitest';
import { createActor } from 'xstate';
import { instant } from '../../src/base/brands.js';
import { ukey2014Effects, ukey2014Machine } from '../../src/machines/ukey-2014-machine.js';
import { type Bench, createBench, flowOf, revalidate, runCycle } from '../actors/udpif-bench.js';
import { recordedEffects } from '../machines/recorded-effects.js';
import { callsOf, create2014, describeProfiles, install, installAndDump, sizesOf } from './rows.js';

const setUps = (bench: Bench): string[] => callsOf(bench, /^(handlersSet|flush)/);

const stateOf = ({ udpif }: Bench): string => JSON.stringify(udpif.actor.getSnapshot().value);

const threadsOf = ({ udpif }: Bench): string[] =>
  [...udpif.actorTree().children()].map(({ actor }) => actor.id);

/** A cycle held in its dump: a deletion is under way, and its answer is late. */
function holdDump(bench: Bench): void {
  installAndDump(bench, 1, 4);
  bench.settings.maxIdle = 100;
  bench.clock.advanceTo((bench.udpif.nextDeadline() ?? 0) - 1);
  bench.dpif.isLate = true;
  bench.clock.advance(1);
}

function letGo(bench: Bench): void {
  bench.dpif.isLate = false;
  bench.dpif.answer();
  bench.clock.runDue();
}

describeProfiles('Udpif.setThreads()', (create) => {
  it.each([
    [0, 1],
    [1, 0],
  ])('U-006: refuses %i handlers with %i revalidators', (handlers, revalidators) => {
    const { udpif } = create();
    const text = `Cannot set threads: ${handlers} handlers and ${revalidators} revalidators`;
    expect(() => udpif.setThreads(handlers, revalidators)).toThrow(text);
  });

  it('U-007: does nothing at all where the counts are in force', () => {
    const bench = create({ handlers: 2, revalidators: 3 });
    installAndDump(bench, 1);
    const before = [...bench.udpif.actorTree().children()].map(({ actor }) => actor);
    const calls = bench.dpif.calls.length;
    bench.udpif.setThreads(2, 3);
    bench.clock.runDue();
    expect([...bench.udpif.actorTree().children()].map(({ actor }) => actor)).toEqual(before);
    expect(bench.dpif.calls).toHaveLength(calls);
    expect(bench.dpif.flows.size).toBe(1);
  });

  it.each([
    [2, 2],
    [1, 3],
    [3, 1],
  ])('U-008: restarts with %i handlers and %i revalidators', (handlers, revalidators) => {
    const bench = create({ handlers: 1, revalidators: 2 });
    installAndDump(bench, 1, 9);
    bench.udpif.setThreads(handlers, revalidators);
    bench.clock.runDue();
    expect(setUps(bench)).toEqual(['handlersSet 1', `handlersSet ${handlers}`]);
    expect(bench.dpif.flows.size).toBe(0);
    expect(bench.udpif.status().ukeys).toBe(0);
    const names = (name: string, count: number, from = 0): string[] =>
      Array.from({ length: count }, (_, i) => `${name}-${from + i}`);
    expect(threadsOf(bench)).toEqual([
      ...names('handler', handlers),
      'barrier',
      'leader',
      ...names('revalidator', revalidators - 1, 1),
      ...names('ukeys', revalidators),
    ]);
  });

  it('U-008: purges before the handlers are set', () => {
    const bench = create();
    installAndDump(bench, 1);
    let flowsAtSet = -1;
    const handlersSet = bench.dpif.handlersSet.bind(bench.dpif);
    bench.dpif.handlersSet = (count) => {
      flowsAtSet = bench.dpif.flows.size;
      return handlersSet(count);
    };
    bench.udpif.setThreads(2, 1);
    bench.clock.runDue();
    expect(flowsAtSet).toBe(0);
  });

  it('U-009: logs a refusal each time, starts nothing and tries again when asked', () => {
    const bench = create({ isStarted: false });
    bench.dpif.handlersError = 'EINVAL';
    for (let turn = 0; turn < 8; turn++) {
      bench.udpif.setThreads(1, 1);
      bench.clock.runDue();
    }
    const message = 'failed to configure handlers in dpif fake@fake: EINVAL';
    const line = { level: 'error', message };
    expect(bench.logged).toMatchObject(Array.from({ length: 8 }, () => line));
    expect(threadsOf(bench)).toEqual([]);
    bench.dpif.handlersError = undefined;
    bench.udpif.setThreads(1, 1);
    bench.clock.runDue();
    expect(bench.udpif.status().cycles).toBe(1);
  });

  it('U-011: gives handler i the queue i only, for reading and for waiting', () => {
    const bench = create({ handlers: 3 });
    const waits: number[] = [];
    const recvWait = bench.dpif.recvWait.bind(bench.dpif);
    bench.dpif.recvWait = (handler) => {
      waits.push(handler);
      return recvWait(handler);
    };
    bench.dpif.miss(flowOf(1), 2);
    bench.clock.runDue();
    expect(new Set(callsOf(bench, /^recv/))).toEqual(new Set(['recv 2']));
    expect(waits).toEqual([2]);
  });

  it('U-011: makes revalidator 0 the leader', () => {
    const bench = create({ revalidators: 2, isObserved: true });
    expect(threadsOf(bench)).toEqual([
      'handler-0',
      'barrier',
      'leader',
      'revalidator-1',
      'ukeys-0',
      'ukeys-1',
    ]);
  });
});

describeProfiles('a stop', (create) => {
  it('U-012: waits for the handlers, whose batch is under way, before anything is purged', () => {
    const bench = create({ revalidators: 2 });
    installAndDump(bench, 1, 3);
    bench.dpif.isLate = true;
    install(bench, 4);
    bench.udpif.synchronize();
    bench.clock.runDue();
    expect(stateOf(bench)).toBe('{"stopping":"handlers"}');
    expect(bench.dpif.operations('delete')).toEqual([]);
    letGo(bench);
    expect(stateOf(bench)).toBe('{"running":"cycling"}');
    expect(bench.dpif.flow(flowOf(1))).toBeUndefined();
  });

  it('U-012: waits for the revalidators, which finish their cycle, before it purges', () => {
    const bench = create();
    holdDump(bench);
    bench.udpif.synchronize();
    bench.clock.runDue();
    expect(stateOf(bench)).toBe('{"stopping":"revalidators"}');
    expect(bench.dpif.operations('delete')).toHaveLength(4);
    letGo(bench);
    expect(stateOf(bench)).toBe('{"running":"cycling"}');
  });

  it('U-012: purges the maps one after the other, in their order', () => {
    const bench = create({ revalidators: 3 });
    installAndDump(bench, 1, 30);
    const before = bench.dpif.batches.length;
    bench.udpif.synchronize();
    bench.clock.runDue();
    const maps = bench.dpif.batches
      .slice(before)
      .map((batch) => batch.map((op) => (op.type === 'delete' ? op.key.hash % 3 : -1)));
    expect(maps.map((map) => [...new Set(map)])).toEqual([[0], [1], [2]]);
  });

  it('U-012: leaves the latch as it was: what is started next goes on running', () => {
    const bench = create();
    for (let round = 0; round < 2; round++) {
      bench.udpif.synchronize();
      bench.clock.runDue();
    }
    const { cycles } = bench.udpif.status();
    bench.clock.advance(1_000);
    expect(bench.udpif.status().cycles).toBe(cycles + 2);
    install(bench, 1);
    expect(bench.dpif.flows.size).toBe(1);
  });

  it('U-013: does nothing where nothing runs', () => {
    const bench = create({ isStarted: false });
    bench.udpif.synchronize();
    bench.clock.runDue();
    expect(bench.dpif.calls).toEqual([]);
    expect(stateOf(bench)).toBe('"stopped"');
  });

  it('U-014: is followed by no start where there were no threads', () => {
    const bench = create({ isStarted: false });
    bench.udpif.synchronize();
    bench.udpif.flush();
    bench.clock.advance(5_000);
    expect(threadsOf(bench)).toEqual([]);
    expect(bench.udpif.status().cycles).toBe(0);
  });

  it('U-015: keeps limit, counts, duration and dump_seq, and no ukey', () => {
    const costModel = { dumpedFlowUs: 75_000, revalidatedFlowUs: 0, jitterFraction: 0 };
    const bench = create({ costModel });
    install(bench, 1, 20);
    for (let id = 1; id <= 20; id++) bench.dpif.hit(flowOf(id));
    runCycle(bench);
    runCycle(bench);
    const before = bench.udpif.status();
    const dumpSeq = bench.udpif.dumpSeq.read();
    expect(before).toMatchObject({ flowLimit: 5_625, flowsMaximum: 20, dumpDurationMs: 1_500 });
    const restarted: object[] = [];
    bench.udpif.actor.subscribe((snapshot) => {
      if (snapshot.matches('running')) restarted.push(bench.udpif.status());
    });
    bench.udpif.synchronize();
    bench.clock.runDue(100);
    expect(restarted[0]).toMatchObject({
      flowLimit: before.flowLimit,
      flowsMaximum: before.flowsMaximum,
      dumpDurationMs: before.dumpDurationMs,
      cycles: before.cycles,
      ukeys: 0,
    });
    // The first cycle after it adds one.
    expect(bench.udpif.dumpSeq.read()).toBe(dumpSeq + 1);
    expect(before.flowsAverage).toBeGreaterThan(0);
    expect(bench.udpif.status().flowsAverage).toBeGreaterThan(before.flowsAverage);
  });

  it('U-016: deletes 120 flows once each, by 50, and pushes what they had counted since', () => {
    const bench = create();
    installAndDump(bench, 1, 120);
    bench.dpif.hit(flowOf(7), 5, 500);
    bench.dpif.hit(flowOf(99), 2, 100);
    const credited = bench.translator.credited.packets;
    const before = bench.dpif.batches.length;
    bench.udpif.synchronize();
    bench.clock.runDue();
    expect(sizesOf(bench, before)).toEqual([50, 50, 20]);
    const keys = new Set(bench.dpif.operations('delete').map(({ key }) => key));
    expect(keys.size).toBe(120);
    expect(bench.translator.credited.packets - credited).toBe(7);
    expect(bench.udpif.status().ukeys).toBe(0);
  });

  it('U-019: by a flush is followed by one flush and a start, with no set-up of handlers', () => {
    const bench = create({ handlers: 2, revalidators: 2 });
    installAndDump(bench, 1, 2);
    bench.dpif.plant(flowOf(3));
    const states: string[] = [];
    bench.udpif.actor.subscribe(() => states.push(stateOf(bench)));
    bench.udpif.flush();
    bench.clock.runDue();
    expect(setUps(bench)).toEqual(['handlersSet 2', 'flush']);
    expect(states.indexOf('"purging"')).toBeLessThan(states.indexOf('"flushing"'));
    expect(bench.dpif.operations('delete')).toHaveLength(2);
    expect(bench.dpif.flows.size).toBe(0);
    expect(threadsOf(bench).filter((id) => id.startsWith('handler'))).toHaveLength(2);
  });

  it('U-021: flushes the datapath and no more where nothing was ever started', () => {
    const bench = create({ isStarted: false });
    bench.dpif.plant(flowOf(1));
    bench.udpif.flush();
    bench.clock.runDue();
    expect(bench.dpif.calls).toEqual(['flush']);
    expect(stateOf(bench)).toBe('"stopped"');
  });

  it('U-022: by synchronize ends all that ran, deletes what has ukeys, starts as many', () => {
    const bench = create({ handlers: 2, revalidators: 2 });
    installAndDump(bench, 1, 3);
    const before = [...bench.udpif.actorTree().children()].map(({ actor }) => actor);
    bench.udpif.synchronize();
    bench.clock.runDue();
    expect(before.every((actor) => actor.getSnapshot().status === 'done')).toBe(true);
    expect(setUps(bench)).toEqual(['handlersSet 2']);
    expect(bench.dpif.operations('delete')).toHaveLength(3);
    expect(bench.dpif.flows.size).toBe(0);
    expect(threadsOf(bench)).toEqual(before.map(({ id }) => id));
  });
});

describe('a stop, by profile', () => {
  it('U-017 in current: frees a ukey whose put failed without an operation', () => {
    const bench = createBench();
    bench.dpif.failures.push({ type: 'put', error: 'ENOSPC' });
    install(bench, 1);
    expect(bench.udpif.status().ukeys).toBe(1);
    bench.udpif.synchronize();
    bench.clock.runDue();
    expect(bench.dpif.operations('delete')).toEqual([]);
    expect(bench.udpif.status().ukeys).toBe(0);
  });

  it('U-017 in ovs-2.3: frees a ukey whose flow is gone without an operation', () => {
    const log: string[] = [];
    const machine = ukey2014Machine.provide({ actions: recordedEffects(ukey2014Effects, log) });
    const ukey = createActor(machine, { input: { createdAt: instant(1) } }).start();
    ukey.send({ type: 'flow.delete', reason: 'flow_idle' });
    log.length = 0;
    ukey.send({ type: 'flow.delete', reason: 'purge' });
    ukey.send({ type: 'ukey.sweep' });
    expect(ukey.getSnapshot().value).toBe('deleted');
    expect(log).toEqual(['releaseCache']);
  });

  it('U-018 in ovs-2.3: leaves a flow that no dump has seen, to be counted once later', () => {
    const bench = create2014();
    install(bench, 1);
    bench.dpif.hit(flowOf(1), 6);
    bench.udpif.synchronize();
    bench.clock.runDue(8);
    expect(bench.dpif.operations('delete')).toEqual([]);
    bench.clock.runDue();
    expect(bench.dpif.flows.size).toBe(1);
    expect(bench.udpif.status().ukeys).toBe(1);
    expect(bench.translator.credited.packets).toBe(7);
    bench.dpif.hit(flowOf(1), 2);
    runCycle(bench);
    expect(bench.translator.credited.packets).toBe(9);
  });

  it('U-020 in ovs-2.3: a flush loses the counters of a flow that no dump has seen', () => {
    const bench = create2014();
    installAndDump(bench, 1);
    install(bench, 2);
    for (const id of [1, 2]) bench.dpif.hit(flowOf(id), 3);
    bench.udpif.flush();
    bench.clock.runDue();
    expect(bench.dpif.operations('delete')).toHaveLength(1);
    expect(bench.translator.credited.packets).toBe(2 + 3);
  });

  it('U-018 in current: deletes also a flow that no dump has seen', () => {
    const bench = createBench();
    install(bench, 1);
    bench.dpif.hit(flowOf(1), 6);
    bench.udpif.synchronize();
    bench.clock.runDue();
    expect(bench.dpif.flows.size).toBe(0);
    expect(bench.translator.credited.packets).toBe(7);
  });

  it('U-020 in current: a flush loses no counter of a flow that no dump has seen', () => {
    const bench = createBench();
    install(bench, 1, 2);
    bench.dpif.hit(flowOf(1), 3);
    bench.udpif.flush();
    bench.clock.runDue();
    expect(bench.translator.credited.packets).toBe(5);
    expect(bench.dpif.operations('delete')).toHaveLength(2);
  });
});

describeProfiles('Udpif.addMemoryUsage()', (create) => {
  it('U-023: adds the threads, and the ukeys of all maps', () => {
    const usage = new Map([['handlers', 1]]);
    const bench = create({ handlers: 2, revalidators: 3 });
    installAndDump(bench, 1, 9);
    bench.udpif.addMemoryUsage(usage);
    expect([...usage]).toEqual([
      ['handlers', 3],
      ['revalidators', 3],
      ['udpif keys', 9],
    ]);
  });

  it('U-023: says nothing about ukeys where no revalidator runs', () => {
    const usage = new Map<string, number>();
    create({ isStarted: false }).udpif.addMemoryUsage(usage);
    expect(usage.has('udpif keys')).toBe(false);
  });
});

describeProfiles('Udpif.revalidate()', (create) => {
  it('U-024: many times in one cycle makes one more cycle, at once', () => {
    const bench = create({ isObserved: true });
    holdDump(bench);
    const { cycles } = bench.udpif.status();
    for (let i = 0; i < 3; i++) {
      bench.udpif.revalidate('flow_table');
      bench.clock.runDue();
    }
    letGo(bench);
    bench.clock.advance(20);
    expect(bench.udpif.status().cycles).toBe(cycles + 2);
    const starts = bench.records.filter(({ type }) => type === 'cycle.start');
    expect(starts.slice(-2)).toMatchObject([
      { needsRevalidation: false },
      { needsRevalidation: true },
    ]);
  });
});

describeProfiles('dump_seq', (create) => {
  it('U-025: changes once a cycle, after the dump was closed', () => {
    const bench = create();
    const seen: string[] = [];
    bench.udpif.dumpSeq.changes.subscribe(() => seen.push(bench.dpif.calls.at(-1) ?? ''));
    runCycle(bench);
    revalidate(bench);
    expect(seen).toEqual(['dumpDone', 'dumpDone']);
  });

  it('U-025: does not change by an iteration that only exits', () => {
    const bench = create();
    const dumpSeq = bench.udpif.dumpSeq.read();
    bench.udpif.destroy();
    bench.clock.runDue();
    expect(bench.udpif.dumpSeq.read()).toBe(dumpSeq);
  });
});
