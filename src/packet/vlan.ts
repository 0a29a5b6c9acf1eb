/**
 * VLAN tags, pushed to and popped from a frame. Answers to `eth_push_vlan()` and `eth_pop_vlan()`.
 *
 * Hot path. Bench: `bench/hit-path.ts`.
 */

import { readHalf, writeHalf } from './bytes.js';
import { VLAN_CFI } from './flow-layout.js';
import type { Packet } from './packet.js';
import { ETH_ADDRESS_SIZE, isVlanType, VLAN_HEADER_SIZE } from './protocol.js';

const TAG_OFFSET = ETH_ADDRESS_SIZE * 2;

/** Inserts an outermost tag; the bit that says "there is a tag" in a flow is not sent. */
export function pushVlan(packet: Packet, tpid: number, tci: number): void {
  const old = packet.data;
  const data = new Uint8Array(old.length + VLAN_HEADER_SIZE);
  data.set(old.subarray(0, TAG_OFFSET));
  data.set(old.subarray(TAG_OFFSET), TAG_OFFSET + VLAN_HEADER_SIZE);
  writeHalf(data, TAG_OFFSET, tpid);
  writeHalf(data, TAG_OFFSET + 2, tci & ~VLAN_CFI);
  packet.data = data;
}

/** Removes the outermost tag; a frame without one stays as it is. */
export function popVlan(packet: Packet): void {
  const { data } = packet;
  if (data.length < TAG_OFFSET + VLAN_HEADER_SIZE + 2) return;
  if (!isVlanType(readHalf(data, TAG_OFFSET))) return;
  data.copyWithin(VLAN_HEADER_SIZE, 0, TAG_OFFSET);
  packet.data = data.subarray(VLAN_HEADER_SIZE);
}
