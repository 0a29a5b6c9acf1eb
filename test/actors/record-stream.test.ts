import { describe, expect, it } from 'vitest';
import type { Interest } from '../../src/actors/record-stream.js';
import type { UdpifRecord } from '../../src/actors/udpif-event.js';
import { ovs23Profile } from '../../src/machines/profile-2014.js';
import { currentProfile } from '../../src/machines/profiles.js';
import { NW_DST } from '../../src/packet/flow-layout.js';
import { output } from './fake-translator.js';
import { type Bench, createBench, flowOf, revalidate, runCycle, START } from './udpif-bench.js';

const NEWS: Interest = { verdicts: 'news', traces: true };

type Of<Type extends UdpifRecord['type']> = Extract<UdpifRecord, { type: Type }>;

function listen({ udpif }: Bench, interest: Interest) {
  const records: UdpifRecord[] = [];
  const subscription = udpif.observe(interest).subscribe((record) => records.push(record));
  const of = <Type extends UdpifRecord['type']>(type: Type): Of<Type>[] =>
    records.filter((record): record is Of<Type> => record.type === type);
  return { records, of, end: () => subscription.unsubscribe() };
}

function miss({ dpif, clock }: Bench, ...ids: readonly number[]): void {
  for (const id of ids) dpif.miss(flowOf(id));
  clock.runDue();
}

describe('Udpif.observe()', () => {
  it('tells an upcall, its translation, its put and its batch by one number', () => {
    const bench = createBench();
    const { records, of } = listen(bench, NEWS);
    miss(bench, 1, 2);
    expect(records.map(({ type }) => type)).toEqual([
      ...['upcall', 'upcall', 'xlate', 'xlate', 'batch', 'put', 'put'],
    ]);
    expect(of('upcall').map(({ number }) => number)).toEqual([1, 2]);
    expect(of('xlate').map(({ upcalls }) => upcalls)).toEqual([[1], [2]]);
    expect(of('put').map(({ upcall }) => upcall)).toEqual([1, 2]);
    expect(of('batch')).toMatchObject([{ upcalls: 2, numbers: [1, 2], operations: 4 }]);
  });

  it('tells of a batch the upcalls of that one', () => {
    const bench = createBench();
    const { of } = listen(bench, NEWS);
    miss(bench, 1, 2);
    miss(bench, 3);
    expect(of('batch').map(({ numbers }) => numbers)).toEqual([[1, 2], [3]]);
  });

  it('tells a translation that upcalls share once, and the put by its first', () => {
    const bench = createBench({ profile: ovs23Profile });
    bench.translator.answer = (flow) => ({ actions: output(10 + (flow[NW_DST] ?? 0)) });
    const { of } = listen(bench, NEWS);
    miss(bench, 1, 2, 1);
    const told = of('xlate').toSorted((a, b) => b.upcalls.length - a.upcalls.length);
    expect(told).toMatchObject([
      { upcalls: [1, 3], actions: output(11) },
      { upcalls: [2], actions: output(12) },
    ]);
    expect(of('put').map(({ upcall }) => upcall)).toEqual([1, 2]);
  });

  it.each([currentProfile, ovs23Profile])('tells a translation that threw, in $name', (profile) => {
    const bench = createBench({ profile });
    bench.translator.answer = () => {
      throw new Error('out of order');
    };
    const { of } = listen(bench, NEWS);
    miss(bench, 1);
    expect(of('xlate')).toMatchObject([{ upcalls: [1], slow: 0, error: 'the translator threw' }]);
    expect(bench.dpif.batches.flat()).toEqual([]);
  });

  it('numbers the drop flow of a packet that no bridge wants', () => {
    const bench = createBench();
    const { of } = listen(bench, NEWS);
    bench.dpif.miss(flowOf(1, 0));
    bench.clock.runDue();
    expect(of('put')).toMatchObject([{ upcall: 1, actions: [] }]);
  });

  it("measures with the observer's stopwatch", () => {
    let us = 0;
    const bench = createBench();
    const { of } = listen(bench, { ...NEWS, stopwatch: () => us++ });
    miss(bench, 1);
    expect(of('xlate')[0]?.us).toBe(1);
    expect(of('batch')[0]?.us).toEqual([1, 3, 1]);
  });

  it('measures with the stopwatch of the first who has one and is still there', () => {
    const bench = createBench();
    const ticking = (step: number) => {
      let us = 0;
      return () => {
        us += step;
        return us;
      };
    };
    const { of } = listen(bench, NEWS);
    const first = listen(bench, { ...NEWS, stopwatch: ticking(10) });
    listen(bench, { ...NEWS, stopwatch: ticking(7) });
    miss(bench, 1);
    first.end();
    miss(bench, 2);
    expect(of('xlate').map(({ us }) => us)).toEqual([10, 7]);
  });

  it('measures nothing without one', () => {
    const bench = createBench();
    const { of } = listen(bench, NEWS);
    miss(bench, 1);
    expect([of('xlate')[0]?.us, of('batch')[0]?.us]).toEqual([0, undefined]);
  });

  it('tells of verdicts only what is new, and counts the rest', () => {
    const bench = createBench();
    miss(bench, 1, 2, 3);
    const { of } = listen(bench, NEWS);
    bench.dpif.hit(flowOf(2), 5);
    runCycle(bench);
    expect(of('verdicts')).toMatchObject([
      { phase: 'dump', verdicts: ['keep'], packets: [5], bytes: [300], unchanged: 2 },
    ]);
    expect(of('verdicts')[0]?.used).toEqual([START]);
    runCycle(bench);
    expect(of('verdicts')[1]).toMatchObject({ keys: [], unchanged: 3 });
    expect(of('verdict')).toEqual([]);
  });

  it('tells what is new where there is nothing else to count', () => {
    const bench = createBench();
    miss(bench, 1);
    const { of } = listen(bench, NEWS);
    bench.dpif.hit(flowOf(1), 5);
    runCycle(bench);
    expect(of('verdicts')).toMatchObject([{ verdicts: ['keep'], packets: [5], unchanged: 0 }]);
  });

  it.each([currentProfile, ovs23Profile])(
    'counts what is merely kept once a phase, not once a batch, in $name',
    (profile) => {
      const bench = createBench({ profile });
      for (let id = 1; id <= 120; id++) bench.dpif.miss(flowOf(id));
      bench.clock.runDue();
      runCycle(bench);
      const { of } = listen(bench, { verdicts: 'changes', traces: false });
      runCycle(bench);
      expect(of('verdicts')).toMatchObject([{ phase: 'dump', keys: [], unchanged: 120 }]);
    },
  );

  it('ends when the udpif is destroyed', () => {
    const bench = createBench();
    let isComplete = false;
    bench.udpif.observe(NEWS).subscribe({
      complete: () => {
        isComplete = true;
      },
    });
    bench.udpif.destroy();
    bench.clock.runDue();
    expect(isComplete).toBe(true);
  });

  it('leaves moved counters out where only changes are wanted', () => {
    const bench = createBench({ initial: { maxIdle: 600 } });
    miss(bench, 1, 2);
    const { of } = listen(bench, { verdicts: 'changes', traces: false });
    bench.dpif.hit(flowOf(2), 5);
    runCycle(bench);
    expect(of('verdicts')).toMatchObject([{ keys: [], unchanged: 2 }]);
    bench.dpif.hit(flowOf(2), 1);
    runCycle(bench);
    expect(of('verdicts')[1]).toMatchObject({ verdicts: ['flow_idle'], unchanged: 1 });
  });

  it('finds moved counters in profile ovs-2.3 too', () => {
    const bench = createBench({ profile: ovs23Profile });
    miss(bench, 1, 2);
    const { of } = listen(bench, NEWS);
    bench.dpif.hit(flowOf(2), 5);
    runCycle(bench);
    expect(of('verdicts')).toMatchObject([{ verdicts: ['keep'], packets: [5], unchanged: 1 }]);
  });

  it('tells what the sweep of ovs-2.3 makes of flows that the dump missed', () => {
    const bench = createBench({ profile: ovs23Profile });
    miss(bench, 1, 2);
    runCycle(bench);
    bench.dpif.timesDumped = () => 0;
    bench.dpif.hit(flowOf(2), 5);
    const { of } = listen(bench, NEWS);
    revalidate(bench);
    expect(of('verdicts')).toMatchObject([
      { phase: 'sweep', verdicts: ['keep'], packets: [5], unchanged: 1 },
    ]);
  });

  it.each([currentProfile, ovs23Profile])(
    'counts once a sweep what it merely kept, in $name',
    (profile) => {
      const bench = createBench({ profile });
      miss(bench, ...Array.from({ length: 120 }, (_, i) => i + 1));
      runCycle(bench);
      bench.dpif.timesDumped = () => 0;
      const { of } = listen(bench, { verdicts: 'changes', traces: false });
      revalidate(bench);
      expect(of('verdicts')).toMatchObject([{ phase: 'sweep', keys: [], unchanged: 120 }]);
    },
  );

  it('gives each observer what it asked for', () => {
    const bench = createBench();
    const each = listen(bench, { verdicts: 'each', traces: false });
    const none = listen(bench, { verdicts: 'none', traces: false });
    const news = listen(bench, NEWS);
    miss(bench, 1);
    runCycle(bench);
    expect([each.of('verdict').length, each.of('verdicts').length]).toEqual([1, 0]);
    expect([none.of('verdict').length, none.of('verdicts').length]).toEqual([0, 0]);
    expect([news.of('verdict').length, news.of('verdicts').length]).toEqual([0, 1]);
    expect([each, none, news].map(({ of }) => of('xlate').length)).toEqual([0, 0, 1]);
  });

  it('tells why answers may have changed, once a turn and reason', () => {
    const bench = createBench();
    const { of } = listen(bench, NEWS);
    bench.udpif.revalidate('flow_table');
    bench.udpif.revalidate('flow_table');
    bench.udpif.revalidate('reconfigure');
    bench.clock.runDue();
    expect(of('change').map(({ reason }) => reason)).toEqual(['flow_table', 'reconfigure']);
  });

  it('tells the counters that a flow was judged by', () => {
    const bench = createBench();
    miss(bench, 1);
    const { of } = listen(bench, { verdicts: 'each', traces: false });
    bench.dpif.hit(flowOf(1), 3);
    revalidate(bench);
    expect(of('verdict')).toMatchObject([{ verdict: 'keep', packets: 3 }]);
  });

  it('leaves nothing behind when all have gone', () => {
    const bench = createBench();
    const first = listen(bench, NEWS);
    const second = listen(bench, { ...NEWS, stopwatch: () => 0 });
    first.end();
    expect(bench.udpif.isObserved).toBe(true);
    second.end();
    expect(bench.udpif.isObserved).toBe(false);
    miss(bench, 1);
    expect(first.records).toEqual([]);
  });
});
