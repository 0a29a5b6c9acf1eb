import { describe, expect, it } from 'vitest';
import type { InspectionEvent } from 'xstate';
import { type Bench, createBench, flowOf, revalidate, runCycle } from './udpif-bench.js';

function install(bench: Bench, count: number): void {
  for (let id = 1; id <= count; id++) bench.dpif.miss(flowOf(id));
  bench.clock.runDue();
}

describe('Udpif stopping', () => {
  it('pushes counters once of a flow that outlives a restart (S1)', () => {
    const bench = createBench();
    install(bench, 1);
    bench.dpif.hit(flowOf(1), 4);
    runCycle(bench);
    bench.dpif.failures.push({ type: 'delete', error: 'EBUSY' });
    bench.udpif.synchronize();
    bench.clock.runDue();
    bench.dpif.hit(flowOf(1), 2);
    runCycle(bench);
    expect(bench.translator.credited.packets).toBe(7);
    expect(bench.udpif.status().ukeys).toBe(1);
  });
});

describe('a ukey that outlives a restart', () => {
  it('is operational as it was, next to rows that are free, and its flow is not touched', () => {
    const bench = createBench();
    install(bench, 3);
    runCycle(bench);
    bench.dpif.failures.push({ type: 'delete', error: 'EBUSY' });
    bench.udpif.synchronize();
    bench.clock.runDue();
    const ukeys = [...bench.udpif.ukeys()];
    expect(ukeys.map((ukey) => ukey.getSnapshot().value)).toEqual(['operational']);
    expect(bench.udpif.status().deleted).toEqual({ purge: 2 });
    expect(bench.coverage.read('dpif_flow_del_error')).toBe(1);
    const puts = bench.dpif.operations('put').length;
    revalidate(bench);
    expect(bench.dpif.operations('put')).toHaveLength(puts);
    expect(bench.udpif.status().ukeys).toBe(1);
  });
});

describe('ukeys that outlive a restart', () => {
  it.each([63, 64, 65, 128])('are all there, be they %i', (count) => {
    const bench = createBench();
    for (let id = 1; id <= count; id++) bench.dpif.plant(flowOf(id));
    runCycle(bench);
    for (let i = 0; i < count; i++) bench.dpif.failures.push({ type: 'delete', error: 'EBUSY' });
    bench.udpif.synchronize();
    bench.clock.runDue();
    expect(bench.udpif.status().ukeys).toBe(count);
  });
});

describe('Udpif.purge()', () => {
  it('deletes the flows of all ukeys while the cycles rest, then goes on', () => {
    const bench = createBench();
    install(bench, 3);
    bench.udpif.purge();
    bench.clock.runDue();
    expect(bench.dpif.flows.size).toBe(0);
    const { cycles } = bench.udpif.status();
    bench.clock.advance(1_000);
    expect(bench.udpif.status().cycles).toBe(cycles + 2);
  });
});

describe('Udpif.pause()', () => {
  it('lets no cycle begin until resume()', () => {
    const bench = createBench();
    bench.udpif.pause();
    bench.clock.advance(5_000);
    const { cycles } = bench.udpif.status();
    expect(bench.udpif.actor.getSnapshot().value).toEqual({ running: 'parked' });
    expect(bench.udpif.isQuiescent()).toBe(true);
    bench.udpif.resume();
    bench.clock.advance(600);
    expect(bench.udpif.status().cycles).toBe(cycles + 2);
  });
});

describe('Udpif.setThreads() while paused', () => {
  it('starts a leader that waits for resume() too', () => {
    const bench = createBench();
    bench.udpif.pause();
    bench.clock.runDue();
    bench.udpif.setThreads(1, 2);
    const { cycles } = bench.udpif.status();
    bench.clock.advance(5_000);
    expect(bench.udpif.status().cycles).toBe(cycles);
    bench.udpif.resume();
    bench.clock.advance(600);
    expect(bench.udpif.status().cycles).toBeGreaterThan(cycles);
  });
});

describe('Udpif.waitForCycle()', () => {
  it('waits for a cycle that began after the call', () => {
    const bench = createBench();
    bench.dpif.isLate = true;
    bench.dpif.plant(flowOf(1, 0));
    runCycle(bench);
    let isDone = false;
    bench.udpif.waitForCycle(() => {
      isDone = true;
    });
    bench.dpif.isLate = false;
    bench.dpif.answer();
    bench.clock.runDue();
    expect(isDone).toBe(false);
    runCycle(bench);
    expect(isDone).toBe(true);
  });
});

describe('Udpif.revalidate()', () => {
  it('counts its reasons once a turn and makes one cycle', () => {
    const bench = createBench();
    const { cycles } = bench.udpif.status();
    for (let i = 0; i < 3; i++) bench.udpif.revalidate('flow_table');
    bench.translator.revalidations.next('mac_learning');
    expect(bench.udpif.isQuiescent()).toBe(false);
    expect(bench.udpif.isRevalidationPending).toBe(true);
    bench.clock.advance(5);
    expect(bench.udpif.status().cycles).toBe(cycles + 1);
    expect(bench.coverage.read('rev_flow_table')).toBe(1);
    expect(bench.coverage.read('rev_mac_learning')).toBe(1);
    expect(bench.udpif.isRevalidationPending).toBe(false);
  });
});

describe('Udpif.actorTree()', () => {
  it('has the threads, and slices with their ukeys, which have no children', () => {
    const bench = createBench({ handlers: 2, revalidators: 2 });
    install(bench, 3);
    const { children } = bench.udpif.actorTree();
    const threads = [...children()];
    expect(threads.map(({ actor }) => actor.id)).toEqual([
      'handler-0',
      'handler-1',
      'barrier',
      'leader',
      'revalidator-1',
      'ukeys-0',
      'ukeys-1',
    ]);
    for (const thread of [threads[1], threads[4]]) {
      expect(thread?.actor.getSnapshot()).toMatchObject({ context: { index: 1 } });
    }
    const below = threads.flatMap((thread) => [...thread.children()]);
    expect(below).toHaveLength(3);
    expect(below.flatMap((ukey) => [...ukey.children()])).toEqual([]);
  });
});

describe('the parent of the ukeys of a slice', () => {
  it('counts those that have ended, until it ends itself', () => {
    const bench = createBench({ initial: { maxIdle: 500 } });
    const slice = [...bench.udpif.actorTree().children()].at(-1)?.actor;
    expect(slice?.getSnapshot()).toMatchObject({ status: 'active', context: { ended: 0 } });
    install(bench, 3);
    slice?.send({ type: 'unheard.of' });
    expect(slice?.getSnapshot()).toMatchObject({ status: 'active', context: { ended: 0 } });
    bench.clock.advance(2_000);
    expect(slice?.getSnapshot()).toMatchObject({ status: 'active', context: { ended: 3 } });
    expect(slice?.getPersistedSnapshot()).toBe(slice?.getSnapshot());
    bench.udpif.destroy();
    bench.clock.runDue();
    expect(slice?.getSnapshot()).toMatchObject({ status: 'done', context: { ended: 3 } });
  });
});

describe('Udpif.ukeys()', () => {
  it('are members of the actor system that can be found, followed and seen to end', () => {
    const bench = createBench({ revalidators: 3 });
    install(bench, 20);
    const ukeys = [...bench.udpif.ukeys()];
    expect(ukeys).toHaveLength(20);
    const [first] = bench.dpif.operations('put');
    const ukey = first && bench.udpif.ukey(first.key);
    expect(ukey?.system).toBe(bench.udpif.actor.system);
    expect(ukey?._parent?._parent).toBe(bench.udpif.actor);
    const seen: string[] = [];
    ukey?.subscribe({
      next: ({ value }) => seen.push(value),
      complete: () => seen.push('complete'),
    });
    runCycle(bench);
    bench.clock.advance(11_000);
    expect([...new Set(seen)]).toEqual([
      'operational',
      'evicting',
      'evicted',
      'deleted',
      'complete',
    ]);
    expect(bench.udpif.status().ukeys).toBe(0);
  });

  it('are seen by an inspector that is attached from the start', () => {
    const seen: string[] = [];
    const inspect = (event: InspectionEvent): void => {
      if (event.type === '@xstate.actor') seen.push('an actor');
      if (event.type === '@xstate.event') seen.push(event.event.type);
    };
    const bench = createBench({ inspect: { observer: inspect, ukeys: 'all' } });
    const before = seen.length;
    install(bench, 1);
    const fromPut = seen.slice(before).filter((type) => /an actor|^(ukey|put)/.test(type));
    expect(fromPut).toEqual(['an actor', 'ukey.install', 'put.succeeded']);
  });

  it('show an inspector each event of their lives by its name', () => {
    const seen: string[] = [];
    const inspect = (event: InspectionEvent): void => {
      if (event.type === '@xstate.event') seen.push(event.event.type);
    };
    const bench = createBench({ inspect: { observer: inspect, ukeys: 'all' } });
    const since = (before: number) =>
      seen.slice(before).filter((type) => /^(ukey|put|flow|dump|deletion|modify)\./.test(type));
    bench.dpif.failures.push({ type: 'put', error: 'ENOSPC' });
    install(bench, 2);
    runCycle(bench);
    expect(since(0)).toEqual([
      'ukey.install',
      'ukey.install',
      'put.failed',
      'put.succeeded',
      'flow.keep',
      'ukey.sweep',
    ]);
    let before = seen.length;
    bench.dpif.timesDumped = () => 0;
    runCycle(bench);
    bench.dpif.timesDumped = () => 1;
    bench.translator.answer = () => ({ actions: [] });
    revalidate(bench);
    expect(since(before)).toEqual(['dump.missed', 'flow.modify']);
    before = seen.length;
    bench.clock.advance(11_000);
    const end = ['flow.keep', 'flow.delete', 'deletion.succeeded', 'ukey.sweep'];
    expect(since(before).slice(-4)).toEqual(end);
    before = seen.length;
    bench.dpif.plant(flowOf(3));
    runCycle(bench);
    expect(since(before)).toEqual(['ukey.install', 'flow.dumped', 'flow.keep']);
  });
});
