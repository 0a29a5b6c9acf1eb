/**
 * How a select group chooses, as a property of the group: Netronome's extension of 1.5.
 *
 * Fields that are hashed come as OXM headers, each with a mask where a match has a value. Answers
 * to `parse_group_prop_ntr_selection_method` of OVS's `lib/ofp-group.c`.
 */

import { SELECTION_METHODS, type Selection, type SelectionField } from '../ofproto/group.js';
import { sortFields } from '../ofproto/group-parse.js';
import { bigToBytes, bytesToBig } from '../packet/field-access.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { OfpError } from './ofp-error.js';
import { readFieldValue, readOxmHeader, writeOxmHeader } from './oxm-codec.js';
import { type Property, writeExperimenterProperty } from './property-codec.js';
import type { OfpVersion } from './protocol.js';

const EXPERIMENTER = { vendor: 0x154d, type: 1 } as const;
/** By which the extension was known before; read, not written. */
const VENDOR_OLD = 0x1540;
const METHOD_SIZE = 16;
/** Padding, the method's name and its parameter. */
const BODY_SIZE = 4 + METHOD_SIZE + 8;

export function isSelection({ experimenter }: Property): boolean {
  if (experimenter?.type !== EXPERIMENTER.type) return false;
  return experimenter.vendor === EXPERIMENTER.vendor || experimenter.vendor === VENDOR_OLD;
}

export function readSelection({ body }: Property): Selection {
  if (body.remaining < BODY_SIZE) throw new OfpError('OFPBPC_BAD_LEN');
  body.skip(4);
  const name = body.peek(METHOD_SIZE);
  const method = body.text(METHOD_SIZE);
  const parameter = body.u64();
  if (!name.includes(0) || !SELECTION_METHODS.includes(method)) {
    throw new OfpError('OFPBPC_BAD_VALUE', `selection method "${method}"`);
  }
  if (body.remaining > 0 && method !== 'hash') {
    throw new OfpError('OFPBPC_BAD_VALUE', `${method} has no fields`);
  }
  return { method, parameter, fields: readFields(body) };
}

function readFields(body: ByteReader): readonly SelectionField[] {
  const fields: SelectionField[] = [];
  while (body.remaining > 0) {
    const { field, size } = readOxmHeader(body);
    const entry = body.part(size, 'OFPBMC_BAD_LEN');
    if (field === undefined) throw new OfpError('OFPBMC_BAD_FIELD');
    if (fields.some((one) => one.field === field)) throw new OfpError('OFPBMC_DUP_FIELD');
    const { value } = readFieldValue(entry, field, false);
    const all = (1n << BigInt(field.width)) - 1n;
    if (value === 0n || (field.maskable === 'none' && value !== all)) {
      throw new OfpError('OFPBMC_BAD_MASK', field.name);
    }
    fields.push({ field, mask: bigToBytes(value, field.size) });
  }
  return sortFields(fields);
}

export function writeSelection(
  writer: ByteWriter,
  { method, parameter, fields }: Selection,
  version: OfpVersion,
): void {
  writeExperimenterProperty(writer, EXPERIMENTER, (body) => {
    body.zeros(4).text(method, METHOD_SIZE).u64(parameter);
    for (const { field, mask } of fields) {
      writeOxmHeader(body, field, version, false);
      body.bytes(bigToBytes(bytesToBig(mask), field.size));
    }
  });
}
