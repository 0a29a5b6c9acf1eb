/**
 * The table of fields: everything the switch knows about each field of a flow, one row a field.
 *
 * Extraction, masks, match parsing and printing, set-field, register moves and the datapath key's
 * text are driven by it. Answers to OVS's `lib/meta-flow.c`.
 *
 * A field is a run of bits that may cross words: bit 0 is the highest bit of word 0, so the field's
 * bytes read in network order. Accessors are in `field-access.ts`.
 */

import * as L from './flow-layout.js';

/** How a field's value is written. Answers to `enum mf_string`. */
export type FieldFormat =
  | 'decimal'
  | 'hexadecimal'
  | 'ethernet'
  | 'ipv4'
  | 'ipv6'
  | 'port'
  | 'frag'
  | 'tunnel_flags'
  | 'tcp_flags'
  | 'ct_state'
  | 'packet_type';

/** Which masks a match may use on a field. */
export type FieldMaskable = 'none' | 'fully';

/** What must be matched before this field means anything. Answers to `enum mf_prereqs`. */
export type FieldPrerequisite =
  | 'none'
  | 'ethernet'
  | 'arp'
  | 'vlan'
  | 'ipv4'
  | 'ipv6'
  | 'ip_any'
  | 'mpls'
  | 'tcp'
  | 'udp'
  | 'sctp'
  | 'icmpv4'
  | 'icmpv6'
  | 'nd'
  | 'nd_solicit'
  | 'nd_advert'
  | 'nsh';

export interface Field {
  readonly name: string;
  /** OVS's other name for it (`mf_field.extra_name`). */
  readonly alias?: string;
  /** First bit, counted from the highest bit of word 0. */
  readonly bit: number;
  /** Bits. */
  readonly width: number;
  readonly format: FieldFormat;
  readonly maskable: FieldMaskable;
  readonly prerequisite: FieldPrerequisite;
  readonly writable: boolean;
  /** OXM or NXM header: class, number, and the name OpenFlow gives it. */
  readonly oxm?: { readonly class: number; readonly field: number; readonly name: string };
  readonly nxm?: { readonly class: number; readonly field: number; readonly name: string };
}

type Options = Partial<Omit<Field, 'name' | 'bit' | 'width'>>;

/** A row: where the field stands (word, and bits to its left within it) and how it is written. */
function row(
  name: string,
  word: number,
  skip: number,
  width: number,
  options: Options = {},
): Field {
  return {
    name,
    bit: word * 32 + skip,
    width,
    format: 'decimal',
    maskable: 'fully',
    prerequisite: 'none',
    writable: true,
    ...options,
  };
}

const HEX = { format: 'hexadecimal' } as const;
const READ_ONLY = { writable: false } as const;
const EXACT = { maskable: 'none' } as const;

const TUNNEL_FIELDS: readonly Field[] = [
  row('tun_id', L.TUN_ID, 0, 64, { ...HEX, alias: 'tunnel_id' }),
  row('tun_src', L.TUN_SRC, 0, 32, { format: 'ipv4' }),
  row('tun_dst', L.TUN_DST, 0, 32, { format: 'ipv4' }),
  row('tun_ipv6_src', L.TUN_IPV6_SRC, 0, 128, { format: 'ipv6' }),
  row('tun_ipv6_dst', L.TUN_IPV6_DST, 0, 128, { format: 'ipv6' }),
  row('tun_flags', L.TUN_FLAGS, 0, 16, { format: 'tunnel_flags' }),
  row('tun_tos', L.TUN_FLAGS, 16, 8, EXACT),
  row('tun_ttl', L.TUN_FLAGS, 24, 8, EXACT),
  row('tun_gbp_id', L.TUN_GBP, 0, 16),
  row('tun_gbp_flags', L.TUN_GBP, 16, 8, HEX),
  row('tun_erspan_idx', L.TUN_ERSPAN_IDX, 12, 20, HEX),
  row('tun_erspan_ver', L.TUN_ERSPAN, 4, 4, HEX),
  row('tun_erspan_dir', L.TUN_ERSPAN, 15, 1, HEX),
  row('tun_erspan_hwid', L.TUN_ERSPAN, 18, 6, HEX),
  row('tun_gtpu_flags', L.TUN_GTPU, 0, 8, { ...HEX, ...READ_ONLY }),
  row('tun_gtpu_msgtype', L.TUN_GTPU, 8, 8, HEX),
  ...Array.from({ length: 64 }, (_, i) => row(`tun_metadata${i}`, L.TUN_METADATA + i, 0, 32, HEX)),
];

const METADATA_FIELDS: readonly Field[] = [
  row('dp_hash', L.DP_HASH, 0, 32, { ...HEX, ...READ_ONLY }),
  row('recirc_id', L.RECIRC_ID, 0, 32, { ...HEX, ...READ_ONLY, ...EXACT }),
  row('packet_type', L.PACKET_TYPE, 0, 32, { format: 'packet_type', ...READ_ONLY, ...EXACT }),
  row('conj_id', L.CONJ_ID, 0, 32, { ...READ_ONLY, ...EXACT }),
  row('metadata', L.METADATA, 0, 64, HEX),
  row('in_port', L.IN_PORT, 16, 16, { format: 'port', ...EXACT }),
  row('in_port_oxm', L.IN_PORT, 0, 32, { format: 'port', ...EXACT }),
  row('actset_output', L.ACTSET_OUTPUT, 0, 32, { format: 'port', ...READ_ONLY, ...EXACT }),
  row('skb_priority', L.SKB_PRIORITY, 0, 32, { ...HEX, ...EXACT }),
  row('pkt_mark', L.PKT_MARK, 0, 32, HEX),
  row('ct_state', L.CT_STATE, 0, 16, { format: 'ct_state', ...READ_ONLY }),
  row('ct_zone', L.CT_STATE, 16, 16, { ...HEX, ...READ_ONLY }),
  row('ct_mark', L.CT_MARK, 0, 32, HEX),
  row('ct_label', L.CT_LABEL, 0, 128, HEX),
  row('ct_nw_proto', L.CT_NW_PROTO, 0, 8, READ_ONLY),
  row('ct_nw_src', L.CT_NW_SRC, 0, 32, { format: 'ipv4', ...READ_ONLY }),
  row('ct_nw_dst', L.CT_NW_DST, 0, 32, { format: 'ipv4', ...READ_ONLY }),
  row('ct_ipv6_src', L.CT_IPV6_SRC, 0, 128, { format: 'ipv6', ...READ_ONLY }),
  row('ct_ipv6_dst', L.CT_IPV6_DST, 0, 128, { format: 'ipv6', ...READ_ONLY }),
  row('ct_tp_src', L.CT_TP, 0, 16, READ_ONLY),
  row('ct_tp_dst', L.CT_TP, 16, 16, READ_ONLY),
  ...Array.from({ length: 16 }, (_, i) => row(`reg${i}`, L.REGS + i, 0, 32, HEX)),
  ...Array.from({ length: 8 }, (_, i) => row(`xreg${i}`, L.REGS + 2 * i, 0, 64, HEX)),
  ...Array.from({ length: 4 }, (_, i) => row(`xxreg${i}`, L.REGS + 4 * i, 0, 128, HEX)),
];

const ETHERNET = { prerequisite: 'ethernet' } as const;
const VLAN = { prerequisite: 'vlan' } as const;
const MPLS = { prerequisite: 'mpls', maskable: 'none' } as const;

const L2_FIELDS: readonly Field[] = [
  row('eth_src', L.DL_DST, 48, 48, { ...ETHERNET, format: 'ethernet', alias: 'dl_src' }),
  row('eth_dst', L.DL_DST, 0, 48, { ...ETHERNET, format: 'ethernet', alias: 'dl_dst' }),
  row('eth_type', L.DL_TYPE, 0, 16, { ...HEX, ...EXACT, ...READ_ONLY, alias: 'dl_type' }),
  row('vlan_tci', L.VLAN0, 16, 16, { ...ETHERNET, ...HEX }),
  row('dl_vlan', L.VLAN0, 20, 12, { ...ETHERNET, ...EXACT }),
  row('vlan_vid', L.VLAN0, 19, 13, ETHERNET),
  row('dl_vlan_pcp', L.VLAN0, 16, 3, { ...ETHERNET, ...EXACT }),
  row('vlan_pcp', L.VLAN0, 16, 3, { ...VLAN, ...EXACT }),
  row('mpls_label', L.MPLS0, 0, 20, MPLS),
  row('mpls_tc', L.MPLS0, 20, 3, MPLS),
  row('mpls_bos', L.MPLS0, 23, 1, { ...MPLS, ...READ_ONLY }),
  row('mpls_ttl', L.MPLS0, 24, 8, MPLS),
];

const ARP = { prerequisite: 'arp' } as const;
const IPV4 = { prerequisite: 'ipv4', format: 'ipv4' } as const;
const IPV6 = { prerequisite: 'ipv6', format: 'ipv6' } as const;
const IP_ANY = { prerequisite: 'ip_any', maskable: 'none' } as const;

const L3_FIELDS: readonly Field[] = [
  row('ip_src', L.NW_SRC, 0, 32, { ...IPV4, alias: 'nw_src' }),
  row('ip_dst', L.NW_DST, 0, 32, { ...IPV4, alias: 'nw_dst' }),
  row('ipv6_src', L.IPV6_SRC, 0, 128, IPV6),
  row('ipv6_dst', L.IPV6_DST, 0, 128, IPV6),
  row('ipv6_label', L.IPV6_LABEL, 12, 20, { ...HEX, prerequisite: 'ipv6' }),
  row('nw_proto', L.NW_PROTO, 24, 8, { ...IP_ANY, ...READ_ONLY, alias: 'ip_proto' }),
  row('nw_tos', L.NW_PROTO, 8, 8, IP_ANY),
  row('ip_dscp', L.NW_PROTO, 8, 6, IP_ANY),
  row('nw_ecn', L.NW_PROTO, 14, 2, { ...IP_ANY, alias: 'ip_ecn' }),
  row('nw_ttl', L.NW_PROTO, 16, 8, IP_ANY),
  row('ip_frag', L.NW_PROTO, 0, 8, {
    prerequisite: 'ip_any',
    format: 'frag',
    writable: false,
    alias: 'nw_frag',
  }),
  row('arp_op', L.NW_PROTO, 16, 16, { ...ARP, ...EXACT }),
  row('arp_spa', L.NW_SRC, 0, 32, { ...ARP, format: 'ipv4' }),
  row('arp_tpa', L.NW_DST, 0, 32, { ...ARP, format: 'ipv4' }),
  row('arp_sha', L.ARP_SHA, 0, 48, { ...ARP, format: 'ethernet' }),
  row('arp_tha', L.ARP_SHA, 48, 48, { ...ARP, format: 'ethernet' }),
];

const NSH = { prerequisite: 'nsh' } as const;

const L4_FIELDS: readonly Field[] = [
  row('tcp_src', L.TP, 0, 16, { prerequisite: 'tcp', alias: 'tp_src' }),
  row('tcp_dst', L.TP, 16, 16, { prerequisite: 'tcp', alias: 'tp_dst' }),
  row('tcp_flags', L.TCP_FLAGS, 4, 12, {
    prerequisite: 'tcp',
    format: 'tcp_flags',
    writable: false,
  }),
  row('udp_src', L.TP, 0, 16, { prerequisite: 'udp' }),
  row('udp_dst', L.TP, 16, 16, { prerequisite: 'udp' }),
  row('sctp_src', L.TP, 0, 16, { prerequisite: 'sctp' }),
  row('sctp_dst', L.TP, 16, 16, { prerequisite: 'sctp' }),
  row('icmp_type', L.TP, 8, 8, { prerequisite: 'icmpv4', ...EXACT }),
  row('icmp_code', L.TP, 24, 8, { prerequisite: 'icmpv4', ...EXACT }),
  row('icmpv6_type', L.TP, 8, 8, { prerequisite: 'icmpv6', ...EXACT }),
  row('icmpv6_code', L.TP, 24, 8, { prerequisite: 'icmpv6', ...EXACT }),
  row('nd_target', L.ND_TARGET, 0, 128, { prerequisite: 'nd', format: 'ipv6' }),
  row('nd_sll', L.ARP_SHA, 0, 48, { prerequisite: 'nd_solicit', format: 'ethernet' }),
  row('nd_tll', L.ARP_SHA, 48, 48, { prerequisite: 'nd_advert', format: 'ethernet' }),
  row('nd_reserved', L.IGMP_GROUP, 0, 32, { prerequisite: 'nd', ...EXACT, ...HEX }),
  row('nd_options_type', L.TCP_FLAGS, 8, 8, { prerequisite: 'nd', ...EXACT }),
  row('nsh_flags', L.NSH, 0, 8, NSH),
  row('nsh_ttl', L.NSH, 8, 8, { ...NSH, ...EXACT }),
  row('nsh_mdtype', L.NSH, 16, 8, { ...NSH, ...EXACT, ...READ_ONLY }),
  row('nsh_np', L.NSH, 24, 8, { ...NSH, ...EXACT, ...READ_ONLY }),
  row('nsh_spi', L.NSH_PATH, 0, 24, { ...NSH, ...EXACT, ...HEX, alias: 'nsp' }),
  row('nsh_si', L.NSH_PATH, 24, 8, { ...NSH, ...EXACT, alias: 'nsi' }),
  row('nsh_c1', L.NSH_C1, 0, 32, { ...NSH, ...HEX, alias: 'nshc1' }),
  row('nsh_c2', L.NSH_C1 + 1, 0, 32, { ...NSH, ...HEX, alias: 'nshc2' }),
  row('nsh_c3', L.NSH_C1 + 2, 0, 32, { ...NSH, ...HEX, alias: 'nshc3' }),
  row('nsh_c4', L.NSH_C1 + 3, 0, 32, { ...NSH, ...HEX, alias: 'nshc4' }),
];

export const FIELDS: readonly Field[] = [
  ...TUNNEL_FIELDS,
  ...METADATA_FIELDS,
  ...L2_FIELDS,
  ...L3_FIELDS,
  ...L4_FIELDS,
];

const byName = new Map<string, Field>();
for (const field of FIELDS) {
  byName.set(field.name, field);
  if (field.alias !== undefined) byName.set(field.alias, field);
}

/** The field of this name or alias, in OVS's spelling, or undefined. */
export function findField(name: string): Field | undefined {
  return byName.get(name);
}
