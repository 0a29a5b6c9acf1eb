import { describe, expect, it } from 'vitest';
import { OF13, OF14, OF15, type OfpVersion } from '../../src/openflow/protocol.js';
import { DELETE, newBucket, newMod, oldBucket, oldMod, output, SELECT } from './refused-case.js';
import { type Bench, createBench, TestPeer } from './test-peer.js';

/** A controller that wants to hear what others do to groups (1) and meters (2). */
function hearer(bench: Bench, version: OfpVersion, reasons = 3): TestPeer {
  const peer = new TestPeer(version, bench, { isService: false });
  peer.ask('set_async', (body) => body.u16(11).u16(8).u32(reasons));
  return peer;
}

function hexOf(peer: TestPeer): string[] {
  return peer.take().map(({ bytes }) => Buffer.from(bytes).toString('hex'));
}

const GROUP = { id: 40, type: SELECT };

describe('Request forwarding', () => {
  // As a real ovs-vswitchd forwards them: test/interop/openflow-news.test.ts.
  it('tells of a group of 1.3 in the words of 1.4 and of 1.5', () => {
    const bench = createBench();
    const [old, modern] = [hearer(bench, OF14), hearer(bench, OF15)];
    const bucket = oldBucket({ weight: 5, actions: output(OF13) });
    new TestPeer(OF13, bench).send(oldMod(OF13, GROUP, bucket));
    expect(hexOf(old)).toEqual([
      '0520003800000000050f003000000077000001000000002800200005ffffffffffffffff0000000000000010' +
        '000000010000000000000000',
    ]);
    expect(hexOf(modern)).toEqual([
      '0620004000000000060f003800000077000001000000002800200000ffffffff002000100000000000000010' +
        '0000000100000000000000000000000800050000',
    ]);
  });

  it('tells of a meter with the burst that it came to have', () => {
    const bench = createBench();
    const peer = hearer(bench, OF14);
    new TestPeer(OF13, bench).ask('meter_mod', (body) =>
      body.u16(0).u16(1).u32(9).u16(1).u16(16).u32(700).u32(0).zeros(4),
    );
    expect(hexOf(peer).map((hex) => hex.slice(48, 80))).toEqual([
      '00010010000002bc000002bc00000000',
    ]);
  });

  it('tells of what a bundle did when it is committed', () => {
    const bench = createBench();
    const peer = hearer(bench, OF15);
    const doer = new TestPeer(OF15, bench);
    const inner = newMod(GROUP, newBucket({ actions: output(OF15) }));
    doer.send(
      doer
        .encode('bundle_add_message', (body) => body.u32(1).u16(0).u16(0).bytes(inner))
        .with(7, 0x77)
        .fill(0, 4, 7),
    );
    expect(hexOf(peer)).toEqual([]);
    doer.ask('bundle_control', (body) => body.u32(1).u16(4).u16(0));
    expect(hexOf(peer)).toHaveLength(1);
  });

  it('tells nobody of what is refused, nor the one whose request it is', () => {
    const bench = createBench();
    const [peer, other] = [hearer(bench, OF15), hearer(bench, OF15)];
    peer.send(newMod({ command: DELETE, id: 40 }));
    expect([hexOf(peer), hexOf(other)]).toEqual([[], [expect.any(String)]]);
    new TestPeer(OF13, bench).send(oldMod(OF13, { id: 0xffff_ff01 }));
    expect(hexOf(other)).toEqual([]);
  });

  it('tells only of what is asked for, and nothing unasked', () => {
    const bench = createBench();
    const meters = hearer(bench, OF15, 2);
    const unasked = new TestPeer(OF15, bench, { isService: false });
    new TestPeer(OF13, bench).send(oldMod(OF13, { ...GROUP, type: 0 }));
    expect([hexOf(meters), hexOf(unasked)]).toEqual([[], []]);
  });
});

describe('Role status', () => {
  it('tells a primary of 1.4 that another has taken over, with the newest generation', () => {
    const bench = createBench();
    const old = new TestPeer(OF14, bench, { isService: false });
    old.ask('set_async', (body) => body.u16(6).u16(8).u32(1));
    old.ask('role_request', (body) => body.u32(2).zeros(4).u64(7n));
    const next = new TestPeer(OF13, bench, { isService: false });
    next.ask('role_request', (body) => body.u32(2).zeros(4).u64(8n));
    expect(hexOf(old)).toEqual(['051e00180000000000000003000000000000000000000008']);
  });
});
