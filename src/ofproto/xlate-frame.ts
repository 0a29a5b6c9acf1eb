/**
 * A list of actions that is being carried out, on the stack of a translation.
 *
 * Most are a rule's. The others belong to an action that has lists of its own: they know what to go
 * back to when they are done. Frames are reused, so each has all properties.
 *
 * Owner: `Xlate`. Hot path. Bench: `bench/translate.ts`.
 */

import { createFlow, type Flow } from '../packet/flow.js';
import type { FrozenAction } from './frozen-states.js';
import type { Ofpact, Subfield } from './ofpact.js';
import type { Rule } from './rule.js';
import type { XlateContext } from './xlate-context.js';
import { XlateStack } from './xlate-stack.js';

/**
 * `rule`: a rule's actions. `set`: the action set. `copy`: a clone whose changes can be undone;
 * `clone`: one that is the datapath's. `greater`, `less`: what follows `check_pkt_larger`.
 * `bucket`: a group's. `thawed`: what an earlier translation has left to do.
 */
export type FrameKind =
  | 'thawed'
  | 'rule'
  | 'set'
  | 'copy'
  | 'clone'
  | 'greater'
  | 'less'
  | 'bucket';

export class Frame {
  kind: FrameKind = 'rule';
  actions: readonly FrozenAction[] = [];
  /** Index of its next action. */
  next = 0;
  /** Whether nothing comes after it, in any list. */
  isLast = false;
  /** The table and rule that called it; of a rule only. */
  callerTable = 0;
  callerRule: Rule | undefined = undefined;
  callerCookie = 0n;
  /** Counts against `DEPTH_MAX`. */
  isDeep = false;
  /** Where its list began; of `greater` and `less` only. */
  first = 0;
  /** Where it writes which of the two it is. */
  destination: Subfield | undefined = undefined;
  /** Whether the first of two branches ended by `exit`. */
  wasExited = false;
  /** Whether its action set has been carried out. */
  isSetDone = false;
  /** What to go back to; made when it is first needed. */
  saved: SavedState | undefined = undefined;

  begin(kind: FrameKind, actions: readonly FrozenAction[], isLast: boolean): void {
    this.kind = kind;
    this.actions = actions;
    this.next = 0;
    this.isLast = isLast;
    this.isSetDone = false;
  }

  /** Whether it is a rule's that does nothing. */
  get isEmptyRule(): boolean {
    return this.kind === 'rule' && this.actions.length === 0;
  }

  save(ctx: XlateContext): void {
    this.saved ??= new SavedState();
    this.saved.save(ctx);
  }
}

/** How a rule is called. */
export interface RuleCall {
  readonly table: number;
  /** Whether it counts against `DEPTH_MAX`. */
  readonly isDeep: boolean;
  /** Whether nothing comes behind it. */
  readonly isLast: boolean;
}

/** The lists that are being carried out, the one called last on top. */
export class FrameStack {
  /** Only so many are in use; the others wait to be reused. */
  height = 0;
  readonly #frames: Frame[] = [];

  /** There must be one. */
  get top(): Frame {
    return this.#frames[this.height - 1]!;
  }

  enter(kind: FrameKind, actions: readonly FrozenAction[], isLast: boolean): Frame {
    let frame = this.#frames[this.height];
    if (frame === undefined) {
      frame = new Frame();
      this.#frames.push(frame);
    }
    this.height++;
    frame.begin(kind, actions, isLast);
    return frame;
  }
}

/** What a copy of the packet may change and the packet itself keeps. */
export class SavedState {
  readonly #flow = createFlow();
  readonly #base = createFlow();
  readonly #stack = new XlateStack();
  #set: Ofpact[] = [];
  #setHasGroup = false;
  #isBared = false;

  save(ctx: XlateContext): void {
    copy(ctx.flow, this.#flow);
    copy(ctx.base, this.#base);
    this.#stack.assign(ctx.stack);
    this.#set = ctx.actionSet.slice();
    this.#setHasGroup = ctx.actionSetHasGroup;
    this.#isBared = ctx.isBared;
  }

  /** The packet as the pipeline sees it. */
  restoreFlow(ctx: XlateContext): void {
    copy(this.#flow, ctx.flow);
  }

  /** What has been done to the packet. */
  restoreBase(ctx: XlateContext): void {
    copy(this.#base, ctx.base);
    ctx.isBared = this.#isBared;
    ctx.encap = undefined;
  }

  restoreStackAndSet(ctx: XlateContext): void {
    ctx.stack.assign(this.#stack);
    ctx.actionSet = this.#set;
    ctx.actionSetHasGroup = this.#setHasGroup;
  }
}

function copy(from: Flow, to: Flow): void {
  to.set(from);
}
