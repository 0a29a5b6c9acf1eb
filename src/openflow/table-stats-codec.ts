/**
 * Statistics of tables. Until 1.2 they say what a table can do as well; since 1.3 that is a message
 * of its own (`table-features-codec.ts`).
 *
 * OpenFlow 1.0 clause 5.3.5, 1.1 and 1.2 clause A.3.6.3, 1.3 clause A.3.5.4. Answers to
 * `ofputil_append_table_stats_reply`.
 */

import { TABLE_MAX } from '../ofproto/ofpact.js';
import type { MissTreatment } from '../ofproto/table-misses.js';
import { actionNumbers } from './action-codec.js';
import type { ByteWriter } from './byte-writer.js';
import { instructionsOf } from './instruction-codec.js';
import { OF10, OF11, OF12, type OfpVersion } from './protocol.js';

/** What a table does with misses, in 1.1 and 1.2: 3.1 numbers it in 1.1 as nobody else does. */
const TREATMENTS_11 = { default: 0, controller: 1, continue: 2, drop: 3 } as const;
const TREATMENTS_12 = { default: 0, controller: 0, continue: 1, drop: 2 } as const;

export interface TableStats {
  readonly table: number;
  /** Rules that it holds at most. */
  readonly rulesMax: number;
  readonly active: number;
  readonly lookups: bigint;
  readonly matched: bigint;
  readonly misses: MissTreatment;
}

/** Fields of 1.0's match that may be left open: all of them. */
const WILDCARDS_10 = 0x003f_ffff;
/** Of 1.1's match: all but its type. */
const FIELDS_11 = 0xfbff;
/** OXM fields by their numbers, as 3.1 names them: 1.2's but the logical ports, and packet_type. */
const FIELDS_12 = 0x101f_ffff_fffdn;
/** Those of them that an action can set. */
const WRITABLE_12 = 0xf_ffff_fbddn;
const METADATA_ALL = 0xffff_ffff_ffff_ffffn;
/** OVS has no names for tables unless somebody gives them. */
const NAME_SIZE = 32;

export function writeTableStats(writer: ByteWriter, stats: TableStats, version: OfpVersion): void {
  const actions = bitsOf(actionNumbers(version));
  const instructions = bitsOf(instructionsOf(version, stats.table === TABLE_MAX));
  const config = (version === OF11 ? TREATMENTS_11 : TREATMENTS_12)[stats.misses];
  writer.u8(stats.table);
  if (version === OF10) {
    writer
      .zeros(3 + NAME_SIZE)
      .u32(WILDCARDS_10)
      .u32(stats.rulesMax);
  } else if (version === OF11) {
    writer
      .zeros(7 + NAME_SIZE)
      .u32(FIELDS_11)
      .u32(FIELDS_11);
    writer.u32(instructions).u32(actions).u32(actions).u32(config).u32(stats.rulesMax);
  } else if (version === OF12) {
    writer
      .zeros(7 + NAME_SIZE)
      .u64(FIELDS_12)
      .u64(FIELDS_12);
    writer.u32(actions).u32(actions).u64(WRITABLE_12).u64(WRITABLE_12);
    writer.u64(METADATA_ALL).u64(METADATA_ALL).u32(instructions).u32(config).u32(stats.rulesMax);
  } else {
    writer.zeros(3);
  }
  writer.u32(stats.active).u64(stats.lookups).u64(stats.matched);
}

function bitsOf(numbers: readonly number[]): number {
  return numbers.reduce((bits, number) => bits | (1 << number), 0) >>> 0;
}
