/**
 * Destination addresses of protocols between neighbouring switches, which NORMAL does not forward.
 *
 * Answers to `eth_addr_is_reserved()`.
 *
 * Hot path. Bench: `bench/translate.ts`.
 */

import type { Flow } from '../packet/flow.js';
import { DL_DST } from '../packet/flow-layout.js';

/** 01:80:c2:00:00:00 to …:0f: spanning tree, pause frames, LACP, LLDP. */
const IEEE_HIGH = 0x0180_c200;
const IEEE_LOW_LAST = 0x000f;

/** The first 32 bits of an address, and the last 16 of those that are reserved. */
const OTHERS = new Map<number, ReadonlySet<number>>([
  // Extreme's EDP and EAPS.
  [0x00e0_2b00, new Set([0x0000, 0x0004, 0x0006])],
  // Cisco's ISL.
  [0x0100_0c00, new Set([0x0000])],
  // Cisco's CDP, VTP, DTP, PAgP, UDLD; PVST+; CFM.
  [
    0x0100_0ccc,
    new Set([0xcccc, 0xcccd, 0xccc0, 0xccc1, 0xccc2, 0xccc3, 0xccc4, 0xccc5, 0xccc6, 0xccc7]),
  ],
  // Cisco's FlexLink.
  [0x0100_0ccd, new Set([0xcdcd])],
]);

/** Whether the frame is one of a spanning tree, 01:80:c2:00:00:00. */
export function isSpanningTree(flow: Flow): boolean {
  return flow[DL_DST] === IEEE_HIGH && flow[DL_DST + 1]! >>> 16 === 0;
}

/** Whether the flow's destination address is reserved. */
export function isReservedAddress(flow: Flow): boolean {
  const high = flow[DL_DST]!;
  const low = flow[DL_DST + 1]! >>> 16;
  if (high === IEEE_HIGH) return low <= IEEE_LOW_LAST;
  return OTHERS.get(high)?.has(low) ?? false;
}
