/**
 * Freezing: a translation that cannot go on keeps what is left, for when more is known.
 *
 * After the last label is popped, or an NSH header is taken away, only another look at the packet
 * can tell what it is; a select group may want the datapath's hash; a controller may want to
 * decide. Then nothing more is carried out; each list that is left adds the rest of its actions
 * (`keepRest`); and where the packet's own path ends, at the bottom, or in a bucket or a clone,
 * the state becomes a number, and the datapath is told to come back with it (`finishFreezing`).
 * Answers to `freeze_unroll_actions()` and `finish_freezing__()`.
 *
 * Hot path. Bench: `bench/translate.ts`.
 */

import type { HashAlgorithm } from '../datapath/odp-actions.js';
import { RECIRC_ID } from '../packet/flow-layout.js';
import type { FrozenAction } from './frozen-states.js';
import { type Ofpact, TABLE_CURRENT } from './ofpact.js';
import { SENTENCES } from './trace-sentences.js';
import type { XlateContext } from './xlate-context.js';
import type { Frame } from './xlate-frame.js';
import { fail } from './xlate-limits.js';
import { sendToControllerPaused } from './xlate-output.js';
import { traceUnroll } from './xlate-trace.js';

type ControllerAction = Extract<Ofpact, { type: 'controller' }>;

const NO_USERDATA = new Uint8Array(0);

/** What is being frozen. */
export class Freezing {
  isOn = false;
  /** The controller that lets the packet go on; undefined: the datapath looks it up again. */
  pause: ControllerAction | undefined;
  /** The hash that is to be known then. */
  algorithm: HashAlgorithm | undefined;
  basis = 0;
  actions: FrozenAction[] = [];
  #table = -1;
  #cookie = 0n;

  /** Nothing more is carried out. */
  begin(ctx: XlateContext): void {
    this.isOn = true;
    ctx.isExited = true;
  }

  end(): void {
    this.isOn = false;
    this.pause = undefined;
    this.algorithm = undefined;
    this.actions = [];
    this.#table = -1;
  }

  /** The actions that follow may tell a controller where they come from. */
  unroll(table: number, cookie: bigint): void {
    if (table === this.#table && cookie === this.#cookie) return;
    this.#table = table;
    this.#cookie = cookie;
    this.actions.push({ type: 'unroll', table, cookie });
  }
}

/** Keeps what is left of a list, to be done when the packet is back. */
export function keepRest(ctx: XlateContext, frame: Frame): void {
  const { freezing } = ctx;
  const { actions } = frame;
  for (let i = frame.next; i < actions.length; i++) {
    const action = actions[i]!;
    if (action.type === 'note' || action.type === 'conjunction') continue;
    if (action.type === 'unroll') freezing.unroll(action.table, action.cookie);
    else {
      if (needsPlace(action)) freezing.unroll(ctx.table, ctx.cookie);
      freezing.actions.push(action);
    }
  }
  frame.next = actions.length;
}

/** Whether an action hangs on the table that it is in, or tells of it. */
function needsPlace(action: Ofpact): boolean {
  switch (action.type) {
    case 'output':
    case 'output_reg':
    case 'output_trunc':
    case 'group':
    case 'controller':
    case 'dec_ttl':
    case 'dec_mpls_ttl':
    case 'dec_nsh_ttl':
      return true;
    case 'resubmit':
      return action.table === TABLE_CURRENT;
    default:
      return false;
  }
}

/** Turns what was kept into a number, and has the packet come back with it. */
export function finishFreezing(ctx: XlateContext): void {
  const { freezing, flow } = ctx;
  ctx.commit();
  const id = ctx.freeze({
    ofproto: ctx.ofproto,
    table: 0,
    flow,
    stack: ctx.stack.values(),
    actions: freezing.actions,
    actionSet: ctx.actionSet,
    mirrors: ctx.mirrors,
    isHashed: freezing.algorithm !== undefined,
    userdata: freezing.pause?.userdata ?? NO_USERDATA,
  });
  if (freezing.pause !== undefined) sendToControllerPaused(ctx, freezing.pause, id);
  else {
    if (freezing.algorithm !== undefined) ctx.actions.hash(freezing.algorithm, freezing.basis);
    ctx.actions.recirc(id);
  }
  freezing.end();
}

/** The packet has come back with a number that stands for nothing. */
export function failToThaw(ctx: XlateContext): void {
  fail(ctx, 'no_recirculation_context', SENTENCES.noRecirculation(ctx.flow[RECIRC_ID]!));
}

/** What follows was left by a rule of that table. */
export function unroll(ctx: XlateContext, action: Extract<FrozenAction, { type: 'unroll' }>): void {
  ctx.table = action.table;
  ctx.cookie = action.cookie;
  if (ctx.trace !== undefined) traceUnroll(ctx, action);
}
