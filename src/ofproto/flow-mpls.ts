/**
 * The label stack of a flow: counting, pushing and popping its entries, on the flow alone.
 *
 * A label stack hides what follows it, so a first push clears what the flow knows of L3 and above.
 * Answers to `flow_count_mpls_labels()`, `flow_push_mpls()` and `flow_pop_mpls()`.
 *
 * Hot path. Bench: `bench/translate.ts`.
 */

import type { Flow, FlowMask } from '../packet/flow.js';
import { DL_TYPE, DP_HASH, FLOW_WORDS, MPLS0, NW_PROTO, NW_SRC } from '../packet/flow-layout.js';
import {
  ETH_TYPE_IPV4,
  ETH_TYPE_IPV6,
  isMplsType,
  MPLS_BOTTOM_OF_STACK,
} from '../packet/protocol.js';

/** Entries that a flow holds; `FLOW_MAX_MPLS_LABELS`. */
export const MPLS_LABELS_MAX = 3;
const EXACT = 0xffff_ffff;
const LABEL_IPV4_EXPLICIT_NULL = 0;
const LABEL_IPV6_EXPLICIT_NULL = 2;
const TTL_DEFAULT = 64;
const DSCP_BITS = 0x00fc_0000;
const TTL_BITS = 0x0000_ff00;

/** Entries of the stack, as far as a flow shows it. */
export function countLabels(flow: Flow, wc: FlowMask | undefined): number {
  if (!isMplsType(flow[DL_TYPE]! >>> 16)) return 0;
  let count = 0;
  for (let i = 0; i < MPLS_LABELS_MAX; i++) {
    if (wc !== undefined) wc[MPLS0 + i]! |= MPLS_BOTTOM_OF_STACK;
    if ((flow[MPLS0 + i]! & MPLS_BOTTOM_OF_STACK) !== 0) return i + 1;
    if (flow[MPLS0 + i] !== 0) count++;
  }
  // Without a bottom it hung on which entries are zero.
  if (wc !== undefined) wc.fill(EXACT, MPLS0, MPLS0 + MPLS_LABELS_MAX);
  return count;
}

/**
 * Puts an entry on top of `count` others: a copy of the topmost, or one made from the IP header.
 */
export function pushLabel(
  flow: Flow,
  count: number,
  ethType: number,
  wc: FlowMask | undefined,
): void {
  if (count > 0) {
    if (wc !== undefined) wc.fill(EXACT, MPLS0, MPLS0 + count);
    for (let i = Math.min(count, MPLS_LABELS_MAX - 1); i >= 1; i--) {
      flow[MPLS0 + i] = flow[MPLS0 + i - 1]!;
    }
    flow[MPLS0] = flow[MPLS0 + 1]! & ~MPLS_BOTTOM_OF_STACK;
  } else {
    flow[MPLS0] = firstLabel(flow, wc);
  }
  flow[DL_TYPE] = ethType << 16;
}

/** What a label stack hides: everything from L3 on. */
export function clearL3(flow: Flow): void {
  flow.fill(0, NW_SRC, FLOW_WORDS);
  flow[DP_HASH] = 0;
}

/** Takes the topmost of `count` entries away; false where the stack is too deep to tell. */
export function popLabel(
  flow: Flow,
  count: number,
  ethType: number,
  wc: FlowMask | undefined,
): boolean {
  if (count === 0) return false;
  const last = MPLS0 + count - 1;
  if (count === MPLS_LABELS_MAX && (flow[last]! & MPLS_BOTTOM_OF_STACK) === 0) return false;
  if (wc !== undefined) wc.fill(EXACT, MPLS0 + 1, MPLS0 + count);
  for (let i = MPLS0; i < last; i++) flow[i] = flow[i + 1]!;
  flow[last] = 0;
  flow[DL_TYPE] = ethType << 16;
  return true;
}

/** How many entries, from the bottom up, two stacks have in common. */
export function countCommonLabels(a: Flow, aCount: number, b: Flow, bCount: number): number {
  let common = 0;
  while (
    common < aCount &&
    common < bCount &&
    a[MPLS0 + aCount - 1 - common] === b[MPLS0 + bCount - 1 - common]
  ) {
    common++;
  }
  return common;
}

/** The entry that a first push makes: explicit null, the packet's DSCP and TTL. */
function firstLabel(flow: Flow, wc: FlowMask | undefined): number {
  const ethType = flow[DL_TYPE]! >>> 16;
  const label = ethType === ETH_TYPE_IPV6 ? LABEL_IPV6_EXPLICIT_NULL : LABEL_IPV4_EXPLICIT_NULL;
  let trafficClass = 0;
  let ttl = TTL_DEFAULT;
  if (ethType === ETH_TYPE_IPV4 || ethType === ETH_TYPE_IPV6) {
    const network = flow[NW_PROTO]!;
    trafficClass = (network & DSCP_BITS) >>> 18;
    ttl = (network & TTL_BITS) >>> 8 || TTL_DEFAULT;
    if (wc !== undefined) wc[NW_PROTO]! |= DSCP_BITS | TTL_BITS;
  }
  // Three bits of the DSCP's six fit: the lowest, as OVS has it.
  return (label << 12) | ((trafficClass & 7) << 9) | MPLS_BOTTOM_OF_STACK | ttl;
}
