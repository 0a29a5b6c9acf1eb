/**
 * Random matches in ovs-ofctl's words. Values come from the few that random packets have, so that
 * packets meet rules; masks are arbitrary where the field allows it.
 */

import type { Rng } from '../../src/base/rng.js';
import { isOneIn, pick, pickSome } from './choice.js';
import type { Protocol } from './situation.js';

type Draw = (rng: Rng) => string;

const oneOf =
  (...values: readonly string[]): Draw =>
  (rng) =>
    pick(rng, values);

const IPV4 = oneOf(
  '10.0.0.1',
  '10.0.1.1',
  '10.0.1.2',
  '10.0.1.0/24',
  '10.0.0.0/8',
  '192.168.0.0/16',
  '0.0.0.1/0.0.0.255',
  '10.0.0.1/255.0.0.255',
);
const IPV6 = oneOf('2001:db8::1', '2001:db8::/32', 'fe80::/10', '::1/::ff', 'ff02::2');
const PORT = oneOf('0', '5', '53', '80', '81', '64', '80/0xfffe', '0x40/0xffc0', '1/1');
const MAC = oneOf(
  '50:54:00:00:00:01',
  '50:54:00:00:00:02',
  '01:00:00:00:00:00/01:00:00:00:00:00',
  'ff:ff:ff:ff:ff:ff',
  '00:00:00:00:00:02/00:00:00:00:00:ff',
);
const SOURCE_MAC = oneOf(
  '50:54:00:00:00:01',
  '50:54:00:00:00:02',
  '00:00:00:00:00:01/00:00:00:00:00:03',
  '50:54:00:00:00:00/ff:ff:ff:ff:ff:00',
);

/** Terms that fit every packet. */
const ANY: readonly Draw[] = [
  (rng) => `in_port=${1 + rng.below(4)}`,
  (rng) => `dl_dst=${MAC(rng)}`,
  (rng) => `dl_src=${SOURCE_MAC(rng)}`,
  (rng) => `reg${rng.below(3)}=${oneOf('0', '1', '2', '0x10/0xf0', '5/0xf')(rng)}`,
  (rng) => `metadata=${oneOf('0', '7', '1/1')(rng)}`,
];
/** OpenFlow 1.5 cannot look at the bits of a tag that may be missing. */
const TAGS = ['dl_vlan=5', 'dl_vlan=6', 'vlan_tci=0x1000/0x1000', 'dl_vlan_pcp=3'];
const VLANS: Readonly<Record<Protocol, Draw>> = {
  OpenFlow10: oneOf(...TAGS, 'vlan_tci=0', 'vlan_tci=0x0005/0x0fff'),
  OpenFlow15: oneOf(...TAGS, 'vlan_tci=0x0000/0x1fff'),
};

/** Of one kind of packet: its name in a match, and further terms. */
interface Kind {
  readonly name: string;
  readonly terms: readonly Draw[];
}

const IP_TERMS: readonly Draw[] = [
  (rng) => `nw_tos=${oneOf('0', '184')(rng)}`,
  (rng) => `nw_ecn=${oneOf('0', '1')(rng)}`,
  (rng) => `nw_ttl=${oneOf('1', '2', '64')(rng)}`,
  (rng) => `ip_frag=${oneOf('no', 'first', 'not_later', 'yes')(rng)}`,
];
const V4_TERMS: readonly Draw[] = [
  (rng) => `nw_src=${IPV4(rng)}`,
  (rng) => `nw_dst=${IPV4(rng)}`,
  (rng) => `nw_dst=${IPV4(rng)}`,
  ...IP_TERMS,
];
const V6_TERMS: readonly Draw[] = [
  (rng) => `ipv6_src=${IPV6(rng)}`,
  (rng) => `ipv6_dst=${IPV6(rng)}`,
  (rng) => `ipv6_label=${oneOf('0', '1/1')(rng)}`,
  ...IP_TERMS,
];
const PORT_TERMS: readonly Draw[] = [
  (rng) => `tp_src=${PORT(rng)}`,
  (rng) => `tp_dst=${PORT(rng)}`,
  (rng) => `tp_dst=${PORT(rng)}`,
];
const TCP_TERMS: readonly Draw[] = [
  ...PORT_TERMS,
  (rng) => `tcp_flags=${oneOf('0x002', '+syn-ack', '0x10/0x10')(rng)}`,
];
const ICMP_TERMS: readonly Draw[] = [
  (rng) => `icmp_type=${oneOf('0', '8')(rng)}`,
  oneOf('icmp_code=0'),
];

const KINDS: readonly Kind[] = [
  { name: '', terms: [] },
  { name: 'ip', terms: V4_TERMS },
  { name: 'tcp', terms: [...V4_TERMS, ...TCP_TERMS] },
  { name: 'udp', terms: [...V4_TERMS, ...PORT_TERMS] },
  { name: 'icmp', terms: [...V4_TERMS, ...ICMP_TERMS] },
  { name: 'ipv6', terms: V6_TERMS },
  { name: 'tcp6', terms: [...V6_TERMS, ...TCP_TERMS] },
  {
    name: 'icmp6',
    terms: [...V6_TERMS, (rng) => `icmpv6_type=${oneOf('128', '135', '136')(rng)}`],
  },
  {
    name: 'arp',
    terms: [
      (rng) => `arp_op=${1 + rng.below(2)}`,
      (rng) => `arp_spa=${IPV4(rng)}`,
      (rng) => `arp_tpa=${IPV4(rng)}`,
    ],
  },
  { name: 'mpls', terms: [oneOf('mpls_label=7', 'mpls_label=0'), oneOf('mpls_bos=1')] },
  { name: 'dl_type=0x88cc', terms: [] },
];

/** What a match says of a packet: `kind` decides which actions fit. */
export interface GeneratedMatch {
  readonly kind: string;
  readonly text: string;
}

export function generateMatch(rng: Rng, protocol: Protocol): GeneratedMatch {
  const { name, terms } = pick(rng, KINDS);
  const chosen = [...pickSome(rng, [...ANY, VLANS[protocol]], 0, 2), ...pickSome(rng, terms, 0, 2)];
  const words = [
    ...(name === '' ? [] : [name]),
    ...withoutDoubles(chosen.map((draw) => draw(rng))),
  ];
  return { kind: name, text: words.join(',') };
}

/** Values of one field, each of them once: rules with them do not overlap. */
const DISJOINT: readonly { readonly kind: string; readonly terms: readonly string[] }[] = [
  { kind: '', terms: ['in_port=1', 'in_port=2', 'in_port=3', 'in_port=4'] },
  { kind: '', terms: ['dl_vlan=5', 'dl_vlan=6', 'vlan_tci=0x0000/0x1fff'] },
  {
    kind: 'ip',
    terms: ['10.0.0.1', '10.0.1.1', '10.0.1.2', '1.2.3.4'].map((ip) => `nw_dst=${ip}`),
  },
  { kind: 'tcp', terms: ['80', '81', '53', '5', '64'].map((port) => `tp_dst=${port}`) },
  { kind: '', terms: ['reg0=0', 'reg0=1', 'reg0=2'] },
];

/** Matches of one table of which no packet meets two. */
export function generateDisjointMatches(rng: Rng): GeneratedMatch[] {
  const { kind, terms } = pick(rng, DISJOINT);
  const prefix = kind === '' ? '' : `${kind},`;
  return terms.flatMap((term) => {
    const match = `${prefix}${term}`;
    if (!isOneIn(rng, 2)) return [{ kind, text: match }];
    return ['0/1', '1/1'].map((metadata) => ({ kind, text: `${match},metadata=${metadata}` }));
  });
}

/** A field may be matched once. */
function withoutDoubles(terms: readonly string[]): string[] {
  const byField = new Map(terms.map((term) => [fieldOf(term), term]));
  return [...byField.values()];
}

function fieldOf(term: string): string {
  const name = term.slice(0, term.indexOf('='));
  return name.includes('vlan') ? 'vlan' : name;
}
