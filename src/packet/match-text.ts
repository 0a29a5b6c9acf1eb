/**
 * A match as text, as `ovs-ofctl` prints it. Answers to `match_format()` of OVS 3.1.
 *
 * The order of the terms, the shorthands (`tcp`, `arp` …) and what is printed in which base are
 * OVS's, special cases included: this is the text that people compare. Every function returns
 * terms that each end in a comma; the last comma goes at the end. Parsing is in `match-parse.ts`.
 */

import { formatEthernet, formatIpv4Masked, formatIpv6Masked } from './address-text.js';
import { formatFlagsMasked, TCP_FLAG_NAMES } from './flags-text.js';
import { type Flow, type FlowMask, wordAt } from './flow.js';
import * as L from './flow-layout.js';
import {
  dlTypeOf,
  isArp,
  isIcmpv6,
  isIp,
  isNeighborDiscovery,
  nwProtoOf,
} from './flow-predicates.js';
import {
  formatConntrack,
  formatMetadata,
  formatRegistersAndTunnel,
} from './match-text-metadata.js';
import { formatOfpPort } from './ofp-port-text.js';
import * as P from './protocol.js';

export interface MatchTextOptions {
  /** Printed in front where it is not `PRIORITY_DEFAULT`. */
  readonly priority?: number;
  /** How ports are written; by number where it is missing. */
  readonly portText?: (port: number) => string;
}

/** Answers to `OFP_DEFAULT_PRIORITY`. */
export const PRIORITY_DEFAULT = 0x8000;

/** The terms of a match, joined by commas; empty for one that matches everything. */
export function formatMatch(flow: Flow, mask: FlowMask, options: MatchTextOptions = {}): string {
  const { priority = PRIORITY_DEFAULT, portText = formatOfpPort } = options;
  const { type, isTypeShown, isProtoShown } = shorthand(flow, mask);
  let text = priority === PRIORITY_DEFAULT ? '' : `priority=${priority},`;
  text += formatMetadata(flow, mask, portText) + formatConntrack(flow, mask);
  text += formatPacketType(flow, mask) + type + formatRegistersAndTunnel(flow, mask);
  if (mask[L.IN_PORT] !== 0) text += `in_port=${portText(wordAt(flow, L.IN_PORT))},`;
  text += formatVlans(flow, mask);
  text += ethernet('dl_src', flow, mask, L.DL_DST + 1, true);
  text += ethernet('dl_dst', flow, mask, L.DL_DST, false);
  if (isTypeShown) text += `dl_type=0x${dlTypeOf(flow).toString(16).padStart(4, '0')},`;
  text += formatNetwork(flow, mask);
  if (isProtoShown) text += `${isArp(flow) ? 'arp_op' : 'nw_proto'}=${nwProtoOf(flow)},`;
  text += formatArpHardware(flow, mask) + formatIpBits(flow, mask) + formatMpls(flow, mask);
  text += formatTransport(flow, mask);
  return text.endsWith(',') ? text.slice(0, -1) : text;
}

/** What a match on Ethernet type and IP protocol is called for short, and what is then left. */
function shorthand(flow: Flow, mask: FlowMask) {
  const hasProto = (wordAt(mask, L.NW_PROTO) & 0xff) !== 0;
  if (mask[L.DL_TYPE] === 0) {
    return { type: '', isTypeShown: false, isProtoShown: hasProto };
  }
  const dlType = dlTypeOf(flow);
  const protos = PROTO_NAMES.get(dlType);
  const proto = hasProto ? protos?.get(nwProtoOf(flow)) : undefined;
  const name = proto ?? TYPE_NAMES.get(dlType);
  return {
    type: name === undefined ? '' : `${name},`,
    isTypeShown: name === undefined && mask[L.DL_TYPE] !== 0,
    isProtoShown: hasProto && proto === undefined,
  };
}

const TYPE_NAMES: ReadonlyMap<number, string> = new Map([
  [P.ETH_TYPE_IPV4, 'ip'],
  [P.ETH_TYPE_IPV6, 'ipv6'],
  [P.ETH_TYPE_ARP, 'arp'],
  [P.ETH_TYPE_RARP, 'rarp'],
  [P.ETH_TYPE_MPLS, 'mpls'],
  [P.ETH_TYPE_MPLS_MULTICAST, 'mplsm'],
]);

const PROTO_NAMES: ReadonlyMap<number, ReadonlyMap<number, string>> = new Map([
  [
    P.ETH_TYPE_IPV4,
    new Map([
      [P.IPPROTO_ICMP, 'icmp'],
      [P.IPPROTO_TCP, 'tcp'],
      [P.IPPROTO_UDP, 'udp'],
      [P.IPPROTO_SCTP, 'sctp'],
    ]),
  ],
  [
    P.ETH_TYPE_IPV6,
    new Map([
      [P.IPPROTO_ICMPV6, 'icmp6'],
      [P.IPPROTO_TCP, 'tcp6'],
      [P.IPPROTO_UDP, 'udp6'],
      [P.IPPROTO_SCTP, 'sctp6'],
    ]),
  ],
]);

/** The default type, Ethernet, is printed only of a megaflow: one that names its recirc_id. */
function formatPacketType(flow: Flow, mask: FlowMask): string {
  const typeMask = wordAt(mask, L.PACKET_TYPE);
  const type = wordAt(flow, L.PACKET_TYPE);
  if (typeMask === 0) return '';
  if (type === 0 && typeMask === 0xffff_ffff) return mask[L.RECIRC_ID] === 0 ? '' : 'eth,';
  const namespace = packetTypePart(type >>> 16, typeMask >>> 16);
  return `packet_type=(${namespace},${packetTypePart(type & 0xffff, typeMask & 0xffff)}),`;
}

function packetTypePart(value: number, mask: number): string {
  if (mask === 0) return '*';
  const text = value > 9 ? `0x${value.toString(16)}` : String(value);
  return mask === 0xffff ? text : `${text}/0x${mask.toString(16)}`;
}

/** Tags as `dl_vlan` and `dl_vlan_pcp` where the mask allows, else as `vlan_tci`. */
function formatVlans(flow: Flow, mask: FlowMask): string {
  let text = '';
  for (let i = 0; i < 2; i++) {
    const tciMask = wordAt(mask, L.VLAN0 + i) & 0xffff;
    if (tciMask === 0) break;
    text += formatVlan(wordAt(flow, L.VLAN0 + i) & 0xffff, tciMask, i === 0 ? '' : String(i));
  }
  return text;
}

function formatVlan(tci: number, mask: number, suffix: string): string {
  const vidMask = mask & L.VLAN_VID_MASK;
  const pcpMask = mask & L.VLAN_PCP_MASK;
  const isWhole =
    (mask & tci & L.VLAN_CFI) !== 0 &&
    (vidMask === 0 || vidMask === L.VLAN_VID_MASK) &&
    (pcpMask === 0 || pcpMask === L.VLAN_PCP_MASK) &&
    (vidMask | pcpMask) !== 0;
  if (isWhole) {
    const vid = vidMask === 0 ? '' : `dl_vlan${suffix}=${tci & L.VLAN_VID_MASK},`;
    return pcpMask === 0 ? vid : `${vid}dl_vlan_pcp${suffix}=${tci >>> 13},`;
  }
  const text = `vlan_tci${suffix}=0x${hex4(tci)}`;
  return mask === 0xffff ? `${text},` : `${text}/0x${hex4(mask)},`;
}

function hex4(value: number): string {
  return value.toString(16).padStart(4, '0');
}

function formatNetwork(flow: Flow, mask: FlowMask): string {
  switch (dlTypeOf(flow)) {
    case P.ETH_TYPE_IPV6:
      return (
        ipv6('ipv6_src', flow, mask, L.IPV6_SRC) +
        ipv6('ipv6_dst', flow, mask, L.IPV6_DST) +
        formatIpv6Label(flow, mask)
      );
    case P.ETH_TYPE_ARP:
    case P.ETH_TYPE_RARP:
      return ipv4('arp_spa', flow, mask, L.NW_SRC) + ipv4('arp_tpa', flow, mask, L.NW_DST);
    case P.ETH_TYPE_NSH:
      return formatNsh(flow, mask);
    default:
      return ipv4('nw_src', flow, mask, L.NW_SRC) + ipv4('nw_dst', flow, mask, L.NW_DST);
  }
}

/** A label's mask of 20 ones and one of 32 (a packet's) are both exact, and print so. */
function formatIpv6Label(flow: Flow, mask: FlowMask): string {
  const bits = wordAt(mask, L.IPV6_LABEL);
  if (bits === 0) return '';
  const text = `ipv6_label=0x${wordAt(flow, L.IPV6_LABEL).toString(16).padStart(5, '0')}`;
  const isExact = (bits & 0xfffff) === 0xfffff;
  return isExact ? `${text},` : `${text}/0x${bits.toString(16).padStart(5, '0')},`;
}

function formatNsh(flow: Flow, mask: FlowMask): string {
  const word = wordAt(flow, L.NSH);
  const bits = wordAt(mask, L.NSH);
  let text = byte('nsh_flags', word >>> 24, bits >>> 24);
  text += byte('nsh_ttl', (word >>> 16) & 0xff, (bits >>> 16) & 0xff);
  text += byte('nsh_mdtype', (word >>> 8) & 0xff, (bits >>> 8) & 0xff);
  text += byte('nsh_np', word & 0xff, bits & 0xff);
  const path = wordAt(flow, L.NSH_PATH);
  const pathBits = wordAt(mask, L.NSH_PATH);
  const spiBits = pathBits >>> 8 === 0xff_ffff ? 0xffff_ffff : pathBits >>> 8;
  text += hexWord('nsh_spi', path >>> 8, spiBits) + byte('nsh_si', path & 0xff, pathBits & 0xff);
  const isType1 = ((bits >>> 8) & 0xff) === 0xff && ((word >>> 8) & 0xff) === P.NSH_MD_TYPE1;
  if (!isType1) return text;
  for (let i = 0; i < 4; i++) {
    text += hexWord(`nsh_c${i + 1}`, wordAt(flow, L.NSH_C1 + i), wordAt(mask, L.NSH_C1 + i));
  }
  return text;
}

function formatArpHardware(flow: Flow, mask: FlowMask): string {
  if (!isArp(flow)) return '';
  return (
    ethernet('arp_sha', flow, mask, L.ARP_SHA, false) +
    ethernet('arp_tha', flow, mask, L.ARP_SHA + 1, true)
  );
}

function formatIpBits(flow: Flow, mask: FlowMask): string {
  const word = wordAt(flow, L.NW_PROTO);
  const bits = wordAt(mask, L.NW_PROTO);
  let text = '';
  if (((bits >>> 16) & 0xfc) !== 0) text += `nw_tos=${(word >>> 16) & 0xfc},`;
  if (((bits >>> 16) & 0x03) !== 0) text += `nw_ecn=${(word >>> 16) & 0x03},`;
  if (((bits >>> 8) & 0xff) !== 0) text += `nw_ttl=${(word >>> 8) & 0xff},`;
  return text;
}

function formatMpls(flow: Flow, mask: FlowMask): string {
  const entry = wordAt(flow, L.MPLS0);
  const bits = wordAt(mask, L.MPLS0);
  let text = '';
  if (bits >>> 12 !== 0) text += `mpls_label=${entry >>> 12},`;
  if (((bits >>> 9) & 0x7) !== 0) text += `mpls_tc=${(entry >>> 9) & 0x7},`;
  if ((bits & 0xff) !== 0) text += `mpls_ttl=${entry & 0xff},`;
  if (((bits >>> 8) & 0x1) !== 0) text += `mpls_bos=${(entry >>> 8) & 0x1},`;
  for (let i = 1; i <= 2; i++) {
    text += decimalWord(`mpls_lse${i}`, wordAt(flow, L.MPLS0 + i), wordAt(mask, L.MPLS0 + i));
  }
  return text + formatFrag(wordAt(flow, L.NW_PROTO) >>> 24, wordAt(mask, L.NW_PROTO) >>> 24);
}

function formatFrag(frag: number, mask: number): string {
  const isFragment = (frag & L.FRAG_ANY) !== 0;
  const isLater = (frag & L.FRAG_LATER) !== 0;
  switch (mask & (L.FRAG_ANY | L.FRAG_LATER)) {
    case L.FRAG_ANY | L.FRAG_LATER:
      if (isFragment) return `nw_frag=${isLater ? 'later' : 'first'},`;
      return `nw_frag=${isLater ? '<error>' : 'no'},`;
    case L.FRAG_ANY:
      return `nw_frag=${isFragment ? 'yes' : 'no'},`;
    case L.FRAG_LATER:
      return `nw_frag=${isLater ? 'later' : 'not_later'},`;
    default:
      return '';
  }
}

function formatTransport(flow: Flow, mask: FlowMask): string {
  const isIcmp = isIcmpv6(flow) || isIcmpv4(flow);
  const word = wordAt(flow, L.TP);
  const bits = wordAt(mask, L.TP);
  let text = half(isIcmp ? 'icmp_type' : 'tp_src', word >>> 16, bits >>> 16);
  text += half(isIcmp ? 'icmp_code' : 'tp_dst', word & 0xffff, bits & 0xffff);
  if (isIcmpv6(flow)) text += formatNd(flow, mask);
  const flagBits = (wordAt(mask, L.TCP_FLAGS) >>> 16) & TCP_FLAGS_ALL;
  if (isIp(flow) && nwProtoOf(flow) === P.IPPROTO_TCP && flagBits !== 0) {
    const flags = wordAt(flow, L.TCP_FLAGS) >>> 16;
    text += `tcp_flags=${formatFlagsMasked(TCP_FLAG_NAMES, flags, flagBits, TCP_FLAGS_ALL)},`;
  }
  return text;
}

const TCP_FLAGS_ALL = 0x0fff;

function isIcmpv4(flow: Flow): boolean {
  return dlTypeOf(flow) === P.ETH_TYPE_IPV4 && nwProtoOf(flow) === P.IPPROTO_ICMP;
}

function formatNd(flow: Flow, mask: FlowMask): string {
  let text = ipv6('nd_target', flow, mask, L.ND_TARGET);
  text += ethernet('nd_sll', flow, mask, L.ARP_SHA, false);
  text += ethernet('nd_tll', flow, mask, L.ARP_SHA + 1, true);
  if (!isNeighborDiscovery(flow)) return text;
  text += decimalWord('nd_reserved', wordAt(flow, L.IGMP_GROUP), wordAt(mask, L.IGMP_GROUP));
  return (
    text +
    half('nd_options_type', wordAt(flow, L.TCP_FLAGS) >>> 16, wordAt(mask, L.TCP_FLAGS) >>> 16)
  );
}

/** An Ethernet address that begins with a word, or in the low half of one. */
function ethernet(name: string, flow: Flow, mask: FlowMask, at: number, isLowHalf: boolean) {
  const maskHigh = isLowHalf ? wordAt(mask, at) & 0xffff : wordAt(mask, at) >>> 16;
  const maskLow = isLowHalf ? wordAt(mask, at + 1) : join(wordAt(mask, at), wordAt(mask, at + 1));
  if ((maskHigh | maskLow) === 0) return '';
  const high = isLowHalf ? wordAt(flow, at) & 0xffff : wordAt(flow, at) >>> 16;
  const low = isLowHalf ? wordAt(flow, at + 1) : join(wordAt(flow, at), wordAt(flow, at + 1));
  const text = `${name}=${formatEthernet(high, low)}`;
  const isExact = maskHigh === 0xffff && maskLow === 0xffff_ffff;
  return isExact ? `${text},` : `${text}/${formatEthernet(maskHigh, maskLow)},`;
}

/** The low half of one word and the high half of the next. */
function join(first: number, second: number): number {
  return ((first << 16) | (second >>> 16)) >>> 0;
}

function ipv4(name: string, flow: Flow, mask: FlowMask, at: number): string {
  const bits = wordAt(mask, at);
  return bits === 0 ? '' : `${name}=${formatIpv4Masked(wordAt(flow, at), bits)},`;
}

function ipv6(name: string, flow: Flow, mask: FlowMask, at: number): string {
  if ((wordAt(mask, at) | wordAt(mask, at + 1) | wordAt(mask, at + 2) | wordAt(mask, at + 3)) === 0)
    return '';
  return `${name}=${formatIpv6Masked(flow, mask, at)},`;
}

function byte(name: string, value: number, mask: number): string {
  if (mask === 0) return '';
  if (mask === 0xff) return `${name}=${value},`;
  const pair = [value, mask].map((part) => `0x${part.toString(16).padStart(2, '0')}`);
  return `${name}=${pair.join('/')},`;
}

function half(name: string, value: number, mask: number): string {
  if (mask === 0) return '';
  if (mask === 0xffff) return `${name}=${value},`;
  return `${name}=0x${value.toString(16)}/0x${mask.toString(16)},`;
}

function decimalWord(name: string, value: number, mask: number): string {
  if (mask === 0) return '';
  if (mask === 0xffff_ffff) return `${name}=${value},`;
  const pair = [value, mask].map((part) => `0x${part.toString(16).padStart(8, '0')}`);
  return `${name}=${pair.join('/')},`;
}

function hexWord(name: string, value: number, mask: number): string {
  if (mask === 0) return '';
  const text = `${name}=0x${value.toString(16)}`;
  return mask === 0xffff_ffff ? `${text},` : `${text}/0x${mask.toString(16)},`;
}
