/**
 * Flows from text, in `ovs-ofctl`'s syntax: `table=1,priority=5,tcp,tp_dst=80,actions=output:2`.
 *
 * Match terms are read by `src/packet/match-parse.ts`, actions by `actions-parse.ts`; this is what
 * stands around them. Where OVS silently drops a term that lacks its prerequisite (`tp_dst` without
 * `tcp`), this is an error. Answers to `parse_ofp_str` of OVS's `lib/ofp-flow.c`. Printing is in
 * `rule-text.ts`.
 */

import { parseInteger } from '../packet/address-parse.js';
import { createFlow, createFlowMask } from '../packet/flow.js';
import {
  type KeyValue,
  PlacedText,
  parseNumber,
  type TextSource,
} from '../packet/key-value-scanner.js';
import { parseMatchTerm } from '../packet/match-parse.js';
import { findMissingPrerequisite } from '../packet/match-prerequisites.js';
import { PRIORITY_DEFAULT } from '../packet/match-text.js';
import { parseOfpPort } from '../packet/ofp-port-text.js';
import { ActionChecker } from './action-checker.js';
import { parseActions } from './actions-parse.js';
import { Match } from './match.js';
import { type Ofpacts, type PortNumber, TABLE_MAX } from './ofpact.js';
import { type FlowCriteria, type FlowSpec, RuleFlag } from './rule.js';

export interface FlowSyntaxOptions {
  /** Where the text comes from; the text itself where it is missing. */
  readonly source?: TextSource;
  /** Finds ports by name; without it, ports are numbers. */
  readonly ports?: PortNumber;
}

/** A modification: which rules, and what becomes of them. */
export interface FlowChange {
  readonly criteria: FlowCriteria;
  readonly actions: Ofpacts;
  /** The new cookie; undefined: the old one. */
  readonly cookie: bigint | undefined;
  /** Bits of `RuleFlag`; of a modification, only `RESET_COUNTS` means something. */
  readonly flags: number;
}

/** What a text says besides its actions. */
interface FlowTerms {
  table: number | undefined;
  priority: number | undefined;
  cookie: bigint | undefined;
  cookieMask: bigint | undefined;
  outPort: number | undefined;
  outGroup: number | undefined;
  idleTimeout: number;
  hardTimeout: number;
  importance: number;
  flags: number;
}

const U16_MAX = 0xffff;
const U64_MAX = 0xffff_ffff_ffff_ffffn;
const ACTIONS = /\bactions?\s*=/;

const FLAGS: ReadonlyMap<string, number> = new Map([
  ['send_flow_rem', RuleFlag.SEND_FLOW_REM],
  ['check_overlap', RuleFlag.CHECK_OVERLAP],
  ['reset_counts', RuleFlag.RESET_COUNTS],
  ['no_packet_counts', RuleFlag.NO_PACKET_COUNTS],
  ['no_byte_counts', RuleFlag.NO_BYTE_COUNTS],
]);

/** What dumps print and flows cannot be given; read over. */
const STATISTICS = new Set(['duration', 'n_packets', 'n_bytes', 'idle_age', 'hard_age']);

/** Reads a flow to add. Throws a `ParseError` that says where it went wrong. */
export function parseFlow(line: string, options: FlowSyntaxOptions = {}): FlowSpec {
  const text = placed(line, options);
  const { head, actions } = splitActions(text);
  const { match, terms } = parseHead(head, options.ports);
  const { table = 0, priority = PRIORITY_DEFAULT, cookie, cookieMask, outPort, outGroup } = terms;
  if (cookieMask !== undefined) text.fail('expected a cookie without a mask in a flow to add');
  if (outPort !== undefined) text.fail('expected no out_port in a flow to add');
  if (outGroup !== undefined) text.fail('expected no out_group in a flow to add');
  const checker = new ActionChecker(match, table);
  return {
    table,
    priority,
    match,
    actions: parseActions(actions, checker, options.ports),
    cookie,
    idleTimeout: terms.idleTimeout,
    hardTimeout: terms.hardTimeout,
    importance: terms.importance,
    flags: terms.flags,
  };
}

/** Reads a file of flows to add: one a line, blank lines and `#` comments aside. */
export function parseFlowFile(
  path: string,
  text: string,
  options: { readonly ports?: PortNumber } = {},
): FlowSpec[] {
  const flows: FlowSpec[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const code = line.replace(/#.*/, '');
    if (code.trim() === '') continue;
    flows.push(parseFlow(code, { ...options, source: { source: path, line: index + 1 } }));
  }
  return flows;
}

/** Reads which flows to delete or to list; strict: the one with this very match and priority. */
export function parseFlowCriteria(
  line: string,
  options: FlowSyntaxOptions & { readonly isStrict?: boolean } = {},
): FlowCriteria {
  const { match, terms } = parseHead(placed(line, options), options.ports);
  return criteriaOf(match, terms, options.isStrict ?? false);
}

/** Reads a modification. Without `isStrict`, its priority says nothing. */
export function parseFlowChange(
  line: string,
  options: FlowSyntaxOptions & { readonly isStrict?: boolean } = {},
): FlowChange {
  const { head, actions } = splitActions(placed(line, options));
  const { match, terms } = parseHead(head, options.ports);
  const criteria = criteriaOf(match, terms, options.isStrict ?? false);
  const checker = new ActionChecker(match, terms.table ?? 0);
  return {
    criteria,
    actions: parseActions(actions, checker, options.ports),
    cookie: terms.cookieMask === undefined ? terms.cookie : undefined,
    flags: terms.flags,
  };
}

function criteriaOf(match: Match, terms: FlowTerms, isStrict: boolean): FlowCriteria {
  const { table, cookie, cookieMask, outPort, outGroup, priority = PRIORITY_DEFAULT } = terms;
  const isCookieMeant = cookieMask !== undefined;
  return {
    table,
    match,
    priority: isStrict ? priority : undefined,
    cookie: isCookieMeant ? cookie : undefined,
    cookieMask,
    outPort,
    outGroup,
  };
}

function placed(line: string, options: FlowSyntaxOptions): PlacedText {
  return new PlacedText(line, options.source ?? { source: line, line: 0 });
}

function splitActions(text: PlacedText): { head: PlacedText; actions: PlacedText } {
  const found = ACTIONS.exec(text.text);
  if (found === null) return text.fail('expected "actions="', text.text.trimEnd().length);
  const at = found.index + found[0].length;
  return {
    head: text.part(text.text.slice(0, found.index), 0),
    actions: text.part(text.text.slice(at), at),
  };
}

function parseHead(text: PlacedText, ports: PortNumber | undefined) {
  const target = { flow: createFlow(), mask: createFlowMask() };
  const terms: FlowTerms = {
    table: undefined,
    priority: undefined,
    cookie: undefined,
    cookieMask: undefined,
    outPort: undefined,
    outGroup: undefined,
    idleTimeout: 0,
    hardTimeout: 0,
    importance: 0,
    flags: 0,
  };
  for (const item of text.items()) {
    if (parseTerm(terms, item, text, ports)) continue;
    const value = item.name === 'in_port' ? portText(item.value, ports) : item.value;
    const isTerm = text.placing(item.at, () => parseMatchTerm(target, item.name, value));
    if (!isTerm)
      text.fail(`expected a match or a flow's property; "${item.name}" is none`, item.at);
  }
  const missing = findMissingPrerequisite(target.flow, target.mask);
  if (missing !== undefined) text.fail(`expected a complete match: ${missing}`);
  return { match: new Match(target.flow, target.mask), terms };
}

/** Reads a term that is not part of the match; false: it is, or it is nothing. */
function parseTerm(
  terms: FlowTerms,
  { name, value, at, valueAt }: KeyValue,
  text: PlacedText,
  ports: PortNumber | undefined,
): boolean {
  const flag = FLAGS.get(name);
  if (flag !== undefined) {
    if (value !== undefined) text.fail(`expected "${name}" alone, without a value`, at);
    terms.flags |= flag;
    return true;
  }
  const argument = text.part(value ?? '', valueAt);
  switch (name) {
    case 'table':
      terms.table = number(argument, TABLE_MAX);
      return true;
    case 'priority':
      terms.priority = number(argument, U16_MAX);
      return true;
    case 'idle_timeout':
      terms.idleTimeout = number(argument, U16_MAX);
      return true;
    case 'hard_timeout':
      terms.hardTimeout = number(argument, U16_MAX);
      return true;
    case 'importance':
      terms.importance = number(argument, U16_MAX);
      return true;
    case 'cookie':
      parseCookie(terms, argument);
      return true;
    case 'out_port':
      terms.outPort = parseOfpPort(argument.text) ?? ports?.(argument.text);
      if (terms.outPort === undefined) argument.fail('expected a port');
      return true;
    case 'out_group':
      terms.outGroup = number(argument, 0xffff_ffff);
      return true;
    default:
      return STATISTICS.has(name);
  }
}

/** `cookie=VALUE`, or `cookie=VALUE/MASK` of which -1 stands for all bits. */
function parseCookie(terms: FlowTerms, text: PlacedText): void {
  const [valueText = '', maskText] = text.text.split('/');
  terms.cookie = wide(text, valueText);
  terms.cookieMask = maskText === undefined ? undefined : wide(text, maskText);
}

function wide(place: PlacedText, text: string): bigint {
  const value = parseInteger(text);
  if (text === '-1') return U64_MAX;
  if (value !== undefined && value <= U64_MAX) return value;
  return place.fail('expected a number of 64 bits, for example 0x1234');
}

function number(text: PlacedText, max: number): number {
  return parseNumber(text.text, max) ?? text.fail(`expected a number from 0 to ${max}`);
}

/** A port's name as its number; anything else as it is. */
function portText(value: string | undefined, ports: PortNumber | undefined): string | undefined {
  if (value === undefined || parseOfpPort(value) !== undefined) return value;
  return ports?.(value)?.toString() ?? value;
}
