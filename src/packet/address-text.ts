/**
 * Addresses as people write them: Ethernet, IPv4, IPv6; with masks.
 *
 * The forms are those of OVS: a mask that is a prefix is written as its length, another one as an
 * address, and none where it is exact. Answers to `lib/packets.c` and glibc's `inet_ntop()`.
 */

import type { Flow, FlowMask } from './flow.js';

/** An address within a flow's words. */
type Words = Flow | FlowMask | Uint32Array;

const HEX_BYTES: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
);

/** `aa:bb:cc:dd:ee:ff`, from the high 16 and the low 32 bits. */
export function formatEthernet(high: number, low: number): string {
  return (
    `${HEX_BYTES[(high >>> 8) & 0xff]}:${HEX_BYTES[high & 0xff]}:` +
    `${HEX_BYTES[low >>> 24]}:${HEX_BYTES[(low >>> 16) & 0xff]}:` +
    `${HEX_BYTES[(low >>> 8) & 0xff]}:${HEX_BYTES[low & 0xff]}`
  );
}

export function formatIpv4(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 0xff}.${(address >>> 8) & 0xff}.${address & 0xff}`;
}

/** `10.0.0.0/8`, or with a mask that is no prefix `10.0.0.1/255.0.0.255`. */
export function formatIpv4Masked(address: number, mask: number): string {
  const text = formatIpv4(address);
  if (mask === 0xffff_ffff) return text;
  const length = prefixLength(mask);
  return `${text}/${length >= 0 ? length : formatIpv4(mask)}`;
}

/** The number of leading ones of a mask that is a prefix; -1 for another. */
export function prefixLength(mask: number): number {
  const length = Math.clz32(~mask);
  const rest = length === 32 ? 0 : mask << length;
  return rest === 0 ? length : -1;
}

/** An IPv6 address of four words, the longest run of zeroes (two groups or more) as `::`. */
export function formatIpv6(words: Words, at: number): string {
  const groups: number[] = [];
  for (let i = 0; i < 4; i++) {
    const word = words[at + i] ?? 0;
    groups.push(word >>> 16, word & 0xffff);
  }
  const { start, length } = longestZeroRun(groups);
  const isIpv4 = start === 0 && (length === 6 || (length === 5 && groups[5] === 0xffff));
  const tail = isIpv4 ? [...hex(groups.slice(length, 6)), formatIpv4(words[at + 3] ?? 0)] : [];
  if (isIpv4) return `::${tail.join(':')}`;
  if (length < 2) return hex(groups).join(':');
  const before = hex(groups.slice(0, start)).join(':');
  return `${before}::${hex(groups.slice(start + length)).join(':')}`;
}

/** `2001:db8::/32`, or with a mask that is no prefix `2001:db8::/ffff:0:ffff::`. */
export function formatIpv6Masked(words: Words, mask: Words, at: number): string {
  const text = formatIpv6(words, at);
  const length = ipv6PrefixLength(mask, at);
  if (length === 128) return text;
  return `${text}/${length >= 0 ? length : formatIpv6(mask, at)}`;
}

/** The number of leading ones of an IPv6 mask that is a prefix; -1 for another. */
export function ipv6PrefixLength(mask: Words, at: number): number {
  let length = 0;
  for (let i = 0; i < 4; i++) {
    const part = prefixLength(mask[at + i] ?? 0);
    if (part < 0 || (part > 0 && length < i * 32)) return -1;
    length += part;
  }
  return length;
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: -1, length: 0 };
  for (let i = 0; i < groups.length; i++) {
    let end = i;
    while (groups[end] === 0) end++;
    if (end - i > best.length) best = { start: i, length: end - i };
    i = Math.max(i, end);
  }
  return best;
}

function hex(groups: readonly number[]): string[] {
  return groups.map((group) => group.toString(16));
}
