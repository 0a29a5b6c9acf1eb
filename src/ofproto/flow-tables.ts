/**
 * The flow tables of one bridge. (Signatures first; see the classifier for the rest.)
 */

import { type Observable, Subject } from 'rxjs';
import type { Instant } from '../base/brands.js';
import type { Clock } from '../base/clock.js';
import type { Coverage } from '../base/coverage.js';
import type { Flow, FlowMask } from '../packet/flow.js';
import type { Ofpacts } from './ofpact.js';
import type { FlowCriteria, FlowSpec, RemovalReason, Rule } from './rule.js';

/** Tables 0 to 253 are the user's, 254 is internal. Answers to `OFPP_MAX_TABLES`. */
export const TABLES_COUNT = 255;

export interface RuleRemoval {
  readonly rule: Rule;
  readonly reason: RemovalReason;
}

export interface FlowTablesOptions {
  readonly clock: Pick<Clock, 'now'>;
  readonly coverage: Coverage;
  /** Rules that one table holds at most. */
  readonly rulesMax?: number;
}

export class FlowTables {
  readonly #changes = new Subject<void>();
  readonly #removals = new Subject<RuleRemoval>();
  /** Emits after every change of the version. */
  readonly changes: Observable<void> = this.#changes.asObservable();
  /** What went, and why. */
  readonly removals: Observable<RuleRemoval> = this.#removals.asObservable();
  /** Packets that hit and missed each table, as translations credit them. */
  readonly matched = new Float64Array(TABLES_COUNT);
  readonly missed = new Float64Array(TABLES_COUNT);
  /** Hidden: what a packet meets that no rule of its table matches (drop, without a controller). */
  declare readonly missRule: Rule;

  constructor(_options: FlowTablesOptions) {}

  /** The newest version; what a translation reads from its first lookup to its last. */
  get version(): number {
    return 1;
  }

  /** Keeps every version from now on readable until `unpin`; returns the newest one. */
  pin(): number {
    return this.version;
  }

  unpin(): void {}

  /**
   * The rule of `table` that `flow` meets in `version`, adding to `wc` the bits that decided it; the
   * hidden `missRule` where none matches. Ports of fragments read as 0, as OVS has it.
   */
  lookup(_table: number, _version: number, _flow: Flow, _wc: FlowMask | undefined): Rule {
    throw new Error('unfinished');
  }

  /** Adds a flow; one with the same table, priority and match is replaced. */
  add(_spec: FlowSpec): Rule {
    throw new Error('unfinished');
  }

  /** Gives matching rules other actions (and cookie); how many. */
  modify(
    _criteria: FlowCriteria,
    _change: { readonly actions: Ofpacts; readonly cookie?: bigint },
  ): number {
    throw new Error('unfinished');
  }

  /** Deletes matching rules; how many. */
  delete(_criteria: FlowCriteria): number {
    throw new Error('unfinished');
  }

  /** Deletes the rules whose time is up; call it after a change of `dump_seq`, and only then. */
  expire(): number {
    throw new Error('unfinished');
  }

  /** The earliest moment at which `expire` could find something; undefined: never. */
  nextDeadline(): Instant | undefined {
    throw new Error('unfinished');
  }

  /** The visible rules, by table, then from the highest priority down, then in order of arrival. */
  rules(): Rule[] {
    throw new Error('unfinished');
  }
}
