/**
 * Why a megaflow is as narrow as it is: for each field that it matches, what looked at it.
 *
 * A mask only grows while a translation goes on, so that each bit has a first step that needed it:
 * a look-up (and then the rules of that table which have the bit, for any of them could have been
 * the one), an action, or none, for what every megaflow has.
 */

import type { RuleRef } from '../datapath/translator.js';
import { readFieldBig } from '../packet/field-access.js';
import { type FieldSpan, fieldSpans } from '../packet/field-spans.js';
import { formatFieldValue } from '../packet/field-text.js';
import { createFlowMask, type FlowMask, wordAt } from '../packet/flow.js';
import { type FlowTrace, shownMask } from './flow-trace.js';
import type { TraceNode } from './trace-tree.js';
import { ofprotoOf, ruleOf, ruleRefOf } from './xlate-trace.js';

/** What needed some bits of a field. */
export interface NarrowCause {
  /** The step that looked at them first; undefined: every megaflow has them. */
  readonly step: TraceNode | undefined;
  /** The bits, right-aligned in the field. */
  readonly bits: bigint;
  /** Of a look-up: the table's rules that have some of these bits, the one that was met first. */
  readonly rules: readonly RuleRef[];
}

export interface NarrowField {
  readonly field: string;
  /** The value, and the mask where not all bits matter. */
  readonly text: string;
  /** In the order of the translation. */
  readonly causes: readonly NarrowCause[];
}

interface Growth {
  readonly step: TraceNode | undefined;
  readonly bits: FlowMask;
}

/** For each field of the megaflow of `trace`, which was made with its states kept. */
export function whyNarrow(trace: FlowTrace): readonly NarrowField[] {
  const growths = growthsOf(trace);
  return fieldSpans(shownMask(trace), trace.flow).map((span) => ({
    field: span.name,
    text: formatFieldValue(span.field, readFieldBig(trace.flow, span.field) & span.bits, span.bits),
    causes: growths.flatMap((growth) => causeOf(span, growth)),
  }));
}

/** What each step added to the mask, as far as it is still there at the end. */
function growthsOf({ tree }: FlowTrace): Growth[] {
  const seen = createFlowMask();
  return tree.moments.map(({ after, mask }) => {
    const bits = createFlowMask();
    for (let i = 0; i < bits.length; i++) {
      bits[i] = wordAt(mask, i) & ~wordAt(seen, i);
      seen[i] = wordAt(seen, i) | wordAt(mask, i);
    }
    return { step: after, bits };
  });
}

function causeOf({ field, bits: wanted }: FieldSpan, { step, bits }: Growth): NarrowCause[] {
  const found = readFieldBig(bits, field) & wanted;
  if (found === 0n) return [];
  return [
    { step, bits: found, rules: step?.rule === undefined ? [] : rulesWith(step, field, found) },
  ];
}

/** The rules of the looked-up table that could have needed the bits. */
function rulesWith(step: TraceNode, field: FieldSpan['field'], bits: bigint): RuleRef[] {
  const { rule: met, table } = step;
  const ofproto = met === undefined ? undefined : ofprotoOf(met);
  if (met === undefined || ofproto === undefined) return [];
  const floor = met.isHidden ? -1 : (ruleOf(met)?.priority ?? -1);
  const rules = ofproto.tables
    .rules()
    .filter((rule) => rule.table === table && rule.priority >= floor)
    .filter(({ match }) => (readFieldBig(match.mask, field) & bits) !== 0n)
    .map((rule) => ruleRefOf(ofproto, rule));
  return rules.includes(met) ? [met, ...rules.filter((rule) => rule !== met)] : rules;
}
