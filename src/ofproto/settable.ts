/**
 * The key attributes that a datapath `set` action can write, each with the fields it is made of.
 *
 * Fields are compared one by one when flow changes are committed: one that has not changed is left
 * out of the action's mask. Answers to the `ovs_key_*` structures and the
 * `OVS_KEY_*_OFFSETOF_SIZEOF_ARR` macros of OVS.
 */

import { SET_WORDS, type SettableAttribute } from '../datapath/odp-actions.js';
import * as L from '../packet/flow-layout.js';

/** Some bits of one word. A field that crosses words has several, of one `group`. */
export interface SettablePart {
  readonly word: number;
  readonly bits: number;
  /** Parts of one field have the same number. */
  readonly group: number;
}

export interface Settable {
  /** Its place in `SETTABLES`. */
  readonly id: number;
  readonly attribute: SettableAttribute;
  readonly parts: readonly SettablePart[];
  /** The words of all parts, in the order of `SET_WORDS`. */
  readonly words: readonly number[];
  /** Bytes of the attribute's value on the wire (netlink), without header. */
  readonly size: number;
}

type Span = readonly [word: number, bits: number];

const ALL = 0xffff_ffff;
const whole = (word: number, count: number): Span[] =>
  Array.from({ length: count }, (_, i) => [word + i, ALL]);

/** All of them, by id. */
const settables: Settable[] = [];
export const SETTABLES: readonly Settable[] = settables;

/** `fields`: the words and bits of each field. */
function settable(
  attribute: SettableAttribute,
  size: number,
  fields: readonly (readonly Span[])[],
): Settable {
  const parts = fields.flatMap((spans, group) =>
    spans.map(([word, bits]) => ({ word, bits: bits >>> 0, group })),
  );
  const made = { id: settables.length, attribute, parts, words: SET_WORDS[attribute], size };
  settables.push(made);
  return made;
}

const DL_DST_LOW = L.DL_DST + 1;
const ARP_SHA_LOW = L.ARP_SHA + 1;
const ARP_THA_LOW = L.ARP_SHA + 2;
const HIGH_HALF = 0xffff_0000;
const LOW_HALF = 0x0000_ffff;

/** `arp_sha` and `arp_tha`, which are also `nd_sll` and `nd_tll`. */
const FIRST_HARDWARE_ADDRESS: Span[] = [
  [L.ARP_SHA, ALL],
  [ARP_SHA_LOW, HIGH_HALF],
];
const SECOND_HARDWARE_ADDRESS: Span[] = [
  [ARP_SHA_LOW, LOW_HALF],
  [ARP_THA_LOW, ALL],
];
const NW_PROTO_BITS = 0x0000_00ff;
const NW_TTL_BITS = 0x0000_ff00;
const NW_TOS_BITS = 0x00ff_0000;
/** ICMP's type and code are the low bytes of the two ports. */
const ICMP_TYPE_BITS = 0x00ff_0000;
const ICMP_CODE_BITS = 0x0000_00ff;
const PORTS: Span[][] = [[[L.TP, HIGH_HALF]], [[L.TP, LOW_HALF]]];
const ICMP_FIELDS: Span[][] = [[[L.TP, ICMP_TYPE_BITS]], [[L.TP, ICMP_CODE_BITS]]];

export const SET_ETH = settable('eth', 12, [
  [
    [DL_DST_LOW, LOW_HALF],
    [L.DL_SRC_LOW, ALL],
  ],
  [
    [L.DL_DST, ALL],
    [DL_DST_LOW, HIGH_HALF],
  ],
]);
export const SET_IPV4 = settable('ipv4', 12, [
  whole(L.NW_SRC, 1),
  whole(L.NW_DST, 1),
  [[L.NW_PROTO, NW_TOS_BITS]],
  [[L.NW_PROTO, NW_TTL_BITS]],
]);
export const SET_IPV6 = settable('ipv6', 40, [
  whole(L.IPV6_SRC, 4),
  whole(L.IPV6_DST, 4),
  whole(L.IPV6_LABEL, 1),
  [[L.NW_PROTO, NW_TOS_BITS]],
  [[L.NW_PROTO, NW_TTL_BITS]],
]);
export const SET_ARP = settable('arp', 24, [
  whole(L.NW_SRC, 1),
  whole(L.NW_DST, 1),
  [[L.NW_PROTO, NW_PROTO_BITS]],
  FIRST_HARDWARE_ADDRESS,
  SECOND_HARDWARE_ADDRESS,
]);
export const SET_ND_EXTENSIONS = settable('nd_extensions', 8, [
  whole(L.IGMP_GROUP, 1),
  [[L.TCP_FLAGS, HIGH_HALF]],
]);
export const SET_ND = settable('nd', 28, [
  whole(L.ND_TARGET, 4),
  FIRST_HARDWARE_ADDRESS,
  SECOND_HARDWARE_ADDRESS,
]);
export const SET_TCP = settable('tcp', 4, PORTS);
export const SET_UDP = settable('udp', 4, PORTS);
export const SET_SCTP = settable('sctp', 4, PORTS);
export const SET_ICMP = settable('icmp', 2, ICMP_FIELDS);
export const SET_ICMPV6 = settable('icmpv6', 2, ICMP_FIELDS);
/** Compared as a whole; the MD type and the next protocol cannot be written. */
export const SET_NSH = settable('nsh', 24, [[[L.NSH, HIGH_HALF], ...whole(L.NSH_PATH, 5)]]);
export const SET_MPLS = settable('mpls', 4, [whole(L.MPLS0, 1)]);
export const SET_SKB_PRIORITY = settable('skb_priority', 4, [whole(L.SKB_PRIORITY, 1)]);
export const SET_SKB_MARK = settable('skb_mark', 4, [whole(L.PKT_MARK, 1)]);
