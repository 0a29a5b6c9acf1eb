/**
 * Numbers of Linux's interface to network devices, by their own names.
 *
 * Those of ioctls are the ones of x86, ARM and RISC-V; structures are those of 64
 * bits, with the least significant byte first.
 */

export const EPERM = 1;
export const ENOENT = 2;
export const ENXIO = 6;
export const EAGAIN = 11;
export const EACCES = 13;
export const EBUSY = 16;
export const ENODEV = 19;
export const EINVAL = 22;
export const EMSGSIZE = 90;
export const ENOBUFS = 105;

export const O_RDWR = 0o2;
export const O_NONBLOCK = 0o4000;
export const O_CLOEXEC = 0o2000000;

export const AF_INET = 2;
export const AF_NETLINK = 16;
export const AF_PACKET = 17;
export const SOCK_DGRAM = 2;
export const SOCK_RAW = 3;
export const SOCK_NONBLOCK = O_NONBLOCK;
export const SOCK_CLOEXEC = O_CLOEXEC;

export const SOL_SOCKET = 1;
export const SO_ERROR = 4;
export const SO_RCVBUF = 8;
export const SO_RCVBUFFORCE = 33;

/** Ethernet type "every protocol"; on the wire's byte order in addresses. */
export const ETH_P_ALL = 0x0003;

export const SOL_PACKET = 263;
export const PACKET_ADD_MEMBERSHIP = 1;
export const PACKET_RX_RING = 5;
export const PACKET_STATISTICS = 6;
export const PACKET_COPY_THRESH = 7;
export const PACKET_VERSION = 10;
export const PACKET_VNET_HDR = 15;
export const PACKET_IGNORE_OUTGOING = 23;
export const PACKET_MR_PROMISC = 1;
/** Of `sll_pkttype`: this machine sent it. */
export const PACKET_OUTGOING = 4;

export const TPACKET_V2 = 1;
export const TP_STATUS_KERNEL = 0;
export const TP_STATUS_USER = 1;
/** The whole frame, too large for its slot, waits in the socket's queue. */
export const TP_STATUS_COPY = 2;
export const TP_STATUS_VLAN_VALID = 0x10;
export const TP_STATUS_VLAN_TPID_VALID = 0x40;

export const VIRTIO_NET_HDR_SIZE = 10;
export const VIRTIO_NET_HDR_F_NEEDS_CSUM = 1;
export const VIRTIO_NET_HDR_GSO_NONE = 0;
export const VIRTIO_NET_HDR_GSO_TCPV4 = 1;
export const VIRTIO_NET_HDR_GSO_TCPV6 = 4;
export const VIRTIO_NET_HDR_GSO_UDP_L4 = 5;
/** A flag beside the kind: congestion is signalled. */
export const VIRTIO_NET_HDR_GSO_ECN = 0x80;

export const TUNSETIFF = 0x4004_54ca;
export const IFF_TAP = 0x0002;
export const IFF_NO_PI = 0x1000;
export const SIOCGIFFLAGS = 0x8913;
export const SIOCSIFFLAGS = 0x8914;

/** Of 64 bits; those of 32 have another one for large files. */
export const F_SETLK = 6;
export const F_WRLCK = 1;

export const IFF_UP = 0x1;
/** The driver says that there is a carrier. */
export const IFF_LOWER_UP = 0x1_0000;

/** Bytes of an interface's name, with the zero that ends it. */
export const IFNAMSIZ = 16;

export const NETLINK_ROUTE = 0;
export const RTMGRP_LINK = 1;
export const RTM_NEWLINK = 16;
export const RTM_DELLINK = 17;
export const RTM_GETLINK = 18;
export const NLMSG_ERROR = 2;
export const NLM_F_REQUEST = 1;
export const IFLA_ADDRESS = 1;
export const IFLA_IFNAME = 3;
export const IFLA_MTU = 4;
export const IFLA_STATS64 = 23;
