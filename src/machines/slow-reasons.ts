/**
 * Why packets of a flow must come up, each of them: names and bits by version.
 *
 * The bits travel in cookies, so they mean nothing without the version. Answers to
 * `SLOW_PATH_REASONS`. Row U-068.
 */

export type SlowReasons = Readonly<Record<string, number>>;

/** Profile `current`; `SlowReason` of the datapath is the same. */
export const SLOW_REASONS: SlowReasons = {
  CFM: 1,
  BFD: 2,
  LACP: 4,
  STP: 8,
  LLDP: 16,
  ACTION: 32,
  MATCH: 64,
};

/** Profile `ovs-2.3`. */
export const SLOW_REASONS_2014: SlowReasons = {
  CFM: 1,
  BFD: 2,
  LACP: 4,
  STP: 8,
  CONTROLLER: 16,
  ACTION: 32,
};
