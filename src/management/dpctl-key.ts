/**
 * A flow as `dpctl` is given it: perhaps an id, then a key, some of whose bits are masked.
 *
 * What a packet of that kind must have must be there, and nothing else: an Ethernet type of IPv4
 * wants `ipv4(…)`, a protocol of TCP `tcp(…)`. Answers to `odp_flow_from_string()` and to the
 * attributes that `odp_flow_key_to_flow()` expects.
 */

import { Mask } from '../datapath/mask.js';
import { KEY_ATTRIBUTES } from '../datapath/odp-key-attributes.js';
import { parseOdpKey } from '../datapath/odp-key-parse.js';
import { scanTerms } from '../datapath/odp-text-scanner.js';
import { takeUfid } from '../datapath/ufid.js';
import { type Flow, wordAt } from '../packet/flow.js';
import { DL_TYPE, FRAG_LATER, IN_PORT, NW_PROTO, PACKET_TYPE } from '../packet/flow-layout.js';
import * as P from '../packet/protocol.js';
import { type ManagementContext, portNumberOf } from './management-context.js';

/** `ODPP_NONE`. */
const PORT_NONE = 0xffff_ffff;

export interface DpctlKey {
  readonly ufid: string | undefined;
  readonly key: Flow;
  readonly mask: Mask;
  /** Whether a datapath would take it. */
  readonly isSound: boolean;
}

/** Throws a `ParseError` for what is no key. */
export function parseDpctlKey(context: ManagementContext, text: string): DpctlKey {
  const named = takeUfid(text);
  const keyText = named?.rest ?? text;
  const { key, mask } = parseOdpKey(keyText, { portNumber: portNumberOf(context) });
  const names = namesIn(keyText);
  if (!names.has('eth') && !names.has('packet_type')) markBare(key);
  if (!names.has('in_port')) key[IN_PORT] = PORT_NONE;
  const hasWholePort = names.has('in_port') && wordAt(mask, IN_PORT) === 0xffff_ffff;
  const isSound = hasWholePort && hasExpected(names, key);
  return { ufid: named?.ufid, key, mask: new Mask(mask), isSound };
}

const ABOVE_ETHERNET: ReadonlyMap<number, string> = new Map([
  [P.ETH_TYPE_IPV4, 'ipv4'],
  [P.ETH_TYPE_IPV6, 'ipv6'],
  [P.ETH_TYPE_ARP, 'arp'],
  [P.ETH_TYPE_RARP, 'arp'],
  [P.ETH_TYPE_MPLS, 'mpls'],
  [P.ETH_TYPE_MPLS_MULTICAST, 'mpls'],
]);

const ABOVE_IP: ReadonlyMap<number, string> = new Map([
  [P.IPPROTO_TCP, 'tcp'],
  [P.IPPROTO_UDP, 'udp'],
  [P.IPPROTO_SCTP, 'sctp'],
  [P.IPPROTO_ICMP, 'icmp'],
  [P.IPPROTO_ICMPV6, 'icmpv6'],
]);

/** The attributes in `text`, those within tags included. */
function namesIn(text: string): Set<string> {
  const names = new Set<string>();
  for (const { name, args } of scanTerms(text, { source: text, column: 1 })) {
    names.add(name);
    if (name === 'encap') for (const inner of namesIn(args ?? '')) names.add(inner);
  }
  return names;
}

function hasExpected(names: ReadonlySet<string>, key: Flow): boolean {
  if (!names.has('eth_type')) return names.has('eth');
  const network = ABOVE_ETHERNET.get(wordAt(key, DL_TYPE) >>> 16);
  const proto = wordAt(key, NW_PROTO);
  const isIp = network === 'ipv4' || network === 'ipv6';
  const isLater = ((proto >>> 24) & FRAG_LATER) !== 0;
  const transport = isIp && !isLater ? ABOVE_IP.get(proto & 0xff) : undefined;
  const expected = [network, transport].filter((name) => name !== undefined);
  const above = [...names].filter((name) => name in KEY_ATTRIBUTES && !LINK_NAMES.has(name));
  return expected.every((name) => names.has(name)) && above.every((name) => isOf(name, expected));
}

const LINK_NAMES: ReadonlySet<string> = new Set(['eth', 'nsh']);

/** Neighbour discovery comes with ICMPv6. */
function isOf(name: string, expected: readonly string[]): boolean {
  return expected.includes(name.startsWith('nd') ? 'icmpv6' : name);
}

/** Without an Ethernet header, the Ethernet type is the packet's type, where there is one. */
function markBare(key: Flow): void {
  const ethType = wordAt(key, DL_TYPE) >>> 16;
  if (ethType >= P.ETH_TYPE_MIN) key[PACKET_TYPE] = ((1 << 16) | ethType) >>> 0;
}
