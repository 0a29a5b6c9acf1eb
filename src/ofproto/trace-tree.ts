/**
 * The steps of one translation as a tree: bridges hold tables, tables hold what their rules do.
 *
 * It listens to a translation and keeps what it hears. `trace-text.ts` sets it out as Open vSwitch
 * does; who wants to show it otherwise (as JSON, with other remarks) reads the nodes. Answers to
 * `struct oftrace_node`.
 *
 * Owner: whoever asked for the trace.
 */

import type { RuleRef, TraceNoteKind, TraceText, XlateTrace } from '../datapath/translator.js';
import { copyFlow, copyFlowMask, type Flow, type FlowMask } from '../packet/flow.js';
import type { PortText } from './ofpact.js';
import { tableTitle } from './xlate-trace.js';

export type TraceKind = 'table' | 'action' | TraceNoteKind;

export interface TraceNode {
  readonly kind: TraceKind;
  readonly text: string;
  /** What a heading is about; empty for anything else. */
  readonly children: readonly TraceNode[];
  /** Of a table: its number, and the rule found there. */
  readonly table?: number;
  readonly rule?: RuleRef;
}

/** How things stood at some moment of the translation. */
export interface TraceMoment {
  /** The last look-up or action; undefined: there was none yet. */
  readonly after: TraceNode | undefined;
  /** It is the first moment after that step: of a table, how the packet was looked up. */
  readonly isFirst: boolean;
  readonly flow: Flow;
  readonly mask: FlowMask;
}

interface OpenNode extends TraceNode {
  readonly children: TraceNode[];
}

const HEADINGS: ReadonlySet<TraceKind> = new Set([
  'table',
  'bridge',
  'bucket',
  'action set',
  'thaw',
] as const);

export interface TraceTreeOptions {
  /** How ports are written; by number where it is missing. */
  readonly portText?: PortText | undefined;
  /** Whether `moments` are wanted. Default: no. */
  readonly keepsMoments?: boolean | undefined;
}

export class TraceTree implements XlateTrace {
  /** The bridge that the packet enters. */
  readonly root: TraceNode;
  readonly #portText: PortText | undefined;
  readonly #bridge: string;
  /** The headings under which steps come now, by their depth; those between may be missing. */
  readonly #open: (OpenNode | undefined)[] = [];
  readonly #root: OpenNode;
  /** The rules met, each once, in order. */
  readonly rules: RuleRef[] = [];
  /** Copies of the flow and the mask, before and after each step, where they are wanted. */
  readonly moments: TraceMoment[] = [];
  readonly #keepsMoments: boolean;
  #finalFlow: Flow | undefined;
  #last: TraceNode | undefined;

  constructor(bridge: string, options: TraceTreeOptions = {}) {
    this.#bridge = bridge;
    this.#root = { kind: 'bridge', text: `bridge("${bridge}")`, children: [] };
    this.root = this.#root;
    this.#portText = options.portText;
    this.#keepsMoments = options.keepsMoments ?? false;
  }

  /** The packet as the last step has left it; undefined before the first. */
  get finalFlow(): Flow | undefined {
    return this.#finalFlow;
  }

  table(depth: number, table: number, rule: RuleRef): void {
    if (!this.rules.includes(rule)) this.rules.push(rule);
    const text = tableTitle(table, rule, { root: this.#bridge, portText: this.#portText });
    this.#add(depth, { kind: 'table', text, table, rule });
  }

  action(depth: number, text: TraceText): void {
    this.#add(depth, { kind: 'action', text: text(this.#portText) });
  }

  note(depth: number, text: TraceText, kind: TraceNoteKind): void {
    this.#add(depth, { kind, text: text(this.#portText) });
  }

  moved(flow: Flow, mask: FlowMask): void {
    if (this.#finalFlow === undefined) this.#finalFlow = copyFlow(flow);
    else this.#finalFlow.set(flow);
    if (!this.#keepsMoments) return;
    const after = this.#last;
    const isFirst = this.moments.at(-1)?.after !== after;
    this.moments.push({ after, isFirst, flow: copyFlow(flow), mask: copyFlowMask(mask) });
  }

  /** A heading of depth n is in the one of depth n - 1; anything else in that of its own depth. */
  #add(depth: number, step: Omit<TraceNode, 'children'>): void {
    const node: OpenNode = { ...step, children: [] };
    const isHeading = HEADINGS.has(step.kind);
    this.#parent(isHeading ? depth - 1 : depth).children.push(node);
    if (node.kind === 'table' || node.kind === 'action') this.#last = node;
    if (!isHeading) return;
    this.#open.length = depth;
    this.#open[depth] = node;
  }

  /** The nearest heading of this depth or less. */
  #parent(depth: number): OpenNode {
    for (let at = depth; at >= 0; at--) {
      const node = this.#open[at];
      if (node !== undefined) return node;
    }
    return this.#root;
  }
}
