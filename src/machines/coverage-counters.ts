/**
 * The slow path's own coverage counters, under OVS's names, and when each is counted.
 *
 * What is counted by the datapath (`dpif_flow_put` …), the translation (`xlate_actions` …) and the
 * bridges (`rev_flow_table` …) is named there. Answers to the `COVERAGE_DEFINE`s of
 * `ofproto-dpif-upcall.c` in 3.5, and to the two of the seed.
 */

/** Profile `current`. */
export const coverageCounters = {
  dumped_duplicate_flow: 'a flow came again in the same dump',
  dumped_new_flow: 'a flow came again in the same dump, before it had a cache',
  dumped_inconsistent_flow: 'a flow was dumped whose modification had failed',
  handler_duplicate_upcall: 'a miss came for a flow whose ukey is alive',
  revalidate_missed_dp_flow: 'the sweep revalidated a flow that the dump missed',
  revalidate_missing_dp_flow: 'a flow was missed by as many dumps as it may be',
  ukey_dp_change: 'a flow moved between the layers of the datapath',
  ukey_invalid_stat_reset: 'a packet counter ran backward',
  ukey_replace_contention: 'a ukey to be replaced was busy',
  upcall_flow_limit_grew: 'the flow limit grew by 1,000',
  upcall_flow_limit_reduced: 'the flow limit lost a quarter',
  upcall_flow_limit_scaled: 'the flow limit was divided',
  upcall_flow_limit_hit: 'a put was refused, or a batch dumped, at or over the flow limit',
  upcall_flow_limit_kill: 'a batch was dumped beyond twice the flow limit',
  upcall_ukey_contention: 'a ukey was busy in a dump or a sweep',
  upcall_ukey_replace: 'a new flow took the place of an evicted ukey',
} as const;

export type CoverageCounter = keyof typeof coverageCounters;

/** Profile `ovs-2.3`. */
export const coverageCounters2014 = {
  upcall_duplicate_flow: 'a flow came again, its ukey was busy, or another one inserted it first',
  revalidate_missed_dp_flow: 'the sweep revalidated a flow that the dump missed',
} as const;

export type CoverageCounter2014 = keyof typeof coverageCounters2014;

/** What 2.3 calls a counter of `current`; undefined: it did not count that. */
export function counterName2014(counter: CoverageCounter): CoverageCounter2014 | undefined {
  switch (counter) {
    case 'dumped_duplicate_flow':
    case 'dumped_new_flow':
    case 'upcall_ukey_contention':
      return 'upcall_duplicate_flow';
    case 'revalidate_missed_dp_flow':
      return counter;
    default:
      return undefined;
  }
}
