/**
 * Groups and meters over OpenFlow: what `ovs-ofctl` cannot show (it is compared with a real switch
 * in `test/interop/`), and one round of what it does, byte by byte.
 */

import { describe, expect, it } from 'vitest';
import type { ByteWriter } from '../../src/openflow/byte-writer.js';
import { encodeMessage, type OfpMessage } from '../../src/openflow/message.js';
import { OF13, OF14, OF15, type OfpVersion } from '../../src/openflow/protocol.js';
import { errorIn, TestPeer } from './test-peer.js';

const BUNDLE = 9;
const [OPEN, COMMIT] = [0, 4];
const ATOMIC = 1;
const NOWHERE = 0xffff_ffff;

/** A group of type all in the form of 1.1 to 1.4, with a bucket that outputs to `port`. */
function addGroup(id: number, port: number, command = 0): (body: ByteWriter) => void {
  return (body) => {
    body.u16(command).u8(0).zeros(1).u32(id);
    if (command === 2) return;
    body.u16(32).u16(0).u32(NOWHERE).u32(NOWHERE).zeros(4);
    body.u16(0).u16(16).u32(port).u16(0).zeros(6);
  };
}

/** A flow in table 0 that sends everything to a group. */
function addFlow(group: number): (body: ByteWriter) => void {
  return (body) => {
    body.u64(0n).u64(0n).u8(0).u8(0).u16(0).u16(0).u16(5);
    body.u32(NOWHERE).u32(NOWHERE).u32(NOWHERE).u16(0).u16(0);
    body.u16(1).u16(4).zeros(4);
    body.u16(4).u16(16).zeros(4).u16(22).u16(8).u32(group);
  };
}

function addMeter(id: number): (body: ByteWriter) => void {
  return (body) => void body.u16(0).u16(1).u32(id).u16(1).u16(16).u32(5).u32(0).zeros(4);
}

class GroupPeer extends TestPeer {
  get groups(): string[] {
    return this.bench.sw.groups().map(({ text }) => text);
  }

  get meters(): number[] {
    return this.bench.sw.meters().map(({ id }) => id);
  }

  get flows(): number {
    return this.bench.sw.bridge().ofproto.tables.count();
  }

  control(type: number): OfpMessage[] {
    return this.ask('bundle_control', (body) => body.u32(BUNDLE).u16(type).u16(ATOMIC));
  }

  /** Puts a message into the bundle; the errors that are answered. */
  bundle(type: Parameters<TestPeer['ask']>[0], write: (body: ByteWriter) => void) {
    const inner = encodeMessage(this.version, type, 5, write);
    const outer = encodeMessage(this.version, 'bundle_add_message', 5, (body) =>
      body.u32(BUNDLE).zeros(2).u16(ATOMIC).bytes(inner),
    );
    return this.errorsOf(outer);
  }

  errorsIn(messages: readonly OfpMessage[]): (string | undefined)[] {
    return messages.flatMap((message) => errorIn(message, this.version) ?? []);
  }
}

describe('A bundle with groups', () => {
  it('adds groups and the flows that use them together', () => {
    const peer = new GroupPeer(OF14);
    peer.control(OPEN);
    expect(peer.bundle('group_mod', addGroup(1, 1))).toEqual([]);
    expect(peer.bundle('flow_mod', addFlow(1))).toEqual([]);
    expect([peer.groups.length, peer.flows]).toEqual([0, 0]);
    expect(peer.errorsIn(peer.control(COMMIT))).toEqual([]);
    expect([peer.groups.length, peer.flows]).toEqual([1, 1]);
  });

  it('changes nothing where one of its messages is refused', () => {
    const peer = new GroupPeer(OF14);
    peer.ask('group_mod', addGroup(1, 1));
    peer.ask('flow_mod', addFlow(1));
    peer.control(OPEN);
    peer.bundle('group_mod', addGroup(1, 2, 1));
    peer.bundle('group_mod', addGroup(2, 2));
    peer.bundle('group_mod', addGroup(1, 0, 2));
    peer.bundle('group_mod', addGroup(2, 2));
    const before = peer.groups;
    const errors = peer.errorsIn(peer.control(COMMIT));
    expect(errors).toEqual(['OFPGMFC_GROUP_EXISTS', 'OFPBFC_MSG_FAILED']);
    expect(peer.groups).toEqual(before);
    expect(peer.flows).toBe(1);
  });

  it('does not take meter-mods, as in OVS', () => {
    const peer = new GroupPeer(OF14);
    peer.control(OPEN);
    expect(peer.bundle('meter_mod', addMeter(1))).toEqual(['OFPBFC_MSG_UNSUP']);
  });
});

describe('Groups and meters', () => {
  it.each([OF13, OF14, OF15] as const)(
    'are not a secondary’s to change (version %i)',
    (version) => {
      const peer = new GroupPeer(version);
      peer.ask('role_request', (body) => body.u32(3).zeros(4).u64(1n));
      const group = peer.encode('group_mod', addGroup(1, 1));
      expect(peer.errorsOf(group)).toEqual(['OFPBRC_IS_SECONDARY']);
      const meter = peer.encode('meter_mod', addMeter(1));
      expect(peer.errorsOf(meter)).toEqual(['OFPBRC_IS_SECONDARY']);
      expect([peer.groups, peer.meters]).toEqual([[], []]);
    },
  );

  it('are told with what they have counted', async () => {
    const peer = new GroupPeer(OF13);
    peer.ask('group_mod', addGroup(1, 2));
    peer.ask('flow_mod', addFlow(1));
    const { sw, clock } = peer.bench;
    for (let i = 0; i < 3; i++) {
      sw.inject(1, new Uint8Array(100));
      await sw.settled();
    }
    clock.advance(1_500);
    await sw.settled();
    const [reply] = peer.ask('stats_request', (body) => body.u16(6).zeros(6).u32(1).zeros(4));
    expect(groupStatsIn(reply)).toEqual({
      group: 1,
      users: 1,
      packets: 3n,
      bytes: 300n,
      seconds: 1,
      bucket: { packets: 3n, bytes: 300n },
    });
    await sw.stop();
  });

  it('are refused in a packet-out where they are not', () => {
    const peer = new GroupPeer(OF13);
    const packetOut = peer.encode('packet_out', (body) => {
      body.u32(NOWHERE).u32(1).u16(8).zeros(6).u16(22).u16(8).u32(4).zeros(60);
    });
    expect(peer.errorsOf(packetOut)).toEqual(['OFPBAC_BAD_OUT_GROUP']);
  });
});

function groupStatsIn(message: OfpMessage | undefined): unknown {
  if (message === undefined) throw new Error('no reply');
  const { buffer, byteOffset } = message.bytes;
  const view = new DataView(buffer, byteOffset + 16);
  return {
    group: view.getUint32(4),
    users: view.getUint32(8),
    packets: view.getBigUint64(16),
    bytes: view.getBigUint64(24),
    seconds: view.getUint32(32),
    bucket: { packets: view.getBigUint64(40), bytes: view.getBigUint64(48) },
  };
}

describe('A flow that uses a meter', () => {
  /** With the meter as an instruction up to 1.4, and as an action in 1.5. */
  function meteredFlow(version: OfpVersion): (body: ByteWriter) => void {
    return (body) => {
      body.u64(0n).u64(0n).u8(0).u8(0).u16(0).u16(0).u16(5);
      body.u32(NOWHERE).u32(NOWHERE).u32(NOWHERE).u16(0).u16(0);
      body.u16(1).u16(4).zeros(4);
      if (version < OF15) body.u16(6).u16(8).u32(7);
      else body.u16(4).u16(16).zeros(4).u16(29).u16(8).u32(7);
    };
  }

  it.each([OF13, OF14, OF15] as const)('needs the meter (version %i)', (version) => {
    const peer = new GroupPeer(version);
    const flow = () => peer.encode('flow_mod', meteredFlow(version));
    expect(peer.errorsOf(flow())).toEqual(['OFPMMFC_INVALID_METER']);
    peer.ask('meter_mod', addMeter(7));
    expect(peer.errorsOf(flow())).toEqual([]);
    expect(peer.bench.sw.dumpFlows()).toContain('actions=meter:7');
  });
});
