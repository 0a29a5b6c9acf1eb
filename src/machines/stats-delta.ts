/**
 * The arithmetic of counters: what has come since they were last pushed.
 *
 * The datapath's counters of one life of a flow never decrease; should one be seen to all the same
 * (a flow that was put again behind our back), the difference is 0 and the base moves down: never a
 * negative or a wrapped push, but for the last one of profile `ovs-2.3`. Answers to the deltas in
 * the seed's `revalidate_ukey` (L1236) and `push_dump_ops__` (L1367). Rows U-110, U-111, U-141.
 */

import { type Instant, instant } from '../base/brands.js';

/** A flow's counters, as `FlowStats` of the datapath has them. */
export interface FlowCounters {
  readonly packets: number;
  readonly bytes: number;
  /** When the last packet came; 0: never. */
  readonly used: Instant;
  /** TCP flags of all its packets, or-ed. */
  readonly tcpFlags: number;
}

export const NO_COUNTERS: FlowCounters = { packets: 0, bytes: 0, used: instant(0), tcpFlags: 0 };

/** What a dump brought since `cached`: counters saturate at 0, `used` and flags are as dumped. */
export function dumpDelta(dumped: FlowCounters, cached: FlowCounters): FlowCounters {
  return {
    packets: Math.max(0, dumped.packets - cached.packets),
    bytes: Math.max(0, dumped.bytes - cached.bytes),
    used: dumped.used,
    tcpFlags: dumped.tcpFlags,
  };
}

/** What a deletion's reply brought since `cached`: with the later `used`, and all flags. */
export function finalDelta(reply: FlowCounters, cached: FlowCounters): FlowCounters {
  return {
    packets: Math.max(0, reply.packets - cached.packets),
    bytes: Math.max(0, reply.bytes - cached.bytes),
    used: reply.used > cached.used ? reply.used : cached.used,
    tcpFlags: reply.tcpFlags | cached.tcpFlags,
  };
}

/**
 * What 2.3 pushes of a deleted flow: plain subtraction of unsigned 64-bit numbers, so that a zeroed
 * reply makes 2^64 - cached of it (B-02). Here the difference is negative, the same number modulo
 * 2^64: what is added up stays exact, and `asUnsigned` shows what 2.3 would have shown.
 */
export function wrappedDelta(reply: FlowCounters, cached: FlowCounters): FlowCounters {
  return {
    packets: reply.packets - cached.packets,
    bytes: reply.bytes - cached.bytes,
    used: reply.used > cached.used ? reply.used : cached.used,
    tcpFlags: reply.tcpFlags | cached.tcpFlags,
  };
}

/** A counter as an unsigned 64-bit number: -1 is 18446744073709551615. */
export function asUnsigned(count: number): bigint {
  return BigInt.asUintN(64, BigInt(count));
}

/** Whether a packet counter ran backward; counted as `ukey_invalid_stat_reset`. */
export function hasRunBackward(dumped: FlowCounters, cached: FlowCounters): boolean {
  return dumped.packets < cached.packets;
}
