/**
 * MPLS label stack entries, pushed to, changed in and popped from a frame. Answers to
 * `push_mpls()`, `set_mpls_lse()` and `pop_mpls()` of OVS's `lib/packets.c`.
 *
 * The label stack stands behind the VLAN tags; the Ethernet type in front of it says so.
 *
 * Hot path. Bench: `bench/hit-path.ts`.
 */

import { readHalf, writeHalf, writeWord } from './bytes.js';
import type { Packet } from './packet.js';
import {
  ETH_ADDRESS_SIZE,
  isMplsType,
  isVlanType,
  MPLS_HEADER_SIZE,
  VLAN_HEADER_SIZE,
} from './protocol.js';

/** Inserts an outermost entry; `ethType` is one of MPLS's two. */
export function pushMpls(packet: Packet, ethType: number, entry: number): void {
  const old = packet.data;
  const at = ethTypeOffset(old);
  const stack = at + 2;
  const data = new Uint8Array(old.length + MPLS_HEADER_SIZE);
  data.set(old.subarray(0, stack));
  data.set(old.subarray(stack), stack + MPLS_HEADER_SIZE);
  writeHalf(data, at, ethType);
  writeWord(data, stack, entry);
  packet.data = data;
}

/** Replaces the outermost entry; a frame without one stays as it is. */
export function setMplsEntry(packet: Packet, entry: number): void {
  const at = ethTypeOffset(packet.data);
  if (hasEntry(packet.data, at)) writeWord(packet.data, at + 2, entry);
}

/** Removes the outermost entry; what is behind it has `ethType`. */
export function popMpls(packet: Packet, ethType: number): void {
  const { data } = packet;
  const at = ethTypeOffset(data);
  if (!hasEntry(data, at)) return;
  writeHalf(data, at, ethType);
  data.copyWithin(MPLS_HEADER_SIZE, 0, at + 2);
  packet.data = data.subarray(MPLS_HEADER_SIZE);
}

function hasEntry(data: Uint8Array, at: number): boolean {
  return data.length >= at + 2 + MPLS_HEADER_SIZE && isMplsType(readHalf(data, at));
}

/** Where the Ethernet type stands that is no tag's. */
function ethTypeOffset(data: Uint8Array): number {
  const last = data.length - VLAN_HEADER_SIZE - 2;
  let at = ETH_ADDRESS_SIZE * 2;
  while (at <= last && isVlanType(readHalf(data, at))) at += VLAN_HEADER_SIZE;
  return at;
}
