/**
 * Frames on their way to a packet socket: copied side by side, described once, sent by one call.
 *
 * The descriptions (`struct mmsghdr` and `struct iovec`) point to the memory of the frames. Both
 * are kept here, for a pointer keeps nothing alive.
 *
 * Owner: the packet socket. Answers to OVS's `netdev_linux_sock_batch_send()`.
 * Hot path. Timed by iperf3 in `test/interop/daemon.test.ts`.
 */

import type { WriteCounts } from './device.js';
import * as L from './linux-numbers.js';
import { viewOf } from './structures.js';
import type { SystemCalls } from './system-calls.js';

/** Frames of one call: more gain nothing measurable. */
export const SEND_BATCH_MAX = 64;
const MMSGHDR_SIZE = 64;
const IOVEC_SIZE = 16;
const IOV_OFFSET = 16;
const IOV_COUNT_OFFSET = 24;
/** For frames of the usual MTU, with tags; grows for larger ones. */
const SLOT_SIZE_MIN = 2048;
/** What a frame's length may be at all, with the header before it. */
const SLOT_SIZE_MAX = 131_072;

export class SendBatch {
  readonly #calls: SystemCalls;
  readonly #fd: number;
  readonly #headers = new Uint8Array(new ArrayBuffer(SEND_BATCH_MAX * MMSGHDR_SIZE));
  readonly #vectors = new Uint8Array(new ArrayBuffer(SEND_BATCH_MAX * IOVEC_SIZE));
  readonly #lengths = new Uint32Array(this.#vectors.buffer);
  #slotSize = 0;
  #slots = new Uint8Array();

  constructor(calls: SystemCalls, fd: number) {
    this.#calls = calls;
    this.#fd = fd;
    const vectors = calls.addressOf(this.#vectors);
    const view = viewOf(this.#headers);
    for (let i = 0; i < SEND_BATCH_MAX; i++) {
      const at = i * MMSGHDR_SIZE;
      view.setBigUint64(at + IOV_OFFSET, vectors + BigInt(i * IOVEC_SIZE), true);
      view.setBigUint64(at + IOV_COUNT_OFFSET, 1n, true);
    }
    this.#makeSlots(SLOT_SIZE_MIN);
  }

  /** Sends frames in order, and counts what became of each. */
  send(frames: readonly Uint8Array[], counts: WriteCounts): void {
    for (let first = 0; first < frames.length; first += SEND_BATCH_MAX) {
      const count = Math.min(SEND_BATCH_MAX, frames.length - first);
      for (let i = 0; i < count; i++) this.#put(i, frames[first + i]!);
      this.#sendSlots(frames, first, count, counts);
    }
  }

  #put(slot: number, frame: Uint8Array): void {
    const size = L.VIRTIO_NET_HDR_SIZE + frame.length;
    if (size > this.#slotSize) this.#growFor(slot, size);
    this.#slots.set(frame, slot * this.#slotSize + L.VIRTIO_NET_HDR_SIZE);
    this.#lengths[slot * 4 + 2] = size;
  }

  #sendSlots(
    frames: readonly Uint8Array[],
    first: number,
    count: number,
    counts: WriteCounts,
  ): void {
    let done = 0;
    while (done < count) {
      const sent = this.#calls.sendMany(this.#fd, this.#headers, done, count - done);
      for (let i = 0; i < sent; i++) counts.txBytes += frames[first + done + i]!.length;
      if (sent > 0) {
        counts.txPackets += sent;
        done += sent;
      } else {
        // The socket takes nothing more, or refuses this one frame: too large, or no room for it.
        const dropped = sent === -L.EAGAIN ? count - done : 1;
        counts.txDropped += dropped;
        done += dropped;
      }
    }
  }

  /** Larger slots, with what the earlier ones hold already. */
  #growFor(used: number, size: number): void {
    const old = this.#slots;
    const oldSize = this.#slotSize;
    let slotSize = oldSize;
    while (slotSize < size && slotSize < SLOT_SIZE_MAX) slotSize *= 2;
    this.#makeSlots(slotSize);
    for (let i = 0; i < used; i++) {
      this.#slots.set(old.subarray(i * oldSize, (i + 1) * oldSize), i * slotSize);
    }
  }

  #makeSlots(slotSize: number): void {
    this.#slotSize = slotSize;
    this.#slots = new Uint8Array(new ArrayBuffer(SEND_BATCH_MAX * slotSize));
    const address = this.#calls.addressOf(this.#slots);
    const view = viewOf(this.#vectors);
    for (let i = 0; i < SEND_BATCH_MAX; i++) {
      view.setBigUint64(i * IOVEC_SIZE, address + BigInt(i * slotSize), true);
    }
  }
}
