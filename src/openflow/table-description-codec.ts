/**
 * How a table is set up, and the news that it has got fuller or emptier, which says that as well.
 *
 * OpenFlow 1.4, clauses 7.3.5.19 and 7.4.5; answers to `ofputil_append_table_desc` and
 * `ofputil_encode_table_status`.
 */

import type { Ofproto } from '../ofproto/ofproto.js';
import type { VacancyLimits, VacancyNews } from '../ofproto/table-vacancies.js';
import type { ByteWriter } from './byte-writer.js';
import { writeProperty } from './property-codec.js';

/** Bits of a table's configuration, and the properties with more about them. */
export const TableConfig = { EVICTION: 1 << 2, VACANCY: 1 << 3 } as const;
export const TableProperty = { EVICTION: 2, VACANCY: 3 } as const;
/** What eviction goes by: what the switch sees fit, importance, life left. */
const EVICTION_FLAGS = 7;

/** Answers to `enum ofp14_table_reason`. */
export const VACANCY_REASONS: Readonly<Record<VacancyNews['kind'], number>> = { down: 3, up: 4 };

export interface TableDescription {
  readonly table: number;
  readonly evicts: boolean;
  /** Undefined: the table tells nobody how full it is. */
  readonly vacancy: (VacancyLimits & { readonly now: number }) | undefined;
}

export function describeTable({ tables, vacancies }: Ofproto, table: number): TableDescription {
  const { evicts } = tables.limitsOf(table);
  const limits = vacancies.limitsOf(table);
  if (limits === undefined) return { table, evicts, vacancy: undefined };
  return { table, evicts, vacancy: { ...limits, now: vacancies.vacancy(table) } };
}

export function writeTableDescription(writer: ByteWriter, description: TableDescription): void {
  const { table, evicts, vacancy } = description;
  const start = writer.size;
  const eviction = evicts ? TableConfig.EVICTION : 0;
  writer.u16(0).u8(table).zeros(1);
  writer.u32(eviction | (vacancy === undefined ? 0 : TableConfig.VACANCY));
  writeProperty(writer, TableProperty.EVICTION, (body) => body.u32(EVICTION_FLAGS));
  if (vacancy !== undefined) {
    writeProperty(writer, TableProperty.VACANCY, (body) => {
      body.u8(vacancy.down).u8(vacancy.up).u8(vacancy.now).zeros(1);
    });
  }
  writer.patchLength(start, start);
}

export function writeTableStatus(
  writer: ByteWriter,
  kind: VacancyNews['kind'],
  description: TableDescription,
): void {
  writer.u8(VACANCY_REASONS[kind]).zeros(7);
  writeTableDescription(writer, description);
}
