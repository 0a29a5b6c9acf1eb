/** Rows of behaviours.md 2.4: the handler's loop, and reading. */

import { describe, expect, it } from 'vitest';
import { odpPort } from '../../src/base/brands.js';
import type { UserspaceCookie } from '../../src/datapath/cookie.js';
import { IN_PORT, NW_DST, TCP_FLAGS } from '../../src/packet/flow-layout.js';
import { type Bench, createBench, flowOf, START } from '../actors/udpif-bench.js';
import {
  callsOf,
  create2014,
  describeProfiles,
  install,
  messagesOf,
  sizesOf,
  slowCookie,
  typesOf,
} from './rows.js';

const ipfixCookie: UserspaceCookie = { type: 'ipfix' };
const sflowCookie: UserspaceCookie = { type: 'sflow', vlanTci: 1, output: 2 };
const sampleCookie: UserspaceCookie = {
  type: 'flow_sample',
  probability: 1,
  collectorSetId: 2,
  obsDomainId: 3,
  obsPointId: 4,
};

const readsOf = (bench: Bench): number => callsOf(bench, /^recv /).length;

/** A flow of a port that no bridge has. */
const strayFlow = (id: number) => flowOf(id, 7);

function createWithStray(create: (options?: object) => Bench, options = {}): Bench {
  const bench = create(options);
  bench.translator.unknownPorts.add(7);
  return bench;
}

describeProfiles('the loop of a handler', (create) => {
  it('U-031: handles and executes the batch it has read, and reads no more', () => {
    const bench = create();
    bench.dpif.isLate = true;
    install(bench, 1, 60);
    bench.udpif.destroy();
    bench.clock.runDue();
    expect(readsOf(bench)).toBe(50);
    bench.dpif.isLate = false;
    bench.dpif.answer();
    bench.clock.runDue();
    expect(bench.udpif.actor.getSnapshot().status).toBe('done');
    expect(readsOf(bench)).toBe(50);
    expect(bench.dpif.operations('execute')).toHaveLength(50);
  });

  it('U-031: exits at once where it waits', () => {
    const bench = create();
    bench.udpif.destroy();
    bench.clock.runDue();
    expect(bench.udpif.actor.getSnapshot().status).toBe('done');
    expect(readsOf(bench)).toBe(0);
  });

  it('U-032: reads nothing until its queue has something', () => {
    const bench = create({ handlers: 2 });
    bench.clock.advance(60_000);
    expect(readsOf(bench)).toBe(0);
    bench.dpif.miss(flowOf(1), 1);
    bench.clock.runDue();
    expect(callsOf(bench, /^recv /)).toContain('recv 1');
    expect(callsOf(bench, /^recv /)).not.toContain('recv 0');
    const reads = readsOf(bench);
    bench.clock.advance(60_000);
    expect(readsOf(bench)).toBe(reads);
  });

  it('U-034: reads 50 of 60 queued misses, operates once, and reads the rest next', () => {
    const bench = create();
    const readsAtOperate: number[] = [];
    const operate = bench.dpif.operate.bind(bench.dpif);
    bench.dpif.operate = (ops, done) => {
      readsAtOperate.push(readsOf(bench));
      operate(ops, done);
    };
    install(bench, 1, 60);
    expect(sizesOf(bench)).toEqual([100, 20]);
    expect(readsAtOperate).toEqual([50, 61]);
  });

  it('U-035: consumes 50 of 55 samples, operates not, and waits, which wakes it at once', () => {
    const bench = create();
    const readsAtWait: number[] = [];
    const recvWait = bench.dpif.recvWait.bind(bench.dpif);
    bench.dpif.recvWait = (handler) => {
      readsAtWait.push(readsOf(bench));
      return recvWait(handler);
    };
    for (let i = 0; i < 55; i++) bench.dpif.action(flowOf(1), ipfixCookie);
    bench.clock.runDue();
    expect(readsAtWait).toEqual([50, 56]);
    expect(bench.dpif.batches).toEqual([]);
  });

  it.each(['EAGAIN', 'EIO', 'ENODEV'] as const)(
    'U-036: ends a batch with what it had when recv says %s',
    (error) => {
      const bench = create();
      const recv = bench.dpif.recv.bind(bench.dpif);
      let reads = 0;
      bench.dpif.recv = (handler) => (++reads === 3 ? error : recv(handler));
      install(bench, 1, 4);
      expect(sizesOf(bench)).toEqual([4, 4]);
    },
  );

  it('U-037: keeps packets and keys as they were until operate has answered', () => {
    const bench = create({ handlers: 2 });
    bench.dpif.isLate = true;
    const packets: unknown[] = [];
    const recv = bench.dpif.recv.bind(bench.dpif);
    bench.dpif.recv = (handler) => {
      const upcall = recv(handler);
      if (typeof upcall !== 'string') packets.push(upcall.packet);
      return upcall;
    };
    install(bench, 1, 2);
    for (const id of [3, 4]) bench.dpif.miss(flowOf(id), 1);
    bench.clock.runDue();
    const executes = bench.dpif.operations('execute');
    expect(executes.map(({ key }) => key[NW_DST])).toEqual([1, 2, 3, 4]);
    expect(executes.map(({ packet }) => packet)).toEqual(packets);
    expect(executes.map(({ packet }) => packet.size)).toEqual([60, 60, 60, 60]);
  });
});

describe('the loop of a busy handler', () => {
  it('U-033 in current: yields after every batch, so that others run in between', () => {
    const bench = createBench();
    const order: string[] = [];
    bench.udpif.events.subscribe(({ type }) => type === 'batch' && order.push(type));
    for (let id = 1; id <= 150; id++) bench.dpif.miss(flowOf(id));
    const other = (): void => {
      order.push('other');
      if (order.length < 5) bench.clock.setTimeout(other, 0);
    };
    bench.clock.setTimeout(other, 0);
    bench.clock.runDue();
    expect(order).toEqual(['batch', 'other', 'batch', 'other', 'batch', 'other']);
  });

  it('U-033 in ovs-2.3: handles batch after batch while upcalls keep coming', () => {
    const bench = create2014();
    const order: string[] = [];
    bench.udpif.events.subscribe(({ type }) => type === 'batch' && order.push(type));
    for (let id = 1; id <= 150; id++) bench.dpif.miss(flowOf(id));
    bench.clock.setTimeout(() => order.push('other'), 0);
    bench.clock.runDue();
    expect(order).toEqual(['batch', 'batch', 'batch', 'other']);
  });
});

describeProfiles('upcalls of a port without a bridge', (create) => {
  it('U-038: put a flow that drops, by itself and before the batch', () => {
    const bench = createWithStray(create);
    for (const flow of [flowOf(1), strayFlow(2), flowOf(3)]) bench.dpif.miss(flow);
    bench.clock.runDue();
    expect(typesOf(bench)).toEqual([['put'], ['put', 'execute', 'put', 'execute']]);
    const [put] = bench.dpif.operations('put');
    expect(put).toMatchObject({ mode: 'create', mask: undefined, actions: [] });
    expect(put?.key.toFlow()).toEqual(strayFlow(2));
    expect(bench.translator.requests.every(({ port }) => port !== 7)).toBe(true);
    const [line] = bench.logged;
    expect(line?.level).toBe('info');
    expect(line?.message).toMatch(/^received packet on unassociated datapath port 7\b/);
  });

  it('U-038: do no more where that put fails', () => {
    const bench = createWithStray(create);
    bench.dpif.failures.push({ type: 'put', error: 'ENOSPC' });
    bench.dpif.miss(strayFlow(1));
    bench.clock.runDue();
    expect(typesOf(bench)).toEqual([['put']]);
    expect(bench.logged).toHaveLength(1);
    expect(bench.dpif.flows.size).toBe(0);
  });

  it('U-039: put their flow all the same where the table is over its limit', () => {
    const bench = createWithStray(create, { initial: { flowLimit: 0 } });
    bench.dpif.plant(flowOf(9));
    bench.clock.advance(101);
    bench.dpif.miss(strayFlow(1));
    bench.dpif.miss(flowOf(2));
    bench.clock.runDue();
    expect(bench.dpif.flow(strayFlow(1))).toBeDefined();
    expect(bench.dpif.flow(flowOf(2))).toBeUndefined();
  });

  it('U-040: are dropped in silence where the key makes no sense', () => {
    const bench = create();
    for (const flow of [flowOf(1, 666), flowOf(2)]) bench.dpif.miss(flow);
    bench.clock.runDue();
    expect(bench.logged).toEqual([]);
    expect(typesOf(bench)).toEqual([['put', 'execute']]);
    expect(bench.dpif.flow(flowOf(1, 666))).toBeUndefined();
  });

  it.each([
    ['sample', ipfixCookie],
    ['slow', slowCookie],
    ['bad', undefined],
  ])('U-041: are found out before a %s upcall is classified', (_, cookie) => {
    const bench = createWithStray(create);
    let samples = 0;
    bench.translator.telemetry = {
      ipfix: { bridgeSample: () => void samples++, flowSample: () => void samples++ },
    };
    bench.dpif.action(strayFlow(1), cookie);
    bench.clock.runDue();
    expect(typesOf(bench)).toEqual([['put']]);
    expect(bench.dpif.operations('put')).toMatchObject([{ actions: [] }]);
    expect(messagesOf(bench)[0]).toMatch(/unassociated datapath port 7/);
    expect(samples).toBe(0);
  });
});

describeProfiles('samples', (create) => {
  it('U-042: go to sFlow, once, with packet, flow, port and cookie', () => {
    const bench = create();
    const seen: unknown[] = [];
    bench.dpif.action(flowOf(1), sflowCookie);
    bench.clock.runDue();
    bench.translator.telemetry = {
      sflow: {
        received: (packet, flow, port, cookie) =>
          seen.push([packet.size, flow[NW_DST], flow[IN_PORT], port, cookie]),
      },
    };
    bench.dpif.action(flowOf(5), sflowCookie);
    bench.clock.runDue();
    expect(seen).toEqual([[60, 5, 101, odpPort(1), sflowCookie]]);
  });

  it('U-043: of a bridge go to IPFIX, once, with packet and flow', () => {
    const bench = create();
    const seen: unknown[] = [];
    bench.dpif.action(flowOf(1), ipfixCookie);
    bench.clock.runDue();
    bench.translator.telemetry = {
      ipfix: {
        bridgeSample: (packet, flow) => void seen.push([packet.size, flow[NW_DST]]),
        flowSample: () => void seen.push('flow'),
      },
    };
    bench.dpif.action(flowOf(5), ipfixCookie);
    bench.clock.runDue();
    expect(seen).toEqual([[60, 5]]);
  });

  it('U-044: of a flow go to IPFIX, once, with what their cookie says', () => {
    const bench = create();
    const seen: unknown[] = [];
    bench.dpif.action(flowOf(1), sampleCookie);
    bench.clock.runDue();
    bench.translator.telemetry = {
      ipfix: {
        bridgeSample: () => void seen.push('bridge'),
        flowSample: (packet, flow, cookie) => void seen.push([packet.size, flow[NW_DST], cookie]),
      },
    };
    bench.dpif.action(flowOf(5), sampleCookie);
    bench.clock.runDue();
    expect(seen).toEqual([[60, 5, sampleCookie]]);
  });

  it('U-045: and bad upcalls cost no translation, operation or credit', () => {
    const bench = create();
    for (const cookie of [sflowCookie, ipfixCookie, sampleCookie, undefined]) {
      bench.dpif.action(flowOf(1), cookie);
    }
    bench.clock.runDue();
    expect(bench.translator.requests).toEqual([]);
    expect(bench.dpif.batches).toEqual([]);
    expect(bench.translator.credited.packets).toBe(0);
  });
});

describe('misses of a batch in current', () => {
  it('U-046 in current: of one flow are each translated, with the statistics of one', () => {
    const bench = createBench();
    bench.dpif.miss(flowOf(1), 0, 100);
    bench.dpif.miss(flowOf(1), 0, 64);
    bench.clock.runDue();
    const stats = { packets: 1, used: START, tcpFlags: 2 };
    expect(bench.translator.requests.map((request) => request.stats)).toEqual([
      { ...stats, bytes: 100 },
      { ...stats, bytes: 64 },
    ]);
    expect(typesOf(bench)).toEqual([['put', 'execute', 'execute']]);
  });

  it('U-047 in current: of one flow on two bridges are translated on the bridge of each', () => {
    const bench = createBench();
    for (const port of [3, 11, 3]) bench.dpif.miss(flowOf(1, port));
    bench.clock.runDue();
    expect(bench.translator.requests.map(({ port }) => port)).toEqual([3, 11, 3]);
    expect(bench.dpif.operations('put')).toHaveLength(2);
  });

  it('U-048 in current: that differ in TCP flags are put side by side', () => {
    const bench = createBench();
    bench.dpif.miss(flowOf(1));
    bench.dpif.miss(flowOf(1, 1, { [TCP_FLAGS]: 0x0010_0000 }));
    bench.clock.runDue();
    expect(bench.dpif.operations('put')).toHaveLength(2);
    expect(bench.translator.requests.map(({ tcpFlags }) => tcpFlags)).toEqual([2, 16]);
  });

  it('U-049 in current: have each their own key, port and type', () => {
    const bench = createBench();
    bench.dpif.action(flowOf(1), slowCookie);
    bench.dpif.miss(flowOf(1, 2));
    bench.dpif.miss(flowOf(1));
    bench.clock.runDue();
    const told = bench.translator.requests.map(({ port, stats }) => [port, stats?.packets]);
    expect(told).toEqual([
      [1, undefined],
      [2, 1],
      [1, 1],
    ]);
    expect(bench.dpif.operations('execute').map(({ key }) => key[IN_PORT])).toEqual([1, 2, 1]);
  });

  it.each([
    ['a miss, then a slow upcall', ['miss', 'action']],
    ['a slow upcall, then a miss', ['action', 'miss']],
  ] as const)('U-050 in current: credit 1 packet for %s', (_, order) => {
    const bench = createBench();
    for (const type of order) {
      if (type === 'miss') bench.dpif.miss(flowOf(1));
      else bench.dpif.action(flowOf(1), slowCookie);
    }
    bench.clock.runDue();
    expect(bench.translator.credited.packets).toBe(1);
    expect(bench.dpif.operations('put')).toHaveLength(1);
  });
});

describe('misses of a batch in ovs-2.3', () => {
  it('U-046 in ovs-2.3: of one flow share one translation, with the statistics of all', () => {
    const bench = create2014();
    bench.dpif.miss(flowOf(1), 0, 100);
    bench.dpif.miss(flowOf(1), 0, 64);
    bench.clock.runDue();
    const stats = { packets: 2, bytes: 164, used: START, tcpFlags: 2 };
    expect(bench.translator.requests).toMatchObject([{ stats, tcpFlags: 2 }]);
    expect(bench.translator.requests).toHaveLength(1);
    expect(typesOf(bench)).toEqual([['put', 'execute', 'execute']]);
  });

  it('U-046 in ovs-2.3: of one flow in two batches do not', () => {
    const bench = create2014();
    install(bench, 1);
    install(bench, 1);
    expect(bench.translator.requests).toHaveLength(2);
  });

  it('U-047 in ovs-2.3: of one flow on two bridges are two', () => {
    const bench = create2014();
    const receive = bench.translator.receive.bind(bench.translator);
    bench.translator.receive = (key) => {
      const ingress = receive(key);
      if (typeof ingress !== 'string') ingress.flow[IN_PORT] = 7;
      return ingress;
    };
    for (const port of [3, 11, 3]) bench.dpif.miss(flowOf(1, port));
    bench.clock.runDue();
    const told = bench.translator.requests.map(({ port, stats }) => [port, stats?.packets]);
    expect(told.toSorted()).toEqual([
      [11, 1],
      [3, 2],
    ]);
  });

  it('U-048 in ovs-2.3: that differ in TCP flags are two, each with its put', () => {
    const bench = create2014();
    bench.dpif.miss(flowOf(1));
    bench.dpif.miss(flowOf(1, 1, { [TCP_FLAGS]: 0x0010_0000 }));
    bench.clock.runDue();
    expect(bench.dpif.operations('put')).toHaveLength(2);
    expect(bench.translator.requests.map(({ stats }) => stats?.packets)).toEqual([1, 1]);
  });

  it('U-049 in ovs-2.3: have key, port and type of the first', () => {
    const bench = create2014();
    const receive = bench.translator.receive.bind(bench.translator);
    bench.translator.receive = (key) => {
      const ingress = receive(key);
      if (typeof ingress !== 'string') ingress.flow[IN_PORT] = 7;
      return ingress;
    };
    for (const port of [3, 4]) bench.dpif.miss(flowOf(1, port));
    bench.clock.runDue();
    expect(bench.translator.requests.map(({ port }) => port)).toEqual([3]);
    expect(bench.dpif.operations('execute').map(({ key }) => key[IN_PORT])).toEqual([3, 3]);
    expect(bench.dpif.operations('put').map(({ key }) => key.toFlow()[IN_PORT])).toEqual([3]);
  });

  it.each([
    ['a miss, then a slow upcall', ['miss', 'action'], 2],
    ['a slow upcall, then a miss', ['action', 'miss'], 0],
  ] as const)('U-050 in ovs-2.3: credit by the first of %s', (_, order, packets) => {
    const bench = create2014();
    for (const type of order) {
      if (type === 'miss') bench.dpif.miss(flowOf(1));
      else bench.dpif.action(flowOf(1), slowCookie);
    }
    bench.clock.runDue();
    expect(bench.translator.credited.packets).toBe(packets);
    expect(bench.dpif.operations('put')).toHaveLength(1);
  });
});
