/**
 * The hash of chosen fields of a flow, by which `multipath`, `bundle` and select groups spread
 * packets.
 *
 * The symmetric ones are the same for both directions of a connection. The values are Open
 * vSwitch's own, so that a packet takes the same link here and there. What was hashed goes into the
 * mask. Answers to `flow_hash_fields()` and `flow_mask_hash_fields()` of OVS's `lib/flow.c`.
 *
 * Hot path. Bench: `bench/translate.ts`.
 */

import { swapBytes } from '../base/hash.js';
import { jhashWords } from '../base/jhash.js';
import type { Flow, FlowMask } from '../packet/flow.js';
import { flowHashSymmetricL3L4 } from '../packet/flow-hash.js';
import {
  DL_DST,
  DL_SRC_LOW,
  DL_TYPE,
  IPV6_DST,
  IPV6_SRC,
  NW_DST,
  NW_PROTO,
  NW_SRC,
  TP,
  VLAN_CFI,
  VLAN_VID_MASK,
  VLAN0,
  VLAN1,
} from '../packet/flow-layout.js';
import {
  ETH_TYPE_IPV4,
  ETH_TYPE_IPV6,
  IPPROTO_ICMP,
  IPPROTO_SCTP,
  IPPROTO_TCP,
  IPPROTO_UDP,
} from '../packet/protocol.js';
import type { HashFields } from './ofpact.js';
import { isIpAny } from './prerequisites.js';

const EXACT = 0xffff_ffff;
const ETH_TYPE_BITS = 0xffff_0000;
const PROTO_BITS = 0xff;
/** ICMP's type and code, where others have ports. */
const ICMP_BITS = 0x00ff_00ff;
const SOURCE_BITS = 0x0000_ffff;
const IPV6_WORDS = 4;

/** Bytes of what is hashed, padding included. */
const ETHERNET_SIZE = 6;
const SYMMETRIC_L3_SIZE = 20;
const SYMMETRIC_L4_SIZE = 32;

/** Unsigned. */
export function hashFields(flow: Flow, fields: HashFields, basis: number): number {
  switch (fields) {
    case 'eth_src':
      return hashSource(flow, basis);
    case 'symmetric_l4':
      return hashL4(flow, basis);
    case 'symmetric_l3':
      return hashL3(flow, basis);
    case 'symmetric_l3l4':
      return flowHashSymmetricL3L4(flow, basis);
    case 'symmetric_l3l4+udp':
      return flowHashSymmetricL3L4(flow, basis, true);
    case 'nw_src':
      return hashAddress(flow, NW_SRC, IPV6_SRC, basis);
    case 'nw_dst':
      return hashAddress(flow, NW_DST, IPV6_DST, basis);
  }
}

/** What `hashFields` looked at. */
export function maskHashFields(flow: Flow, fields: HashFields, wc: FlowMask): void {
  switch (fields) {
    case 'eth_src':
      wc[DL_DST + 1]! |= SOURCE_BITS;
      wc[DL_SRC_LOW] = EXACT;
      break;
    case 'nw_src':
      maskAddress(flow, wc, NW_SRC, IPV6_SRC);
      break;
    case 'nw_dst':
      maskAddress(flow, wc, NW_DST, IPV6_DST);
      break;
    case 'symmetric_l3':
      maskAddresses(flow, wc);
      break;
    case 'symmetric_l4':
      maskL2(wc);
      maskAddresses(flow, wc);
      if (isIpAny(flow)) maskTransport(flow, wc, protocolOf(flow) !== IPPROTO_UDP);
      break;
    default:
      maskL3l4(flow, wc, fields === 'symmetric_l3l4+udp');
  }
}

function protocolOf(flow: Flow): number {
  return flow[NW_PROTO]! & PROTO_BITS;
}

function hasPorts(protocol: number): boolean {
  return protocol === IPPROTO_TCP || protocol === IPPROTO_SCTP;
}

function hashSource(flow: Flow, basis: number): number {
  scratch.fill(0);
  const [high, low] = [flow[DL_DST + 1]! & SOURCE_BITS, flow[DL_SRC_LOW]!];
  scratch[0] = swapBytes((high << 16) | (low >>> 16));
  scratch[1] = swapBytes(low << 16);
  return jhashWords(scratch, ETHERNET_SIZE, basis);
}

function hashAddress(flow: Flow, ipv4: number, ipv6: number, basis: number): number {
  const ethType = flow[DL_TYPE]! >>> 16;
  scratch.fill(0);
  if (ethType === ETH_TYPE_IPV4) {
    scratch[0] = swapBytes(flow[ipv4]!);
    return jhashWords(scratch, 4, basis);
  }
  if (ethType !== ETH_TYPE_IPV6) return basis >>> 0;
  for (let i = 0; i < IPV6_WORDS; i++) scratch[i] = swapBytes(flow[ipv6 + i]!);
  return jhashWords(scratch, 4 * IPV6_WORDS, basis);
}

/** Begins with the addresses of both directions, mixed by exclusive or. */
function beginWithAddresses(flow: Flow): void {
  const ethType = flow[DL_TYPE]! >>> 16;
  scratch.fill(0);
  if (ethType === ETH_TYPE_IPV4) scratch[0] = swapBytes(flow[NW_SRC]! ^ flow[NW_DST]!);
  if (ethType !== ETH_TYPE_IPV6) return;
  for (let i = 0; i < IPV6_WORDS; i++) {
    scratch[i] = swapBytes(flow[IPV6_SRC + i]! ^ flow[IPV6_DST + i]!);
  }
}

/** Addresses, and behind them the Ethernet type. */
function hashL3(flow: Flow, basis: number): number {
  beginWithAddresses(flow);
  scratch[IPV6_WORDS] = swapBytes(flow[DL_TYPE]! & ETH_TYPE_BITS);
  return jhashWords(scratch, SYMMETRIC_L3_SIZE, basis);
}

/** Addresses, Ethernet type, VLANs, ports, Ethernet addresses, protocol. */
function hashL4(flow: Flow, basis: number): number {
  beginWithAddresses(flow);
  const vlans = (flow[VLAN0]! ^ flow[VLAN1]!) & VLAN_VID_MASK;
  const protocol = isIpAny(flow) ? protocolOf(flow) : 0;
  const ports = hasPorts(protocol) ? (flow[TP]! >>> 16) ^ (flow[TP]! & 0xffff) : 0;
  scratch[IPV6_WORDS] = swapBytes((flow[DL_TYPE]! & ETH_TYPE_BITS) | vlans);
  // Destination and source, each 48 bits, over one another.
  const high = (flow[DL_DST]! >>> 16) ^ (flow[DL_DST + 1]! & 0xffff);
  const low = ((flow[DL_DST]! << 16) | (flow[DL_DST + 1]! >>> 16)) ^ flow[DL_SRC_LOW]!;
  scratch[IPV6_WORDS + 1] = swapBytes((ports << 16) | high);
  scratch[IPV6_WORDS + 2] = swapBytes(low);
  scratch[IPV6_WORDS + 3] = swapBytes(protocol << 24);
  return jhashWords(scratch, SYMMETRIC_L4_SIZE, basis);
}

function maskAddress(flow: Flow, wc: FlowMask, ipv4: number, ipv6: number): void {
  const ethType = flow[DL_TYPE]! >>> 16;
  if (ethType === ETH_TYPE_IPV4) wc[ipv4] = EXACT;
  else if (ethType === ETH_TYPE_IPV6) wc.fill(EXACT, ipv6, ipv6 + IPV6_WORDS);
}

function maskAddresses(flow: Flow, wc: FlowMask): void {
  maskAddress(flow, wc, NW_SRC, IPV6_SRC);
  maskAddress(flow, wc, NW_DST, IPV6_DST);
}

function maskL2(wc: FlowMask): void {
  wc.fill(EXACT, DL_DST, DL_SRC_LOW + 1);
  wc[VLAN0]! |= VLAN_VID_MASK | VLAN_CFI;
  wc[VLAN1]! |= VLAN_VID_MASK | VLAN_CFI;
}

function maskTransport(flow: Flow, wc: FlowMask, wantsPorts: boolean): void {
  wc[NW_PROTO]! |= PROTO_BITS;
  if (wantsPorts) wc[TP]! |= protocolOf(flow) === IPPROTO_ICMP ? ICMP_BITS : EXACT;
}

function maskL3l4(flow: Flow, wc: FlowMask, countsUdp: boolean): void {
  if (!isIpAny(flow)) {
    maskL2(wc);
    return;
  }
  maskAddresses(flow, wc);
  const protocol = protocolOf(flow);
  maskTransport(flow, wc, hasPorts(protocol) || (countsUdp && protocol === IPPROTO_UDP));
}

/** What is hashed at a time, and zeros to the end of a block. */
const scratch = new Uint32Array(9);
