/**
 * A rule: one OpenFlow flow. A match with a priority, what to do with the packets that match, and
 * how many did.
 *
 * A rule's match and actions never change. A flow-mod that modifies it puts a successor beside it:
 * translations that read the old version of the tables still find the old rule, and what is
 * credited to it from then on goes to the successor. Answers to OVS's `struct rule` and
 * `struct rule_dpif`.
 *
 * Owner: `FlowTables` creates rules and sets their versions; credits come from translation.
 */

import { type Instant, instant } from '../base/brands.js';
import type { FlowStats } from '../datapath/dpif.js';
import { createFlow, createFlowMask } from '../packet/flow.js';
import { REGS } from '../packet/flow-layout.js';
import { PRIORITY_DEFAULT } from '../packet/match-text.js';
import { CATCH_ALL, Match } from './match.js';
import { CONTROLLER_MAX_LENGTH, type Ofpact, type Ofpacts } from './ofpact.js';
import { PacketInReason } from './packet-ins.js';

/** Bits of a rule's flags. Answers to `OFPUTIL_FF_*`. */
export const RuleFlag = {
  SEND_FLOW_REM: 1 << 0,
  CHECK_OVERLAP: 1 << 1,
  RESET_COUNTS: 1 << 2,
  NO_PACKET_COUNTS: 1 << 3,
  NO_BYTE_COUNTS: 1 << 4,
} as const;

/** The version in which a rule that lives is removed. */
export const VERSION_NEVER = Number.MAX_SAFE_INTEGER;

/** A flow as it is asked for: what `ovs-ofctl add-flow` says in a line. */
export interface FlowSpec {
  /** 0 to 253. */
  readonly table: number;
  /** 0 to 65,535. */
  readonly priority: number;
  readonly match: Match;
  readonly actions: Ofpacts;
  /** Undefined: not given. 0 in a new rule, kept in a modified one. */
  readonly cookie: bigint | undefined;
  /** Seconds; 0: none. */
  readonly idleTimeout: number;
  /** Seconds; 0: none. */
  readonly hardTimeout: number;
  /** How dear the rule is to its owner (OpenFlow 1.4): the least goes first from a full table. */
  readonly importance: number;
  /** Bits of `RuleFlag`. */
  readonly flags: number;
}

/** Which rules a modification or a deletion is about. */
export interface FlowCriteria {
  /** Undefined: all tables. */
  readonly table?: number | undefined;
  readonly match: Match;
  /** Given: only the rule with this very match and priority ("strict"). */
  readonly priority?: number | undefined;
  /** Only rules whose cookie has these bits under `cookieMask`. */
  readonly cookie?: bigint | undefined;
  readonly cookieMask?: bigint | undefined;
  /** Only rules that output to this port. */
  readonly outPort?: number | undefined;
  /** Only rules that send packets to this group. */
  readonly outGroup?: number | undefined;
}

/** Why a rule went. Answers to `OFPRR_*`. */
export type RemovalReason =
  | 'idle_timeout'
  | 'hard_timeout'
  | 'delete'
  | 'eviction'
  | 'group_delete'
  | 'meter_delete';

/** A rule that was deleted or expired, and why. */
export interface RuleRemoval {
  readonly rule: Rule;
  readonly reason: RemovalReason;
}

/** What became of a flow, for whoever keeps a list of them. */
export type RuleChange =
  /** `old`: a flow of the same match and priority that it replaced. */
  | { readonly kind: 'added'; readonly rule: Rule; readonly old: Rule | undefined }
  | { readonly kind: 'modified'; readonly rule: Rule; readonly old: Rule }
  | { readonly kind: 'removed'; readonly rule: Rule; readonly reason: RemovalReason };
/** The rule matches as one of the rules of a clause. */
export type Conjunction = Extract<Ofpact, { type: 'conjunction' }>;

/** What a modification changes. */
export interface FlowChange {
  readonly actions: Ofpacts;
  /** Undefined: the rule keeps its own. */
  readonly cookie?: bigint | undefined;
  /** Only `RESET_COUNTS` means something; the rule keeps its own flags. */
  readonly flags?: number;
}

/** What `Rule` takes besides the flow's own text. */
export interface RuleOptions {
  readonly now: Instant;
  readonly version: number;
  readonly isHidden?: boolean;
}

export class Rule {
  readonly table: number;
  readonly priority: number;
  readonly match: Match;
  readonly actions: Ofpacts;
  /** Not empty: the rule is found only together with those of the other clauses. */
  readonly conjunctions: readonly Conjunction[] | undefined;
  readonly cookie: bigint;
  /** Seconds; 0: none. */
  idleTimeout: number;
  /** Seconds; 0: none. */
  hardTimeout: number;
  readonly importance: number;
  /** Bits of `RuleFlag`. */
  readonly flags: number;
  /** Made by the switch itself, not by an OpenFlow controller; not listed, not deletable. */
  readonly isHidden: boolean;
  /** When the flow was added; a modification keeps it. */
  readonly created: Instant;
  /** When it was added, modified or learned again. */
  modified: Instant;
  /** When it was last used; `modified` where never. */
  used: Instant;
  packets = 0;
  /** Bytes. */
  bytes = 0;
  /** The version that added the flow; a modification keeps it. */
  readonly bornIn: number;
  /** The first version of the tables that has it. */
  readonly addedIn: number;
  /** The first version that does not. */
  removedIn = VERSION_NEVER;
  /** Of rules with the same match in one classifier: the one of next lower priority. */
  next: Rule | undefined = undefined;
  #successor: Rule | undefined = undefined;
  #forwardsCounts = false;

  /** `origin`: the rule that a modification puts this one in the place of. */
  constructor(spec: FlowSpec, options: RuleOptions, origin?: Rule) {
    this.table = spec.table;
    this.priority = spec.priority;
    this.match = spec.match;
    this.actions = spec.actions;
    this.conjunctions = conjunctionsOf(spec.actions);
    this.cookie = spec.cookie ?? 0n;
    this.idleTimeout = spec.idleTimeout;
    this.hardTimeout = spec.hardTimeout;
    this.importance = spec.importance;
    this.flags = spec.flags;
    this.isHidden = options.isHidden ?? false;
    this.created = origin?.created ?? options.now;
    this.bornIn = origin?.bornIn ?? options.version;
    this.modified = options.now;
    this.used = options.now;
    this.addedIn = options.version;
  }

  /** Counts packets; those of a replaced rule count for the rule in its place. */
  credit(stats: Readonly<FlowStats>): void {
    let rule: Rule = this;
    let isCounted = true;
    while (rule.#successor !== undefined) {
      isCounted &&= rule.#forwardsCounts;
      rule = rule.#successor;
    }
    if (isCounted) {
      rule.packets += stats.packets;
      rule.bytes += stats.bytes;
    }
    if (stats.used > rule.used) rule.used = stats.used;
  }

  /** What takes its place when its actions, and its cookie where one is given, become others. */
  modifiedBy(change: FlowChange, options: RuleOptions): Rule {
    const { table, priority, match, idleTimeout, hardTimeout, importance, flags } = this;
    const { actions, cookie = this.cookie } = change;
    const spec = { table, priority, match, idleTimeout, hardTimeout, importance, flags };
    return new Rule({ ...spec, actions, cookie }, options, this);
  }

  isVisibleIn(version: number): boolean {
    return this.addedIn <= version && version < this.removedIn;
  }

  /** Whether the newest version of the tables has it. */
  get isLive(): boolean {
    return this.removedIn === VERSION_NEVER;
  }

  /** Hands its time of use over to `successor`, and its counters too where `forwardsCounts`. */
  succeed(successor: Rule, forwardsCounts: boolean): void {
    this.#successor = successor;
    this.#forwardsCounts = forwardsCounts;
    successor.used = this.used;
    if (!forwardsCounts) return;
    successor.packets = this.packets;
    successor.bytes = this.bytes;
  }

  /** Takes its place back: the successor is not to be. */
  resume(): void {
    this.#successor = undefined;
    this.#forwardsCounts = false;
  }
}

/** Undefined where there are none. */
function conjunctionsOf(actions: Ofpacts): readonly Conjunction[] | undefined {
  if (!actions.some(({ type }) => type === 'conjunction')) return undefined;
  return actions.filter((action) => action.type === 'conjunction');
}

/** The table of the rules that the switch makes itself. Answers to `TBL_INTERNAL`. */
export const TABLE_INTERNAL = 254;
/** The values of reg0 by which OVS tells its internal rules apart. */
const MISS_RULE_ID = 2;
const CONTROLLER_MISS_RULE_ID = 1;

/** The hidden rule that drops what no other rule matches. */
export function createMissRule(options: RuleOptions): Rule {
  return createInternalRule(MISS_RULE_ID, [], options);
}

/** The hidden rule that tells the controller of what no other rule matches. */
export function createControllerMissRule(options: RuleOptions): Rule {
  const action = {
    type: 'controller',
    maxLength: CONTROLLER_MAX_LENGTH,
    reason: PacketInReason.IMPLICIT_MISS,
    controllerId: 0,
  } as const;
  return createInternalRule(CONTROLLER_MISS_RULE_ID, [action], options);
}

function createInternalRule(id: number, actions: Ofpacts, options: RuleOptions): Rule {
  const flow = createFlow();
  const mask = createFlowMask();
  flow[REGS] = id;
  mask[REGS] = 0xffff_ffff;
  const spec: FlowSpec = {
    table: TABLE_INTERNAL,
    priority: 0,
    match: new Match(flow, mask),
    actions,
    cookie: undefined,
    idleTimeout: 0,
    hardTimeout: 0,
    importance: 0,
    flags: 0,
  };
  return new Rule(spec, { ...options, isHidden: true });
}

/** The cookie of a packet that no rule of a controller stands behind. */
export const NO_COOKIE = 0xffff_ffff_ffff_ffffn;

/** A rule in no table, which a packet-out begins with. */
export function createActionsRule(actions: Ofpacts): Rule {
  const spec: FlowSpec = {
    table: 0,
    // Not the lowest: that would make it the rule for what no other matches.
    priority: PRIORITY_DEFAULT,
    match: CATCH_ALL,
    actions,
    cookie: NO_COOKIE,
    idleTimeout: 0,
    hardTimeout: 0,
    importance: 0,
    flags: 0,
  };
  return new Rule(spec, { now: instant(0), version: 0, isHidden: true });
}
