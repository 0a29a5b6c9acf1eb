/**
 * One line of the event log: what happened, in a form that can be written down and read back.
 *
 * The live page, recordings and scenarios all live from these entries: `ModelState` is nothing but
 * entries added up. Times are those of the switch's clock in ms (`t`); what took how long is
 * measured by a stopwatch in µs (`us`), for a virtual clock stands still meanwhile. Flows, upcalls,
 * actors and rules have numbers, given when they are first mentioned and never used again.
 *
 * Version 1. `docs/recording.md` documents it; whoever changes an entry changes the version.
 */

import type { MachineJson } from '../machines/drawing.js';

export const LOG_VERSION = 1;

/** Numbers within one log. */
export type EntryNumber = number;
export type FlowNumber = number;
export type UpcallNumber = number;
export type RuleNumber = number;
/** An xstate session id, or `ukey:<flow>` for a ukey. */
export type ActorId = string;

/** The first line. */
export interface LogHeader {
  readonly upcall: 'event log';
  readonly version: typeof LOG_VERSION;
  /** The package's version. */
  readonly program: string;
  readonly title: string;
  readonly profile: string;
  /** `current`: 'ukey'; `ovs-2.3`: 'ukey-2014'. */
  readonly ukeyMachine: string;
  /** Definitions by machine id, as `createMachine` accepts them. */
  readonly machines: Readonly<Record<string, MachineJson>>;
  readonly bridges: readonly string[];
  readonly ports: readonly LogPort[];
  /** Switch time of the first entry, ms. */
  readonly startedAt: number;
  /** Wall time when the recording began, ISO 8601; absent in deterministic recordings. */
  readonly recordedAt?: string;
}

export interface LogPort {
  readonly name: string;
  readonly bridge: string;
  /** Datapath number. */
  readonly odp: number;
  /** OpenFlow number. */
  readonly ofp: number;
}

/** Common to all entries: number, from 1 without gaps, and the switch's time. */
interface Entry {
  readonly n: EntryNumber;
  readonly t: number;
}

/** An actor exists from now on; `parent` is absent for the root. */
export interface ActorEntry extends Entry {
  readonly k: 'actor';
  readonly actor: ActorId;
  readonly parent?: ActorId;
  /** "udpif", "handler-0", "leader", "revalidator-1", "barrier", "slice-0". */
  readonly name: string;
  /** Key of `LogHeader.machines`; absent where the actor is no machine. */
  readonly machine?: string;
  /** As xstate writes it, flattened: "running.cycling". */
  readonly state: string;
}

/** An actor took a transition, or took in an event without any (then `from` is `to`). */
export interface StepEntry extends Entry {
  readonly k: 'step';
  readonly actor: ActorId;
  readonly event: string;
  readonly from: string;
  readonly to: string;
  /** Edges taken, as `MachineGraph` numbers them: source, event and index: "waiting|tick|0". */
  readonly edges: readonly string[];
  /** Absent: active. */
  readonly status?: 'done' | 'error' | 'stopped';
}

/** A rule is mentioned for the first time. */
export interface RuleEntry extends Entry {
  readonly k: 'rule';
  readonly rule: RuleNumber;
  readonly bridge: string;
  readonly table: number;
  /** As `ovs-ofctl dump-flows` prints match and actions. */
  readonly text: string;
}

/** A handler read an upcall. */
export interface UpcallEntry extends Entry {
  readonly k: 'upcall';
  readonly upcall: UpcallNumber;
  readonly handler: number;
  /** 'miss', 'slow_path', 'sflow', … as `UpcallRecord.class`. */
  readonly class: string;
  /** Datapath port. */
  readonly port: number;
  readonly key: string;
  /** Bytes on the wire. */
  readonly size: number;
  /** The frame's first bytes, base64; absent where frames are not kept. */
  readonly frame?: string;
  /** Switch time at which the datapath queued it. */
  readonly queuedAt?: number;
}

/** One step of a translation. */
export interface XlateStep {
  /** Depth of resubmits. */
  readonly depth: number;
  /** 'table': a lookup; 'action': an action carried out; 'note': anything else worth a line. */
  readonly kind: 'table' | 'action' | 'note';
  readonly text: string;
  /** 'table': the rule that matched; absent: none did. */
  readonly rule?: RuleNumber;
}

/** An upcall was translated. */
export interface XlateEntry extends Entry {
  readonly k: 'xlate';
  readonly upcall: UpcallNumber;
  readonly us: number;
  readonly steps: readonly XlateStep[];
  readonly actions: string;
  /** Names of slow reasons; empty: fast. */
  readonly slow: readonly string[];
  readonly error?: string;
}

/** A batch was carried out by the datapath. */
export interface BatchEntry extends Entry {
  readonly k: 'batch';
  readonly handler: number;
  readonly upcalls: readonly UpcallNumber[];
  readonly operations: number;
  /** Time of reading, translating and operating, µs. */
  readonly us: readonly [read: number, translate: number, operate: number];
}

/** A flow was put, or was to be. */
export interface PutEntry extends Entry {
  readonly k: 'put';
  readonly flow: FlowNumber;
  /** Absent: put by somebody else and found by a dump. */
  readonly upcall?: UpcallNumber;
  readonly key: string;
  /** Bits of the mask that are set. */
  readonly maskBits: number;
  readonly actions: string;
  readonly rules: readonly RuleNumber[];
  readonly error?: string;
}

/**
 * What a phase saw of the flows of a batch: only those whose counters or verdict say anything new.
 * Parallel columns.
 */
export interface VerdictsEntry extends Entry {
  readonly k: 'verdicts';
  readonly phase: 'dump' | 'sweep';
  readonly revalidator: number;
  readonly flows: readonly FlowNumber[];
  /** 'keep', 'modify' or a delete reason. */
  readonly verdicts: readonly string[];
  readonly packets: readonly number[];
  readonly bytes: readonly number[];
  readonly used: readonly number[];
  /** Flows kept without news, counted only. */
  readonly unchanged: number;
}

export interface ModifyEntry extends Entry {
  readonly k: 'modify';
  readonly flow: FlowNumber;
  readonly actions: string;
  readonly rules: readonly RuleNumber[];
  readonly error?: string;
}

export interface DeleteEntry extends Entry {
  readonly k: 'delete';
  readonly flow: FlowNumber;
  readonly reason: string;
  /** The last counters; absent where the deletion failed. */
  readonly packets?: number;
  readonly bytes?: number;
  readonly used?: number;
  readonly error?: string;
}

/** A ukey moved. */
export interface UkeyEntry extends Entry {
  readonly k: 'ukey';
  readonly flow: FlowNumber;
  readonly event: string;
  readonly from: string;
  readonly to: string;
}

export interface CycleStartEntry extends Entry {
  readonly k: 'cycle.start';
  readonly cycle: number;
  readonly flows: number;
  readonly needsRevalidation: boolean;
  /** Why, as `rev_<reason>` is counted; empty: nothing changed. */
  readonly reasons: readonly string[];
}

/** A revalidator entered a phase ('dump', 'sweep', 'finish', 'wait') or came to a barrier. */
export interface PhaseEntry extends Entry {
  readonly k: 'phase';
  readonly revalidator: number;
  readonly phase: 'dump' | 'sweep' | 'finish' | 'wait' | 'barrier' | 'parked' | 'exited';
}

export interface CycleDoneEntry extends Entry {
  readonly k: 'cycle.done';
  readonly cycle: number;
  readonly startedAt: number;
  readonly flows: number;
  readonly flowsDumped: number;
  readonly flowsRevalidated: number;
  readonly flowLimit: number;
  readonly durationMs: number;
  readonly intervalMs: number;
}

export interface IdleEntry extends Entry {
  readonly k: 'idle';
  readonly cycles: number;
  readonly until: number;
}

export interface LimitEntry extends Entry {
  readonly k: 'limit';
  readonly from: number;
  readonly to: number;
  readonly cause: 'cycle' | 'operator';
}

/** A fault, a loss, a failed dump, packets that nobody is credited with. */
export interface TroubleEntry extends Entry {
  readonly k: 'trouble';
  readonly what: 'dump.failed' | 'lost' | 'uncredited' | 'fault';
  readonly text: string;
  readonly flow?: FlowNumber;
  readonly packets?: number;
  readonly bytes?: number;
}

/** Rules, ports or addresses changed: "flow_table", "mac_learning", "reconfigure". */
export interface ChangeEntry extends Entry {
  readonly k: 'change';
  readonly reason: string;
}

/** The counters, once every `SAMPLE_MS` of switch time in which anything happened. */
export interface SampleEntry extends Entry {
  readonly k: 'sample';
  readonly hits: number;
  readonly misses: number;
  readonly lost: number;
  readonly upcalls: number;
  readonly flows: number;
  readonly masks: number;
  readonly flowLimit: number;
  readonly dumpDurationMs: number;
  /** Totals by reason. */
  readonly deleted: Readonly<Record<string, number>>;
  /** Milliseconds that the event loop was late; 0 under a virtual clock. */
  readonly loopDelayMs: number;
}

/** What was left out to keep up, since the last entry of this kind. */
export interface DroppedEntry extends Entry {
  readonly k: 'dropped';
  readonly what: string;
  readonly count: number;
}

export type LogEntry =
  | ActorEntry
  | StepEntry
  | RuleEntry
  | UpcallEntry
  | XlateEntry
  | BatchEntry
  | PutEntry
  | VerdictsEntry
  | ModifyEntry
  | DeleteEntry
  | UkeyEntry
  | CycleStartEntry
  | PhaseEntry
  | CycleDoneEntry
  | IdleEntry
  | LimitEntry
  | TroubleEntry
  | ChangeEntry
  | SampleEntry
  | DroppedEntry;

export type EntryKind = LogEntry['k'];
