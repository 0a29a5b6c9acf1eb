/**
 * One exact value of a field, as `ofproto/trace` and `dpctl/dump-flows filter=…` are given it, with
 * Open vSwitch's sentences for what cannot be read.
 *
 * It reads as C does, more leniently than the flow files that people keep: a number is cut to the
 * bits of its field, a byte of an address to eight. A mask is read too, only to be refused. Answers
 * to `mf_parse_value()` of OVS's `lib/meta-flow.c`.
 */

import { parseIpv6 } from '../packet/address-parse.js';
import { bytesToBig } from '../packet/field-access.js';
import { fieldMax, parseFieldValue } from '../packet/field-text.js';
import type { Field } from '../packet/fields.js';
import {
  CT_STATE_NAMES,
  type FlagNames,
  TCP_FLAG_NAMES,
  TUNNEL_FLAG_NAMES,
} from '../packet/flags-text.js';
import { parseOfpPort } from '../packet/ofp-port-text.js';

/** A value, or what is wrong with its text. */
export type ExactValue = bigint | { readonly problem: string };

/** The number of a port, OpenFlow's or the datapath's, by its name. */
export type PortNamed = (name: string) => number | undefined;

const WILDCARDS = 'wildcards not allowed here';
/** What C's `strtoull` reads at most. */
const NUMBER_MAX = (1n << 64n) - 1n;

export function readExactValue(field: Field, text: string, ports?: PortNamed): ExactValue {
  const value = readByFormat(field, text, ports);
  if (typeof value === 'bigint') return value & fieldMax(field);
  return typeof value === 'string' ? { problem: `${text}: ${value}` } : value;
}

/** A string is a problem of the whole text. */
type Reading = ExactValue | string;

function readByFormat(field: Field, text: string, ports: PortNamed | undefined): Reading {
  if (text === '*') return WILDCARDS;
  switch (field.format) {
    case 'ethernet':
      return readMasked(text, { parse: readEthernet, width: 0, kind: 'Ethernet' });
    case 'ipv4':
      return readMasked(text, { parse: readIpv4, width: 32, kind: 'IP' });
    case 'ipv6':
      return readMasked(text, { parse: parseIpv6, width: 128, kind: 'IPv6' });
    case 'frag':
      return readFragment(field, text);
    case 'port':
      return readPort(field, text, ports);
    case 'packet_type':
      return readPacketType(text);
    case 'tcp_flags':
      return readFlags(field, text, { names: TCP_FLAG_NAMES, kind: 'TCP' });
    case 'ct_state':
      return readFlags(field, text, { names: CT_STATE_NAMES, kind: 'ct_state' });
    case 'tunnel_flags':
      return readFlags(field, text, { names: TUNNEL_FLAG_NAMES, kind: 'tunnel' });
    default:
      return readInteger(field, text);
  }
}

function readInteger(field: Field, text: string): Reading {
  const slash = text.indexOf('/');
  const value = readNumber(field, slash < 0 ? text : text.slice(0, slash), 'value');
  if (slash < 0 || typeof value === 'string') return value;
  const mask = readNumber(field, text.slice(slash + 1), 'mask');
  if (typeof mask === 'string') return mask;
  const all = (1n << BigInt(8 * field.size)) - 1n;
  if (mask === all) return value;
  const isMaskable = field.maskable !== 'none' || mask === 0n;
  return isMaskable ? WILDCARDS : `invalid mask for field ${field.name}`;
}

/** A number that fits the bytes of the field; a negative one is what it is in 64 bits. */
function readNumber(field: Field, text: string, what: 'value' | 'mask'): bigint | string {
  const parts = /^\s*([+-]?)(0x[0-9a-f]*|0[0-7]*|[1-9]\d*)$/i.exec(text);
  if (parts === null) return `bad syntax for ${field.name} ${what}`;
  const [, sign, digits = ''] = parts;
  const size = sign === '-' ? BigInt.asUintN(64, -toBig(digits)) : toBig(digits);
  const isHexadecimal = /^0x/i.test(digits);
  const isTooLarge = size >> BigInt(8 * field.size) !== 0n || (!isHexadecimal && size > NUMBER_MAX);
  return isTooLarge ? `${what} too large for ${field.size}-byte field ${field.name}` : size;
}

function toBig(digits: string): bigint {
  if (/^0x$/i.test(digits)) return 0n;
  return BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits}` : digits);
}

interface AddressKind {
  parse(text: string): bigint | undefined;
  /** Of a prefix; 0: there are none. */
  readonly width: number;
  readonly kind: string;
}

function readMasked(text: string, { parse, width, kind }: AddressKind): Reading {
  const slash = text.indexOf('/');
  const value = parse(slash < 0 ? text : text.slice(0, slash));
  const invalid = `invalid ${kind} address`;
  if (value === undefined || slash < 0) return value ?? invalid;
  const maskText = text.slice(slash + 1);
  if (width > 0 && /^-?\d+$/.test(maskText)) {
    const length = Number(maskText);
    if (length === width) return value;
    if (length >= 0 && length < width) return WILDCARDS;
    const version = width === 32 ? 'IPv4' : 'IPv6';
    return `${version} network prefix bits not between 0 and ${width}, inclusive`;
  }
  const mask = parse(maskText);
  if (mask === undefined) return invalid;
  const bits = width === 0 ? 48 : width;
  return mask === (1n << BigInt(bits)) - 1n ? value : WILDCARDS;
}

function readEthernet(text: string): bigint | undefined {
  const parts = text.split(':');
  if (parts.length !== 6 || !parts.every((part) => /^[0-9a-f]+$/i.test(part))) return undefined;
  return bytesToBig(Uint8Array.from(parts, (part) => Number.parseInt(part, 16)));
}

function readIpv4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d+$/.test(part))) return undefined;
  return bytesToBig(Uint8Array.from(parts, Number));
}

const FRAGMENTS = ['no', 'yes', 'first', 'later', 'not_later'];

function readFragment(field: Field, text: string): Reading {
  if (!FRAGMENTS.includes(text)) {
    const known = FRAGMENTS.map((name) => `"${name}"`).join(', ');
    return `unknown fragment type (valid types are ${known}`;
  }
  const { value, mask } = parseFieldValue(field, text);
  return mask === fieldMax(field) ? value : WILDCARDS;
}

function readPort(field: Field, text: string, ports: PortNamed | undefined): Reading {
  const isHexadecimal = /^0x/i.test(text);
  const port = (isHexadecimal ? undefined : parseOfpPort(text)) ?? ports?.(text);
  if (port !== undefined) return BigInt(port);
  if (field.name === 'in_port') return 'invalid or unknown port for in_port';
  return `port value out of range for ${field.name}`;
}

/** `(NAMESPACE,TYPE)`, both numbers of 16 bits; what follows does not matter. */
function readPacketType(text: string): Reading {
  const wrong = (rest: string, what: string): ExactValue => ({
    problem: `${rest}: bad syntax for packet type ${what}`,
  });
  if (!text.startsWith('(')) return wrong(text, "missing '('");
  const nsText = text.slice(1);
  const ns = readUint16(nsText);
  if (ns === undefined) return wrong(nsText, 'ns');
  if (nsText[ns.length] !== ',') return wrong(nsText, "missing ','");
  const typeText = nsText.slice(ns.length + 1);
  const type = readUint16(typeText);
  if (type === undefined) return wrong(typeText, 'ns_type');
  if (typeText[type.length] !== ')') return wrong(typeText, "missing ')'");
  return (BigInt(ns.value) << 16n) | BigInt(type.value);
}

function readUint16(text: string): { value: number; length: number } | undefined {
  const [digits] = /^\s*(?:0x[0-9a-f]+|\d+)/i.exec(text) ?? [];
  const value = Number(digits ?? Number.NaN);
  return digits !== undefined && value <= 0xffff ? { value, length: digits.length } : undefined;
}

interface FlagKind {
  readonly names: FlagNames;
  readonly kind: string;
}

/** Signed flags are a match under a mask, and that is not allowed here. */
function readFlags(field: Field, text: string, kind: FlagKind): Reading {
  const allowed = Number(fieldMax(field));
  if (/^[+-]/.test(text)) return readSigned(text, allowed, kind);
  const unknown = `unknown ${kind.kind} flag(s)`;
  const [valueText = '', maskText] = text.split('/', 2);
  let flags = 0;
  for (const part of valueText.split('|').filter((each) => each !== '')) {
    const bits = bitNamed(kind, part) ?? Number(/^(?:0x[0-9a-f]+|\d+)$/i.test(part) ? part : -1);
    if (bits < 0 || (bits & ~allowed) !== 0) return unknown;
    flags |= bits;
  }
  if (maskText === undefined) return BigInt(flags);
  const mask = Number(/^(?:0x[0-9a-f]+|\d+)$/i.test(maskText) ? maskText : -1);
  return mask < 0 || (mask & ~allowed) !== 0 ? unknown : WILDCARDS;
}

function readSigned(text: string, allowed: number, kind: FlagKind): Reading {
  let seen = 0;
  for (let rest = text; /^[+-]/.test(rest); ) {
    rest = rest.slice(1);
    const [name = ''] = rest.split(/[+-]/, 1);
    const bit = bitNamed(kind, name) ?? 0;
    if ((bit & allowed) === 0) return { problem: `${rest}: unknown ${kind.kind} flag(s)` };
    if ((seen & bit) !== 0) {
      return { problem: `${rest}: Each ${kind.kind} flag can be specified only once` };
    }
    seen |= bit;
    rest = rest.slice(name.length);
  }
  return WILDCARDS;
}

function bitNamed({ names }: FlagKind, name: string): number | undefined {
  return [...names].find(([, known]) => known === name)?.[0];
}
