/**
 * The value of a field, with a mask, from and to text. Answers to `mf_parse()` and `mf_format()`.
 *
 * A match term (`nw_src=10.0.0.0/8`) and a `set_field` action use the same notation.
 */

import { ParseError } from '../base/errors.js';
import { parseEthernet, parseInteger, parseIpv4, parseIpv6, parseMask } from './address-parse.js';
import { formatEthernet, formatIpv4, formatIpv6 } from './address-text.js';
import type { Field } from './field.js';
import { bytesToBig } from './field-access.js';
import {
  CT_STATE_NAMES,
  type FlagNames,
  formatFlags,
  formatFlagsMasked,
  parseFlags,
  TCP_FLAG_NAMES,
  TUNNEL_FLAG_NAMES,
} from './flags-text.js';
import { FRAG_ANY, FRAG_LATER } from './flow-layout.js';
import { formatOfpPort, parseOfpPort } from './ofp-port-text.js';

/** A value and the bits of it that matter, right-aligned in the field's width. */
export interface FieldValue {
  readonly value: bigint;
  readonly mask: bigint;
}

/** Where a text stands in what the user wrote, for errors. */
export interface TextPlace {
  readonly source: string;
  /** From 1. */
  readonly column: number;
}

const FRAG_VALUES: ReadonlyMap<string, FieldValue> = new Map([
  ['no', frag(0, FRAG_ANY | FRAG_LATER)],
  ['yes', frag(FRAG_ANY, FRAG_ANY)],
  ['first', frag(FRAG_ANY, FRAG_ANY | FRAG_LATER)],
  ['later', frag(FRAG_ANY | FRAG_LATER, FRAG_ANY | FRAG_LATER)],
  ['not_later', frag(0, FRAG_LATER)],
]);

/** Every bit of a field: the mask of an exact match. */
export function fieldMax(field: Field): bigint {
  return (1n << BigInt(field.width)) - 1n;
}

/** The largest value: an ICMP type is a byte in a wider place. */
export function fieldValueMax(field: Field): bigint {
  return (1n << BigInt(Math.min(field.width, field.size * 8))) - 1n;
}

/** Reads `VALUE` or `VALUE/MASK`, or `*` for no match. Throws `ParseError`. */
export function parseFieldValue(
  field: Field,
  text: string,
  place: TextPlace = { source: text, column: 1 },
): FieldValue {
  if (text === '*') return { value: 0n, mask: 0n };
  const parsed = parseByFormat(field, text);
  if (typeof parsed === 'string') throw badValue(place, parsed);
  if (parsed.mask !== fieldMax(field) && parsed.mask !== 0n && field.maskable === 'none') {
    throw badValue(place, `a value without a mask: ${field.name} has none`);
  }
  return { value: parsed.value & parsed.mask, mask: parsed.mask };
}

/**
 * The text that `parseFieldValue()` reads; without a mask where all of the field matters. Values
 * may come as bytes in network order.
 */
export function formatFieldValue(
  field: Field,
  value: bigint | Uint8Array,
  mask: bigint | Uint8Array = fieldMax(field),
): string {
  return formatBig(field, bigOf(value), bigOf(mask));
}

function badValue(place: TextPlace, expected: string): ParseError {
  return new ParseError({ ...place, expected: `expected ${expected}` });
}

function bigOf(value: bigint | Uint8Array): bigint {
  return typeof value === 'bigint' ? value : bytesToBig(value);
}

function formatBig(field: Field, value: bigint, mask: bigint): string {
  const flags = flagNames(field);
  if (flags !== undefined) {
    if (mask === fieldMax(field)) return formatFlags(flags, Number(value));
    return formatFlagsMasked(flags, Number(value), Number(mask), Number(fieldMax(field)));
  }
  if (field.format === 'frag') return formatFrag(value, mask);
  const text = formatExact(field, value);
  if (mask === fieldMax(field)) return text;
  return `${text}/${isInteger(field) ? `0x${mask.toString(16)}` : formatMask(field, mask)}`;
}

function frag(value: number, mask: number): FieldValue {
  return { value: BigInt(value), mask: BigInt(mask) };
}

/** The value, or what was expected instead. */
function parseByFormat(field: Field, text: string): FieldValue | string {
  const flags = flagNames(field);
  if (flags !== undefined) return parseFlagsValue(field, flags, text);
  switch (field.format) {
    case 'ethernet':
      return parseMasked(field, text, ethernetValue) ?? 'an Ethernet address';
    case 'ipv4':
      return parseMasked(field, text, ipv4Value) ?? 'an IPv4 address';
    case 'ipv6':
      return parseMasked(field, text, parseIpv6) ?? 'an IPv6 address';
    case 'frag':
      return FRAG_VALUES.get(text) ?? `one of ${[...FRAG_VALUES.keys()].join(', ')}`;
    case 'port': {
      const port = parseOfpPort(text);
      return port === undefined ? 'a port number or name' : exact(field, BigInt(port));
    }
    case 'packet_type':
      return parsePacketType(field, text) ?? 'a packet type like (0,0) or (1,0x800)';
    default:
      return parseIntegerValue(field, text);
  }
}

function ethernetValue(text: string): bigint | undefined {
  const bytes = parseEthernet(text);
  return bytes === undefined ? undefined : bytesToBig(bytes);
}

function ipv4Value(text: string): bigint | undefined {
  const address = parseIpv4(text);
  return address === undefined ? undefined : BigInt(address);
}

function exact(field: Field, value: bigint): FieldValue {
  return { value, mask: fieldMax(field) };
}

function parseMasked(
  field: Field,
  text: string,
  parse: (text: string) => bigint | undefined,
): FieldValue | undefined {
  const slash = text.indexOf('/');
  const value = parse(slash < 0 ? text : text.slice(0, slash));
  if (value === undefined) return undefined;
  if (slash < 0) return exact(field, value);
  const maskText = text.slice(slash + 1);
  const isMac = field.format === 'ethernet';
  const mask = isMac ? parse(maskText) : parseMask(maskText, field.width, parse);
  return mask === undefined ? undefined : { value, mask };
}

function parseIntegerValue(field: Field, text: string): FieldValue | string {
  const [valueText = '', maskText, ...more] = text.split('/');
  const value = parseInteger(valueText);
  const mask = maskText === undefined ? fieldMax(field) : parseInteger(maskText);
  if (value === undefined || mask === undefined || more.length > 0) return 'a number';
  const max = fieldValueMax(field);
  if (value > max) return `a number of at most ${max}`;
  const allOnes = (1n << BigInt(field.size * 8)) - 1n;
  if (mask > fieldMax(field) && mask !== allOnes) return `a mask of ${field.width} bits`;
  return { value, mask: mask & fieldMax(field) };
}

function parsePacketType(field: Field, text: string): FieldValue | undefined {
  const parts = /^\(([^,]+),([^,]+)\)$/.exec(text);
  const namespace = parseInteger(parts?.[1]?.trim() ?? '');
  const type = parseInteger(parts?.[2]?.trim() ?? '');
  if (namespace === undefined || type === undefined) return undefined;
  if (namespace > 0xffffn || type > 0xffffn) return undefined;
  return exact(field, (namespace << 16n) | type);
}

function flagNames(field: Field): FlagNames | undefined {
  switch (field.format) {
    case 'tcp_flags':
      return TCP_FLAG_NAMES;
    case 'ct_state':
      return CT_STATE_NAMES;
    case 'tunnel_flags':
      return TUNNEL_FLAG_NAMES;
    default:
      return undefined;
  }
}

function parseFlagsValue(field: Field, names: FlagNames, text: string): FieldValue | string {
  const max = Number(fieldMax(field));
  const parsed = parseFlags(names, text, max);
  if (parsed === undefined) {
    const known = [...names].filter(([bit]) => (bit & max) !== 0).map(([, name]) => name);
    return `flags out of ${known.join(', ')}, like "${known[0]}" or "+${known[0]}"`;
  }
  return { value: BigInt(parsed.flags), mask: BigInt(parsed.mask) };
}

function isInteger(field: Field): boolean {
  return field.format === 'decimal' || field.format === 'hexadecimal';
}

function formatExact(field: Field, value: bigint): string {
  switch (field.format) {
    case 'ethernet':
      return formatEthernet(Number(value >> 32n), Number(value & 0xffff_ffffn));
    case 'ipv4':
      return formatIpv4(Number(value));
    case 'ipv6':
      return formatIpv6(wordsOf(value), 0);
    case 'port':
      return formatOfpPort(Number(value));
    case 'packet_type':
      return `(${value >> 16n},0x${(value & 0xffffn).toString(16)})`;
    case 'decimal':
      return value.toString();
    default:
      // Zero is written without its base, as C's `%#x` has it.
      return value === 0n ? '0' : `0x${value.toString(16)}`;
  }
}

/** A mask that is a prefix as its length, of IP addresses; another as an address. */
function formatMask(field: Field, mask: bigint): string {
  if (field.format === 'ethernet') return formatExact(field, mask);
  const bits = mask.toString(2).padStart(field.width, '0');
  return /^1*0*$/.test(bits) ? String(bits.lastIndexOf('1') + 1) : formatExact(field, mask);
}

function formatFrag(value: bigint, mask: bigint): string {
  for (const [name, known] of FRAG_VALUES) {
    if (known.mask === mask && known.value === value) return name;
  }
  return '<error>';
}

function wordsOf(value: bigint): Uint32Array {
  return Uint32Array.from([96n, 64n, 32n, 0n], (shift) => Number((value >> shift) & 0xffff_ffffn));
}
