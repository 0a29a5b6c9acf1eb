/**
 * Frames in which hosts and routers speak of multicast groups: IGMP in IPv4, MLD in IPv6 behind a
 * router alert, with right checksums.
 */

import { writeHalf, writeWord } from '../../src/packet/bytes.js';
import { addToSum, checksum, finishSum, ipv6PseudoSum } from '../../src/packet/checksum.js';
import { parseIpv4, parseIpv6 } from '../../src/packet/address-parse.js';

const L3 = 14;
const IPV4_SIZE = 24;
const IPV6_SIZE = 40;
const HOP_BY_HOP_SIZE = 8;
const TAG_SIZE = 4;

export interface McastFrameOptions {
  /** The last byte of the sender's Ethernet address. */
  readonly host?: number;
  readonly source?: string;
  readonly destination?: string;
  readonly vlan?: number;
  /** Added to the right checksum. */
  readonly checksumError?: number;
  /** Zeroes behind the packet. */
  readonly padding?: number;
  /** How many records a report says that it has. Default: the truth. */
  readonly recordsCount?: number;
}

/** Of an IGMPv3 or MLDv2 report. */
export interface McastRecordOptions {
  readonly type: number;
  readonly group: string;
  readonly sources?: readonly string[];
  readonly auxiliarySize?: number;
}

/** IGMP versions 1 and 2: a type and a group. */
export function igmp(type: number, group: string, options: McastFrameOptions = {}): Uint8Array {
  const body = new Uint8Array(8);
  body[0] = type;
  body.set(ipv4Bytes(group), 4);
  return ipv4Frame(body, { destination: group === '0.0.0.0' ? '224.0.0.1' : group, ...options });
}

export function igmpReport3(
  records: readonly McastRecordOptions[],
  options: McastFrameOptions = {},
): Uint8Array {
  const body = reportOf({ type: 0x22, records, bytesOf: ipv4Bytes, ...options });
  return ipv4Frame(body, { destination: '224.0.0.22', ...options });
}

/** MLD version 1: a type and a group. */
export function mld(type: number, group: string, options: McastFrameOptions = {}): Uint8Array {
  const body = new Uint8Array(24);
  body[0] = type;
  body.set(ipv6Bytes(group), 8);
  return ipv6Frame(body, { destination: group === '::' ? 'ff02::1' : group, ...options });
}

export function mldReport2(
  records: readonly McastRecordOptions[],
  options: McastFrameOptions = {},
): Uint8Array {
  const body = reportOf({ type: 143, records, bytesOf: ipv6Bytes, ...options });
  return ipv6Frame(body, { destination: 'ff02::16', ...options });
}

/** As `netdev-dummy/receive` takes a frame. */
export function hex(frame: Uint8Array): string {
  return Buffer.from(frame).toString('hex');
}

interface Report {
  readonly type: number;
  readonly records: readonly McastRecordOptions[];
  readonly bytesOf: (address: string) => number[];
  readonly recordsCount?: number;
}

function reportOf({ type, records, bytesOf, recordsCount }: Report): Uint8Array {
  const body = [type, 0, 0, 0, 0, 0, 0, recordsCount ?? records.length];
  for (const { type: mode, group, sources = [], auxiliarySize = 0 } of records) {
    body.push(mode, auxiliarySize, 0, sources.length, ...bytesOf(group));
    for (const source of sources) body.push(...bytesOf(source));
    body.push(...new Array<number>(auxiliarySize).fill(0));
  }
  return Uint8Array.from(body);
}

function ipv4Frame(body: Uint8Array, options: McastFrameOptions): Uint8Array {
  const { source = '10.0.0.1', destination = '224.0.0.1', checksumError = 0 } = options;
  const frame = new Uint8Array(L3 + IPV4_SIZE + body.length);
  const [, b = 0, c = 0, d = 0] = ipv4Bytes(destination);
  frame.set([0x01, 0x00, 0x5e, b & 0x7f, c, d]);
  startFrame(frame, 0x0800, options);
  // With a router alert.
  frame.set([0x46, 0xc0, 0, IPV4_SIZE + body.length, 0, 0, 0x40, 0, 1, 2, 0, 0], L3);
  frame.set([...ipv4Bytes(source), ...ipv4Bytes(destination), 0x94, 4, 0, 0], L3 + 12);
  writeHalf(frame, L3 + 10, checksum(frame, L3, L3 + IPV4_SIZE));
  const l4 = L3 + IPV4_SIZE;
  frame.set(body, l4);
  writeHalf(frame, l4 + 2, checksum(frame, l4, frame.length) + checksumError);
  return finished(frame, options);
}

function ipv6Frame(body: Uint8Array, options: McastFrameOptions): Uint8Array {
  const { source = 'fe80::1', destination = 'ff02::1', checksumError = 0 } = options;
  const l4 = L3 + IPV6_SIZE + HOP_BY_HOP_SIZE;
  const frame = new Uint8Array(l4 + body.length);
  frame.set([0x33, 0x33, ...ipv6Bytes(destination).slice(12)]);
  startFrame(frame, 0x86dd, options);
  frame.set([0x60, 0, 0, 0, 0, HOP_BY_HOP_SIZE + body.length, 0, 1], L3);
  frame.set([...ipv6Bytes(source), ...ipv6Bytes(destination)], L3 + 8);
  frame.set([58, 0, 5, 2, 0, 0, 1, 0], L3 + IPV6_SIZE);
  frame.set(body, l4);
  const pseudo = ipv6PseudoSum(frame, L3, body.length, 58);
  const sum = finishSum(addToSum(pseudo, frame, l4, frame.length));
  writeHalf(frame, l4 + 2, sum + checksumError);
  return finished(frame, options);
}

function startFrame(frame: Uint8Array, ethType: number, { host = 1 }: McastFrameOptions): void {
  frame.set([0x50, 0x54, 0, 0, 0, host], 6);
  writeHalf(frame, 12, ethType);
}

/** With its tag and its padding. */
function finished(frame: Uint8Array, { vlan, padding = 0 }: McastFrameOptions): Uint8Array {
  const tagSize = vlan === undefined ? 0 : TAG_SIZE;
  const all = new Uint8Array(frame.length + tagSize + padding);
  all.set(frame.subarray(0, 12));
  if (vlan !== undefined) writeWord(all, 12, (0x8100_0000 | vlan) >>> 0);
  all.set(frame.subarray(12), 12 + tagSize);
  return all;
}

function ipv4Bytes(text: string): number[] {
  const address = parseIpv4(text);
  if (address === undefined) throw new Error(`no IPv4 address: ${text}`);
  const bytes = new Uint8Array(4);
  writeWord(bytes, 0, address);
  return [...bytes];
}

function ipv6Bytes(text: string): number[] {
  const address = parseIpv6(text);
  if (address === undefined) throw new Error(`no IPv6 address: ${text}`);
  return Array.from({ length: 16 }, (_, i) => Number((address >> BigInt(120 - 8 * i)) & 0xffn));
}
