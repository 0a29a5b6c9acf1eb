import { describe, expect, it } from 'vitest';
import { ovs23Profile } from '../../src/machines/profile-2014.js';
import { output } from './fake-translator.js';
import { type Bench, createBench, flowOf, revalidate, runCycle } from './udpif-bench.js';

const fail = (): never => {
  throw new Error('not ours');
};

function install(bench: Bench, ...ids: number[]): void {
  for (const id of ids) bench.dpif.miss(flowOf(id));
  bench.clock.runDue();
}

describe('a translator that throws', () => {
  it('costs the one upcall, which is counted', () => {
    const bench = createBench({ isObserved: true });
    bench.translator.answer = (flow) => (flow[125] === 2 ? fail() : { actions: output(2) });
    install(bench, 1, 2, 3);
    expect(bench.dpif.flows.size).toBe(2);
    expect(bench.translator.credited.packets).toBe(2);
    expect(bench.udpif.status().uncredited.translator).toEqual({ packets: 1, bytes: 60 });
    expect(bench.coverage.read('upcall_translator_fault')).toBe(1);
    expect(bench.logged).toMatchObject([
      {
        level: 'error',
        message: 'code from outside the slow path threw',
        fields: { where: 'translator' },
      },
    ]);
    const told = bench.records.filter(({ type }) => type === 'fault' || type === 'uncredited');
    expect(told).toMatchObject([
      { type: 'fault', where: 'translator' },
      { type: 'uncredited', cause: 'translator', packets: 1, bytes: 60 },
    ]);
  });

  it('costs the key that it would not receive', () => {
    const bench = createBench();
    bench.translator.receive = fail;
    install(bench, 1);
    expect(bench.udpif.status().uncredited.invalid.packets).toBe(1);
    expect(bench.logged).toMatchObject([{ fields: { where: 'translator' } }]);
  });

  it('costs nothing where its cache will not be cleared, or has nothing to learn again', () => {
    for (const relearn of [undefined, fail]) {
      const bench = createBench({ profile: ovs23Profile, initial: { maxIdle: 1_100 } });
      bench.translator.isNetflowOn = true;
      const pushes: boolean[] = [];
      const cache = {
        push: (_: object, mayLearn: boolean) => void pushes.push(mayLearn),
        clear: fail,
      };
      bench.translator.createCache = () => (relearn === undefined ? cache : { ...cache, relearn });
      install(bench, 1);
      for (let hits = 0; hits < 2; hits++) {
        bench.dpif.hit(flowOf(1), 2);
        runCycle(bench);
      }
      bench.clock.advance(5_000);
      expect(bench.dpif.flows.size).toBe(0);
      expect(pushes).toEqual([true]);
      const faults = bench.coverage.read('upcall_push_fault');
      expect(faults).toBe(relearn === undefined ? 1 : 2);
      for (const { fields } of bench.logged) expect(fields).toMatchObject({ where: 'push' });
    }
  });

  it('costs the flow that is looked at, whose counters are known', () => {
    const bench = createBench();
    install(bench, 1);
    bench.dpif.hit(flowOf(1), 3);
    bench.translator.answer = fail;
    revalidate(bench);
    expect(bench.udpif.status()).toMatchObject({
      ukeys: 0,
      deleted: { xlation_error: 1 },
      uncredited: { push: { packets: 3, bytes: 180 } },
    });
  });

  it('costs the delta that it would not take', () => {
    const bench = createBench();
    install(bench, 1);
    bench.translator.onPush = fail;
    bench.dpif.hit(flowOf(1), 3);
    runCycle(bench);
    bench.translator.onPush = () => {};
    bench.dpif.hit(flowOf(1), 2);
    runCycle(bench);
    expect(bench.translator.credited.packets).toBe(3);
    expect(bench.udpif.status().uncredited.push.packets).toBe(3);
    expect(bench.coverage.read('upcall_push_fault')).toBe(1);
  });

  it('costs nothing where it only takes samples', () => {
    const bench = createBench();
    bench.translator.telemetry = { ipfix: { bridgeSample: fail, flowSample: fail } };
    bench.dpif.action(flowOf(1), { type: 'ipfix' });
    install(bench, 1);
    expect(bench.dpif.flows.size).toBe(1);
    expect(bench.coverage.read('upcall_telemetry_fault')).toBe(1);
  });
});

describe('a subscriber that throws', () => {
  it('is reported and loses nothing, for itself or others', () => {
    const bench = createBench();
    const seen: string[] = [];
    bench.udpif.events.subscribe(fail);
    bench.udpif.events.subscribe(({ type }) => seen.push(type));
    install(bench, 1);
    expect(seen).toEqual(['upcall', 'batch', 'put']);
    expect(bench.coverage.read('upcall_event_fault')).toBe(3);
    expect(bench.dpif.flows.size).toBe(1);
  });

  it('of a ukey is reported too', () => {
    const bench = createBench();
    install(bench, 1);
    const [ukey] = bench.udpif.ukeys();
    ukey?.subscribe(fail);
    runCycle(bench);
    expect(bench.coverage.read('upcall_ukey_fault')).toBeGreaterThan(0);
    expect(ukey?.getSnapshot().value).toBe('operational');
  });
});

describe('Udpif.events', () => {
  it('tells the whole life of a flow', () => {
    const bench = createBench({ isObserved: true, initial: { maxIdle: 600 } });
    install(bench, 1);
    bench.clock.advance(1_000);
    const types = bench.records.map(({ type }) => type);
    expect(types).toEqual([
      'cycle.start',
      'cycle.done',
      'upcall',
      'batch',
      'put',
      'cycle.start',
      'verdict',
      'cycle.done',
      'cycle.start',
      'verdict',
      'delete',
      'cycle.done',
    ]);
    expect(bench.records.at(-2)).toMatchObject({ reason: 'flow_idle', stats: { packets: 0 } });
  });

  it('tells of a cycle what reval_monitor shows', () => {
    const bench = createBench({ isObserved: true });
    install(bench, 1, 2);
    revalidate(bench);
    expect(bench.records.at(-1)).toMatchObject({
      type: 'cycle.done',
      cycle: 2,
      flows: 0,
      flowsDumped: 2,
      flowsRevalidated: 2,
      flowsMaximum: 0,
      flowLimit: 10_000,
      durationMs: 1,
      intervalMs: 500,
    });
  });
});
