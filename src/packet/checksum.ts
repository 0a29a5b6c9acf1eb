/**
 * The Internet checksum: computed in full, and updated for a change of a few bytes (RFC 1624).
 *
 * A sum is a number of which only the residue counts; it is folded to 16 bits and inverted at the
 * end. Answers to OVS's `lib/csum.c` and `packet_csum_pseudoheader()`.
 *
 * Hot path. Bench: `bench/extract.ts`.
 */

import { readHalf, writeHalf } from './bytes.js';
import * as P from './protocol.js';

/** Adds the bytes from `start` to `end` to a running sum; an odd last byte is a high one. */
export function addToSum(sum: number, data: Uint8Array, start: number, end: number): number {
  let total = sum;
  let at = start;
  for (; at + 1 < end; at += 2) total += (data[at]! << 8) | data[at + 1]!;
  if (at < end) total += data[at]! << 8;
  return total;
}

/** Folds a running sum into a checksum of 16 bits. */
export function finishSum(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded % 0x1_0000) + Math.floor(folded / 0x1_0000);
  return ~folded & 0xffff;
}

/** The checksum of the bytes from `start` to `end`. */
export function checksum(data: Uint8Array, start: number, end: number): number {
  return finishSum(addToSum(0, data, start, end));
}

/** The checksum after 16 bits of what it covers changed. */
export function updateChecksum(old: number, before: number, after: number): number {
  return finishSum((~old & 0xffff) + (~before & 0xffff) + after);
}

/** The checksum after 32 bits of what it covers changed. */
export function updateChecksum32(old: number, before: number, after: number): number {
  const high = updateChecksum(old, before >>> 16, after >>> 16);
  return updateChecksum(high, before & 0xffff, after & 0xffff);
}

/** The sum over the pseudo-header of an IPv4 packet at `l3`, for `size` bytes of payload. */
export function ipv4PseudoSum(data: Uint8Array, l3: number, size: number): number {
  return addToSum(data[l3 + 9]! + size, data, l3 + 12, l3 + 20);
}

/** The same for an IPv6 packet whose payload, behind all extensions, is of protocol `proto`. */
export function ipv6PseudoSum(data: Uint8Array, l3: number, size: number, proto: number): number {
  return addToSum(proto + (size >>> 16) + (size & 0xffff), data, l3 + 8, l3 + 40);
}

/** Recomputes the checksum of the IPv4 header at `l3`. */
export function setIpv4Checksum(data: Uint8Array, l3: number): void {
  const size = (data[l3]! & 0x0f) * 4;
  writeHalf(data, l3 + 10, 0);
  writeHalf(data, l3 + 10, checksum(data, l3, l3 + size));
}

/**
 * Recomputes the checksum of the layer 4 header from `l4` to `end`; `pseudoSum` is 0 where its
 * protocol has no pseudo-header. A UDP checksum that comes out as 0, "none", is sent as 0xffff.
 */
export function setTransportChecksum(
  data: Uint8Array,
  l4: number,
  end: number,
  proto: number,
  pseudoSum: number,
): void {
  const at = checksumOffset(proto);
  if (at === undefined || l4 + at + 2 > end) return;
  writeHalf(data, l4 + at, 0);
  const value = finishSum(addToSum(pseudoSum, data, l4, end));
  writeHalf(data, l4 + at, value === 0 && proto === P.IPPROTO_UDP ? 0xffff : value);
}

/** Updates the transport checksum at `at` for a change; a UDP checksum of 0 stays 0, "none". */
export function patchTransportChecksum(
  data: Uint8Array,
  at: number,
  proto: number,
  before: number,
  after: number,
): void {
  const old = readHalf(data, at);
  if (proto === P.IPPROTO_UDP && old === 0) return;
  const value = updateChecksum32(old, before, after);
  writeHalf(data, at, value === 0 && proto === P.IPPROTO_UDP ? 0xffff : value);
}

/** Where a protocol's header has its Internet checksum; undefined for one that has none (SCTP). */
export function checksumOffset(proto: number): number | undefined {
  switch (proto) {
    case P.IPPROTO_TCP:
      return 16;
    case P.IPPROTO_UDP:
      return 6;
    case P.IPPROTO_ICMP:
    case P.IPPROTO_IGMP:
    case P.IPPROTO_ICMPV6:
      return 2;
    default:
      return undefined;
  }
}
