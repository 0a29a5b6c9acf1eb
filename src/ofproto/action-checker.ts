/**
 * Do actions make sense for the packets of a match?
 *
 * A field can only be read or written where packets are known to have it: by the match, or by an
 * action before. Asked of each action in turn, it follows what they do to tags, labels and headers.
 * The older actions (`mod_*`, `strip_vlan`, `dec_ttl`) need nothing and do nothing where a packet
 * lacks the field, as in OpenFlow 1.0; `isStrict` is what 1.1 and later ask. Which action may
 * follow which is for `action-order.ts`. Answers to `ofpacts_check` of OVS's `lib/ofp-actions.c`.
 */

import { bytesToBig, writeFieldBig } from '../packet/field-access.js';
import type { Field, FieldPrerequisite } from '../packet/fields.js';
import { createFlow, createFlowMask, type Flow, wordAt } from '../packet/flow.js';
import { DL_TYPE, NW_PROTO, PACKET_TYPE, VLAN_CFI, VLAN0, VLAN1 } from '../packet/flow-layout.js';
import { ETH_TYPE_NSH, IPPROTO_TCP, PT_ETH, PT_NAMESPACE_ETHERTYPE } from '../packet/protocol.js';
import { ActionOrder, type ActionPlace } from './action-order.js';
import type { ActionErrorName, ActionProblem } from './action-problem.js';
import { subfieldAsField } from './field-write.js';
import type { Match } from './match.js';
import {
  type LearnAction,
  OFPP_CONTROLLER,
  OFPP_IN_PORT,
  OFPP_LOCAL,
  OFPP_MAX,
  OFPP_NONE,
  OFPP_UNSET,
  type Ofpact,
  type Ofpacts,
  type Subfield,
} from './ofpact.js';
import { hasField, hasPrerequisite, isIpAny } from './prerequisites.js';

const PROTO_BITS = 0xff;
/** The last meter that a controller may make; `OFPM13_MAX`. */
const METER_MAX = 0xffff_0000;
/** Words that actions change what is known of. */
const FOLLOWED = [PACKET_TYPE, DL_TYPE, VLAN0, VLAN1, NW_PROTO] as const;

/** Bits that an answer hangs on, which nobody here asks for. Written only. */
const UNREAD = createFlowMask();

/** Actions behind which something else is known of the packets: those of `follow`. */
const CHANGES: ReadonlySet<Ofpact['type']> = new Set([
  'push_vlan',
  'mod_vlan_vid',
  'mod_vlan_pcp',
  'strip_vlan',
  'set_field',
  'push_mpls',
  'pop_mpls',
  'encap',
  'decap',
]);

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

export interface ActionCheckerOptions {
  /** OpenFlow 1.1 and later: older actions need the fields that they change as well. */
  readonly isStrict?: boolean;
  /** OpenFlow 1.5: `meter` stands among the other actions. */
  readonly isMeterAction?: boolean;
}

export class ActionChecker {
  readonly #match: Match;
  /** What is known of the packets, with the actions so far done to it; made when it is needed. */
  #known: Flow | undefined;
  readonly #table: number;
  readonly #options: ActionCheckerOptions;
  readonly #order: ActionOrder;

  constructor(match: Match, table: number, options: ActionCheckerOptions = {}) {
    this.#match = match;
    this.#table = table;
    this.#options = options;
    this.#order = this.#orderIn('flow');
  }

  /** What is wrong with `action` behind those before it; undefined: nothing. */
  check(action: Ofpact): ActionProblem | undefined {
    return this.#order.check(action) ?? this.#checkAction(action);
  }

  get #flow(): Flow {
    this.#known ??= this.#match.flow;
    return this.#known;
  }

  #orderIn(place: ActionPlace): ActionOrder {
    return new ActionOrder(place, this.#options.isMeterAction ?? false);
  }

  #checkAction(action: Ofpact): ActionProblem | undefined {
    const found = this.#checkFields(action) ?? this.#checkRest(action) ?? this.#checkOld(action);
    if (found === undefined && CHANGES.has(action.type)) follow(this.#flow, action);
    return found;
  }

  /** Actions that name a field. */
  #checkFields(action: Ofpact): ActionProblem | undefined {
    switch (action.type) {
      case 'set_field':
        return this.#tagged(action.field) ?? this.#written(action.field);
      case 'load':
        return this.#tagged(action.destination.field) ?? this.#written(action.destination.field);
      case 'multipath':
      case 'check_pkt_larger':
        return this.#written(action.destination.field);
      case 'move':
        return this.#read(action.source.field) ?? this.#written(action.destination.field);
      case 'output_reg':
        return this.#read(action.source.field);
      case 'push':
        return this.#read(action.subfield.field);
      case 'pop':
        return this.#written(action.subfield.field);
      case 'bundle':
        return action.destination === undefined
          ? undefined
          : this.#written(action.destination.field);
      case 'learn':
        return this.#checkLearn(action);
      default:
        return undefined;
    }
  }

  #checkRest(action: Ofpact): ActionProblem | undefined {
    switch (action.type) {
      case 'output':
      case 'output_trunc':
        return checkPort(action.port);
      case 'enqueue':
        return checkQueuePort(action.port);
      case 'bundle':
        return checkMembers(action.members);
      case 'push_vlan':
        return this.#hasTag(VLAN1)
          ? problem('OFPBAC_BAD_TAG', 'expected at most two VLAN tags')
          : undefined;
      case 'goto_table':
        return action.table > this.#table
          ? undefined
          : problem(
              'OFPBIC_BAD_TABLE_ID',
              `expected a table behind the flow's own, ${this.#table}`,
            );
      case 'meter':
        return action.meter >= 1 && action.meter <= METER_MAX
          ? undefined
          : problem('OFPMMFC_INVALID_METER', `expected a meter from 1 to ${METER_MAX}`);
      case 'resubmit':
        return action.isOriginalTuple ? inconsistent('ct_state=+trk') : undefined;
      case 'delete_field':
        return action.field.name.startsWith('tun_metadata')
          ? undefined
          : problem('OFPBAC_BAD_ARGUMENT', 'expected one of tun_metadata0 to tun_metadata63');
      case 'write_actions':
      case 'clone':
        return this.#checkNested(action.actions, action.type);
      default:
        return undefined;
    }
  }

  /** What the older actions need where OpenFlow is strict. */
  #checkOld(action: Ofpact): ActionProblem | undefined {
    if (this.#options.isStrict !== true) return undefined;
    switch (action.type) {
      case 'mod_vlan_vid': // In 1.0 they make a tag.
      case 'mod_vlan_pcp':
      case 'strip_vlan':
        return this.#hasTag(VLAN0) ? undefined : inconsistent('dl_vlan');
      case 'mod_nw_src':
      case 'mod_nw_dst':
        return this.#missing('ipv4');
      case 'mod_nw_tos':
      case 'mod_nw_ecn':
      case 'mod_nw_ttl':
      case 'dec_ttl':
        return isIpAny(this.#flow) ? undefined : inconsistent('ip or ipv6');
      case 'mod_tp_src':
      case 'mod_tp_dst':
        return this.#missing('tcp') && this.#missing('udp') && this.#missing('sctp');
      case 'pop_mpls':
      case 'set_mpls_label':
      case 'set_mpls_tc':
      case 'set_mpls_ttl':
      case 'dec_mpls_ttl':
        return this.#missing('mpls');
      case 'dec_nsh_ttl':
        return wordAt(this.#flow, DL_TYPE) >>> 16 === ETH_TYPE_NSH
          ? undefined
          : inconsistent('dl_type=0x894f');
      case 'fin_timeout':
        return (wordAt(this.#flow, NW_PROTO) & PROTO_BITS) === IPPROTO_TCP
          ? undefined
          : inconsistent('tcp');
      default:
        return undefined;
    }
  }

  /** What the inner actions do is over with them. */
  #checkNested(actions: Ofpacts, place: ActionPlace): ActionProblem | undefined {
    const before = FOLLOWED.map((word) => wordAt(this.#flow, word));
    const order = this.#orderIn(place);
    let found: ActionProblem | undefined;
    for (const action of actions) {
      found ??= order.check(action);
      // What a packet is when its action set is carried out, nobody knows.
      const inner = this.#checkAction(action);
      if (place === 'clone' || inner?.error !== 'OFPBAC_MATCH_INCONSISTENT') found ??= inner;
    }
    FOLLOWED.forEach((word, i) => {
      this.#flow[word] = before[i] ?? 0;
    });
    return found;
  }

  /** What is learned from must be there; what is learned must be a whole match. */
  #checkLearn(learn: LearnAction): ActionProblem | undefined {
    const learned = createFlow();
    for (const { kind, source, destination } of learn.specs) {
      const found =
        (typeof source === 'bigint' ? undefined : this.#read(source.field)) ??
        (destination === undefined ? undefined : this.#missingIn(learned, destination.field)) ??
        (kind === 'load' && destination !== undefined ? readOnly(destination.field) : undefined);
      if (found !== undefined) return found;
      if (kind === 'match' && destination !== undefined && typeof source === 'bigint') {
        writeSubfield(learned, destination, source);
      }
    }
    return undefined;
  }

  #read(field: Field): ActionProblem | undefined {
    return this.#missingIn(this.#flow, field);
  }

  #written(field: Field): ActionProblem | undefined {
    return readOnly(field) ?? this.#missingIn(this.#flow, field);
  }

  #missingIn(flow: Flow, field: Field): ActionProblem | undefined {
    if (hasField(field, flow, UNREAD)) return undefined;
    return inconsistent(MATCHES[field.prerequisite], field.name);
  }

  /** A VLAN is set where there is a tag only; `mod_vlan_vid` makes one. */
  #tagged(field: Field): ActionProblem | undefined {
    if (field.name !== 'vlan_vid' || this.#hasTag(VLAN0)) return undefined;
    return inconsistent(MATCHES.vlan, field.name);
  }

  #missing(prerequisite: FieldPrerequisite): ActionProblem | undefined {
    const isThere = hasPrerequisite(prerequisite, this.#flow, UNREAD);
    return isThere ? undefined : inconsistent(MATCHES[prerequisite]);
  }

  #hasTag(word: number): boolean {
    return (wordAt(this.#flow, word) & VLAN_CFI) !== 0;
  }
}

function problem(error: ActionErrorName, text: string): ActionProblem {
  return { error, text };
}

function inconsistent(needed: string, name = 'what this needs'): ActionProblem {
  const text = `expected a match on ${needed}: no other packets have ${name}`;
  return { error: 'OFPBAC_MATCH_INCONSISTENT', text };
}

function readOnly(field: Field): ActionProblem | undefined {
  if (field.writable) return undefined;
  const text = `expected a field that can be written; ${field.name} is read-only`;
  return { error: 'OFPBAC_BAD_SET_ARGUMENT', text };
}

function checkPort(port: number): ActionProblem | undefined {
  if (port < OFPP_MAX || (port > OFPP_UNSET && port !== OFPP_NONE)) return undefined;
  return problem('OFPBAC_BAD_OUT_PORT', `expected a port that takes packets; ${port} does not`);
}

function checkQueuePort(port: number): ActionProblem | undefined {
  if (port < OFPP_MAX || port === OFPP_IN_PORT || port === OFPP_LOCAL) return undefined;
  return problem('OFPBAC_BAD_OUT_PORT', `expected a port that has queues; ${port} has none`);
}

function checkMembers(members: readonly number[]): ActionProblem | undefined {
  for (const member of members) {
    if (member === OFPP_NONE) continue;
    if (member === OFPP_CONTROLLER) return problem('OFPBAC_BAD_OUT_PORT', 'expected ports only');
    const found = checkPort(member);
    if (found !== undefined) return found;
  }
  return undefined;
}

function writeSubfield(flow: Flow, destination: Subfield, value: bigint): void {
  writeFieldBig(flow, subfieldAsField(destination), value);
}

/** Does to `flow` what `action` does to headers and their types. */
function follow(flow: Flow, action: Ofpact): void {
  switch (action.type) {
    case 'push_vlan':
      flow[VLAN1] = wordAt(flow, VLAN0);
      flow[VLAN0] = VLAN_CFI;
      break;
    case 'mod_vlan_vid':
    case 'mod_vlan_pcp':
      flow[VLAN0] = wordAt(flow, VLAN0) | VLAN_CFI;
      break;
    case 'strip_vlan':
      flow[VLAN0] = wordAt(flow, VLAN1);
      flow[VLAN1] = 0;
      break;
    case 'set_field':
      if (action.field.name === 'vlan_tci') flow[VLAN0] = Number(bytesToBig(action.value));
      break;
    case 'push_mpls': // What the labels hide, nothing is known of any more.
    case 'pop_mpls':
      flow[DL_TYPE] = (action.ethType << 16) >>> 0;
      flow[NW_PROTO] = wordAt(flow, NW_PROTO) & ~PROTO_BITS;
      break;
    case 'encap':
      followEncap(flow, action.packetType);
      break;
    case 'decap':
      followDecap(flow);
      break;
  }
}

function followEncap(flow: Flow, packetType: number): void {
  flow[PACKET_TYPE] = packetType;
  if (packetType >>> 16 === PT_NAMESPACE_ETHERTYPE) flow[DL_TYPE] = (packetType << 16) >>> 0;
  if (!isIpAny(flow)) flow[NW_PROTO] = wordAt(flow, NW_PROTO) & ~PROTO_BITS;
}

/** Without its Ethernet header a packet is what the header announced; else nobody knows. */
function followDecap(flow: Flow): void {
  const isEthernet = flow[PACKET_TYPE] === PT_ETH;
  const ethType = wordAt(flow, DL_TYPE) >>> 16;
  flow[PACKET_TYPE] = isEthernet ? ((PT_NAMESPACE_ETHERTYPE << 16) | ethType) >>> 0 : PT_ETH;
  if (isEthernet) return;
  flow[DL_TYPE] = 0;
  flow[NW_PROTO] = wordAt(flow, NW_PROTO) & ~PROTO_BITS;
}
