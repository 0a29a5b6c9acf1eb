/**
 * Which attributes a packet has that a `set` action can write, and which of their bits.
 */

import { SET_WORDS, type SettableAttribute } from '../../src/datapath/odp-actions.js';
import type { Flow } from '../../src/packet/flow.js';
import * as L from '../../src/packet/flow-layout.js';
import * as P from '../../src/packet/protocol.js';

/** The bits of each word of an attribute that a set may write in this flow. */
export function writableBits(attribute: SettableAttribute, flow: Flow): number[] {
  const ttlAndTos = 0x00ff_ff00;
  const all = 0xffff_ffff;
  const source = (flow[L.TCP_FLAGS] ?? 0) >>> 16 === P.ND_OPTION_SOURCE_LINK_ADDRESS;
  switch (attribute) {
    case 'ipv4':
      return [all, all, ttlAndTos];
    case 'ipv6':
      return [all, all, all, all, all, all, all, all, 0xfffff, ttlAndTos];
    case 'icmp':
    case 'icmpv6':
      return [0xff];
    case 'arp':
      return [all, all, 0xff, all, all, all];
    case 'nd':
      return [all, all, all, all, source ? all : 0, source ? 0xffff_0000 : 0, 0];
    case 'nd_extensions':
      return [all, 0];
    case 'mpls':
      return [~P.MPLS_BOTTOM_OF_STACK];
    case 'nsh':
      return [0x033f_0000, all, all, all, all, all];
    default:
      return SET_WORDS[attribute].map(() => all);
  }
}

const IP_ATTRIBUTES: Readonly<Record<number, SettableAttribute>> = {
  [P.IPPROTO_TCP]: 'tcp',
  [P.IPPROTO_UDP]: 'udp',
  [P.IPPROTO_SCTP]: 'sctp',
};

/** The attributes that such a packet has. */
export function attributesOf(flow: Flow): SettableAttribute[] {
  const dlType = (flow[L.DL_TYPE] ?? 0) >>> 16;
  if (dlType === P.ETH_TYPE_ARP || dlType === P.ETH_TYPE_RARP) return ['eth', 'arp'];
  if (P.isMplsType(dlType)) return ['eth', 'mpls'];
  if (dlType === P.ETH_TYPE_NSH) return ['eth', 'nsh'];
  const isIpv4 = dlType === P.ETH_TYPE_IPV4;
  if (!isIpv4 && dlType !== P.ETH_TYPE_IPV6) return ['eth'];
  const attributes: SettableAttribute[] = ['eth', isIpv4 ? 'ipv4' : 'ipv6'];
  const word = flow[L.NW_PROTO] ?? 0;
  if (((word >>> 24) & L.FRAG_LATER) !== 0) return attributes;
  const transport = IP_ATTRIBUTES[word & 0xff];
  if (transport !== undefined) attributes.push(transport);
  if (isIpv4 && (word & 0xff) === P.IPPROTO_ICMP) attributes.push('icmp');
  if (!isIpv4 && (word & 0xff) === P.IPPROTO_ICMPV6) {
    const type = (flow[L.TP] ?? 0) >>> 16;
    const isNd = type === P.ND_NEIGHBOR_SOLICIT || type === P.ND_NEIGHBOR_ADVERT;
    attributes.push(...(isNd ? (['nd', 'nd_extensions'] as const) : (['icmpv6'] as const)));
  }
  return attributes;
}
