/**
 * What the udpif remembers about the number of datapath flows: maximum, average, and for how long.
 *
 * Asking the datapath costs; an answer is good for 100 ms. What a failed question leaves behind is
 * the profile's to say (B-29). The average is OVS's: halfway to each new sample, rounded down, so
 * that a constant 10 never gets beyond 9. Rows U-026 to U-030 and U-080. Answers to the seed's
 * `udpif_get_n_flows` (L488).
 */

import { type Instant, type Milliseconds, milliseconds } from '../base/brands.js';

/** For how long a number of flows is taken for true (L495). */
export const FLOWS_CACHE_MS: Milliseconds = milliseconds(100);

export interface FlowCounts {
  readonly maximum: number;
  readonly average: number;
}

export const NO_FLOW_COUNTS: FlowCounts = { maximum: 0, average: 0 };

/** Takes in the sample of one cycle. */
export function sampleFlows(counts: FlowCounts, flows: number): FlowCounts {
  return {
    maximum: Math.max(counts.maximum, flows),
    average: Math.floor((counts.average + flows) / 2),
  };
}

/** What counts as the number of flows when the datapath has not told it. */
export type FlowsAfterError = (before: number) => number;

/** Profile `current`. */
export const keepFlows: FlowsAfterError = (before) => before;

/** Profile `ovs-2.3`: so every put is allowed, and nothing is over the limit (B-29). */
export const noFlows: FlowsAfterError = () => 0;

/** Whether the datapath must be asked again; `askedAt` is undefined before the first time. */
export function isFlowsCacheStale(now: Instant, askedAt: Instant | undefined): boolean {
  return askedAt === undefined || askedAt < now - FLOWS_CACHE_MS;
}
