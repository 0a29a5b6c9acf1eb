/**
 * One flow, not a match: what `ofproto/trace` is asked about, `tcp,in_port=1,nw_dst=10.0.0.1`.
 *
 * Fields that are not named are zero. What a field hangs on stands before it; none may be masked.
 * The sentences are Open vSwitch's. Answers to `parse_ofp_exact_flow()` of its
 * `lib/ofp-flow.c`.
 */

import { ParseError, UpcallError } from '../base/errors.js';
import { readFieldBig } from '../packet/field-access.js';
import { fieldMax, parseFieldValue } from '../packet/field-text.js';
import { type Field, findField, findFieldByHeaderName } from '../packet/fields.js';
import { createFlow, createFlowMask, type Flow } from '../packet/flow.js';
import { IN_PORT } from '../packet/flow-layout.js';
import { PlacedText } from '../packet/key-value-scanner.js';
import {
  type MatchTarget,
  parseMatchTerm,
  parseProtocol,
  setMatchField,
} from '../packet/match-parse.js';
import { parseOfpPort } from '../packet/ofp-port-text.js';
import { fixTpid } from './flow-vlan.js';
import { OFPP_NONE, type PortNumber } from './ofpact.js';
import { hasField } from './prerequisites.js';

/** Throws an `UpcallError` with Open vSwitch's message. */
export function parseExactFlow(text: string, ports?: PortNumber): Flow {
  const target: MatchTarget = { flow: createFlow(), mask: createFlowMask() };
  const fail = (why: string): never => {
    throw new UpcallError(`Bad openflow flow syntax: ${text}: ${why}`);
  };
  const placed = new PlacedText(text, { source: text, line: 0 });
  for (const { name, value = '' } of placed.items()) {
    if (parseProtocol(target, name)) continue;
    const why = readTerm(target, name, { value, ports });
    if (why !== undefined) fail(why);
  }
  const { flow } = target;
  fixTpid(flow);
  if (flow[IN_PORT] === 0) flow[IN_PORT] = OFPP_NONE;
  return flow;
}

/** What is wrong with a term; undefined: it is in the flow now. */
function readTerm(
  target: MatchTarget,
  name: string,
  { value, ports }: { readonly value: string; readonly ports: PortNumber | undefined },
): string | undefined {
  const field = findField(name) ?? findFieldByHeaderName(name);
  if (field === undefined) return `unknown field ${name}`;
  const { flow } = target;
  if (!hasField(field, flow, createFlowMask())) return `prerequisites not met for setting ${name}`;
  if (readFieldBig(flow, field) !== 0n) return `field ${name} set multiple times`;
  const why = readValue(target, field, portNumber(field, value, ports));
  return why === undefined ? undefined : `bad value for ${name} (${value}: ${why})`;
}

function portNumber(field: Field, value: string, ports: PortNumber | undefined): string {
  if (field.name !== 'in_port' || parseOfpPort(value) !== undefined) return value;
  return ports?.(value)?.toString() ?? value;
}

function readValue(target: MatchTarget, field: Field, value: string): string | undefined {
  try {
    // "No VLAN" is no value of the field.
    if (field.name === 'dl_vlan' && parseMatchTerm(target, field.name, value)) return undefined;
    const parsed = parseFieldValue(field, value);
    if (parsed.mask !== fieldMax(field)) return 'wildcards not allowed here';
    setMatchField(target, field, parsed);
    return undefined;
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    return field.name === 'in_port' ? 'invalid or unknown port for in_port' : error.expected;
  }
}
