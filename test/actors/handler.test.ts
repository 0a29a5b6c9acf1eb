import { describe, expect, it } from 'vitest';
import type { UserspaceCookie } from '../../src/datapath/cookie.js';
import { type Bench, createBench, flowOf, revalidate } from './udpif-bench.js';

/** Queues misses of flows `from` to `to` and lets the handler run. */
function missRange(bench: Bench, from: number, to: number): void {
  for (let id = from; id <= to; id++) bench.dpif.miss(flowOf(id));
  bench.clock.runDue();
}

describe('UpcallRound', () => {
  it('counts and warns of puts that the limit forbids', () => {
    const bench = createBench({ initial: { flowLimit: 0 } });
    missRange(bench, 1, 2);
    expect(bench.coverage.read('upcall_flow_limit_hit')).toBe(2);
    const text = 'upcall: datapath reached the dynamic limit of 0 flows.';
    expect(bench.logged.map(({ message }) => message)).toContain(text);
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
});

describe('UpcallRound and packet-ins', () => {
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
});
