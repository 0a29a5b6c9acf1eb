/**
 * Lists of actions that are done with a copy of the packet: clones, the two ways of
 * `check_pkt_larger`, and the action set that each of them has at its end.
 *
 * What a branch changes is undone when it is left, in the translation and, where that cannot be
 * done by writing back, in the datapath. A branch that freezes goes on by itself later. Answers to
 * `clone_xlate_actions()`, `xlate_check_pkt_larger()` and `xlate_action_set()`.
 *
 * Hot path. Bench: `bench/translate.ts`.
 */

import { orderActionSet } from './action-set.js';
import { writeSubfield } from './field-write.js';
import type { Ofpact, Ofpacts } from './ofpact.js';
import { SENTENCES } from './trace-sentences.js';
import { isReversible } from './xlate-actions.js';
import type { XlateContext } from './xlate-context.js';
import type { Frame, FrameStack, SavedState } from './xlate-frame.js';
import { finishFreezing } from './xlate-freeze.js';
import { sayHeading, traceDrop } from './xlate-trace.js';

/** Turns to the action set, which is then empty; false: nothing of it is to be done. */
export function enterSet(ctx: XlateContext, frames: FrameStack): boolean {
  if (ctx.actionSet.length === 0) return false;
  const actions = orderActionSet(ctx.actionSet);
  ctx.actionSet = [];
  if (actions.length === 0) return false;
  if (ctx.trace !== undefined) sayHeading(ctx, SENTENCES.actionSetHeading());
  if (ctx.isExited) return false;
  ctx.isInActionSet = true;
  ctx.height++;
  frames.enter('set', actions, true);
  return true;
}

/** A copy of the packet, made by the datapath where its changes could not be undone. */
export function enterClone(
  ctx: XlateContext,
  frames: FrameStack,
  actions: Ofpacts,
  isLast: boolean,
): void {
  if (ctx.trace !== undefined && actions.length === 0) traceDrop(ctx);
  if (isLast || isReversible(actions)) {
    frames.enter('copy', actions, isLast).save(ctx);
    return;
  }
  ctx.commit();
  frames.enter('clone', actions, true).save(ctx);
  ctx.actions.beginClone();
}

/** What follows is done twice: for longer packets, then for the others. */
export function enterGreater(
  ctx: XlateContext,
  frames: FrameStack,
  action: Extract<Ofpact, { type: 'check_pkt_larger' }>,
  caller: Frame,
): void {
  const first = caller.next;
  caller.next = caller.actions.length;
  const frame = frames.enter('greater', caller.actions, true);
  frame.next = first;
  frame.first = first;
  frame.destination = action.destination;
  ctx.commit();
  frame.save(ctx);
  ctx.actions.beginCheckPktLen(action.size);
  writeSubfield(action.destination, 1n, ctx.flow, ctx.wc);
  if (ctx.trace !== undefined && first === caller.actions.length) traceDrop(ctx);
}

/** A branch has an action set of its own, which comes first. */
export function leaveBranch(ctx: XlateContext, frames: FrameStack, frame: Frame): void {
  if (ctx.freezing.isOn) finishFreezing(ctx);
  else if (!frame.isSetDone) {
    frame.isSetDone = true;
    if (enterSet(ctx, frames)) return;
  }
  const saved = frame.saved!;
  if (frame.kind === 'greater') {
    enterLess(ctx, frame, saved);
    return;
  }
  frames.height--;
  if (frame.kind === 'clone') ctx.actions.endClone();
  else if (frame.kind === 'less') {
    ctx.actions.endCheckPktLen();
    ctx.isExited = frame.wasExited;
  }
  if (frame.kind !== 'copy') saved.restoreBase(ctx);
  saved.restoreFlow(ctx);
  saved.restoreStackAndSet(ctx);
}

/** Ends what is above `floor`, in the middle: what has been sent stays sent. */
export function abandonBranches(ctx: XlateContext, frames: FrameStack, floor: number): void {
  while (frames.height > floor) {
    const { kind, saved } = frames.top;
    frames.height--;
    if (kind === 'clone') ctx.actions.endClone();
    else if (kind === 'greater') ctx.actions.elseCheckPktLen();
    if (kind === 'greater' || kind === 'less') ctx.actions.endCheckPktLen();
    if (kind === 'clone' || kind === 'greater' || kind === 'less') saved!.restoreBase(ctx);
  }
}

/** The stack and the action set are, as in OVS, what the first branch has left. */
function enterLess(ctx: XlateContext, frame: Frame, saved: SavedState): void {
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
