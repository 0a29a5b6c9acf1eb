/**
 * What actions are given, and how plain arguments of them read: numbers, ports, tables, addresses.
 *
 * Each reader fails at the argument's place. Answers to the `str_to_*` functions of OVS.
 */

import type { OfpPort } from '../base/brands.js';
import { parseEthernet, parseInteger, parseIpv4 } from '../packet/address-parse.js';
import { type PlacedText, parseNumber } from '../packet/key-value-scanner.js';
import { parseOfpPort } from '../packet/ofp-port-text.js';
import { isMplsType, isVlanType } from '../packet/protocol.js';
import { OFPP_MAX, type PortNumber, TABLE_MAX } from './ofpact.js';

/** An action's argument, empty where there is none, and how ports are found. */
export interface Argument {
  readonly argument: PlacedText;
  readonly ports: PortNumber | undefined;
}

const U64_MAX = 0xffff_ffff_ffff_ffffn;
export const U16_MAX = 0xffff;
export const U32_MAX = 0xffff_ffff;

export function numberOf(text: PlacedText, max: number): number {
  return parseNumber(text.text, max) ?? text.fail(`expected a number from 0 to ${max}`);
}

export function wideNumberOf(text: PlacedText): bigint {
  const value = parseInteger(text.text);
  if (value !== undefined && value <= U64_MAX) return value;
  return text.fail('expected a number of 64 bits, for example 0x1234');
}

export function tableOf(text: PlacedText): number {
  return parseNumber(text.text, TABLE_MAX) ?? text.fail(`expected a table from 0 to ${TABLE_MAX}`);
}

export function findPort(text: string, ports: PortNumber | undefined): OfpPort | undefined {
  return parseOfpPort(text) ?? ports?.(text);
}

export function portOf(text: PlacedText, ports: PortNumber | undefined): OfpPort {
  const port = findPort(text.text, ports);
  if (port !== undefined) return port;
  return text.fail(`expected a port from 0 to ${OFPP_MAX - 1}, or the name of one`);
}

export function tosOf(text: PlacedText): number {
  const value = numberOf(text, 0xff);
  if ((value & 3) !== 0) text.fail('expected a TOS whose two lowest bits (ECN) are 0');
  return value;
}

export function vlanTypeOf(text: PlacedText): number {
  const value = numberOf(text, U16_MAX);
  if (!isVlanType(value)) text.fail('expected Ethernet type 0x8100 or 0x88a8');
  return value;
}

export function mplsTypeOf(text: PlacedText): number {
  const value = numberOf(text, U16_MAX);
  if (!isMplsType(value)) text.fail('expected Ethernet type 0x8847 or 0x8848');
  return value;
}

export function ethernetOf(text: PlacedText): Uint8Array {
  return parseEthernet(text.text) ?? text.fail('expected an Ethernet address');
}

export function ipv4Of(text: PlacedText): number {
  return parseIpv4(text.text) ?? text.fail('expected an IPv4 address');
}

/** Bytes as pairs of hexadecimal digits, with points between them or without. */
export function bytesOf(text: PlacedText): number[] {
  if (!/^(?:[0-9a-f]{2}\.?)*$/i.test(text.text)) {
    text.fail('expected bytes in hexadecimal, as in 00.11.22');
  }
  return Array.from(text.text.matchAll(/[0-9a-f]{2}/gi), ([pair]) => Number.parseInt(pair, 16));
}

export function none(text: PlacedText): object {
  return text.text === '' ? {} : text.fail('expected no argument');
}
