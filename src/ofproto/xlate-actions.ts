/**
 * What each OpenFlow action does to the flow of a translation, and what it adds to the mask.
 *
 * Actions that change fields change only the flow; commits come with output. An action that does
 * not fit the packet (`mod_nw_src` of an ARP frame) does nothing. Control flow (`resubmit`,
 * `goto_table`) is in `xlate.ts`. Answers to the switch of `do_xlate_actions()`.
 *
 * Hot path. Bench: `bench/translate.ts`.
 */

import { assert } from '../base/errors.js';
import type { Flow, FlowMask } from '../packet/flow.js';
import {
  DL_DST,
  DL_SRC_LOW,
  DL_TYPE,
  MPLS0,
  NW_DST,
  NW_PROTO,
  NW_SRC,
  TP,
  VLAN_CFI,
  VLAN_PCP_MASK,
  VLAN_VID_MASK,
  VLAN0,
} from '../packet/flow-layout.js';
import { ETH_TYPE_IPV4 } from '../packet/protocol.js';
import { moveBits, writeConstant } from './field-write.js';
import { fixTpid, popVlan, pushVlan } from './flow-vlan.js';
import type { FrozenAction } from './frozen-states.js';
import type { Ofpact, Ofpacts } from './ofpact.js';
import { isPlainController } from './packet-ins.js';
import { isIpAny, isLaterFragment, needProtocol } from './prerequisites.js';
import { SENTENCES } from './trace-sentences.js';
import type { XlateContext } from './xlate-context.js';
import { changeLabels } from './xlate-mpls.js';
import { output, sendExpired, sendToControllerOf } from './xlate-output.js';
import { doRareAction } from './xlate-rare-actions.js';
import { say, saySubfield } from './xlate-trace.js';

const EXACT = 0xffff_ffff;
const TTL_BITS = 0x0000_ff00;
const TTL_SHIFT = 8;
const DSCP_BITS = 0x00fc_0000;
const ECN_BITS = 0x0003_0000;
const TOS_SHIFT = 16;
const PCP_SHIFT = 13;
const CONTROLLERS_DEFAULT: readonly number[] = [0];

/**
 * What comes next: the list's next action, none of them, or a lookup in the first table (an output
 * to `table`) before the next.
 */
export type Continuation = 'next' | 'stop' | 'table';

/** Actions that need no list of their own. */
type SimpleAction = Exclude<
  Ofpact,
  { type: 'resubmit' | 'goto_table' | 'group' | 'clone' | 'check_pkt_larger' | 'exit' }
>;

/** Carries out one action that stays within its rule. */
export function doAction(ctx: XlateContext, action: SimpleAction): Continuation {
  switch (action.type) {
    case 'output':
      return output(ctx, action.port, action.maxLength);
    case 'set_field':
    case 'load':
    case 'move':
    case 'push_vlan':
    case 'strip_vlan':
    case 'mod_vlan_vid':
    case 'mod_vlan_pcp':
    case 'mod_dl_src':
    case 'mod_dl_dst':
    case 'mod_nw_src':
    case 'mod_nw_dst':
    case 'mod_nw_tos':
    case 'mod_nw_ecn':
    case 'mod_nw_ttl':
    case 'mod_tp_src':
    case 'mod_tp_dst':
      changeField(ctx, action);
      return 'next';
    case 'controller':
      return sendToControllerOf(ctx, action);
    case 'dec_ttl':
      return decrementTtl(ctx, action.controllerIds ?? CONTROLLERS_DEFAULT);
    case 'push_mpls':
    case 'pop_mpls':
    case 'set_mpls_label':
    case 'set_mpls_tc':
    case 'set_mpls_ttl':
    case 'dec_mpls_ttl':
      return changeLabels(ctx, action);
    default:
      return doRareAction(ctx, action);
  }
}

/**
 * Whether an action can go on after the last label was popped: those that look at nothing above L2.
 * A group says itself whether it can, and its buckets are looked at one by one. What was left for
 * another round, `unroll` included, has one more. Answers to `recirc_for_mpls()`.
 */
export function isBareAction(action: FrozenAction): boolean {
  switch (action.type) {
    case 'output':
    case 'output_reg':
    case 'output_trunc':
    case 'enqueue':
    case 'mod_vlan_vid':
    case 'mod_vlan_pcp':
    case 'mod_dl_src':
    case 'mod_dl_dst':
    case 'set_tunnel':
    case 'set_queue':
    case 'group':
      return true;
    case 'controller':
      return isPlainController(action);
    case 'set_field':
      return action.field.bit < MPLS0 * 32;
    case 'load':
      return action.destination.field.bit < MPLS0 * 32;
    default:
      return false;
  }
}

/**
 * Whether what a clone does to the packet can be undone by writing fields back, so that the
 * datapath need not copy it. Answers to `reversible_actions()`.
 */
export function isReversible(actions: Ofpacts): boolean {
  return !actions.some(({ type }) => IRREVERSIBLE.has(type));
}

const IRREVERSIBLE: ReadonlySet<Ofpact['type']> = new Set([
  'meter',
  'output_trunc',
  'encap',
  'decap',
  'dec_nsh_ttl',
] as const);

type FieldAction = Extract<
  SimpleAction,
  {
    type: 'set_field' | 'load' | 'move' | 'push_vlan' | 'strip_vlan' | `mod_${string}`;
  }
>;

function changeField(ctx: XlateContext, action: FieldAction): void {
  const { flow, wc } = ctx;
  switch (action.type) {
    case 'set_field':
    case 'load': {
      const isWritten = writeConstant(action, flow, wc);
      if (ctx.trace !== undefined && !isWritten) say(ctx, SENTENCES.notSet(fieldNameOf(action)));
      break;
    }
    case 'move':
      moveBits(action.source, action.destination, flow, wc);
      if (ctx.trace !== undefined) saySubfield(ctx, action.destination);
      break;
    case 'push_vlan':
      pushVlan(flow, wc, action.ethType, VLAN_CFI);
      break;
    case 'strip_vlan':
      popVlan(flow, wc);
      break;
    case 'mod_vlan_vid':
      setTag(flow, wc, VLAN_VID_MASK, action.vid);
      break;
    case 'mod_vlan_pcp':
      setTag(flow, wc, VLAN_PCP_MASK, action.pcp << PCP_SHIFT);
      break;
    case 'mod_dl_src':
    case 'mod_dl_dst':
      setAddress(flow, wc, action.type === 'mod_dl_src', action.address);
      break;
    default:
      changeIpField(flow, wc, action);
  }
}

function fieldNameOf(action: Extract<FieldAction, { type: 'set_field' | 'load' }>): string {
  return (action.type === 'set_field' ? action.field : action.destination.field).name;
}

type IpFieldAction = Extract<FieldAction, { type: `mod_nw_${string}` | `mod_tp_${string}` }>;

function changeIpField(flow: Flow, wc: FlowMask, action: IpFieldAction): void {
  switch (action.type) {
    case 'mod_nw_src':
    case 'mod_nw_dst': {
      if (flow[DL_TYPE]! >>> 16 !== ETH_TYPE_IPV4) break;
      needProtocol(wc);
      const word = action.type === 'mod_nw_src' ? NW_SRC : NW_DST;
      setBits(flow, wc, word, EXACT, action.address);
      break;
    }
    case 'mod_nw_tos':
      setIpHeader(flow, wc, DSCP_BITS, action.value << TOS_SHIFT);
      break;
    case 'mod_nw_ecn':
      setIpHeader(flow, wc, ECN_BITS, action.value << TOS_SHIFT);
      break;
    case 'mod_nw_ttl':
      setIpHeader(flow, wc, TTL_BITS, action.value << TTL_SHIFT);
      break;
    case 'mod_tp_src':
      setPort(flow, wc, 0xffff_0000, action.port << 16);
      break;
    case 'mod_tp_dst':
      setPort(flow, wc, 0x0000_ffff, action.port);
      break;
  }
}

/** Writes `value` to `bits` of a word, which thereby matter. */
function setBits(flow: Flow, wc: FlowMask, word: number, bits: number, value: number): void {
  wc[word]! |= bits;
  flow[word] = (flow[word]! & ~bits) | (value & bits);
}

/** Writes to the word of TOS and TTL, if there is an IP header. */
function setIpHeader(flow: Flow, wc: FlowMask, bits: number, value: number): void {
  if (!isIpAny(flow)) return;
  needProtocol(wc);
  setBits(flow, wc, NW_PROTO, bits, value);
}

function setPort(flow: Flow, wc: FlowMask, bits: number, value: number): void {
  if (!isIpAny(flow) || isLaterFragment(flow)) return;
  needProtocol(wc);
  setBits(flow, wc, TP, bits, value);
}

/** Writes to the outermost tag, making one where there is none. */
function setTag(flow: Flow, wc: FlowMask, bits: number, value: number): void {
  wc[VLAN0]! |= VLAN_CFI;
  setBits(flow, wc, VLAN0, bits, value);
  flow[VLAN0]! |= VLAN_CFI;
  fixTpid(flow);
}

function setAddress(flow: Flow, wc: FlowMask, isSource: boolean, address: Uint8Array): void {
  const view = new DataView(address.buffer, address.byteOffset, address.byteLength);
  assert(address.length === 6, 'an Ethernet address has six bytes');
  if (isSource) {
    setBits(flow, wc, DL_DST + 1, 0x0000_ffff, view.getUint16(0));
    setBits(flow, wc, DL_SRC_LOW, EXACT, view.getUint32(2));
  } else {
    setBits(flow, wc, DL_DST, EXACT, view.getUint32(0));
    setBits(flow, wc, DL_DST + 1, 0xffff_0000, view.getUint16(4) << 16);
  }
}

/** A packet that would not survive goes to controllers, and no further in its list. */
function decrementTtl(ctx: XlateContext, controllerIds: readonly number[]): Continuation {
  const { flow, wc } = ctx;
  // As OVS has it: of packets that are not IP as well.
  needProtocol(wc);
  wc[NW_PROTO]! |= TTL_BITS;
  if (!isIpAny(flow)) return 'next';
  const ttl = (flow[NW_PROTO]! & TTL_BITS) >>> TTL_SHIFT;
  if (ttl > 1) {
    setBits(flow, wc, NW_PROTO, TTL_BITS, (ttl - 1) << TTL_SHIFT);
    return 'next';
  }
  if (ctx.trace !== undefined) {
    const isIpv4 = flow[DL_TYPE]! >>> 16 === ETH_TYPE_IPV4;
    say(ctx, SENTENCES.ttlExpired(isIpv4 ? 'IPv4' : 'IPv6'));
  }
  return sendExpired(ctx, controllerIds);
}
