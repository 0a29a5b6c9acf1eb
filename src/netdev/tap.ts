/**
 * A TAP device: a network interface of this machine whose other end is a port of the switch.
 *
 * What the machine sends by it, we read; what we write, it receives. It offers no offloads, so the
 * kernel finishes frames before it hands them over. The interface is made where there is none of
 * its name, and then ends with us; a persistent one (`ip tuntap add`) is used as it is.
 *
 * Owner: the descriptor. Answers to OVS's ports of type "internal" on a userspace datapath.
 */

import type { Device, WriteCounts } from './device.js';
import { FrameSlab } from './frame-slab.js';
import { switchInterface } from './interface-switch.js';
import * as L from './linux-numbers.js';
import { DeviceError } from './open-error.js';
import { interfaceRequest } from './structures.js';
import type { ReadinessWatch, SystemCalls } from './system-calls.js';

const CONTROL_PATH = '/dev/net/tun';
/** The largest MTU, an Ethernet header and two tags. */
const FRAME_SIZE_MAX = 65_535 + 22;

/** Opens or makes the interface and switches it on. Throws a `DeviceError`. */
export function openTap(calls: SystemCalls, name: string): Device {
  const fd = calls.open(CONTROL_PATH, L.O_RDWR | L.O_NONBLOCK | L.O_CLOEXEC);
  if (fd < 0) throw new DeviceError('TAP device', name, -fd);
  const request = interfaceRequest(name, L.IFF_TAP | L.IFF_NO_PI);
  const result = calls.ioctl(fd, L.TUNSETIFF, request);
  // Nobody else could: until now there was nothing to be switched on.
  const switched = result < 0 ? result : switchInterface(calls, name, true);
  if (switched >= 0) return new Tap(calls, fd);
  calls.close(fd);
  throw new DeviceError('TAP device', name, -switched);
}

class Tap implements Device {
  readonly #calls: SystemCalls;
  readonly #fd: number;
  readonly #slab = new FrameSlab();
  readonly #buffer = new Uint8Array(FRAME_SIZE_MAX);
  #watch: ReadinessWatch | undefined;

  constructor(calls: SystemCalls, fd: number) {
    this.#calls = calls;
    this.#fd = fd;
  }

  read(): Uint8Array | 'empty' | 'failed' {
    const size = this.#calls.read(this.#fd, this.#buffer);
    if (size === -L.EAGAIN) return 'empty';
    if (size < 0) return 'failed';
    const frame = this.#slab.take(size);
    frame.set(this.#buffer.subarray(0, size));
    return frame;
  }

  /** While the interface is off, the kernel refuses: nobody would receive the frames. */
  write(frames: readonly Uint8Array[], counts: WriteCounts): void {
    for (const frame of frames) {
      if (this.#calls.write(this.#fd, frame) < 0) {
        counts.txDropped++;
      } else {
        counts.txPackets++;
        counts.txBytes += frame.length;
      }
    }
  }

  watch(ready: () => void): void {
    this.#watch ??= this.#calls.watch(this.#fd, ready);
    this.#watch.start();
  }

  unwatch(): void {
    this.#watch?.stop();
  }

  /** The kernel counts what its queue has no room for as dropped by the interface. */
  takeLostCount(): number {
    return 0;
  }

  close(): void {
    this.#watch?.close();
    this.#calls.close(this.#fd);
  }
}
