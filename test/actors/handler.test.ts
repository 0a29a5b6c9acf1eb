import { describe, expect, it } from 'vitest';
import { odpPort } from '../../src/base/brands.js';
import type { UserspaceCookie } from '../../src/datapath/cookie.js';
import { IN_PORT, NW_DST, TCP_FLAGS } from '../../src/packet/flow-layout.js';
import { Packet } from '../../src/packet/packet.js';
import { output } from './fake-translator.js';
import { type Bench, createBench, flowOf, revalidate, START } from './udpif-bench.js';

const types = ({ dpif }: Bench): string[][] =>
  dpif.batches.map((batch) => batch.map(({ type }) => type));

/** Queues misses of flows `from` to `to` and lets the handler run. */
function missRange(bench: Bench, from: number, to: number): void {
  for (let id = from; id <= to; id++) bench.dpif.miss(flowOf(id));
  bench.clock.runDue();
}

describe('Handler', () => {
  it('reads 50 of 60 misses, operates once, and reads the rest next (U-034, S18)', () => {
    const bench = createBench();
    missRange(bench, 1, 60);
    expect(bench.dpif.batches.map(({ length }) => length)).toEqual([100, 20]);
  });

  it('consumes 50 samples without an operate and goes on waiting (U-035, U-045)', () => {
    const bench = createBench();
    const cookie: UserspaceCookie = { type: 'ipfix' };
    for (let i = 0; i < 55; i++) bench.dpif.action(flowOf(1), cookie);
    bench.clock.runDue();
    expect(bench.dpif.batches).toEqual([]);
    expect(bench.translator.requests).toEqual([]);
    expect(bench.dpif.recv(0)).toBe('EAGAIN');
    expect(bench.udpif.isQuiescent()).toBe(true);
  });

  it('ends a batch with what it had when recv fails (U-036, U-032)', () => {
    const bench = createBench();
    missRange(bench, 1, 3);
    expect(types(bench)).toEqual([['put', 'execute', 'put', 'execute', 'put', 'execute']]);
  });

  it('yields after every batch, so that others run in between (U-033, B-03, U-156)', () => {
    const bench = createBench();
    const order: string[] = [];
    bench.udpif.events.subscribe(({ type }) => type === 'batch' && order.push(type));
    for (let id = 1; id <= 100; id++) bench.dpif.miss(flowOf(id));
    bench.clock.setTimeout(() => order.push('other'), 0);
    bench.clock.runDue();
    expect(order).toEqual(['batch', 'other', 'batch']);
  });

  it('finishes the batch it has read before it exits (U-031, U-037)', () => {
    const bench = createBench();
    bench.dpif.isLate = true;
    missRange(bench, 1, 60);
    bench.udpif.destroy();
    bench.clock.runDue();
    expect(bench.udpif.actor.getSnapshot().value).toEqual({ stopping: 'handlers' });
    bench.dpif.isLate = false;
    bench.dpif.answer();
    bench.clock.runDue();
    expect(bench.dpif.operations('execute')).toHaveLength(50);
    expect(bench.udpif.actor.getSnapshot().status).toBe('done');
  });

  it('uses its own queue only (U-011)', () => {
    const bench = createBench({ handlers: 2 });
    bench.dpif.miss(flowOf(1), 1);
    bench.clock.runDue();
    expect(bench.dpif.calls.filter((call) => call.startsWith('recv'))).toEqual([
      'recv 1',
      'recv 1',
      'recv 1',
    ]);
  });
});

describe('UpcallRound', () => {
  it('translates each upcall by itself, in order (U-046, U-047, U-049, U-061, U-062)', () => {
    const bench = createBench();
    const ports = [3, 1, 11, 1];
    for (const port of ports) bench.dpif.miss(flowOf(1, port), 0, 100);
    bench.clock.runDue();
    expect(bench.translator.requests.map(({ port }) => port)).toEqual(ports);
    for (const request of bench.translator.requests) {
      const stats = { packets: 1, bytes: 100, used: START, tcpFlags: 2 };
      expect(request).toMatchObject({ stats, mayLearn: true, skipWildcards: false, tcpFlags: 2 });
      expect(request.packet).toBeUndefined();
      expect(request.hasCache).toBe(false);
    }
  });

  it('executes a further miss of a live flow and does not install it (U-064, S15)', () => {
    const bench = createBench();
    bench.dpif.miss(flowOf(1));
    bench.dpif.miss(flowOf(1));
    bench.clock.runDue();
    bench.dpif.miss(flowOf(1));
    bench.clock.runDue();
    expect(types(bench)).toEqual([['put', 'execute', 'execute'], ['execute']]);
    expect(bench.coverage.read('handler_duplicate_upcall')).toBe(2);
    expect(bench.translator.credited.packets).toBe(3);
  });

  it('installs flows that differ in TCP flags side by side (U-048)', () => {
    const bench = createBench();
    bench.dpif.miss(flowOf(1));
    bench.dpif.miss(flowOf(1, 1, { [TCP_FLAGS]: 0x0010_0000 }));
    bench.clock.runDue();
    expect(bench.dpif.operations('put')).toHaveLength(2);
  });

  it('credits a miss and not a slow upcall of the same flow, in any order (U-050, B-04)', () => {
    const bench = createBench();
    const cookie = { type: 'slow_path', reason: 1, ofprotoUuid: '', inPort: 1 } as const;
    bench.dpif.action(flowOf(1), cookie as UserspaceCookie);
    bench.dpif.miss(flowOf(1));
    bench.dpif.action(flowOf(1), cookie as UserspaceCookie);
    bench.clock.runDue();
    expect(bench.translator.credited.packets).toBe(1);
    expect(types(bench)).toEqual([['execute', 'put', 'execute', 'execute']]);
  });

  it('keeps the order A1 B1 A2, each put just before its execute (U-070, S14)', () => {
    const bench = createBench();
    for (const id of [1, 2, 1]) bench.dpif.miss(flowOf(id));
    bench.clock.runDue();
    expect(types(bench)).toEqual([['put', 'execute', 'put', 'execute', 'execute']]);
    const executed = bench.dpif.operations('execute').map(({ key }) => key[NW_DST]);
    expect(executed).toEqual([1, 2, 1]);
  });

  it('installs a drop flow and executes nothing without actions (U-067, U-069, S13)', () => {
    const bench = createBench();
    bench.translator.answer = () => ({ actions: [] });
    missRange(bench, 1, 1);
    expect(types(bench)).toEqual([['put']]);
    expect(bench.dpif.flow(flowOf(1))?.actions).toEqual([]);
  });

  it('puts with the mask of the translation and the port exact (U-065, U-066)', () => {
    const bench = createBench();
    missRange(bench, 1, 1);
    const [put] = bench.dpif.operations('put');
    expect(put).toMatchObject({ mode: 'create' });
    expect([...(put?.mask?.nonZero ?? [])]).toEqual([IN_PORT, NW_DST]);
  });

  it('puts without a mask while megaflows are off (U-066)', () => {
    const bench = createBench({ areMegaflowsEnabled: false });
    missRange(bench, 1, 1);
    expect(bench.dpif.operations('put')[0]?.mask).toBeUndefined();
  });

  it('translates a slow upcall again with its packet (U-063, U-067, U-069)', () => {
    const bench = createBench();
    bench.translator.answer = () => ({ actions: output(2), slow: 32 });
    missRange(bench, 1, 1);
    const [first, second] = bench.translator.requests;
    expect(first?.stats?.packets).toBe(1);
    expect(second).toMatchObject({ tcpFlags: 0, stats: undefined });
    expect(second?.packet?.size).toBe(60);
    const [put] = bench.dpif.operations('put');
    expect(put?.actions).toMatchObject([
      { type: 'userspace', cookie: { reason: 32, inPort: 101 } },
    ]);
    expect(bench.dpif.operations('execute')).toMatchObject([{ needsHelp: true }]);
  });

  it('asks for the pid of no port where the switch speaks the protocol itself (U-068)', () => {
    const bench = createBench();
    bench.translator.answer = (flow) => ({ actions: [], slow: flow[NW_DST] === 1 ? 8 | 32 : 32 });
    missRange(bench, 1, 2);
    expect(bench.dpif.calls.filter((call) => call.startsWith('portGetPid'))).toEqual([
      `portGetPid ${0xffff_ffff}`,
      'portGetPid 1',
    ]);
  });

  it('puts or not for a whole batch, by the count at its start (U-059, U-060, S15)', () => {
    const bench = createBench({ initial: { flowLimit: 3 } });
    missRange(bench, 1, 2);
    bench.clock.advance(101);
    missRange(bench, 3, 5);
    expect(bench.dpif.flows.size).toBe(5);
    bench.clock.advance(101);
    missRange(bench, 6, 7);
    expect(bench.dpif.flows.size).toBe(5);
    expect(bench.dpif.operations('execute')).toHaveLength(7);
    expect(bench.coverage.read('upcall_flow_limit_hit')).toBe(2);
    const text = 'upcall: datapath reached the dynamic limit of 3 flows.';
    expect(bench.logged.map(({ message }) => message)).toContain(text);
  });

  it('evicts the ukey of a put that failed and does nothing else (U-071, U-075)', () => {
    const bench = createBench({ isObserved: true });
    bench.dpif.failures.push({ type: 'put', error: 'EEXIST' });
    missRange(bench, 1, 1);
    const [ukey] = bench.udpif.ukeys();
    expect(ukey?.getSnapshot().value).toBe('evicted');
    expect(bench.dpif.batches).toHaveLength(1);
    expect(bench.records).toContainEqual(expect.objectContaining({ type: 'put', error: 'EEXIST' }));
  });

  it('replaces an evicted ukey, whose dump_seq the new one inherits (B-16)', () => {
    const bench = createBench();
    missRange(bench, 1, 1);
    const [old] = bench.udpif.ukeys();
    revalidate(bench);
    const seen = old?.getSnapshot().context.dumpSeq;
    old?.send({ type: 'flow.delete', reason: 'purge' });
    bench.clock.runDue();
    expect(old?.getSnapshot().value).toBe('evicted');
    missRange(bench, 1, 1);
    const [ukey] = bench.udpif.ukeys();
    expect(ukey).not.toBe(old);
    expect(old?.getSnapshot().status).toBe('done');
    expect(ukey?.getSnapshot()).toMatchObject({ value: 'operational', context: { dumpSeq: seen } });
    expect(bench.coverage.read('upcall_ukey_replace')).toBe(1);
  });

  it('makes the ukey before the put, with the reval_seq read first (U-075, U-128, B-10)', () => {
    const bench = createBench();
    bench.translator.answer = () => {
      bench.udpif.revalSeq.change();
      return { actions: output(2) };
    };
    bench.dpif.isLate = true;
    const before = bench.udpif.revalSeq.read();
    missRange(bench, 1, 1);
    const [ukey] = bench.udpif.ukeys();
    expect(ukey?.getSnapshot()).toMatchObject({ value: 'visible', context: { revalSeq: before } });
    bench.dpif.answer();
    expect(ukey?.getSnapshot().value).toBe('operational');
  });
});

describe('UpcallRound on strange upcalls', () => {
  it('drops all packets like one from a port without a bridge (U-038, U-039)', () => {
    const bench = createBench({ initial: { flowLimit: 0 } });
    bench.dpif.miss(flowOf(1, 0));
    bench.clock.runDue();
    expect(types(bench)).toEqual([['put']]);
    expect(bench.dpif.operations('put')).toMatchObject([{ mask: undefined, actions: [] }]);
    expect(bench.logged[0]).toMatchObject({ level: 'info', fields: { port: 0 } });
    expect(bench.logged[0]?.message).toMatch(/^received packet on unassociated datapath port 0 \(/);
    expect(bench.udpif.status().uncredited.unassociated).toEqual({ packets: 1, bytes: 60 });
  });

  it('drops in silence what makes no sense (U-040)', () => {
    const bench = createBench();
    bench.dpif.miss(flowOf(1, 666));
    bench.clock.runDue();
    expect(bench.dpif.batches).toEqual([]);
    expect(bench.logged).toEqual([]);
    expect(bench.udpif.status().uncredited.invalid).toEqual({ packets: 1, bytes: 60 });
  });

  it('finds the port unknown before it looks at a cookie (U-041)', () => {
    const bench = createBench();
    bench.dpif.action(flowOf(1, 0), { type: 'ipfix' });
    bench.clock.runDue();
    expect(types(bench)).toEqual([['put']]);
    expect(bench.udpif.status().uncredited.unassociated.packets).toBe(0);
  });

  it('gives samples to whoever collects them (U-042 to U-044, U-051, B-05, U-057)', () => {
    const bench = createBench();
    const seen: unknown[] = [];
    const sflowCookie = { type: 'sflow', vlanTci: 1, output: 2 } as const;
    const sample = {
      type: 'flow_sample',
      probability: 1,
      collectorSetId: 2,
      obsDomainId: 3,
      obsPointId: 4,
    } as const;
    const queueAll = (): void => {
      bench.dpif.action(flowOf(1), sflowCookie);
      bench.dpif.action(flowOf(1), { type: 'ipfix' });
      bench.dpif.action(flowOf(1), sample);
      bench.clock.runDue();
    };
    queueAll();
    bench.translator.telemetry = {
      sflow: {
        received: (_, flow, port, cookie) => seen.push(['sflow', flow[IN_PORT], port, cookie]),
      },
      ipfix: {
        bridgeSample: () => seen.push(['bridge']),
        flowSample: (_, __, cookie) => seen.push(['flow', cookie]),
      },
    };
    queueAll();
    expect(seen).toEqual([['sflow', 101, odpPort(1), sflowCookie], ['bridge'], ['flow', sample]]);
    expect(bench.translator.requests).toEqual([]);
  });

  it('hands the packet of a controller action to the packet-ins', () => {
    const bench = createBench();
    const sizes: number[] = [];
    bench.translator.telemetry = {
      packetIns: { received: ({ size }) => void sizes.push(size) },
    };
    const cookie = {
      type: 'controller',
      dontSend: false,
      reason: 1,
      recircId: 1,
      ruleCookie: 0n,
      controllerId: 0,
      maxLength: 128,
      ofprotoUuid: '',
      inPort: 1,
    } as unknown as UserspaceCookie;
    bench.dpif.action(flowOf(1), cookie);
    bench.clock.runDue();
    expect(sizes).toEqual([60]);
    expect(bench.dpif.batches).toEqual([]);
  });

  it('warns of bad upcalls, five at once (U-052, U-053, U-054, U-055, U-056, U-058)', () => {
    const bench = createBench();
    const malformed = (size: number, cookieType: number): UserspaceCookie => ({
      type: 'malformed',
      size,
      cookieType,
    });
    bench.dpif.action(flowOf(1), undefined);
    bench.dpif.action(flowOf(1), malformed(1, 0));
    bench.dpif.action(flowOf(1), malformed(48, 9));
    const packet = new Packet(new Uint8Array(60));
    bench.dpif.queue({ packet, key: flowOf(1), type: 'other' } as never);
    for (let i = 0; i < 4; i++) bench.dpif.action(flowOf(1), undefined);
    bench.clock.runDue();
    expect(bench.logged.map(({ message }) => message)).toEqual([
      'action upcall missing cookie',
      'action upcall cookie has unexpected size 1',
      'invalid user cookie of type 9 and size 48',
      'upcall has unexpected type other',
      'action upcall missing cookie',
    ]);
    bench.clock.advance(60_000);
    bench.dpif.action(flowOf(1), undefined);
    bench.clock.runDue();
    expect(bench.logged.at(-1)?.fields).toEqual({ droppedMessages: 3 });
    expect(bench.dpif.batches).toEqual([]);
  });
});
