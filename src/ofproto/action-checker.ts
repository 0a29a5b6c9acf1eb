/**
 * Do actions make sense for the packets of a match?
 *
 * A field can only be written where packets are known to have it: by the match, or by an action
 * before. Asked of each action in turn, it follows what they do to tags and labels. The older
 * actions (`mod_*`, `strip_vlan`, `dec_ttl`) need nothing and do nothing where a packet lacks the
 * field, as in OpenFlow 1.0. Answers to `ofpacts_check` of OVS's `lib/ofp-actions.c`.
 */

import { bytesToBig } from '../packet/field-access.js';
import type { Field, FieldPrerequisite } from '../packet/fields.js';
import { createFlowMask, type Flow } from '../packet/flow.js';
import { DL_TYPE, NW_PROTO, VLAN_CFI, VLAN0, VLAN1 } from '../packet/flow-layout.js';
import type { Match } from './match.js';
import type { Ofpact } from './ofpact.js';
import { hasField } from './prerequisites.js';

const PROTO_BITS = 0xff;

/** What to match on for each prerequisite, as a person would write it. */
const MATCHES: Readonly<Record<FieldPrerequisite, string>> = {
  none: 'anything',
  ethernet: 'eth',
  arp: 'arp',
  vlan: 'dl_vlan',
  ipv4: 'ip',
  ipv6: 'ipv6',
  ip_any: 'ip or ipv6',
  ct: 'ct_state=+trk',
  mpls: 'mpls',
  tcp: 'tcp or tcp6',
  udp: 'udp or udp6',
  sctp: 'sctp or sctp6',
  icmpv4: 'icmp',
  icmpv6: 'icmp6',
  nd: 'icmp6,icmp_type=135,icmp_code=0',
  nd_solicit: 'icmp6,icmp_type=135,icmp_code=0',
  nd_advert: 'icmp6,icmp_type=136,icmp_code=0',
  nsh: 'dl_type=0x894f',
};

export class ActionChecker {
  /** What is known of the packets, with the actions so far done to it. */
  readonly #flow: Flow;
  readonly #table: number;
  readonly #ignored = createFlowMask();
  #hasEnded = false;

  constructor(match: Match, table: number) {
    this.#flow = match.flow;
    this.#table = table;
  }

  /** What is wrong with `action` behind those before it; undefined: nothing. */
  check(action: Ofpact): string | undefined {
    if (this.#hasEnded) return 'expected nothing behind goto_table';
    switch (action.type) {
      case 'set_field':
        return this.#missing(action.field) ?? this.#follow(action);
      case 'load':
        return this.#missing(action.destination.field);
      case 'move':
        return this.#missing(action.source.field) ?? this.#missing(action.destination.field);
      case 'push_vlan':
        return this.#hasTag(VLAN1) ? 'expected at most two VLAN tags' : this.#follow(action);
      case 'goto_table':
        return action.table > this.#table
          ? this.#follow(action)
          : `expected a table behind the flow's own, ${this.#table}`;
      default:
        return this.#follow(action);
    }
  }

  #follow(action: Ofpact): undefined {
    const flow = this.#flow;
    switch (action.type) {
      case 'goto_table':
        this.#hasEnded = true;
        break;
      case 'push_vlan':
        flow[VLAN1] = flow[VLAN0] ?? 0;
        flow[VLAN0] = VLAN_CFI;
        break;
      case 'mod_vlan_vid':
      case 'mod_vlan_pcp':
        flow[VLAN0] = (flow[VLAN0] ?? 0) | VLAN_CFI;
        break;
      case 'strip_vlan':
        flow[VLAN0] = flow[VLAN1] ?? 0;
        flow[VLAN1] = 0;
        break;
      case 'set_field':
        if (action.field.name === 'vlan_tci') flow[VLAN0] = Number(bytesToBig(action.value));
        break;
      case 'push_mpls': // What the labels hide, nothing is known of any more.
      case 'pop_mpls':
        flow[DL_TYPE] = (action.ethType << 16) >>> 0;
        flow[NW_PROTO] = (flow[NW_PROTO] ?? 0) & ~PROTO_BITS;
        break;
    }
    return undefined;
  }

  #missing(field: Field): string | undefined {
    const hasTag = field.name !== 'vlan_vid' || this.#hasTag(VLAN0);
    if (hasTag && hasField(field, this.#flow, this.#ignored)) return undefined;
    const needed = MATCHES[hasTag ? field.prerequisite : 'vlan'];
    return `expected a match on ${needed}: no other packets have ${field.name}`;
  }

  #hasTag(word: number): boolean {
    return ((this.#flow[word] ?? 0) & VLAN_CFI) !== 0;
  }
}
