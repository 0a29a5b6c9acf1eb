/**
 * A packet socket of the fake kernel, with its TPACKET_V2 ring and its queue for what is too large.
 */

import * as L from '../../src/netdev/linux-numbers.js';
import type { FakeDescriptor } from './fake-descriptor.js';

/** What comes with a frame. */
export interface ArrivalExtra {
  /** The tag that the kernel took off. */
  readonly tag?: { readonly tci: number; readonly tpid?: number };
  /** `struct virtio_net_hdr`. */
  readonly offload?: Uint8Array;
  readonly isOutgoing?: boolean;
}

/** Where the kernel puts a frame in its slot: behind headers, the IP header aligned. */
const MAC = 82;

export class FakePacketSocket implements FakeDescriptor {
  index = 0;
  isPromiscuous = false;
  errors = 0;
  dropped = 0;
  readonly options = new Map<number, Uint8Array>();
  readonly #large: Uint8Array[] = [];
  #memory = new Uint8Array();
  #slotSize = 0;
  #slotCount = 0;
  #next = 0;

  get isReadable(): boolean {
    const last = (this.#next + this.#slotCount - 1) % Math.max(1, this.#slotCount);
    return this.errors > 0 || this.#large.length > 0 || this.#status(last) !== 0;
  }

  bind(address: Uint8Array): void {
    const view = new DataView(address.buffer);
    this.index = view.getUint16(2, false) === L.ETH_P_ALL ? view.getInt32(4, true) : 0;
  }

  setOption(level: number, name: number, value: Uint8Array): number {
    if (level !== L.SOL_PACKET) return 0;
    const isBefore = name === L.PACKET_VERSION || name === L.PACKET_VNET_HDR;
    if (isBefore && this.#slotCount > 0) return -L.EBUSY;
    if (name === L.PACKET_ADD_MEMBERSHIP) this.isPromiscuous = true;
    if (name === L.PACKET_RX_RING) return this.#makeRing(new DataView(value.buffer));
    this.options.set(name, value);
    return 0;
  }

  getOption(level: number, name: number, value: Uint8Array): number {
    if (level === L.SOL_SOCKET && name === L.SO_ERROR) this.errors = 0;
    if (level === L.SOL_PACKET && name === L.PACKET_STATISTICS) {
      new DataView(value.buffer).setUint32(4, this.dropped, true);
      this.dropped = 0;
    }
    return 0;
  }

  map(size: number): Uint8Array {
    this.#memory = new Uint8Array(size);
    return this.#memory;
  }

  /** `recv`: of what is too large for a slot. */
  read(buffer: Uint8Array): number {
    const message = this.#large.shift();
    if (message === undefined) return -L.EAGAIN;
    buffer.set(message.subarray(0, buffer.length));
    return Math.min(message.length, buffer.length);
  }

  arrive(frame: Uint8Array, extra: ArrivalExtra): void {
    if (this.#status(this.#next) !== 0) {
      this.dropped++;
      return;
    }
    const at = this.#next * this.#slotSize;
    const view = new DataView(this.#memory.buffer, at, this.#slotSize);
    const offload = extra.offload ?? new Uint8Array(L.VIRTIO_NET_HDR_SIZE);
    const snapped = Math.min(frame.length, this.#slotSize - MAC);
    this.#memory.set(offload, at + MAC - L.VIRTIO_NET_HDR_SIZE);
    this.#memory.set(frame.subarray(0, snapped), at + MAC);
    view.setUint32(4, frame.length, true);
    view.setUint32(8, snapped, true);
    view.setUint16(12, MAC, true);
    view.setUint16(24, extra.tag?.tci ?? 0, true);
    view.setUint16(26, extra.tag?.tpid ?? 0, true);
    view.setUint8(42, extra.isOutgoing === true ? L.PACKET_OUTGOING : 0);
    let status = L.TP_STATUS_USER;
    if (snapped < frame.length) {
      status |= L.TP_STATUS_COPY;
      this.#large.push(Uint8Array.from([...offload, ...frame]));
    }
    if (extra.tag !== undefined) status |= L.TP_STATUS_VLAN_VALID;
    if (extra.tag?.tpid !== undefined) status |= L.TP_STATUS_VLAN_TPID_VALID;
    view.setUint32(0, status, true);
    this.#next = (this.#next + 1) % this.#slotCount;
  }

  #makeRing(request: DataView): number {
    const [blockSize, blockCount, slotSize, slotCount] = [0, 4, 8, 12].map((at) =>
      request.getUint32(at, true),
    );
    if (blockSize === undefined || blockCount === undefined) return -L.EINVAL;
    if (slotSize === undefined || slotCount === undefined) return -L.EINVAL;
    const isWhole = blockSize % 4096 === 0 && slotSize % 16 === 0;
    if (!isWhole || Math.floor(blockSize / slotSize) * blockCount !== slotCount) return -L.EINVAL;
    this.#slotSize = slotSize;
    this.#slotCount = slotCount;
    return 0;
  }

  #status(slot: number): number {
    if (this.#memory.length === 0) return 0;
    return new DataView(this.#memory.buffer).getUint32(slot * this.#slotSize, true);
  }
}
