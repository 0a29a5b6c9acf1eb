/**
 * The flow limit: how many datapath flows the slow path allows itself.
 *
 * A full dump should take about a second. After each cycle the limit follows the duration of its
 * dump: far too long divides it, too long takes a quarter off, short adds 1,000 where flows need
 * them. Between 1,000 and 1,300 ms it stays. Answers to the seed's L608-624, where these
 * numbers stand bare; row U-085, U-086, U-087, and invariants S11 and S12.
 */

/** The limit before the first cycle, where the configured one is not lower (L260). */
export const FLOW_LIMIT_INITIAL = 10_000;
/** Adapting never goes below this, unless the configured limit is lower. */
export const FLOW_LIMIT_FLOOR = 1_000;
/** One step of growth. */
export const FLOW_LIMIT_STEP = 1_000;
/** Longer than this divides the limit by the whole seconds the dump took; also worth a warning. */
export const DUMP_MS_LONG = 2_000;
/** Longer than this takes a quarter off. */
export const DUMP_MS_SLOW = 1_300;
/** Shorter than this lets it grow. */
export const DUMP_MS_FAST = 1_000;

export interface FlowLimitFacts {
  /** The limit so far: a whole number. */
  readonly flowLimit: number;
  /** How long the cycle's dump and sweep took, in whole ms; at least 1. */
  readonly dumpMs: number;
  /** Flows in the datapath at the start of the cycle. */
  readonly flows: number;
  /** The configured limit. */
  readonly flowLimitMax: number;
}

/** Whether a table of so many flows may make the limit grow. */
export type LimitGrowth = (flows: number) => boolean;

export type FlowLimitChange = 'grew' | 'reduced' | 'scaled' | 'kept';

export interface FlowLimitVerdict {
  readonly flowLimit: number;
  /** What the duration called for; the clamp comes after it. */
  readonly change: FlowLimitChange;
  /** The coverage counter to increment, if any. */
  readonly counter: FlowLimitCounter | undefined;
}

export type FlowLimitCounter =
  | 'upcall_flow_limit_grew'
  | 'upcall_flow_limit_reduced'
  | 'upcall_flow_limit_scaled';

/** Profile `current`: any table (eaa14ad37). */
export const growAlways: LimitGrowth = () => true;

/** Profile `ovs-2.3`: only beyond 2,000 flows, so that small tables never recover (B-06). */
export const growAbove2000: LimitGrowth = (flows) => flows > 2_000;

/** The limit of a new udpif. */
export function initialFlowLimit(flowLimitMax: number): number {
  return Math.min(flowLimitMax, FLOW_LIMIT_INITIAL);
}

/** The limit after a completed cycle. */
export function adaptFlowLimit(facts: FlowLimitFacts, mayGrow: LimitGrowth): FlowLimitVerdict {
  const change = judgeDump(facts, mayGrow);
  const wanted = applyChange(facts, change);
  return {
    flowLimit: Math.min(facts.flowLimitMax, Math.max(wanted, FLOW_LIMIT_FLOOR)),
    change,
    counter: change === 'kept' ? undefined : `upcall_flow_limit_${change}`,
  };
}

/** The message for a dump that took too long; undefined for one that did not (U-088). */
export function longDumpMessage(dumpMs: number): string | undefined {
  if (dumpMs <= DUMP_MS_LONG) return undefined;
  return `Spent an unreasonably long ${dumpMs}ms dumping flows`;
}

function judgeDump(facts: FlowLimitFacts, mayGrow: LimitGrowth): FlowLimitChange {
  const { flowLimit, dumpMs, flows } = facts;
  if (dumpMs > DUMP_MS_LONG) return 'scaled';
  if (dumpMs > DUMP_MS_SLOW) return 'reduced';
  if (dumpMs >= DUMP_MS_FAST || !mayGrow(flows)) return 'kept';
  const flowsASecond = Math.floor((flows * 1_000) / dumpMs);
  return flowLimit < flowsASecond ? 'grew' : 'kept';
}

function applyChange({ flowLimit, dumpMs }: FlowLimitFacts, change: FlowLimitChange): number {
  switch (change) {
    case 'scaled':
      return Math.floor(flowLimit / Math.floor(dumpMs / 1_000));
    case 'reduced':
      return Math.floor((flowLimit * 3) / 4);
    case 'grew':
      return flowLimit + FLOW_LIMIT_STEP;
    case 'kept':
      return flowLimit;
  }
}
