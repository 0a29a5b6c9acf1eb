/**
 * A hash of what identifies a connection: addresses, protocol and ports.
 *
 * It spreads packets over handlers so that those of one connection stay in order. Flows that are
 * not IP hash to `basis` mixed with nothing. Answers to OVS's `flow_hash_5tuple`; the values are
 * our own.
 *
 * Hot path. Bench: `bench/set-up.ts`.
 */

import { hashAdd, hashFinish } from '../base/hash.js';
import type { Flow } from './flow.js';
import { DL_TYPE, IPV6_DST, IPV6_SRC, NW_DST, NW_PROTO, NW_SRC, TP } from './flow-layout.js';

const ETH_TYPE_IPV4 = 0x0800;
const ETH_TYPE_IPV6 = 0x86dd;
const IPV6_WORDS = 4;

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
