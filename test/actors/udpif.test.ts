import { describe, expect, it } from 'vitest';
import type { InspectionEvent } from 'xstate';
import { setFlowLimit, showUpcall, switchMegaflows } from '../../src/actors/udpif-show.js';
import { type Bench, createBench, flowOf, revalidate, runCycle } from './udpif-bench.js';

const callsOf = ({ dpif }: Bench): string[] =>
  dpif.calls.filter((call) => /^(handlersSet|flush)/.test(call));

function install(bench: Bench, count: number): void {
  for (let id = 1; id <= count; id++) bench.dpif.miss(flowOf(id));
  bench.clock.runDue();
}

describe('createUdpif()', () => {
  it.each([
    [200_000, 10_000],
    [9_999, 9_999],
    [0, 0],
  ])('starts a limit of %i at %i (U-002, S11)', (flowLimit, expected) => {
    const bench = createBench({ isStarted: false, initial: { flowLimit } });
    expect(bench.udpif.status().flowLimit).toBe(expected);
  });

  it('starts no thread and has counted nothing (U-003)', () => {
    const { udpif } = createBench({ isStarted: false });
    expect(udpif.actor.getSnapshot().value).toBe('stopped');
    expect([...udpif.actorTree().children()]).toEqual([]);
    expect(udpif.status()).toMatchObject({
      flowsMaximum: 0,
      flowsAverage: 0,
      dumpDurationMs: 0,
      cycles: 0,
      ukeys: 0,
    });
  });

  it('takes new settings without a restart (U-004)', () => {
    const bench = createBench();
    install(bench, 1);
    bench.clock.advance(3_000);
    bench.settings.maxIdle = 2_000;
    bench.settings.flowLimit = 77;
    runCycle(bench);
    expect(bench.dpif.flows.size).toBe(0);
    expect(bench.udpif.status()).toMatchObject({ flowLimit: 77, deleted: { flow_idle: 1 } });
  });
});

describe('Udpif.setThreads()', () => {
  it('refuses zero (U-006)', () => {
    const { udpif } = createBench();
    expect(() => udpif.setThreads(0, 1)).toThrow('Cannot set threads: 0 handlers');
    expect(() => udpif.setThreads(1, 0)).toThrow('at least 1');
  });

  it('does nothing where the counts are in force (U-007)', () => {
    const bench = createBench();
    install(bench, 1);
    bench.udpif.setThreads(1, 1);
    bench.clock.runDue();
    expect(callsOf(bench)).toEqual(['handlersSet 1']);
    expect(bench.dpif.flows.size).toBe(1);
  });

  it('stops with a purge, sets the handlers once and starts again (U-008, U-014, U-015)', () => {
    const bench = createBench();
    install(bench, 3);
    bench.dpif.hit(flowOf(1), 4);
    const { cycles } = bench.udpif.status();
    bench.udpif.setThreads(2, 3);
    bench.clock.runDue();
    expect(callsOf(bench)).toEqual(['handlersSet 1', 'handlersSet 2']);
    expect(bench.dpif.flows.size).toBe(0);
    expect(bench.translator.credited.packets).toBe(7);
    expect(bench.udpif.status().cycles).toBeGreaterThanOrEqual(cycles);
    const ids = [...bench.udpif.actorTree().children()].map(({ actor }) => actor.id);
    expect(ids).toEqual([
      'handler-0',
      'handler-1',
      'barrier',
      'leader',
      'revalidator-1',
      'revalidator-2',
      'ukeys-0',
      'ukeys-1',
      'ukeys-2',
    ]);
  });

  it('logs a refusal and tries again the next time (U-009)', () => {
    const bench = createBench({ isStarted: false });
    bench.dpif.handlersError = 'EINVAL';
    bench.udpif.setThreads(1, 1);
    bench.clock.runDue();
    const text = 'failed to configure handlers in dpif fake@fake: EINVAL';
    expect(bench.logged).toMatchObject([{ level: 'error', message: text }]);
    expect(bench.udpif.actor.getSnapshot().value).toBe('stopped');
    bench.dpif.handlersError = undefined;
    bench.udpif.setThreads(1, 1);
    bench.clock.runDue();
    expect(bench.udpif.status().cycles).toBe(1);
  });
});

describe('Udpif stopping', () => {
  it('ends handlers, then revalidators, then purges, then is done (U-012, S10)', () => {
    const bench = createBench({ isObserved: true });
    install(bench, 2);
    const states: unknown[] = [];
    bench.udpif.actor.subscribe(({ value }) => states.push(value));
    bench.udpif.destroy();
    bench.clock.runDue();
    const order = states.map((value) => JSON.stringify(value));
    expect(order.indexOf('{"stopping":"revalidators"}')).toBeLessThan(order.indexOf('"purging"'));
    expect(order.at(-1)).toBe('"destroyed"');
    expect(bench.dpif.flows.size).toBe(0);
    expect(bench.clock.nextDeadline()).toBeUndefined();
  });

  it('does nothing to a udpif that does not run (U-013, U-021)', () => {
    const bench = createBench({ isStarted: false });
    bench.dpif.plant(flowOf(1));
    bench.udpif.synchronize();
    bench.udpif.flush();
    bench.clock.runDue();
    expect(callsOf(bench)).toEqual(['flush']);
    bench.udpif.destroy();
    expect(bench.udpif.actor.getSnapshot().status).toBe('done');
  });

  it('deletes 120 flows once each, in 3 operations of at most 50 (U-016, U-018, S18)', () => {
    const bench = createBench();
    install(bench, 120);
    bench.dpif.hit(flowOf(7), 5);
    const before = bench.dpif.batches.length;
    bench.udpif.synchronize();
    bench.clock.runDue();
    const sizes = bench.dpif.batches.slice(before).map(({ length }) => length);
    expect(sizes).toEqual([50, 50, 20]);
    expect(bench.translator.credited.packets).toBe(125);
    expect(bench.udpif.status().deleted).toEqual({ purge: 120 });
  });

  it('frees a ukey whose flow is gone without an operation (U-017)', () => {
    const bench = createBench();
    bench.dpif.failures.push({ type: 'put', error: 'ENOSPC' });
    install(bench, 1);
    bench.udpif.synchronize();
    bench.clock.runDue();
    expect(bench.dpif.operations('delete')).toEqual([]);
    expect(bench.udpif.status().ukeys).toBe(0);
  });

  it('pushes counters once of a flow that outlives a restart (B-02, S1)', () => {
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

describe('Udpif.flush()', () => {
  it('stops, flushes once and starts with the same counts (U-019, U-020)', () => {
    const bench = createBench({ handlers: 2 });
    install(bench, 2);
    bench.dpif.hit(flowOf(1), 3);
    bench.udpif.flush();
    bench.clock.runDue();
    expect(callsOf(bench)).toEqual(['handlersSet 2', 'flush']);
    expect(bench.udpif.actor.getSnapshot().value).toEqual({ running: 'cycling' });
    // Ukeys are made with the put, so a flush destroys no counters any more (B-01).
    expect(bench.translator.credited.packets).toBe(5);
  });
});

describe('Udpif.synchronize()', () => {
  it('restarts all with the same counts and deletes what has ukeys (U-022)', () => {
    const bench = createBench();
    install(bench, 1);
    const before = [...bench.udpif.actorTree().children()].map(({ actor }) => actor);
    bench.udpif.synchronize();
    bench.clock.runDue();
    expect(before.every((actor) => actor.getSnapshot().status === 'done')).toBe(true);
    expect(callsOf(bench)).toEqual(['handlersSet 1']);
    expect(bench.dpif.flows.size).toBe(0);
    expect([...bench.udpif.actorTree().children()]).toHaveLength(4);
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

describe('Udpif.addMemoryUsage()', () => {
  it('adds threads and ukeys, and no ukeys where nothing runs (U-023)', () => {
    const usage = new Map([['handlers', 1]]);
    const bench = createBench({ handlers: 2, revalidators: 2 });
    install(bench, 3);
    bench.udpif.addMemoryUsage(usage);
    expect([...usage]).toEqual([
      ['handlers', 3],
      ['revalidators', 2],
      ['udpif keys', 3],
    ]);
    const none = new Map<string, number>();
    createBench({ isStarted: false }).udpif.addMemoryUsage(none);
    expect([...none.keys()]).toEqual(['handlers', 'revalidators']);
  });
});

describe('Udpif.revalidate()', () => {
  it('shows its counters at once (U-076)', () => {
    const bench = createBench();
    install(bench, 1);
    bench.dpif.miss(flowOf(1));
    bench.clock.runDue();
    expect(bench.coverage.toJSON()).toEqual({ handler_duplicate_upcall: 1 });
  });

  it('counts its reasons once a turn and makes one cycle (U-024, L2)', () => {
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

describe('showUpcall()', () => {
  it('prints what 3.1 prints, a row for each running revalidator (U-147, U-149, B-14, S22)', () => {
    const bench = createBench({ handlers: 2, revalidators: 2 });
    install(bench, 3);
    revalidate(bench);
    const keys = [...bench.udpif.actorTree().children()]
      .filter(({ actor }) => actor.id.startsWith('ukeys'))
      .map(({ children }) => [...children()].length);
    bench.clock.advance(101);
    expect(showUpcall([bench.udpif])).toBe(
      [
        'fake@fake:',
        '  flows         : (current 3) (avg 0) (max 0) (limit 10000)',
        '  dump duration : 1ms',
        '  ufid enabled : true',
        '',
        `  3: (keys ${keys[0]})`,
        `  4: (keys ${keys[1]})`,
        '',
      ].join('\n'),
    );
    expect((keys[0] ?? 0) + (keys[1] ?? 0)).toBe(3);
  });

  it('reads the number of flows through its cache (U-148)', () => {
    const bench = createBench();
    bench.clock.advance(101);
    const asked = bench.dpif.calls.length;
    showUpcall([bench.udpif]);
    showUpcall([bench.udpif]);
    expect(bench.dpif.calls.slice(asked)).toEqual(['getStats']);
  });

  it('shows nothing at first, then each udpif in order of creation (U-001, U-005, B-21)', () => {
    expect(showUpcall([])).toBe('');
    const udpifs = [createBench().udpif, createBench({ isStarted: false }).udpif];
    expect(showUpcall(udpifs).match(/fake@fake/g)).toHaveLength(2);
  });
});

describe('switchMegaflows()', () => {
  it('flushes every udpif and says so (U-150)', () => {
    const benches = [createBench(), createBench()];
    for (const bench of benches) install(bench, 1);
    const udpifs = benches.map(({ udpif }) => udpif);
    expect(switchMegaflows(udpifs, false)).toBe('megaflows disabled');
    for (const bench of benches) {
      bench.clock.runDue();
      expect(callsOf(bench)).toEqual(['handlersSet 1', 'flush']);
      install(bench, 1);
      expect(bench.dpif.operations('put').at(-1)?.mask).toBeUndefined();
    }
    expect(switchMegaflows(udpifs, true)).toBe('megaflows enabled');
  });
});

describe('setFlowLimit()', () => {
  it.each([
    ['12', 12],
    ['-1', 4_294_967_295],
    ['abc', 0],
  ])('takes "%s" for %i (U-151)', (text, expected) => {
    const { udpif } = createBench();
    expect(setFlowLimit([udpif], [text])).toBe(`set flow_limit to ${expected}`);
    expect(udpif.status().flowLimit).toBe(expected);
  });

  it('is not lost where a cycle is under way (U-092, B-08)', () => {
    const bench = createBench({ initial: { maxIdle: 600 } });
    install(bench, 1);
    bench.dpif.isLate = true;
    bench.clock.advance(1_000);
    expect(bench.dpif.flows.size).toBe(1);
    setFlowLimit([bench.udpif], ['4321']);
    bench.dpif.answer();
    bench.clock.runDue();
    expect(bench.dpif.flows.size).toBe(0);
    expect(bench.udpif.status()).toMatchObject({ flowLimit: 4_321, cycles: 3 });
  });

  it('wants an argument (U-151)', () => {
    expect(() => setFlowLimit([], [])).toThrow(
      '"upcall/set-flow-limit" command requires at least 1 arguments',
    );
  });

  it('lets nothing in at 0, until the next cycle makes it 1000 (U-152)', () => {
    const bench = createBench();
    install(bench, 1);
    setFlowLimit([bench.udpif], ['0']);
    bench.clock.advance(101);
    bench.dpif.miss(flowOf(2));
    bench.clock.runDue();
    expect(bench.dpif.flows.size).toBe(1);
    runCycle(bench);
    expect(bench.dpif.flows.size).toBe(0);
    expect(bench.udpif.status()).toMatchObject({ flowLimit: 1_000, deleted: { flow_limit: 1 } });
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
    const bench = createBench({ inspect });
    const before = seen.length;
    install(bench, 1);
    const fromPut = seen.slice(before).filter((type) => /an actor|^(ukey|put)/.test(type));
    expect(fromPut).toEqual(['an actor', 'ukey.install', 'put.succeeded']);
  });
});
