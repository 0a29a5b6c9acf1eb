/**
 * Output: to a port, to many, to a controller.
 *
 * Before anything sees the packet, the changes so far are committed. A packet never goes back to
 * where it came from, unless `in_port` says so. Answers to `xlate_output_action()`,
 * `flood_packets()` and `xlate_controller_action()`.
 *
 * Hot path. Bench: `bench/translate.ts`.
 */

import { ODPP_NONE, type OfpPort } from '../base/brands.js';
import { SLOW_CONTROLLER_2014 } from '../datapath/cookie-2014.js';
import type { ControllerCookie } from '../datapath/telemetry.js';
import { sendToController } from './controller-packet.js';
import { METER_CONTROLLER } from './meter.js';
import { xlateNormal } from './normal.js';
import {
  OFPP_ALL,
  OFPP_CONTROLLER,
  OFPP_FLOOD,
  OFPP_IN_PORT,
  OFPP_NONE,
  OFPP_NORMAL,
  OFPP_TABLE,
  type Ofpact,
} from './ofpact.js';
import { PacketInReason } from './packet-ins.js';
import type { Rule } from './rule.js';
import { SENTENCES } from './trace-sentences.js';
import type { Continuation } from './xlate-actions.js';
import type { XlateContext } from './xlate-context.js';
import { say } from './xlate-trace.js';

const NO_USERDATA = new Uint8Array(0);

/** What a controller gets of a packet where nothing says how much: all of it. */
export const WHOLE_PACKET = 0xffff;
/** The probability of a sample that is none. */
const EVERY_PACKET = 0xffff_ffff;

/** What a `controller` action says. */
export interface ControllerOutput {
  /** Bytes. */
  readonly maxLength: number;
  /** One of `PacketInReason`. */
  readonly reason: number;
  readonly controllerId: number;
  readonly userdata?: Uint8Array;
  /** What limits the packet-ins; the bridge's meter for controllers, unless given. */
  readonly meterId?: number;
}

/** Carries out `output:port`, reserved ports included; `table` is for the caller to look up. */
export function output(ctx: XlateContext, port: OfpPort, maxLength: number): Continuation {
  switch (port) {
    case OFPP_TABLE:
      return 'table';
    case OFPP_IN_PORT:
      ctx.outputTo(ctx.inPort, ctx.isLastAction);
      break;
    case OFPP_NORMAL:
      xlateNormal(ctx);
      break;
    case OFPP_FLOOD:
      flood(ctx, false);
      break;
    case OFPP_ALL:
      flood(ctx, true);
      break;
    case OFPP_CONTROLLER:
      outputToController(ctx, { maxLength, reason: reasonOf(ctx), controllerId: 0 });
      break;
    case OFPP_NONE:
      break;
    default:
      if (port !== ctx.inPort) ctx.outputTo(port, ctx.isLastAction);
      else if (ctx.trace !== undefined) say(ctx, SENTENCES.toInputPort());
  }
  return 'next';
}

/** Why an output sends a packet to a controller. */
function reasonOf(ctx: XlateContext): number {
  if (ctx.isInGroup) return PacketInReason.GROUP;
  return ctx.isInActionSet ? PacketInReason.ACTION_SET : PacketInReason.ACTION;
}

/** Carries out `controller(…)`. */
export function sendToControllerOf(
  ctx: XlateContext,
  action: Extract<Ofpact, { type: 'controller' }>,
): Continuation {
  if (action.pauses === true) {
    ctx.freezing.pause = action;
    ctx.freezing.begin(ctx);
    return 'next';
  }
  const isOutput = action.reason === PacketInReason.ACTION;
  outputToController(ctx, isOutput ? { ...action, reason: reasonOf(ctx) } : action);
  return 'next';
}

/** Tells controllers of a packet that has lived too long; it goes no further in its list. */
export function sendExpired(ctx: XlateContext, controllerIds: readonly number[]): Continuation {
  const reason = PacketInReason.INVALID_TTL;
  for (const controllerId of controllerIds) {
    outputToController(ctx, { maxLength: WHOLE_PACKET, reason, controllerId });
  }
  return 'stop';
}

/** Sends the packet up, with what it takes to make a packet-in of it. */
export function outputToController(ctx: XlateContext, to: ControllerOutput): void {
  if (ctx.controllerAction === 'slow path') {
    sendByHand(ctx, to);
    return;
  }
  ctx.commit();
  const cookie = cookieOf(ctx, to);
  const meter = ctx.ofproto.meters.get(to.meterId ?? METER_CONTROLLER);
  if (meter === undefined) {
    writeUpcall(ctx, cookie);
    return;
  }
  // The packet goes on, whether there is room for the copy or not.
  ctx.actions.beginSample(EVERY_PACKET);
  ctx.actions.meter(meter.datapathId);
  writeUpcall(ctx, cookie);
  ctx.actions.endSample();
}

/** The packet waits, as the frozen state `id`, for the controller to let it go on. */
export function sendToControllerPaused(ctx: XlateContext, to: ControllerOutput, id: number): void {
  if (!ctx.mayLearn && !ctx.isCached) return;
  writeUpcall(ctx, { ...cookieWith(ctx, to, id), isPaused: true, dontSend: false });
}

function writeUpcall(ctx: XlateContext, cookie: ControllerCookie): void {
  const odpPort = ctx.ofproto.port(ctx.inPort)?.odpPort ?? ODPP_NONE;
  const { reason, ruleCookie } = cookie;
  ctx.actions.userspace(ctx.pidOf(odpPort, 0), cookie, [
    (cookie.dontSend ? 1 : 0) | (cookie.isPaused === true ? 2 : 0),
    reason,
    cookie.recircId,
    Number(ruleCookie >> 32n),
    Number(ruleCookie & 0xffff_ffffn),
    cookie.controllerId,
    cookie.maxLength,
  ]);
}

/** As 2.3 does: the flow is slow, and whoever translates with the packet sends it. */
function sendByHand(ctx: XlateContext, to: ControllerOutput): void {
  ctx.slow |= SLOW_CONTROLLER_2014;
  const { request, ofproto, packetIns } = ctx;
  if (request?.packet === undefined) return;
  ctx.commit();
  const cookie = { ...cookieOf(ctx, to), dontSend: false };
  const { packet, ingress } = request;
  const { vlanLimit } = ofproto;
  const actions = ctx.actions.finish();
  sendToController({ packet, key: ingress.flow, actions, cookie, vlanLimit }, packetIns);
}

function cookieOf(ctx: XlateContext, to: ControllerOutput): ControllerCookie {
  const { ofproto, table, flow } = ctx;
  const id = ctx.freeze({
    ofproto,
    table,
    flow,
    stack: ctx.stack.values(),
    actions: [],
    actionSet: [],
    mirrors: ctx.mirrors,
    isHashed: false,
    userdata: to.userdata ?? NO_USERDATA,
  });
  return cookieWith(ctx, to, id);
}

function cookieWith(ctx: XlateContext, to: ControllerOutput, recircId: number): ControllerCookie {
  const isTableMiss = ctx.rule !== undefined && isTableMissRule(ctx.rule);
  const reason =
    to.reason === PacketInReason.ACTION && isTableMiss ? PacketInReason.EXPLICIT_MISS : to.reason;
  return {
    type: 'controller',
    dontSend: !ctx.mayLearn && !ctx.isCached,
    reason,
    recircId,
    ruleCookie: ctx.cookie,
    controllerId: to.controllerId,
    maxLength: to.maxLength,
    ofprotoUuid: ctx.ofproto.uuid,
    inPort: OFPP_NONE,
  };
}

/** To every other port: to `all`, or to those that are not excluded from flooding. */
function flood(ctx: XlateContext, all: boolean): void {
  const { ports } = ctx.ofproto;
  const { inPort } = ctx;
  for (let i = 0; i < ports.length; i++) {
    const port = ports[i]!;
    if (port.ofpPort === inPort) continue;
    if (all || !port.config.noFlood) ctx.outputTo(port.ofpPort);
  }
}

/** A rule that matches everything, of the lowest priority. */
function isTableMissRule(rule: Rule): boolean {
  return rule.priority === 0 && rule.match.isCatchAll;
}
