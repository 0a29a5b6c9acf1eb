/**
 * Properties: parts of a message that say what they are and how long, since OpenFlow 1.4.
 *
 * A property's length counts its header and not its padding. What a message does not know is an
 * error. OpenFlow 1.5, clause 7.2.1; answers to OVS's `lib/ofp-prop.c`.
 */

import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { OfpError } from './ofp-error.js';

const TYPE_EXPERIMENTER = 0xffff;
const HEADER_SIZE = 4;
const ALIGNMENT = 8;

export interface Property {
  readonly type: number;
  /** Of an experimenter's property: whose it is, and which of theirs. */
  readonly experimenter: { readonly vendor: number; readonly type: number } | undefined;
  /** What stands behind the header, without padding. */
  readonly body: ByteReader;
}

/** Reads properties until the reader is at its end. */
export function readProperties(reader: ByteReader): Property[] {
  const properties: Property[] = [];
  while (reader.remaining > 0) properties.push(readProperty(reader));
  return properties;
}

function readProperty(reader: ByteReader): Property {
  if (reader.remaining < HEADER_SIZE) throw new OfpError('OFPBPC_BAD_LEN');
  const type = reader.u16();
  const length = reader.u16();
  const padding = (ALIGNMENT - (length % ALIGNMENT)) % ALIGNMENT;
  if (length < HEADER_SIZE || length - HEADER_SIZE + padding > reader.remaining) {
    throw new OfpError('OFPBPC_BAD_LEN');
  }
  const body = reader.part(length - HEADER_SIZE, 'OFPBPC_BAD_LEN');
  reader.skip(padding);
  if (type !== TYPE_EXPERIMENTER) return { type, experimenter: undefined, body };
  return { type, experimenter: { vendor: body.u32(), type: body.u32() }, body };
}

/** The error for a property that a message does not know. */
export function unknownProperty({ type, experimenter }: Property): OfpError {
  if (experimenter === undefined) return new OfpError('OFPBPC_BAD_TYPE', `property ${type}`);
  return new OfpError('OFPBPC_BAD_EXP_TYPE', `property ${experimenter.type}`);
}

/** Writes a property; `write` writes its body. */
export function writeProperty(
  writer: ByteWriter,
  type: number,
  write: (writer: ByteWriter) => void,
): void {
  const start = writer.size;
  writer.u16(type).u16(0);
  write(writer);
  writer.patchLength(start + 2, start);
  writer.align(start);
}

/** Writes a property of an experimenter's. */
export function writeExperimenterProperty(
  writer: ByteWriter,
  experimenter: { readonly vendor: number; readonly type: number },
  write: (writer: ByteWriter) => void,
): void {
  writeProperty(writer, TYPE_EXPERIMENTER, (body) => {
    body.u32(experimenter.vendor).u32(experimenter.type);
    write(body);
  });
}
