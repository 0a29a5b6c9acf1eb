/**
 * Copies for mirrors, made while a packet is translated: as it enters, and behind each output.
 *
 * The copy is in the VLAN that the packet has inside of the bridge, and leaves as any packet of
 * that VLAN would. What is sent for a mirror may be chosen by others, so that this calls itself; a
 * mirror that has its copy gets no second one of the same packet. Answers to `mirror_packet()` and
 * `mirror_ingress_packet()`; unlike there, the mask says where the answer hangs on a tag, or on a
 * reserved address.
 *
 * Hot path. Bench: `bench/translate.ts`.
 */

import type { OfpPort } from '../base/brands.js';
import type { Flow } from '../packet/flow.js';
import { DL_DST, VLAN_CFI, VLAN_VID_MASK, VLAN0, VLAN1 } from '../packet/flow-layout.js';
import { sayRefusedVlan, sendInVlan } from './normal.js';
import { OFPP_CONTROLLER, OFPP_NONE } from './ofpact.js';
import type { OfprotoPort } from './ofproto.js';
import type { VlanTags } from './port-vlan.js';
import { isReservedAddress } from './reserved-addresses.js';
import { SENTENCES } from './trace-sentences.js';
import type { XlateContext } from './xlate-context.js';
import { say } from './xlate-trace.js';

const EXACT = 0xffff_ffff;
const TAG_BITS = VLAN_VID_MASK | VLAN_CFI;
/** All of a tag but its priority. */
const KEPT_BITS = TAG_BITS | 0xffff_0000;
const ADDRESS_LOW_BITS = 0xffff_0000;

/** The packet has come in by its port. */
export function mirrorArrival(ctx: XlateContext): void {
  const { ofproto, inPort } = ctx;
  if (ofproto.mirrors.isEmpty) return;
  const port = ofproto.port(inPort);
  if (port !== undefined) mirror(ctx, port, ofproto.mirrors.from(inPort));
  else if (ctx.trace !== undefined && inPort !== OFPP_CONTROLLER && inPort !== OFPP_NONE) {
    say(ctx, SENTENCES.unknownPort(inPort));
  }
}

/** The packet has left by `port`, as it now is. */
export function mirrorDeparture(ctx: XlateContext, port: OfprotoPort): void {
  const { mirrors } = ctx.ofproto;
  if (!mirrors.isEmpty) mirror(ctx, port, mirrors.to(port.ofpPort));
}

function mirror(ctx: XlateContext, port: OfprotoPort, chosen: number): void {
  const tags = ctx.tags.take();
  tags.read(ctx.flow);
  if (!port.vlan.isPlain) ctx.wc[VLAN0]! |= TAG_BITS;
  if (port.vlan.admits(tags.vid)) {
    port.vlan.enter(tags);
    copyToAll(ctx, tags, port.vlan.isPlain, chosen);
  } else if (ctx.trace !== undefined) sayRefusedVlan(ctx, port, tags.vid);
  ctx.tags.release();
}

/** `isAsIs`: inside, the packet has the tags that it has on the wire. */
function copyToAll(ctx: XlateContext, tags: VlanTags, isAsIs: boolean, chosen: number): void {
  const { mirrors } = ctx.ofproto;
  let left = chosen & ~ctx.mirrors;
  while (left !== 0) {
    const bit = 31 - Math.clz32(left & -left);
    left &= left - 1;
    const each = mirrors.at(bit);
    if (each.choosesVlans) ctx.wc[VLAN0]! |= TAG_BITS;
    if (!each.takes(tags.vid)) continue;
    if (ctx.stats !== undefined) each.push(ctx.stats);
    ctx.note(each);
    ctx.mirrors |= each.peers;
    const before = ctx.snaplen;
    ctx.snaplen = each.snaplen;
    if (each.outputPort === undefined) copyToVlan(ctx, tags, each.outputVlan);
    else copyToPort(ctx, tags, isAsIs, each.outputPort);
    ctx.snaplen = before;
    left &= ~ctx.mirrors;
  }
}

/**
 * Between two trunks, the copy is the packet as it is. (In OVS it loses a tag that says nothing,
 * and the mask does not say so.)
 */
function copyToPort(ctx: XlateContext, tags: VlanTags, isAsIs: boolean, number: OfpPort): void {
  const port = ctx.ofproto.port(number)!;
  if (isAsIs && port.vlan.isPlain) {
    ctx.outputTo(number);
    return;
  }
  if (isTagKept(ctx.flow, port, tags)) {
    ctx.wc[VLAN0]! |= KEPT_BITS;
    ctx.wc[VLAN1]! |= VLAN_CFI;
  } else heedTags(ctx);
  sendInVlan(ctx, port, tags);
}

/** Whether the only tag stays as it is, whatever its priority. */
function isTagKept(flow: Flow, { vlan }: OfprotoPort, tags: VlanTags): boolean {
  const [outer, inner] = [flow[VLAN0]!, flow[VLAN1]!];
  if ((outer & VLAN_VID_MASK) === 0 || (inner & VLAN_CFI) !== 0) return false;
  vlan.leave(tags, flow);
  const isKept = flow[VLAN0] === outer && flow[VLAN1] === inner;
  flow[VLAN0] = outer;
  flow[VLAN1] = inner;
  return isKept;
}

/** Tags are made anew: whether they come out the same hangs on all of them. */
function heedTags({ flow, wc }: XlateContext): void {
  const isTagged = (flow[VLAN0]! & VLAN_CFI) !== 0;
  wc[VLAN0]! |= isTagged ? EXACT : TAG_BITS;
  if (isTagged) wc[VLAN1] = EXACT;
}

/** To all ports that carry the VLAN, the one where the packet came in included. */
function copyToVlan(ctx: XlateContext, tags: VlanTags, vlan: number): void {
  const { ofproto, flow, wc } = ctx;
  const { mirrors, ports } = ofproto;
  wc[VLAN0]! |= TAG_BITS;
  if (tags.vid === vlan) return;
  heedTags(ctx);
  wc[DL_DST] = EXACT;
  wc[DL_DST + 1]! |= ADDRESS_LOW_BITS;
  if (isReservedAddress(flow)) return;
  const before = tags.vid;
  tags.vid = vlan;
  for (let i = 0; i < ports.length; i++) {
    const port = ports[i]!;
    if (port.vlan.includes(tags) && !mirrors.isReserved(port.ofpPort)) sendInVlan(ctx, port, tags);
  }
  tags.vid = before;
}
