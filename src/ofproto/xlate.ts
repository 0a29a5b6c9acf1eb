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
 * A translation that must know more before it goes on freezes: what is left becomes a state with a
 * number, the datapath brings the packet back with that number, and a translation of its own thaws
 * the state and goes on (`xlate-freeze.ts`).
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
 * tunnels, patch ports, mirrors, bonds.
 *
 * Hot path. Bench: `bench/translate.ts`.
 */

import type { XlateRequest, XlateResult } from '../datapath/translator.js';
import { RECIRC_ID } from '../packet/flow-layout.js';
import type { FrozenAction, FrozenState } from './frozen-states.js';
import { OFPP_IN_PORT, type Ofpact, type Ofpacts, TABLE_CURRENT } from './ofpact.js';
import type { Ofproto } from './ofproto.js';
import { createActionsRule, type Rule } from './rule.js';
import { type Continuation, doAction, isBareAction } from './xlate-actions.js';
import { enterClone, enterGreater, enterSet, leaveBranch } from './xlate-branch.js';
import { OfprotoXlateCache } from './xlate-cache.js';
import { XlateContext, type XlateContextOptions, type XlateError } from './xlate-context.js';
import { type Frame, FrameStack } from './xlate-frame.js';
import { finishFreezing, keepRest } from './xlate-freeze.js';
import { XlateGroups } from './xlate-group.js';
import { mirrorArrival } from './xlate-mirror.js';
import { OfprotoXlateResult } from './xlate-result.js';
import { STACK_SIZE_MAX } from './xlate-stack.js';
import { SENTENCES, type Sentence } from './trace-sentences.js';
import { say, traceAction, traceDrop, traceMoved, traceThaw, traceUnroll } from './xlate-trace.js';
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
  readonly #frames = new FrameStack();
  readonly #groups: XlateGroups;
  #depth = 0;
  #resubmitsCount = 0;

  constructor(options: XlateContextOptions) {
    this.#ctx = new XlateContext(options);
    this.#result = new OfprotoXlateResult(this.#ctx.wc);
    this.#groups = new XlateGroups(this.#ctx, (actions, isLast) =>
      this.#runBucket(actions, isLast),
    );
  }

  /** The answer for `request`, whose ingress belongs to `ofproto`; holds until the next call. */
  translate(request: XlateRequest, ofproto: Ofproto): XlateResult {
    const id = request.ingress.flow[RECIRC_ID]!;
    if (id === 0) return this.#pinned(request, ofproto, undefined, undefined);
    const state = this.#ctx.frozen.find(id);
    return this.#pinned(request, state?.ofproto ?? ofproto, undefined, state);
  }

  /** The same for a packet that is given its actions instead of meeting a rule: a packet-out. */
  translateActions(request: XlateRequest, ofproto: Ofproto, actions: Ofpacts): XlateResult {
    return this.#pinned(request, ofproto, createActionsRule(actions), undefined);
  }

  /** The same for a packet that a controller lets go on from where it was paused. */
  resume(request: XlateRequest, state: FrozenState): XlateResult {
    return this.#pinned(request, state.ofproto, undefined, state);
  }

  #pinned(
    request: XlateRequest,
    ofproto: Ofproto,
    first: Rule | undefined,
    thawed: FrozenState | undefined,
  ): XlateResult {
    const version = ofproto.tables.pin();
    try {
      const ctx = this.#ctx;
      ctx.begin(request, ofproto, version);
      this.#translate(request, first, thawed);
      this.#result.fill(ctx);
      return this.#result;
    } finally {
      ofproto.tables.unpin();
    }
  }

  #translate(
    request: XlateRequest,
    first: Rule | undefined,
    thawed: FrozenState | undefined,
  ): void {
    const ctx = this.#ctx;
    this.#frames.height = 0;
    this.#depth = 0;
    this.#resubmitsCount = 0;
    this.#groups.begin();
    const isArrival = first === undefined && (thawed === undefined || ctx.flow[RECIRC_ID] !== 0);
    if (isArrival && ctx.stats !== undefined) ctx.ofproto.creditArrival(ctx.stats);
    if (thawed !== undefined) this.#thaw(thawed);
    else if (ctx.flow[RECIRC_ID] !== 0) {
      const sentence = SENTENCES.noRecirculation(ctx.flow[RECIRC_ID]!);
      this.#fail('no_recirculation_context', sentence);
    } else this.#begin(first);
    if (ctx.error === undefined) this.#walk();
    finishWildcards(ctx.wc, request.ingress.flow, ctx.ofproto.vlanLimit);
    if (ctx.trace !== undefined) traceMoved(ctx);
    if (request.cache instanceof OfprotoXlateCache) {
      request.cache.fill(ctx.ofproto, ctx.takeEntries(), isArrival);
    }
  }

  #begin(first: Rule | undefined): void {
    const ctx = this.#ctx;
    const rule = first ?? ctx.lookup(0, ctx.inPort);
    // The action set is the first rule's, at the end.
    ctx.cookie = rule.cookie;
    this.#enterRule(rule, 0, false, true);
  }

  /** Without actions, it goes on with a lookup in the state's table. */
  #thaw(state: FrozenState): void {
    const ctx = this.#ctx;
    ctx.thaw(state, ctx.flow[RECIRC_ID]!);
    const { table, actions } = state;
    if (ctx.trace !== undefined) traceThaw(ctx, state);
    if (actions.length === 0) {
      this.#enterRule(ctx.lookup(table, ctx.inPort), table, false, true);
      return;
    }
    this.#frames.enter('thawed', actions, true);
    ctx.height++;
  }

  #walk(): void {
    const ctx = this.#ctx;
    if (this.#isOnMirrorPort() || ctx.isUnwanted()) return;
    mirrorArrival(ctx);
    const { kind, actions } = this.#frames.top;
    if (ctx.trace !== undefined && kind === 'rule' && actions.length === 0) traceDrop(ctx);
    this.#run(0);
    // In a trace, the set belongs to the first rule.
    ctx.height++;
    if (ctx.error !== undefined) return;
    if (!ctx.freezing.isOn && enterSet(ctx, this.#frames)) this.#run(0);
    if (ctx.error === undefined && ctx.freezing.isOn) finishFreezing(ctx);
  }

  /** Whether the packet comes from a port to which only copies go. */
  #isOnMirrorPort(): boolean {
    const ctx = this.#ctx;
    const { ofproto, inPort } = ctx;
    if (!ofproto.mirrors.isReserved(inPort)) return false;
    if (ctx.trace !== undefined) {
      say(ctx, SENTENCES.onMirrorPort(ofproto.port(inPort)?.name ?? ''));
    }
    return true;
  }

  /** Carries out the lists on the stack above `floor`. */
  #run(floor: number): void {
    const ctx = this.#ctx;
    const frames = this.#frames;
    while (frames.height > floor) {
      const frame = frames.top;
      if (ctx.error !== undefined) return;
      const action = ctx.isExited ? undefined : frame.actions[frame.next];
      if (action === undefined) this.#leave(frame);
      else {
        frame.next++;
        this.#do(action, frame);
      }
    }
  }

  #do(action: FrozenAction, frame: Frame): void {
    const ctx = this.#ctx;
    if (action.type === 'unroll') {
      ctx.table = action.table;
      ctx.cookie = action.cookie;
      if (ctx.trace !== undefined) traceUnroll(ctx, action);
      return;
    }
    if (ctx.isBared && !isBareAction(action)) {
      this.#freeze(frame);
      return;
    }
    if (ctx.trace !== undefined) traceAction(ctx, action);
    switch (action.type) {
      case 'resubmit':
        this.#resubmit(action, frame);
        break;
      case 'goto_table':
        this.#goto(action.table, frame);
        break;
      case 'clone':
        enterClone(ctx, this.#frames, action.actions, this.#isLast(frame));
        break;
      case 'check_pkt_larger':
        enterGreater(ctx, this.#frames, action, frame);
        break;
      case 'exit':
        ctx.isExited = true;
        break;
      case 'group':
        this.#group(action.group, frame);
        break;
      default:
        this.#continue(doAction(ctx, action), frame);
    }
  }

  #continue(continuation: Continuation, frame: Frame): void {
    if (continuation === 'stop') frame.next = frame.actions.length;
    else if (continuation === 'table') {
      if (this.#ctx.isBared) this.#freeze(frame);
      else this.#goto(0, frame);
    }
  }

  #group(id: number, frame: Frame): void {
    if (!this.#mayCall()) return;
    const outcome = this.#groups.carryOut(id, this.#isLast(frame));
    if (outcome === 'missing') this.#continue('stop', frame);
    else if (outcome === 'unhashed') this.#freeze(frame);
  }

  /** Leaves the action at hand, and all that comes behind it, for when the packet is back. */
  #freeze(frame: Frame): void {
    frame.next--;
    this.#ctx.freezing.begin(this.#ctx);
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
    if (!this.#mayCall()) return;
    this.#enterCalled(ctx.lookupForResubmit(table, inPort), table, this.#isLast(frame));
  }

  /** What was left for when the packet is back goes on as `resubmit` does. */
  #goto(table: number, frame: Frame): void {
    if (!this.#mayCall()) return;
    const ctx = this.#ctx;
    const rule =
      frame.kind === 'thawed'
        ? ctx.lookupForResubmit(table, ctx.inPort)
        : ctx.lookup(table, ctx.inPort);
    this.#enterCalled(rule, table, this.#isLast(frame));
  }

  /** Goes on with a rule of `table`, to come back afterwards. */
  #enterCalled(rule: Rule, table: number, isLast: boolean): void {
    this.#resubmitsCount++;
    this.#enterRule(rule, table, table <= this.#ctx.table, isLast);
    if (this.#ctx.trace !== undefined && rule.actions.length === 0) traceDrop(this.#ctx);
  }

  /**
   * A bucket's actions are one deeper than the rule that calls the group. Whatever ends the bucket,
   * the rule goes on.
   */
  #runBucket(actions: Ofpacts, isLast: boolean): void {
    const ctx = this.#ctx;
    const { height, table, rule, cookie } = ctx;
    const floor = this.#frames.height;
    const depth = this.#depth;
    this.#depth++;
    this.#frames.enter('bucket', actions, isLast);
    if (ctx.trace !== undefined && actions.length === 0) traceDrop(ctx);
    this.#run(floor);
    this.#frames.height = floor;
    this.#depth = depth;
    ctx.height = height;
    ctx.table = table;
    ctx.rule = rule;
    ctx.cookie = cookie;
    ctx.isExited = false;
  }

  #mayCall(): boolean {
    const ctx = this.#ctx;
    if (this.#depth >= DEPTH_MAX) {
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

  #enterRule(rule: Rule, table: number, isDeep: boolean, isLast: boolean): void {
    const ctx = this.#ctx;
    const frame = this.#frames.enter('rule', rule.actions, isLast);
    frame.callerTable = ctx.table;
    frame.callerRule = ctx.rule;
    frame.callerCookie = ctx.cookie;
    frame.isDeep = isDeep;
    ctx.height++;
    if (isDeep) this.#depth++;
    ctx.table = table;
    ctx.rule = rule;
    ctx.cookie = rule.cookie;
  }

  #leave(frame: Frame): void {
    const ctx = this.#ctx;
    if (ctx.freezing.isOn) keepRest(ctx, frame);
    switch (frame.kind) {
      case 'rule':
        this.#frames.height--;
        ctx.height--;
        if (frame.isDeep) this.#depth--;
        ctx.table = frame.callerTable;
        ctx.rule = frame.callerRule;
        ctx.cookie = frame.callerCookie;
        break;
      case 'thawed':
        this.#frames.height--;
        break;
      case 'bucket':
        this.#frames.height--;
        if (ctx.freezing.isOn) finishFreezing(ctx);
        break;
      case 'set':
        this.#frames.height--;
        ctx.height--;
        ctx.isInActionSet = false;
        break;
      default:
        leaveBranch(ctx, this.#frames, frame);
    }
  }

  #stopCalling(): void {
    if (this.#ctx.trace !== undefined) say(this.#ctx, SENTENCES.tooManyActions());
    this.#ctx.isExited = true;
  }
}
