/**
 * Datapath actions: what the datapath does with a packet, decided beforehand by the slow path.
 *
 * A list is immutable once made: flows, ukeys and operations share it. Answers to OVS's
 * `OVS_ACTION_ATTR_*`; the text form is in `odp-actions-text.ts`.
 */

import type { OdpPort } from '../base/brands.js';
import type { Flow, FlowMask } from '../packet/flow.js';
import type { UserspaceCookie } from './cookie.js';

export type OdpAction =
  | { readonly type: 'output'; readonly port: OdpPort }
  | {
      readonly type: 'userspace';
      /** Which upcall queue takes it (`portGetPid`). */
      readonly pid: number;
      readonly cookie: UserspaceCookie;
      /** The actions of the flow ride along (`OVS_USERSPACE_ATTR_ACTIONS`). */
      readonly actions?: boolean;
    }
  | { readonly type: 'push_vlan'; readonly tpid: number; readonly tci: number }
  | { readonly type: 'pop_vlan' }
  | { readonly type: 'push_mpls'; readonly ethType: number; readonly lse: number }
  | { readonly type: 'pop_mpls'; readonly ethType: number }
  | {
      /** Writes the bits of `mask` of one key attribute; `mask` all ones prints as `set(…)`. */
      readonly type: 'set';
      readonly attribute: SettableAttribute;
      /** Words as in a `Flow`; only those of the attribute are looked at. */
      readonly value: Flow;
      readonly mask: FlowMask;
    }
  | { readonly type: 'drop'; readonly reason: number };

/** Key attributes that a `set` action can write. Answers to `OVS_KEY_ATTR_*`. */
export type SettableAttribute =
  | 'skb_priority'
  | 'skb_mark'
  | 'eth'
  | 'ipv4'
  | 'ipv6'
  | 'tcp'
  | 'udp'
  | 'sctp'
  | 'icmp'
  | 'icmpv6'
  | 'arp'
  | 'nd'
  | 'nd_extensions'
  | 'mpls'
  | 'nsh';

export type OdpActions = readonly OdpAction[];

export const NO_ACTIONS: OdpActions = [];
