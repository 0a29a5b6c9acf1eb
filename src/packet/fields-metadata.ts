/**
 * The rows of the table of fields for what no header of the packet brings: tunnel, marks,
 * connection tracking, metadata and registers.
 *
 * Source: ovs-fields(7) of Open vSwitch 3.1.
 */

import {
  type Field,
  HEX,
  NO_MASK,
  nxmNx,
  nxmOf,
  nxOxm,
  onfOxm,
  oxmOf,
  oxmPacketRegister,
  READ_ONLY,
  row,
} from './field.js';
import * as L from './flow-layout.js';

/** Numbers of consecutive fields, for rows that differ only in a number. */
function rows(count: number, make: (i: number) => Field): Field[] {
  return Array.from({ length: count }, (_, i) => make(i));
}

const TUNNEL = { key: 'tunnel' } as const;
const IPV4 = { format: 'ipv4' } as const;
const IPV6 = { format: 'ipv6' } as const;

const TUNNEL_FIELDS: readonly Field[] = [
  row('tun_id', L.TUN_ID, 0, 64, {
    ...HEX,
    ...TUNNEL,
    alias: 'tunnel_id',
    oxm: oxmOf('TUNNEL_ID', 38),
    nxm: nxmNx('TUN_ID', 16),
  }),
  row('tun_src', L.TUN_SRC, 0, 32, { ...IPV4, ...TUNNEL, nxm: nxmNx('TUN_IPV4_SRC', 31) }),
  row('tun_dst', L.TUN_DST, 0, 32, { ...IPV4, ...TUNNEL, nxm: nxmNx('TUN_IPV4_DST', 32) }),
  row('tun_ipv6_src', L.TUN_IPV6_SRC, 0, 128, {
    ...IPV6,
    ...TUNNEL,
    nxm: nxmNx('TUN_IPV6_SRC', 109),
  }),
  row('tun_ipv6_dst', L.TUN_IPV6_DST, 0, 128, {
    ...IPV6,
    ...TUNNEL,
    nxm: nxmNx('TUN_IPV6_DST', 110),
  }),
  row('tun_flags', L.TUN_FLAGS, 15, 1, {
    ...TUNNEL,
    format: 'tunnel_flags',
    size: 2,
    nxm: nxmNx('TUN_FLAGS', 104),
  }),
  row('tun_tos', L.TUN_FLAGS, 16, 8, { ...TUNNEL, ...NO_MASK, ...READ_ONLY }),
  row('tun_ttl', L.TUN_FLAGS, 24, 8, { ...TUNNEL, ...NO_MASK, ...READ_ONLY }),
  row('tun_gbp_id', L.TUN_GBP, 0, 16, { ...TUNNEL, nxm: nxmNx('TUN_GBP_ID', 38) }),
  row('tun_gbp_flags', L.TUN_GBP, 16, 8, { ...HEX, ...TUNNEL, nxm: nxmNx('TUN_GBP_FLAGS', 39) }),
  row('tun_erspan_ver', L.TUN_ERSPAN, 4, 4, { ...TUNNEL, nxm: nxOxm('ERSPAN_VER', 12) }),
  row('tun_erspan_idx', L.TUN_ERSPAN_IDX, 12, 20, {
    ...HEX,
    ...TUNNEL,
    size: 4,
    nxm: nxOxm('ERSPAN_IDX', 11),
  }),
  row('tun_erspan_dir', L.TUN_ERSPAN, 15, 1, { ...TUNNEL, nxm: nxOxm('ERSPAN_DIR', 13) }),
  row('tun_erspan_hwid', L.TUN_ERSPAN, 18, 6, { ...HEX, ...TUNNEL, nxm: nxOxm('ERSPAN_HWID', 14) }),
  row('tun_gtpu_flags', L.TUN_GTPU, 0, 8, {
    ...HEX,
    ...READ_ONLY,
    ...TUNNEL,
    nxm: nxOxm('GTPU_FLAGS', 15),
  }),
  row('tun_gtpu_msgtype', L.TUN_GTPU, 8, 8, {
    ...READ_ONLY,
    ...TUNNEL,
    nxm: nxOxm('GTPU_MSGTYPE', 16),
  }),
  ...rows(64, (i) =>
    row(`tun_metadata${i}`, L.TUN_METADATA + i, 0, 32, {
      ...HEX,
      ...TUNNEL,
      nxm: nxmNx(`TUN_METADATA${i}`, 40 + i),
    }),
  ),
];

const CT_TUPLE = { ...READ_ONLY, prerequisite: 'ct', key: 'ct_orig_tuple' } as const;

const CONNTRACK_FIELDS: readonly Field[] = [
  row('ct_state', L.CT_STATE, 8, 8, {
    ...READ_ONLY,
    format: 'ct_state',
    size: 4,
    nxm: nxmNx('CT_STATE', 105),
    key: 'ct_state',
  }),
  row('ct_zone', L.CT_STATE, 16, 16, {
    ...HEX,
    ...NO_MASK,
    ...READ_ONLY,
    nxm: nxmNx('CT_ZONE', 106),
    key: 'ct_zone',
  }),
  row('ct_mark', L.CT_MARK, 0, 32, { ...HEX, nxm: nxmNx('CT_MARK', 107), key: 'ct_mark' }),
  row('ct_label', L.CT_LABEL, 0, 128, { ...HEX, nxm: nxmNx('CT_LABEL', 108), key: 'ct_label' }),
  row('ct_nw_proto', L.CT_NW_PROTO, 0, 8, {
    ...CT_TUPLE,
    ...NO_MASK,
    nxm: nxmNx('CT_NW_PROTO', 119),
  }),
  row('ct_nw_src', L.CT_NW_SRC, 0, 32, { ...CT_TUPLE, ...IPV4, nxm: nxmNx('CT_NW_SRC', 120) }),
  row('ct_nw_dst', L.CT_NW_DST, 0, 32, { ...CT_TUPLE, ...IPV4, nxm: nxmNx('CT_NW_DST', 121) }),
  row('ct_ipv6_src', L.CT_IPV6_SRC, 0, 128, {
    ...CT_TUPLE,
    ...IPV6,
    nxm: nxmNx('CT_IPV6_SRC', 122),
  }),
  row('ct_ipv6_dst', L.CT_IPV6_DST, 0, 128, {
    ...CT_TUPLE,
    ...IPV6,
    nxm: nxmNx('CT_IPV6_DST', 123),
  }),
  row('ct_tp_src', L.CT_TP, 0, 16, { ...CT_TUPLE, nxm: nxmNx('CT_TP_SRC', 124) }),
  row('ct_tp_dst', L.CT_TP, 16, 16, { ...CT_TUPLE, nxm: nxmNx('CT_TP_DST', 125) }),
];

const PORT = { ...NO_MASK, format: 'port' } as const;

const MARK_FIELDS: readonly Field[] = [
  row('dp_hash', L.DP_HASH, 0, 32, {
    ...HEX,
    ...READ_ONLY,
    nxm: nxmNx('DP_HASH', 35),
    oxm: nxOxm('DP_HASH', 0),
    key: 'dp_hash',
  }),
  row('recirc_id', L.RECIRC_ID, 0, 32, {
    ...READ_ONLY,
    ...NO_MASK,
    nxm: nxmNx('RECIRC_ID', 36),
    key: 'recirc_id',
  }),
  row('packet_type', L.PACKET_TYPE, 0, 32, {
    ...READ_ONLY,
    ...NO_MASK,
    format: 'packet_type',
    oxm: oxmOf('PACKET_TYPE', 44),
    key: 'packet_type',
  }),
  row('conj_id', L.CONJ_ID, 0, 32, { ...READ_ONLY, ...NO_MASK, nxm: nxmNx('CONJ_ID', 37) }),
  row('in_port', L.IN_PORT, 16, 16, {
    ...PORT,
    of10: 'exact',
    nxm: nxmOf('IN_PORT', 0),
    key: 'in_port',
  }),
  row('in_port_oxm', L.IN_PORT, 0, 32, { ...PORT, oxm: oxmOf('IN_PORT', 0), key: 'in_port' }),
  row('actset_output', L.ACTSET_OUTPUT, 0, 32, {
    ...PORT,
    ...READ_ONLY,
    oxm: oxmOf('ACTSET_OUTPUT', 43),
    onf: onfOxm('ACTSET_OUTPUT', 43),
  }),
  row('skb_priority', L.SKB_PRIORITY, 0, 32, {
    ...HEX,
    ...NO_MASK,
    ...READ_ONLY,
    key: 'skb_priority',
  }),
  row('pkt_mark', L.PKT_MARK, 0, 32, { ...HEX, nxm: nxmNx('PKT_MARK', 33), key: 'skb_mark' }),
];

/** Registers over registers: xreg0 is reg0 and reg1, xxreg0 is xreg0 and xreg1. */
const REGISTER_FIELDS: readonly Field[] = [
  row('metadata', L.METADATA, 0, 64, { ...HEX, oxm: oxmOf('METADATA', 2) }),
  ...rows(16, (i) => row(`reg${i}`, L.REGS + i, 0, 32, { ...HEX, nxm: nxmNx(`REG${i}`, i) })),
  ...rows(8, (i) =>
    row(`xreg${i}`, L.REGS + 2 * i, 0, 64, { ...HEX, oxm: oxmPacketRegister(`REG${i}`, i) }),
  ),
  ...rows(4, (i) =>
    row(`xxreg${i}`, L.REGS + 4 * i, 0, 128, { ...HEX, nxm: nxmNx(`XXREG${i}`, 111 + i) }),
  ),
];

export const METADATA_FIELDS: readonly Field[] = [
  ...TUNNEL_FIELDS,
  ...MARK_FIELDS,
  ...CONNTRACK_FIELDS,
  ...REGISTER_FIELDS,
];
