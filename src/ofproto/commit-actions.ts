/**
 * Committing: the datapath actions that turn the packet from `base` into `flow`.
 *
 * Translation changes the flow as the rules say, and the packet not at all until something is about
 * to see it: an output, a controller. Then the differences become actions, in OVS's order, and
 * `base` catches up. A field written back to its old value costs nothing. A `set` covers those bits
 * of the changed fields that the wildcards hold: they were read or written, so they are exact.
 * Answers to `commit_odp_actions()`.
 *
 * Hot path. Bench: `bench/translate.ts`.
 */

import { SlowReason } from '../datapath/cookie.js';
import { createFlowMask, type Flow, type FlowMask } from '../packet/flow.js';
import {
  DL_DST,
  DL_SRC_LOW,
  DL_TYPE,
  FLOW_WORDS,
  MPLS0,
  NW_PROTO,
  PACKET_TYPE,
  PKT_MARK,
  SKB_PRIORITY,
  VLAN0,
  VLAN1,
} from '../packet/flow-layout.js';
import {
  ETH_TYPE_ARP,
  ETH_TYPE_IPV4,
  ETH_TYPE_IPV6,
  ETH_TYPE_MPLS,
  ETH_TYPE_NSH,
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPPROTO_SCTP,
  IPPROTO_TCP,
  IPPROTO_UDP,
  isMplsType,
  PT_ETH,
  PT_NSH,
} from '../packet/protocol.js';
import type { ActionBuilder } from './action-builder.js';
import {
  countCommonLabels,
  countLabels,
  MPLS_LABELS_MAX,
  popLabel,
  pushLabel,
} from './flow-mpls.js';
import { countCommonVlans, countVlans } from './flow-vlan.js';
import * as S from './settable.js';

const EXACT = 0xffff_ffff;

/** A header to be put in front: what the flow says, and what it has no fields for. */
export interface Encapsulation {
  /** Of an NSH header of type 2. */
  readonly metadata: Uint8Array;
}

/** What a commit works on: the packet as it should be, as it is, and what the answer hangs on. */
export interface Committing {
  readonly flow: Flow;
  /** The packet after the actions so far. */
  readonly base: Flow;
  readonly wc: FlowMask;
  readonly actions: ActionBuilder;
  /** Undefined: none; cleared by the commit. */
  encap?: Encapsulation | undefined;
  /** An NSH header is to be taken away; cleared by the commit. */
  isNshPopped?: boolean;
}

/** Appends the actions; returns bits of `SlowReason` where the datapath alone cannot do them. */
export function commitActions(state: Committing): number {
  const { flow, base } = state;
  const isFramed = state.encap === undefined && state.isNshPopped !== true;
  if (isFramed && isCommitted(flow, base)) return 0;
  commitHeaders(state);
  if (flow[PACKET_TYPE] === PT_ETH) commitSet(state, S.SET_ETH);
  const isPoppedBare = isMplsType(base[DL_TYPE]! >>> 16) && !isMplsType(flow[DL_TYPE]! >>> 16);
  if (isPoppedBare) commitMpls(state);
  if (flow[DL_TYPE]! >>> 16 === ETH_TYPE_NSH) commitSet(state, S.SET_NSH);
  let slow = flow[DL_TYPE] === base[DL_TYPE] ? commitNetwork(state) : 0;
  slow |= commitTransport(state);
  if (!isPoppedBare) commitMpls(state);
  commitVlans(state);
  commitSet(state, S.SET_SKB_PRIORITY);
  commitSet(state, S.SET_SKB_MARK);
  return slow;
}

/**
 * Headers in front come and go before anything else is written. One that is put in front makes all
 * behind it unknown; what is behind an NSH header that is taken away, recirculation finds out.
 */
function commitHeaders(state: Committing): void {
  const { flow, base, actions, encap } = state;
  const packetType = flow[PACKET_TYPE]!;
  if (encap !== undefined) {
    state.encap = undefined;
    if (packetType === PT_NSH) {
      actions.pushNsh(flow, encap.metadata);
      for (let i = DL_DST; i < FLOW_WORDS; i++) base[i] = flow[i]!;
    } else {
      actions.pushEth(flow);
      for (let i = DL_DST; i <= DL_SRC_LOW; i++) base[i] = flow[i]!;
    }
  } else if (state.isNshPopped === true) {
    state.isNshPopped = false;
    actions.popNsh();
  } else if (packetType !== base[PACKET_TYPE]) {
    actions.popEth();
    base.fill(0, DL_DST, DL_SRC_LOW + 1);
  }
  base[PACKET_TYPE] = packetType;
}

/** Whether nothing that a datapath action can write differs. */
function isCommitted(flow: Flow, base: Flow): boolean {
  if (flow[PACKET_TYPE] !== base[PACKET_TYPE]) return false;
  if (flow[SKB_PRIORITY] !== base[SKB_PRIORITY] || flow[PKT_MARK] !== base[PKT_MARK]) return false;
  for (let i = DL_DST; i < FLOW_WORDS; i++) if (flow[i] !== base[i]) return false;
  return true;
}

/** Appends a `set` of the fields of one attribute that differ; whether there were any. */
function commitSet(state: Committing, settable: S.Settable): boolean {
  const { flow, base, wc } = state;
  const { parts, words } = settable;
  for (let i = 0; i < words.length; i++) scratchMask[words[i]!] = 0;
  let isChanged = false;
  for (let i = 0; i < parts.length; ) {
    const group = parts[i]!.group;
    let end = i;
    let differs = false;
    for (; end < parts.length && parts[end]!.group === group; end++) {
      const { word, bits } = parts[end]!;
      differs ||= ((flow[word]! ^ base[word]!) & bits) !== 0;
    }
    if (differs) {
      isChanged = true;
      for (; i < end; i++) scratchMask[parts[i]!.word]! |= wc[parts[i]!.word]! & parts[i]!.bits;
    }
    i = end;
  }
  if (isChanged) {
    state.actions.set(settable, flow, scratchMask);
    adopt(base, flow, settable);
  }
  return isChanged;
}

/** As `commitSet`, but of the whole attribute: the datapath has no masked form of it. */
function commitWhole(state: Committing, settable: S.Settable): boolean {
  const { flow, base, wc } = state;
  let differs = false;
  for (const { word, bits } of settable.parts)
    differs ||= ((flow[word]! ^ base[word]!) & bits) !== 0;
  if (!differs) return false;
  for (const word of settable.words) scratchMask[word] = 0;
  for (const { word, bits } of settable.parts) {
    scratchMask[word]! |= bits;
    wc[word]! |= bits;
  }
  state.actions.set(settable, flow, scratchMask);
  adopt(base, flow, settable);
  return true;
}

function adopt(base: Flow, flow: Flow, settable: S.Settable): void {
  for (const { word, bits } of settable.parts) {
    base[word] = (base[word]! & ~bits) | (flow[word]! & bits);
  }
}

/**
 * Changes of L3. Protocol 0 means that there is none to be seen: a label was pushed over it. A
 * packet whose protocol really is 0 is left alone too, as by OVS; who writes an IP or ARP field
 * makes the protocol exact, so the mask tells these packets apart.
 */
function commitNetwork(state: Committing): number {
  const protocol = state.flow[NW_PROTO]! & 0xff;
  if (protocol === 0) return 0;
  switch (state.base[DL_TYPE]! >>> 16) {
    case ETH_TYPE_IPV4:
      commitSet(state, S.SET_IPV4);
      return 0;
    case ETH_TYPE_IPV6: {
      commitSet(state, S.SET_IPV6);
      if (protocol !== IPPROTO_ICMPV6) return 0;
      const isExtended = commitSet(state, S.SET_ND_EXTENSIONS);
      const isDiscovery = commitSet(state, S.SET_ND);
      return isExtended || isDiscovery ? SlowReason.ACTION : 0;
    }
    case ETH_TYPE_ARP:
      return commitSet(state, S.SET_ARP) ? SlowReason.ACTION : 0;
    default:
      return 0;
  }
}

function commitTransport(state: Committing): number {
  const ethType = state.base[DL_TYPE]! >>> 16;
  if (ethType !== ETH_TYPE_IPV4 && ethType !== ETH_TYPE_IPV6) return 0;
  if (state.flow[DL_TYPE] !== state.base[DL_TYPE]) return 0;
  switch (state.flow[NW_PROTO]! & 0xff) {
    case IPPROTO_TCP:
      commitSet(state, S.SET_TCP);
      return 0;
    case IPPROTO_UDP:
      commitSet(state, S.SET_UDP);
      return 0;
    case IPPROTO_SCTP:
      commitSet(state, S.SET_SCTP);
      return 0;
    case IPPROTO_ICMP:
      return ethType === ETH_TYPE_IPV4 && commitWhole(state, S.SET_ICMP) ? SlowReason.ACTION : 0;
    case IPPROTO_ICMPV6:
      return ethType === ETH_TYPE_IPV6 && commitWhole(state, S.SET_ICMPV6) ? SlowReason.ACTION : 0;
    default:
      return 0;
  }
}

/**
 * Wildcards were settled when labels were pushed and popped; but a `set` writes a whole entry, so
 * what it keeps of the old one matters too.
 */
function commitMpls(state: Committing): void {
  const { flow, base, actions } = state;
  let baseCount = countLabels(base, undefined);
  const flowCount = countLabels(flow, undefined);
  let common = countCommonLabels(flow, flowCount, base, baseCount);
  const ethType = flow[DL_TYPE]! >>> 16;
  while (baseCount > common) {
    if (baseCount - 1 === common && flowCount > common) {
      setTopLabel(state, flow[MPLS0 + flowCount - baseCount]!);
      common++;
    } else {
      const isLast = isMplsType(ethType) || baseCount === 1;
      actions.popMpls(isLast ? ethType : ETH_TYPE_MPLS);
      popLabel(base, baseCount, isLast ? ethType : ETH_TYPE_MPLS, undefined);
      baseCount--;
    }
  }
  for (; baseCount < flowCount; baseCount++) {
    const entry = flow[MPLS0 + flowCount - baseCount - 1]!;
    actions.pushMpls(ethType, entry);
    pushLabel(base, baseCount, ethType, undefined);
    base[MPLS0] = entry;
  }
}

function setTopLabel(state: Committing, entry: number): void {
  state.wc.fill(EXACT, MPLS0, MPLS0 + MPLS_LABELS_MAX);
  scratchMask[MPLS0] = EXACT;
  state.base[MPLS0] = entry;
  state.actions.set(S.SET_MPLS, state.base, scratchMask);
}

function commitVlans(state: Committing): void {
  const { flow, base, wc, actions } = state;
  const common = countCommonVlans(base, flow);
  for (let i = countVlans(base) - common - 1; i >= 0; i--) {
    actions.popVlan();
    wc[VLAN0 + i] = EXACT;
  }
  for (let i = countVlans(flow) - common - 1; i >= 0; i--) {
    const tag = flow[VLAN0 + i]!;
    actions.pushVlan(tag >>> 16, tag & 0xffff);
  }
  base[VLAN0] = flow[VLAN0]!;
  base[VLAN1] = flow[VLAN1]!;
}

/** Only the words of one attribute at a time mean anything. */
const scratchMask = createFlowMask();
