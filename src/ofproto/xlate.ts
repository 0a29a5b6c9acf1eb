/**
 * # Translation
 *
 * **What.** Translation answers the slow path's question: what happens to a packet like this one?
 * It walks the bridge's OpenFlow tables with the packet's flow and comes back with two things: the
 * datapath actions, and a mask of every bit that the answer hangs on.
 *
 * **Why the mask.** The datapath will give the same actions to every packet that agrees with this
 * one under the mask, without asking again. A bit too few and packets go astray; a bit too many and
 * what could be one megaflow becomes thousands. So the mask grows as the walk goes, never by guess:
 * a table lookup adds what its classifier compared, an action adds what it read or overwrote,
 * NORMAL adds addresses and VLAN. A decision that hangs on state which the mask cannot hold (rules,
 * MAC table, ports) is covered by revalidation instead.
 *
 * **How.** The flow is copied twice: `flow` is changed by the rules' actions, `base` stays what the
 * packet is. When something is about to see the packet, their differences are committed: they
 * become `set`, `push_vlan` and so on, and `base` catches up. So fields that are written and
 * written back cost nothing, and five outputs with one change between them set a field once.
 *
 * Rules call rules by `resubmit` and `goto_table`. A frame stack of our own holds who called, so
 * depth costs no JavaScript stack. Two limits end what would not end: 64 nested calls into the same
 * or an earlier table, 4,096 calls in all. A translation that fails drops: its actions are empty,
 * its mask is as sound as ever.
 *
 * **Side effects.** Statistics of the request are credited to every table and rule reached; with
 * `mayLearn`, NORMAL learns; with a cache, all of that is noted down so that `cache.push` can
 * repeat it. Without any of them a translation changes nothing.
 *
 * **Usage.** `OfprotoTranslator` owns one `Xlate` and gives it the ingress's bridge with the
 * request.
 *
 * **Concurrency.** One at a time: flows, mask, stack and actions are scratch that the next
 * translation reuses. Nothing is called back from within, except what a change of the MAC table
 * notifies.
 *
 * Answers to OVS 3.1's `ofproto/ofproto-dpif-xlate.c`. Not here yet: groups, meters, conntrack,
 * tunnels, patch ports, mirrors, bonds, recirculation.
 *
 * Hot path. Bench: `bench/translate.ts`.
 */

import type { OfpPort } from '../base/brands.js';
import { SlowReason } from '../datapath/cookie.js';
import { NO_ACTIONS, type OdpActions } from '../datapath/odp-actions.js';
import type { XlateRequest, XlateResult } from '../datapath/translator.js';
import type { FlowMask } from '../packet/flow.js';
import { RECIRC_ID } from '../packet/flow-layout.js';
import { OFPP_IN_PORT, OFPP_TABLE, type Ofpact, TABLE_CURRENT } from './ofpact.js';
import type { Ofproto } from './ofproto.js';
import type { Rule } from './rule.js';
import { doAction, isBareAction } from './xlate-actions.js';
import { OfprotoXlateCache } from './xlate-cache.js';
import { XlateContext, type XlateContextOptions, type XlateError } from './xlate-context.js';
import { traceAction, traceEnd, traceNoReceive, traceNote } from './xlate-trace.js';
import { finishWildcards } from './xlate-wildcards.js';

/** Nested calls of rules, forward ones not counted; `MAX_DEPTH`. Deeper is an error: drop. */
export const DEPTH_MAX = 64;
/** Calls of rules in one translation; `MAX_RESUBMITS`. One more is an error: drop. */
export const RESUBMITS_MAX = DEPTH_MAX * DEPTH_MAX;
/** Bytes of actions (netlink) after which no further rule is called. */
const ACTIONS_SIZE_MAX = 65_535;
/** Bytes of actions that one netlink attribute can hold: more go the slow way. */
const ACTIONS_ATTRIBUTE_SIZE_MAX = ACTIONS_SIZE_MAX - 4;
/** Outputs that a datapath does in one go; the kernel's `net.core.netdev_max_backlog`. */
const OUTPUTS_MAX = 1000;

/** A rule that is being carried out, and where to return to. */
interface Frame {
  rule: Rule;
  /** Index of its next action. */
  next: number;
  /** The table and rule that called it. */
  callerTable: number;
  callerRule: Rule | undefined;
  /** Counts against `DEPTH_MAX`. */
  isDeep: boolean;
}

class Result implements XlateResult {
  actions: OdpActions = NO_ACTIONS;
  readonly mask: FlowMask;
  slow = 0;
  readonly failOpen = false;
  error: XlateError | undefined;

  constructor(mask: FlowMask) {
    this.mask = mask;
  }
}

export class Xlate {
  readonly #ctx: XlateContext;
  readonly #result: Result;
  /** Only the first `height` of the context are in use; the others wait to be reused. */
  readonly #frames: Frame[] = [];
  #depth = 0;
  #resubmitsCount = 0;

  constructor(options: XlateContextOptions) {
    this.#ctx = new XlateContext(options);
    this.#result = new Result(this.#ctx.wc);
  }

  /** The answer for `request`, whose ingress belongs to `ofproto`; holds until the next call. */
  translate(request: XlateRequest, ofproto: Ofproto): XlateResult {
    const version = ofproto.tables.pin();
    try {
      return this.#translate(request, ofproto, version);
    } finally {
      ofproto.tables.unpin();
    }
  }

  #translate(request: XlateRequest, ofproto: Ofproto, version: number): XlateResult {
    const ctx = this.#ctx;
    ctx.begin(request, ofproto, version);
    this.#depth = 0;
    this.#resubmitsCount = 0;
    if (ctx.flow[RECIRC_ID] !== 0) ctx.error = 'no_recirculation_context';
    else this.#walk();
    finishWildcards(ctx.wc, request.ingress.flow, ofproto.vlanLimit);
    if (request.cache instanceof OfprotoXlateCache) {
      request.cache.fill(ofproto, ctx.takeEntries());
    }
    return this.#finish();
  }

  #walk(): void {
    const ctx = this.#ctx;
    if (ctx.stats !== undefined) ctx.ofproto.creditFirstLookup(ctx.stats);
    const rule = ctx.lookup(0, ctx.inPort);
    if (ctx.ofproto.port(ctx.inPort)?.config.noReceive) {
      if (ctx.trace !== undefined) traceNoReceive(ctx);
      return;
    }
    this.#enter(rule, 0, false);
    while (ctx.height > 0) {
      const frame = this.#frames[ctx.height - 1]!;
      const action = frame.rule.actions[frame.next];
      if (ctx.error !== undefined) return;
      if (action === undefined) this.#leave();
      else {
        frame.next++;
        this.#do(action);
      }
    }
  }

  #do(action: Ofpact): void {
    const ctx = this.#ctx;
    if (ctx.trace !== undefined) traceAction(ctx, action);
    if (ctx.isBared && !isBareAction(action)) {
      ctx.error = 'recirculation_unsupported';
      return;
    }
    switch (action.type) {
      case 'resubmit':
        this.#call(
          action.table === TABLE_CURRENT ? ctx.table : action.table,
          action.inPort === OFPP_IN_PORT ? ctx.inPort : action.inPort,
        );
        break;
      case 'goto_table':
        this.#call(action.table, ctx.inPort);
        break;
      default:
        if (action.type === 'output' && action.port === OFPP_TABLE) this.#call(0, ctx.inPort);
        else if (doAction(ctx, action) === 'stop') this.#leave();
    }
  }

  /** Looks up the flow in `table` and goes on with the rule found, to come back afterwards. */
  #call(table: number, inPort: OfpPort): void {
    const ctx = this.#ctx;
    if (ctx.isBared) ctx.error = 'recirculation_unsupported';
    else if (this.#depth >= DEPTH_MAX) ctx.error = 'recursion_too_deep';
    else if (this.#resubmitsCount >= RESUBMITS_MAX) ctx.error = 'too_many_resubmits';
    else if (ctx.actions.size > ACTIONS_SIZE_MAX) this.#stopCalling();
    else {
      this.#resubmitsCount++;
      this.#enter(ctx.lookup(table, inPort), table, table <= ctx.table);
    }
  }

  #enter(rule: Rule, table: number, isDeep: boolean): void {
    const ctx = this.#ctx;
    const frame = this.#frames[ctx.height];
    if (frame === undefined) {
      const callerTable = ctx.table;
      this.#frames.push({ rule, next: 0, callerTable, callerRule: ctx.rule, isDeep });
    } else {
      frame.rule = rule;
      frame.next = 0;
      frame.callerTable = ctx.table;
      frame.callerRule = ctx.rule;
      frame.isDeep = isDeep;
    }
    ctx.height++;
    if (isDeep) this.#depth++;
    ctx.table = table;
    ctx.rule = rule;
  }

  #leave(): void {
    const ctx = this.#ctx;
    const frame = this.#frames[--ctx.height]!;
    if (frame.isDeep) this.#depth--;
    ctx.table = frame.callerTable;
    ctx.rule = frame.callerRule;
  }

  #stopCalling(): void {
    traceNote(this.#ctx, `stops here: the actions have more than ${ACTIONS_SIZE_MAX} bytes`);
    this.#ctx.height = 0;
  }

  #finish(): XlateResult {
    const ctx = this.#ctx;
    const result = this.#result;
    const isTooMuch =
      ctx.actions.size > ACTIONS_ATTRIBUTE_SIZE_MAX || ctx.actions.outputsCount > OUTPUTS_MAX;
    const isFailed = ctx.error !== undefined;
    if (ctx.trace !== undefined) traceEnd(ctx, isTooMuch);
    if (isFailed) ctx.actions.reset();
    result.error = ctx.error;
    result.slow = isFailed ? 0 : ctx.slow | (isTooMuch ? SlowReason.ACTION : 0);
    result.actions = ctx.actions.finish();
    return result;
  }
}
