/**
 * Writes the TCP, UDP, SCTP, ICMP and neighbour discovery fields of a frame from its changed flow.
 *
 * Checksums are updated by the difference, so that a wrong one stays as wrong as it was. Answers to
 * `packet_set_tcp_port()`, `packet_set_sctp_port()`, `packet_set_icmp()`, `packet_set_nd()` of OVS.
 *
 * Hot path. Bench: `bench/hit-path.ts`.
 */

import { readHalf, readWord, writeHalf, writeWord } from '../packet/bytes.js';
import { checksumOffset, patchTransportChecksum } from '../packet/checksum.js';
import { crc32c } from '../packet/crc32c.js';
import * as L from '../packet/flow-layout.js';
import { OFFSET_NONE } from '../packet/packet-offsets.js';
import * as P from '../packet/protocol.js';
import type { EditedFrame } from './frame-editor.js';
import { isLaterFragment } from './write-network.js';

const ND_TARGET_AT = 8;
const ND_OPTIONS_AT = 24;
const ADDRESS_WORDS = 3;

/** Whether the frame has a whole header of `proto`, of `size` bytes. */
function hasHeader(frame: EditedFrame, proto: number, size: number): boolean {
  const { flow, offsets } = frame;
  if ((flow[L.NW_PROTO]! & 0xff) !== proto || isLaterFragment(flow)) return false;
  return offsets.l4 !== OFFSET_NONE && offsets.l4 + size <= offsets.end;
}

export function writePorts(frame: EditedFrame, proto: number): void {
  const { data, flow, offsets } = frame;
  if (!hasHeader(frame, proto, HEADER_SIZES[proto]!)) return;
  if (proto === P.IPPROTO_SCTP) writeSctpPorts(frame);
  else writeCovered(data, offsets.l4, flow[L.TP]!, offsets.l4, proto);
}

const HEADER_SIZES: Readonly<Record<number, number>> = {
  [P.IPPROTO_TCP]: P.TCP_HEADER_SIZE,
  [P.IPPROTO_UDP]: P.UDP_HEADER_SIZE,
  [P.IPPROTO_SCTP]: P.SCTP_HEADER_SIZE,
};

/** SCTP's checksum covers the whole packet: what was wrong with it is kept by exclusive or. */
function writeSctpPorts(frame: EditedFrame): void {
  const { data, flow, offsets } = frame;
  const at = offsets.l4 + 8;
  const sent = readWord(data, at);
  const before = sctpChecksum(data, offsets.l4, offsets.end);
  writeWord(data, offsets.l4, flow[L.TP]!);
  const after = sctpChecksum(data, offsets.l4, offsets.end);
  writeWord(data, at, (sent ^ before ^ after) >>> 0);
}

/** The right checksum as the header has it, lowest byte first; clears the field. */
function sctpChecksum(data: Uint8Array, l4: number, end: number): number {
  writeWord(data, l4 + 8, 0);
  const crc = crc32c(data, l4, end);
  return ((crc << 24) | ((crc & 0xff00) << 8) | ((crc >>> 8) & 0xff00) | (crc >>> 24)) >>> 0;
}

export function writeIcmp(frame: EditedFrame, proto: number): void {
  const { data, flow, offsets } = frame;
  if (!hasHeader(frame, proto, P.ICMP_HEADER_SIZE)) return;
  const type = (flow[L.TP]! >>> 16) & 0xff;
  const code = flow[L.TP]! & 0xff;
  writeCoveredHalf(data, offsets.l4, (type << 8) | code, offsets.l4, proto);
}

export function writeNd(frame: EditedFrame, old: Uint32Array): void {
  const { data, flow, offsets } = frame;
  if (!hasHeader(frame, P.IPPROTO_ICMPV6, ND_OPTIONS_AT)) return;
  for (let i = 0; i < 4; i++) {
    const at = offsets.l4 + ND_TARGET_AT + 4 * i;
    writeCovered(data, at, flow[L.ND_TARGET + i]!, offsets.l4, P.IPPROTO_ICMPV6);
  }
  if (!areAddressesChanged(flow, old)) return;
  const [a = 0, b = 0, c = 0] = flow.subarray(L.ARP_SHA, L.ARP_SHA + ADDRESS_WORDS);
  let at = offsets.l4 + ND_OPTIONS_AT;
  while (at + P.ND_OPTION_SIZE <= offsets.end) {
    const units = data[at + 1]!;
    if (units === 0) return;
    if (units === 1 && data[at] === P.ND_OPTION_SOURCE_LINK_ADDRESS) {
      writeCoveredHalf(data, at + 2, a >>> 16, offsets.l4, P.IPPROTO_ICMPV6);
      writeCovered(data, at + 4, (a << 16) | (b >>> 16), offsets.l4, P.IPPROTO_ICMPV6);
    } else if (units === 1 && data[at] === P.ND_OPTION_TARGET_LINK_ADDRESS) {
      writeCoveredHalf(data, at + 2, b & 0xffff, offsets.l4, P.IPPROTO_ICMPV6);
      writeCovered(data, at + 4, c, offsets.l4, P.IPPROTO_ICMPV6);
    }
    at += units * P.ND_OPTION_SIZE;
  }
}

function areAddressesChanged(flow: Uint32Array, old: Uint32Array): boolean {
  for (let i = 0; i < ADDRESS_WORDS; i++) {
    if (flow[L.ARP_SHA + i] !== old[L.ARP_SHA + i]) return true;
  }
  return false;
}

/** The reserved word, and the type of the first option. */
export function writeNdExtensions(frame: EditedFrame): void {
  const { data, flow, offsets } = frame;
  if (!hasHeader(frame, P.IPPROTO_ICMPV6, ND_OPTIONS_AT)) return;
  writeCovered(data, offsets.l4 + 4, flow[L.IGMP_GROUP]!, offsets.l4, P.IPPROTO_ICMPV6);
  const at = offsets.l4 + ND_OPTIONS_AT;
  if (at + P.ND_OPTION_SIZE > offsets.end) return;
  const type = (flow[L.TCP_FLAGS]! >>> 16) & 0xff;
  writeCoveredHalf(data, at, (type << 8) | data[at + 1]!, offsets.l4, P.IPPROTO_ICMPV6);
}

/** Writes 32 bits that the checksum of the header at `l4` covers. */
function writeCovered(
  data: Uint8Array,
  at: number,
  after: number,
  l4: number,
  proto: number,
): void {
  const before = readWord(data, at);
  if (before === after >>> 0) return;
  writeWord(data, at, after);
  const checksumAt = l4 + (checksumOffset(proto) ?? 0);
  patchTransportChecksum(data, checksumAt, proto, before, after >>> 0);
}

/** The same with 16 bits. */
function writeCoveredHalf(
  data: Uint8Array,
  at: number,
  after: number,
  l4: number,
  proto: number,
): void {
  const before = readHalf(data, at);
  if (before === after) return;
  writeHalf(data, at, after);
  patchTransportChecksum(data, l4 + (checksumOffset(proto) ?? 0), proto, before, after);
}
