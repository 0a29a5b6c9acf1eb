/**
 * The flow tables of one bridge: rules by table and priority, in versions.
 *
 * Every change makes a new version; a rule is visible from the version that added it to the one
 * that removed it. A translation reads one version from its first lookup to its last: it `pin`s,
 * and rules that are removed meanwhile stay readable until `unpin`. Changes that belong together
 * are one version, and all of them or none (`transact`). Rules expire only when `expire` is called,
 * which is after a change of `dump_seq`, when all hits have been credited. Answers to the flow-mod
 * part of OVS's `ofproto/ofproto.c` and to `rule_expire` of `ofproto-dpif.c`.
 *
 * Owner: the bridge. Hot path. Bench: `bench/classifier.ts`.
 */

import { type Observable, Subject } from 'rxjs';
import type { Instant } from '../base/brands.js';
import type { Clock } from '../base/clock.js';
import type { Coverage } from '../base/coverage.js';
import type { Flow, FlowMask } from '../packet/flow.js';
import { FRAG_ANY, NW_PROTO, TP } from '../packet/flow-layout.js';
import { Classifier } from './classifier.js';
import { FlowJournal } from './flow-journal.js';
import { noSuchTable, overlapOf } from './flow-table-error.js';
import { LearnedCookies } from './learned-cookies.js';
import { CATCH_ALL, type Match } from './match.js';
import { type Ofpacts, TABLE_MAX } from './ofpact.js';
import {
  createControllerMissRule,
  createMissRule,
  type FlowChange,
  type FlowCriteria,
  type FlowSpec,
  type RemovalReason,
  Rule,
  type RuleChange,
  RuleFlag,
  type RuleRemoval,
  VERSION_NEVER,
} from './rule.js';
import { byPlace, meets } from './rule-criteria.js';
import { RuleExpiry } from './rule-expiry.js';
import { type TableLimits, TableRoom } from './table-room.js';

/** 0 to 253 are the user's; 254 is internal; 255 means "all", and `goto_table` finds it empty. */
export const TABLES_COUNT = 255;
export interface FlowTablesOptions {
  readonly clock: Pick<Clock, 'now'>;
  readonly coverage: Coverage;
  /** Rules that one table holds at most; further ones are refused. */
  readonly rulesMax?: number;
  /** Throws where a rule's actions name what does not exist. */
  readonly checkActions?: (actions: Ofpacts) => void;
}

const COOKIE_ALL = 0xffff_ffff_ffff_ffffn;

export class FlowTables {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #coverage: Coverage;
  readonly #checkActions: (actions: Ofpacts) => void;
  readonly #classifiers: readonly Classifier[];
  readonly #expiry = new RuleExpiry();
  readonly #learned = new LearnedCookies();
  readonly #room: TableRoom;
  /** Removed rules that a pinned version may still have. */
  #removed: Rule[] = [];
  /** Of the change that is being made. */
  #journal: FlowJournal | undefined;
  #version = 1;
  #pins = 0;
  readonly #changes = new Subject<void>();
  readonly #ruleChanges = new Subject<readonly RuleChange[]>();
  readonly #removals = new Subject<RuleRemoval>();

  /** Emits after every change of the version. */
  readonly changes: Observable<void> = this.#changes.asObservable();
  /** What became of each rule, in order; one emission a version, once it is there. */
  readonly ruleChanges: Observable<readonly RuleChange[]> = this.#ruleChanges.asObservable();
  /** Rules that were deleted or expired; replaced ones are not among them. */
  readonly removals: Observable<RuleRemoval> = this.#removals.asObservable();
  /** Packets that each table matched and missed, as translations credit them. */
  readonly matched = new Float64Array(TABLES_COUNT);
  readonly missed = new Float64Array(TABLES_COUNT);
  /** Fragment mode "nx-match". */
  seesFragmentPorts = false;
  /** Hidden: what a packet meets that no rule matches; it is dropped, or a controller told. */
  readonly missRule: Rule;
  readonly controllerMissRule: Rule;

  constructor(options: FlowTablesOptions) {
    this.#clock = options.clock;
    this.#coverage = options.coverage;
    this.#room = new TableRoom(TABLES_COUNT, options.rulesMax);
    this.#checkActions = options.checkActions ?? (() => {});
    this.#classifiers = Array.from({ length: TABLES_COUNT + 1 }, () => new Classifier());
    const made = { now: options.clock.now(), version: this.#version };
    this.missRule = createMissRule(made);
    this.controllerMissRule = createControllerMissRule(made);
  }

  /** What `table` does when it is full. */
  limitsOf(table: number): TableLimits {
    this.#userTable(table);
    return this.#room.limitsOf(table);
  }

  /** Table-mod: rules beyond a new limit stay. */
  limit(table: number, limits: Partial<TableLimits>): void {
    this.#userTable(table);
    this.#room.limit(table, limits);
  }

  /** The newest version. */
  get version(): number {
    return this.#version;
  }

  /** Visible rules, in one table or in all. */
  count(table?: number): number {
    return this.#room.count(table);
  }

  /** Keeps the newest version readable until `unpin`, and returns it. Pins nest. */
  pin(): number {
    this.#pins++;
    return this.#version;
  }

  unpin(): void {
    this.#pins--;
    if (this.#pins === 0 && this.#removed.length > 0) this.#dropRemoved();
  }

  /**
   * The rule of `table` that `flow` meets in `version`, adding to `wc` the bits that decided it;
   * the hidden `missRule` where none matches. Ports of fragments read as 0: OpenFlow's "normal".
   */
  lookup(table: number, version: number, flow: Flow, wc: FlowMask | undefined): Rule {
    const classifier = this.#classifiers[table]!;
    if (this.seesFragmentPorts || ((flow[NW_PROTO]! >>> 24) & FRAG_ANY) === 0) {
      return classifier.lookup(flow, version, wc) ?? this.missRule;
    }
    const ports = flow[TP]!;
    flow[TP] = 0;
    const rule = classifier.lookup(flow, version, wc) ?? this.missRule;
    flow[TP] = ports;
    return rule;
  }

  /**
   * Makes one version of all that `task` adds, modifies and deletes; nobody else hears of it before
   * the end. If `task` throws, the tables are as before. Inside of another change it is part of
   * that.
   */
  transact<Result>(task: () => Result): Result {
    if (this.#journal !== undefined) return task();
    const journal = new FlowJournal();
    this.#journal = journal;
    try {
      const result = task();
      this.#forget();
      this.#journal = undefined;
      this.#publish(journal);
      return result;
    } catch (error) {
      if (this.#journal !== undefined) this.#undo(journal);
      throw error;
    }
  }

  /**
   * Adds a flow; one with the same table, priority and match is replaced, and its counters are lost
   * unless the flags of `spec` lack `RESET_COUNTS`. Throws an `UpcallError` where it cannot.
   */
  add(spec: FlowSpec): Rule {
    return this.transact(() => {
      const old = this.find(spec.table, spec.match, spec.priority);
      this.#checkRoom(spec, old);
      this.#checkActions(spec.actions);
      const rule = new Rule(spec, { now: this.#clock.now(), version: this.#next });
      if (old === undefined) this.#insert(rule);
      else this.#replace(old, rule, (spec.flags & RuleFlag.RESET_COUNTS) === 0);
      this.#journal?.changes.push({ kind: 'added', rule, old });
      return rule;
    });
  }

  /** Adds a rule of the switch's own, of a priority no controller can give; nobody hears of it. */
  addHidden(spec: FlowSpec): Rule {
    const rule = new Rule(spec, { now: this.#clock.now(), version: this.#next, isHidden: true });
    this.transact(() => this.#insert(rule));
    return rule;
  }

  /** Removes what `addHidden` added, if it is still there. */
  withdraw(rule: Rule): void {
    if (rule.isLive) this.transact(() => this.#retire(rule));
  }

  /** The rule of `table` with this very match and priority, if there is one. */
  find(table: number, match: Match, priority: number): Rule | undefined {
    return this.#userTable(table).find(match, priority, this.#next);
  }

  /** A rule has been learned again, as it is: its hard timeout begins anew. */
  refresh(rule: Rule): void {
    rule.modified = this.#clock.now();
  }

  /** Gives a rule earlier timeouts, in seconds; 0 changes nothing. */
  reduceTimeouts(rule: Rule, idleTimeout: number, hardTimeout: number): void {
    if (rule.isLive && !rule.isHidden) this.#expiry.reduce(rule, idleTimeout, hardTimeout);
  }

  /**
   * Gives the rules that meet `criteria` other actions, and another cookie where one is given;
   * timeouts and age stay, and counters unless the change has `RESET_COUNTS`. Returns how many.
   */
  modify(criteria: FlowCriteria, change: FlowChange): number {
    this.#checkActions(change.actions);
    return this.transact(() => {
      const options = { now: this.#clock.now(), version: this.#next };
      const found = this.select(criteria);
      const keepsCounts = ((change.flags ?? 0) & RuleFlag.RESET_COUNTS) === 0;
      for (const old of found) {
        const rule = old.modifiedBy(change, options);
        this.#replace(old, rule, keepsCounts);
        this.#journal?.changes.push({ kind: 'modified', rule, old });
      }
      return found.length;
    });
  }

  /** Deletes the rules that meet `criteria`; returns how many. */
  delete(criteria: FlowCriteria): number {
    return this.#remove(this.select(criteria).map((rule) => ({ rule, reason: 'delete' })));
  }

  /** Deletes the rules that `isMeant` says, because what they need goes; returns how many. */
  deleteWhere(isMeant: (rule: Rule) => boolean, reason: RemovalReason): number {
    const found = this.#live().filter(isMeant);
    return this.#remove(found.map((rule) => ({ rule, reason })));
  }

  /** Deletes the rules whose time is up; returns how many. When to call it is said above. */
  expire(): number {
    const expired = this.#expiry.expired(this.#clock.now());
    if (expired.length > 0) this.#coverage.inc('ofproto_dpif_expired', expired.length);
    return this.#remove(expired);
  }

  /** The first moment at which `expire` would delete something if no more packets came. */
  nextDeadline(): Instant | undefined {
    return this.#expiry.nextDeadline();
  }

  /** The visible rules, by table, then from the highest priority down, then by age. */
  rules(): Rule[] {
    return this.#live().sort(byPlace);
  }

  /** The rules that `addHidden` added. */
  hiddenRules(): Rule[] {
    return this.#live(undefined, true);
  }

  #live(table?: number, isHidden = false): Rule[] {
    const rules = this.#tables(table).flatMap((classifier) => [...classifier.rules()]);
    return rules.filter((rule) => rule.isLive && rule.isHidden === isHidden);
  }

  /** The rules that meet `criteria`, in no order. */
  select(criteria: FlowCriteria): Rule[] {
    const { table, match, priority } = criteria;
    const isStrict = priority !== undefined;
    const rules = isStrict ? this.#identical(match, priority, table) : this.#live(table);
    return rules.filter((rule) => meets(rule, criteria));
  }

  /** At most one rule of each table. */
  #identical(match: Match, priority: number, table: number | undefined): Rule[] {
    return this.#tables(table).flatMap(
      (classifier) => classifier.find(match, priority, this.#next) ?? [],
    );
  }

  #tables(table: number | undefined): readonly Classifier[] {
    return table === undefined ? this.#classifiers : [this.#userTable(table)];
  }

  #userTable(table: number): Classifier {
    const classifier = table <= TABLE_MAX ? this.#classifiers[table] : undefined;
    if (classifier !== undefined) return classifier;
    throw noSuchTable(table);
  }

  #checkRoom(spec: FlowSpec, old: Rule | undefined): void {
    const { table, priority, match } = spec;
    if ((spec.flags & RuleFlag.CHECK_OVERLAP) !== 0) {
      const classifier = this.#classifiers[table]!;
      if (classifier.hasOverlap(match, priority, this.#next)) throw overlapOf(table, priority);
    }
    if (old !== undefined || this.#room.isThere(table)) return;
    if (this.#room.limitsOf(table).evicts && this.#evict(table)) return;
    throw this.#room.full(table);
  }

  /** The version that is being made: what it has so far is what further steps of it find. */
  get #next(): number {
    return this.#version + 1;
  }

  /** Rules without timeouts are never given up. */
  #evict(table: number): boolean {
    const rule = this.#expiry.victimOf(table);
    if (rule === undefined) return false;
    this.#coverage.inc('ofproto_evict_rule');
    this.#remove([{ rule, reason: 'eviction' }]);
    return true;
  }

  #insert(rule: Rule): void {
    this.#classifiers[rule.table]!.insert(rule);
    this.#room.take(rule);
    this.#expiry.add(rule);
    this.#journal?.inserted(rule);
    this.#learned.add(rule);
  }

  #replace(old: Rule, rule: Rule, keepsCounts: boolean): void {
    old.succeed(rule, keepsCounts);
    this.#insert(rule);
    this.#retire(old);
  }

  #remove(removals: RuleRemoval[]): number {
    return this.transact(() => {
      for (const { rule, reason } of removals) {
        this.#retire(rule);
        this.#journal?.changes.push({ kind: 'removed', rule, reason });
      }
      return removals.length;
    });
  }

  #retire(rule: Rule): void {
    rule.removedIn = this.#next;
    this.#room.leave(rule);
    this.#expiry.delete(rule);
    this.#learned.delete(rule);
    this.#removed.push(rule);
    this.#journal?.retired(rule);
  }

  #publish(journal: FlowJournal): void {
    if (journal.isEmpty) return;
    this.#version++;
    if (this.#pins === 0) this.#dropRemoved();
    this.#changes.next();
    for (const change of journal.changes) {
      if (change.kind === 'removed') this.#removals.next(change);
    }
    this.#ruleChanges.next(journal.changes);
  }

  #undo(journal: FlowJournal): void {
    journal.undo({
      withdraw: (rule) => {
        this.#classifiers[rule.table]!.remove(rule);
        this.#room.leave(rule);
        this.#expiry.delete(rule);
        this.#learned.delete(rule);
      },
      restore: (rule) => {
        rule.removedIn = VERSION_NEVER;
        rule.resume();
        this.#room.take(rule);
        this.#expiry.add(rule);
        this.#learned.add(rule);
        this.#removed.pop();
      },
    });
    this.#learned.takeGone();
    this.#journal = undefined;
  }

  /** Rules that nobody teaches any more go in the version in which the last teacher goes. */
  #forget(): void {
    for (let gone = this.#learned.takeGone(); gone.length > 0; gone = this.#learned.takeGone()) {
      for (const { table, cookie } of gone) {
        this.delete({ table, match: CATCH_ALL, cookie, cookieMask: COOKIE_ALL });
      }
    }
  }

  #dropRemoved(): void {
    const removed = this.#removed;
    this.#removed = [];
    for (const rule of removed) this.#classifiers[rule.table]!.remove(rule);
  }
}
