/**
 * How often a dump may miss a flow before its ukey is given up.
 *
 * A dump may miss a living flow, so one miss means nothing. Four complete dumps without it do: the
 * datapath has lost the flow. Cycles whose dump failed or stopped early do not count (B-30).
 * Answers to OVS's `missed_dumps` (180ab2fd6, 3.5); the seed kept such ukeys for ever (B-12,
 * U-140).
 */

/** Profile `current`: the fourth miss is the last. */
export const MISSED_DUMPS_MAX = 4;

/** Whether the ukey goes, `missedDumps` counting this dump; counts `revalidate_missing_dp_flow`. */
export function isFlowMissing(missedDumps: number, missedDumpsMax: number): boolean {
  return missedDumps >= missedDumpsMax;
}
