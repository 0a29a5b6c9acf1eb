/**
 * Writes the Ethernet, IPv4, IPv6, ARP and NSH fields of a frame from its changed flow.
 *
 * Addresses are part of the transport checksum, so that changes with them. Answers to
 * `packet_set_ipv4()`, `packet_set_ipv6()`, `set_arp()` and `odp_set_nsh()` of OVS.
 *
 * Hot path. Bench: `bench/hit-path.ts`.
 */

import { readHalf, readWord, writeHalf, writeWord, writeWords } from '../packet/bytes.js';
import {
  checksumOffset,
  patchTransportChecksum,
  updateChecksum,
  updateChecksum32,
} from '../packet/checksum.js';
import * as L from '../packet/flow-layout.js';
import { OFFSET_NONE } from '../packet/packet-offsets.js';
import * as P from '../packet/protocol.js';
import type { EditedFrame } from './frame-editor.js';

export function writeEth(frame: EditedFrame): void {
  writeWords(frame.data, 0, frame.flow, L.DL_DST, 3);
}

export function writeIpv4(frame: EditedFrame, old: Uint32Array): void {
  const { data, flow, offsets } = frame;
  const { l3 } = offsets;
  if (offsets.l4 === OFFSET_NONE || data[l3]! >>> 4 !== 4) return;
  writeIpv4Address(frame, l3 + 12, old[L.NW_SRC]!, flow[L.NW_SRC]!);
  writeIpv4Address(frame, l3 + 16, old[L.NW_DST]!, flow[L.NW_DST]!);
  const tos = (flow[L.NW_PROTO]! >>> 16) & 0xff;
  const ttl = (flow[L.NW_PROTO]! >>> 8) & 0xff;
  writeIpv4Half(data, l3, l3, (data[l3]! << 8) | tos);
  writeIpv4Half(data, l3, l3 + 8, (ttl << 8) | data[l3 + 9]!);
}

function writeIpv4Address(frame: EditedFrame, at: number, before: number, after: number): void {
  if (before === after) return;
  const { data, offsets } = frame;
  const checksumAt = offsets.l3 + 10;
  writeWord(data, at, after);
  writeHalf(data, checksumAt, updateChecksum32(readHalf(data, checksumAt), before, after));
  patchPseudoHeader(frame, before, after);
}

function writeIpv4Half(data: Uint8Array, l3: number, at: number, after: number): void {
  const before = readHalf(data, at);
  if (before === after) return;
  writeHalf(data, at, after);
  writeHalf(data, l3 + 10, updateChecksum(readHalf(data, l3 + 10), before, after));
}

export function writeIpv6(frame: EditedFrame, old: Uint32Array): void {
  const { data, flow, offsets } = frame;
  const { l3 } = offsets;
  if (l3 + P.IPV6_HEADER_SIZE > offsets.end || data[l3]! >>> 4 !== 6) return;
  const isFinal = !hasSegmentsLeft(frame);
  for (let i = 0; i < 8; i++) {
    const before = old[L.IPV6_SRC + i]!;
    const after = flow[L.IPV6_SRC + i]!;
    if (before === after) continue;
    writeWord(data, l3 + 8 + 4 * i, after);
    if (i < 4 || isFinal) patchPseudoHeader(frame, before, after);
  }
  const tos = (flow[L.NW_PROTO]! >>> 16) & 0xff;
  writeWord(data, l3, 0x6000_0000 | (tos << 20) | (flow[L.IPV6_LABEL]! & 0xfffff));
  data[l3 + 7] = flow[L.NW_PROTO]! >>> 8;
}

/**
 * Whether a routing header still has segments to visit: the destination is then not the final one,
 * which is what the transport checksum covers.
 */
function hasSegmentsLeft(frame: EditedFrame): boolean {
  const { data, offsets } = frame;
  let proto = data[offsets.l3 + 6]!;
  let at = offsets.l3 + P.IPV6_HEADER_SIZE;
  while (at + 4 <= offsets.end) {
    if (proto === P.IPPROTO_ROUTING) return data[at + 3]! > 0;
    if (proto !== P.IPPROTO_HOPOPTS && proto !== P.IPPROTO_DSTOPTS) return false;
    proto = data[at]!;
    at += (data[at + 1]! + 1) * 8;
  }
  return false;
}

/** Carries a change of an address over to the checksum of TCP, UDP or ICMPv6. */
function patchPseudoHeader(frame: EditedFrame, before: number, after: number): void {
  const { data, flow, offsets } = frame;
  const proto = flow[L.NW_PROTO]! & 0xff;
  const isCovered =
    proto === P.IPPROTO_TCP || proto === P.IPPROTO_UDP || proto === P.IPPROTO_ICMPV6;
  if (!isCovered || offsets.l4 === OFFSET_NONE || isLaterFragment(flow)) return;
  const at = offsets.l4 + (checksumOffset(proto) ?? 0);
  if (at + 2 <= offsets.end) patchTransportChecksum(data, at, proto, before, after);
}

export function isLaterFragment(flow: Uint32Array): boolean {
  return ((flow[L.NW_PROTO]! >>> 24) & L.FRAG_LATER) !== 0;
}

export function writeArp(frame: EditedFrame): void {
  const { data, flow, offsets } = frame;
  const { l3 } = offsets;
  const dlType = flow[L.DL_TYPE]! >>> 16;
  if (dlType !== P.ETH_TYPE_ARP && dlType !== P.ETH_TYPE_RARP) return;
  if (l3 + P.ARP_HEADER_SIZE > data.length) return;
  writeHalf(data, l3 + 6, flow[L.NW_PROTO]! & 0xff);
  const middle = flow[L.ARP_SHA + 1]!;
  writeWord(data, l3 + 8, flow[L.ARP_SHA]!);
  writeHalf(data, l3 + 12, middle >>> 16);
  writeWord(data, l3 + 14, flow[L.NW_SRC]!);
  writeHalf(data, l3 + 18, middle & 0xffff);
  writeWord(data, l3 + 20, flow[L.ARP_SHA + 2]!);
  writeWord(data, l3 + 24, flow[L.NW_DST]!);
}

export function writeNsh(frame: EditedFrame): void {
  const { data, flow, offsets } = frame;
  const { l3 } = offsets;
  if (flow[L.DL_TYPE]! >>> 16 !== P.ETH_TYPE_NSH) return;
  if (l3 + P.NSH_BASE_HEADER_SIZE > data.length) return;
  const base = flow[L.NSH]!;
  const flags = (base >>> 24) & 0x3;
  const ttl = (base >>> 16) & 0x3f;
  const first = readWord(data, l3);
  const kept = first & 0xc03f_0000;
  writeWord(data, l3, (kept | (flags << 28) | (ttl << 22) | (base & 0xffff)) >>> 0);
  writeWord(data, l3 + 4, flow[L.NSH_PATH]!);
  const hasContext = ((base >>> 8) & 0xff) === P.NSH_MD_TYPE1;
  if (!hasContext || l3 + P.NSH_TYPE1_SIZE > data.length) return;
  writeWords(data, l3 + P.NSH_BASE_HEADER_SIZE, flow, L.NSH_C1, 4);
}
