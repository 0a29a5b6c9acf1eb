/**
 * Action sets: what `write_actions` gathers on a packet's way, and the order in which it is done.
 *
 * Of each kind of header action the last one counts; what sets fields comes in the order given; one
 * action at the end says where the packet goes, a group before an output. Without such an action
 * nothing of the set is done; what is none of these (in a group's bucket, anything may stand) is
 * not done either. Answers to `ofpacts_execute_action_set` of OVS's `lib/ofp-actions.c`.
 */

import type { Flow } from '../packet/flow.js';
import { ACTSET_OUTPUT } from '../packet/flow-layout.js';
import { OFPP_UNSET, type Ofpact, type Ofpacts } from './ofpact.js';

/** Each at most once, in this order. */
const SLOTS: readonly Ofpact['type'][] = [
  'strip_vlan',
  'pop_mpls',
  'decap',
  'encap',
  'push_mpls',
  'push_vlan',
  'dec_ttl',
  'dec_mpls_ttl',
  'dec_nsh_ttl',
];

/** In the order given. */
const WRITES = new Set<Ofpact['type']>([
  'load',
  'mod_dl_dst',
  'mod_dl_src',
  'mod_nw_dst',
  'mod_nw_ecn',
  'mod_nw_src',
  'mod_nw_tos',
  'mod_nw_ttl',
  'mod_tp_dst',
  'mod_tp_src',
  'mod_vlan_pcp',
  'mod_vlan_vid',
  'move',
  'set_field',
  'set_mpls_label',
  'set_mpls_tc',
  'set_mpls_ttl',
  'set_queue',
  'set_tunnel',
]);

/** The later in this list wins; of equals, the later in the set. */
const FINALS: readonly Ofpact['type'][] = ['resubmit', 'output', 'group'];

/** The actions of a set as they are carried out. */
export function orderActionSet(set: Ofpacts): Ofpacts {
  const slots: (Ofpact | undefined)[] = SLOTS.map(() => undefined);
  const writes: Ofpact[] = [];
  let final: Ofpact | undefined;
  let rank = -1;
  for (const action of set) {
    const slot = SLOTS.indexOf(action.type);
    const finalRank = FINALS.indexOf(action.type);
    if (slot >= 0) slots[slot] = action;
    else if (WRITES.has(action.type)) writes.push(action);
    else if (finalRank >= 0 && finalRank >= rank) {
      final = action;
      rank = finalRank;
    }
  }
  if (final === undefined) return [];
  return [...slots.filter((action) => action !== undefined), ...writes, final];
}

/** What a packet's action set hangs on. */
export interface SetWriting {
  readonly flow: Flow;
  actionSet: Ofpact[];
  actionSetHasGroup: boolean;
}

/** Where the set would send the packet is a field of the packet, until a group hides it. */
export function writeActions(to: SetWriting, actions: Ofpacts): void {
  for (const action of actions) {
    if (to.actionSetHasGroup) break;
    if (action.type === 'output') to.flow[ACTSET_OUTPUT] = action.port;
    else if (action.type === 'group') {
      to.flow[ACTSET_OUTPUT] = OFPP_UNSET;
      to.actionSetHasGroup = true;
    }
  }
  to.actionSet = [...to.actionSet, ...actions];
}
