/**
 * The VLAN tags of a flow: counting, pushing and popping them, on the flow alone.
 *
 * The packet itself changes when the changes are committed (`commit-actions.ts`). Where the outcome
 * hangs on how many tags there are, the mask learns it. Answers to `flow_push_vlan_uninit()`,
 * `flow_pop_vlan()` and `flow_skip_common_vlan_headers()`.
 *
 * Hot path. Bench: `bench/translate.ts`.
 */

import type { Flow, FlowMask } from '../packet/flow.js';
import { VLAN_CFI, VLAN0, VLAN1 } from '../packet/flow-layout.js';
import { ETH_TYPE_VLAN } from '../packet/protocol.js';

/** Tags that a flow holds; `FLOW_MAX_VLAN_HEADERS`. */
export const VLANS_MAX = 2;
const EXACT = 0xffff_ffff;

/** Tags that are there: 0 to 2. */
export function countVlans(flow: Flow): number {
  if ((flow[VLAN0]! & VLAN_CFI) === 0) return 0;
  return (flow[VLAN1]! & VLAN_CFI) === 0 ? 1 : VLANS_MAX;
}

/** Puts `tpid` and `tci` outside of the other tags; a third tag is lost from sight. */
export function pushVlan(flow: Flow, wc: FlowMask, tpid: number, tci: number): void {
  const count = countVlans(flow);
  for (let i = 0; i < count; i++) wc[VLAN0 + i] = EXACT;
  if (count < VLANS_MAX) wc[VLAN0 + count]! |= VLAN_CFI;
  flow[VLAN1] = flow[VLAN0]!;
  flow[VLAN0] = (tpid << 16) | tci;
}

/** Takes the outermost tag away, if there is one; which it was matters only to who sees it gone. */
export function popVlan(flow: Flow, wc: FlowMask): void {
  const count = countVlans(flow);
  wc[VLAN0]! |= VLAN_CFI;
  if (count === 0) return;
  wc[VLAN1]! |= count === VLANS_MAX ? EXACT : VLAN_CFI;
  flow[VLAN0] = count === VLANS_MAX ? flow[VLAN1]! : 0;
  flow[VLAN1] = 0;
}

/** After a write to the outermost tag: a tag has a TPID, no tag has none. */
export function fixTpid(flow: Flow): void {
  const tag = flow[VLAN0]!;
  if ((tag & 0xffff) === 0) flow[VLAN0] = 0;
  else if (tag >>> 16 === 0) flow[VLAN0] = (ETH_TYPE_VLAN << 16) | tag;
}

/** How many tags, from the innermost out, two flows have in common. */
export function countCommonVlans(a: Flow, b: Flow): number {
  const aCount = countVlans(a);
  const bCount = countVlans(b);
  let common = 0;
  while (
    common < aCount &&
    common < bCount &&
    a[VLAN0 + aCount - 1 - common] === b[VLAN0 + bCount - 1 - common]
  ) {
    common++;
  }
  return common;
}
