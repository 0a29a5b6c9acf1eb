/**
 * A match in the form of a version: fixed in 1.0 and 1.1, a list of OXM entries since.
 */

import type { Match } from '../ofproto/match.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { readMatch10, readMatch11, writeMatch10, writeMatch11 } from './fixed-match-codec.js';
import { OfpError } from './ofp-error.js';
import { type OxmOptions, readOxmMatch, writeOxmMatch } from './oxm-codec.js';
import { OF10, OF11, type OfpVersion } from './protocol.js';

const TYPE_OXM = 1;

export function readMatch(reader: ByteReader, version: OfpVersion, options?: OxmOptions): Match {
  if (version === OF10) return readMatch10(reader);
  if (version === OF11 && isStandard(reader)) return readMatch11(reader);
  const start = reader.at;
  if (reader.u16() !== TYPE_OXM) throw new OfpError('OFPBMC_BAD_TYPE');
  const length = reader.u16();
  if (length < 4) throw new OfpError('OFPBMC_BAD_LEN');
  const { match } = readOxmMatch(reader.part(length - 4, 'OFPBMC_BAD_LEN'), options);
  reader.align(start, 'OFPBMC_BAD_LEN');
  return match;
}

export function writeMatch(writer: ByteWriter, match: Match, version: OfpVersion): void {
  if (version === OF10) writeMatch10(writer, match);
  else if (version === OF11) writeMatch11(writer, match);
  else writeListedMatch(writer, match, version);
}

/** A match as a list, which 1.1 gets where its own form would lose much: in flow statistics. */
export function writeListedMatch(writer: ByteWriter, match: Match, version: OfpVersion): void {
  const start = writer.size;
  writer.u16(TYPE_OXM).u16(0);
  writeOxmMatch(writer, match, version);
  writer.patchLength(start + 2, start);
  writer.align(start);
}

function isStandard(reader: ByteReader): boolean {
  const [high, low] = reader.peek(2);
  return high !== 0 || low !== TYPE_OXM;
}
