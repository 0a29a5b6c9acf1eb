/**
 * Runs of bits of a field as text: `NXM_NX_REG0[4..7]`, `eth_src[]`, `reg1`.
 *
 * Read by OVS's name of the field or by its NXM or OXM name; printed by the NXM name, or the OXM
 * name of a field without one. Answers to `mf_parse_subfield` and `mf_format_subfield`.
 */

import { type Field, findField, findFieldByHeaderName } from '../packet/fields.js';
import type { PlacedText } from '../packet/key-value-scanner.js';
import type { Subfield } from './ofpact.js';

/** `[]`: all; `[5]`: one bit; `[0..3]`: from the first to the last. */
const SUBFIELD = /^([A-Za-z0-9_]+)(?:\[(?:(\d+)(?:\.\.(\d+))?)?\])?$/;

/** The field that a text names, with its bits or without; undefined: it is no subfield. */
export function findSubfieldField(text: string): Field | undefined {
  const [, name = ''] = SUBFIELD.exec(text) ?? [];
  return findField(name) ?? findFieldByHeaderName(name);
}

export function parseSubfield(text: PlacedText): Subfield {
  const [, name = '', first, last = first] = SUBFIELD.exec(text.text) ?? [];
  if (name === '') text.fail('expected a field and its bits, as in reg0[0..15]');
  const field = findField(name) ?? findFieldByHeaderName(name);
  if (field === undefined) return text.fail(`expected the name of a field; "${name}" is none`);
  if (first === undefined) return { field, start: 0, width: field.width };
  const start = Number(first);
  const end = Number(last);
  if (start > end) text.fail(`expected bits in rising order; ${start} is after ${end}`);
  if (end >= field.width) {
    text.fail(`expected bits 0 to ${field.width - 1}; ${field.name} is ${field.width} bits wide`);
  }
  return { field, start, width: end - start + 1 };
}

export function formatSubfield({ field, start, width }: Subfield): string {
  const name = headerName(field);
  if (start === 0 && width === field.width) return `${name}[]`;
  return width === 1 ? `${name}[${start}]` : `${name}[${start}..${start + width - 1}]`;
}

function headerName(field: Field): string {
  return field.nxm?.name ?? field.oxm?.name ?? field.name;
}
