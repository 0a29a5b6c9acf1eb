/**
 * Actions that few rules have: queues, the stack, action sets, learning, choosing among links,
 * headers in front.
 *
 * They are apart from `xlate-actions.ts` so that what every packet meets stays short. Answers to
 * the rest of the switch of `do_xlate_actions()`.
 *
 * Hot path. Bench: `bench/translate.ts`.
 */

import { type OfpPort, ofpPort } from '../base/brands.js';
import { SlowReason } from '../datapath/cookie.js';
import { ACTSET_OUTPUT, METADATA, NW_PROTO, SKB_PRIORITY, TUN_ID } from '../packet/flow-layout.js';
import { formatOfpPort } from '../packet/ofp-port-text.js';
import { writeActions } from './action-set.js';
import { readSubfield, writeSubfield } from './field-write.js';
import { FinTimeout } from './fin-timeout.js';
import { OFPP_IN_PORT, OFPP_LOCAL, OFPP_MAX, OFPP_UNSET, type Ofpact } from './ofpact.js';
import { SENTENCES } from './trace-sentences.js';
import type { Continuation } from './xlate-actions.js';
import type { XlateContext } from './xlate-context.js';
import { decap, decrementNshTtl, encap } from './xlate-encap.js';
import { learn } from './xlate-learn.js';
import { chooseLink, chooseMember } from './xlate-link-choice.js';
import { output } from './xlate-output.js';
import { sample } from './xlate-sample.js';
import { say, sayActionSet, saySubfield } from './xlate-trace.js';

type Action<Type extends Ofpact['type']> = Extract<Ofpact, { type: Type }>;
type RareAction = Action<
  | 'output_reg'
  | 'output_trunc'
  | 'enqueue'
  | 'set_queue'
  | 'pop_queue'
  | 'bundle'
  | 'multipath'
  | 'push'
  | 'pop'
  | 'set_tunnel'
  | 'delete_field'
  | 'clear_actions'
  | 'write_actions'
  | 'write_metadata'
  | 'learn'
  | 'group'
  | 'meter'
  | 'sample'
  | 'note'
  | 'debug_slow'
  | 'conjunction'
  | 'fin_timeout'
  | 'encap'
  | 'decap'
  | 'dec_nsh_ttl'
>;

const EXACT = 0xffff_ffff;
const PROTO_BITS = 0xff;
const PORT_MAX = 0xffffn;
const U32_BITS = 32n;

export function doRareAction(ctx: XlateContext, action: RareAction): Continuation {
  switch (action.type) {
    case 'output_reg':
      return outputToField(ctx, action);
    case 'output_trunc':
      return outputTruncated(ctx, action);
    case 'enqueue':
      return enqueue(ctx, action);
    case 'set_queue':
      setPriority(ctx, action.queue);
      return 'next';
    case 'pop_queue':
      popQueue(ctx);
      return 'next';
    case 'push':
      ctx.stack.push(readSubfield(action.subfield, ctx.flow, ctx.wc), action.subfield.width);
      return 'next';
    case 'pop':
      return pop(ctx, action);
    case 'learn':
      return learn(ctx, action);
    case 'clear_actions':
    case 'write_actions':
    case 'write_metadata':
      return doInstruction(ctx, action);
    case 'fin_timeout':
      return reduceTimeouts(ctx, action);
    case 'debug_slow':
      ctx.slow |= SlowReason.ACTION;
      return 'next';
    default:
      return doOtherAction(ctx, action);
  }
}

function doOtherAction(ctx: XlateContext, action: RareAction): Continuation {
  switch (action.type) {
    case 'multipath':
      return chooseLink(ctx, action);
    case 'bundle':
      return chooseMember(ctx, action);
    case 'encap':
      return encap(ctx, action);
    case 'decap':
      return decap(ctx);
    case 'dec_nsh_ttl':
      return decrementNshTtl(ctx);
    case 'sample':
      return sample(ctx, action);
    case 'set_tunnel':
      ctx.flow[TUN_ID] = Number(action.id >> U32_BITS);
      ctx.flow[TUN_ID + 1] = Number(BigInt.asUintN(32, action.id));
      return 'next';
    case 'meter':
      meter(ctx, action.meter);
      return 'next';
    case 'conjunction':
      // Rules that count only with others are never met; a controller can say it.
      if (ctx.trace !== undefined) say(ctx, SENTENCES.aloneConjunction());
      return 'next';
    default:
      // `note` does nothing, nor does `delete_field` while there are no tunnels.
      return 'next';
  }
}

/** Counts the packet as it is so far: what is not committed yet, the meter does not see. */
function meter(ctx: XlateContext, id: number): void {
  const found = ctx.ofproto.meters.get(id);
  if (found !== undefined) ctx.actions.meter(found.datapathId);
}

/** The mask has the bits in any case: a number that no port has is an answer, too. */
function outputToField(ctx: XlateContext, action: Action<'output_reg'>): Continuation {
  const port = BigInt.asUintN(64, readSubfield(action.source, ctx.flow, ctx.wc));
  const isInRange = port <= PORT_MAX;
  if (ctx.trace !== undefined) {
    say(ctx, isInRange ? SENTENCES.outputPort(port) : SENTENCES.portOutOfRange(port));
  }
  return isInRange ? output(ctx, ofpPort(Number(port)), action.maxLength) : 'next';
}

/** Only what the bridge knows by that very number; what it is cut to goes before its changes. */
function outputTruncated(ctx: XlateContext, action: Action<'output_trunc'>): Continuation {
  const port = ctx.ofproto.port(action.port);
  if (action.port === ctx.inPort) {
    if (ctx.trace !== undefined) say(ctx, SENTENCES.toInputPort());
  } else if (port === undefined || port.config.noForward || port.patch !== undefined) {
    if (ctx.trace !== undefined) say(ctx, SENTENCES.notTruncated(formatOfpPort(action.port)));
  } else {
    ctx.actions.trunc(action.maxLength);
    ctx.outputTo(action.port);
  }
  return 'next';
}

/** The queue is the packet's priority, for this output only. */
function enqueue(ctx: XlateContext, action: Action<'enqueue'>): Continuation {
  const port = action.port === OFPP_IN_PORT ? ctx.inPort : action.port;
  ctx.wc[SKB_PRIORITY] = EXACT;
  if (action.port === ctx.inPort || !isQueued(port)) return 'next';
  const priority = ctx.flow[SKB_PRIORITY]!;
  setPriority(ctx, action.queue);
  ctx.outputTo(port, ctx.isLastAction);
  setPriority(ctx, priority);
  return 'next';
}

function popQueue(ctx: XlateContext): void {
  const isChanged = ctx.flow[SKB_PRIORITY] !== ctx.priority;
  setPriority(ctx, ctx.priority);
  if (isChanged && ctx.trace !== undefined) say(ctx, SENTENCES.queue(ctx.priority));
}

/** A datapath's queue is a priority of the packet. */
function setPriority({ flow, wc }: XlateContext, priority: number): void {
  wc[SKB_PRIORITY] = EXACT;
  flow[SKB_PRIORITY] = priority;
}

function isQueued(port: OfpPort): boolean {
  return port < OFPP_MAX || port === OFPP_LOCAL;
}

function pop(ctx: XlateContext, { subfield }: Action<'pop'>): Continuation {
  const value = ctx.stack.pop();
  if (value !== undefined) writeSubfield(subfield, value, ctx.flow, ctx.wc);
  if (ctx.trace === undefined) return 'next';
  if (value === undefined) say(ctx, SENTENCES.stackUnderflow());
  else saySubfield(ctx, subfield);
  return 'next';
}

function doInstruction(
  ctx: XlateContext,
  action: Action<'clear_actions' | 'write_actions' | 'write_metadata'>,
): Continuation {
  switch (action.type) {
    case 'clear_actions':
      if (ctx.trace !== undefined) sayActionSet(ctx, 'was');
      ctx.actionSet = [];
      ctx.actionSetHasGroup = false;
      ctx.flow[ACTSET_OUTPUT] = OFPP_UNSET;
      break;
    case 'write_actions':
      writeActions(ctx, action.actions);
      if (ctx.trace !== undefined) sayActionSet(ctx, 'is');
      break;
    case 'write_metadata': {
      const { value, mask } = action;
      writeWord(ctx, METADATA, value >> U32_BITS, mask >> U32_BITS);
      writeWord(ctx, METADATA + 1, value, mask);
      break;
    }
  }
  return 'next';
}

/** The lowest 32 bits of `value` and `mask`. */
function writeWord({ flow, wc }: XlateContext, word: number, value: bigint, mask: bigint): void {
  const bits = Number(BigInt.asUintN(32, mask));
  flow[word] = (flow[word]! & ~bits) | (Number(BigInt.asUintN(32, value)) & bits);
  wc[word]! |= bits;
}

/** A connection that ends makes its rule end sooner. */
function reduceTimeouts(ctx: XlateContext, action: Action<'fin_timeout'>): Continuation {
  ctx.wc[NW_PROTO]! |= PROTO_BITS;
  if (ctx.rule === undefined) return 'next';
  const effect = new FinTimeout(ctx.ofproto.tables, ctx.rule, action);
  if (ctx.mayLearn) effect.reduce(ctx.request?.tcpFlags ?? 0);
  ctx.note(effect);
  return 'next';
}
