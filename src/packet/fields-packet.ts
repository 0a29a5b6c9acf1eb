/**
 * The rows of the table of fields for the headers of a packet, layer by layer.
 *
 * Source: ovs-fields(7) of Open vSwitch 3.1.
 */

import {
  ericsson,
  type Field,
  HEX,
  NO_MASK,
  nxmNx,
  nxmOf,
  nxOxmNsh,
  onfOxm,
  oxmOf,
  READ_ONLY,
  row,
} from './field.js';
import * as L from './flow-layout.js';

const OF10 = { of10: 'exact' } as const;
const ETHERNET = { prerequisite: 'ethernet', key: 'eth' } as const;
const VLAN = { ...OF10, prerequisite: 'ethernet', key: 'vlan' } as const;
const MAC = { format: 'ethernet' } as const;
const MPLS = { ...NO_MASK, prerequisite: 'mpls', key: 'mpls' } as const;

const L2_FIELDS: readonly Field[] = [
  row('eth_src', L.DL_DST + 1, 16, 48, {
    ...ETHERNET,
    ...MAC,
    ...OF10,
    alias: 'dl_src',
    oxm: oxmOf('ETH_SRC', 4),
    nxm: nxmOf('ETH_SRC', 2),
  }),
  row('eth_dst', L.DL_DST, 0, 48, {
    ...ETHERNET,
    ...MAC,
    ...OF10,
    alias: 'dl_dst',
    oxm: oxmOf('ETH_DST', 3),
    nxm: nxmOf('ETH_DST', 1),
  }),
  row('eth_type', L.DL_TYPE, 0, 16, {
    ...HEX,
    ...NO_MASK,
    ...READ_ONLY,
    ...OF10,
    prerequisite: 'ethernet',
    alias: 'dl_type',
    oxm: oxmOf('ETH_TYPE', 5),
    nxm: nxmOf('ETH_TYPE', 3),
    key: 'eth_type',
  }),
  row('vlan_tci', L.VLAN0, 16, 16, { ...VLAN, ...HEX, nxm: nxmOf('VLAN_TCI', 4) }),
  row('dl_vlan', L.VLAN0, 20, 12, { ...VLAN, ...NO_MASK }),
  // With the bit that says that there is a tag, as OpenFlow 1.2 and later want it.
  row('vlan_vid', L.VLAN0, 19, 13, { ...VLAN, oxm: oxmOf('VLAN_VID', 6) }),
  row('dl_vlan_pcp', L.VLAN0, 16, 3, { ...VLAN, ...NO_MASK }),
  row('vlan_pcp', L.VLAN0, 16, 3, {
    ...VLAN,
    ...NO_MASK,
    prerequisite: 'vlan',
    oxm: oxmOf('VLAN_PCP', 7),
  }),
  row('mpls_label', L.MPLS0, 0, 20, { ...MPLS, size: 4, oxm: oxmOf('MPLS_LABEL', 34) }),
  row('mpls_tc', L.MPLS0, 20, 3, { ...MPLS, oxm: oxmOf('MPLS_TC', 35) }),
  row('mpls_bos', L.MPLS0, 23, 1, { ...MPLS, ...READ_ONLY, oxm: oxmOf('MPLS_BOS', 36) }),
  row('mpls_ttl', L.MPLS0, 24, 8, { ...MPLS, nxm: nxmNx('MPLS_TTL', 30) }),
];

const IPV4 = { prerequisite: 'ipv4', format: 'ipv4', of10: 'cidr', key: 'ipv4' } as const;
const IPV6 = { prerequisite: 'ipv6', format: 'ipv6', key: 'ipv6' } as const;
const IP_ANY = { ...NO_MASK, prerequisite: 'ip_any', key: 'ip' } as const;

const IP_FIELDS: readonly Field[] = [
  row('ip_src', L.NW_SRC, 0, 32, {
    ...IPV4,
    alias: 'nw_src',
    oxm: oxmOf('IPV4_SRC', 11),
    nxm: nxmOf('IP_SRC', 7),
  }),
  row('ip_dst', L.NW_DST, 0, 32, {
    ...IPV4,
    alias: 'nw_dst',
    oxm: oxmOf('IPV4_DST', 12),
    nxm: nxmOf('IP_DST', 8),
  }),
  row('ipv6_src', L.IPV6_SRC, 0, 128, {
    ...IPV6,
    oxm: oxmOf('IPV6_SRC', 26),
    nxm: nxmNx('IPV6_SRC', 19),
  }),
  row('ipv6_dst', L.IPV6_DST, 0, 128, {
    ...IPV6,
    oxm: oxmOf('IPV6_DST', 27),
    nxm: nxmNx('IPV6_DST', 20),
  }),
  row('ipv6_label', L.IPV6_LABEL, 12, 20, {
    ...HEX,
    prerequisite: 'ipv6',
    size: 4,
    oxm: oxmOf('IPV6_FLABEL', 28),
    nxm: nxmNx('IPV6_LABEL', 27),
    key: 'ipv6',
  }),
  row('nw_proto', L.NW_PROTO, 24, 8, {
    ...IP_ANY,
    ...READ_ONLY,
    ...OF10,
    alias: 'ip_proto',
    oxm: oxmOf('IP_PROTO', 10),
    nxm: nxmOf('IP_PROTO', 6),
  }),
  // The whole byte, although only its six high bits count: ip_dscp is those.
  row('nw_tos', L.NW_PROTO, 8, 8, { ...IP_ANY, ...OF10, nxm: nxmOf('IP_TOS', 5) }),
  row('ip_dscp', L.NW_PROTO, 8, 6, { ...IP_ANY, ...OF10, oxm: oxmOf('IP_DSCP', 8) }),
  row('nw_ecn', L.NW_PROTO, 14, 2, {
    ...IP_ANY,
    alias: 'ip_ecn',
    oxm: oxmOf('IP_ECN', 9),
    nxm: nxmNx('IP_ECN', 28),
  }),
  row('nw_ttl', L.NW_PROTO, 16, 8, { ...IP_ANY, nxm: nxmNx('IP_TTL', 29) }),
  row('ip_frag', L.NW_PROTO, 6, 2, {
    ...IP_ANY,
    ...READ_ONLY,
    maskable: 'fully',
    format: 'frag',
    alias: 'nw_frag',
    nxm: nxmNx('IP_FRAG', 26),
  }),
];

const ARP = { prerequisite: 'arp', key: 'arp' } as const;

const ARP_FIELDS: readonly Field[] = [
  // A flow keeps the low byte of the opcode, in the place of nw_proto.
  row('arp_op', L.NW_PROTO, 24, 8, {
    ...ARP,
    ...NO_MASK,
    ...OF10,
    size: 2,
    oxm: oxmOf('ARP_OP', 21),
    nxm: nxmOf('ARP_OP', 15),
  }),
  row('arp_spa', L.NW_SRC, 0, 32, {
    ...ARP,
    format: 'ipv4',
    of10: 'cidr',
    oxm: oxmOf('ARP_SPA', 22),
    nxm: nxmOf('ARP_SPA', 16),
  }),
  row('arp_tpa', L.NW_DST, 0, 32, {
    ...ARP,
    format: 'ipv4',
    of10: 'cidr',
    oxm: oxmOf('ARP_TPA', 23),
    nxm: nxmOf('ARP_TPA', 17),
  }),
  row('arp_sha', L.ARP_SHA, 0, 48, {
    ...ARP,
    ...MAC,
    oxm: oxmOf('ARP_SHA', 24),
    nxm: nxmNx('ARP_SHA', 17),
  }),
  row('arp_tha', L.ARP_SHA + 1, 16, 48, {
    ...ARP,
    ...MAC,
    oxm: oxmOf('ARP_THA', 25),
    nxm: nxmNx('ARP_THA', 18),
  }),
];

const TCP = { prerequisite: 'tcp', key: 'tcp' } as const;
const UDP = { ...OF10, prerequisite: 'udp', key: 'udp' } as const;
const SCTP = { prerequisite: 'sctp', key: 'sctp' } as const;
// Type and code are bytes, each in a port's place: all of it is theirs.
const ICMPV4 = { ...NO_MASK, ...OF10, size: 1, prerequisite: 'icmpv4', key: 'icmp' } as const;
const ICMPV6 = { ...NO_MASK, size: 1, prerequisite: 'icmpv6', key: 'icmpv6' } as const;

const TRANSPORT_FIELDS: readonly Field[] = [
  row('tcp_src', L.TP, 0, 16, {
    ...TCP,
    ...OF10,
    alias: 'tp_src',
    oxm: oxmOf('TCP_SRC', 13),
    nxm: nxmOf('TCP_SRC', 9),
  }),
  row('tcp_dst', L.TP, 16, 16, {
    ...TCP,
    ...OF10,
    alias: 'tp_dst',
    oxm: oxmOf('TCP_DST', 14),
    nxm: nxmOf('TCP_DST', 10),
  }),
  row('tcp_flags', L.TCP_FLAGS, 4, 12, {
    ...TCP,
    ...READ_ONLY,
    format: 'tcp_flags',
    oxm: oxmOf('TCP_FLAGS', 42),
    nxm: nxmNx('TCP_FLAGS', 34),
    onf: onfOxm('TCP_FLAGS', 42),
    key: 'tcp_flags',
  }),
  row('udp_src', L.TP, 0, 16, { ...UDP, oxm: oxmOf('UDP_SRC', 15), nxm: nxmOf('UDP_SRC', 11) }),
  row('udp_dst', L.TP, 16, 16, { ...UDP, oxm: oxmOf('UDP_DST', 16), nxm: nxmOf('UDP_DST', 12) }),
  row('sctp_src', L.TP, 0, 16, { ...SCTP, oxm: oxmOf('SCTP_SRC', 17) }),
  row('sctp_dst', L.TP, 16, 16, { ...SCTP, oxm: oxmOf('SCTP_DST', 18) }),
  row('icmp_type', L.TP, 0, 16, {
    ...ICMPV4,
    oxm: oxmOf('ICMPV4_TYPE', 19),
    nxm: nxmOf('ICMP_TYPE', 13),
  }),
  row('icmp_code', L.TP, 16, 16, {
    ...ICMPV4,
    oxm: oxmOf('ICMPV4_CODE', 20),
    nxm: nxmOf('ICMP_CODE', 14),
  }),
  row('icmpv6_type', L.TP, 0, 16, {
    ...ICMPV6,
    oxm: oxmOf('ICMPV6_TYPE', 29),
    nxm: nxmNx('ICMPV6_TYPE', 21),
  }),
  row('icmpv6_code', L.TP, 16, 16, {
    ...ICMPV6,
    oxm: oxmOf('ICMPV6_CODE', 30),
    nxm: nxmNx('ICMPV6_CODE', 22),
  }),
];

const ND = { prerequisite: 'nd', key: 'nd' } as const;
const ND_EXTENSION = { ...NO_MASK, prerequisite: 'nd', key: 'nd_ext' } as const;

const ND_FIELDS: readonly Field[] = [
  row('nd_target', L.ND_TARGET, 0, 128, {
    ...ND,
    format: 'ipv6',
    oxm: oxmOf('IPV6_ND_TARGET', 31),
    nxm: nxmNx('ND_TARGET', 23),
  }),
  row('nd_sll', L.ARP_SHA, 0, 48, {
    ...ND,
    ...MAC,
    prerequisite: 'nd_solicit',
    oxm: oxmOf('IPV6_ND_SLL', 32),
    nxm: nxmNx('ND_SLL', 24),
  }),
  row('nd_tll', L.ARP_SHA + 1, 16, 48, {
    ...ND,
    ...MAC,
    prerequisite: 'nd_advert',
    oxm: oxmOf('IPV6_ND_TLL', 33),
    nxm: nxmNx('ND_TLL', 25),
  }),
  row('nd_reserved', L.IGMP_GROUP, 0, 32, {
    ...ND_EXTENSION,
    nxm: ericsson('ICMPV6_ND_RESERVED', 1),
  }),
  row('nd_options_type', L.TCP_FLAGS, 0, 16, {
    ...ND_EXTENSION,
    size: 1,
    nxm: ericsson('ICMPV6_ND_OPTIONS_TYPE', 2),
  }),
];

const NSH = { prerequisite: 'nsh', key: 'nsh' } as const;

const NSH_FIELDS: readonly Field[] = [
  row('nsh_flags', L.NSH, 0, 8, { ...NSH, nxm: nxOxmNsh('FLAGS', 1) }),
  row('nsh_ttl', L.NSH, 8, 8, { ...NSH, ...NO_MASK, nxm: nxOxmNsh('TTL', 10) }),
  row('nsh_mdtype', L.NSH, 16, 8, {
    ...NSH,
    ...NO_MASK,
    ...READ_ONLY,
    nxm: nxOxmNsh('MDTYPE', 2),
  }),
  row('nsh_np', L.NSH, 24, 8, { ...NSH, ...NO_MASK, ...READ_ONLY, nxm: nxOxmNsh('NP', 3) }),
  row('nsh_spi', L.NSH_PATH, 0, 24, {
    ...NSH,
    ...NO_MASK,
    ...HEX,
    size: 4,
    alias: 'nsp',
    nxm: nxOxmNsh('SPI', 4),
  }),
  row('nsh_si', L.NSH_PATH, 24, 8, { ...NSH, ...NO_MASK, alias: 'nsi', nxm: nxOxmNsh('SI', 5) }),
  ...[1, 2, 3, 4].map((i) =>
    row(`nsh_c${i}`, L.NSH_C1 + i - 1, 0, 32, {
      ...NSH,
      ...HEX,
      alias: `nshc${i}`,
      nxm: nxOxmNsh(`C${i}`, 5 + i),
    }),
  ),
];

export const PACKET_FIELDS: readonly Field[] = [
  ...L2_FIELDS,
  ...IP_FIELDS,
  ...ARP_FIELDS,
  ...TRANSPORT_FIELDS,
  ...ND_FIELDS,
  ...NSH_FIELDS,
];
