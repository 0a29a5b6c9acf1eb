/**
 * A change of how a table is set up. OpenFlow 1.1, clause A.3.3 (what becomes of misses); 1.4,
 * clause A.3.4.3 (eviction and vacancy, which took their place).
 */

import type { MissTreatment } from '../ofproto/table-misses.js';
import type { ByteReader } from './byte-reader.js';
import { TABLE_ALL } from './flow-mod-codec.js';
import { OF13, OF14, type OfpVersion } from './protocol.js';

const TREATMENTS: readonly MissTreatment[] = ['controller', 'continue', 'drop', 'default'];
const MISS_BITS = 3;
const CONFIG_EVICTION = 1 << 2;
const CONFIG_VACANCY = 1 << 3;

export interface TableMod {
  /** Undefined: all. */
  readonly table: number | undefined;
  readonly treatment: MissTreatment;
  /** Whether a full table gives up a rule for a new one; undefined: as before. */
  readonly evicts: boolean | undefined;
  /** It asks for news of how much room is left. */
  readonly hasVacancy: boolean;
}

export function readTableMod(body: ByteReader, version: OfpVersion): TableMod {
  const table = body.u8();
  body.skip(3);
  const config = body.u32();
  const treatment = version < OF13 ? (TREATMENTS[config & MISS_BITS] ?? 'default') : 'default';
  return {
    table: table === TABLE_ALL ? undefined : table,
    treatment,
    evicts: version >= OF14 ? (config & CONFIG_EVICTION) !== 0 : undefined,
    hasVacancy: version >= OF14 && (config & CONFIG_VACANCY) !== 0,
  };
}
