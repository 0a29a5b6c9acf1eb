/**
 * What the slow path tells whoever listens: one record for each thing that happens.
 *
 * The records carry what OVS's probes carry, so that its five tools (upcall_monitor, upcall_cost,
 * flow_reval_monitor, reval_monitor, dpif_op_nl_monitor) are a few lines over this stream. Nothing
 * is built while nobody listens. Packets and flows in a record are the slow path's own and may
 * change afterwards: who keeps them copies them.
 *
 * Answers to behaviours.md 3.5 and OVS's USDT probes.
 */

import type { Instant, OdpPort } from '../base/brands.js';
import type { Errno, FlowStats } from '../datapath/dpif.js';
import type { FlowKey } from '../datapath/flow-key.js';
import type { Mask } from '../datapath/mask.js';
import type { OdpActions } from '../datapath/odp-actions.js';
import type { RevalidationReason, RuleRef } from '../datapath/translator.js';
import type { UpcallClass } from '../machines/classify-upcall.js';
import type { DeleteReason } from '../machines/delete-reasons.js';
import type { Flow } from '../packet/flow.js';
import type { Packet } from '../packet/packet.js';

/** `recv_upcall`: a handler read an upcall. */
export interface UpcallRecord {
  readonly type: 'upcall';
  readonly time: Instant;
  /** From 1; of those that somebody was told of. */
  readonly number: number;
  readonly handler: number;
  readonly class: UpcallClass | 'unassociated' | 'invalid';
  readonly port: OdpPort;
  readonly key: Flow;
  readonly packet: Packet;
  /** When the datapath queued it, where it says so. */
  readonly queuedAt: Instant | undefined;
}

/** One step of a translation; see `XlateTrace`. */
export interface TraceStep {
  readonly depth: number;
  readonly kind: 'table' | 'action' | 'note';
  readonly text: string;
  /** Of a lookup: the rule that the flow met. */
  readonly rule: RuleRef | undefined;
}

/** An upcall was translated, or several of one flow together (profile `ovs-2.3`). */
export interface XlateRecord {
  readonly type: 'xlate';
  readonly time: Instant;
  readonly handler: number;
  /** Numbers of the upcalls. */
  readonly upcalls: readonly number[];
  /** By the observers' stopwatch; 0 where there is none. */
  readonly us: number;
  readonly steps: readonly TraceStep[];
  /** Those that the flow met, each once. */
  readonly rules: readonly RuleRef[];
  readonly actions: OdpActions;
  /** Bits that `Profile.slowReasons` names. */
  readonly slow: number;
  /** Why there is no real answer. */
  readonly error: string | undefined;
}

/** A handler is done with a batch. */
export interface BatchRecord {
  readonly type: 'batch';
  readonly time: Instant;
  readonly handler: number;
  readonly upcalls: number;
  /** Numbers of all that were read, samples included. */
  readonly numbers: readonly number[];
  readonly operations: number;
  /** Reading, translating and operating took so long by the observers' stopwatch, if any. */
  readonly us: readonly [read: number, translate: number, operate: number] | undefined;
}

/** `op_flow_put`: a handler put a flow. */
export interface PutRecord {
  readonly type: 'put';
  readonly time: Instant;
  readonly handler: number;
  /** The number of the upcall that it answers; 0: nobody was told of that one. */
  readonly upcall: number;
  readonly key: FlowKey;
  readonly mask: Mask | undefined;
  readonly actions: OdpActions;
  readonly error: Errno | undefined;
}

/** A revalidator changed the actions of a flow in place. */
export interface ModifyRecord {
  readonly type: 'modify';
  readonly time: Instant;
  readonly key: FlowKey;
  readonly actions: OdpActions;
  /** Those that it stands for now, where the translator says so. */
  readonly rules: readonly RuleRef[];
  readonly error: Errno | undefined;
}

/** `op_flow_del`: a flow was deleted, or was to be. `pushed`: what the reply brought. */
export interface DeleteRecord {
  readonly type: 'delete';
  readonly time: Instant;
  readonly key: FlowKey;
  readonly reason: DeleteReason;
  readonly error: Errno | undefined;
  readonly stats: Readonly<FlowStats> | undefined;
}

/** `flow_result`, `flow_sweep_result`: what a revalidator decided about a flow. */
export interface VerdictRecord {
  readonly type: 'verdict';
  readonly time: Instant;
  readonly phase: 'dump' | 'sweep';
  readonly revalidator: number;
  readonly key: FlowKey;
  readonly verdict: 'keep' | 'modify' | DeleteReason;
  /** The counters that it was judged by. */
  readonly packets: number;
  readonly bytes: number;
  readonly used: Instant;
}

/**
 * What a revalidator decided about the flows of a batch, in parallel columns: only those that say
 * anything new. For observers that ask for it (`Interest`).
 */
export interface VerdictsRecord {
  readonly type: 'verdicts';
  readonly time: Instant;
  readonly phase: 'dump' | 'sweep';
  readonly revalidator: number;
  readonly keys: readonly FlowKey[];
  readonly verdicts: readonly VerdictRecord['verdict'][];
  readonly packets: readonly number[];
  readonly bytes: readonly number[];
  readonly used: readonly Instant[];
  /** Flows that were kept and are left out here, since the last such record. */
  readonly unchanged: number;
}

/** Answers may have changed; once a turn and reason. Counted as `rev_<reason>`. */
export interface ChangeRecord {
  readonly type: 'change';
  readonly time: Instant;
  readonly reason: RevalidationReason;
}

/** `start_dump`. */
export interface CycleStartRecord {
  readonly type: 'cycle.start';
  readonly time: Instant;
  readonly cycle: number;
  readonly flows: number;
  readonly needsRevalidation: boolean;
}

/** `sweep_done`. */
export interface CycleDoneRecord {
  readonly type: 'cycle.done';
  readonly time: Instant;
  readonly cycle: number;
  readonly startedAt: Instant;
  readonly flows: number;
  readonly flowsDumped: number;
  readonly flowsRevalidated: number;
  readonly flowsAverage: number;
  readonly flowsMaximum: number;
  readonly flowLimit: number;
  readonly durationMs: number;
  /** How long the leader means to wait, counted from the start. */
  readonly intervalMs: number;
}

/** Whole cycles without any flow were crossed in one step. */
export interface IdleCrossedRecord {
  readonly type: 'idle.crossed';
  readonly time: Instant;
  readonly cycles: number;
  readonly until: Instant;
}

export interface LimitRecord {
  readonly type: 'limit';
  readonly time: Instant;
  readonly from: number;
  readonly to: number;
  readonly cause: 'cycle' | 'operator';
}

/** The dump ended with an error: it counts as no dump for those it missed (B-30). */
export interface DumpFailedRecord {
  readonly type: 'dump.failed';
  readonly time: Instant;
  readonly error: Errno;
}

/** A flow was gone before its deletion: `base` had been pushed, what came after is lost. */
export interface LostRecord {
  readonly type: 'lost';
  readonly time: Instant;
  readonly key: FlowKey;
  readonly base: Readonly<FlowStats>;
}

/** Packets that nobody could be credited with: the translator does not know the flow, or failed. */
export interface UncreditedRecord {
  readonly type: 'uncredited';
  readonly time: Instant;
  readonly cause: UncreditedCause;
  readonly packets: number;
  readonly bytes: number;
}

/** The translator threw, or a subscriber. */
export interface FaultRecord {
  readonly type: 'fault';
  readonly time: Instant;
  readonly where: string;
  readonly error: unknown;
}

/** Why packets were not credited. */
export const uncreditedCauses = ['unassociated', 'invalid', 'translator', 'push'] as const;

export type UncreditedCause = (typeof uncreditedCauses)[number];

export type UdpifRecord =
  | UpcallRecord
  | XlateRecord
  | BatchRecord
  | PutRecord
  | ModifyRecord
  | DeleteRecord
  | VerdictRecord
  | VerdictsRecord
  | ChangeRecord
  | CycleStartRecord
  | CycleDoneRecord
  | IdleCrossedRecord
  | LimitRecord
  | DumpFailedRecord
  | LostRecord
  | UncreditedRecord
  | FaultRecord;
