/**
 * The mask of a translation: how it begins, and what is put right at its end.
 *
 * In between it only grows: each lookup and each action adds the bits that it looked at. Answers to
 * `xlate_wc_init()` and `xlate_wc_finish()`.
 *
 * Hot path. Bench: `bench/translate.ts`.
 */

import type { Flow, FlowMask } from '../packet/flow.js';
import {
  ACTSET_OUTPUT,
  CONJ_ID,
  DL_TYPE,
  DP_START,
  FRAG_ANY,
  FRAG_LATER,
  IN_PORT,
  MPLS0,
  NW_PROTO,
  PACKET_TYPE,
  RECIRC_ID,
  TP,
  VLAN_CFI,
  VLAN_VID_MASK,
  VLAN0,
  VLAN1,
} from '../packet/flow-layout.js';
import { ETH_TYPE_IPV4, IPPROTO_ICMP, IPPROTO_ICMPV6, isMplsType } from '../packet/protocol.js';
import { MPLS_LABELS_MAX } from './flow-mpls.js';
import { isIpAny, isLaterFragment } from './prerequisites.js';

const EXACT = 0xffff_ffff;
const ETH_TYPE_BITS = 0xffff_0000;
const FRAG_BITS = ((FRAG_ANY | FRAG_LATER) << 24) >>> 0;
/** ICMP's type and code: the low bytes of the two ports. */
const ICMP_BITS = 0x00ff_00ff;
const PROTO_BITS = 0xff;
const TCI_BITS = 0xffff;

/** Starts `wc` with what every answer hangs on. */
export function initWildcards(wc: FlowMask, flow: Flow): void {
  wc.fill(0);
  wc[PACKET_TYPE] = EXACT;
  wc[IN_PORT] = EXACT;
  wc[RECIRC_ID] = EXACT;
  wc[DL_TYPE] = ETH_TYPE_BITS;
  if (isIpAny(flow)) wc[NW_PROTO] = FRAG_BITS;
}

/** Leaves in `wc` what a datapath can look at in packets like `packet`, as it came in. */
export function finishWildcards(wc: FlowMask, packet: Flow, vlanLimit: number): void {
  wc.fill(0, 0, DP_START);
  wc[CONJ_ID] = 0;
  wc[ACTSET_OUTPUT] = 0;
  if (isIcmp(packet)) wc[TP]! &= ICMP_BITS;
  // A later fragment has no ports, and rules may still have looked for some.
  if (isIpAny(packet) && isLaterFragment(packet)) wc[TP] = 0;
  if (!isMplsType(packet[DL_TYPE]! >>> 16)) wc.fill(0, MPLS0, MPLS0 + MPLS_LABELS_MAX);
  finishVlans(wc, packet, vlanLimit);
}

function isIcmp(packet: Flow): boolean {
  if (!isIpAny(packet)) return false;
  const isV4 = packet[DL_TYPE]! >>> 16 === ETH_TYPE_IPV4;
  return (packet[NW_PROTO]! & PROTO_BITS) === (isV4 ? IPPROTO_ICMP : IPPROTO_ICMPV6);
}

/**
 * Who looks at a tag at all looks at whether it is there. Where a tag is missing, OVS clears its
 * mask and lets the datapath tell tagged from untagged; this says it in the mask, as wide.
 */
function finishVlans(wc: FlowMask, packet: Flow, vlanLimit: number): void {
  const isTagged = (packet[VLAN0]! & VLAN_CFI) !== 0;
  if (!isTagged) {
    if (wc[VLAN0] !== 0) wc[VLAN0] = VLAN_VID_MASK | VLAN_CFI;
    wc[VLAN1] = 0;
    return;
  }
  if ((wc[VLAN0]! & TCI_BITS) !== 0) wc[VLAN0]! |= VLAN_CFI;
  if (vlanLimit < 2) wc[VLAN1] = 0;
  else if ((packet[VLAN1]! & VLAN_CFI) === 0) wc[VLAN1]! &= VLAN_CFI;
  else if ((wc[VLAN1]! & TCI_BITS) !== 0) wc[VLAN1]! |= VLAN_CFI;
}
