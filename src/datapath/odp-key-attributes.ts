/**
 * The attributes of a datapath key as its text form names them: which words of a flow each holds,
 * and how each part is written. One row a part; printing, parsing and `set` actions follow it.
 *
 * Answers to `OVS_KEY_ATTR_*` and the `format_odp_key_attr__()` of OVS 3.1's `lib/odp-util.c`.
 */

import { type Flow, wordAt } from '../packet/flow.js';
import * as L from '../packet/flow-layout.js';
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
  ND_NEIGHBOR_ADVERT,
  ND_NEIGHBOR_SOLICIT,
} from '../packet/protocol.js';

export type KeyPartFormat = 'decimal' | 'hexadecimal' | 'ethernet' | 'ipv4' | 'ipv6' | 'frag';

export interface KeyPart {
  readonly name: string;
  readonly format: KeyPartFormat;
  /** The word that the part begins in. */
  readonly word: number;
  /** Bits to its right in that word; of an Ethernet address, bits to its left. */
  readonly shift: number;
  /** Bits; addresses that span words have the width of their format. */
  readonly width: number;
}

export type KeyAttributeName =
  | 'eth'
  | 'ipv4'
  | 'ipv6'
  | 'tcp'
  | 'udp'
  | 'sctp'
  | 'icmp'
  | 'icmpv6'
  | 'arp'
  | 'nd'
  | 'nd_ext'
  | 'nsh';

const word = (name: string, format: KeyPartFormat, at: number): KeyPart => ({
  name,
  format,
  word: at,
  shift: 0,
  width: 32,
});

const bits = (
  name: string,
  format: KeyPartFormat,
  at: number,
  shift: number,
  width: number,
): KeyPart => ({ name, format, word: at, shift, width });

const ethernet = (name: string, at: number, shift: number): KeyPart =>
  bits(name, 'ethernet', at, shift, 48);

const PORTS: readonly KeyPart[] = [
  bits('src', 'decimal', L.TP, 16, 16),
  bits('dst', 'decimal', L.TP, 0, 16),
];

const TYPE_AND_CODE: readonly KeyPart[] = [
  bits('type', 'decimal', L.TP, 16, 8),
  bits('code', 'decimal', L.TP, 0, 8),
];

export const KEY_ATTRIBUTES: Readonly<Record<KeyAttributeName, readonly KeyPart[]>> = {
  eth: [ethernet('src', L.DL_DST + 1, 16), ethernet('dst', L.DL_DST, 0)],
  ipv4: [
    word('src', 'ipv4', L.NW_SRC),
    word('dst', 'ipv4', L.NW_DST),
    bits('proto', 'decimal', L.NW_PROTO, 0, 8),
    bits('tos', 'hexadecimal', L.NW_PROTO, 16, 8),
    bits('ttl', 'decimal', L.NW_PROTO, 8, 8),
    bits('frag', 'frag', L.NW_PROTO, 24, 2),
  ],
  ipv6: [
    word('src', 'ipv6', L.IPV6_SRC),
    word('dst', 'ipv6', L.IPV6_DST),
    bits('label', 'hexadecimal', L.IPV6_LABEL, 0, 20),
    bits('proto', 'decimal', L.NW_PROTO, 0, 8),
    bits('tclass', 'hexadecimal', L.NW_PROTO, 16, 8),
    bits('hlimit', 'decimal', L.NW_PROTO, 8, 8),
    bits('frag', 'frag', L.NW_PROTO, 24, 2),
  ],
  tcp: PORTS,
  udp: PORTS,
  sctp: PORTS,
  icmp: TYPE_AND_CODE,
  icmpv6: TYPE_AND_CODE,
  arp: [
    word('sip', 'ipv4', L.NW_SRC),
    word('tip', 'ipv4', L.NW_DST),
    bits('op', 'decimal', L.NW_PROTO, 0, 8),
    ethernet('sha', L.ARP_SHA, 0),
    ethernet('tha', L.ARP_SHA + 1, 16),
  ],
  nd: [
    word('target', 'ipv6', L.ND_TARGET),
    ethernet('sll', L.ARP_SHA, 0),
    ethernet('tll', L.ARP_SHA + 1, 16),
  ],
  nd_ext: [
    word('nd_reserved', 'hexadecimal', L.IGMP_GROUP),
    bits('nd_options_type', 'decimal', L.TCP_FLAGS, 16, 8),
  ],
  nsh: [
    bits('flags', 'decimal', L.NSH, 24, 8),
    bits('ttl', 'decimal', L.NSH, 16, 8),
    bits('mdtype', 'decimal', L.NSH, 8, 8),
    bits('np', 'decimal', L.NSH, 0, 8),
    bits('spi', 'hexadecimal', L.NSH_PATH, 8, 24),
    bits('si', 'decimal', L.NSH_PATH, 0, 8),
    word('c1', 'hexadecimal', L.NSH_C1),
    word('c2', 'hexadecimal', L.NSH_C1 + 1),
    word('c3', 'hexadecimal', L.NSH_C1 + 2),
    word('c4', 'hexadecimal', L.NSH_C1 + 3),
  ],
};

/** Metadata that is one number, in the order in which a key is written. */
export const SCALAR_ATTRIBUTES: readonly KeyPart[] = [
  word('skb_priority', 'hexadecimal', L.SKB_PRIORITY),
  word('skb_mark', 'hexadecimal', L.PKT_MARK),
  bits('ct_zone', 'hexadecimal', L.CT_STATE, 0, 16),
  word('ct_mark', 'hexadecimal', L.CT_MARK),
  word('recirc_id', 'hexadecimal', L.RECIRC_ID),
  word('dp_hash', 'hexadecimal', L.DP_HASH),
];

/** The network and transport attributes that a key has, in the order in which they are written. */
export function attributesAboveEthernet(key: Flow): readonly KeyAttributeName[] {
  const proto = wordAt(key, L.NW_PROTO) & 0xff;
  const isLater = ((wordAt(key, L.NW_PROTO) >>> 24) & L.FRAG_LATER) !== 0;
  switch (wordAt(key, L.DL_TYPE) >>> 16) {
    case ETH_TYPE_IPV4:
      return isLater ? ['ipv4'] : ['ipv4', ...transportOf(proto, IPPROTO_ICMP, 'icmp')];
    case ETH_TYPE_IPV6: {
      if (isLater) return ['ipv6'];
      const above = transportOf(proto, IPPROTO_ICMPV6, 'icmpv6');
      return ['ipv6', ...above, ...(above[0] === 'icmpv6' ? discoveryOf(key) : [])];
    }
    case ETH_TYPE_ARP:
    case ETH_TYPE_RARP:
      return ['arp'];
    case ETH_TYPE_NSH:
      return ['nsh'];
    default:
      return [];
  }
}

function transportOf(
  proto: number,
  icmpProto: number,
  icmp: 'icmp' | 'icmpv6',
): readonly KeyAttributeName[] {
  switch (proto) {
    case IPPROTO_TCP:
      return ['tcp'];
    case IPPROTO_UDP:
      return ['udp'];
    case IPPROTO_SCTP:
      return ['sctp'];
    case icmpProto:
      return [icmp];
    default:
      return [];
  }
}

/** `nd_ext` is there where it says something. */
function discoveryOf(key: Flow): readonly KeyAttributeName[] {
  const type = (wordAt(key, L.TP) >>> 16) & 0xff;
  const isDiscovery = type === ND_NEIGHBOR_SOLICIT || type === ND_NEIGHBOR_ADVERT;
  if (!isDiscovery || (wordAt(key, L.TP) & 0xff) !== 0) return [];
  return key[L.IGMP_GROUP] === 0 && key[L.TCP_FLAGS] === 0 ? ['nd'] : ['nd', 'nd_ext'];
}
