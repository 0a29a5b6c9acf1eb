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
 * depth costs no JavaScript stack (groups do, at most 64). Actions with lists of their own
 * (`clone`, `check_pkt_larger`, a group's buckets, the action set) are frames too, which undo at
 * their end what is the copy's alone. Two limits end what would not end: 64 nested calls into the
 * same or an earlier table, 4,096 calls in all. A translation that fails drops: its actions are
 * empty, its mask is as sound as ever.
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
 * Answers to OVS 3.1's `ofproto/ofproto-dpif-xlate.c`. Not here yet: conntrack,
 * tunnels, patch ports, mirrors, bonds, recirculation.
 *
 * Hot path. Bench: `bench/translate.ts`.
 */

import type { OfpPort } from '../base/brands.js';
import type { XlateRequest, XlateResult } from '../datapath/translator.js';
import { RECIRC_ID } from '../packet/flow-layout.js';
import { orderActionSet } from './action-set.js';
import { writeSubfield } from './field-write.js';
import { OFPP_IN_PORT, type Ofpact, type Ofpacts, TABLE_CURRENT } from './ofpact.js';
import type { Ofproto } from './ofproto.js';
import { createActionsRule, type Rule } from './rule.js';
import { type Continuation, doAction, isBareAction, isReversible } from './xlate-actions.js';
import { OfprotoXlateCache } from './xlate-cache.js';
import { XlateContext, type XlateContextOptions, type XlateError } from './xlate-context.js';
import { Frame, type FrameKind, type SavedState } from './xlate-frame.js';
import { XlateGroups } from './xlate-group.js';
import { OfprotoXlateResult } from './xlate-result.js';
import { STACK_SIZE_MAX } from './xlate-stack.js';
import { SENTENCES, type Sentence } from './trace-sentences.js';
import { say, sayHeading, traceAction, traceDrop, traceMoved } from './xlate-trace.js';
import { finishWildcards } from './xlate-wildcards.js';

/** Nested calls of rules, forward ones not counted; `MAX_DEPTH`. Deeper is an error: drop. */
export const DEPTH_MAX = 64;
/** Calls of rules in one translation; `MAX_RESUBMITS`. One more is an error: drop. */
export const RESUBMITS_MAX = DEPTH_MAX * DEPTH_MAX;
/** Bytes of actions (netlink) after which no further rule is called. */
const ACTIONS_SIZE_MAX = 65_535;
export class Xlate {
  readonly #ctx: XlateContext;
  readonly #result: OfprotoXlateResult;
  /** Only the first `#height` are in use; the others wait to be reused. */
  readonly #frames: Frame[] = [];
  readonly #groups: XlateGroups;
  #height = 0;
  #depth = 0;
  #resubmitsCount = 0;

  constructor(options: XlateContextOptions) {
    this.#ctx = new XlateContext(options);
    this.#result = new OfprotoXlateResult(this.#ctx.wc);
    this.#groups = new XlateGroups(this.#ctx, (actions) => this.#runBucket(actions));
  }

  /** The answer for `request`, whose ingress belongs to `ofproto`; holds until the next call. */
  translate(request: XlateRequest, ofproto: Ofproto): XlateResult {
    return this.#pinned(request, ofproto, undefined);
  }

  /** The same for a packet that is given its actions instead of meeting a rule: a packet-out. */
  translateActions(request: XlateRequest, ofproto: Ofproto, actions: Ofpacts): XlateResult {
    return this.#pinned(request, ofproto, createActionsRule(actions));
  }

  #pinned(request: XlateRequest, ofproto: Ofproto, first: Rule | undefined): XlateResult {
    const version = ofproto.tables.pin();
    try {
      return this.#translate(request, ofproto, version, first);
    } finally {
      ofproto.tables.unpin();
    }
  }

  #translate(
    request: XlateRequest,
    ofproto: Ofproto,
    version: number,
    first: Rule | undefined,
  ): XlateResult {
    const ctx = this.#ctx;
    ctx.begin(request, ofproto, version);
    this.#height = 0;
    this.#depth = 0;
    this.#resubmitsCount = 0;
    this.#groups.begin();
    if (ctx.flow[RECIRC_ID] !== 0) {
      ctx.error = 'no_recirculation_context';
      if (ctx.trace !== undefined) say(ctx, SENTENCES.noRecirculation(ctx.flow[RECIRC_ID]!));
    } else this.#walk(first);
    finishWildcards(ctx.wc, request.ingress.flow, ofproto.vlanLimit);
    if (ctx.trace !== undefined) traceMoved(ctx);
    if (request.cache instanceof OfprotoXlateCache) {
      request.cache.fill(ofproto, ctx.takeEntries());
    }
    this.#result.fill(ctx);
    return this.#result;
  }

  #walk(first: Rule | undefined): void {
    const ctx = this.#ctx;
    if (first === undefined && ctx.stats !== undefined) ctx.ofproto.creditFirstLookup(ctx.stats);
    const rule = first ?? ctx.lookup(0, ctx.inPort);
    if (ctx.isUnwanted()) return;
    this.#enterRule(rule, 0, false, true);
    this.#run(0);
    // In a trace, the set belongs to the first rule.
    ctx.height++;
    if (ctx.error === undefined && this.#enterSet()) this.#run(0);
  }

  /** Carries out the lists on the stack above `floor`. */
  #run(floor: number): void {
    const ctx = this.#ctx;
    while (this.#height > floor) {
      const frame = this.#frames[this.#height - 1]!;
      if (ctx.error !== undefined) return;
      const action = ctx.isExited ? undefined : frame.actions[frame.next];
      if (action === undefined) this.#leave(frame);
      else {
        frame.next++;
        this.#do(action, frame);
      }
    }
  }

  #do(action: Ofpact, frame: Frame): void {
    const ctx = this.#ctx;
    if (ctx.trace !== undefined) traceAction(ctx, action);
    if (ctx.isBared && !isBareAction(action)) {
      ctx.error = 'recirculation_unsupported';
      return;
    }
    switch (action.type) {
      case 'resubmit':
        this.#resubmit(action, frame);
        break;
      case 'goto_table':
        this.#call(action.table, ctx.inPort, this.#isLast(frame));
        break;
      case 'clone':
        this.#enterClone(action.actions, this.#isLast(frame));
        break;
      case 'check_pkt_larger':
        this.#enterGreater(action, frame);
        break;
      case 'exit':
        ctx.isExited = true;
        break;
      case 'group':
        if (this.#mayCall() && !this.#groups.carryOut(action.group)) {
          this.#continue('stop', frame);
        }
        break;
      default:
        this.#continue(doAction(ctx, action), frame);
    }
  }

  #continue(continuation: Continuation, frame: Frame): void {
    if (continuation === 'stop') frame.next = frame.actions.length;
    else if (continuation === 'table') this.#call(0, this.#ctx.inPort, this.#isLast(frame));
  }

  /** Whether nothing comes behind the action that is being carried out. */
  #isLast(frame: Frame): boolean {
    const isLast = frame.isLast && frame.next === frame.actions.length;
    return isLast && this.#ctx.actionSet.length === 0;
  }

  #resubmit(action: Extract<Ofpact, { type: 'resubmit' }>, frame: Frame): void {
    const ctx = this.#ctx;
    if (action.isOriginalTuple) {
      if (ctx.trace !== undefined) say(ctx, SENTENCES.noConntrack());
      return;
    }
    const table = action.table === TABLE_CURRENT ? ctx.table : action.table;
    const inPort = action.inPort === OFPP_IN_PORT ? ctx.inPort : action.inPort;
    this.#call(table, inPort, this.#isLast(frame));
  }

  /** Looks up the flow in `table` and goes on with the rule found, to come back afterwards. */
  #call(table: number, inPort: OfpPort, isLast: boolean): void {
    const ctx = this.#ctx;
    if (!this.#mayCall()) return;
    this.#resubmitsCount++;
    this.#enterRule(ctx.lookup(table, inPort), table, table <= ctx.table, isLast);
  }

  /**
   * A bucket's actions are one deeper than the rule that calls the group. Whatever ends the bucket,
   * the rule goes on.
   */
  #runBucket(actions: Ofpacts): void {
    const ctx = this.#ctx;
    const { height, table, rule } = ctx;
    const floor = this.#height;
    const depth = this.#depth;
    this.#depth++;
    this.#enter('bucket', actions, false);
    if (ctx.trace !== undefined && actions.length === 0) traceDrop(ctx);
    this.#run(floor);
    this.#height = floor;
    this.#depth = depth;
    ctx.height = height;
    ctx.table = table;
    ctx.rule = rule;
    ctx.isExited = false;
  }

  #mayCall(): boolean {
    const ctx = this.#ctx;
    if (ctx.isBared) ctx.error = 'recirculation_unsupported';
    else if (this.#depth >= DEPTH_MAX) {
      this.#fail('recursion_too_deep', SENTENCES.tooDeep(DEPTH_MAX));
    } else if (this.#resubmitsCount >= RESUBMITS_MAX) {
      this.#fail('too_many_resubmits', SENTENCES.tooManyResubmits(RESUBMITS_MAX));
    } else if (ctx.actions.size > ACTIONS_SIZE_MAX) this.#stopCalling();
    else if (ctx.stack.size > STACK_SIZE_MAX) {
      this.#fail('stack_too_deep', SENTENCES.tooMuchStack());
    } else return true;
    return false;
  }

  #fail(error: XlateError, sentence: Sentence): void {
    this.#ctx.error = error;
    say(this.#ctx, sentence);
  }

  #enter(kind: FrameKind, actions: Ofpacts, isLast: boolean): Frame {
    let frame = this.#frames[this.#height];
    if (frame === undefined) {
      frame = new Frame();
      this.#frames.push(frame);
    }
    this.#height++;
    frame.begin(kind, actions, isLast);
    return frame;
  }

  #enterRule(rule: Rule, table: number, isDeep: boolean, isLast: boolean): void {
    const ctx = this.#ctx;
    const frame = this.#enter('rule', rule.actions, isLast);
    frame.callerTable = ctx.table;
    frame.callerRule = ctx.rule;
    frame.isDeep = isDeep;
    ctx.height++;
    if (isDeep) this.#depth++;
    ctx.table = table;
    ctx.rule = rule;
    if (ctx.trace !== undefined && rule.actions.length === 0) traceDrop(ctx);
  }

  /** Turns to the action set, which is then empty; false: nothing of it is to be done. */
  #enterSet(): boolean {
    const ctx = this.#ctx;
    if (ctx.actionSet.length === 0) return false;
    const actions = orderActionSet(ctx.actionSet);
    ctx.actionSet = [];
    if (actions.length === 0) return false;
    if (ctx.trace !== undefined) sayHeading(ctx, SENTENCES.actionSetHeading());
    if (ctx.isExited) return false;
    ctx.isInActionSet = true;
    ctx.height++;
    this.#enter('set', actions, true);
    return true;
  }

  /** A copy of the packet, made by the datapath where its changes could not be undone. */
  #enterClone(actions: Ofpacts, isLast: boolean): void {
    const ctx = this.#ctx;
    if (ctx.trace !== undefined && actions.length === 0) traceDrop(ctx);
    if (isLast || isReversible(actions)) {
      this.#enter('copy', actions, isLast).save(ctx);
      return;
    }
    ctx.commit();
    this.#enter('clone', actions, true).save(ctx);
    ctx.actions.beginClone();
  }

  /** What follows is done twice: for longer packets, then for the others. */
  #enterGreater(action: Extract<Ofpact, { type: 'check_pkt_larger' }>, caller: Frame): void {
    const ctx = this.#ctx;
    const first = caller.next;
    caller.next = caller.actions.length;
    const frame = this.#enter('greater', caller.actions, true);
    frame.next = first;
    frame.first = first;
    frame.destination = action.destination;
    ctx.commit();
    frame.save(ctx);
    ctx.actions.beginCheckPktLen(action.size);
    writeSubfield(action.destination, 1n, ctx.flow, ctx.wc);
    if (ctx.trace !== undefined && first === caller.actions.length) traceDrop(ctx);
  }

  #leave(frame: Frame): void {
    const ctx = this.#ctx;
    switch (frame.kind) {
      case 'rule':
        this.#height--;
        ctx.height--;
        if (frame.isDeep) this.#depth--;
        ctx.table = frame.callerTable;
        ctx.rule = frame.callerRule;
        break;
      case 'bucket':
        this.#height--;
        break;
      case 'set':
        this.#height--;
        ctx.height--;
        ctx.isInActionSet = false;
        break;
      default:
        this.#leaveBranch(frame);
    }
  }

  /** A branch has an action set of its own, which comes first. */
  #leaveBranch(frame: Frame): void {
    const ctx = this.#ctx;
    if (!frame.isSetDone) {
      frame.isSetDone = true;
      if (this.#enterSet()) return;
    }
    const saved = frame.saved!;
    if (frame.kind === 'greater') {
      this.#enterLess(frame, saved);
      return;
    }
    this.#height--;
    if (frame.kind === 'clone') ctx.actions.endClone();
    else if (frame.kind === 'less') {
      ctx.actions.endCheckPktLen();
      ctx.isExited = frame.wasExited;
    }
    if (frame.kind !== 'copy') saved.restoreBase(ctx);
    saved.restoreFlow(ctx);
    saved.restoreStackAndSet(ctx);
  }

  /** The stack and the action set are, as in OVS, what the first branch has left. */
  #enterLess(frame: Frame, saved: SavedState): void {
    const ctx = this.#ctx;
    saved.restoreBase(ctx);
    saved.restoreFlow(ctx);
    frame.wasExited = ctx.isExited;
    ctx.isExited = false;
    ctx.actions.elseCheckPktLen();
    frame.kind = 'less';
    frame.next = frame.first;
    frame.isSetDone = false;
    writeSubfield(frame.destination!, 0n, ctx.flow, ctx.wc);
    if (ctx.trace !== undefined && frame.first === frame.actions.length) traceDrop(ctx);
  }

  #stopCalling(): void {
    if (this.#ctx.trace !== undefined) say(this.#ctx, SENTENCES.tooManyActions());
    this.#ctx.isExited = true;
  }
}
