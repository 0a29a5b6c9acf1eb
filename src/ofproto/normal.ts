/**
 * NORMAL: what a learning switch with VLANs does.
 *
 * Every port is a trunk of all VLANs. The source address is learned in the packet's VLAN; the
 * packet goes to the port of its destination address, or, where that is unknown, to all others, by
 * port number. Frames to reserved multicast addresses (spanning tree, LLDP, pause …) stop here
 * unless the bridge forwards them. Answers to `xlate_normal()`.
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
import { popVlan } from './flow-vlan.js';
import type { MacSighting } from './mac-learning.js';
import { type McastOutput, snoopedOutput } from './mcast-output.js';
import { isReservedAddress } from './reserved-addresses.js';
import type { XlateContext } from './xlate-context.js';
import { SENTENCES } from './trace-sentences.js';
import { learnTraced, say } from './xlate-trace.js';

const EXACT = 0xffff_ffff;
const PROTO_BITS = 0xff;
const ARP_REQUEST = 1;
const ARP_REPLY = 2;

export function xlateNormal(ctx: XlateContext): void {
  const { flow, wc, ofproto } = ctx;
  wc.fill(EXACT, DL_DST, DL_SRC_LOW + 1);
  wc[VLAN0]! |= VLAN_VID_MASK | VLAN_CFI;
  const { inPort } = ctx;
  const refusal = refusalOf(ctx, inPort);
  if (refusal !== undefined) {
    if (ctx.trace !== undefined) sayRefusal(ctx, refusal);
    return;
  }

  const vlan = flow[VLAN0]! & VLAN_VID_MASK;
  const isGratuitousArp = isGratuitous(flow, wc);
  if (ctx.mayLearn || ctx.isCached) {
    const low = flow[DL_SRC_LOW]!;
    const high = flow[DL_DST + 1]! & 0xffff;
    const sighting: MacSighting = { high, low, vlan, port: inPort, isGratuitousArp };
    if (ctx.mayLearn) {
      if (ctx.trace === undefined) ofproto.learn(sighting);
      else learnTraced(ctx, sighting);
    }
    ctx.note(sighting);
  }

  const snooped = ofproto.snooping && snoopedOutput(ctx, vlan);
  if (snooped !== undefined) {
    outputSnooped(ctx, snooped);
    return;
  }
  const dstHigh = flow[DL_DST]! >>> 16;
  const dstLow = ((flow[DL_DST]! << 16) | (flow[DL_DST + 1]! >>> 16)) >>> 0;
  const known = ofproto.macs.lookup(dstHigh, dstLow, vlan);
  if (ctx.trace !== undefined) sayDestination(ctx, known);
  if (known === inPort) return;
  const outer = flow[VLAN0]!;
  const inner = flow[VLAN1]!;
  dropEmptyTag(flow, wc);
  if (known !== undefined) ctx.outputTo(known);
  else floodNormal(ctx);
  flow[VLAN0] = outer;
  flow[VLAN1] = inner;
}

/** Sends a multicast packet where the table of groups says. */
function outputSnooped(ctx: XlateContext, output: McastOutput): void {
  const { flow, wc } = ctx;
  const outer = flow[VLAN0]!;
  const inner = flow[VLAN1]!;
  dropEmptyTag(flow, wc);
  if (output === 'flood') floodNormal(ctx);
  else for (let i = 0; i < output.length; i++) ctx.outputTo(output[i]!);
  flow[VLAN0] = outer;
  flow[VLAN1] = inner;
}

/** Why NORMAL drops the packet at once; undefined: it does not. */
function refusalOf({ flow, ofproto }: XlateContext, inPort: OfpPort): Refusal | undefined {
  if (ofproto.port(inPort) === undefined) return 'unknown port';
  if (isPartlyTagged(flow)) return 'partial tag';
  const isReserved = !ofproto.forwardsBpdus && isReservedAddress(flow);
  return isReserved ? 'reserved address' : undefined;
}

type Refusal = 'unknown port' | 'partial tag' | 'reserved address';

function sayRefusal(ctx: XlateContext, refusal: Refusal): void {
  if (refusal === 'unknown port') {
    say(ctx, SENTENCES.unknownPort(ctx.inPort));
    say(ctx, SENTENCES.noInputBundle());
  } else {
    say(ctx, refusal === 'partial tag' ? SENTENCES.partialTag() : SENTENCES.reservedAddress());
  }
}

function sayDestination(ctx: XlateContext, known: OfpPort | undefined): void {
  if (known === undefined) say(ctx, SENTENCES.flooding());
  else if (known === ctx.inPort) say(ctx, SENTENCES.backToInputPort());
  else say(ctx, SENTENCES.toLearnedPort());
}

function floodNormal(ctx: XlateContext): void {
  const { ports } = ctx.ofproto;
  const { inPort } = ctx;
  for (let i = 0; i < ports.length; i++) {
    const port = ports[i]!;
    if (port.ofpPort !== inPort && !port.config.noFlood) ctx.outputTo(port.ofpPort);
  }
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

/**
 * A tag of VLAN 0 and priority 0 says nothing, and leaves the switch no more: ports do not use
 * priority tags unless told to. In VLAN 0, therefore, the priority matters. (OVS does so too, but
 * does not say it in the mask; and it loses a second tag behind the empty one.)
 */
function dropEmptyTag(flow: Flow, wc: FlowMask): void {
  const tag = flow[VLAN0]!;
  if ((tag & VLAN_CFI) === 0 || (tag & VLAN_VID_MASK) !== 0) return;
  wc[VLAN0]! |= VLAN_PCP_MASK;
  if ((tag & VLAN_PCP_MASK) === 0) popVlan(flow, wc);
}
