/**
 * Numbers that protocols agree on: Ethernet types, IP protocols, header sizes in bytes.
 *
 * Answers to the constants of OVS's `lib/packets.h`.
 */

export const ETH_TYPE_IPV4 = 0x0800;
export const ETH_TYPE_ARP = 0x0806;
export const ETH_TYPE_RARP = 0x8035;
export const ETH_TYPE_VLAN = 0x8100;
export const ETH_TYPE_IPV6 = 0x86dd;
export const ETH_TYPE_MPLS = 0x8847;
export const ETH_TYPE_MPLS_MULTICAST = 0x8848;
export const ETH_TYPE_VLAN_8021AD = 0x88a8;
export const ETH_TYPE_NSH = 0x894f;
/** The smallest Ethernet type; below it the field is a length. */
export const ETH_TYPE_MIN = 0x0600;

export const IPPROTO_HOPOPTS = 0;
export const IPPROTO_ICMP = 1;
export const IPPROTO_IGMP = 2;
export const IPPROTO_TCP = 6;
export const IPPROTO_UDP = 17;
export const IPPROTO_ROUTING = 43;
export const IPPROTO_FRAGMENT = 44;
export const IPPROTO_AH = 51;
export const IPPROTO_ICMPV6 = 58;
export const IPPROTO_DSTOPTS = 60;
export const IPPROTO_SCTP = 132;

export const ETH_ADDRESS_SIZE = 6;
export const ETH_HEADER_SIZE = 14;
export const VLAN_HEADER_SIZE = 4;
export const MPLS_HEADER_SIZE = 4;
export const LLC_SNAP_HEADER_SIZE = 8;
export const ARP_HEADER_SIZE = 28;
export const IPV4_HEADER_SIZE = 20;
export const IPV6_HEADER_SIZE = 40;
export const IPV6_FRAGMENT_HEADER_SIZE = 8;
export const TCP_HEADER_SIZE = 20;
export const UDP_HEADER_SIZE = 8;
export const SCTP_HEADER_SIZE = 12;
export const ICMP_HEADER_SIZE = 8;
export const IGMP_HEADER_SIZE = 8;
/** ICMPv6: type, code, checksum and the first word of the body. */
export const ICMPV6_HEADER_SIZE = 8;
export const NSH_BASE_HEADER_SIZE = 8;
export const NSH_TYPE1_SIZE = 24;

export const ND_NEIGHBOR_SOLICIT = 135;
export const ND_NEIGHBOR_ADVERT = 136;
export const ND_OPTION_SOURCE_LINK_ADDRESS = 1;
export const ND_OPTION_TARGET_LINK_ADDRESS = 2;
/** Link-layer address options, and the unit of the length of every ND option. */
export const ND_OPTION_SIZE = 8;

export const ARP_HARDWARE_ETHERNET = 1;

export const NSH_MD_TYPE1 = 1;
export const NSH_MD_TYPE2 = 2;

/** Packet types: a namespace (16 bits; 1: Ethernet types) and a type. */
export const PT_ETH = 0;
export const PT_NSH = 0x1_894f;
/** Namespace and type of what begins with the header of an Ethernet type. */
export const PT_NAMESPACE_ETHERTYPE = 1;

/** Of a label stack entry: the last one of the stack. */
export const MPLS_BOTTOM_OF_STACK = 0x100;

/** Of the IPv4 header's fragment word. */
export const IPV4_MORE_FRAGMENTS = 0x2000;
export const IPV4_FRAGMENT_OFFSET_MASK = 0x1fff;

/** Whether an Ethernet type announces a VLAN tag. */
export function isVlanType(ethType: number): boolean {
  return ethType === ETH_TYPE_VLAN || ethType === ETH_TYPE_VLAN_8021AD;
}

/** Whether an Ethernet type announces a label stack. */
export function isMplsType(ethType: number): boolean {
  return ethType === ETH_TYPE_MPLS || ethType === ETH_TYPE_MPLS_MULTICAST;
}
