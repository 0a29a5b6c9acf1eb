/**
 * One part of a key attribute, printed and read: `src=10.0.0.1/255.0.0.0`, `ttl=64`, `frag=no`.
 *
 * Answers to the `format_*()` functions of OVS 3.1's `lib/odp-util.c`.
 */

import { parseEthernet, parseInteger, parseIpv4, parseIpv6 } from '../packet/address-parse.js';
import { formatEthernet, formatIpv4, formatIpv6 } from '../packet/address-text.js';
import { bytesToBig } from '../packet/field-access.js';
import { addBits, type Flow, type FlowMask, wordAt } from '../packet/flow.js';
import type { KeyPart } from './odp-key-attributes.js';

const FRAG_NAMES = ['no', 'first', '', 'later'];

/** The number that a part of at most 32 bits holds. */
export function readPart(words: Flow | FlowMask, part: KeyPart): number {
  return ((wordAt(words, part.word) >>> part.shift) & partBits(part)) >>> 0;
}

/** All ones, as wide as a part of at most 32 bits. */
export function partBits(part: KeyPart): number {
  return 0xffff_ffff >>> (32 - part.width);
}

/** `name=value[/mask],`, or nothing where the mask is empty and not everything is wanted. */
export function formatPart(key: Flow, mask: FlowMask, part: KeyPart, isVerbose: boolean): string {
  const isWildcard = isPartZero(mask, part);
  if (isWildcard && (!isVerbose || part.format === 'frag')) return '';
  const value = formatPartValue(key, part);
  const isExact = !isWildcard && isPartExact(mask, part);
  return `${part.name}=${value}${isExact ? '' : `/${formatPartMask(mask, part)}`},`;
}

/** Whether a part has no bit. */
export function isPartZero(words: Flow | FlowMask, part: KeyPart): boolean {
  switch (part.format) {
    case 'ethernet':
      return (readEthernetHigh(words, part) | readEthernetLow(words, part)) === 0;
    case 'ipv6':
      return [0, 1, 2, 3].every((i) => words[part.word + i] === 0);
    default:
      return readPart(words, part) === 0;
  }
}

function isPartExact(mask: FlowMask, part: KeyPart): boolean {
  switch (part.format) {
    case 'ethernet':
      return readEthernetHigh(mask, part) === 0xffff && readEthernetLow(mask, part) === 0xffff_ffff;
    case 'ipv6':
      return [0, 1, 2, 3].every((i) => mask[part.word + i] === 0xffff_ffff);
    default:
      return readPart(mask, part) === partBits(part);
  }
}

function formatPartValue(key: Flow, part: KeyPart): string {
  switch (part.format) {
    case 'ethernet':
      return formatEthernet(readEthernetHigh(key, part), readEthernetLow(key, part));
    case 'ipv4':
      return formatIpv4(readPart(key, part));
    case 'ipv6':
      return formatIpv6(key, part.word);
    case 'frag':
      return FRAG_NAMES[readPart(key, part)] ?? '';
    case 'hexadecimal':
      return formatHexadecimal(readPart(key, part));
    case 'decimal':
      return String(readPart(key, part));
  }
}

function formatPartMask(mask: FlowMask, part: KeyPart): string {
  switch (part.format) {
    case 'ethernet':
    case 'ipv4':
    case 'ipv6':
      return formatPartValue(mask as Uint32Array as Flow, part);
    default:
      return formatHexadecimal(readPart(mask, part));
  }
}

/** As C's `%#x`: a zero has no prefix. */
export function formatHexadecimal(value: number): string {
  return value === 0 ? '0' : `0x${value.toString(16)}`;
}

function readEthernetHigh(words: Flow | FlowMask, part: KeyPart): number {
  const first = wordAt(words, part.word);
  return part.shift === 0 ? first >>> 16 : first & 0xffff;
}

function readEthernetLow(words: Flow | FlowMask, part: KeyPart): number {
  const next = wordAt(words, part.word + 1);
  return part.shift === 0 ? ((wordAt(words, part.word) << 16) | (next >>> 16)) >>> 0 : next;
}

/** Reads a part's value and mask into a key; without a mask, all of it matters. */
export function parsePart(
  into: { readonly key: Flow; readonly mask: FlowMask },
  part: KeyPart,
  value: string,
  mask: string | undefined,
): boolean {
  const parsed = parseValue(part, value);
  const bits = mask === undefined ? widthMask(part) : parseValue(part, mask, true);
  if (parsed === undefined || bits === undefined) return false;
  if (parsed > widthMask(part) || bits > widthMask(part)) return false;
  writePart(into.key, part, parsed);
  writePart(into.mask, part, bits);
  return true;
}

function parseValue(part: KeyPart, text: string, isMask = false): bigint | undefined {
  switch (part.format) {
    case 'ethernet': {
      const bytes = parseEthernet(text);
      return bytes === undefined ? undefined : bytesToBig(bytes);
    }
    case 'ipv4': {
      const address = parseIpv4(text);
      return address === undefined ? undefined : BigInt(address);
    }
    case 'ipv6':
      return parseIpv6(text);
    case 'frag': {
      const index = text === '' ? -1 : FRAG_NAMES.indexOf(text);
      return isMask || index < 0 ? parseInteger(text) : BigInt(index);
    }
    default:
      return parseInteger(text);
  }
}

function widthOf(part: KeyPart): number {
  return part.format === 'ipv6' ? 128 : part.width;
}

function widthMask(part: KeyPart): bigint {
  return (1n << BigInt(widthOf(part))) - 1n;
}

/** Writes a part of any width, from its lowest bits up. */
function writePart(words: Flow | FlowMask, part: KeyPart, value: bigint): void {
  const width = widthOf(part);
  const first =
    part.word * 32 + (part.format === 'ethernet' ? part.shift : 32 - part.shift - width);
  const start = part.format === 'ipv6' ? part.word * 32 : first;
  for (let i = 0; i < width; i++) {
    const bit = start + width - 1 - i;
    const one = 1 << (31 - (bit & 31));
    if (((value >> BigInt(i)) & 1n) === 1n) addBits(words, bit >>> 5, one);
    else words[bit >>> 5] = wordAt(words, bit >>> 5) & ~one;
  }
}
