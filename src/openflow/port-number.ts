/**
 * Port numbers on the wire: 16 bits in OpenFlow 1.0, 32 bits since.
 *
 * Reserved ports are 0xff00 and above in 16 bits, 0xffffff00 and above in 32; in between is nothing
 * that a switch could have. Answers to `ofputil_port_from_ofp11` and `ofputil_port_to_ofp11`.
 */

import { type OfpPort, ofpPort } from '../base/brands.js';
import { OFPP_MAX } from '../packet/ofp-port-text.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { OfpError, type OfpErrorName } from './ofp-error.js';
import { OF10, type OfpVersion } from './protocol.js';

const RESERVED_HIGH = 0xffff_0000;
const RESERVED_FIRST = RESERVED_HIGH + OFPP_MAX;

/** Throws `error` for a number that no port can have. */
export function portFromWide(number: number, error: OfpErrorName = 'OFPBAC_BAD_OUT_PORT'): OfpPort {
  if (number < OFPP_MAX) return ofpPort(number);
  if (number >= RESERVED_FIRST) return ofpPort(number - RESERVED_HIGH);
  throw new OfpError(error, `port ${number}`);
}

export function portToWide(port: number): number {
  return port < OFPP_MAX ? port : port + RESERVED_HIGH;
}

/** Reads a port in the version's width. */
export function readPort(reader: ByteReader, version: OfpVersion, error?: OfpErrorName): OfpPort {
  return version === OF10 ? ofpPort(reader.u16()) : portFromWide(reader.u32(), error);
}

export function writePort(writer: ByteWriter, version: OfpVersion, port: number): void {
  if (version === OF10) writer.u16(port);
  else writer.u32(portToWide(port));
}
