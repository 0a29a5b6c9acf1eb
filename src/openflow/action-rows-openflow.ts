/**
 * The rows of OpenFlow's own actions.
 *
 * Source: OpenFlow 1.0, clause 5.2.4; 1.1 and later, clause "Action Structures" (A.2.5, 7.2.5).
 */

import type { Ofpact } from '../ofproto/ofpact.js';
import { bigToBytes } from '../packet/field-access.js';
import { type Field, fieldOf } from '../packet/fields.js';
import { isMplsType, isVlanType } from '../packet/protocol.js';
import { type ActionRow, row, since } from './action-row.js';
import { readMove, writeMove } from './action-rows-nicira.js';
import type { ByteReader } from './byte-reader.js';
import { OfpError } from './ofp-error.js';
import { readFieldValue, readOxmHeader, writeOxmHeader } from './oxm-codec.js';
import { readPort, writePort } from './port-number.js';
import { OF10, OF12, OF15 } from './protocol.js';

function ethernet(type: 'mod_dl_src' | 'mod_dl_dst', of: ActionRow['of'] & {}): ActionRow {
  return row({
    type,
    of,
    read: (body) => ({ type, address: body.bytes(6).slice() }),
    write: (body, { address }) => void body.bytes(address).zeros(6),
  });
}

function ipv4(type: 'mod_nw_src' | 'mod_nw_dst', of: ActionRow['of'] & {}): ActionRow {
  return row({
    type,
    of,
    read: (body) => ({ type, address: body.u32() }),
    write: (body, { address }) => void body.u32(address),
  });
}

function byte(
  type: 'mod_nw_tos' | 'mod_nw_ecn' | 'mod_nw_ttl',
  of: ActionRow['of'] & {},
): ActionRow {
  return row({
    type,
    of,
    read: (body) => ({ type, value: body.u8() }),
    write: (body, { value }) => void body.u8(value).zeros(3),
  });
}

function port(type: 'mod_tp_src' | 'mod_tp_dst', of: ActionRow['of'] & {}): ActionRow {
  return row({
    type,
    of,
    read: (body) => ({ type, port: body.u16() }),
    write: (body, action) => void body.u16(action.port).zeros(2),
  });
}

export const OPENFLOW_ROWS: readonly ActionRow[] = [
  row({
    type: 'output',
    of: [0, 0, 0, 0, 0, 0],
    read: (body, { version }) => {
      const number = readPort(body, version);
      return { type: 'output', port: number, maxLength: body.u16() };
    },
    write: (body, action, { version }) => {
      writePort(body, version, action.port);
      body.u16(action.maxLength);
      if (version !== OF10) body.zeros(6);
    },
  }),
  row({
    type: 'mod_vlan_vid',
    of: [1, 1, -1, -1, -1, -1],
    read: (body) => ({ type: 'mod_vlan_vid', vid: upTo(body.u16(), 0xfff) }),
    write: (body, { vid }) => void body.u16(vid).zeros(2),
  }),
  row({
    type: 'mod_vlan_pcp',
    of: [2, 2, -1, -1, -1, -1],
    read: (body) => ({ type: 'mod_vlan_pcp', pcp: upTo(body.u8(), 7) }),
    write: (body, { pcp }) => void body.u8(pcp).zeros(3),
  }),
  row({
    type: 'strip_vlan',
    of: [3, 18, 18, 18, 18, 18],
    read: (_, { version }) => ({ type: 'strip_vlan', isPop: version !== OF10 }),
    write: (body) => void body.zeros(4),
  }),
  ethernet('mod_dl_src', [4, 3, -1, -1, -1, -1]),
  ethernet('mod_dl_dst', [5, 4, -1, -1, -1, -1]),
  ipv4('mod_nw_src', [6, 5, -1, -1, -1, -1]),
  ipv4('mod_nw_dst', [7, 6, -1, -1, -1, -1]),
  byte('mod_nw_tos', [8, 7, -1, -1, -1, -1]),
  byte('mod_nw_ecn', [-1, 8, -1, -1, -1, -1]),
  port('mod_tp_src', [9, 9, -1, -1, -1, -1]),
  port('mod_tp_dst', [10, 10, -1, -1, -1, -1]),
  row({
    type: 'push_vlan',
    of: since(2, 17),
    read: (body) => ({ type: 'push_vlan', ethType: typeThat(isVlanType, body) }),
    write: (body, { ethType }) => void body.u16(ethType).zeros(2),
  }),
  row({
    type: 'set_queue',
    of: since(2, 21),
    read: (body) => ({ type: 'set_queue', queue: body.u32() }),
    write: (body, { queue }) => void body.u32(queue),
  }),
  row({
    type: 'enqueue',
    of: [11, -1, -1, -1, -1, -1],
    read: (body, { version }) => {
      const to = readPort(body, version);
      body.skip(6);
      return { type: 'enqueue', port: to, queue: body.u32() };
    },
    write: (body, action, { version }) => {
      writePort(body, version, action.port);
      body.zeros(6).u32(action.queue);
    },
  }),
  row({
    type: 'group',
    of: since(2, 22),
    read: (body) => ({ type: 'group', group: body.u32() }),
    write: (body, { group }) => void body.u32(group),
  }),
  row({
    type: 'meter',
    of: since(OF15, 29),
    read: (body) => ({ type: 'meter', meter: body.u32() }),
    write: (body, { meter }) => void body.u32(meter),
  }),
  row({
    type: 'set_mpls_label',
    of: [-1, 13, -1, -1, -1, -1],
    read: (body) => ({ type: 'set_mpls_label', label: body.u32() }),
    write: (body, { label }) => void body.u32(label),
  }),
  row({
    type: 'set_mpls_tc',
    of: [-1, 14, -1, -1, -1, -1],
    read: (body) => ({ type: 'set_mpls_tc', trafficClass: body.u8() }),
    write: (body, { trafficClass }) => void body.u8(trafficClass).zeros(3),
  }),
  row({
    type: 'set_mpls_ttl',
    of: since(2, 15),
    read: (body) => ({ type: 'set_mpls_ttl', ttl: body.u8() }),
    write: (body, { ttl }) => void body.u8(ttl).zeros(3),
  }),
  row({
    type: 'dec_mpls_ttl',
    of: since(2, 16),
    read: () => ({ type: 'dec_mpls_ttl' }),
    write: (body) => void body.zeros(4),
  }),
  row({
    type: 'push_mpls',
    of: since(2, 19),
    read: (body) => ({ type: 'push_mpls', ethType: typeThat(isMplsType, body) }),
    write: (body, { ethType }) => void body.u16(ethType).zeros(2),
  }),
  row({
    type: 'pop_mpls',
    of: since(2, 20),
    read: (body) => ({ type: 'pop_mpls', ethType: body.u16() }),
    write: (body, { ethType }) => void body.u16(ethType).zeros(2),
  }),
  byte('mod_nw_ttl', since(2, 23)),
  row({
    type: 'dec_ttl',
    of: since(2, 24),
    read: () => ({ type: 'dec_ttl' }),
    write: (body, { controllerIds }) => {
      if (controllerIds !== undefined) return false;
      body.zeros(4);
      return true;
    },
  }),
  row({
    type: 'move',
    of: since(OF15, 28),
    read: (body) => readMove(body, 2),
    write: (body, move, { version }) => writeMove(body, move, version, 2),
  }),
  row({
    type: 'set_field',
    of: since(OF12, 25),
    read: (body, { version }) => readSetField(body, version === OF15),
    write: (body, action, { version }) => {
      const { field, value, mask } = action;
      if (mask !== undefined && version !== OF15) return false;
      writeOxmHeader(body, field, version, mask !== undefined);
      body.bytes(bigEndian(value, field.size));
      if (mask !== undefined) body.bytes(bigEndian(mask, field.size));
      return true;
    },
  }),
];

/** The entry of a set_field; a mask only where the version allows one. */
export function readSetField(body: ByteReader, mayHaveMask: boolean): Ofpact {
  const { field, hasMask, size } = readOxmHeader(body);
  const isWhole = size <= body.remaining;
  // What stands behind the header is known to be this action's, whatever is wrong with it.
  const entry = body.part(body.remaining).part(isWhole ? size : 0);
  if (field === undefined || size !== field.size * (hasMask ? 2 : 1) || !isWhole) {
    throw new OfpError('OFPBAC_BAD_SET_LEN');
  }
  if (hasMask && !mayHaveMask) throw new OfpError('OFPBAC_BAD_SET_MASK', field.name);
  if (!field.writable) throw new OfpError('OFPBAC_BAD_SET_ARGUMENT', field.name);
  const { value, mask } = readSetValue(entry, field, hasMask);
  return {
    type: 'set_field',
    field: settable(field),
    value: bigToBytes(value, field.size),
    mask: hasMask ? bigToBytes(mask, field.size) : undefined,
  };
}

/** A value that a match could not have cannot be set either. */
function readSetValue(entry: ByteReader, field: Field, hasMask: boolean) {
  try {
    return readFieldValue(entry, field, hasMask);
  } catch (error) {
    if (!(error instanceof OfpError)) throw error;
    if (error.error === 'OFPBMC_BAD_WILDCARDS') throw error;
    const isOfMask = error.error === 'OFPBMC_BAD_MASK';
    throw new OfpError(isOfMask ? 'OFPBAC_BAD_SET_MASK' : 'OFPBAC_BAD_SET_ARGUMENT', field.name);
  }
}

/** OXM's in_port is set as the 16 bits that a flow has. */
function settable(field: Field): Field {
  return field.name === 'in_port_oxm' ? fieldOf('in_port') : field;
}

function bigEndian(bytes: Uint8Array, size: number): Uint8Array {
  if (bytes.length === size) return bytes;
  const out = new Uint8Array(size);
  out.set(bytes.subarray(Math.max(0, bytes.length - size)), Math.max(0, size - bytes.length));
  return out;
}

function upTo(value: number, max: number): number {
  if (value > max) throw new OfpError('OFPBAC_BAD_ARGUMENT');
  return value;
}

function typeThat(isGood: (ethType: number) => boolean, body: ByteReader): number {
  const ethType = body.u16();
  if (!isGood(ethType)) throw new OfpError('OFPBAC_BAD_ARGUMENT');
  return ethType;
}
