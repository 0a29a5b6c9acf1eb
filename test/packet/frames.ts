/**
 * Small frames for tests, written as hexadecimal with spaces, and flows by name of their fields.
 */

import { extractFlow } from '../../src/packet/extract.js';
import { readFieldBig } from '../../src/packet/field-access.js';
import { formatFieldValue } from '../../src/packet/field-text.js';
import { findField } from '../../src/packet/fields.js';
import { createFlow, createFlowMask, type Flow } from '../../src/packet/flow.js';
import { parseMatchTerm } from '../../src/packet/match-parse.js';

/** Destination and source addresses of every frame here. */
export const ADDRESSES = '0a0b0c0d0e0f 000102030405';

export function bytes(hex: string): Uint8Array {
  return Uint8Array.from(hex.replaceAll(/\s/g, '').match(/../g) ?? [], (byte) =>
    Number.parseInt(byte, 16),
  );
}

export function extract(frame: Uint8Array, vlanLimit?: number): Flow {
  const flow = createFlow();
  extractFlow(frame, flow, vlanLimit);
  return flow;
}

/** A field of a flow as text. */
export function field(flow: Flow, name: string): string {
  const row = findField(name);
  if (row === undefined) throw new Error(`No field ${name}`);
  return formatFieldValue(row, readFieldBig(flow, row));
}

/** The flow that a match names, other fields zero. */
export function flowOf(match: string): Flow {
  const target = { flow: createFlow(), mask: createFlowMask() };
  for (const term of match.split(',')) {
    const [name = '', value] = term.split('=');
    if (!parseMatchTerm(target, name, value)) throw new Error(`No match term ${name}`);
  }
  return target.flow;
}
