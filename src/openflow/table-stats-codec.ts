/**
 * Statistics of tables. Until 1.2 they say what a table can do as well; since 1.3 that is a message
 * of its own (`table-features-codec.ts`).
 *
 * OpenFlow 1.0 clause 5.3.5, 1.1 and 1.2 clause A.3.6.3, 1.3 clause A.3.5.4. Answers to
 * `ofputil_append_table_stats_reply`.
 */

import type { ByteWriter } from './byte-writer.js';
import { OF10, OF11, OF12, type OfpVersion } from './protocol.js';

export interface TableStats {
  readonly table: number;
  readonly active: number;
  readonly lookups: bigint;
  readonly matched: bigint;
}

/** OVS has no names for tables but these. */
export function tableName(table: number): string {
  return table === 0 ? 'classifier' : `table${table}`;
}

const ENTRIES_MAX = 1_000_000;
/** Fields of 1.0's match that may be left open: all of them. */
const WILDCARDS_10 = 0x003f_ffff;
/** Of 1.1's fields, instructions and actions: all that there are. */
const WILDCARDS_11 = 0x3ff;
const INSTRUCTIONS = 0x3f;
const ACTIONS_11 = 0x01ff_ffff;
/** OXM fields 0 to 39, all of 1.2's. */
const FIELDS_12 = 0xff_ffff_ffffn;
const METADATA_ALL = 0xffff_ffff_ffff_ffffn;
const NAME_SIZE = 32;

export function writeTableStats(writer: ByteWriter, stats: TableStats, version: OfpVersion): void {
  writer.u8(stats.table);
  if (version === OF10) {
    writer.zeros(3).text(tableName(stats.table), NAME_SIZE).u32(WILDCARDS_10).u32(ENTRIES_MAX);
  } else if (version === OF11) {
    writer.zeros(7).text(tableName(stats.table), NAME_SIZE).u32(WILDCARDS_11).u32(WILDCARDS_11);
    writer.u32(INSTRUCTIONS).u32(ACTIONS_11).u32(ACTIONS_11).u32(0).u32(ENTRIES_MAX);
  } else if (version === OF12) {
    writer.zeros(7).text(tableName(stats.table), NAME_SIZE).u64(FIELDS_12).u64(FIELDS_12);
    writer.u32(ACTIONS_11).u32(ACTIONS_11).u64(FIELDS_12).u64(FIELDS_12);
    writer.u64(METADATA_ALL).u64(METADATA_ALL).u32(INSTRUCTIONS).u32(0).u32(ENTRIES_MAX);
  } else {
    writer.zeros(3);
  }
  writer.u32(stats.active).u64(stats.lookups).u64(stats.matched);
}
