/**
 * Extraction of layer 4: ports, ICMP types, TCP flags, IGMP groups, neighbour discovery.
 *
 * A header that is not whole leaves its fields zero. Nothing behind the IP packet's end is read,
 * padding is not a header. Answers to the second half of `miniflow_extract()` of OVS 3.1.
 *
 * Hot path. Bench: `bench/extract.ts`.
 */

import { readWord, readWords } from './bytes.js';
import type { Flow } from './flow.js';
import * as L from './flow-layout.js';
import type { PacketOffsets } from './packet-offsets.js';
import * as P from './protocol.js';

/** Fills the layer 4 fields of a packet that is no later fragment. */
export function extractTransport(
  data: Uint8Array,
  proto: number,
  flow: Flow,
  offsets: PacketOffsets,
): void {
  const at = offsets.l4;
  const available = offsets.end - at;
  switch (proto) {
    case P.IPPROTO_TCP:
      extractTcp(data, at, available, flow);
      break;
    case P.IPPROTO_UDP:
      if (available >= P.UDP_HEADER_SIZE) flow[L.TP] = readWord(data, at);
      break;
    case P.IPPROTO_SCTP:
      if (available >= P.SCTP_HEADER_SIZE) flow[L.TP] = readWord(data, at);
      break;
    case P.IPPROTO_ICMP:
      if (available >= P.ICMP_HEADER_SIZE) flow[L.TP] = typeAndCode(data, at);
      break;
    case P.IPPROTO_IGMP:
      if (available < P.IGMP_HEADER_SIZE) return;
      flow[L.TP] = typeAndCode(data, at);
      flow[L.IGMP_GROUP] = readWord(data, at + 4);
      break;
    case P.IPPROTO_ICMPV6:
      if (available >= P.ICMPV6_HEADER_SIZE) extractIcmpv6(data, flow, offsets);
      break;
    default:
  }
}

function extractTcp(data: Uint8Array, at: number, available: number, flow: Flow): void {
  if (available < P.TCP_HEADER_SIZE) return;
  const headerSize = (data[at + 12]! >>> 4) * 4;
  if (headerSize < P.TCP_HEADER_SIZE || headerSize > available) return;
  flow[L.TP] = readWord(data, at);
  flow[L.TCP_FLAGS] = (((data[at + 12]! & 0x0f) << 8) | data[at + 13]!) << 16;
}

/** ICMP's two bytes, each in a port's place. */
function typeAndCode(data: Uint8Array, at: number): number {
  return (data[at]! << 16) | data[at + 1]!;
}

function extractIcmpv6(data: Uint8Array, flow: Flow, offsets: PacketOffsets): void {
  const at = offsets.l4;
  const type = data[at]!;
  const code = data[at + 1]!;
  flow[L.TP] = (type << 16) | code;
  if (code !== 0 || (type !== P.ND_NEIGHBOR_SOLICIT && type !== P.ND_NEIGHBOR_ADVERT)) return;

  flow[L.IGMP_GROUP] = readWord(data, at + 4);
  const target = at + P.ICMPV6_HEADER_SIZE;
  if (offsets.end - target < 16) return;
  readWords(data, target, flow, L.ND_TARGET, 4);
  extractNdOptions(data, target + 16, offsets.end, flow);
}

/**
 * Reads the link-layer address options up to the first that does not fit. One given twice makes
 * the message invalid: target and addresses are then zero.
 */
function extractNdOptions(data: Uint8Array, start: number, end: number, flow: Flow): void {
  let at = start;
  while (end - at >= P.ND_OPTION_SIZE) {
    const type = data[at]!;
    const size = data[at + 1]! * P.ND_OPTION_SIZE;
    if (size === 0 || size > end - at) return;
    if (size === P.ND_OPTION_SIZE && !extractLinkAddress(data, at, type, flow)) {
      flow.fill(0, L.ND_TARGET, L.ND_TARGET + 4);
      flow.fill(0, L.ARP_SHA, L.ARP_SHA + 3);
      return;
    }
    at += size;
  }
}

/** Stores the address of one option; false where it was there before. */
function extractLinkAddress(data: Uint8Array, at: number, type: number, flow: Flow): boolean {
  const high = (data[at + 2]! << 8) | data[at + 3]!;
  const low = readWord(data, at + 4);
  const middle = flow[L.ARP_SHA + 1]!;
  if (type === P.ND_OPTION_SOURCE_LINK_ADDRESS) {
    if (flow[L.ARP_SHA] !== 0 || middle >>> 16 !== 0) return false;
    flow[L.ARP_SHA] = ((high << 16) | (low >>> 16)) >>> 0;
    flow[L.ARP_SHA + 1] = ((low << 16) | (middle & 0xffff)) >>> 0;
  } else if (type === P.ND_OPTION_TARGET_LINK_ADDRESS) {
    if ((middle & 0xffff) !== 0 || flow[L.ARP_SHA + 2] !== 0) return false;
    flow[L.ARP_SHA + 1] = ((middle & 0xffff_0000) | high) >>> 0;
    flow[L.ARP_SHA + 2] = low;
  } else {
    return true;
  }
  if (flow[L.TCP_FLAGS] === 0) flow[L.TCP_FLAGS] = type << 16;
  return true;
}
