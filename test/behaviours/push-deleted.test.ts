/** Rows of behaviours.md 2.12: pushing the statistics of deleted flows. */

import { describe, expect, it } from 'vitest';
import { instant } from '../../src/base/brands.js';
import { asUnsigned } from '../../src/machines/stats-delta.js';
import { type Bench, createBench, flowOf, runCycle } from '../actors/udpif-bench.js';
import {
  type CreateBench,
  create2014,
  describeProfiles,
  goToCycle,
  installAndDump,
  setCounters,
} from './rows.js';

/** One flow with its ukey, whose cache was filled by a packet. */
function createHit(create: CreateBench): Bench {
  const bench = create({ isObserved: true });
  installAndDump(bench, 1);
  bench.dpif.hit(flowOf(1), 1, 100, 1);
  runCycle(bench);
  forget(bench);
  return bench;
}

function forget({ translator }: Bench): void {
  translator.requests.length = 0;
  translator.pushes.length = 0;
  translator.receives = 0;
}

/** Has all flows deleted by the next dump; nothing of them is translated before. */
function deleteAll(bench: Bench): void {
  goToCycle(bench);
  bench.udpif.setFlowLimit(0);
  bench.clock.shift(101);
  bench.clock.advance(1);
}

describeProfiles('a deleted flow', (create) => {
  it('U-141: has pushed what it counted since, the later use and all flags', () => {
    const bench = createHit(create);
    const used = instant(bench.clock.now() + 3);
    setCounters(bench, flowOf(1), { packets: 4, bytes: 350, used, tcpFlags: 2 });
    deleteAll(bench);
    expect(bench.translator.pushes).toEqual([{ packets: 3, bytes: 250, used, tcpFlags: 3 }]);
  });

  it('U-141: has pushed the cached use where that is the later one', () => {
    const bench = createHit(create);
    const used = bench.dpif.flow(flowOf(1))?.stats.used;
    setCounters(bench, flowOf(1), { packets: 4, used: instant(5) });
    deleteAll(bench);
    expect(bench.translator.pushes).toMatchObject([{ packets: 3, used }]);
  });

  it('U-142: that counted nothing costs nothing where there is no NetFlow', () => {
    const bench = createHit(create);
    deleteAll(bench);
    expect(bench.dpif.flows.size).toBe(0);
    expect(bench.translator.pushes).toEqual([]);
    expect(bench.translator.receives).toBe(0);
  });

  it('U-143: is pushed once through its cache, NetFlow being closed when the ukey goes', () => {
    const bench = createHit(create);
    const order: string[] = [];
    const clears = bench.translator.clears;
    let closed = 0;
    bench.translator.telemetry = { netflow: { flowClear: () => void closed++ } };
    bench.translator.onPush = () => order.push(`push, ${bench.translator.clears - clears} clears`);
    bench.dpif.hit(flowOf(1), 2, 200);
    deleteAll(bench);
    expect(order).toEqual(['push, 0 clears']);
    expect(bench.translator.clears - clears).toBe(1);
    expect(bench.translator.requests).toEqual([]);
    expect(closed).toBe(0);
  });

  it('U-144: without a cache is translated once, for side effects, its record closed', () => {
    const bench = create();
    installAndDump(bench, 1);
    forget(bench);
    let closed = 0;
    bench.translator.telemetry = { netflow: { flowClear: () => void closed++ } };
    bench.dpif.hit(flowOf(1), 2, 200, 1);
    deleteAll(bench);
    expect(bench.translator.requests).toMatchObject([
      {
        stats: { packets: 2, bytes: 200, tcpFlags: 1 },
        mayLearn: true,
        skipWildcards: true,
        packet: undefined,
        hasCache: false,
      },
    ]);
    expect(bench.translator.pushes).toEqual([]);
    expect(closed).toBe(1);
    expect(bench.udpif.status().uncredited.push.packets).toBe(0);
  });

  it('U-144: without a cache and without a bridge is credited to nobody', () => {
    const bench = create();
    installAndDump(bench, 1);
    forget(bench);
    bench.dpif.hit(flowOf(1), 2);
    bench.translator.unknownPorts.add(1);
    deleteAll(bench);
    expect(bench.translator.requests).toEqual([]);
    expect(bench.translator.credited.packets).toBe(1);
    expect(bench.udpif.status().ukeys).toBe(0);
  });
});

describe('a deleted flow in current', () => {
  it('U-145 in current: that was gone has nothing pushed, and is told of', () => {
    const bench = createHit(createBench);
    const { credited } = bench.translator;
    const before = credited.packets;
    goToCycle(bench);
    bench.dpif.failures.push({ type: 'delete', error: 'ENOENT' });
    deleteAll(bench);
    expect(credited.packets).toBe(before);
    expect(bench.translator.pushes).toEqual([]);
    const base = expect.objectContaining({ packets: 1, bytes: 100 });
    expect(bench.records).toContainEqual(expect.objectContaining({ type: 'lost', base }));
    expect(bench.udpif.status().ukeys).toBe(0);
  });

  it.each(['EBUSY', 'EINVAL', 'EIO'] as const)(
    'U-145 in current: that could not be deleted (%s) keeps its base and is tried again',
    (error) => {
      const bench = createHit(createBench);
      bench.dpif.hit(flowOf(1), 4);
      bench.dpif.failures.push({ type: 'delete', error });
      deleteAll(bench);
      expect(bench.translator.pushes).toEqual([]);
      expect(bench.udpif.status()).toMatchObject({ ukeys: 1, deleted: {} });
      bench.udpif.setFlowLimit(10_000);
      runCycle(bench);
      expect(bench.translator.pushes).toMatchObject([{ packets: 4 }]);
      deleteAll(bench);
      expect(bench.dpif.flows.size).toBe(0);
      expect(bench.translator.credited.packets).toBe(6);
    },
  );

  it('U-145 in current: of another life than its ukey has nothing negative pushed', () => {
    const bench = createHit(createBench);
    setCounters(bench, flowOf(1), { packets: 0, bytes: 0 });
    deleteAll(bench);
    expect(bench.translator.pushes).toEqual([]);
    expect(bench.translator.credited.packets).toBe(2);
  });

  it('U-146 in current: that counted nothing costs nothing, NetFlow or not', () => {
    const bench = createHit(createBench);
    bench.translator.isNetflowOn = true;
    deleteAll(bench);
    expect(bench.dpif.flows.size).toBe(0);
    expect(bench.translator.pushes).toEqual([]);
    expect(bench.translator.requests).toEqual([]);
  });
});

describe('a deleted flow in ovs-2.3', () => {
  it.each(['ENOENT', 'EBUSY'] as const)(
    'U-145 in ovs-2.3: has 2^64 minus what was cached pushed where that failed (%s)',
    (error) => {
      const bench = createHit(create2014);
      bench.dpif.failures.push({ type: 'delete', error });
      deleteAll(bench);
      const [push] = bench.translator.pushes;
      expect(asUnsigned(push?.packets ?? 0)).toBe(2n ** 64n - 1n);
      expect(asUnsigned(push?.bytes ?? 0)).toBe(2n ** 64n - 100n);
      expect(bench.udpif.status().ukeys).toBe(0);
    },
  );

  it('U-145 in ovs-2.3: is exact again where it survived and is dumped once more', () => {
    const bench = createHit(create2014);
    bench.dpif.hit(flowOf(1), 4);
    bench.dpif.failures.push({ type: 'delete', error: 'EBUSY' });
    deleteAll(bench);
    bench.udpif.setFlowLimit(10_000);
    runCycle(bench);
    expect(bench.translator.credited.packets).toBe(1 + 1 + 4);
  });

  it('U-146 in ovs-2.3: that counted nothing and has no cache is translated at no packets', () => {
    const bench = create2014();
    installAndDump(bench, 1);
    forget(bench);
    bench.translator.isNetflowOn = true;
    deleteAll(bench);
    const { requests } = bench.translator;
    expect(requests).toMatchObject([{ stats: undefined, mayLearn: false, skipWildcards: true }]);
  });

  it('U-146 in ovs-2.3: that counted nothing refreshes what was learned, with NetFlow', () => {
    for (const isNetflowOn of [false, true]) {
      const bench = createHit(create2014);
      bench.translator.isNetflowOn = isNetflowOn;
      deleteAll(bench);
      expect(bench.translator.relearns).toBe(isNetflowOn ? 1 : 0);
      expect(bench.translator.pushes).toEqual([]);
    }
  });
});
