import { describe, expect, it } from 'vitest';
import { writeHalf } from '../../src/packet/bytes.js';
import {
  checksum,
  ipv4PseudoSum,
  addToSum,
  finishSum,
  ipv6PseudoSum,
} from '../../src/packet/checksum.js';
import { packet } from '../../src/switch-packet.js';
import * as L from '../../src/netdev/linux-numbers.js';
import { ringShape } from '../../src/netdev/packet-ring.js';
import { SEND_BATCH_MAX } from '../../src/netdev/send-batch.js';
import { numberedFrame } from '../datapath/port-conformance.js';
import { DeviceFixture, receiveAll } from './device-fixture.js';

const ETH = 14;
const HEADERS_ONLY = { payloadSize: 0 };
const TCP4 = 'tcp,nw_src=10.0.0.1,nw_dst=10.0.0.2,tp_src=1,tp_dst=2,tcp_flags=psh|ack';

function open() {
  const fixture = new DeviceFixture();
  const port = fixture.openPacketSocket();
  port.attach(() => {});
  return { fixture, port, kernel: fixture.kernel };
}

/** A frame with this much payload, of which byte `i` is `i`. */
function withPayload(head: Uint8Array, size: number): Uint8Array {
  return Uint8Array.from([...head, ...Array.from({ length: size }, (_, i) => i & 0xff)]);
}

/** `struct virtio_net_hdr`. */
function offloadHeader(facts: {
  kind?: number;
  segmentSize?: number;
  checksumStart?: number;
  checksumOffset?: number;
}): Uint8Array {
  const view = new DataView(new ArrayBuffer(L.VIRTIO_NET_HDR_SIZE));
  view.setUint8(0, facts.checksumStart === undefined ? 0 : L.VIRTIO_NET_HDR_F_NEEDS_CSUM);
  view.setUint8(1, facts.kind ?? L.VIRTIO_NET_HDR_GSO_NONE);
  view.setUint16(4, facts.segmentSize ?? 0, true);
  view.setUint16(6, facts.checksumStart ?? 0, true);
  view.setUint16(8, facts.checksumOffset ?? 0, true);
  return new Uint8Array(view.buffer);
}

/** 0: the transport checksum of an IPv4 frame is right. */
function residue4(frame: Uint8Array, l3 = ETH): number {
  const l4 = l3 + 20;
  return finishSum(addToSum(ipv4PseudoSum(frame, l3, frame.length - l4), frame, l4, frame.length));
}

describe('PacketSocket', () => {
  it('hears all frames of its interface only, and none that the machine sends', () => {
    const { kernel, port } = open();
    const [socket] = kernel.packetSockets('veth1');
    expect(socket?.isPromiscuous).toBe(true);
    expect(socket?.options.get(L.PACKET_IGNORE_OUTGOING)?.[0]).toBe(1);
    kernel.arrive('veth1', numberedFrame(1), { isOutgoing: true });
    kernel.arrive('veth1', numberedFrame(2));
    expect(receiveAll(port).map((frame) => frame.at(-1))).toEqual([2]);
  });

  it('counts what found no room in the ring', () => {
    const { kernel, port } = open();
    const { slotCount } = ringShape(1500);
    for (let i = 0; i < slotCount + 10; i++) kernel.arrive('veth1', numberedFrame(i & 0xff));
    // One slot was given back: its frame was read ahead.
    expect(receiveAll(port)).toHaveLength(slotCount + 1);
    expect(port.stats).toMatchObject({ rxPackets: slotCount + 1, rxDropped: 9 });
  });

  it('is not called for ever by an error of its descriptor', () => {
    const { kernel } = open();
    const [socket] = kernel.packetSockets('veth1');
    if (socket !== undefined) socket.errors = 1;
    kernel.poll();
    expect(socket?.errors).toBe(0);
  });

  it('puts a tag back that the kernel took off', () => {
    const { kernel, port } = open();
    kernel.arrive('veth1', packet(TCP4), { tag: { tci: 0x6064 } });
    kernel.arrive('veth1', packet(TCP4), { tag: { tci: 0x2001, tpid: 0x88a8 } });
    const [inner, outer] = receiveAll(port).map((frame) => [...frame.subarray(12, 18)]);
    expect(inner).toEqual([0x81, 0x00, 0x60, 0x64, 0x08, 0x00]);
    expect(outer).toEqual([0x88, 0xa8, 0x20, 0x01, 0x08, 0x00]);
  });

  it('completes a checksum that the sender left to its card, behind a tag as well', () => {
    for (const tag of [undefined, { tci: 5 }]) {
      const { kernel, port } = open();
      const frame = withPayload(packet(TCP4), 101);
      writeHalf(frame, 16, frame.length - ETH);
      const pseudo = ipv4PseudoSum(frame, ETH, frame.length - 34);
      writeHalf(frame, 34 + 16, ~finishSum(pseudo) & 0xffff);
      const offload = offloadHeader({ checksumStart: 34, checksumOffset: 16 });
      kernel.arrive('veth1', frame, tag === undefined ? { offload } : { offload, tag });
      const [received = new Uint8Array()] = receiveAll(port);
      expect(residue4(received, tag === undefined ? ETH : ETH + 4)).toBe(0);
    }
  });

  it('leaves a checksum alone that is complete', () => {
    const { kernel, port } = open();
    const frame = packet(TCP4);
    frame[50] = 0x12;
    kernel.arrive('veth1', frame);
    expect(receiveAll(port)[0]?.[50]).toBe(0x12);
  });

  it('cuts a TCP payload that came in one piece into segments, each a whole frame', () => {
    const { kernel, port } = open();
    const whole = withPayload(packet(TCP4, HEADERS_ONLY), 20_000);
    const kind = L.VIRTIO_NET_HDR_GSO_TCPV4;
    const offload = offloadHeader({
      kind,
      segmentSize: 1448,
      checksumStart: 34,
      checksumOffset: 16,
    });
    kernel.arrive('veth1', whole, { offload });
    kernel.arrive('veth1', numberedFrame(7));
    const frames = receiveAll(port);
    const segments = frames.slice(0, -1);
    expect(frames.at(-1)?.at(-1)).toBe(7);
    expect(segments).toHaveLength(Math.ceil(20_000 / 1448));
    expect(segments.flatMap((frame) => [...frame.subarray(54)])).toEqual([...whole.subarray(54)]);
    for (const [i, frame] of segments.entries()) {
      const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
      expect(view.getUint16(16)).toBe(frame.length - ETH);
      expect(view.getUint32(38)).toBe(i * 1448);
      expect([residue4(frame), checksum(frame, ETH, 34)]).toEqual([0, 0]);
      expect((frame[47] ?? 0) & 0x08).toBe(i === segments.length - 1 ? 0x08 : 0);
    }
  });

  it('cuts a tagged one, of IPv6 or of UDP, in the same way', () => {
    const { kernel, port } = open();
    const ipv6 = 'tcp6,ipv6_src=fd00::1,ipv6_dst=fd00::2,tp_src=1,tp_dst=2';
    const tcp = withPayload(packet(ipv6, HEADERS_ONLY), 3000);
    const offload = offloadHeader({ kind: L.VIRTIO_NET_HDR_GSO_TCPV6, segmentSize: 1428 });
    kernel.arrive('veth1', tcp, { offload, tag: { tci: 9 } });
    for (const frame of receiveAll(port)) {
      const size = frame.length - 58;
      expect([frame[12], frame[15]]).toEqual([0x81, 9]);
      expect(finishSum(addToSum(ipv6PseudoSum(frame, 18, size, 6), frame, 58, frame.length))).toBe(
        0,
      );
    }
    const udp = withPayload(
      packet('udp,nw_src=10.0.0.1,nw_dst=10.0.0.2,tp_dst=5', HEADERS_ONLY),
      2500,
    );
    const cut = offloadHeader({ kind: L.VIRTIO_NET_HDR_GSO_UDP_L4, segmentSize: 1000 });
    kernel.arrive('veth1', udp, { offload: cut });
    const sizes = receiveAll(port).map((frame) => [frame.length - 42, residue4(frame)]);
    expect(sizes).toEqual([
      [1000, 0],
      [1000, 0],
      [500, 0],
    ]);
  });

  it('drops and counts a piece that it cannot cut', () => {
    const { kernel, port } = open();
    const offload = offloadHeader({ kind: L.VIRTIO_NET_HDR_GSO_TCPV4, segmentSize: 1448 });
    kernel.arrive('veth1', withPayload(packet('arp'), 4000), { offload });
    expect(receiveAll(port)).toEqual([]);
    expect(port.stats).toMatchObject({ rxPackets: 0, rxDropped: 1 });
  });

  it('takes a frame that is larger than a slot in its turn', () => {
    const { kernel, port } = open();
    kernel.arrive('veth1', numberedFrame(1));
    kernel.arrive('veth1', numberedFrame(2, 9000), { tag: { tci: 3 } });
    kernel.arrive('veth1', numberedFrame(3, 9000));
    kernel.arrive('veth1', numberedFrame(4));
    const frames = receiveAll(port).map((frame) => [frame.at(-1), frame.length]);
    expect(frames).toEqual([
      [1, 64],
      [2, 9004],
      [3, 9000],
      [4, 64],
    ]);
  });
});

describe('SendBatch', () => {
  it('sends more frames than one call takes', () => {
    const { fixture, port } = open();
    const count = 2 * SEND_BATCH_MAX + 3;
    for (let i = 0; i < count; i++) port.transmit(numberedFrame(i));
    port.flush();
    expect(fixture.sent('veth1').map((frame) => frame.at(-1))).toEqual(
      Array.from({ length: count }, (_, i) => i),
    );
    expect(port.stats).toMatchObject({ txPackets: count, txBytes: 64 * count });
  });

  it('drops and counts a frame that is too large, and sends those around it', () => {
    const { fixture, port } = open();
    for (const [number, size] of [
      [1, 64],
      [2, 5000],
      [3, 64],
    ] as const) {
      port.transmit(numberedFrame(number, size));
    }
    port.flush();
    expect(fixture.sent('veth1').map((frame) => frame.at(-1))).toEqual([1, 3]);
    expect(port.stats).toMatchObject({ txPackets: 2, txBytes: 128, txDropped: 1 });
  });

  it('grows for large frames, with what waits already', () => {
    const { fixture, port } = open();
    fixture.kernel.links.change('veth1', { mtu: 9000 });
    for (const [number, size] of [
      [1, 64],
      [2, 9000],
      [3, 64],
    ] as const) {
      port.transmit(numberedFrame(number, size));
    }
    port.flush();
    const sent = fixture.sent('veth1').map((frame) => [frame.at(-1), frame.length]);
    expect(sent).toEqual([
      [1, 64],
      [2, 9000],
      [3, 64],
    ]);
  });

  it('drops the rest of a batch when the socket takes nothing more', () => {
    const { fixture, port } = open();
    fixture.kernel.failures.set('sendMany', L.EAGAIN);
    for (let i = 0; i < 10; i++) port.transmit(numberedFrame(i));
    port.flush();
    expect(port.stats).toMatchObject({ txPackets: 0, txDropped: 10 });
  });
});
