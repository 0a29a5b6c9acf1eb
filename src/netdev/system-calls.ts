/**
 * What network devices need of Linux: some system calls, as they are.
 *
 * `koffi-system-calls.ts` makes them really; tests have a kernel of their own
 * (`test/netdev/fake-kernel.ts`). A call that fails returns the number of its error, negative, as
 * the kernel itself does.
 *
 * Owner: nobody; what a call opens belongs to its caller.
 */

/** Waits for a descriptor, again and again. Whoever holds it keeps it from being collected. */
export interface ReadinessWatch {
  /** From now on `ready` is called as long as something is to be read, or has failed. */
  start(): void;
  stop(): void;
  /** For good; before the descriptor is closed. */
  close(): void;
}

export interface SystemCalls {
  open(path: string, flags: number): number;
  close(fd: number): number;
  socket(family: number, type: number, protocol: number): number;
  bind(fd: number, address: Uint8Array): number;
  setOption(fd: number, level: number, name: number, value: Uint8Array): number;
  /** Fills `value`. */
  getOption(fd: number, level: number, name: number, value: Uint8Array): number;
  /** `argument` is read and written. */
  ioctl(fd: number, request: number, argument: Uint8Array): number;
  fcntl(fd: number, command: number, argument: Uint8Array): number;
  /** How many bytes there were; an error where there is nothing to read, EAGAIN. */
  read(fd: number, buffer: Uint8Array): number;
  write(fd: number, buffer: Uint8Array): number;
  /** `recv` that does not wait. */
  receive(fd: number, buffer: Uint8Array): number;
  /**
   * `sendmmsg` that does not wait, for `count` of the `struct mmsghdr` in `headers`, from `first`
   * on: how many were sent.
   */
  sendMany(fd: number, headers: Uint8Array, first: number, count: number): number;
  /** Maps `size` bytes of a descriptor, shared with the kernel. */
  map(fd: number, size: number): Uint8Array | number;
  /** Nobody may touch the memory afterwards: it is gone. */
  unmap(memory: Uint8Array): void;
  /** Where memory is, for structures that point to it; the caller keeps it alive. */
  addressOf(memory: Uint8Array): bigint;
  watch(fd: number, ready: () => void): ReadinessWatch;
}
