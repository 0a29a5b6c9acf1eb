/**
 * `encap` and `decap` as text: `encap(nsh(md_type=1))`, `decap(packet_type(ns=0,type=0))`.
 *
 * Answers to `parse_ENCAP` and `format_ed_prop` of OVS's `lib/ofp-actions.c` and
 * `lib/ofp-ed-props.c`.
 */

import { parseInteger } from '../packet/address-parse.js';
import { bigToBytes } from '../packet/field-access.js';
import { type PlacedText, parseNumber } from '../packet/key-value-scanner.js';
import { PT_ETH, PT_NSH } from '../packet/protocol.js';
import type { EncapAction, EncapProperty, Ofpact } from './ofpact.js';

const HEADERS: ReadonlyMap<string, number> = new Map([
  ['ethernet', PT_ETH],
  ['nsh', PT_NSH],
]);
/** Bytes of an NSH TLV at most. */
const TLV_BYTES_MAX = 124;

export function parseEncap(argument: PlacedText): EncapAction {
  const items = [...argument.items()];
  const [header] = items;
  if (header === undefined || items.length > 1) return argument.fail('expected one header');
  const packetType = HEADERS.get(header.name);
  if (packetType === undefined) {
    return argument.fail(`expected one of ${[...HEADERS.keys()].join(', ')}`, header.at);
  }
  const properties = argument.part(header.value ?? '', header.valueAt);
  return { type: 'encap', packetType, properties: parseProperties(properties, packetType) };
}

function parseProperties(text: PlacedText, packetType: number): EncapProperty[] {
  const properties: EncapProperty[] = [];
  for (const { name, value = '', at, valueAt } of text.items()) {
    if (packetType !== PT_NSH) text.fail('expected no properties', at);
    const argument = text.part(value, valueAt);
    if (name === 'md_type') properties.push({ type: 'md_type', mdType: mdType(argument) });
    else if (name === 'tlv') properties.push(parseTlv(argument));
    else text.fail('expected md_type or tlv', at);
  }
  return properties;
}

function mdType(text: PlacedText): number {
  const value = parseNumber(text.text, 2);
  return value === 1 || value === 2 ? value : text.fail('expected 1 or 2');
}

/** `tlv(CLASS,TYPE,HEX)` */
function parseTlv(text: PlacedText): EncapProperty {
  const [classText = '', typeText = '', valueText = ''] = text.text.split(',');
  const tlvClass = parseNumber(classText, 0xffff) ?? text.fail('expected a class of 16 bits');
  const tlvType = parseNumber(typeText, 0xff) ?? text.fail('expected a type of 8 bits');
  const digits = /^0x([0-9a-f]+)$/i.exec(valueText)?.[1];
  if (digits === undefined || digits.length > 2 * TLV_BYTES_MAX) {
    return text.fail('expected a value in hexadecimal, of 1 to 124 bytes');
  }
  const bytes = bigToBytes(BigInt(`0x${digits}`), (digits.length + 1) >>> 1);
  return { type: 'tlv', tlvClass, tlvType, bytes };
}

/** `decap`, or with `packet_type(ns=…,type=…)`, what the packet is to be then. */
export function parseDecap(argument: PlacedText): Extract<Ofpact, { type: 'decap' }> {
  const [item, more] = argument.items();
  if (item === undefined) return { type: 'decap' };
  if (item.name !== 'packet_type' || more !== undefined) {
    return argument.fail('expected packet_type(ns=…,type=…)', item.at);
  }
  const parts = new Map<string, number>();
  const text = argument.part(item.value ?? '', item.valueAt);
  for (const { name, value = '', at } of text.items()) {
    const number = parseInteger(value);
    if ((name !== 'ns' && name !== 'type') || number === undefined || number > 0xffffn) {
      return text.fail('expected ns=…,type=…, numbers of 16 bits', at);
    }
    parts.set(name, Number(number));
  }
  const packetType = (((parts.get('ns') ?? 0) << 16) | (parts.get('type') ?? 0)) >>> 0;
  return { type: 'decap', packetType };
}

export function formatEncap({ packetType, properties }: EncapAction): string {
  const name = [...HEADERS].find(([, type]) => type === packetType)?.[0];
  const text = properties.map(formatProperty).join();
  return `encap(${name ?? formatPacketType(packetType)}${text === '' ? '' : `(${text})`})`;
}

export function formatPacketType(packetType: number): string {
  const namespace = packetType >>> 16;
  const type = packetType & 0xffff;
  return `ns=${namespace},type=${namespace === 0 ? type : `0x${type.toString(16)}`}`;
}

function formatProperty(property: EncapProperty): string {
  if (property.type === 'md_type') return `md_type=${property.mdType}`;
  const { tlvClass, tlvType, bytes } = property;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `tlv(0x${tlvClass.toString(16).padStart(4, '0')},${tlvType},0x${hex})`;
}
