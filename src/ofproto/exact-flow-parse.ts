/**
 * One flow, not a match: what `ofproto/trace` is asked about, `tcp,in_port=1,nw_dst=10.0.0.1`.
 *
 * Fields that are not named are zero. What a field hangs on stands before it; none may be masked.
 * The sentences are Open vSwitch's. Answers to `parse_ofp_exact_flow()` of its
 * `lib/ofp-flow.c`.
 */

import { ParseError, UpcallError } from '../base/errors.js';
import { readFieldBig } from '../packet/field-access.js';
import { fieldMax } from '../packet/field-text.js';
import { findField } from '../packet/fields.js';
import { createFlow, createFlowMask, type Flow, type FlowMask } from '../packet/flow.js';
import { DL_TYPE, IN_PORT } from '../packet/flow-layout.js';
import { PlacedText } from '../packet/key-value-scanner.js';
import { isVlanNone, parseMatchTerm, parseProtocol, setMatchField } from '../packet/match-parse.js';
import { type PortNamed, readExactValue } from './exact-value.js';
import { fixTpid } from './flow-vlan.js';
import { OFPP_NONE } from './ofpact.js';
import { hasField } from './prerequisites.js';

/** One flow, and the fields of it that were named. */
export interface ExactFlow {
  readonly flow: Flow;
  readonly mask: FlowMask;
}

/** Throws an `UpcallError` with Open vSwitch's message. */
export function parseExactFlow(text: string, ports?: PortNamed): Flow {
  const parsed = readExactFlow(text, ports);
  if (typeof parsed === 'string') throw new UpcallError(`Bad openflow flow syntax: ${parsed}`);
  const { flow } = parsed;
  fixTpid(flow);
  if (flow[IN_PORT] === 0) flow[IN_PORT] = OFPP_NONE;
  return flow;
}

/** What is named in `text`, and nothing else; a string is Open vSwitch's word for what is wrong. */
export function readExactFlow(text: string, ports?: PortNamed): ExactFlow | string {
  const target: ExactFlow = { flow: createFlow(), mask: createFlowMask() };
  for (const { name, value } of termsOf(text)) {
    const why = readTerm(target, { name, value, ports });
    if (why !== undefined) return `${text}: ${why}`;
  }
  return target;
}

interface Term {
  readonly name: string;
  readonly value: string;
  readonly ports: PortNamed | undefined;
}

/** As `PlacedText` has them, which knows no term without a name. */
function termsOf(text: string): readonly Omit<Term, 'ports'>[] {
  try {
    const terms = new PlacedText(text, { source: text, line: 0 }).items();
    return [...terms].map(({ name, value = '' }) => ({ name, value }));
  } catch (error) {
    if (error instanceof ParseError) return [{ name: '', value: text }];
    throw error;
  }
}

/** What is wrong with a term; undefined: it is in the flow now. */
function readTerm(target: ExactFlow, { name, value, ports }: Term): string | undefined {
  const { flow } = target;
  const hadType = (flow[DL_TYPE] ?? 0) >>> 16 !== 0;
  if (parseProtocol(hadType ? NOWHERE : target, name)) {
    return hadType ? 'Ethernet type set multiple times' : undefined;
  }
  const field = findField(name);
  if (field === undefined) return `unknown field ${name}`;
  if (!hasField(field, flow, createFlowMask())) return `prerequisites not met for setting ${name}`;
  if (readFieldBig(flow, field) !== 0n) return `field ${name} set multiple times`;
  // "No VLAN" is no value of the field.
  if (field.name === 'dl_vlan' && isVlanNone(value)) {
    parseMatchTerm(target, field.name, value);
    return undefined;
  }
  const read = readExactValue(field, value, ports);
  if (typeof read !== 'bigint') return `bad value for ${name} (${read.problem})`;
  setMatchField(target, field, { value: read, mask: fieldMax(field) });
  return undefined;
}

/** Where a name is looked up only. */
const NOWHERE: ExactFlow = { flow: createFlow(), mask: createFlowMask() };
