/**
 * Random flows as extraction could have made them: fields that the packet's type does not have are
 * 0. Values come from few, so that random rules meet them.
 */

import type { Rng } from '../../src/base/rng.js';
import { createFlow, type Flow } from '../../src/packet/flow.js';
import * as L from '../../src/packet/flow-layout.js';
import {
  ETH_TYPE_ARP,
  ETH_TYPE_IPV4,
  ETH_TYPE_IPV6,
  ETH_TYPE_MPLS,
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPPROTO_TCP,
  IPPROTO_UDP,
  isMplsType,
  isVlanType,
  MPLS_BOTTOM_OF_STACK,
} from '../../src/packet/protocol.js';

const ETH_TYPES = [
  ETH_TYPE_IPV4,
  ETH_TYPE_IPV4,
  ETH_TYPE_IPV4,
  ETH_TYPE_IPV6,
  ETH_TYPE_ARP,
  ETH_TYPE_MPLS,
  0x88cc,
];
const ADDRESSES = [0x0a00_0001, 0x0a00_0101, 0x0a00_0102, 0x0102_0304, 0xc0a8_0001];
const PORTS = [0, 5, 53, 80, 81, 64];
const TCIS = [0x1005, 0x1006, 0x7005, 0x1000, 0x7000];
const PROTOCOLS = [0, IPPROTO_TCP, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP, 47];
const PORTS_COUNT = 4;

function pick<T>(rng: Rng, values: readonly T[]): T {
  const value = values[rng.below(values.length)];
  if (value === undefined) throw new Error('nothing to pick from');
  return value;
}

/** A packet; of the given Ethernet type, if there is one. */
export function randomPacket(rng: Rng, vlanLimit: number, ethType = pick(rng, ETH_TYPES)): Flow {
  const flow = createFlow();
  flow[L.IN_PORT] = 1 + rng.below(PORTS_COUNT);
  flow[L.PKT_MARK] = pick(rng, [0, 0, 5]);
  flow[L.DL_DST] = pick(rng, [0x5054_0000, 0x0100_5e00, 0xffff_ffff, 0x0180_c200]);
  const source = pick(rng, [0x5054, 0x0200]);
  flow[L.DL_DST + 1] = (pick(rng, [1, 2, 0xffff]) << 16) | source;
  flow[L.DL_SRC_LOW] = rng.below(4);
  flow[L.DL_TYPE] = ethType << 16;
  if (rng.below(2) === 0) flow[L.VLAN0] = randomTag(rng);
  if (flow[L.VLAN0] !== 0 && vlanLimit > 1 && rng.below(2) === 0) flow[L.VLAN1] = randomTag(rng);
  if (ethType === ETH_TYPE_IPV4 || ethType === ETH_TYPE_IPV6) fillIp(flow, rng, ethType);
  else if (ethType === ETH_TYPE_ARP) fillArp(flow, rng);
  else if (isMplsType(ethType)) fillMpls(flow, rng);
  return flow;
}

/** Whether extraction could have made `flow`. */
export function isReal(flow: Flow): boolean {
  const word = (index: number): number => flow[index] ?? 0;
  const isTagReal = (tag: number) =>
    tag === 0 || (isVlanType(tag >>> 16) && (tag & L.VLAN_CFI) !== 0);
  if (!isTagReal(word(L.VLAN0)) || !isTagReal(word(L.VLAN1))) return false;
  if (word(L.VLAN0) === 0 && word(L.VLAN1) !== 0) return false;
  for (let i = L.MPLS0; i < L.MPLS0 + 2; i++) {
    if (((word(i) & MPLS_BOTTOM_OF_STACK) !== 0 || word(i) === 0) && word(i + 1) !== 0)
      return false;
  }
  const network = word(L.NW_PROTO);
  const isLater = ((network >>> 24) & L.FRAG_LATER) !== 0;
  const protocol = isLater ? 0 : network & 0xff;
  const ports = word(L.TP);
  if (protocol === IPPROTO_ICMP || protocol === IPPROTO_ICMPV6) return (ports & 0xff00_ff00) === 0;
  const hasPorts = protocol === IPPROTO_TCP || protocol === IPPROTO_UDP;
  if (!hasPorts && ports !== 0) return false;
  return protocol === IPPROTO_TCP || word(L.TCP_FLAGS) === 0;
}

function randomTag(rng: Rng): number {
  return (pick(rng, [0x8100_0000, 0x8100_0000, 0x88a8_0000]) | pick(rng, TCIS)) >>> 0;
}

function fillIp(flow: Flow, rng: Rng, ethType: number): void {
  const isV6 = ethType === ETH_TYPE_IPV6;
  const drawn = pick(rng, PROTOCOLS);
  const protocol = isV6 && drawn === IPPROTO_ICMP ? IPPROTO_ICMPV6 : drawn;
  const fragment = pick(rng, [0, 0, 0, L.FRAG_ANY, L.FRAG_ANY | L.FRAG_LATER]);
  const tos = pick(rng, [0, 184, 185]);
  const ttl = pick(rng, [1, 2, 64]);
  flow[L.NW_PROTO] = (fragment << 24) | (tos << 16) | (ttl << 8) | protocol;
  if (isV6) {
    flow[L.IPV6_SRC] = pick(rng, [0xfe80_0000, 0x2001_0db8]);
    flow[L.IPV6_SRC + 3] = rng.below(3);
    flow[L.IPV6_DST] = pick(rng, [0xff02_0000, 0x2001_0db8]);
    flow[L.IPV6_DST + 3] = rng.below(3);
  } else {
    flow[L.NW_SRC] = pick(rng, ADDRESSES);
    flow[L.NW_DST] = pick(rng, ADDRESSES);
  }
  if ((fragment & L.FRAG_LATER) === 0) fillTransport(flow, rng, protocol);
}

function fillTransport(flow: Flow, rng: Rng, protocol: number): void {
  if (protocol === IPPROTO_ICMP) flow[L.TP] = pick(rng, [0, 8]) << 16;
  else if (protocol === IPPROTO_ICMPV6) flow[L.TP] = pick(rng, [128, 135, 136]) << 16;
  else if (protocol === IPPROTO_TCP || protocol === IPPROTO_UDP) {
    flow[L.TP] = (pick(rng, PORTS) << 16) | pick(rng, PORTS);
  }
  if (protocol === IPPROTO_TCP) flow[L.TCP_FLAGS] = pick(rng, [0x002, 0x010, 0x012]) << 16;
}

function fillArp(flow: Flow, rng: Rng): void {
  flow[L.NW_PROTO] = rng.below(4);
  flow[L.NW_SRC] = pick(rng, ADDRESSES);
  flow[L.NW_DST] = pick(rng, ADDRESSES);
}

function fillMpls(flow: Flow, rng: Rng): void {
  const count = 1 + rng.below(3);
  for (let i = 0; i < count; i++) {
    const isBottom = i === count - 1 && rng.below(4) !== 0;
    flow[L.MPLS0 + i] = (pick(rng, [0, 7, 9]) << 12) | (isBottom ? 0x100 : 0) | pick(rng, [1, 64]);
  }
}
