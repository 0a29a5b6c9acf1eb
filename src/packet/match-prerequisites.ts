/**
 * Whether the parts of a match make sense together: a port needs a protocol that has ports, an IPv4
 * address needs IPv4 or ARP, and so on. Answers to `ofputil_normalize_match()`, which drops what
 * makes no sense; here it is an error with a remedy.
 */

import { type Flow, type FlowMask, wordAt } from './flow.js';
import * as L from './flow-layout.js';
import * as P from './protocol.js';

interface Rule {
  /** First word, and bits of it; the field matters where one of them is set in the mask. */
  readonly word: number;
  readonly count: number;
  readonly bits: number;
  readonly name: string;
  readonly needs: string;
  readonly isMet: (kind: Kind) => boolean;
}

/** What a match pins down of a packet; -1 for what it leaves open. */
interface Kind {
  readonly dlType: number;
  readonly nwProto: number;
  readonly icmpType: number;
  /** Later fragments have no header of layer 4; OVS minds that of ports, not of ICMP. */
  readonly isLaterFragment: boolean;
}

const isIpv4 = ({ dlType }: Kind) => dlType === P.ETH_TYPE_IPV4;
const isIpv6 = ({ dlType }: Kind) => dlType === P.ETH_TYPE_IPV6;
const isIp = (kind: Kind) => isIpv4(kind) || isIpv6(kind);
const isArp = ({ dlType }: Kind) => dlType === P.ETH_TYPE_ARP || dlType === P.ETH_TYPE_RARP;
const isTcp = (kind: Kind) => hasPorts(kind) && kind.nwProto === P.IPPROTO_TCP;
const isIcmpv6 = (kind: Kind) => isIpv6(kind) && kind.nwProto === P.IPPROTO_ICMPV6;
const isNd = (kind: Kind) =>
  isIcmpv6(kind) &&
  (kind.icmpType === P.ND_NEIGHBOR_SOLICIT || kind.icmpType === P.ND_NEIGHBOR_ADVERT);

const PORT_PROTOCOLS: ReadonlySet<number> = new Set([P.IPPROTO_TCP, P.IPPROTO_UDP, P.IPPROTO_SCTP]);
const hasPorts = (kind: Kind) =>
  isIcmpv6(kind) ||
  (isIpv4(kind) && (kind.nwProto === P.IPPROTO_ICMP || kind.nwProto === P.IPPROTO_IGMP)) ||
  (isIp(kind) && PORT_PROTOCOLS.has(kind.nwProto) && !kind.isLaterFragment);

const PORTS_NEED = 'tcp, udp, sctp, icmp or icmp6, and no match on later fragments';
const ALL = 0xffff_ffff;

const RULES: readonly Rule[] = [
  rule(L.NW_PROTO, 1, 0xff, 'nw_proto', 'ip, ipv6 or arp', (kind) => isIp(kind) || isArp(kind)),
  rule(L.NW_PROTO, 1, 0xffff_ff00, 'nw_tos, nw_ecn, nw_ttl or nw_frag', 'ip or ipv6', isIp),
  rule(L.NW_SRC, 2, ALL, 'nw_src or nw_dst', 'ip or arp', (kind) => isIpv4(kind) || isArp(kind)),
  rule(L.IPV6_SRC, 8, ALL, 'ipv6_src or ipv6_dst', 'ipv6', isIpv6),
  rule(L.IPV6_LABEL, 1, ALL, 'ipv6_label', 'ipv6', isIpv6),
  rule(L.TP, 1, ALL, 'tp_src or tp_dst', PORTS_NEED, hasPorts),
  rule(L.TCP_FLAGS, 1, ALL, 'tcp_flags', 'tcp', (kind) => isTcp(kind) || isNd(kind)),
  rule(L.ND_TARGET, 4, ALL, 'nd_target', 'icmp6,icmp_type=135 or 136', isNd),
  rule(L.ARP_SHA, 3, ALL, 'arp_sha or arp_tha', 'arp', (kind) => isArp(kind) || isNd(kind)),
  rule(L.IGMP_GROUP, 1, ALL, 'nd_reserved', 'icmp6,icmp_type=135 or 136', isNd),
  rule(L.MPLS0, 3, ALL, 'mpls_label, mpls_tc, mpls_bos or mpls_ttl', 'mpls', ({ dlType }) =>
    P.isMplsType(dlType),
  ),
  rule(L.NSH, 6, ALL, 'nsh fields', 'dl_type=0x894f', ({ dlType }) => dlType === P.ETH_TYPE_NSH),
];

/** What is missing, for a person; undefined where the match makes sense. */
export function findMissingPrerequisite(flow: Flow, mask: FlowMask): string | undefined {
  const kind = kindOf(flow, mask);
  for (const { word, count, bits, name, needs, isMet } of RULES) {
    if (isMatched(mask, word, count, bits) && !isMet(kind)) return `${name} needs ${needs}`;
  }
  return undefined;
}

/**
 * Takes out of a match what makes no sense, as OpenFlow 1.0 and 1.1 want it. Answers to
 * `ofputil_normalize_match()`.
 */
export function dropUnmetFields(flow: Flow, mask: FlowMask): void {
  const kind = kindOf(flow, mask);
  for (const { word, count, bits, isMet } of RULES) {
    if (isMet(kind)) continue;
    for (let i = word; i < word + count; i++) {
      mask[i] = wordAt(mask, i) & ~bits;
      flow[i] = wordAt(flow, i) & ~bits;
    }
  }
}

function rule(
  word: number,
  count: number,
  bits: number,
  name: string,
  needs: string,
  isMet: (kind: Kind) => boolean,
): Rule {
  return { word, count, bits, name, needs, isMet };
}

function isMatched(mask: FlowMask, word: number, count: number, bits: number): boolean {
  for (let i = word; i < word + count; i++) if ((wordAt(mask, i) & bits) !== 0) return true;
  return false;
}

function kindOf(flow: Flow, mask: FlowMask): Kind {
  const read = (word: number, shift: number, width: number): number => {
    const isPinned = ((wordAt(mask, word) >>> shift) & width) === width;
    return isPinned ? (wordAt(flow, word) >>> shift) & width : -1;
  };
  const packetType = read(L.PACKET_TYPE, 0, 0xffff);
  return {
    dlType: packetType > 0 ? packetType : read(L.DL_TYPE, 16, 0xffff),
    nwProto: read(L.NW_PROTO, 0, 0xff),
    icmpType: read(L.TP, 16, 0xffff),
    isLaterFragment: read(L.NW_PROTO, 24, L.FRAG_LATER) === L.FRAG_LATER,
  };
}
