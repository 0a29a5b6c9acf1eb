/**
 * Questions about what kind of packet a flow stands for.
 *
 * Answers to the inline functions of OVS's `lib/flow.h` (`is_ip_any()`, `is_nd()` …).
 *
 * Hot path. Bench: `bench/set-up.ts`.
 */

import type { Flow } from './flow.js';
import * as L from './flow-layout.js';
import * as P from './protocol.js';

/** `packet_type` namespaces. Answers to `OFPHTN_ETHERTYPE`. */
const NAMESPACE_ETHERTYPE = 1;

/** The Ethernet type, of the frame or, where the packet begins at layer 3, of the packet type. */
export function dlTypeOf(flow: Flow): number {
  const packetType = flow[L.PACKET_TYPE]!;
  if (packetType >>> 16 === NAMESPACE_ETHERTYPE) return packetType & 0xffff;
  return flow[L.DL_TYPE]! >>> 16;
}

export function nwProtoOf(flow: Flow): number {
  return flow[L.NW_PROTO]! & 0xff;
}

export function isIp(flow: Flow): boolean {
  const dlType = dlTypeOf(flow);
  return dlType === P.ETH_TYPE_IPV4 || dlType === P.ETH_TYPE_IPV6;
}

export function isArp(flow: Flow): boolean {
  const dlType = dlTypeOf(flow);
  return dlType === P.ETH_TYPE_ARP || dlType === P.ETH_TYPE_RARP;
}

export function isIcmpv6(flow: Flow): boolean {
  return dlTypeOf(flow) === P.ETH_TYPE_IPV6 && nwProtoOf(flow) === P.IPPROTO_ICMPV6;
}

/** A neighbour solicitation or advertisement. */
export function isNeighborDiscovery(flow: Flow): boolean {
  if (!isIcmpv6(flow)) return false;
  const typeAndCode = flow[L.TP];
  return typeAndCode === P.ND_NEIGHBOR_SOLICIT << 16 || typeAndCode === P.ND_NEIGHBOR_ADVERT << 16;
}
