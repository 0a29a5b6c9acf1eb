/**
 * NORMAL: what a learning switch with VLANs does.
 *
 * Each packet is in a VLAN, as its port says (`port-vlan.ts`). The source address is learned there;
 * the packet goes to the port of its destination address, or, where that is unknown, to all others
 * that carry the VLAN, by port number. Frames to reserved multicast addresses (spanning tree, LLDP,
 * pause …) stop here unless the bridge forwards them. Answers to `xlate_normal()`.
 *
 * Hot path. Bench: `bench/translate.ts`.
 */

import type { OfpPort } from '../base/brands.js';
import type { Flow, FlowMask } from '../packet/flow.js';
import {
  DL_DST,
  DL_SRC_LOW,
  DL_TYPE,
  NW_DST,
  NW_PROTO,
  NW_SRC,
  VLAN_CFI,
  VLAN_PCP_MASK,
  VLAN_VID_MASK,
  VLAN0,
  VLAN1,
} from '../packet/flow-layout.js';
import { ETH_TYPE_ARP, isVlanType } from '../packet/protocol.js';
import type { MacSighting } from './mac-learning.js';
import { type McastOutput, snoopedOutput } from './mcast-output.js';
import { OFPP_CONTROLLER, OFPP_NONE } from './ofpact.js';
import type { OfprotoPort } from './ofproto.js';
import { type PortVlan, TRUNK, VlanTags } from './port-vlan.js';
import { isReservedAddress } from './reserved-addresses.js';
import { SENTENCES } from './trace-sentences.js';
import type { XlateContext } from './xlate-context.js';
import { learnTraced, say } from './xlate-trace.js';

const EXACT = 0xffff_ffff;
const PROTO_BITS = 0xff;
const ARP_REQUEST = 1;
const ARP_REPLY = 2;

export function xlateNormal(ctx: XlateContext): void {
  // Copies for mirrors, and bridges behind patch ports, may come to NORMAL before this one is done.
  const outer = tags;
  tags = ctx.tags.take();
  forward(ctx);
  ctx.tags.release();
  tags = outer;
}

function forward(ctx: XlateContext): void {
  const { flow, wc, ofproto } = ctx;
  wc.fill(EXACT, DL_DST, DL_SRC_LOW + 1);
  wc[VLAN0]! |= VLAN_VID_MASK | VLAN_CFI;
  const { inPort } = ctx;
  const vlan = vlanOf(ctx);
  tags.read(flow);
  const refusal = refusalOf(ctx, vlan);
  if (vlan === undefined || refusal !== undefined) {
    if (ctx.trace !== undefined && refusal !== undefined) sayRefusal(ctx, refusal);
    return;
  }
  vlan.enter(tags);
  const { vid } = tags;
  learn(ctx, vid);

  const snooped = ofproto.snooping && snoopedOutput(ctx, vid);
  if (snooped !== undefined) {
    sendSnooped(ctx, snooped);
    return;
  }
  const dstHigh = flow[DL_DST]! >>> 16;
  const dstLow = ((flow[DL_DST]! << 16) | (flow[DL_DST + 1]! >>> 16)) >>> 0;
  const known = ofproto.macs.lookup(dstHigh, dstLow, vid);
  if (ctx.trace !== undefined) sayDestination(ctx, known);
  if (known === inPort || (known !== undefined && ofproto.mirrors.isReserved(known))) return;
  if (known === undefined) floodNormal(ctx);
  else sendTo(ctx, known);
}

function learn(ctx: XlateContext, vlan: number): void {
  const { flow, wc, inPort } = ctx;
  const isGratuitousArp = isGratuitous(flow, wc);
  if ((!ctx.mayLearn && !ctx.isCached) || isSwitchItself(inPort)) return;
  const low = flow[DL_SRC_LOW]!;
  const high = flow[DL_DST + 1]! & 0xffff;
  const sighting: MacSighting = { high, low, vlan, port: inPort, isGratuitousArp };
  if (ctx.mayLearn) {
    if (ctx.trace === undefined) ctx.ofproto.learn(sighting);
    else learnTraced(ctx, sighting);
  }
  ctx.note(sighting);
}

/** Sends a multicast packet where the table of groups says. */
function sendSnooped(ctx: XlateContext, output: McastOutput): void {
  if (output === 'flood') {
    floodNormal(ctx);
    return;
  }
  for (let i = 0; i < output.length; i++) sendTo(ctx, output[i]!);
}

function sendTo(ctx: XlateContext, number: OfpPort): void {
  const port = ctx.ofproto.port(number);
  if (port !== undefined) send(ctx, port);
}

/** What the packet's port is to VLANs: one from a controller comes from none, and is welcome. */
function vlanOf({ ofproto, inPort }: XlateContext): PortVlan | undefined {
  if (isSwitchItself(inPort)) return TRUNK;
  return ofproto.port(inPort)?.vlan;
}

/** Why NORMAL drops the packet at once; undefined: it does not. */
function refusalOf(
  { flow, ofproto, inPort }: XlateContext,
  vlan: PortVlan | undefined,
): Refusal | undefined {
  if (vlan === undefined) return 'unknown port';
  if (isPartlyTagged(flow)) return 'partial tag';
  if (ofproto.mirrors.isReserved(inPort)) return 'mirror port';
  if (!vlan.admits(tags.vid)) return 'unwanted VLAN';
  const isReserved = !ofproto.forwardsBpdus && isReservedAddress(flow);
  return isReserved ? 'reserved address' : undefined;
}

/** Whether a packet comes from a controller or an operator: nothing is learned of such. */
function isSwitchItself(port: OfpPort): boolean {
  return port === OFPP_NONE || port === OFPP_CONTROLLER;
}

type Refusal =
  | 'unknown port'
  | 'partial tag'
  | 'mirror port'
  | 'unwanted VLAN'
  | 'reserved address';

function sayRefusal(ctx: XlateContext, refusal: Refusal): void {
  switch (refusal) {
    case 'unknown port':
      say(ctx, SENTENCES.unknownPort(ctx.inPort));
      say(ctx, SENTENCES.noInputBundle());
      break;
    case 'partial tag':
      say(ctx, SENTENCES.partialTag());
      break;
    case 'mirror port':
      say(ctx, SENTENCES.fromMirrorPort());
      break;
    case 'unwanted VLAN':
      sayRefusedVlan(ctx, ctx.ofproto.port(ctx.inPort), tags.vid);
      say(ctx, SENTENCES.unwantedVlan());
      break;
    case 'reserved address':
      say(ctx, SENTENCES.reservedAddress());
      break;
  }
}

/** Says that a port does not take packets of a VLAN. */
export function sayRefusedVlan(
  ctx: XlateContext,
  port: OfprotoPort | undefined,
  vid: number,
): void {
  const name = port?.name ?? '';
  const { mode, tag } = port?.vlan ?? TRUNK;
  if (mode === 'access') say(ctx, SENTENCES.taggedAtAccessPort(vid, name, tag));
  else if (mode === 'dot1q-tunnel') say(ctx, SENTENCES.unwantedCustomerVlan(vid, name));
  else say(ctx, SENTENCES.untrunkedVlan(vid, name));
}

function sayDestination(ctx: XlateContext, known: OfpPort | undefined): void {
  if (known === undefined) say(ctx, SENTENCES.flooding());
  else if (ctx.ofproto.mirrors.isReserved(known)) say(ctx, SENTENCES.toMirrorPort());
  else if (known === ctx.inPort) say(ctx, SENTENCES.backToInputPort());
  else say(ctx, SENTENCES.toLearnedPort());
}

function floodNormal(ctx: XlateContext): void {
  const { inPort, wc } = ctx;
  const { ports, mirrors } = ctx.ofproto;
  for (let i = 0; i < ports.length; i++) {
    const port = ports[i]!;
    if (port.ofpPort === inPort || port.config.noFlood) continue;
    if (mirrors.isReserved(port.ofpPort)) continue;
    if (port.vlan.looksInside) wc[VLAN1]! |= VLAN_VID_MASK | VLAN_CFI;
    if (port.vlan.includes(tags)) send(ctx, port);
  }
}

function send(ctx: XlateContext, port: OfprotoPort): void {
  sendInVlan(ctx, port, tags);
}

/**
 * Sends the packet, whose tags inside are `own`, with those that it has at `port`. In VLAN 0 the
 * priority decides whether there is a tag, so it matters. (OVS does so too, but does not say it in
 * the mask; and it loses a second tag behind an empty one.)
 */
export function sendInVlan(ctx: XlateContext, port: OfprotoPort, own: VlanTags): void {
  const { flow, wc } = ctx;
  const [outer, inner] = [flow[VLAN0]!, flow[VLAN1]!];
  port.vlan.leave(own, flow);
  if ((outer & VLAN_CFI) !== 0) {
    if (hangsOnPriority(port, flow, own)) wc[VLAN0]! |= VLAN_PCP_MASK;
    const isChanged = flow[VLAN0] !== outer || flow[VLAN1] !== inner;
    if (isChanged || own.isCut) wc[VLAN1]! |= (inner & VLAN_CFI) === 0 ? VLAN_CFI : EXACT;
  }
  ctx.outputTo(port.ofpPort);
  flow[VLAN0] = outer;
  flow[VLAN1] = inner;
}

/** Whether the packet, as it leaves at `port`, may have a tag for its priority alone. */
function hangsOnPriority({ vlan }: OfprotoPort, flow: Flow, own: VlanTags): boolean {
  const isUntagged = (flow[VLAN0]! & VLAN_VID_MASK) === 0 || own.vid === 0;
  return isUntagged || vlan.priorityTags !== 'never';
}

/** Whether a frame announces a tag and ends within it. */
function isPartlyTagged(flow: Flow): boolean {
  return isVlanType(flow[DL_TYPE]! >>> 16) && (flow[VLAN0]! & VLAN_CFI) === 0;
}

/**
 * Whether an ARP packet says where an address is, unasked: a broadcast reply, or a broadcast
 * request for the sender's own IP address.
 */
function isGratuitous(flow: Flow, wc: FlowMask): boolean {
  if (flow[DL_TYPE]! >>> 16 !== ETH_TYPE_ARP || !isBroadcast(flow)) return false;
  wc[NW_PROTO]! |= PROTO_BITS;
  const operation = flow[NW_PROTO]! & PROTO_BITS;
  if (operation === ARP_REPLY) return true;
  if (operation !== ARP_REQUEST) return false;
  wc[NW_SRC] = EXACT;
  wc[NW_DST] = EXACT;
  return flow[NW_SRC] === flow[NW_DST];
}

function isBroadcast(flow: Flow): boolean {
  return flow[DL_DST] === EXACT && flow[DL_DST + 1]! >>> 16 === 0xffff;
}

/** Those of the packet at hand, as it is inside. */
let tags = new VlanTags();
