import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addToSum,
  checksum,
  finishSum,
  ipv4PseudoSum,
  ipv6PseudoSum,
  patchTransportChecksum,
  updateChecksum,
  updateChecksum32,
} from '../../src/packet/checksum.js';
import { composePacket } from '../../src/packet/compose.js';
import { crc32c } from '../../src/packet/crc32c.js';
import { extractFlowAndOffsets } from '../../src/packet/extract.js';
import { createFlow } from '../../src/packet/flow.js';
import * as L from '../../src/packet/flow-layout.js';
import { popMpls, pushMpls, setMplsEntry } from '../../src/packet/mpls.js';
import { Packet } from '../../src/packet/packet.js';
import { PacketOffsets } from '../../src/packet/packet-offsets.js';
import { popVlan, pushVlan } from '../../src/packet/vlan.js';
import { arbitraryPacketFlow } from './flow-arbitrary.js';
import { ADDRESSES, bytes, extract, field, flowOf } from './frames.js';

/** Where the headers of a frame begin. */
function offsetsOf(data: Uint8Array): PacketOffsets {
  const offsets = new PacketOffsets();
  extractFlowAndOffsets(data, createFlow(), offsets);
  return offsets;
}

describe('composePacket()', () => {
  it('makes a frame whose extraction gives the flow back', () => {
    fc.assert(
      fc.property(arbitraryPacketFlow, fc.nat(200), (flow, payloadSize) => {
        expect(extract(composePacket(flow, { payloadSize }))).toEqual(flow);
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  it('sets checksums that verify', () => {
    for (const proto of ['tcp', 'udp'] as const) {
      const data = composePacket(flowOf(`${proto},nw_src=10.0.0.1,nw_dst=10.0.0.2,tp_dst=53`));
      const { l3, l4, end } = offsetsOf(data);
      expect(checksum(data, l3, l4)).toBe(0);
      expect(finishSum(addToSum(ipv4PseudoSum(data, l3, end - l4), data, l4, end))).toBe(0);
    }
    const data = composePacket(flowOf('udp6,ipv6_src=fe80::1,ipv6_dst=fe80::2,tp_dst=53'));
    const { l3, l4, end } = offsetsOf(data);
    expect(finishSum(addToSum(ipv6PseudoSum(data, l3, end - l4, 17), data, l4, end))).toBe(0);
  });

  it('puts 64 bytes of payload where the protocol carries data', () => {
    expect(composePacket(flowOf('udp'))).toHaveLength(14 + 20 + 8 + 64);
    expect(composePacket(flowOf('tcp,tcp_flags=syn'))).toHaveLength(14 + 20 + 20);
    expect(composePacket(flowOf('udp'), { payloadSize: 0 })).toHaveLength(42);
  });

  it('gives a tag without a type that of 802.1Q', () => {
    expect(extract(composePacket(flowOf('udp,dl_vlan=5')))[L.VLAN0]).toBe(0x8100_1005);
  });
});

describe('updateChecksum()', () => {
  it('agrees with the checksum of the changed bytes', () => {
    const words = fc.uint8Array({ minLength: 8, maxLength: 64 });
    fc.assert(
      fc.property(words, fc.nat(0xffff), fc.nat(), (data, value, place) => {
        const at = (place % (data.length >> 1)) * 2;
        const before = checksum(data, 0, data.length);
        const old = (data[at]! << 8) | data[at + 1]!;
        data[at] = value >>> 8;
        data[at + 1] = value;
        const full = checksum(data, 0, data.length);
        // 0 and 0xffff are the same sum; only a packet of zeroes tells them apart.
        expect(updateChecksum(before, old, value) % 0xffff).toBe(full % 0xffff);
      }),
      { seed: 1, numRuns: 1000 },
    );
  });

  it('takes 32 bits as twice 16', () => {
    const halves = updateChecksum(updateChecksum(0x1234, 0x0a00, 0xc0a8), 0x0001, 0x0102);
    expect(updateChecksum32(0x1234, 0x0a000001, 0xc0a80102)).toBe(halves);
  });
});

describe('patchTransportChecksum()', () => {
  it('leaves a UDP checksum of zero, which says that there is none', () => {
    const data = new Uint8Array(2);
    patchTransportChecksum(data, 0, 17, 1, 2);
    expect([...data]).toEqual([0, 0]);
    patchTransportChecksum(data, 0, 6, 1, 2);
    expect([...data]).not.toEqual([0, 0]);
  });
});

describe('crc32c()', () => {
  it('gives the value of RFC 3720 for "123456789"', () => {
    expect(crc32c(new TextEncoder().encode('123456789'), 0, 9)).toBe(0xe306_9283);
  });
});

describe('pushVlan() and popVlan()', () => {
  it('put a tag in front of the others and take it off again', () => {
    const packet = new Packet(composePacket(flowOf('udp,dl_vlan=5')));
    const before = packet.data.slice();
    pushVlan(packet, 0x88a8, 0x3007);
    expect(field(extract(packet.data), 'dl_vlan')).toBe('7');
    expect([...packet.data.subarray(12, 16)]).toEqual([0x88, 0xa8, 0x20, 0x07]);
    popVlan(packet);
    expect(packet.data).toEqual(before);
  });

  it('leave a frame without a tag alone', () => {
    const packet = new Packet(composePacket(flowOf('udp')));
    const before = packet.data.slice();
    popVlan(packet);
    expect(packet.data).toEqual(before);
  });
});

describe('pushMpls() and popMpls()', () => {
  it('put an entry behind the tags and take it off again', () => {
    const packet = new Packet(composePacket(flowOf('udp,dl_vlan=5')));
    const before = packet.data.slice();
    pushMpls(packet, 0x8847, 0x0001_0140);
    expect(extract(packet.data)[L.MPLS0]).toBe(0x0001_0140);
    expect(field(extract(packet.data), 'dl_vlan')).toBe('5');
    setMplsEntry(packet, 0x0002_0140);
    expect(field(extract(packet.data), 'mpls_label')).toBe('32');
    popMpls(packet, 0x0800);
    expect(packet.data).toEqual(before);
  });

  it('leave a frame without a label alone', () => {
    const packet = new Packet(bytes(`${ADDRESSES} 0800`));
    popMpls(packet, 0x0800);
    setMplsEntry(packet, 5);
    expect(packet.data).toEqual(bytes(`${ADDRESSES} 0800`));
  });
});
