/**
 * A kernel for tests: interfaces, TAP devices, packet sockets with their rings, netlink.
 *
 * It keeps to what `packet(7)`, `packet_mmap.rst` and `rtnetlink(7)` say, as far as `src/netdev`
 * depends on it, and reads the structures that it is given by their addresses, as the real one
 * does. `poll()` is the event loop: it calls whoever watches a descriptor from which something is
 * to be read.
 */

import * as L from '../../src/netdev/linux-numbers.js';
import type { ReadinessWatch, SystemCalls } from '../../src/netdev/system-calls.js';
import { FakeLinks } from './fake-links.js';
import { FakePacketSocket } from './fake-packet-socket.js';
import type { FakeDescriptor } from './fake-descriptor.js';

/** A TAP device's descriptor. */
class FakeTap implements FakeDescriptor {
  name = '';
  readonly toRead: Uint8Array[] = [];
  isGone = false;

  get isReadable(): boolean {
    return this.toRead.length > 0 || this.isGone;
  }

  read(buffer: Uint8Array): number {
    if (this.isGone) return -L.ENODEV;
    const frame = this.toRead.shift();
    if (frame === undefined) return -L.EAGAIN;
    buffer.set(frame);
    return frame.length;
  }
}

export class FakeKernel implements SystemCalls {
  readonly links = new FakeLinks();
  /** What went out, by interface. */
  readonly sent = new Map<string, Uint8Array[]>();
  /** Errors that calls answer with, by the call's name. */
  readonly failures = new Map<string, number>();
  /** What `fcntl` was asked for. */
  readonly locks: number[][] = [];
  readonly #descriptors = new Map<number, FakeDescriptor>();
  readonly #watches = new Map<number, { ready: () => void; isStarted: boolean }>();
  readonly #memories: { readonly base: bigint; readonly bytes: Uint8Array }[] = [];
  #nextFd = 3;
  #nextAddress = 0x1000n;

  /** Calls everybody who is to be called, until nobody is. */
  poll(): void {
    for (let rounds = 0; rounds < 1000; rounds++) {
      const due = [...this.#watches].find(
        ([fd, watch]) => watch.isStarted && this.#descriptors.get(fd)?.isReadable === true,
      );
      if (due === undefined) return;
      due[1].ready();
    }
    throw new Error('somebody is called for ever');
  }

  /** Descriptors that are open. */
  get openCount(): number {
    return this.#descriptors.size;
  }

  /** The sockets that are bound to an interface. */
  packetSockets(name: string): FakePacketSocket[] {
    const index = this.links.find(name)?.index;
    return [...this.#descriptors.values()].filter(
      (each): each is FakePacketSocket => each instanceof FakePacketSocket && each.index === index,
    );
  }

  /** A frame arrives at an interface. */
  arrive(name: string, frame: Uint8Array, extra: Parameters<FakePacketSocket['arrive']>[1] = {}) {
    for (const socket of this.packetSockets(name)) socket.arrive(frame, extra);
    for (const tap of this.#taps(name)) tap.toRead.push(frame);
    this.poll();
  }

  /** The interface is deleted. */
  removeLink(name: string): void {
    for (const tap of this.#taps(name)) tap.isGone = true;
    this.links.remove(name);
    this.poll();
  }

  open(path: string): number {
    return path === '/dev/net/tun' ? this.#add('open', new FakeTap()) : -L.ENOENT;
  }

  close(fd: number): number {
    const descriptor = this.#descriptors.get(fd);
    if (descriptor instanceof FakeTap && !descriptor.isGone) this.links.remove(descriptor.name);
    this.#descriptors.delete(fd);
    this.#watches.delete(fd);
    return 0;
  }

  socket(family: number): number {
    if (family === L.AF_PACKET) return this.#add('socket', new FakePacketSocket());
    if (family === L.AF_NETLINK) return this.#add('socket', this.links.createSocket());
    return this.#add('socket', { isReadable: false });
  }

  bind(fd: number, address: Uint8Array): number {
    const failure = this.failures.get('bind');
    if (failure !== undefined) return -failure;
    this.#descriptors.get(fd)?.bind?.(address);
    return 0;
  }

  setOption(fd: number, level: number, name: number, value: Uint8Array): number {
    const failure = this.failures.get('setOption');
    if (failure !== undefined) return -failure;
    return this.#descriptors.get(fd)?.setOption?.(level, name, value) ?? 0;
  }

  getOption(fd: number, level: number, name: number, value: Uint8Array): number {
    return this.#descriptors.get(fd)?.getOption?.(level, name, value) ?? 0;
  }

  ioctl(fd: number, request: number, argument: Uint8Array): number {
    const failure = this.failures.get('ioctl');
    if (failure !== undefined) return -failure;
    const name = Buffer.from(argument.subarray(0, argument.indexOf(0))).toString();
    const descriptor = this.#descriptors.get(fd);
    if (request === L.TUNSETIFF && descriptor instanceof FakeTap) {
      descriptor.name = name;
      if (this.links.find(name) === undefined) this.links.add(name, { isUp: false });
    }
    if (request === L.SIOCSIFFLAGS) this.links.change(name, { isUp: (argument[16]! & 1) === 1 });
    return 0;
  }

  fcntl(_fd: number, _command: number, argument: Uint8Array): number {
    const failure = this.failures.get('fcntl');
    this.locks.push([...argument]);
    return failure === undefined ? 0 : -failure;
  }

  read(fd: number, buffer: Uint8Array): number {
    return this.#descriptors.get(fd)?.read?.(buffer) ?? -L.EAGAIN;
  }

  receive(fd: number, buffer: Uint8Array): number {
    return this.read(fd, buffer);
  }

  write(fd: number, buffer: Uint8Array): number {
    const descriptor = this.#descriptors.get(fd);
    if (!(descriptor instanceof FakeTap)) return descriptor?.write?.(buffer) ?? -L.EINVAL;
    if (this.links.find(descriptor.name)?.isUp !== true) return -5;
    this.#send(descriptor.name, buffer.slice());
    return buffer.length;
  }

  sendMany(fd: number, headers: Uint8Array, first: number, count: number): number {
    const failure = this.failures.get('sendMany');
    if (failure !== undefined) return -failure;
    const socket = this.#descriptors.get(fd);
    if (!(socket instanceof FakePacketSocket)) return -L.EINVAL;
    const link = this.links.findIndex(socket.index);
    if (link === undefined) return -L.ENXIO;
    for (let i = 0; i < count; i++) {
      const frame = this.#gather(headers, first + i).subarray(L.VIRTIO_NET_HDR_SIZE);
      if (frame.length > link.mtu + 14) return i > 0 ? i : -L.EMSGSIZE;
      this.#send(link.name, frame);
    }
    return count;
  }

  map(fd: number, size: number): Uint8Array | number {
    const socket = this.#descriptors.get(fd);
    return socket instanceof FakePacketSocket ? socket.map(size) : -L.EINVAL;
  }

  unmap(memory: Uint8Array): void {
    // What is read after this would be somebody else's.
    memory.fill(0xee);
  }

  addressOf(memory: Uint8Array): bigint {
    const base = this.#nextAddress;
    this.#nextAddress += BigInt(memory.length + 0x1000);
    this.#memories.push({ base, bytes: memory });
    return base;
  }

  watch(fd: number, ready: () => void): ReadinessWatch {
    const watch = { ready, isStarted: false };
    this.#watches.set(fd, watch);
    return {
      start: () => {
        watch.isStarted = true;
      },
      stop: () => {
        watch.isStarted = false;
      },
      close: () => this.#watches.delete(fd),
    };
  }

  #add(call: string, descriptor: FakeDescriptor): number {
    const failure = this.failures.get(call);
    if (failure !== undefined) return -failure;
    this.#descriptors.set(this.#nextFd, descriptor);
    return this.#nextFd++;
  }

  #taps(name: string): FakeTap[] {
    return [...this.#descriptors.values()].filter(
      (each): each is FakeTap => each instanceof FakeTap && each.name === name,
    );
  }

  #send(name: string, frame: Uint8Array): void {
    this.sent.set(name, [...(this.sent.get(name) ?? []), frame]);
  }

  /** What the parts of a message point to. */
  #gather(headers: Uint8Array, index: number): Uint8Array {
    const view = new DataView(headers.buffer, headers.byteOffset + index * 64, 64);
    const count = Number(view.getBigUint64(24, true));
    const vectors = this.#memory(view.getBigUint64(16, true), count * 16);
    const parts: Uint8Array[] = [];
    for (let i = 0; i < count; i++) {
      const vector = new DataView(vectors.buffer, vectors.byteOffset + i * 16, 16);
      const size = Number(vector.getBigUint64(8, true));
      parts.push(this.#memory(vector.getBigUint64(0, true), size));
    }
    return Uint8Array.from(parts.flatMap((part) => [...part]));
  }

  #memory(address: bigint, size: number): Uint8Array {
    const found = this.#memories.find(
      ({ base, bytes }) => address >= base && address + BigInt(size) <= base + BigInt(bytes.length),
    );
    if (found === undefined) throw new Error(`a pointer to nowhere: ${address.toString(16)}`);
    const at = Number(address - found.base);
    return found.bytes.subarray(at, at + size);
  }
}
