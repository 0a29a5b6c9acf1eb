/**
 * Why a packet did not meet another rule: for each look-up of a trace, the rules that come before
 * the one that was met, and the fields on which they missed.
 *
 * Open vSwitch has no such answer: its classifier never looks at most of those rules. Here each is
 * compared with the packet as it was at that look-up.
 */

import type { RuleRef } from '../datapath/translator.js';
import { readFieldBig } from '../packet/field-access.js';
import { fieldSpans } from '../packet/field-spans.js';
import { formatFieldValue } from '../packet/field-text.js';
import { createFlowMask, type Flow, wordAt } from '../packet/flow.js';
import { VLAN_CFI, VLAN_VID_MASK, VLAN0 } from '../packet/flow-layout.js';
import type { FlowTrace } from './flow-trace.js';
import type { Rule } from './rule.js';
import { ofprotoOf, ruleOf, ruleRefOf } from './xlate-trace.js';

/** A field on which a rule missed. */
export interface FieldMiss {
  readonly field: string;
  /** What the rule wants there. */
  readonly wanted: string;
  /** What the packet had. */
  readonly found: string;
}

export interface MissedRule {
  readonly rule: RuleRef;
  /** None: the rule is one of several that count only together. */
  readonly misses: readonly FieldMiss[];
}

export interface LookupReasons {
  readonly table: number;
  readonly met: RuleRef;
  /** From the highest priority down. */
  readonly missed: readonly MissedRule[];
}

/** For each look-up of `trace`, which was made with its states kept. */
export function whyNot(trace: FlowTrace): readonly LookupReasons[] {
  return trace.tree.moments.flatMap(({ after, flow, isFirst }) => {
    if (!isFirst || after?.rule === undefined || after.table === undefined) return [];
    const { rule: met, table } = after;
    return [{ table, met, missed: missedBefore(met, table, flow) }];
  });
}

function missedBefore(met: RuleRef, table: number, flow: Flow): MissedRule[] {
  const ofproto = ofprotoOf(met);
  const found = ruleOf(met);
  if (ofproto === undefined || found === undefined) return [];
  const floor = found.isHidden ? -1 : found.priority;
  return ofproto.tables
    .rules()
    .filter((rule) => rule.table === table && rule.priority > floor)
    .map((rule) => ({ rule: ruleRefOf(ofproto, rule), misses: missesOf(rule, flow) }));
}

/** The fields on which the two differ; those that need others, only where these agree. */
function missesOf({ match }: Rule, flow: Flow): FieldMiss[] {
  const wanted = match.flow;
  const mask = match.mask;
  const differing = createFlowMask();
  for (let i = 0; i < differing.length; i++) {
    differing[i] = (wordAt(wanted, i) ^ wordAt(flow, i)) & wordAt(mask, i);
  }
  const spans = fieldSpans(differing, wanted);
  const decisive = DECISIVE.map((name) => spans.find((span) => span.name === name)).find(Boolean);
  const told = decisive === undefined ? spans : spans.filter((span) => isBefore(span, decisive));
  const hasTagMissed = told.some(({ name }) => name === 'vlan_tci');
  return told.flatMap(({ field, name }) => {
    if (hasTagMissed && /^dl_vlan/.test(name)) return [];
    if (name === 'vlan_tci') return [{ field: name, wanted: tagOf(wanted), found: tagOf(flow) }];
    const bits = readFieldBig(mask, field);
    const text = (of: Flow): string =>
      formatFieldValue(field, readFieldBig(of, field) & bits, bits);
    return [{ field: name, wanted: text(wanted), found: text(flow) }];
  });
}

/** Whether there is a tag, and which. */
function tagOf(flow: Flow): string {
  const tag = wordAt(flow, VLAN0);
  return (tag & VLAN_CFI) === 0 ? 'no tag' : `a tag of VLAN ${tag & VLAN_VID_MASK}`;
}

/** A packet of another type has not what belongs to this one. */
const DECISIVE = ['packet_type', 'dl_type', 'nw_proto'];

type Span = ReturnType<typeof fieldSpans>[number];

/** Whether a field says something of a packet that has already missed on `decisive`. */
function isBefore({ field }: Span, decisive: Span): boolean {
  return field === decisive.field || NEEDLESS.has(field.prerequisite);
}

const NEEDLESS: ReadonlySet<string> = new Set(['none', 'ethernet', 'vlan']);
