/**
 * System calls, made by koffi: an optional package that brings its compiled half along.
 *
 * It is loaded when the first device is asked for, and never before: who has no devices needs
 * none of it. Owner: of the watches' handles, which hold their callbacks.
 */

import { UpcallError } from '../base/errors.js';
import type { ReadinessWatch, SystemCalls } from './system-calls.js';

/** The version that package.json names. */
const KOFFI = 'koffi@3.3.4';
const POINTER_SIZE = 8;
const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;
const MAP_FAILED = 0xffff_ffff_ffff_ffffn;
const MSG_DONTWAIT = 0x40;
const MMSGHDR_SIZE = 64;

type Koffi = typeof import('koffi');

/** Rejects with an `UpcallError` that says what is missing; `load` gets the package. */
export async function loadSystemCalls(load = () => import('koffi')): Promise<SystemCalls> {
  const koffi = await loadKoffi(load);
  if (koffi.sizeof('void *') !== POINTER_SIZE) {
    throw new UpcallError('Cannot open network devices: this needs a 64-bit Linux');
  }
  try {
    return new KoffiSystemCalls(koffi);
  } catch (cause) {
    const message = 'Cannot open network devices: TAP devices and packet sockets need Linux';
    throw new UpcallError(message, { cause });
  }
}

async function loadKoffi(load: () => Promise<Koffi>): Promise<Koffi> {
  try {
    return await load();
  } catch (cause) {
    const state = `package koffi is not installed; run "npm install ${KOFFI}"`;
    throw new UpcallError(`Cannot open network devices: ${state}`, { cause });
  }
}

class KoffiSystemCalls implements SystemCalls {
  readonly #koffi: Koffi;
  readonly #libc: ReturnType<typeof bindLibc>;

  constructor(koffi: Koffi) {
    this.#koffi = koffi;
    this.#libc = bindLibc(koffi);
  }

  open(path: string, flags: number): number {
    return this.#result(this.#libc.open(path, flags));
  }

  close(fd: number): number {
    return this.#result(this.#libc.close(fd));
  }

  socket(family: number, type: number, protocol: number): number {
    return this.#result(this.#libc.socket(family, type, protocol));
  }

  bind(fd: number, address: Uint8Array): number {
    return this.#result(this.#libc.bind(fd, address, address.length));
  }

  setOption(fd: number, level: number, name: number, value: Uint8Array): number {
    return this.#result(this.#libc.setsockopt(fd, level, name, value, value.length));
  }

  getOption(fd: number, level: number, name: number, value: Uint8Array): number {
    const size = Uint32Array.of(value.length);
    return this.#result(this.#libc.getsockopt(fd, level, name, value, size));
  }

  ioctl(fd: number, request: number, argument: Uint8Array): number {
    return this.#result(this.#libc.ioctl(fd, request, argument));
  }

  fcntl(fd: number, command: number, argument: Uint8Array): number {
    return this.#result(this.#libc.fcntl(fd, command, argument));
  }

  read(fd: number, buffer: Uint8Array): number {
    return this.#result(this.#libc.read(fd, buffer, buffer.length));
  }

  write(fd: number, buffer: Uint8Array): number {
    return this.#result(this.#libc.write(fd, buffer, buffer.length));
  }

  receive(fd: number, buffer: Uint8Array): number {
    return this.#result(this.#libc.recv(fd, buffer, buffer.length, MSG_DONTWAIT));
  }

  sendMany(fd: number, headers: Uint8Array, first: number, count: number): number {
    const from = headers.subarray(first * MMSGHDR_SIZE);
    return this.#result(this.#libc.sendmmsg(fd, from, count, MSG_DONTWAIT));
  }

  map(fd: number, size: number): Uint8Array | number {
    const address = this.#libc.mmap(null, size, PROT_READ_WRITE, MAP_SHARED, fd, 0);
    if (BigInt(address) === MAP_FAILED) return -this.#koffi.errno();
    return new Uint8Array(this.#koffi.view(address, size));
  }

  unmap(memory: Uint8Array): void {
    this.#libc.munmap(memory, memory.length);
  }

  addressOf(memory: Uint8Array): bigint {
    return this.#koffi.address(memory);
  }

  watch(fd: number, ready: () => void): ReadinessWatch {
    const { node } = this.#koffi;
    const handle = node.poll(fd, { readable: true }, ready);
    handle.stop();
    return {
      start: () => handle.start({ readable: true }, ready),
      stop: () => handle.stop(),
      close: () => handle.close(),
    };
  }

  #result(value: number): number {
    return value < 0 ? -this.#koffi.errno() : value;
  }
}

/** The C library is a part of the running program, whichever it is. */
function bindLibc(koffi: Koffi) {
  const libc = koffi.load(null);
  return {
    open: libc.func('int open(const char *, int)'),
    close: libc.func('int close(int)'),
    socket: libc.func('int socket(int, int, int)'),
    bind: libc.func('int bind(int, const void *, uint32_t)'),
    setsockopt: libc.func('int setsockopt(int, int, int, const void *, uint32_t)'),
    getsockopt: libc.func('int getsockopt(int, int, int, void *, uint32_t *)'),
    ioctl: libc.func('int ioctl(int, unsigned long, void *)'),
    fcntl: libc.func('int fcntl(int, int, void *)'),
    read: libc.func('intptr_t read(int, void *, size_t)'),
    write: libc.func('intptr_t write(int, const void *, size_t)'),
    recv: libc.func('intptr_t recv(int, void *, size_t, int)'),
    sendmmsg: libc.func('int sendmmsg(int, void *, unsigned int, int)'),
    mmap: libc.func('void *mmap(void *, size_t, int, int, int, int64_t)'),
    munmap: libc.func('int munmap(void *, size_t)'),
  };
}
