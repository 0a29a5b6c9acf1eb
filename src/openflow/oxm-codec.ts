/**
 * Matches as lists of type, length and value: NXM (Nicira's, in OpenFlow 1.0) and OXM (since 1.2).
 *
 * Driven by the table of fields (`src/packet/fields.ts`): a header's class and number name a field,
 * whatever the version. A field must come behind what it needs (`tcp_dst` behind `nw_proto`), once,
 * and with bits only where its mask has them. Answers to OVS's `lib/nx-match.c`; OpenFlow 1.5,
 * clause 7.2.3.
 */

import { Match } from '../ofproto/match.js';
import { hasField } from '../ofproto/prerequisites.js';
import {
  bigToBytes,
  bytesToBig,
  fillField,
  isFieldZero,
  readFieldBig,
} from '../packet/field-access.js';
import { FIELDS, type Field, type FieldHeader, fieldOf } from '../packet/fields.js';
import { createFlow, createFlowMask, type Flow, type FlowMask } from '../packet/flow.js';
import { type MatchTarget, setMatchField } from '../packet/match-parse.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { OfpError } from './ofp-error.js';
import { portFromWide, portToWide } from './port-number.js';
import { OF10, OF11, OF12, OF13, OF14, OF15, type OfpVersion } from './protocol.js';

/** Which of a field's names goes out: NXM's, or the OXM of a version. */
export type OxmDialect = 'nxm' | OfpVersion;

const CLASS_EXPERIMENTER = 0xffff;
const CLASS_OPENFLOW_BASIC = 0x8000;
/** The last number that OpenFlow 1.2, and 1.3 and 1.4, know of the basic class. */
const BASIC_LAST_12 = 35;
const BASIC_LAST_13 = 39;

/** By class and number; those of experimenters by a text. */
const byHeader = new Map<number | string, Field>();
for (const field of FIELDS) {
  for (const header of headersOf(field)) byHeader.set(keyOf(header), field);
}

/** Where matches are read into before they are made small, one at a time. Owner: `readOxmMatch`. */
const READ = { flow: createFlow(), mask: createFlowMask() };
/** Bits that an answer hangs on, which nobody here asks for. Written only. */
const UNREAD = createFlowMask();

/** A field on the wire, and whether a mask follows its value. */
export interface OxmHeader {
  readonly field: Field | undefined;
  readonly hasMask: boolean;
  /** Bytes of value and mask. */
  readonly size: number;
}

/** Reads the header of one entry; `field` is undefined where nobody here knows it. */
export function readOxmHeader(reader: ByteReader): OxmHeader {
  const code = reader.u16();
  const rest = reader.u8();
  const length = reader.u8();
  const isExperimenter = code === CLASS_EXPERIMENTER;
  const experimenter = isExperimenter ? reader.u32() : 0;
  const size = isExperimenter ? length - 4 : length;
  if (size < 0) throw new OfpError('OFPBMC_BAD_LEN');
  const field = byHeader.get(keyOf({ class: code, field: rest >>> 1, experimenter }));
  return { field, hasMask: (rest & 1) !== 0, size };
}

/** Writes the header of a field, with room for value and mask. */
export function writeOxmHeader(
  writer: ByteWriter,
  field: Field,
  dialect: OxmDialect,
  hasMask: boolean,
): void {
  const header = headerFor(field, dialect);
  if (header === undefined) throw new OfpError('OFPBMC_BAD_FIELD', `${field.name} has no header`);
  const size = field.size * (hasMask ? 2 : 1);
  writer.u16(header.class).u8((header.field << 1) | (hasMask ? 1 : 0));
  if (header.experimenter === undefined) writer.u8(size);
  else writer.u8(size + 4).u32(header.experimenter);
}

/**
 * Bits that a field has on the wire: a flow keeps the lower half of an ARP operation only, and 16
 * bits for a type of ICMP.
 */
export function wireBits(field: Field): number {
  return field.name === 'arp_op' ? 16 : Math.min(field.width, 8 * field.size);
}

/** The headers by which a field may come in. */
function headersOf(field: Field): FieldHeader[] {
  return [field.oxm, field.nxm, field.onf].filter((header) => header !== undefined);
}

function keyOf(header: Omit<FieldHeader, 'name'>): number | string {
  const { class: code, field, experimenter = 0 } = header;
  return experimenter === 0 ? (code << 8) | field : `${code} ${field} ${experimenter}`;
}

/** The header by which a field goes out. */
export function headerFor(field: Field, dialect: OxmDialect): FieldHeader | undefined {
  const { oxm, nxm, onf } = field;
  if (dialect === 'nxm' || dialect < OF12) return nxm ?? oxm ?? onf;
  if (dialect >= OF15) return oxm ?? nxm ?? onf;
  const last = dialect === OF12 ? BASIC_LAST_12 : BASIC_LAST_13;
  const isOld = oxm?.class === CLASS_OPENFLOW_BASIC && oxm.field <= last;
  return isOld ? oxm : (onf ?? nxm ?? oxm);
}

export interface OxmOptions {
  /** Entries that nobody knows are left out instead of being refused. */
  readonly isLoose?: boolean;
}

/** A match, and the cookie that NXM may carry in it. */
export interface OxmMatch {
  readonly match: Match;
  readonly cookie: bigint;
  readonly cookieMask: bigint;
}

/** Class and number of `NXM_NX_COOKIE`; a field has the same ones, but is a byte long. */
const COOKIE_HEADER = (1 << 7) | 30;
const U64_ALL = 0xffff_ffff_ffff_ffffn;
const U16_ALL = 0xffffn;
const IN_PORT = fieldOf('in_port');
const IN_PORT_WIDE = fieldOf('in_port_oxm');

/** Reads entries until the reader is at its end. */
export function readOxmMatch(reader: ByteReader, options: OxmOptions = {}): OxmMatch {
  const { flow, mask } = READ;
  flow.fill(0);
  mask.fill(0);
  const seen = new Set<Field>();
  let cookie = 0n;
  let cookieMask = 0n;
  while (reader.remaining > 0) {
    const { at } = reader;
    if (isCookie(reader)) {
      [cookie, cookieMask] = readCookie(reader);
      continue;
    }
    const { field, hasMask, size } = readOxmHeader(reader);
    const entry = reader.part(size, 'OFPBMC_BAD_LEN');
    // A field of another length is none that anybody knows.
    if (field === undefined || size !== field.size * (hasMask ? 2 : 1)) {
      if (options.isLoose === true) continue;
      throw new OfpError('OFPBMC_BAD_FIELD', `unknown field at byte ${at}`);
    }
    if (seen.has(field)) throw new OfpError('OFPBMC_DUP_FIELD', field.name);
    seen.add(field);
    if (!hasField(field, flow, UNREAD)) throw new OfpError('OFPBMC_BAD_PREREQ', field.name);
    readEntry(READ, entry, field, hasMask);
  }
  return { match: new Match(flow, mask), cookie, cookieMask };
}

function readEntry(target: MatchTarget, entry: ByteReader, field: Field, hasMask: boolean): void {
  const value = readFieldValue(entry, field, hasMask);
  if (field !== IN_PORT_WIDE) {
    setMatchField(target, field, value);
    return;
  }
  const port = portFromWide(Number(value.value), 'OFPBMC_BAD_VALUE');
  setMatchField(target, IN_PORT, { value: BigInt(port), mask: U16_ALL });
}

/** The value of an entry, and its mask: all bits of the field where none is given. */
export function readFieldValue(
  entry: ByteReader,
  field: Field,
  hasMask: boolean,
): { value: bigint; mask: bigint } {
  if (entry.remaining !== field.size * (hasMask ? 2 : 1)) throw new OfpError('OFPBMC_BAD_LEN');
  const { all, wire } = boundsOf(field);
  const value = bytesToBig(entry.bytes(field.size));
  if (value > all) throw new OfpError('OFPBMC_BAD_VALUE', field.name);
  if (!hasMask) return { value, mask: all };
  const given = bytesToBig(entry.bytes(field.size));
  const mask = given === wire ? all : given;
  if (mask > all) throw new OfpError('OFPBMC_BAD_MASK', field.name);
  if ((value & ~mask) !== 0n) throw new OfpError('OFPBMC_BAD_WILDCARDS', field.name);
  if (field.maskable === 'none' && mask !== all && mask !== 0n) {
    throw new OfpError('OFPBMC_BAD_MASK', field.name);
  }
  return { value, mask };
}

/** The highest values that a field has in a flow and on the wire. */
interface Bounds {
  readonly all: bigint;
  readonly wire: bigint;
}

const bounds = new Map<Field, Bounds>(
  FIELDS.map((field) => [field, { all: ones(field.width), wire: ones(wireBits(field)) }]),
);

/** Parts of fields, of which there is no end, are not in the table. */
function boundsOf(field: Field): Bounds {
  return bounds.get(field) ?? { all: ones(field.width), wire: ones(wireBits(field)) };
}

function ones(count: number): bigint {
  return (1n << BigInt(count)) - 1n;
}

function isCookie(reader: ByteReader): boolean {
  if (reader.remaining < 4) return false;
  const header = reader.peekU32();
  if (header >>> 9 !== COOKIE_HEADER) return false;
  const size = header & 0xff;
  return size === 8 || size === 16;
}

function readCookie(reader: ByteReader): [bigint, bigint] {
  reader.skip(2);
  const hasMask = (reader.u8() & 1) !== 0;
  reader.skip(1);
  const cookie = reader.u64();
  return [cookie, hasMask ? reader.u64() : U64_ALL];
}

/** Writes the entries of a match, each once, in the order of the table of fields. */
export function writeOxmMatch(writer: ByteWriter, match: Match, dialect: OxmDialect): void {
  const { flow, mask } = match;
  for (const field of fieldsOf(flow, mask, dialect))
    writeEntry(writer, field, { flow, mask }, dialect);
}

function writeEntry(
  writer: ByteWriter,
  field: Field,
  { flow, mask }: { readonly flow: Flow; readonly mask: FlowMask },
  dialect: OxmDialect,
): void {
  const bits = readFieldBig(mask, field);
  const value = readFieldBig(flow, field);
  if (field === IN_PORT_WIDE) {
    writeOxmHeader(writer, field, dialect, false);
    writer.u32(portToWide(Number(value)));
    return;
  }
  const hasMask = bits !== (1n << BigInt(field.width)) - 1n;
  writeOxmHeader(writer, field, dialect, hasMask);
  writer.bytes(bigToBytes(value, field.size));
  if (hasMask) writer.bytes(bigToBytes(bits, field.size));
}

/**
 * The fields that a match is told by: of several that share bits, the one that the dialect has and
 * that fits the packet.
 */
function fieldsOf(flow: Flow, mask: FlowMask, dialect: OxmDialect): Field[] {
  const left = createFlowMask();
  left.set(mask);
  const found: Field[] = [];
  for (const field of FIELDS_BY_DIALECT.get(dialect) ?? []) {
    if (isFieldZero(left, field)) continue;
    if (!hasField(field, flow, UNREAD)) continue;
    found.push(field);
    clearField(left, field);
  }
  return found;
}

function clearField(mask: FlowMask, field: Field): void {
  const bits = createFlowMask();
  fillField(bits, field);
  for (let i = 0; i < mask.length; i++) mask[i] = (mask[i] ?? 0) & ~(bits[i] ?? 0);
}

/** Fields that are told by others, and so never go out in a match. */
const NEVER = new Set(['dl_vlan', 'dl_vlan_pcp', 'nw_tos', 'skb_priority', 'tun_tos', 'tun_ttl']);
const NXM_NEVER = new Set(['vlan_vid', 'vlan_pcp', 'in_port_oxm']);
const OXM_NEVER = new Set(['vlan_tci', 'in_port']);

/** What comes behind all else, in this order, as Open vSwitch writes it. */
const LATE = [/^x?reg\d/, /^metadata$/];

const FIELDS_BY_DIALECT: ReadonlyMap<OxmDialect, readonly Field[]> = new Map(
  (['nxm', OF10, OF11, OF12, OF13, OF14, OF15] as const).map((dialect) => [
    dialect,
    fieldsOfDialect(dialect),
  ]),
);

function fieldsOfDialect(dialect: OxmDialect): readonly Field[] {
  const isNxm = dialect === 'nxm' || dialect < OF12;
  const never = isNxm ? NXM_NEVER : OXM_NEVER;
  const isWide = dialect === OF15;
  const told = FIELDS.filter(({ name }) => {
    if (NEVER.has(name) || never.has(name) || name.startsWith('xxreg')) return false;
    return name.startsWith('xreg') ? isWide : !(isWide && /^reg\d/.test(name));
  });
  const rank = ({ name }: Field): number => LATE.findIndex((pattern) => pattern.test(name));
  return told.sort((a, b) => rank(a) - rank(b));
}
