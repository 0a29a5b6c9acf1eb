/**
 * Whether a packet has a field at all, so that an action may read or write it.
 *
 * What the answer hangs on goes into the mask; the Ethernet type always is there. Answers to
 * `mf_are_prereqs_ok()` and the `is_tcp()` family of `lib/flow.h`.
 *
 * Hot path. Bench: `bench/translate.ts`.
 */

import type { Field, FieldPrerequisite } from '../packet/fields.js';
import type { Flow, FlowMask } from '../packet/flow.js';
import {
  DL_TYPE,
  FRAG_LATER,
  NW_PROTO,
  PACKET_TYPE,
  TP,
  VLAN_CFI,
  VLAN0,
} from '../packet/flow-layout.js';
import {
  ETH_TYPE_ARP,
  ETH_TYPE_IPV4,
  ETH_TYPE_IPV6,
  ETH_TYPE_NSH,
  ETH_TYPE_RARP,
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPPROTO_SCTP,
  IPPROTO_TCP,
  IPPROTO_UDP,
  isMplsType,
  ND_NEIGHBOR_ADVERT,
  ND_NEIGHBOR_SOLICIT,
} from '../packet/protocol.js';

const PROTO_BITS = 0xff;
const PORT_SRC_BITS = 0xffff_0000;
const PORT_DST_BITS = 0x0000_ffff;

/** Whether the packet is IPv4 or IPv6. */
export function isIpAny(flow: Flow): boolean {
  const ethType = flow[DL_TYPE]! >>> 16;
  return ethType === ETH_TYPE_IPV4 || ethType === ETH_TYPE_IPV6;
}

/** Of a packet whose L3 is written, the protocol (or ARP operation) matters: 0 is left alone. */
export function needProtocol(wc: FlowMask): void {
  wc[NW_PROTO]! |= PROTO_BITS;
}

export function isLaterFragment(flow: Flow): boolean {
  return ((flow[NW_PROTO]! >>> 24) & FRAG_LATER) !== 0;
}

/** Whether `flow` has `field`; `wc` gets what that hangs on. */
export function hasField(field: Field, flow: Flow, wc: FlowMask): boolean {
  return hasPrerequisite(field.prerequisite, flow, wc);
}

/** Whether `flow` has what fields of `prerequisite` need; `wc` gets what that hangs on. */
export function hasPrerequisite(
  prerequisite: FieldPrerequisite,
  flow: Flow,
  wc: FlowMask,
): boolean {
  const ethType = flow[DL_TYPE]! >>> 16;
  switch (prerequisite) {
    case 'none':
      return true;
    case 'ethernet':
      return flow[PACKET_TYPE] === 0;
    case 'arp':
      return ethType === ETH_TYPE_ARP || ethType === ETH_TYPE_RARP;
    case 'vlan':
      wc[VLAN0]! |= VLAN_CFI;
      return (flow[VLAN0]! & VLAN_CFI) !== 0;
    case 'ipv4':
      return ethType === ETH_TYPE_IPV4;
    case 'ipv6':
      return ethType === ETH_TYPE_IPV6;
    case 'ip_any':
      return isIpAny(flow);
    case 'mpls':
      return isMplsType(ethType);
    case 'nsh':
      return ethType === ETH_TYPE_NSH;
    case 'ct':
      // Only what conntrack has seen; there is none yet.
      return false;
    case 'tcp':
      return isTransport(IPPROTO_TCP, flow, wc);
    case 'udp':
      return isTransport(IPPROTO_UDP, flow, wc);
    case 'sctp':
      return isTransport(IPPROTO_SCTP, flow, wc);
    case 'icmpv4':
      return ethType === ETH_TYPE_IPV4 && isProtocol(IPPROTO_ICMP, flow, wc);
    case 'icmpv6':
      return isIcmpv6(flow, wc);
    case 'nd':
    case 'nd_solicit':
    case 'nd_advert':
      return isDiscovery(prerequisite, flow, wc);
  }
}

function isProtocol(protocol: number, flow: Flow, wc: FlowMask): boolean {
  wc[NW_PROTO]! |= PROTO_BITS;
  return (flow[NW_PROTO]! & PROTO_BITS) === protocol;
}

function isTransport(protocol: number, flow: Flow, wc: FlowMask): boolean {
  return isIpAny(flow) && isProtocol(protocol, flow, wc) && !isLaterFragment(flow);
}

function isIcmpv6(flow: Flow, wc: FlowMask): boolean {
  return flow[DL_TYPE]! >>> 16 === ETH_TYPE_IPV6 && isProtocol(IPPROTO_ICMPV6, flow, wc);
}

function isDiscovery(kind: 'nd' | 'nd_solicit' | 'nd_advert', flow: Flow, wc: FlowMask): boolean {
  if (!isIcmpv6(flow, wc)) return false;
  wc[TP]! |= PORT_DST_BITS;
  if ((flow[TP]! & PORT_DST_BITS) !== 0) return false;
  wc[TP]! |= PORT_SRC_BITS;
  const type = flow[TP]! >>> 16;
  if (kind === 'nd_solicit') return type === ND_NEIGHBOR_SOLICIT;
  if (kind === 'nd_advert') return type === ND_NEIGHBOR_ADVERT;
  return type === ND_NEIGHBOR_SOLICIT || type === ND_NEIGHBOR_ADVERT;
}
