import { describe, expect, it } from 'vitest';
import type { OfpMessage } from '../../src/openflow/message.js';
import { OF13, OF14, type OfpVersion } from '../../src/openflow/protocol.js';
import { createBench, TestPeer } from './test-peer.js';

const TABLE_STATUS_LEADING = 9;
const EVICTION = 4;
const VACANCY = 8;

/** Asks for news of vacancy, by reason. */
function hear(peer: TestPeer, reasons: number): void {
  peer.ask('set_config', (body) => body.u16(0).u16(128));
  peer.ask('set_async', (body) => body.u16(TABLE_STATUS_LEADING).u16(8).u32(reasons));
}

/** Has table 0 tell below 50 and above 60 percent. */
function watch(peer: TestPeer): OfpMessage[] {
  return peer.ask('table_mod', (body) => {
    body.u8(0).zeros(3).u32(VACANCY).u16(3).u16(8).u8(50).u8(60).zeros(2);
  });
}

/** A peer of a switch whose table 0 holds two rules. */
function connect(version: OfpVersion, bench = createBench()): TestPeer {
  bench.sw.bridge().setFlowTable(0, { flowLimit: 2 });
  return new TestPeer(version, bench);
}

function fill({ bench }: TestPeer): void {
  for (const priority of [1, 2]) bench.sw.bridge().addFlow(`priority=${priority},actions=drop`);
}

describe('the status of tables', () => {
  it('is told with the limits and the room that is left', () => {
    const peer = connect(OF14);
    hear(peer, 0x18);
    expect(watch(peer)).toEqual([]);
    fill(peer);
    const [message, ...others] = peer.take();
    expect(others).toEqual([]);
    expect(message?.type).toBe('table_status');
    const hex = Buffer.from(message?.bytes.subarray(8) ?? []).toString('hex');
    expect(hex).toBe(`03${'00'.repeat(7)}0018000000000008000200080000000700030008323c0000`);
  });

  it('is told to those who asked for the reason', () => {
    const peer = connect(OF14);
    hear(peer, 0x10);
    watch(peer);
    fill(peer);
    expect(peer.take()).toEqual([]);
    peer.bench.sw.bridge().deleteFlows();
    expect(peer.take().map(({ type }) => type)).toEqual(['table_status']);
  });

  it('is not told to those who have asked for nothing, nor in versions that lack it', () => {
    const peer = connect(OF14);
    const old = connect(OF13, peer.bench);
    for (const each of [peer, old]) each.ask('set_config', (body) => body.u16(0).u16(128));
    watch(peer);
    fill(peer);
    expect([...peer.take(), ...old.take()]).toEqual([]);
  });

  it('is not told of a rule that takes the place of another', () => {
    const peer = connect(OF14);
    hear(peer, 0x18);
    peer.ask('table_mod', (body) => {
      body
        .u8(0)
        .zeros(3)
        .u32(EVICTION | VACANCY);
    });
    const bridge = peer.bench.sw.bridge();
    for (let i = 1; i < 6; i++) bridge.addFlow(`priority=${i},hard_timeout=${i},actions=drop`);
    expect(bridge.rules().filter(({ hidden }) => !hidden)).toHaveLength(2);
    expect(peer.take()).toEqual([]);
  });
});
