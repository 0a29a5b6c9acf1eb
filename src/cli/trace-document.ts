/**
 * The document of `upcall trace --json`.
 */

import { formatOdpActions } from '../datapath/odp-actions-text.js';
import { type FlowTrace, formatMegaflow } from '../ofproto/flow-trace.js';
import { FAILURES, SLOW_REASONS } from '../ofproto/trace-sentences.js';
import type { TraceNode } from '../ofproto/trace-tree.js';
import { whyNarrow } from '../ofproto/why-narrow.js';
import { whyNot } from '../ofproto/why-not.js';
import { formatFlow } from '../packet/flow-text.js';

export interface StepDocument {
  readonly kind: string;
  readonly text: string;
  /** Of a look-up: the rule that was met, with its actions. */
  readonly rule?: string;
  readonly steps?: readonly StepDocument[];
}

export interface TraceDocument {
  readonly flow: string;
  readonly steps: readonly StepDocument[];
  readonly finalFlow: string;
  readonly megaflow: string;
  readonly datapathActions: string;
  /** Why packets of this flow come up, each of them. */
  readonly slow: readonly string[];
  /** Why the translation failed; null: it did not. */
  readonly error: string | null;
  readonly whyNot: readonly {
    readonly table: number;
    readonly met: string | null;
    readonly missed: readonly {
      readonly rule: string;
      readonly fields: readonly { field: string; wanted: string; found: string }[];
    }[];
  }[];
  readonly whyNarrow: readonly {
    readonly field: string;
    readonly value: string;
    readonly causes: readonly {
      /** Null: it is in every megaflow. */
      readonly step: string | null;
      readonly bits: string;
      readonly rules: readonly string[];
    }[];
  }[];
}

/** `trace` was made with its reasons kept. */
export function traceDocument(trace: FlowTrace): TraceDocument {
  const { flow, finalFlow, actions, slow, error, tree } = trace;
  return {
    flow: formatFlow(flow),
    steps: [stepDocument(tree.root)],
    finalFlow: formatFlow(finalFlow),
    megaflow: formatMegaflow(trace),
    datapathActions: formatOdpActions(actions),
    slow: SLOW_REASONS.filter(([bit]) => (slow & bit) !== 0).map(([, text]) => text),
    error: error === undefined ? null : FAILURES[error],
    whyNot: whyNot(trace).map(({ table, met, missed }) => ({
      table,
      met: met.isHidden ? null : met.text,
      missed: missed.map(({ rule, misses }) => ({ rule: rule.text, fields: misses })),
    })),
    whyNarrow: whyNarrow(trace).map(({ field, text, causes }) => ({
      field,
      value: text,
      causes: causes.map(({ step, bits, rules }) => ({
        step: step?.text ?? null,
        bits: `0x${bits.toString(16)}`,
        rules: rules.map((rule) => rule.text),
      })),
    })),
  };
}

function stepDocument({ kind, text, rule, children }: TraceNode): StepDocument {
  return {
    kind,
    text,
    ...(rule === undefined || rule.isHidden ? {} : { rule: rule.text }),
    ...(children.length === 0 ? {} : { steps: children.map(stepDocument) }),
  };
}
