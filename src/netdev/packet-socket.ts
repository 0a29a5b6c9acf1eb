/**
 * A packet socket: all frames that an interface receives, and a way to send by it.
 *
 * The interface itself stays the machine's: it should have no address of its own, or the machine
 * answers beside the switch. What the kernel took out of a frame is put back: the tag into its
 * place, checksums and segments that a sender left to the network card (`offload.ts`). Frames that
 * find the ring's slots too small (one piece of 64 kB from a veth neighbour) come by the socket's
 * queue, in their turn.
 *
 * Owner: the descriptor, the ring's memory and the buffers. Answers to OVS's `netdev_linux_rxq`.
 *
 * Hot path. Timed by iperf3 in `test/interop/daemon.test.ts`.
 */

import { writeHalf } from '../packet/bytes.js';
import { ETH_ADDRESS_SIZE, ETH_TYPE_VLAN, VLAN_HEADER_SIZE } from '../packet/protocol.js';
import type { Device, WriteCounts } from './device.js';
import { FrameSlab } from './frame-slab.js';
import * as L from './linux-numbers.js';
import { completeChecksum, OffloadHeader, segment } from './offload.js';
import { DeviceError } from './open-error.js';
import { PacketRing, ringShape } from './packet-ring.js';
import { SendBatch } from './send-batch.js';
import { int32s, packetAddress, promiscuousRequest, ringRequest, viewOf } from './structures.js';
import type { ReadinessWatch, SystemCalls } from './system-calls.js';

const TAG_OFFSET = ETH_ADDRESS_SIZE * 2;
/** Bytes of large frames that may wait: a few TCP windows. The default holds three frames. */
const RECEIVE_BUFFER_SIZE = 8 * 1024 * 1024;
/** The largest frame, its header before it, and room for a tag. */
const LARGE_SIZE_MAX = L.VIRTIO_NET_HDR_SIZE + 65_536 + 64;

/** Where an interface is, and how large its frames are. */
export interface PacketSocketTarget {
  readonly name: string;
  readonly index: number;
  readonly mtu: number;
}

/** Throws a `DeviceError`. */
export function openPacketSocket(calls: SystemCalls, target: PacketSocketTarget): Device {
  const type = L.SOCK_RAW | L.SOCK_NONBLOCK | L.SOCK_CLOEXEC;
  // Of protocol 0 it hears nothing before it is bound, not even of other interfaces.
  const fd = calls.socket(L.AF_PACKET, type, 0);
  if (fd < 0) throw new DeviceError('interface', target.name, -fd);
  try {
    return new PacketSocket(calls, fd, configure(calls, fd, target));
  } catch (error) {
    calls.close(fd);
    throw error;
  }
}

/** Sets all options, makes the ring, binds; in the order that the kernel wants. */
function configure(calls: SystemCalls, fd: number, target: PacketSocketTarget): PacketRing {
  const { name, index, mtu } = target;
  const must = (result: number): void => {
    if (result < 0) throw new DeviceError('interface', name, -result);
  };
  const shape = ringShape(mtu);
  const set = (option: number, value: Uint8Array): number =>
    calls.setOption(fd, L.SOL_PACKET, option, value);
  must(set(L.PACKET_VERSION, int32s(L.TPACKET_V2)));
  must(set(L.PACKET_VNET_HDR, int32s(1)));
  must(set(L.PACKET_COPY_THRESH, int32s(1)));
  // Older than 4.20: such frames are told apart by their type.
  set(L.PACKET_IGNORE_OUTGOING, int32s(1));
  if (calls.setOption(fd, L.SOL_SOCKET, L.SO_RCVBUFFORCE, int32s(RECEIVE_BUFFER_SIZE)) < 0) {
    calls.setOption(fd, L.SOL_SOCKET, L.SO_RCVBUF, int32s(RECEIVE_BUFFER_SIZE));
  }
  must(set(L.PACKET_RX_RING, ringRequest(shape)));
  const memory = calls.map(fd, shape.blockSize * shape.blockCount);
  if (typeof memory === 'number') throw new DeviceError('interface', name, -memory);
  must(calls.bind(fd, packetAddress(index, L.ETH_P_ALL)));
  must(set(L.PACKET_ADD_MEMBERSHIP, promiscuousRequest(index)));
  return new PacketRing(memory, shape);
}

class PacketSocket implements Device {
  readonly #calls: SystemCalls;
  readonly #fd: number;
  readonly #ring: PacketRing;
  readonly #batch: SendBatch;
  readonly #slab = new FrameSlab();
  readonly #offload = new OffloadHeader();
  readonly #statistics = new Uint8Array(8);
  /** Of a frame that came in one piece; the next one to be read is at `#nextSegment`. */
  readonly #segments: Uint8Array[] = [];
  #nextSegment = 0;
  #large: Uint8Array | undefined;
  #watch: ReadinessWatch | undefined;
  #lostCount = 0;

  constructor(calls: SystemCalls, fd: number, ring: PacketRing) {
    this.#calls = calls;
    this.#fd = fd;
    this.#ring = ring;
    this.#batch = new SendBatch(calls, fd);
  }

  read(): Uint8Array | 'empty' {
    const ring = this.#ring;
    for (;;) {
      if (this.#nextSegment < this.#segments.length) return this.#segments[this.#nextSegment++]!;
      const status = ring.status;
      if ((status & L.TP_STATUS_USER) === 0) return 'empty';
      const frame = ring.isOutgoing ? undefined : this.#take(status);
      ring.release();
      if (frame !== undefined) return frame;
    }
  }

  write(frames: readonly Uint8Array[], counts: WriteCounts): void {
    this.#batch.send(frames, counts);
  }

  watch(ready: () => void): void {
    this.#watch ??= this.#calls.watch(this.#fd, () => {
      this.#clearError();
      ready();
    });
    this.#watch.start();
  }

  unwatch(): void {
    this.#watch?.stop();
  }

  takeLostCount(): number {
    const statistics = this.#statistics;
    // Reading resets them. The second number is what found no room.
    if (this.#calls.getOption(this.#fd, L.SOL_PACKET, L.PACKET_STATISTICS, statistics) >= 0) {
      this.#lostCount += viewOf(statistics).getUint32(4, true);
    }
    const count = this.#lostCount;
    this.#lostCount = 0;
    return count;
  }

  close(): void {
    this.#watch?.close();
    this.#calls.unmap(this.#ring.memory);
    this.#calls.close(this.#fd);
  }

  /** The frame of the next slot; undefined where there are segments of it, or nothing. */
  #take(status: number): Uint8Array | undefined {
    if ((status & L.TP_STATUS_COPY) !== 0) return this.#takeLarge(status);
    const ring = this.#ring;
    const { memory, frameAt, sizeInSlot } = ring;
    if (sizeInSlot < ring.length) return this.#lose();
    const offload = this.#offload;
    offload.read(memory, frameAt - L.VIRTIO_NET_HDR_SIZE);
    const tagSize = tagSizeOf(status);
    const frame = this.#slab.take(sizeInSlot + tagSize);
    const source = memory.subarray(frameAt, frameAt + sizeInSlot);
    if (tagSize === 0) frame.set(source);
    else this.#putTagged(frame, source, status);
    return this.#finish(frame);
  }

  /** The frame of the next slot, which waits in the socket's queue. */
  #takeLarge(status: number): Uint8Array | undefined {
    this.#large ??= new Uint8Array(LARGE_SIZE_MAX);
    const buffer = this.#large;
    const size = this.#calls.receive(this.#fd, buffer);
    if (size <= L.VIRTIO_NET_HDR_SIZE) return this.#lose();
    this.#offload.read(buffer, 0);
    const source = buffer.subarray(L.VIRTIO_NET_HDR_SIZE, size);
    const tagSize = tagSizeOf(status);
    if (tagSize === 0 && this.#offload.kind !== L.VIRTIO_NET_HDR_GSO_NONE) {
      return this.#finish(source);
    }
    const frame = this.#slab.take(source.length + tagSize);
    if (tagSize === 0) frame.set(source);
    else this.#putTagged(frame, source, status);
    return this.#finish(frame);
  }

  /** Puts a tag back that the kernel took off. */
  #putTagged(frame: Uint8Array, source: Uint8Array, status: number): void {
    const { tci, tpid } = this.#ring;
    frame.set(source.subarray(0, TAG_OFFSET));
    writeHalf(
      frame,
      TAG_OFFSET,
      (status & L.TP_STATUS_VLAN_TPID_VALID) === 0 ? ETH_TYPE_VLAN : tpid,
    );
    writeHalf(frame, TAG_OFFSET + 2, tci);
    frame.set(source.subarray(TAG_OFFSET), TAG_OFFSET + VLAN_HEADER_SIZE);
    this.#offload.shift(VLAN_HEADER_SIZE);
  }

  /** Does what the sender left undone. */
  #finish(frame: Uint8Array): Uint8Array | undefined {
    const offload = this.#offload;
    if (offload.kind === L.VIRTIO_NET_HDR_GSO_NONE) {
      if (offload.needsChecksum) completeChecksum(frame, offload);
      return frame;
    }
    this.#segments.length = 0;
    this.#nextSegment = 0;
    return segment(frame, offload, this.#slab, this.#segments) ? undefined : this.#lose();
  }

  #lose(): undefined {
    this.#lostCount++;
  }

  /** An error that is not fetched keeps the descriptor ready for ever. */
  #clearError(): void {
    if ((this.#ring.status & L.TP_STATUS_USER) !== 0) return;
    this.#calls.getOption(this.#fd, L.SOL_SOCKET, L.SO_ERROR, int32s(0));
  }
}

function tagSizeOf(status: number): number {
  return (status & L.TP_STATUS_VLAN_VALID) === 0 ? 0 : VLAN_HEADER_SIZE;
}
