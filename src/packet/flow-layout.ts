/**
 * Where each part of a flow lives: offsets of 32-bit words.
 *
 * The order answers to OVS's `struct flow`: tunnel, metadata and registers first, then the words
 * that a datapath key can carry, then L2, L3 and L4. The classifier's stages are ranges of it.
 * Several narrow fields share a word, the first named one in its highest bits.
 */

export const TUN_DST = 0;
export const TUN_SRC = 1;
export const TUN_IPV6_DST = 2;
export const TUN_IPV6_SRC = 6;
export const TUN_ID = 10;
/** flags:16 tos:8 ttl:8 */
export const TUN_FLAGS = 12;
/** tp_src:16 tp_dst:16 */
export const TUN_TP = 13;
/** gbp_id:16 gbp_flags:8 -:8 */
export const TUN_GBP = 14;
export const TUN_ERSPAN_IDX = 15;
/** ver:8 dir:8 hwid:8 -:8 */
export const TUN_ERSPAN = 16;
/** flags:8 msgtype:8 -:16 */
export const TUN_GTPU = 17;
/** One word for each of tun_metadata0 … tun_metadata63. */
export const TUN_METADATA = 18;

export const METADATA = 82;
export const REGS = 84;
export const REGS_COUNT = 16;

/** The first word that a datapath key can carry (tunnels aside). */
export const DP_START = 100;
export const SKB_PRIORITY = 100;
export const PKT_MARK = 101;
export const DP_HASH = 102;
/** A datapath port in datapath keys, an OpenFlow port in the translator's flows. */
export const IN_PORT = 103;
export const RECIRC_ID = 104;
/** ct_state:16 ct_zone:16 */
export const CT_STATE = 105;
/** ct_nw_proto:8 -:24 */
export const CT_NW_PROTO = 106;
export const CT_MARK = 107;
/** namespace:16 type:16; 0 is Ethernet */
export const PACKET_TYPE = 108;
export const CT_LABEL = 109;
export const CONJ_ID = 113;
export const ACTSET_OUTPUT = 114;

/** dl_dst:48 dl_src:48 */
export const DL_DST = 115;
export const DL_SRC_LOW = 117;
/** dl_type:16 -:16 */
export const DL_TYPE = 118;
/** tpid:16 tci:16, outermost first; all zero where there is no tag, else bit 0x1000 is set. */
export const VLAN0 = 119;
export const VLAN1 = 120;
/** Three label stack entries, outermost first. */
export const MPLS0 = 121;
export const MPLS1 = 122;
export const MPLS2 = 123;

export const NW_SRC = 124;
export const NW_DST = 125;
export const CT_NW_SRC = 126;
export const CT_NW_DST = 127;
export const IPV6_SRC = 128;
export const IPV6_DST = 132;
export const CT_IPV6_SRC = 136;
export const CT_IPV6_DST = 140;
export const IPV6_LABEL = 144;
/** frag:8 tos:8 ttl:8 proto:8 */
export const NW_PROTO = 145;

export const ND_TARGET = 146;
/** arp_sha:48 arp_tha:48 (also nd_sll and nd_tll) */
export const ARP_SHA = 150;
/** tcp_flags:16 -:16 (also nd_options_type in the low byte of tcp_flags) */
export const TCP_FLAGS = 153;
/** flags:8 ttl:8 mdtype:8 np:8 */
export const NSH = 154;
/** spi:24 si:8 */
export const NSH_PATH = 155;
export const NSH_C1 = 156;
/** src:16 dst:16 (also ICMP type and code) */
export const TP = 160;
export const CT_TP = 161;
/** Also nd_reserved. */
export const IGMP_GROUP = 162;

export const FLOW_WORDS = 163;

/** Where the classifier's first three stages end: before dl_dst, nw_src and nd_target. */
export const STAGE_ENDS = [DL_DST, NW_SRC, ND_TARGET, FLOW_WORDS] as const;

export const VLAN_CFI = 0x1000;
export const VLAN_VID_MASK = 0x0fff;
export const VLAN_PCP_MASK = 0xe000;

/** Bits of nw_frag: any fragment; a later one. */
export const FRAG_ANY = 1;
export const FRAG_LATER = 2;
/** dl_type of a frame without an Ethernet type (802.3 that is not SNAP). */
export const DL_TYPE_NONE = 0x05ff;
