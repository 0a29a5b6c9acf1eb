/**
 * Locks a file as POSIX programs do, until its descriptor is closed.
 *
 * `ovs-appctl -t NAME` believes a pid file only where the process that it names has it locked, and
 * Node has no such call. Answers to `lock_pidfile()` of OVS's `lib/daemon-unix.c`.
 */

import { UpcallError } from '../base/errors.js';
import { loadSystemCalls } from './koffi-system-calls.js';
import { F_SETLK, F_WRLCK } from './linux-numbers.js';

/** `struct flock` of 64 bits; its zeros mean "from the first byte to the last". */
const FLOCK_SIZE = 32;

/** Whether it could: false without the package koffi, or where somebody else has locked it. */
export async function lockFile(fd: number, load = () => loadSystemCalls()): Promise<boolean> {
  const lock = new Uint8Array(FLOCK_SIZE);
  lock[0] = F_WRLCK;
  try {
    const calls = await load();
    return calls.fcntl(fd, F_SETLK, lock) >= 0;
  } catch (error) {
    if (error instanceof UpcallError) return false;
    throw error;
  }
}
