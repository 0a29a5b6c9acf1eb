/**
 * How much room tables have left, in percent, and who is to hear of it: a table that is watched
 * tells when its vacancy falls below one limit, and then not before it has risen above another, so
 * that a table on the edge does not chatter.
 *
 * OpenFlow 1.4, clause 5.1; answers to `vacancy_event` of OVS's `struct oftable`.
 *
 * Owner: the bridge. It watches the tables; who wants to hear of vacancies watches `news`.
 */

import { type Observable, Subject } from 'rxjs';
import type { FlowTables } from './flow-tables.js';

/** In percent; `down` is not above `up`. */
export interface VacancyLimits {
  readonly down: number;
  readonly up: number;
}

/** A table has less room than `down`, or more than `up` again. */
export interface VacancyNews {
  readonly table: number;
  readonly kind: 'down' | 'up';
}

interface Watched extends VacancyLimits {
  /** What it tells next. */
  awaited: 'down' | 'up';
}

export class TableVacancies {
  readonly #tables: FlowTables;
  readonly #watched = new Map<number, Watched>();
  readonly #news = new Subject<VacancyNews>();
  readonly news: Observable<VacancyNews> = this.#news.asObservable();

  constructor(tables: FlowTables) {
    this.#tables = tables;
    tables.changes.subscribe(() => this.#look());
  }

  /** Table-mod: watches `table` from now on, or no more. What it tells next stays as it was. */
  configure(table: number, limits: VacancyLimits | undefined): void {
    if (limits === undefined) {
      this.#watched.delete(table);
      return;
    }
    const awaited = this.vacancy(table) < limits.up ? 'up' : 'down';
    this.#watched.set(table, { awaited: this.#watched.get(table)?.awaited ?? awaited, ...limits });
  }

  /** Undefined: the table is not watched. */
  limitsOf(table: number): VacancyLimits | undefined {
    return this.#watched.get(table);
  }

  /** Percent of the rules that `table` may have which it has not, rounded down. */
  vacancy(table: number): number {
    const { rulesMax } = this.#tables.limitsOf(table);
    if (rulesMax === 0) return 100;
    const left = Math.max(0, rulesMax - this.#tables.count(table));
    return Math.floor((left * 100) / rulesMax);
  }

  #look(): void {
    for (const [table, watched] of this.#watched) {
      const vacancy = this.vacancy(table);
      const kind = watched.awaited;
      if (kind === 'down' ? vacancy >= watched.down : vacancy <= watched.up) continue;
      watched.awaited = kind === 'down' ? 'up' : 'down';
      this.#news.next({ table, kind });
    }
  }
}
