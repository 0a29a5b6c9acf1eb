/**
 * Parts of fields in Nicira's actions: a field's header, where the part begins and how wide it is.
 *
 * A field is as wide as on the wire there: 16 bits of an ARP operation, 8 of a type of ICMP.
 */

import type { Subfield } from '../ofproto/ofpact.js';
import type { Field } from '../packet/fields.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { OfpError } from './ofp-error.js';
import { readOxmHeader, wireBits, writeOxmHeader } from './oxm-codec.js';

const VLAN_BITS = 12;
const WIDTH_BITS = 6;
const WIDTH_MASK = (1 << WIDTH_BITS) - 1;

/** The field of a header without a value. */
export function readField(body: ByteReader): Field {
  const { field } = readOxmHeader(body);
  if (field === undefined) throw new OfpError('OFPBAC_BAD_SET_TYPE');
  return field;
}

/** Reads the header of a field of which `width` bits from `start` on are meant. */
export function readSubfield(body: ByteReader, start: number, width: number): Subfield {
  return subfieldOf(readField(body), start, width);
}

/** Throws an `OfpError` where the field is not as wide. */
export function subfieldOf(field: Field, start: number, width: number): Subfield {
  if (width === 0 || start + width > partBits(field)) throw new OfpError('OFPBAC_BAD_SET_LEN');
  if (start === 0 && width === partBits(field)) return { field, start, width: field.width };
  if (start + width > field.width) throw new OfpError('OFPBAC_BAD_SET_LEN');
  return { field, start, width };
}

/** Bits that a part of a field may have: a VLAN's number has 12, without the bit for "a tag". */
function partBits(field: Field): number {
  return field.name === 'vlan_vid' ? VLAN_BITS : wireBits(field);
}

export function wireWidth({ field, start, width }: Subfield): number {
  return start === 0 && width === field.width ? partBits(field) : width;
}

/** The same with start and width in one number, `ofs_nbits`, in front. */
export function readPackedSubfield(body: ByteReader): Subfield {
  const bits = body.u16();
  return readSubfield(body, bits >>> WIDTH_BITS, (bits & WIDTH_MASK) + 1);
}

export function writePackedSubfield(body: ByteWriter, subfield: Subfield): void {
  body.u16((subfield.start << WIDTH_BITS) | (wireWidth(subfield) - 1));
  writeOxmHeader(body, subfield.field, 'nxm', false);
}
