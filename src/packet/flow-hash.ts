/**
 * Hashes of what identifies a connection: addresses, protocol and ports.
 *
 * The first spreads packets over handlers so that those of one connection stay in order; flows
 * that are not IP hash to `basis` mixed with nothing, and the values are our own. The other is the
 * same for both directions, and its values are Open vSwitch's. Answers to OVS's `flow_hash_5tuple`
 * and `flow_hash_symmetric_l3l4`.
 *
 * Hot path. Bench: `bench/set-up.ts`.
 */

import { hashAdd, hashFinish, swapBytes } from '../base/hash.js';
import type { Flow } from './flow.js';
import {
  DL_DST,
  DL_SRC_LOW,
  DL_TYPE,
  IPV6_DST,
  IPV6_SRC,
  NW_DST,
  NW_PROTO,
  NW_SRC,
  TP,
  VLAN_VID_MASK,
  VLAN0,
  VLAN1,
} from './flow-layout.js';
import {
  ETH_TYPE_IPV4,
  ETH_TYPE_IPV6,
  IPPROTO_SCTP,
  IPPROTO_TCP,
  IPPROTO_UDP,
} from './protocol.js';

const IPV6_WORDS = 4;
const FRAG_BITS = 0xff00_0000;

/** The hash of `flow`'s 5-tuple, unsigned 32 bits. */
export function flowHash5Tuple(flow: Flow, basis: number): number {
  const ethType = flow[DL_TYPE]! >>> 16;
  let hash = basis | 0;
  if (ethType === ETH_TYPE_IPV4) {
    hash = hashAdd(hashAdd(hash, flow[NW_SRC]!), flow[NW_DST]!);
  } else if (ethType === ETH_TYPE_IPV6) {
    for (let i = 0; i < IPV6_WORDS; i++) {
      hash = hashAdd(hashAdd(hash, flow[IPV6_SRC + i]!), flow[IPV6_DST + i]!);
    }
  } else {
    return hashFinish(hash, 0);
  }
  return hashFinish(hashAdd(hashAdd(hash, flow[NW_PROTO]! & 0xff), flow[TP]!), 42);
}

/**
 * A hash, unsigned, that both directions of a connection share: addresses of L3, protocol, and
 * ports, of UDP only where `countsUdp`; of what is not IP, the header of L2.
 */
export function flowHashSymmetricL3L4(flow: Flow, basis: number, countsUdp = false): number {
  const ethType = flow[DL_TYPE]! >>> 16;
  let hash = basis | 0;
  if (ethType === ETH_TYPE_IPV4) hash = hashAdd(hash, swapBytes(flow[NW_SRC]! ^ flow[NW_DST]!));
  else if (ethType === ETH_TYPE_IPV6) {
    for (let i = 0; i < IPV6_WORDS; i++) {
      hash = hashAdd(hash, swapBytes(flow[IPV6_SRC + i]! ^ flow[IPV6_DST + i]!));
    }
  } else return flowHashSymmetricL2(flow, basis);
  const protocol = flow[NW_PROTO]! & 0xff;
  hash = hashAdd(hash, protocol);
  const isCounted =
    protocol === IPPROTO_TCP ||
    protocol === IPPROTO_SCTP ||
    (countsUdp && protocol === IPPROTO_UDP);
  if (isCounted && (flow[NW_PROTO]! & FRAG_BITS) === 0) {
    const ports = (flow[TP]! >>> 16) ^ (flow[TP]! & 0xffff);
    hash = hashAdd(hash, swapBytes(ports << 16));
  }
  return hashFinish(hash, basis);
}

/** Ethernet type, VLANs and Ethernet addresses, each where OVS's structure has it. */
function flowHashSymmetricL2(flow: Flow, basis: number): number {
  const vlans = (flow[VLAN0]! ^ flow[VLAN1]!) & VLAN_VID_MASK;
  // Destination and source, each 48 bits, over one another.
  const high = (flow[DL_DST]! >>> 16) ^ (flow[DL_DST + 1]! & 0xffff);
  const low = ((flow[DL_DST]! << 16) | (flow[DL_DST + 1]! >>> 16)) ^ flow[DL_SRC_LOW]!;
  let hash = hashAdd(basis | 0, swapBytes((flow[DL_TYPE]! & 0xffff_0000) | vlans));
  hash = hashAdd(hash, swapBytes((high << 16) | (low >>> 16)));
  return hashFinish(hashAdd(hash, swapBytes(low << 16)), basis);
}
