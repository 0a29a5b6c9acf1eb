/**
 * Is a flow worth translating again, or is it cheaper to delete it and let it come back?
 *
 * While dumps are quick, always. When they are slow, only a flow that is hit often enough: the mean
 * time between its packets is below 1000 / min-revalidate-pps. Rows U-112 to U-114. Answers to
 * `should_revalidate` (seed L1178: 200 ms and 200 ms, which is min-revalidate-pps 5 and
 * max-revalidator 400).
 */

import type { Instant } from '../base/brands.js';

export interface RevalidationFacts {
  /** How long the previous cycle's dump took, in ms. */
  readonly dumpMs: number;
  /** Packets since the counters were last pushed. */
  readonly packets: number;
  /** When the flow was last hit, as cached; 0: it has not been dumped before. */
  readonly used: Instant;
  readonly now: Instant;
}

export interface RevalidationSettings {
  /** 0: revalidate always. */
  readonly minRevalidatePps: number;
  /** In ms; dumps shorter than half of it are quick. */
  readonly maxRevalidator: number;
}

/** What profile `ovs-2.3` has in place of settings: 200 ms between packets, dumps of 200 ms. */
export const SETTINGS_2014: RevalidationSettings = { minRevalidatePps: 5, maxRevalidator: 400 };

export function shouldRevalidate(
  facts: RevalidationFacts,
  settings: RevalidationSettings,
): boolean {
  const { minRevalidatePps, maxRevalidator } = settings;
  if (minRevalidatePps === 0 || facts.used === 0) return true;
  if (facts.dumpMs < Math.floor(maxRevalidator / 2)) return true;
  const age = Math.max(facts.used, facts.now) - facts.used;
  const msPerPacket = Math.floor(age / Math.max(facts.packets, 1));
  return msPerPacket < Math.floor(1_000 / minRevalidatePps);
}
