/**
 * The mask of everything that a packet of some kind has: metadata, and the headers that its
 * protocols bring. Answers to `flow_wildcards_init_for_packet()` of OVS 3.1.
 *
 * Hot path. Bench: `bench/set-up.ts`.
 */

import type { Flow, FlowMask } from './flow.js';
import * as L from './flow-layout.js';
import { dlTypeOf, isNeighborDiscovery } from './flow-predicates.js';
import * as P from './protocol.js';

const ALL = 0xffff_ffff;

/** Sets `mask` to what matters of a packet with this flow; OpenFlow's own metadata does not. */
export function setMaskForPacket(mask: FlowMask, flow: Flow): void {
  mask.fill(0);
  maskTunnel(mask, flow);
  maskMetadata(mask);
  if (flow[L.PACKET_TYPE] === 0) maskEthernet(mask, flow);

  const dlType = dlTypeOf(flow);
  if (dlType === P.ETH_TYPE_IPV4) {
    mask.fill(ALL, L.NW_SRC, L.CT_NW_DST + 1);
  } else if (dlType === P.ETH_TYPE_IPV6) {
    maskIpv6(mask, flow);
  } else if (dlType === P.ETH_TYPE_NSH) {
    mask.fill(ALL, L.NSH, L.NSH_C1 + 4);
  } else {
    if (P.isMplsType(dlType)) maskMpls(mask, flow);
    else if (dlType === P.ETH_TYPE_ARP || dlType === P.ETH_TYPE_RARP) maskArp(mask);
    return;
  }
  mask[L.NW_PROTO] = ALL;
  mask[L.CT_NW_PROTO] = 0xff00_0000;
  mask[L.CT_TP] = ALL;
  maskTransport(mask, flow);
}

function maskTunnel(mask: FlowMask, flow: Flow): void {
  const hasTunnel = flow[L.TUN_DST] !== 0 || hasWords(flow, L.TUN_IPV6_DST, 4);
  const hasKey = ((flow[L.TUN_FLAGS]! >>> 16) & TUNNEL_FLAG_KEY) !== 0;
  if (hasTunnel) {
    mask.fill(ALL, L.TUN_DST, L.TUN_ID);
    mask.fill(ALL, L.TUN_FLAGS, L.TUN_TP + 1);
    mask[L.TUN_GBP] = 0xffff_ff00;
    mask.fill(ALL, L.TUN_ERSPAN_IDX, L.TUN_METADATA);
    for (let i = L.TUN_METADATA; i < L.METADATA; i++) if (flow[i] !== 0) mask[i] = ALL;
  }
  if (hasTunnel ? hasKey : hasWords(flow, L.TUN_ID, 2)) mask.fill(ALL, L.TUN_ID, L.TUN_ID + 2);
}

const TUNNEL_FLAG_KEY = 0x08;

function hasWords(flow: Flow, start: number, count: number): boolean {
  for (let i = start; i < start + count; i++) if (flow[i] !== 0) return true;
  return false;
}

function maskMetadata(mask: FlowMask): void {
  mask[L.SKB_PRIORITY] = ALL;
  mask[L.PKT_MARK] = ALL;
  mask[L.DP_HASH] = ALL;
  mask[L.IN_PORT] = ALL;
  mask[L.RECIRC_ID] = ALL;
  mask[L.CT_STATE] = 0x00ff_ffff;
  mask[L.CT_MARK] = ALL;
  mask[L.PACKET_TYPE] = ALL;
  mask.fill(ALL, L.CT_LABEL, L.CT_LABEL + 4);
}

function maskEthernet(mask: FlowMask, flow: Flow): void {
  mask.fill(ALL, L.DL_DST, L.DL_DST + 3);
  mask[L.DL_TYPE] = 0xffff_0000;
  mask[L.VLAN0] = ALL;
  if ((flow[L.VLAN0]! & 0xffff) !== 0) mask[L.VLAN1] = ALL;
}

function maskIpv6(mask: FlowMask, flow: Flow): void {
  mask.fill(ALL, L.IPV6_SRC, L.IPV6_DST + 4);
  mask[L.IPV6_LABEL] = ALL;
  if (isNeighborDiscovery(flow)) {
    mask.fill(ALL, L.ND_TARGET, L.ARP_SHA + 3);
  } else {
    mask.fill(ALL, L.CT_IPV6_SRC, L.CT_IPV6_DST + 4);
  }
}

function maskArp(mask: FlowMask): void {
  mask.fill(ALL, L.NW_SRC, L.NW_DST + 1);
  mask[L.NW_PROTO] = 0xff;
  mask.fill(ALL, L.ARP_SHA, L.ARP_SHA + 3);
}

/** Every label down to the bottom of the stack, as far as a flow has room. */
function maskMpls(mask: FlowMask, flow: Flow): void {
  for (let i = L.MPLS0; i <= L.MPLS2; i++) {
    mask[i] = ALL;
    if ((flow[i]! & P.MPLS_BOTTOM_OF_STACK) !== 0) break;
  }
}

function maskTransport(mask: FlowMask, flow: Flow): void {
  const word = flow[L.NW_PROTO]!;
  if (((word >>> 24) & L.FRAG_LATER) !== 0) return;
  switch (word & 0xff) {
    case P.IPPROTO_TCP:
      mask[L.TCP_FLAGS] = 0xffff_0000;
      mask[L.TP] = ALL;
      break;
    case P.IPPROTO_IGMP:
      mask[L.IGMP_GROUP] = ALL;
      mask[L.TP] = ALL;
      break;
    case P.IPPROTO_UDP:
    case P.IPPROTO_SCTP:
    case P.IPPROTO_ICMP:
    case P.IPPROTO_ICMPV6:
      mask[L.TP] = ALL;
      break;
    default:
  }
}
