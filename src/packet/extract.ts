/**
 * Extraction: from the bytes of a frame to a `Flow`, as far as Open vSwitch goes and not a byte
 * farther. Answers to `miniflow_extract()` of OVS 3.1.
 *
 * A packet that is cut short or makes no sense is not an error: its flow has the headers that
 * could be read, and zeroes after them. Each function takes the offset where its header begins
 * and the end of what may be read. Layer 4 is in `extract-transport.ts`.
 *
 * Hot path. Bench: `bench/extract.ts`.
 */

import { readWord, readWords } from './bytes.js';
import { extractTransport } from './extract-transport.js';
import type { Flow } from './flow.js';
import * as L from './flow-layout.js';
import { PacketOffsets } from './packet-offsets.js';
import * as P from './protocol.js';

/** Tags and labels that a flow has room for. Answers to `FLOW_MAX_VLAN_HEADERS` and `…_LABELS`. */
export const VLAN_LIMIT_MAX = 2;
const MPLS_LABELS_MAX = 3;

/**
 * Fills the packet part of `flow` from a frame, and zeroes the rest of what a datapath key can
 * carry. Words before `DP_START` are not touched. At most `vlanLimit` tags (0 to 2) are parsed.
 *
 * @example
 * import { createFlow, extractFlow, findField, packet, readField } from 'upcall';
 *
 * const flow = createFlow();
 * extractFlow(packet('udp,tp_dst=53'), flow);
 * assert.equal(readField(flow, findField('udp_dst')), 53);
 */
export function extractFlow(data: Uint8Array, flow: Flow, vlanLimit = VLAN_LIMIT_MAX): void {
  extractFlowAndOffsets(data, flow, unusedOffsets, vlanLimit);
}

/** `extractFlow()` that also tells where the headers begin. */
export function extractFlowAndOffsets(
  data: Uint8Array,
  flow: Flow,
  offsets: PacketOffsets,
  vlanLimit = VLAN_LIMIT_MAX,
): void {
  const size = data.length;
  flow.fill(0, L.DP_START);
  offsets.reset(size);
  if (size < P.ETH_HEADER_SIZE) return;

  readWords(data, 0, flow, L.DL_DST, 3);
  let at = extractVlans(data, flow, vlanLimit);
  let dlType = (data[at]! << 8) | data[at + 1]!;
  at += 2;
  if (dlType < P.ETH_TYPE_MIN) {
    dlType = snapType(data, at);
    if (dlType !== L.DL_TYPE_NONE) at += P.LLC_SNAP_HEADER_SIZE;
  }
  flow[L.DL_TYPE] = dlType << 16;
  if (P.isMplsType(dlType)) {
    offsets.l2_5 = at;
    at = extractMpls(data, at, flow);
  }
  offsets.l3 = at;
  extractNetwork(data, dlType, flow, offsets);
}

const unusedOffsets = new PacketOffsets();

function extractNetwork(data: Uint8Array, dlType: number, flow: Flow, offsets: PacketOffsets) {
  switch (dlType) {
    case P.ETH_TYPE_IPV4:
      extractIpv4(data, flow, offsets);
      break;
    case P.ETH_TYPE_IPV6:
      extractIpv6(data, flow, offsets);
      break;
    case P.ETH_TYPE_ARP:
    case P.ETH_TYPE_RARP:
      extractArp(data, offsets.l3, flow);
      break;
    case P.ETH_TYPE_NSH:
      extractNsh(data, offsets.l3, flow);
      break;
    default:
  }
}

/** Reads the tags behind the addresses; returns where the Ethernet type stands that ends them. */
function extractVlans(data: Uint8Array, flow: Flow, vlanLimit: number): number {
  const last = data.length - P.VLAN_HEADER_SIZE - 2;
  let at = P.ETH_ADDRESS_SIZE * 2;
  for (let i = 0; i < vlanLimit && at <= last; i++) {
    const tag = readWord(data, at);
    if (!P.isVlanType(tag >>> 16)) break;
    flow[L.VLAN0 + i] = tag | L.VLAN_CFI;
    at += P.VLAN_HEADER_SIZE;
  }
  return at;
}

/** The Ethernet type of a SNAP header with Ethernet's OUI at `at`, or `DL_TYPE_NONE`. */
function snapType(data: Uint8Array, at: number): number {
  if (data.length - at < P.LLC_SNAP_HEADER_SIZE) return L.DL_TYPE_NONE;
  if (readWord(data, at) !== 0xaaaa0300) return L.DL_TYPE_NONE;
  const word = readWord(data, at + 4);
  if (word >>> 16 !== 0) return L.DL_TYPE_NONE;
  const type = word & 0xffff;
  return type >= P.ETH_TYPE_MIN ? type : L.DL_TYPE_NONE;
}

/** Reads the first labels and skips the others; returns where the stack ends. */
function extractMpls(data: Uint8Array, start: number, flow: Flow): number {
  const last = data.length - P.MPLS_HEADER_SIZE;
  let at = start;
  for (let i = 0; at <= last; i++) {
    const entry = readWord(data, at);
    at += P.MPLS_HEADER_SIZE;
    if (i < MPLS_LABELS_MAX) flow[L.MPLS0 + i] = entry;
    if ((entry & P.MPLS_BOTTOM_OF_STACK) !== 0) break;
  }
  return at;
}

function extractIpv4(data: Uint8Array, flow: Flow, offsets: PacketOffsets): void {
  const at = offsets.l3;
  const available = data.length - at;
  if (available < P.IPV4_HEADER_SIZE) return;
  const headerSize = (data[at]! & 0x0f) * 4;
  if (headerSize < P.IPV4_HEADER_SIZE || available < headerSize) return;
  const totalSize = (data[at + 2]! << 8) | data[at + 3]!;
  if (totalSize > available || headerSize > totalSize || available - totalSize > PAD_MAX) return;

  flow[L.NW_SRC] = readWord(data, at + 12);
  flow[L.NW_DST] = readWord(data, at + 16);
  const fragment = (data[at + 6]! << 8) | data[at + 7]!;
  let frag = 0;
  if ((fragment & (P.IPV4_MORE_FRAGMENTS | P.IPV4_FRAGMENT_OFFSET_MASK)) !== 0) {
    frag = L.FRAG_ANY;
    if ((fragment & P.IPV4_FRAGMENT_OFFSET_MASK) !== 0) frag |= L.FRAG_LATER;
  }
  const proto = data[at + 9]!;
  flow[L.NW_PROTO] = (frag << 24) | (data[at + 1]! << 16) | (data[at + 8]! << 8) | proto;
  offsets.l4 = at + headerSize;
  offsets.end = at + totalSize;
  if ((frag & L.FRAG_LATER) === 0) extractTransport(data, proto, flow, offsets);
}

/** The most bytes of padding behind an IP packet. Answers to the width of `l2_pad_size`. */
const PAD_MAX = 0xffff;

function extractIpv6(data: Uint8Array, flow: Flow, offsets: PacketOffsets): void {
  const at = offsets.l3;
  if (data.length - at < P.IPV6_HEADER_SIZE) return;
  const payloadSize = (data[at + 4]! << 8) | data[at + 5]!;
  const available = data.length - at - P.IPV6_HEADER_SIZE;
  if (payloadSize > available || available - payloadSize > PAD_MAX) return;

  readWords(data, at + 8, flow, L.IPV6_SRC, 8);
  const first = readWord(data, at);
  flow[L.NW_PROTO] = (((first >>> 20) & 0xff) << 16) | (data[at + 7]! << 8) | data[at + 6]!;
  offsets.end = at + P.IPV6_HEADER_SIZE + payloadSize;
  const l4 = skipIpv6Extensions(data, at + P.IPV6_HEADER_SIZE, offsets.end, flow);
  if (l4 < 0) {
    flow[L.NW_PROTO] = 0;
    return;
  }
  offsets.l4 = l4;
  flow[L.IPV6_LABEL] = first & 0xfffff;
  const word = flow[L.NW_PROTO]!;
  if (((word >>> 24) & L.FRAG_LATER) === 0) extractTransport(data, word & 0xff, flow, offsets);
}

/**
 * Walks over the extension headers, keeping protocol and fragment bits in the flow's word up to
 * date. Returns where the payload begins, or -1 where a header is cut short.
 */
function skipIpv6Extensions(data: Uint8Array, start: number, end: number, flow: Flow): number {
  const fixed = flow[L.NW_PROTO]! & 0x00ff_ff00;
  let proto = flow[L.NW_PROTO]! & 0xff;
  let frag = 0;
  let at = start;
  while (isIpv6Extension(proto)) {
    if (end - at < P.IPV6_FRAGMENT_HEADER_SIZE) return -1;
    const size = extensionSize(proto, data[at + 1]!);
    if (size > end - at) return -1;
    if (proto === P.IPPROTO_FRAGMENT) {
      const place = (data[at + 2]! << 8) | data[at + 3]!;
      if (place !== 0) frag = L.FRAG_ANY;
      if ((place & IPV6_FRAGMENT_OFFSET_MASK) !== 0) {
        flow[L.NW_PROTO] = ((frag | L.FRAG_LATER) << 24) | fixed | P.IPPROTO_FRAGMENT;
        return at + size;
      }
    }
    proto = data[at]!;
    at += size;
  }
  flow[L.NW_PROTO] = (frag << 24) | fixed | proto;
  return at;
}

const IPV6_FRAGMENT_OFFSET_MASK = 0xfff8;

function isIpv6Extension(proto: number): boolean {
  return (
    proto === P.IPPROTO_HOPOPTS ||
    proto === P.IPPROTO_ROUTING ||
    proto === P.IPPROTO_DSTOPTS ||
    proto === P.IPPROTO_AH ||
    proto === P.IPPROTO_FRAGMENT
  );
}

function extensionSize(proto: number, length: number): number {
  if (proto === P.IPPROTO_FRAGMENT) return P.IPV6_FRAGMENT_HEADER_SIZE;
  return proto === P.IPPROTO_AH ? (length + 2) * 4 : (length + 1) * 8;
}

/** Only ARP for IPv4 over Ethernet is understood; of the opcode, only what fits in 8 bits. */
function extractArp(data: Uint8Array, at: number, flow: Flow): void {
  if (data.length - at < P.ARP_HEADER_SIZE) return;
  if (readWord(data, at) !== ((P.ARP_HARDWARE_ETHERNET << 16) | P.ETH_TYPE_IPV4)) return;
  const sizesAndOp = readWord(data, at + 4);
  if (sizesAndOp >>> 16 !== 0x0604) return;
  const op = sizesAndOp & 0xffff;
  if (op <= 0xff) flow[L.NW_PROTO] = op;
  flow[L.NW_SRC] = readWord(data, at + 14);
  flow[L.NW_DST] = readWord(data, at + 24);
  flow[L.ARP_SHA] = readWord(data, at + 8);
  flow[L.ARP_SHA + 1] =
    (data[at + 12]! << 24) | (data[at + 13]! << 16) | (readWord(data, at + 18) >>> 16);
  flow[L.ARP_SHA + 2] = readWord(data, at + 20);
}

/** Metadata type 1 with its context; other types as far as the base header. */
function extractNsh(data: Uint8Array, at: number, flow: Flow): void {
  const available = data.length - at;
  if (available < P.NSH_BASE_HEADER_SIZE) return;
  const first = readWord(data, at);
  const version = first >>> 30;
  const size = ((first >>> 16) & 0x3f) * 4;
  const mdType = (first >>> 8) & 0xff;
  if (version !== 0 || size > available) return;
  if (mdType === P.NSH_MD_TYPE1 && size !== P.NSH_TYPE1_SIZE) return;
  if (mdType === NSH_MD_TYPE2 && size < P.NSH_BASE_HEADER_SIZE) return;

  const flags = (first >>> 28) & 0x3;
  const ttl = (first >>> 22) & 0x3f;
  flow[L.NSH] = (flags << 24) | (ttl << 16) | (first & 0xffff);
  flow[L.NSH_PATH] = readWord(data, at + 4);
  if (mdType === P.NSH_MD_TYPE1) readWords(data, at + P.NSH_BASE_HEADER_SIZE, flow, L.NSH_C1, 4);
}

const NSH_MD_TYPE2 = 2;
