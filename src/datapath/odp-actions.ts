/**
 * Datapath actions: what the datapath does with a packet, decided beforehand by the slow path.
 *
 * A list is immutable once made: flows, ukeys and operations share it. Answers to OVS's
 * `OVS_ACTION_ATTR_*`; the text form is in `odp-actions-text.ts`.
 */

import type { OdpPort } from '../base/brands.js';
import type { Flow, FlowMask } from '../packet/flow.js';
import * as L from '../packet/flow-layout.js';
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
      /** The words `SET_WORDS[attribute]` of a flow, in that order; 0 where `mask` is. */
      readonly value: Uint32Array;
      readonly mask: Uint32Array;
    }
  | {
      /** What it does not admit goes no further. */
      readonly type: 'meter';
      readonly meter: number;
    }
  | {
      /** Cuts the packet for the next output or userspace action to at most so many bytes. */
      readonly type: 'trunc';
      readonly size: number;
    }
  | {
      /** Does `actions` with a copy. */
      readonly type: 'clone';
      readonly actions: OdpActions;
    }
  | {
      /** Does `actions` with a copy of some packets: `probability` of 2^32 - 1. */
      readonly type: 'sample';
      readonly probability: number;
      readonly actions: OdpActions;
    }
  | {
      /** Packets of more than `size` bytes go one way, the others another. */
      readonly type: 'check_pkt_len';
      readonly size: number;
      readonly ifGreater: OdpActions;
      readonly ifLessEqual: OdpActions;
    }
  | {
      /** Puts an Ethernet header in front; addresses as in `SET_WORDS.eth`. */
      readonly type: 'push_eth';
      readonly addresses: Uint32Array;
    }
  | { readonly type: 'pop_eth' | 'pop_nsh' }
  | {
      /** Puts an NSH header in front. */
      readonly type: 'push_nsh';
      /** The words `SET_WORDS.nsh`; the last four mean nothing where the MD type is 2. */
      readonly header: Uint32Array;
      /** Of MD type 2: the metadata that follow the base header. */
      readonly metadata: Uint8Array;
    }
  | {
      /** Computes `dp_hash` of the packet, for those that it is recirculated to. */
      readonly type: 'hash';
      readonly algorithm: HashAlgorithm;
      readonly basis: number;
    }
  | {
      /** Looks the packet up anew, as it is now, with `id` as its `recirc_id`. */
      readonly type: 'recirc';
      readonly id: number;
    }
  | { readonly type: 'drop'; readonly reason: number };

/**
 * `l4`: addresses, protocol and ports; `sym_l4`: the same for both directions. Answers to
 * `OVS_HASH_ALG_*`.
 */
export type HashAlgorithm = 'l4' | 'sym_l4';

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

type SetAction = Extract<OdpAction, { type: 'set' }>;

/** Which words of a flow an attribute holds. */
export const SET_WORDS: Readonly<Record<SettableAttribute, readonly number[]>> = {
  skb_priority: [L.SKB_PRIORITY],
  skb_mark: [L.PKT_MARK],
  eth: range(L.DL_DST, 3),
  ipv4: [L.NW_SRC, L.NW_DST, L.NW_PROTO],
  ipv6: [...range(L.IPV6_SRC, 8), L.IPV6_LABEL, L.NW_PROTO],
  tcp: [L.TP],
  udp: [L.TP],
  sctp: [L.TP],
  icmp: [L.TP],
  icmpv6: [L.TP],
  arp: [L.NW_SRC, L.NW_DST, L.NW_PROTO, ...range(L.ARP_SHA, 3)],
  nd: [...range(L.ND_TARGET, 4), ...range(L.ARP_SHA, 3)],
  nd_extensions: [L.IGMP_GROUP, L.TCP_FLAGS],
  mpls: [L.MPLS0],
  nsh: range(L.NSH, 6),
};

/** A `set` of the bits of `mask` that belong to `attribute`. */
export function setAction(attribute: SettableAttribute, value: Flow, mask: FlowMask): SetAction {
  const words = SET_WORDS[attribute];
  const bits = Uint32Array.from(words, (word) => mask[word] ?? 0);
  const values = Uint32Array.from(words, (word) => (value[word] ?? 0) & (mask[word] ?? 0));
  return { type: 'set', attribute, value: values, mask: bits };
}

/** Whether two lists do the same, action by action. */
export function odpActionsEqual(a: OdpActions, b: OdpActions): boolean {
  if (a === b) return true;
  return a.length === b.length && a.every((action, i) => deepEqual(action, b[i]));
}

/** Equality of plain values, as actions and cookies are made of. */
function deepEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const left = Object.entries(a);
  if (left.length !== Object.keys(b).length) return false;
  return left.every(([name, value]) => deepEqual(value, (b as Record<string, unknown>)[name]));
}

function range(start: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => start + i);
}
