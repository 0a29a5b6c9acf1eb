/**
 * The rows of Nicira's actions: what Open vSwitch can do beyond OpenFlow, and what it can do in
 * versions of OpenFlow that cannot.
 *
 * A body begins behind the subtype. Source: the messages of Open vSwitch 3.1 (`ovs-ofctl -vvconn`),
 * ovs-actions(7).
 */

import { ofpPort } from '../base/brands.js';
import type { Subfield } from '../ofproto/ofpact.js';
import { TABLE_CURRENT } from '../ofproto/ofpact.js';
import { bigToBytes, bytesToBig } from '../packet/field-access.js';
import { type ActionRow, row } from './action-row.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { readController, writeController } from './controller-action-codec.js';
import { OfpError } from './ofp-error.js';
import { type OxmDialect, readOxmHeader, writeOxmHeader } from './oxm-codec.js';
import { OF13 } from './protocol.js';
import {
  readPackedSubfield,
  readSubfield,
  wireWidth,
  writePackedSubfield,
} from './subfield-codec.js';

/** What a piece of `load` sets at most. */
const LOAD_BITS = 64;

export const NICIRA_ROWS: readonly ActionRow[] = [
  row({
    type: 'resubmit',
    nx: 1,
    read: (body) => ({ type: 'resubmit', inPort: ofpPort(body.u16()), table: TABLE_CURRENT }),
    // 3.1 says it with a table, whichever that is.
    write: () => false,
  }),
  row({
    type: 'move',
    nx: 6,
    read: (body) => readMove(body, 0),
    write: (body, move) => writeMove(body, move, 'nxm', 0),
  }),
  row({
    type: 'load',
    nx: 7,
    read: (body) => {
      const place = body.part(6);
      const value = body.u64();
      const destination = readPackedSubfield(place);
      if (destination.width < LOAD_BITS && value >> BigInt(destination.width) !== 0n) {
        throw new OfpError('OFPBAC_BAD_ARGUMENT');
      }
      return { type: 'load', destination, value };
    },
    write: (body, { destination, value }) => writeLoad(body, destination, value),
  }),
  row({
    type: 'set_field',
    nx: 33,
    read: (body) => {
      body.skip(6);
      const { field, hasMask, size } = readOxmHeader(body);
      if (field === undefined || !field.writable) throw new OfpError('OFPBAC_BAD_SET_TYPE');
      if (size !== field.size * (hasMask ? 2 : 1)) throw new OfpError('OFPBAC_BAD_SET_LEN');
      const value = body.bytes(field.size).slice();
      const mask = hasMask ? body.bytes(field.size).slice() : undefined;
      return { type: 'set_field', field, value, mask };
    },
    write: (body, { field, value, mask }) => {
      body.zeros(6);
      writeOxmHeader(body, field, 'nxm', mask !== undefined);
      const size = field.size;
      body.bytes(bigToBytes(bytesToBig(value), size));
      if (mask !== undefined) body.bytes(bigToBytes(bytesToBig(mask), size));
    },
  }),
  row({
    type: 'resubmit',
    nx: 14,
    read: (body) => {
      const inPort = ofpPort(body.u16());
      return { type: 'resubmit', inPort, table: body.u8() };
    },
    write: (body, { inPort, table }) => void body.u16(inPort).u8(table).zeros(3),
  }),
  row({
    type: 'dec_ttl',
    nx: 18,
    read: () => ({ type: 'dec_ttl' }),
    write: (body, { controllerIds }) => {
      if (controllerIds !== undefined) return false;
      body.zeros(6);
      return true;
    },
  }),
  row({
    type: 'dec_ttl',
    nx: 21,
    isOpen: true,
    read: (body) => {
      const count = body.u16();
      body.skip(4);
      if (count === 0 || count * 2 > body.remaining) throw new OfpError('OFPBAC_BAD_ARGUMENT');
      return { type: 'dec_ttl', controllerIds: Array.from({ length: count }, () => body.u16()) };
    },
    write: (body, { controllerIds = [] }) => {
      body.u16(controllerIds.length).zeros(4);
      for (const id of controllerIds) body.u16(id);
    },
  }),
  row({
    type: 'controller',
    nx: 20,
    read: (body) => {
      const maxLength = body.u16();
      const controllerId = body.u16();
      return { type: 'controller', maxLength, controllerId, reason: body.u8() };
    },
    write: (body, action) => {
      const { maxLength, controllerId, reason, userdata, pauses, meterId } = action;
      if (userdata !== undefined || pauses || meterId !== undefined) return false;
      body.u16(maxLength).u16(controllerId).u8(reason).zeros(1);
      return true;
    },
  }),
  row({
    type: 'controller',
    nx: 37,
    isOpen: true,
    read: (body) => readController(body),
    write: (body, action) => void writeController(body, action),
  }),
  row({
    type: 'push_mpls',
    nx: 23,
    read: (body) => ({ type: 'push_mpls', ethType: body.u16() }),
    write: (body, { ethType }) => void body.u16(ethType).zeros(4),
  }),
  row({
    type: 'pop_mpls',
    nx: 24,
    read: (body) => ({ type: 'pop_mpls', ethType: body.u16() }),
    write: (body, { ethType }) => void body.u16(ethType).zeros(4),
  }),
  row({
    type: 'set_mpls_ttl',
    nx: 25,
    read: (body) => ({ type: 'set_mpls_ttl', ttl: body.u8() }),
    write: (body, { ttl }) => void body.u8(ttl).zeros(5),
  }),
  row({
    type: 'dec_mpls_ttl',
    nx: 26,
    read: () => ({ type: 'dec_mpls_ttl' }),
    write: (body) => void body.zeros(6),
  }),
  row({
    type: 'set_mpls_label',
    nx: 30,
    read: (body) => ({ type: 'set_mpls_label', label: skipped(body, 2).u32() }),
    write: (body, { label }) => void body.zeros(2).u32(label),
  }),
  row({
    type: 'set_mpls_tc',
    nx: 31,
    read: (body) => ({ type: 'set_mpls_tc', trafficClass: body.u8() }),
    write: (body, { trafficClass }) => void body.u8(trafficClass).zeros(5),
  }),
  row({
    type: 'dec_nsh_ttl',
    nx: 48,
    since: OF13,
    read: () => ({ type: 'dec_nsh_ttl' }),
    write: (body) => void body.zeros(6),
  }),
  row({
    type: 'group',
    nx: 40,
    read: (body) => ({ type: 'group', group: skipped(body, 2).u32() }),
    write: (body, { group }) => void body.zeros(2).u32(group),
  }),
];

/** The reader, behind some padding. */
function skipped(body: ByteReader, count: number): ByteReader {
  body.skip(count);
  return body;
}

/** Reads a move with `padding` bytes between numbers and fields. */
export function readMove(body: ByteReader, padding: number) {
  const width = body.u16();
  const sourceStart = body.u16();
  const destinationStart = body.u16();
  body.skip(padding);
  const source = readSubfield(body, sourceStart, width);
  return {
    type: 'move',
    source,
    destination: readSubfield(body, destinationStart, width),
  } as const;
}

export function writeMove(
  body: ByteWriter,
  { source, destination }: { readonly source: Subfield; readonly destination: Subfield },
  dialect: OxmDialect,
  padding: number,
): undefined {
  body.u16(wireWidth(source)).u16(source.start).u16(destination.start).zeros(padding);
  writeOxmHeader(body, source.field, dialect, false);
  writeOxmHeader(body, destination.field, dialect, false);
}

function writeLoad(body: ByteWriter, destination: Subfield, value: bigint): boolean {
  if (destination.width > LOAD_BITS) return false;
  writePackedSubfield(body, destination);
  body.u64(value);
  return true;
}
