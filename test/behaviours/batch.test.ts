/** Rows of behaviours.md 2.6: what a handler does with a batch. */

import { describe, expect, it } from 'vitest';
import { SlowReason } from '../../src/datapath/cookie.js';
import { ovs23Profile } from '../../src/machines/profile-2014.js';
import type { Flow } from '../../src/packet/flow.js';
import { IN_PORT, NW_DST, NW_SRC, REGS, VLAN0 } from '../../src/packet/flow-layout.js';
import type { Packet } from '../../src/packet/packet.js';
import { maskOf, output } from '../actors/fake-translator.js';
import { type Bench, createBench, flowOf, runCycle, START } from '../actors/udpif-bench.js';
import {
  type CreateBench,
  callsOf,
  create2014,
  describeProfiles,
  install,
  sizesOf,
  slowCookie,
  typesOf,
} from './rows.js';

const pidsOf = (bench: Bench): string[] => callsOf(bench, /^portGetPid/);
const ANY_PORT = 0xffff_ffff;

describeProfiles('the limit of flows', (create) => {
  it.each([
    ['below', 3, 2],
    ['at', 2, 0],
    ['over', 1, 0],
  ])('U-059: %s the limit at the start decides for the whole batch', (_, flowLimit, puts) => {
    const bench = create();
    for (const id of [101, 102]) bench.dpif.plant(flowOf(id));
    bench.clock.advance(101);
    bench.udpif.setFlowLimit(flowLimit);
    install(bench, 1, 2);
    expect(bench.dpif.operations('put')).toHaveLength(puts);
  });

  it('U-060: stops puts, not translations and executions', () => {
    const bench = create({ initial: { flowLimit: 0 } });
    install(bench, 1, 2);
    expect(typesOf(bench)).toEqual([['execute', 'execute']]);
    expect(bench.translator.credited).toEqual({ packets: 2, bytes: 120 });
  });
});

describeProfiles('slow flows', (create) => {
  it('U-063: are translated again with each packet, in order, before anything is executed', () => {
    const bench = create();
    const order: string[] = [];
    bench.translator.answer = (flow, { packet, tcpFlags, stats }) => {
      const id = flow[NW_DST] ?? 0;
      if (packet !== undefined) order.push(`${id} ${packet.size} ${tcpFlags} ${stats?.packets}`);
      return { actions: output(2), slow: id === 2 ? 0 : SlowReason.CFM };
    };
    const operate = bench.dpif.operate.bind(bench.dpif);
    bench.dpif.operate = (ops, done) => {
      order.push('operate');
      operate(ops, done);
    };
    bench.dpif.miss(flowOf(1), 0, 60);
    bench.dpif.miss(flowOf(2), 0, 64);
    bench.dpif.miss(flowOf(3), 0, 70);
    bench.dpif.miss(flowOf(1), 0, 80);
    bench.clock.runDue();
    expect(order).toEqual(['1 60 0 undefined', '3 70 0 undefined', '1 80 0 undefined', 'operate']);
  });

  it('U-067: are put with the slow path action, others with what was translated', () => {
    const bench = create();
    bench.translator.answer = (flow) => {
      if (flow[NW_DST] === 1) return { actions: output(2), slow: SlowReason.CFM };
      return { actions: flow[NW_DST] === 2 ? output(3) : [] };
    };
    install(bench, 1, 3);
    const [slow, fast, drop] = bench.dpif.operations('put');
    expect(slow?.actions).toMatchObject([{ type: 'userspace', cookie: { type: 'slow_path' } }]);
    expect(fast?.actions).toEqual(output(3));
    expect(drop?.actions).toEqual([]);
  });

  it('U-069: are executed as others: once, by the key of their miss, if they have actions', () => {
    const bench = create();
    const ACTION = 32;
    bench.translator.answer = (flow) => {
      const id = flow[NW_DST] ?? 0;
      return {
        actions: id === 4 ? [] : output(id),
        slow: [0, ACTION, SlowReason.CFM][id - 1] ?? 0,
      };
    };
    for (let id = 1; id <= 4; id++) bench.dpif.miss(flowOf(id, id));
    bench.clock.runDue();
    const told = bench.dpif
      .operations('execute')
      .map(({ key, actions, needsHelp }) => [key[IN_PORT], actions, needsHelp]);
    expect(told).toEqual([
      [1, output(1), false],
      [2, output(2), true],
      [3, output(3), false],
    ]);
  });
});

describeProfiles('puts', (create) => {
  it('U-065: create a flow of the key of the miss', () => {
    const bench = create();
    install(bench, 1);
    expect(bench.dpif.operations('put')).toMatchObject([{ mode: 'create' }]);
    expect(bench.dpif.operations('put')[0]?.key.toFlow()).toEqual(flowOf(1));
  });

  it('U-066: match what the translation looked at of the datapath, and the port', () => {
    const bench = create();
    bench.translator.answer = () => ({ actions: output(2), mask: maskOf(NW_DST, NW_SRC, REGS) });
    install(bench, 1);
    const [put] = bench.dpif.operations('put');
    expect([...(put?.mask?.nonZero ?? [])]).toEqual([IN_PORT, NW_SRC, NW_DST]);
    expect(put?.mask?.words[IN_PORT]).toBe(0xffff_ffff);
  });

  it('U-066: have no mask while megaflows are off', () => {
    const bench = create({ areMegaflowsEnabled: false });
    install(bench, 1);
    expect(bench.dpif.operations('put')).toMatchObject([{ mask: undefined }]);
  });

  it('U-070: come just before the execution of their packet, in order of arrival', () => {
    const bench = create();
    for (const id of [1, 1, 2]) bench.dpif.miss(flowOf(id));
    bench.clock.runDue();
    expect(typesOf(bench)).toEqual([['put', 'execute', 'execute', 'put', 'execute']]);
    const [batch = []] = bench.dpif.batches;
    const keys = batch.map((op) =>
      op.type === 'put' ? op.key.toFlow()[NW_DST] : op.type === 'execute' && op.key[NW_DST],
    );
    expect(keys).toEqual([1, 1, 1, 2, 2]);
  });

  it('U-070: make with their executions at most 100 operations in a call', () => {
    const bench = create();
    install(bench, 1, 120);
    expect(sizesOf(bench)).toEqual([100, 100, 40]);
  });

  it.each([
    ['put', 'EEXIST'],
    ['put', 'ENOSPC'],
    ['execute', 'EINVAL'],
  ] as const)('U-071: and executions that fail are not repeated or logged (%s)', (type, error) => {
    const bench = create();
    bench.dpif.failures.push({ type, error });
    install(bench, 1);
    bench.clock.runDue();
    expect(typesOf(bench)).toEqual([['put', 'execute']]);
    expect(bench.logged).toEqual([]);
  });
});

describeProfiles('counters of handlers', (create) => {
  it('U-076: are visible at once, for there is one thread', () => {
    const bench = create();
    bench.dpif.statsError = 'EIO';
    bench.clock.advance(101);
    install(bench, 1);
    expect(bench.coverage.read('dpif_get_stats_error')).toBeGreaterThan(0);
  });
});

describe('a batch in current', () => {
  it('U-061 in current: has each upcall translated once, a miss with statistics', () => {
    const bench = createBench();
    bench.dpif.miss(flowOf(1), 0, 100);
    bench.dpif.action(flowOf(2), slowCookie);
    bench.clock.runDue();
    const common = { packet: undefined, mayLearn: true, hasCache: false, tcpFlags: 2 };
    const stats = { packets: 1, bytes: 100, used: START, tcpFlags: 2 };
    expect(bench.translator.requests).toMatchObject([
      { ...common, stats, skipWildcards: false },
      { ...common, stats: undefined },
    ]);
    expect(bench.translator.requests).toHaveLength(2);
  });

  it('U-062 in current: is translated in order of arrival', () => {
    const bench = createBench();
    const ids = [9, 2, 7, 2, 30, 1, 9];
    const seen: unknown[] = [];
    bench.translator.answer = (flow) => {
      seen.push(flow[NW_DST]);
      return { actions: output(2) };
    };
    for (const id of ids) bench.dpif.miss(flowOf(id));
    bench.clock.runDue();
    expect(seen).toEqual(ids);
  });

  it('U-064 in current: puts a flow once, executes the rest and counts it', () => {
    const bench = createBench();
    for (let i = 0; i < 2; i++) bench.dpif.miss(flowOf(1));
    bench.clock.runDue();
    bench.dpif.miss(flowOf(1));
    bench.clock.runDue();
    expect(typesOf(bench)).toEqual([['put', 'execute', 'execute'], ['execute']]);
    expect(bench.coverage.read('handler_duplicate_upcall')).toBe(2);
    expect(bench.translator.credited.packets).toBe(3);
  });

  it('U-064 in current: puts nothing for a slow upcall', () => {
    const bench = createBench();
    bench.dpif.action(flowOf(1), slowCookie);
    bench.clock.runDue();
    expect(typesOf(bench)).toEqual([['execute']]);
  });

  it.each([
    [SlowReason.CFM, ANY_PORT],
    [SlowReason.BFD, ANY_PORT],
    [SlowReason.LACP, ANY_PORT],
    [SlowReason.STP, ANY_PORT],
    [SlowReason.STP | SlowReason.ACTION, ANY_PORT],
    [SlowReason.ACTION, 3],
    [SlowReason.LLDP, 3],
  ])('U-068 in current: a slow path of reason %i asks port %i', (slow, port) => {
    const bench = createBench();
    bench.dpif.portGetPid = (of) => (of === port ? 4711 : 0);
    bench.translator.answer = () => ({ actions: [], slow });
    bench.dpif.miss(flowOf(1, 3));
    bench.clock.runDue();
    const ofprotoUuid = '00000000-0000-0000-0000-000000000000';
    const cookie = { type: 'slow_path', reason: slow, ofprotoUuid, inPort: 103 };
    expect(bench.dpif.operations('put')[0]?.actions).toEqual([
      { type: 'userspace', pid: 4711, cookie },
    ]);
  });

  it('U-068 in current: spreads ports over queues by the hash of the 5-tuple', () => {
    const bench = createBench();
    const hashes = new Set<number>();
    bench.dpif.portGetPid = (_, hash) => hashes.add(hash).size;
    bench.translator.answer = () => ({ actions: [], slow: SlowReason.ACTION });
    install(bench, 1, 8);
    runCycle(bench);
    expect(hashes.size).toBe(8);
    expect(pidsOf(bench)).toEqual([]);
  });

  it('U-071 in current: evicts the ukey of a put that failed', () => {
    const bench = createBench();
    bench.dpif.failures.push({ type: 'put', error: 'EEXIST' });
    install(bench, 1);
    const [ukey] = bench.udpif.ukeys();
    expect(ukey?.getSnapshot().value).toBe('evicted');
  });

  it('U-075 in current: makes the ukey before the put, and raises it by the answer', () => {
    const bench = createBench();
    bench.dpif.isLate = true;
    install(bench, 1);
    const [ukey] = bench.udpif.ukeys();
    expect(ukey?.getSnapshot().value).toBe('visible');
    expect(bench.dpif.flows.size).toBe(0);
    bench.dpif.answer();
    expect(ukey?.getSnapshot().value).toBe('operational');
  });

  it('U-075 in current: has the ukey in place when the put comes down', () => {
    const bench = createBench();
    const found: unknown[] = [];
    const operate = bench.dpif.operate.bind(bench.dpif);
    bench.dpif.operate = (ops, done) => {
      for (const op of ops) {
        if (op.type === 'put') found.push(bench.udpif.ukey(op.key)?.getSnapshot().value);
      }
      operate(ops, done);
    };
    install(bench, 1, 2);
    expect(found).toEqual(['visible', 'visible']);
  });
});

describe('fail-open and splinters', () => {
  /** The packets that went to controllers because of fail-open, by flow and size. */
  function createFailOpen(create: CreateBench): { bench: Bench; sent: unknown[] } {
    const bench = create();
    const sent: unknown[] = [];
    bench.translator.answer = (flow) => ({ actions: output(2), failOpen: flow[NW_DST] === 2 });
    const failedOpen = ({ size }: Packet, flow: Flow): void =>
      void sent.push([flow[NW_DST], size, bench.dpif.batches.length]);
    bench.translator.telemetry = { packetIns: { received: () => {}, failedOpen } };
    return { bench, sent };
  }

  it('U-072 in current: send no packet-ins for a batch', () => {
    const { bench, sent } = createFailOpen(createBench);
    install(bench, 1, 3);
    expect(sent).toEqual([]);
  });

  it('U-072 in ovs-2.3: send one for each upcall of the batch, before it is executed', () => {
    const { bench, sent } = createFailOpen(create2014);
    for (const [id, size] of [
      [1, 60],
      [2, 70],
      [1, 80],
    ] as const) {
      bench.dpif.miss(flowOf(id), 0, size);
    }
    bench.clock.runDue();
    expect(sent).toEqual([
      [1, 60, 0],
      [2, 70, 0],
      [1, 80, 0],
    ]);
    install(bench, 5);
    expect(sent).toHaveLength(3);
  });

  it('U-073 in current: leave the packet of a splinter port as it came', () => {
    const { bench, sent } = createFailOpen(createBench);
    bench.translator.splinters.set(1, 0x100a);
    install(bench, 2);
    expect(sent).toEqual([]);
    expect(bench.dpif.operations('execute').map(({ packet }) => packet.size)).toEqual([60]);
  });

  it('U-073 in ovs-2.3: send a splinter packet without its tag if it has actions', () => {
    const { bench, sent } = createFailOpen(create2014);
    bench.translator.splinters.set(1, 0x100a);
    bench.translator.answer = (flow) => ({
      actions: flow[NW_DST] === 1 ? output(2) : [],
      failOpen: true,
    });
    install(bench, 1, 2);
    expect(sent).toEqual([
      [1, 60, 0],
      [2, 64, 0],
    ]);
  });

  it('U-074 in current: match the tag like any other field', () => {
    const bench = createBench();
    bench.translator.splinters.set(1, 0x100a);
    bench.translator.answer = () => ({ actions: output(2), mask: maskOf(NW_DST, VLAN0) });
    install(bench, 1);
    const [put] = bench.dpif.operations('put');
    expect([...(put?.mask?.nonZero ?? [])]).toContain(VLAN0);
  });

  it('U-074 in ovs-2.3: take the tag off each packet, and do not match it', () => {
    const bench = create2014();
    bench.translator.splinters.set(1, 0x100a);
    const tags: unknown[] = [];
    bench.translator.answer = (flow, { packet }) => {
      tags.push([flow[VLAN0], packet?.size]);
      return { actions: output(2), mask: maskOf(NW_DST, VLAN0), slow: 8 };
    };
    for (let i = 0; i < 2; i++) bench.dpif.miss(flowOf(1, 1, { [VLAN0]: 0x8100_100a }));
    bench.clock.runDue();
    const [put] = bench.dpif.operations('put');
    expect([...(put?.mask?.nonZero ?? [])]).not.toContain(VLAN0);
    expect(bench.dpif.operations('execute').map(({ packet }) => packet.size)).toEqual([60, 60]);
    // The flow keeps its tag from packet to packet, and each packet has it while it is looked at.
    expect(tags).toEqual([
      [0x8100_100a, undefined],
      [0x8100_100a, 64],
      [0x8100_100a, 64],
    ]);
  });
});

describe('a batch in ovs-2.3', () => {
  it('U-061 in ovs-2.3: has each miss translated once, with the statistics of its packets', () => {
    const bench = create2014();
    bench.dpif.miss(flowOf(1), 0, 100);
    bench.dpif.miss(flowOf(1), 0, 60);
    bench.dpif.action(flowOf(2), slowCookie);
    bench.clock.runDue();
    const common = { packet: undefined, mayLearn: true, hasCache: false, skipWildcards: false };
    const stats = { packets: 2, bytes: 160, used: START, tcpFlags: 2 };
    expect(bench.translator.requests).toHaveLength(2);
    expect(bench.translator.requests).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ ...common, stats, tcpFlags: 2 }),
        expect.objectContaining({ ...common, stats: undefined, tcpFlags: 2 }),
      ]),
    );
  });

  it('U-062 in ovs-2.3: is translated in an order that is not that of arrival', () => {
    const orders = [
      [1, 2, 3, 4, 5, 6],
      [6, 5, 4, 3, 2, 1],
    ].map((ids) => {
      const bench = create2014();
      const seen: unknown[] = [];
      bench.translator.answer = (flow) => {
        seen.push(flow[NW_DST]);
        return { actions: output(2) };
      };
      for (const id of ids) bench.dpif.miss(flowOf(id));
      bench.clock.runDue();
      expect(bench.dpif.operations('execute').map(({ key }) => key[NW_DST])).toEqual(ids);
      return seen;
    });
    expect(orders[1]).toEqual(orders[0]);
  });

  it('U-064 in ovs-2.3: puts once for a miss, and again for the next batch', () => {
    const bench = create2014();
    for (let i = 0; i < 2; i++) bench.dpif.miss(flowOf(1));
    bench.clock.runDue();
    bench.dpif.miss(flowOf(1));
    bench.clock.runDue();
    expect(typesOf(bench)).toEqual([
      ['put', 'execute', 'execute'],
      ['put', 'execute'],
    ]);
    expect(bench.coverage.toJSON()).toEqual({});
  });

  it('U-064 in ovs-2.3: puts with the first upcall that is a miss, not with a slow one', () => {
    const bench = create2014();
    bench.dpif.action(flowOf(1), slowCookie);
    bench.dpif.miss(flowOf(1));
    bench.dpif.action(flowOf(2), slowCookie);
    bench.clock.runDue();
    expect(typesOf(bench)).toEqual([['execute', 'put', 'execute', 'execute']]);
  });

  it.each([
    [1, ANY_PORT],
    [2, ANY_PORT],
    [4, ANY_PORT],
    [8, ANY_PORT],
    [8 | 32, ANY_PORT],
    [16, 3],
    [32, 3],
    [16 | 32, 3],
  ])('U-068 in ovs-2.3: a slow path of reason %i asks port %i', (slow, port) => {
    const bench = create2014();
    bench.dpif.portGetPid = (of) => (of === port ? 4711 : 0);
    bench.translator.answer = () => ({ actions: [], slow });
    bench.dpif.miss(flowOf(1, 3));
    bench.clock.runDue();
    expect(bench.dpif.operations('put')[0]?.actions).toMatchObject([
      { type: 'userspace', pid: 4711, cookie: { type: 'slow_path', reason: slow } },
    ]);
    expect(ovs23Profile.slowReasons).toMatchObject({ CONTROLLER: 16, ACTION: 32 });
  });

  it('U-075 in ovs-2.3: makes no ukey, and changes none', () => {
    const bench = create2014();
    install(bench, 1);
    expect([...bench.udpif.ukeys()]).toEqual([]);
    runCycle(bench);
    const [ukey] = bench.udpif.ukeys();
    const before = ukey?.getSnapshot();
    bench.dpif.failures.push({ type: 'put', error: 'EEXIST' });
    install(bench, 1);
    expect(ukey?.getSnapshot()).toEqual(before);
    expect(bench.udpif.status().ukeys).toBe(1);
  });
});
