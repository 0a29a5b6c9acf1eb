/**
 * Packets from words: `packet('udp,nw_dst=10.0.0.2,tp_dst=53')` is a whole frame with checksums.
 *
 * The words are match terms in ovs-ofctl's syntax. What they leave open is filled with addresses
 * that are good for tests, so that a frame has a sender whom a switch can learn.
 */

import { composePacket } from './packet/compose.js';
import { createFlow, createFlowMask, type Flow } from './packet/flow.js';
import { VLAN_CFI, VLAN0 } from './packet/flow-layout.js';
import { dlTypeOf } from './packet/flow-predicates.js';
import { addMatchTerms } from './packet/match-expression.js';
import type { MatchTarget } from './packet/match-parse.js';
import { ETH_TYPE_ARP, ETH_TYPE_IPV4, ETH_TYPE_IPV6, ETH_TYPE_VLAN } from './packet/protocol.js';

export interface PacketOptions {
  /** Bytes behind the headers. Default: 64. */
  readonly payloadSize?: number;
}

const ETHERNET_DEFAULTS = 'dl_src=02:00:00:00:00:01,dl_dst=02:00:00:00:00:02';

/** Terms that are assumed for each Ethernet type, before what the caller says. */
const DEFAULTS: ReadonlyMap<number, string> = new Map([
  [ETH_TYPE_IPV4, 'ip,nw_src=10.0.0.1,nw_dst=10.0.0.2,nw_ttl=64'],
  [ETH_TYPE_IPV6, 'ipv6,ipv6_src=fd00::1,ipv6_dst=fd00::2,nw_ttl=64'],
  [ETH_TYPE_ARP, 'arp,arp_op=1,arp_spa=10.0.0.1,arp_tpa=10.0.0.2,arp_sha=02:00:00:00:00:01'],
]);

/**
 * A frame that matches `terms`. Throws a `ParseError` for what is no match term.
 *
 * @example
 * import { createFlow, extractFlow, formatFlow, packet } from 'upcall';
 *
 * const frame = packet('tcp,nw_dst=10.0.0.2,tp_dst=80,tcp_flags=+syn', { payloadSize: 0 });
 * const flow = createFlow();
 * extractFlow(frame, flow);
 * assert.match(formatFlow(flow), /^tcp,.*nw_dst=10\.0\.0\.2,.*tp_dst=80,tcp_flags=syn$/);
 */
export function packet(terms: string, options: PacketOptions = {}): Uint8Array {
  const asked = parseTerms(terms);
  const assumed = DEFAULTS.get(dlTypeOf(asked)) ?? '';
  const flow = parseTerms(ETHERNET_DEFAULTS, assumed, terms);
  fixVlanType(flow);
  return composePacket(flow, options);
}

/** A tag is of type 802.1Q unless the terms said otherwise. Answers to `flow_fix_vlan_tpid()`. */
function fixVlanType(flow: Flow): void {
  const tag = flow[VLAN0] ?? 0;
  const hasType = tag >>> 16 !== 0;
  if ((tag & VLAN_CFI) !== 0 && !hasType) flow[VLAN0] = ((ETH_TYPE_VLAN << 16) | tag) >>> 0;
}

/** Later terms override earlier ones. */
function parseTerms(...texts: readonly string[]): Flow {
  const target: MatchTarget = { flow: createFlow(), mask: createFlowMask() };
  for (const text of texts) addMatchTerms(target, text);
  return target.flow;
}
