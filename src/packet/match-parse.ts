/**
 * Terms of a match, read in the syntax of `ovs-ofctl`: shorthands (`tcp`, `arp` …), and fields with
 * values and masks. Answers to `parse_protocol()` and `parse_field()` of OVS's `lib/ofp-flow.c`.
 *
 * Terms may come in any order; that they make sense together is checked when all have been read
 * (`match-prerequisites.ts`). Printing is in `match-text.ts`.
 */

import { ParseError } from '../base/errors.js';
import type { Field } from './field.js';
import { fillField, writeField, writeFieldBig } from './field-access.js';
import { type FieldValue, fieldMax, parseFieldValue } from './field-text.js';
import { findField, findFieldByHeaderName } from './fields.js';
import { type Flow, type FlowMask, wordAt } from './flow.js';
import * as L from './flow-layout.js';
import * as P from './protocol.js';

/** What terms are added to. */
export interface MatchTarget {
  readonly flow: Flow;
  readonly mask: FlowMask;
}

interface Shorthand {
  readonly dlType: number;
  readonly nwProto?: number;
}

const SHORTHANDS: ReadonlyMap<string, Shorthand> = new Map([
  ['ip', { dlType: P.ETH_TYPE_IPV4 }],
  ['ipv4', { dlType: P.ETH_TYPE_IPV4 }],
  ['ip4', { dlType: P.ETH_TYPE_IPV4 }],
  ['arp', { dlType: P.ETH_TYPE_ARP }],
  ['rarp', { dlType: P.ETH_TYPE_RARP }],
  ['ipv6', { dlType: P.ETH_TYPE_IPV6 }],
  ['ip6', { dlType: P.ETH_TYPE_IPV6 }],
  ['mpls', { dlType: P.ETH_TYPE_MPLS }],
  ['mplsm', { dlType: P.ETH_TYPE_MPLS_MULTICAST }],
  ['icmp', { dlType: P.ETH_TYPE_IPV4, nwProto: P.IPPROTO_ICMP }],
  ['igmp', { dlType: P.ETH_TYPE_IPV4, nwProto: P.IPPROTO_IGMP }],
  ['tcp', { dlType: P.ETH_TYPE_IPV4, nwProto: P.IPPROTO_TCP }],
  ['udp', { dlType: P.ETH_TYPE_IPV4, nwProto: P.IPPROTO_UDP }],
  ['sctp', { dlType: P.ETH_TYPE_IPV4, nwProto: P.IPPROTO_SCTP }],
  ['icmp6', { dlType: P.ETH_TYPE_IPV6, nwProto: P.IPPROTO_ICMPV6 }],
  ['tcp6', { dlType: P.ETH_TYPE_IPV6, nwProto: P.IPPROTO_TCP }],
  ['udp6', { dlType: P.ETH_TYPE_IPV6, nwProto: P.IPPROTO_UDP }],
  ['sctp6', { dlType: P.ETH_TYPE_IPV6, nwProto: P.IPPROTO_SCTP }],
]);

/** OpenFlow 1.0's way to say "no tag" in `dl_vlan`. Answers to `OFP10_VLAN_NONE`. */
const DL_VLAN_NONE = '0xffff';

/**
 * Adds one term to a match. `value` is what stands behind the equals sign, undefined where there is
 * none. Returns false for a name that is no match term. Throws `ParseError` for a bad value.
 */
export function parseMatchTerm(
  target: MatchTarget,
  name: string,
  value: string | undefined,
): boolean {
  const shorthand = SHORTHANDS.get(name);
  if (shorthand !== undefined || name === 'eth') {
    if (value !== undefined) throw badTerm(name, value, `"${name}" alone, without a value`);
    if (shorthand === undefined) target.mask[L.PACKET_TYPE] = 0xffff_ffff;
    else applyShorthand(target, shorthand);
    return true;
  }
  const field = findMatchField(name);
  if (field === undefined) return false;
  if (value === undefined || value === '') throw badTerm(name, value, `a value for ${name}`);
  if (field.name === 'dl_vlan' && isVlanNone(value)) {
    setMatchField(target, VLAN_TCI, { value: 0n, mask: fieldMax(VLAN_TCI) });
    return true;
  }
  const place = { source: `${name}=${value}`, column: name.length + 2 };
  setMatchField(target, field, parseFieldValue(field, value, place));
  return true;
}

/**
 * Makes `field` match a value under a mask; an all-zero mask takes the field out of the match.
 * Answers to `mf_set()`, whose special cases the VLAN fields and `nw_tos` are.
 */
export function setMatchField(
  target: MatchTarget,
  field: Field,
  { value, mask }: FieldValue,
): void {
  if (field.name === 'nw_tos') {
    setMatchField(target, IP_DSCP, { value: value >> 2n, mask: mask >> 2n });
    return;
  }
  writeFieldBig(target.mask, field, mask);
  writeFieldBig(target.flow, field, value & mask);
  if (mask !== 0n && TAGGED_FIELDS.has(field.name)) {
    for (const words of [target.mask, target.flow]) {
      words[L.VLAN0] = wordAt(words, L.VLAN0) | L.VLAN_CFI;
    }
  }
}

/** Matching one of these implies that there is a tag. */
const TAGGED_FIELDS: ReadonlySet<string> = new Set(['dl_vlan', 'dl_vlan_pcp', 'vlan_pcp']);

const VLAN_TCI = requireField('vlan_tci');
const IP_DSCP = requireField('ip_dscp');
const ETH_TYPE = requireField('eth_type');
const NW_PROTO = requireField('nw_proto');

function requireField(name: string): Field {
  const field = findField(name);
  if (field === undefined) throw new Error(`Bug: no row for ${name}`);
  return field;
}

/** Fields that the switch alone sets are no match terms. */
function findMatchField(name: string): Field | undefined {
  const field = findField(name) ?? findFieldByHeaderName(name);
  return field !== undefined && UNMATCHABLE.has(field.name) ? undefined : field;
}

const UNMATCHABLE: ReadonlySet<string> = new Set(['skb_priority', 'tun_tos', 'tun_ttl']);

/** Makes a match one on the protocol that `name` is short for; false: it is short for none. */
export function parseProtocol(target: MatchTarget, name: string): boolean {
  const shorthand = SHORTHANDS.get(name);
  if (shorthand !== undefined) applyShorthand(target, shorthand);
  return shorthand !== undefined;
}

function applyShorthand(target: MatchTarget, { dlType, nwProto }: Shorthand): void {
  fillField(target.mask, ETH_TYPE);
  writeField(target.flow, ETH_TYPE, dlType);
  if (nwProto === undefined) return;
  fillField(target.mask, NW_PROTO);
  writeField(target.flow, NW_PROTO, nwProto);
}

/** Whether `value` of `dl_vlan` says that there is no tag. */
export function isVlanNone(value: string): boolean {
  return value.toLowerCase() === DL_VLAN_NONE || value === '65535';
}

function badTerm(name: string, value: string | undefined, expected: string): ParseError {
  const source = value === undefined ? name : `${name}=${value}`;
  return new ParseError({ source, column: 1, expected: `expected ${expected}` });
}
