/**
 * How many rules each table has, how many it may have, and what it does when it is full.
 *
 * Answers to `max_flows` and `eviction` of OVS's `struct oftable`.
 *
 * Owner: `FlowTables`. Hot path. Bench: `bench/classifier.ts`.
 */

import { FlowTableError } from './flow-table-error.js';
import type { Rule } from './rule.js';

/**
 * Rules that a table holds unless the bridge says otherwise: OVS sets no limit (`flow_limit`); this
 * one is about 1 GB of rules, where a mistake in a script is likelier than a purpose.
 */
export const TABLE_RULES_MAX = 1_000_000;

/** What a table does when it is full. */
export interface TableLimits {
  /** Rules that it holds at most. */
  readonly rulesMax: number;
  /** Whether it gives up a rule for a new one: the least important one, the soonest to expire. */
  readonly evicts: boolean;
}

export class TableRoom {
  /** Live rules of each table. */
  readonly #counts: Uint32Array;
  readonly #limits: TableLimits[];

  constructor(tablesCount: number, rulesMax: number = TABLE_RULES_MAX) {
    this.#counts = new Uint32Array(tablesCount);
    this.#limits = Array.from({ length: tablesCount }, () => ({ rulesMax, evicts: false }));
  }

  /** Rules of one table or of all. */
  count(table: number | undefined): number {
    if (table !== undefined) return this.#counts[table] ?? 0;
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  limitsOf(table: number): TableLimits {
    return this.#limits[table]!;
  }

  /** Rules beyond a new limit stay. */
  limit(table: number, limits: Partial<TableLimits>): void {
    this.#limits[table] = { ...this.limitsOf(table), ...limits };
  }

  /** Whether `table` may have one more rule. */
  isThere(table: number): boolean {
    return this.#counts[table]! < this.#limits[table]!.rulesMax;
  }

  /** Hidden rules take no room. */
  take({ table, isHidden }: Rule): void {
    if (!isHidden) this.#counts[table]!++;
  }

  leave({ table, isHidden }: Rule): void {
    if (!isHidden) this.#counts[table]!--;
  }

  /** What to throw where there is no room. */
  full(table: number): FlowTableError {
    const { rulesMax } = this.limitsOf(table);
    return new FlowTableError(
      'table full',
      `Cannot add flow to table ${table}: it is full at ${rulesMax} flows; delete some first`,
    );
  }
}
