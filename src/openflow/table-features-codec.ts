/**
 * What each table can do, since OpenFlow 1.3: instructions, actions, fields.
 *
 * All tables can do the same, but for the last, from which no packet can go on. The lists come from
 * the tables that the codec is driven by. OpenFlow 1.5, clause 7.3.5.18; answers to
 * `ofputil_append_table_features`.
 */

import { TABLE_MAX } from '../ofproto/ofpact.js';
import { FIELDS } from '../packet/fields.js';
import { actionNumbers } from './action-codec.js';
import type { ByteWriter } from './byte-writer.js';
import { instructionsOf } from './instruction-codec.js';
import { headerFor, writeOxmHeader } from './oxm-codec.js';
import type { OfpVersion } from './protocol.js';

/** Properties; what is said of packets that a rule matches is said of misses as well, one up. */
const Property = {
  INSTRUCTIONS: 0,
  NEXT_TABLES: 2,
  WRITE_ACTIONS: 4,
  APPLY_ACTIONS: 6,
  MATCH: 8,
  WILDCARDS: 10,
  WRITE_SETFIELD: 12,
  APPLY_SETFIELD: 14,
} as const;
const MISS = 1;
const NAME_SIZE = 32;
const METADATA_ALL = 0xffff_ffff_ffff_ffffn;

/** A table, and how many rules it holds. */
export interface TablePlace {
  readonly table: number;
  readonly rulesMax: number;
}

export function writeTableFeatures(
  writer: ByteWriter,
  { table, rulesMax }: TablePlace,
  version: OfpVersion,
): void {
  const start = writer.size;
  writer.u16(0).u8(table).zeros(5).zeros(NAME_SIZE);
  writer.u64(METADATA_ALL).u64(METADATA_ALL).u32(0).u32(rulesMax);
  for (const side of [0, MISS]) {
    writeInstructions(
      writer,
      Property.INSTRUCTIONS + side,
      instructionsOf(version, table === TABLE_MAX),
    );
    writeNextTables(writer, Property.NEXT_TABLES + side, table);
    writeActions(writer, Property.WRITE_ACTIONS + side, version);
    writeFields(writer, Property.WRITE_SETFIELD + side, 'writable', version);
    writeActions(writer, Property.APPLY_ACTIONS + side, version);
    writeFields(writer, Property.APPLY_SETFIELD + side, 'writable', version);
  }
  writeFields(writer, Property.MATCH, 'maskable', version);
  writeFields(writer, Property.WILDCARDS, 'all', version);
  writer.patchLength(start, start);
}

function property(writer: ByteWriter, type: number, write: () => void): void {
  const start = writer.size;
  writer.u16(type).u16(0);
  write();
  writer.patchLength(start + 2, start);
  writer.align(start);
}

function writeInstructions(writer: ByteWriter, type: number, numbers: readonly number[]): void {
  property(writer, type, () => {
    for (const number of numbers) writer.u16(number).u16(4);
  });
}

function writeNextTables(writer: ByteWriter, type: number, table: number): void {
  property(writer, type, () => {
    for (let next = table + 1; next <= TABLE_MAX; next++) writer.u8(next);
  });
}

function writeActions(writer: ByteWriter, type: number, version: OfpVersion): void {
  property(writer, type, () => {
    for (const number of actionNumbers(version)) writer.u16(number).u16(4);
  });
}

/** `maskable`: all fields, those with a mask that can have one. */
function writeFields(
  writer: ByteWriter,
  type: number,
  which: 'writable' | 'maskable' | 'all',
  version: OfpVersion,
): void {
  property(writer, type, () => {
    for (const field of FIELDS) {
      if (headerFor(field, version) === undefined) continue;
      if (which === 'writable' && !field.writable) continue;
      writeOxmHeader(writer, field, version, which === 'maskable' && field.maskable !== 'none');
    }
  });
}
