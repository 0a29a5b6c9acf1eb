/**
 * The answers of `upcall trace` to why, as text.
 */

import type { FlowTrace } from '../ofproto/flow-trace.js';
import { type NarrowCause, type NarrowField, whyNarrow } from '../ofproto/why-narrow.js';
import { type FieldMiss, type LookupReasons, type MissedRule, whyNot } from '../ofproto/why-not.js';

/** Why other rules were not met, look-up by look-up; of each, at most `rulesMax` rules. */
export function formatWhyNot(trace: FlowTrace, rulesMax: number): string {
  const lookups = whyNot(trace).map((lookup) => formatLookup(lookup, rulesMax));
  return `Why not another rule:\n${lookups.join('')}`;
}

function formatLookup({ table, met, missed }: LookupReasons, rulesMax: number): string {
  const head = `  table ${table}: ${met.isHidden ? 'no rule matches' : met.text}\n`;
  if (missed.length === 0) return `${head}    no rule comes before it\n`;
  const shown = nearest(missed, rulesMax).map(formatMissed).join('');
  return head + shown + formatRest(missed.length - rulesMax);
}

/** Those that missed on the fewest fields, in the order of their priority. */
function nearest(missed: readonly MissedRule[], count: number): readonly MissedRule[] {
  const chosen = [...missed].sort((a, b) => a.misses.length - b.misses.length).slice(0, count);
  return missed.filter((rule) => chosen.includes(rule));
}

function formatMissed({ rule, misses }: MissedRule): string {
  const why =
    misses.length === 0
      ? 'matches, but another clause of its conjunction does not'
      : misses.map(formatMiss).join('; ');
  return `    ${rule.text}\n      ${why}\n`;
}

function formatMiss({ field, wanted, found }: FieldMiss): string {
  return `${field} is ${found}, not ${wanted}`;
}

function formatRest(count: number): string {
  if (count <= 0) return '';
  return `    … and ${count} ${count === 1 ? 'rule' : 'rules'} more; --rules-shown shows them\n`;
}

/** What each field of the megaflow is there for. */
export function formatWhyNarrow(trace: FlowTrace, rulesMax: number): string {
  const fields = whyNarrow(trace);
  const usual = fields.filter(isUsual).map(({ field }) => field);
  const others = fields.filter((field) => !isUsual(field));
  const lines = others.map((field) => formatNarrow(field, rulesMax));
  return `Why so narrow:\n  ${usual.join(', ')}\n    in every megaflow\n${lines.join('')}`;
}

/** Whether no rule has to do with it. */
function isUsual({ causes }: NarrowField): boolean {
  return causes.every(({ step }) => step === undefined);
}

function formatNarrow({ field, text, causes }: NarrowField, rulesMax: number): string {
  const lines = causes.map((cause) => formatCause(cause, causes.length > 1, rulesMax));
  return `  ${field}=${text}\n${lines.join('')}`;
}

function formatCause(cause: NarrowCause, isPart: boolean, rulesMax: number): string {
  const bits = isPart ? ` (bits 0x${cause.bits.toString(16)})` : '';
  const shown = cause.rules.slice(0, rulesMax).map((rule) => `      ${rule.text}\n`);
  const rest = formatRest(cause.rules.length - rulesMax);
  return `    ${causeText(cause)}${bits}\n${shown.join('')}${rest === '' ? '' : `  ${rest}`}`;
}

function causeText({ step, rules }: NarrowCause): string {
  if (step === undefined) return 'in every megaflow';
  if (step.table === undefined) return `action ${step.text}`;
  return `table ${step.table}${rules.length === 0 ? '' : ', whose rules match on it:'}`;
}
