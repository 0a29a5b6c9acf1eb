/**
 * Switches a network interface on or off, as `ip link set NAME up` does.
 */

import * as L from './linux-numbers.js';
import { interfaceFlags, interfaceRequest } from './structures.js';
import type { SystemCalls } from './system-calls.js';

/** Less than 0: minus the kernel's error number. */
export function switchInterface(calls: SystemCalls, name: string, isUp: boolean): number {
  const socket = calls.socket(L.AF_INET, L.SOCK_DGRAM | L.SOCK_CLOEXEC, 0);
  if (socket < 0) return socket;
  const request = interfaceRequest(name);
  let result = calls.ioctl(socket, L.SIOCGIFFLAGS, request);
  if (result >= 0) {
    const flags = interfaceFlags(request);
    const wanted = isUp ? flags | L.IFF_UP : flags & ~L.IFF_UP;
    result = calls.ioctl(socket, L.SIOCSIFFLAGS, interfaceRequest(name, wanted));
  }
  calls.close(socket);
  return result;
}
