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
 * depth costs no JavaScript stack (groups and patch ports do, at most 64). Actions with lists of
 * their own (`clone`, `check_pkt_larger`, a group's buckets, the action set) are frames too, which
 * undo at their end what is the copy's alone. Two limits end what would not end: 64 nested calls
 * into the same or an earlier table, 4,096 calls in all (`xlate-limits.ts`). A translation that
 * fails drops: its actions are empty, its mask is as sound as ever.
 *
 * A patch port is the way into another bridge: its tables are walked there and then, and its
 * actions are in the same list (`xlate-patch.ts`).
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
 * Answers to OVS 3.1's `ofproto/ofproto-dpif-xlate.c`. Not here yet: conntrack, tunnels, bonds.
 *
 * Hot path. Bench: `bench/translate.ts`.
 */

import type { XlateRequest, XlateResult } from '../datapath/translator.js';
import { RECIRC_ID } from '../packet/flow-layout.js';
import type { FrozenAction, FrozenState } from './frozen-states.js';
import { OFPP_IN_PORT, type Ofpact, type Ofpacts, TABLE_CURRENT } from './ofpact.js';
import type { Ofproto } from './ofproto.js';
import type { PatchLink } from './patch-ports.js';
import { createActionsRule, type Rule } from './rule.js';
import { SENTENCES } from './trace-sentences.js';
import { type Continuation, doAction, isBareAction } from './xlate-actions.js';
import {
  abandonBranches,
  enterClone,
  enterGreater,
  enterSet,
  leaveBranch,
} from './xlate-branch.js';
import { OfprotoXlateCache } from './xlate-cache.js';
import { XlateContext, type XlateContextOptions } from './xlate-context.js';
import { type Frame, FrameStack, type RuleCall } from './xlate-frame.js';
import { failToThaw, finishFreezing, keepRest, unroll } from './xlate-freeze.js';
import { XlateGroups } from './xlate-group.js';
import { XlateLimits } from './xlate-limits.js';
import { isOnMirrorPort, mirrorArrival } from './xlate-mirror.js';
import { Crossings } from './xlate-patch.js';
import { OfprotoXlateResult } from './xlate-result.js';
import { say, traceAction, traceDrop, traceMoved, traceThaw } from './xlate-trace.js';
import { finishWildcards } from './xlate-wildcards.js';

const NO_ACTIONS: Ofpacts = [];

export class Xlate {
  readonly #ctx: XlateContext;
  readonly #result: OfprotoXlateResult;
  readonly #frames = new FrameStack();
  readonly #limits = new XlateLimits();
  readonly #groups: XlateGroups;
  readonly #crossings = new Crossings();

  constructor(options: XlateContextOptions) {
    this.#ctx = new XlateContext(options);
    this.#ctx.crossPatch = (link, isLast) => this.#crossPatch(link, isLast);
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
    this.#limits.begin();
    this.#groups.begin();
    this.#crossings.begin();
    const isArrival = first === undefined && (thawed === undefined || ctx.flow[RECIRC_ID] !== 0);
    if (isArrival && ctx.stats !== undefined) ctx.ofproto.creditArrival(ctx.stats);
    if (thawed !== undefined) this.#thaw(thawed);
    else if (ctx.flow[RECIRC_ID] !== 0) failToThaw(ctx);
    else this.#begin(first);
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
    this.#enterRule(rule, rule.actions, { table: 0, isDeep: false, isLast: true });
  }

  /** Without actions, it goes on with a lookup in the state's table. */
  #thaw(state: FrozenState): void {
    const ctx = this.#ctx;
    ctx.thaw(state, ctx.flow[RECIRC_ID]!);
    const { table, actions } = state;
    if (ctx.trace !== undefined) traceThaw(ctx, state);
    if (actions.length === 0) {
      const rule = ctx.lookup(table, ctx.inPort);
      this.#enterRule(rule, rule.actions, { table, isDeep: false, isLast: true });
      return;
    }
    this.#frames.enter('thawed', actions, true);
    ctx.height++;
  }

  #walk(): void {
    const ctx = this.#ctx;
    if (isOnMirrorPort(ctx) || ctx.isUnwanted()) return;
    mirrorArrival(ctx);
    if (ctx.trace !== undefined && this.#frames.top.isEmptyRule) traceDrop(ctx);
    this.#run(0);
    // In a trace, the set belongs to the first rule.
    ctx.height++;
    if (ctx.error !== undefined) return;
    if (!ctx.freezing.isOn && enterSet(ctx, this.#frames)) this.#run(0);
    if (ctx.error === undefined && ctx.freezing.isOn) finishFreezing(ctx);
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
    if (ctx.isBared && !isBareAction(action)) {
      this.#freeze(frame);
      return;
    }
    if (action.type === 'unroll') {
      unroll(ctx, action);
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
        ctx.isLastAction = this.#isLast(frame);
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
    if (!this.#limits.mayCall(this.#ctx)) return;
    const outcome = this.#groups.carryOut(id, this.#isLast(frame));
    if (outcome === 'missing') this.#continue('stop', frame);
    else if (outcome === 'premature') this.#freeze(frame);
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
    if (!this.#limits.mayCall(ctx)) return;
    this.#enterCalled(ctx.lookupForResubmit(table, inPort), table, this.#isLast(frame));
  }

  /** What was left for when the packet is back goes on as `resubmit` does. */
  #goto(table: number, frame: Frame): void {
    const ctx = this.#ctx;
    if (!this.#limits.mayCall(ctx)) return;
    const { inPort } = ctx;
    const isThawed = frame.kind === 'thawed';
    const rule = isThawed ? ctx.lookupForResubmit(table, inPort) : ctx.lookup(table, inPort);
    this.#enterCalled(rule, table, this.#isLast(frame));
  }

  /** Goes on with a rule of `table`, to come back afterwards. */
  #enterCalled(rule: Rule, table: number, isLast: boolean): void {
    const ctx = this.#ctx;
    this.#limits.calls++;
    this.#enterRule(rule, rule.actions, { table, isDeep: table <= ctx.table, isLast });
    if (ctx.trace !== undefined && rule.actions.length === 0) traceDrop(ctx);
  }

  /**
   * A bucket's actions are one deeper than the rule that calls the group. Whatever ends the bucket,
   * the rule goes on.
   */
  #runBucket(actions: Ofpacts, isLast: boolean): void {
    const ctx = this.#ctx;
    const { height, table, rule, cookie } = ctx;
    const floor = this.#frames.height;
    const depth = this.#limits.depth;
    this.#limits.depth++;
    this.#frames.enter('bucket', actions, isLast);
    if (ctx.trace !== undefined && actions.length === 0) traceDrop(ctx);
    this.#run(floor);
    abandonBranches(ctx, this.#frames, floor);
    this.#limits.depth = depth;
    ctx.height = height;
    ctx.table = table;
    ctx.rule = rule;
    ctx.cookie = cookie;
    ctx.isExited = false;
  }

  /** The packet goes through the tables of the bridge at a patch port's other end, and back. */
  #crossPatch(link: PatchLink, isLast: boolean): void {
    const ctx = this.#ctx;
    const { tables } = link.to.ofproto;
    const version = tables.pin();
    try {
      this.#crossings.enter(ctx, link, version);
      if (!ctx.isUnwanted()) this.#runOtherBridge(isLast);
      this.#crossings.leave(ctx, link);
    } finally {
      tables.unpin();
    }
  }

  /** What its rule does there is done with a copy, as by `clone`. */
  #runOtherBridge(isLast: boolean): void {
    const ctx = this.#ctx;
    if (ctx.isBared) {
      ctx.freezing.begin(ctx);
      finishFreezing(ctx);
      return;
    }
    if (!this.#limits.mayCall(ctx)) return;
    const floor = this.#frames.height;
    const depth = this.#limits.depth;
    this.#limits.calls++;
    const rule = ctx.lookup(0, ctx.inPort);
    this.#enterRule(rule, NO_ACTIONS, { table: 0, isDeep: true, isLast });
    enterClone(ctx, this.#frames, rule.actions, isLast);
    this.#run(floor);
    abandonBranches(ctx, this.#frames, floor);
    this.#limits.depth = depth;
  }

  #enterRule(rule: Rule, actions: Ofpacts, { table, isDeep, isLast }: RuleCall): void {
    const ctx = this.#ctx;
    const frame = this.#frames.enter('rule', actions, isLast);
    frame.callerTable = ctx.table;
    frame.callerRule = ctx.rule;
    frame.callerCookie = ctx.cookie;
    frame.isDeep = isDeep;
    ctx.height++;
    if (isDeep) this.#limits.depth++;
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
        if (frame.isDeep) this.#limits.depth--;
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
}
