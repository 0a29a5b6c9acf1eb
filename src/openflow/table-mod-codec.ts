/**
 * A change of how a table is set up. OpenFlow 1.1, clause A.3.3 (what becomes of misses); 1.4,
 * clause 7.3.4.3 (eviction and vacancy, which took their place). Answers to
 * `ofputil_decode_table_mod`.
 */

import type { MissTreatment } from '../ofproto/table-misses.js';
import type { VacancyLimits } from '../ofproto/table-vacancies.js';
import type { ByteReader } from './byte-reader.js';
import { TABLE_ALL } from './flow-mod-codec.js';
import { OfpError } from './ofp-error.js';
import { readProperties } from './property-codec.js';
import { OF13, OF14, type OfpVersion } from './protocol.js';
import { TableConfig, TableProperty } from './table-description-codec.js';

const TREATMENTS: readonly MissTreatment[] = ['controller', 'continue', 'drop', 'default'];
const MISS_BITS = 3;
const PERCENT_MAX = 100;

export interface TableMod {
  /** Undefined: all. */
  readonly table: number | undefined;
  readonly treatment: MissTreatment;
  /** Undefined: as before, for the version has no words for it. */
  readonly fullness: TableFullness | undefined;
}

/** What a table does as it gets full. */
export interface TableFullness {
  /** Whether a full table gives up a rule for a new one. */
  readonly evicts: boolean;
  /** When it tells how much room is left; undefined: never. */
  readonly vacancy: VacancyLimits | undefined;
}

export function readTableMod(body: ByteReader, version: OfpVersion): TableMod {
  const table = body.u8();
  body.skip(3);
  const config = body.u32();
  return {
    table: table === TABLE_ALL ? undefined : table,
    treatment: version < OF13 ? (TREATMENTS[config & MISS_BITS] ?? 'default') : 'default',
    fullness: version < OF14 ? undefined : readFullness(body, config),
  };
}

function readFullness(body: ByteReader, config: number): TableFullness {
  // Limits that are not said are 0: such a table tells when it is full, and when it is not.
  let limits: VacancyLimits = { down: 0, up: 0 };
  for (const { type, body: value } of readProperties(body)) {
    if (type === TableProperty.VACANCY) limits = readVacancy(value);
    // What eviction goes by is the switch's to say, whatever is asked for.
    else if (type === TableProperty.EVICTION) value.u32();
    else throw new OfpError('OFPBRC_BAD_TYPE', `property ${type}`);
    value.finish();
  }
  return {
    evicts: (config & TableConfig.EVICTION) !== 0,
    vacancy: (config & TableConfig.VACANCY) === 0 ? undefined : limits,
  };
}

function readVacancy(value: ByteReader): VacancyLimits {
  const down = value.u8();
  const up = value.u8();
  const vacancy = value.u8();
  value.skip(1);
  if (down <= up && up <= PERCENT_MAX && vacancy === 0) return { down, up };
  throw new OfpError('OFPBPC_BAD_VALUE', `vacancy ${vacancy}, limits ${down} and ${up}`);
}
