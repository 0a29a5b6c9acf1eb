/**
 * Structures that system calls take, as bytes: `ifreq`, socket addresses, the request for a ring.
 *
 * Laid out for a 64-bit Linux, least significant byte first.
 */

import { assert } from '../base/errors.js';
import { AF_NETLINK, AF_PACKET, IFNAMSIZ, PACKET_MR_PROMISC } from './linux-numbers.js';

const IFREQ_SIZE = 40;

/** A name that an interface can have: not too long, no slash, no space. */
export function isInterfaceName(name: string): boolean {
  return /^[^\s/:%]+$/.test(name) && Buffer.byteLength(name) < IFNAMSIZ && !/^\.\.?$/.test(name);
}

/** `struct ifreq` with 16 bits of flags. */
export function interfaceRequest(name: string, flags = 0): Uint8Array {
  assert(isInterfaceName(name), 'a name of an interface was not checked');
  const request = new Uint8Array(IFREQ_SIZE);
  request.set(Buffer.from(name));
  viewOf(request).setUint16(IFNAMSIZ, flags, true);
  return request;
}

/** The flags that the kernel wrote into a `struct ifreq`. */
export function interfaceFlags(request: Uint8Array): number {
  return viewOf(request).getUint16(IFNAMSIZ, true);
}

/** `struct sockaddr_ll`: an interface, and what of it is wanted. */
export function packetAddress(interfaceIndex: number, protocol: number): Uint8Array {
  const address = new Uint8Array(20);
  const view = viewOf(address);
  view.setUint16(0, AF_PACKET, true);
  view.setUint16(2, protocol, false);
  view.setInt32(4, interfaceIndex, true);
  return address;
}

/** `struct packet_mreq`: all that comes by, whoever it is for. */
export function promiscuousRequest(interfaceIndex: number): Uint8Array {
  const request = new Uint8Array(16);
  const view = viewOf(request);
  view.setInt32(0, interfaceIndex, true);
  view.setUint16(4, PACKET_MR_PROMISC, true);
  return request;
}

/** `struct sockaddr_nl` that hears of `groups`. */
export function netlinkAddress(groups: number): Uint8Array {
  const address = new Uint8Array(12);
  const view = viewOf(address);
  view.setUint16(0, AF_NETLINK, true);
  view.setUint32(8, groups, true);
  return address;
}

/** How a ring is divided. */
export interface RingShape {
  readonly blockSize: number;
  readonly blockCount: number;
  readonly slotSize: number;
  readonly slotCount: number;
}

/** `struct tpacket_req`. */
export function ringRequest(shape: RingShape): Uint8Array {
  return int32s(shape.blockSize, shape.blockCount, shape.slotSize, shape.slotCount);
}

/** 32-bit numbers, as most options are. */
export function int32s(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = viewOf(bytes);
  for (const [i, value] of values.entries()) view.setInt32(i * 4, value, true);
  return bytes;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
