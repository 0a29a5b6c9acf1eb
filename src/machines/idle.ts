/**
 * Who goes because the table is full or the flow unused: judged afresh for each batch of a dump.
 *
 * Normally a flow may be idle for `max-idle`. Over the limit that shrinks to 100 ms; over twice the
 * limit every dumped flow goes, idle or not, until the next batch finds the table smaller. The
 * sweep asks nothing of this. Rows U-099 to U-105, U-136. Answers to the seed's `revalidate`
 * (L1491-1506).
 */

import { type Instant, type Milliseconds, milliseconds } from '../base/brands.js';

/** How long a flow may be idle while the table is over its limit (L1497). */
export const IDLE_MS_OVER_LIMIT: Milliseconds = milliseconds(100);
/** So many times the limit, and every flow is deleted (L1500). */
export const KILL_FACTOR = 2;

export interface TableFacts {
  /** Flows in the datapath, as cached. */
  readonly flows: number;
  /** As sampled at the start of the dump. */
  readonly flowLimit: number;
  readonly maxIdle: Milliseconds;
}

/** What holds for the flows of one batch. */
export interface TableVerdict {
  readonly maxIdle: Milliseconds;
  /** Every flow goes. Counted as `upcall_flow_limit_kill`. */
  readonly isKilling: boolean;
  /** At or over the limit. Counted as `upcall_flow_limit_hit`. */
  readonly isLimitHit: boolean;
}

/** From how many flows on (exclusive) all are killed. */
export type KillThreshold = (flowLimit: number) => number;

/** Profile `current`. */
export const killThreshold: KillThreshold = (flowLimit) => flowLimit * KILL_FACTOR;

/** Profile `ovs-2.3`: in 32 bits, so that a limit of 2^31 kills everything (U-104). */
export const killThresholdWrapped: KillThreshold = (flowLimit) => (flowLimit * KILL_FACTOR) >>> 0;

/** Judges the table before a batch of dumped flows. */
export function judgeTable(facts: TableFacts, threshold: KillThreshold): TableVerdict {
  const { flows, flowLimit, maxIdle } = facts;
  return {
    maxIdle: flows > flowLimit ? IDLE_MS_OVER_LIMIT : maxIdle,
    isKilling: flows > threshold(flowLimit),
    isLimitHit: flows >= flowLimit,
  };
}

/** What the flow is judged by. */
export interface FlowAge {
  /** As dumped; 0: never hit. */
  readonly used: Instant;
  /** Stands in for `used` until then. */
  readonly createdAt: Instant;
}

/** Why the flow goes without being looked at any further; undefined: it does not. */
export function judgeIdle(
  age: FlowAge,
  now: Instant,
  table: Pick<TableVerdict, 'maxIdle' | 'isKilling'>,
): 'flow_limit' | 'flow_idle' | undefined {
  if (table.isKilling) return 'flow_limit';
  const used = age.used === 0 ? age.createdAt : age.used;
  return used !== 0 && used < now - table.maxIdle ? 'flow_idle' : undefined;
}

/** Whether a handler's batch may put flows (U-059); a refusal counts `upcall_flow_limit_hit`. */
export function mayPut(flows: number, flowLimit: number): boolean {
  return flows < flowLimit;
}
