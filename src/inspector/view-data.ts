/**
 * What the page is told: one shape a view, all of them plain JSON.
 *
 * A view is made on the server from the session (a live switch, or a recording at a position), so
 * that the page only draws. Tests compare these documents with the switch's own. Every list is
 * bounded, and says in `total` or `omitted` how much there is besides.
 */

import type { EntryNumber, FlowNumber, LogHeader, RuleNumber, XlateStep } from './log-entry.js';

/** Where the view's data is from. */
export interface Position {
  readonly kind: 'live' | 'replay' | 'recording';
  /** Entries up to this one are in. */
  readonly n: EntryNumber;
  /** Entries that there are so far. */
  readonly last: EntryNumber;
  /** Switch time, ms. */
  readonly t: number;
  readonly startedAt: number;
  readonly isRunning: boolean;
  /** A live switch pauses its revalidators only; a replay stops altogether. */
  readonly pauses: 'revalidators' | 'everything';
  /** Replay: times real time; 0: as fast as it goes. */
  readonly speed: number;
  /** Nothing comes any more. */
  readonly isComplete: boolean;
  /** What was left out so far, by kind. */
  readonly dropped: Readonly<Record<string, number>>;
}

export interface HouseNode {
  readonly actor: string;
  readonly name: string;
  readonly machine: string | undefined;
  readonly state: string;
  readonly status: 'active' | 'done' | 'error' | 'stopped';
  /** Events a second, over the last seconds of switch time. */
  readonly rate: number;
  readonly events: number;
  /** What it waits for or does, in words: "waits for upcalls". */
  readonly doing: string;
  readonly children: readonly HouseNode[];
}

export interface HouseView {
  readonly root: HouseNode | undefined;
  readonly ukeyMachine: string;
  /** All states of the ukey machine, in its order. */
  readonly ukeys: readonly { readonly state: string; readonly count: number }[];
  readonly flows: number;
  readonly flowLimit: number;
  readonly upcallsPerSecond: number;
}

export interface GraphState {
  /** "running.cycling". */
  readonly path: string;
  readonly parent: string | undefined;
  readonly label: string;
  readonly type: 'atomic' | 'compound' | 'parallel' | 'final';
  readonly isInitial: boolean;
  /** Effects on entry and exit: "entry: openDump". */
  readonly effects: readonly string[];
}

export interface GraphEdge {
  /** As `StepEntry.edges` names it. */
  readonly id: string;
  readonly source: string;
  readonly target: string;
  readonly event: string;
  readonly guard: string | undefined;
  readonly delay: string | undefined;
  readonly actions: readonly string[];
}

/** A machine, made from its definition. */
export interface MachineGraph {
  readonly id: string;
  readonly states: readonly GraphState[];
  readonly edges: readonly GraphEdge[];
}

export interface EdgeEvent {
  readonly n: EntryNumber;
  readonly t: number;
  readonly actor: string;
  readonly event: string;
  readonly from: string;
  readonly to: string;
  readonly edges: readonly string[];
}

/** The statechart of one actor; for a machine that no actor was named for, of any of them. */
export interface MachineView {
  readonly machine: string;
  readonly graph: MachineGraph;
  readonly actor: string | undefined;
  /** Actors that run this machine; ukeys only those that are watched. */
  readonly actors: readonly { readonly actor: string; readonly name: string }[];
  readonly state: string;
  /** Active states, ancestors included. */
  readonly active: readonly string[];
  readonly last: EdgeEvent | undefined;
  /** The newest first, at most 50; of the edge that was asked for, if one was. */
  readonly events: readonly EdgeEvent[];
}

export interface CycleSpan {
  readonly phase: 'dump' | 'sweep' | 'finish' | 'wait' | 'barrier' | 'parked';
  readonly from: number;
  /** Absent: still in it. */
  readonly to: number | undefined;
}

export interface CycleRow {
  readonly cycle: number;
  readonly startedAt: number;
  readonly doneAt: number | undefined;
  readonly durationMs: number | undefined;
  readonly flows: number;
  readonly flowsDumped: number | undefined;
  readonly flowsRevalidated: number | undefined;
  readonly flowLimit: number | undefined;
  readonly needsRevalidation: boolean;
  readonly reasons: readonly string[];
  readonly deleted: number;
  readonly lanes: readonly { readonly revalidator: number; readonly spans: readonly CycleSpan[] }[];
}

export interface CycleView {
  /** Oldest first, at most 40. */
  readonly cycles: readonly CycleRow[];
  /** What the leader does or waits for, in words. */
  readonly leader: string;
  readonly leaderState: string;
  /** When the leader's wait ends at the latest, switch time. */
  readonly nextAt: number | undefined;
  readonly thresholdsMs: readonly [200, 1000, 1300, 2000];
  readonly limits: readonly {
    readonly t: number;
    readonly from: number;
    readonly to: number;
    readonly cause: string;
  }[];
}

export type FlowSort = 'key' | 'actions' | 'packets' | 'bytes' | 'idle' | 'mask' | 'state' | 'age';

export interface FlowsQuery {
  /** Words that key, actions or state must all contain; "rule:3" a rule; "gone" ended flows. */
  readonly filter: string;
  readonly sort: FlowSort;
  readonly isDescending: boolean;
  readonly offset: number;
  /** At most 200. */
  readonly limit: number;
}

export interface FlowRow {
  readonly flow: FlowNumber;
  readonly key: string;
  readonly actions: string;
  readonly packets: number;
  readonly bytes: number;
  /** Undefined: never used. */
  readonly idleMs: number | undefined;
  readonly ageMs: number;
  readonly maskBits: number;
  readonly state: string;
  /** Why it went, if it did. */
  readonly reason: string | undefined;
}

export interface FlowsView {
  readonly rows: readonly FlowRow[];
  readonly offset: number;
  /** Rows that pass the filter. */
  readonly total: number;
  /** Flows that there are. */
  readonly flows: number;
  /** The filter had no time for all flows: so many it has not looked at. */
  readonly omitted: number;
  /** Rules by megaflows that stand for them, most first, at most 20. */
  readonly rules: readonly RuleUse[];
}

export interface RuleUse {
  readonly rule: RuleNumber;
  readonly bridge: string;
  readonly table: number;
  readonly text: string;
  readonly megaflows: number;
}

export interface LifeEvent {
  readonly n: EntryNumber;
  readonly t: number;
  readonly kind:
    | 'upcall'
    | 'xlate'
    | 'put'
    | 'dump'
    | 'sweep'
    | 'modify'
    | 'delete'
    | 'ukey'
    | 'trouble';
  /** "kept: 12 packets since the last dump". */
  readonly text: string;
  readonly upcall: number | undefined;
}

/** The life of one megaflow. */
export interface FlowView {
  readonly row: FlowRow | undefined;
  readonly events: readonly LifeEvent[];
  readonly omitted: number;
  readonly rules: readonly RuleUse[];
  /** "deleted: it was idle for 10.2 s (flow_idle)". Undefined: it lives. */
  readonly whyDeleted: string | undefined;
}

export interface UpcallsQuery {
  readonly filter: string;
  /** Only those before this number; undefined: the newest. */
  readonly before: number | undefined;
  readonly limit: number;
}

export interface UpcallRow {
  readonly upcall: number;
  readonly t: number;
  readonly handler: number;
  readonly class: string;
  readonly port: string;
  readonly key: string;
  readonly size: number;
  readonly actions: string;
  readonly us: number | undefined;
  /** 'installed', 'executed', 'dropped', or an error. */
  readonly outcome: string;
  readonly flow: FlowNumber | undefined;
}

export interface UpcallsView {
  /** Newest first. */
  readonly rows: readonly UpcallRow[];
  readonly total: number;
  readonly omitted: number;
  readonly perSecond: number;
}

export interface SequenceMessage {
  readonly from: 'port' | 'datapath' | 'handler' | 'translator';
  readonly to: 'port' | 'datapath' | 'handler' | 'translator';
  readonly text: string;
  /** µs that it took, where it was measured. */
  readonly us: number | undefined;
  readonly steps: readonly XlateStep[];
}

export interface UpcallView {
  readonly row: UpcallRow | undefined;
  readonly messages: readonly SequenceMessage[];
  readonly rules: readonly RuleUse[];
}

/** Parallel columns: as uPlot takes them. */
export interface ChartsView {
  readonly t: readonly number[];
  readonly upcallsPerSecond: readonly number[];
  readonly hitsPerSecond: readonly number[];
  readonly missesPerSecond: readonly number[];
  readonly lostPerSecond: readonly number[];
  readonly flows: readonly number[];
  readonly flowLimit: readonly number[];
  readonly dumpMs: readonly number[];
  readonly loopDelayMs: readonly number[];
  /** Deletions in each interval, by reason. */
  readonly deleted: Readonly<Record<string, readonly number[]>>;
}

/** Everything a page needs to know before its first view. */
export interface Welcome {
  readonly header: LogHeader;
  readonly position: Position;
  readonly scenarios: readonly {
    readonly name: string;
    readonly title: string;
    readonly look: string;
  }[];
}

/** Views by name, with what may be asked of each. */
export interface ViewQueries {
  readonly house: Record<string, never>;
  readonly machine: { readonly machine?: string; readonly actor?: string; readonly edge?: string };
  readonly cycle: Record<string, never>;
  readonly flows: FlowsQuery;
  readonly flow: { readonly flow: FlowNumber };
  readonly upcalls: UpcallsQuery;
  readonly upcall: { readonly upcall: number };
  readonly charts: { readonly points: number };
}

export interface ViewDocuments {
  readonly house: HouseView;
  readonly machine: MachineView;
  readonly cycle: CycleView;
  readonly flows: FlowsView;
  readonly flow: FlowView;
  readonly upcalls: UpcallsView;
  readonly upcall: UpcallView;
  readonly charts: ChartsView;
}

export type ViewName = keyof ViewDocuments;
