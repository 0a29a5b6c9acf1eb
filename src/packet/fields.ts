/**
 * The table of fields: everything the switch knows about each field of a flow, one row a field.
 *
 * Masks, match parsing and printing, set-field, register moves, OXM and the datapath key's text
 * are driven by it; extraction fills the words it names. Answers to OVS's `lib/meta-flow.c`.
 *
 * A field is a run of bits that may cross words: bit 0 is the highest bit of word 0, so the
 * field's bytes read in network order. Accessors are in `field-access.ts`.
 */

import { assert } from '../base/errors.js';
import type { Field } from './field.js';
import { METADATA_FIELDS } from './fields-metadata.js';
import { PACKET_FIELDS } from './fields-packet.js';

export type { Field, FieldFormat, FieldHeader, FieldMaskable, FieldPrerequisite } from './field.js';

export const FIELDS: readonly Field[] = [...METADATA_FIELDS, ...PACKET_FIELDS];

const byName = new Map<string, Field>();
const byHeaderName = new Map<string, Field>();
for (const field of FIELDS) {
  byName.set(field.name, field);
  if (field.alias !== undefined) byName.set(field.alias, field);
  for (const header of [field.oxm, field.nxm, field.onf]) {
    if (header !== undefined) byHeaderName.set(header.name, field);
  }
}

/** The field of this name or alias, in OVS's spelling, or undefined. */
export function findField(name: string): Field | undefined {
  return byName.get(name);
}

/** The field of this name, which the table has. */
export function fieldOf(name: string): Field {
  const field = findField(name);
  assert(field !== undefined, 'the table of fields has every field that the program names');
  return field;
}

/** The field with this NXM or OXM name, for example `NXM_OF_ETH_SRC`, or undefined. */
export function findFieldByHeaderName(name: string): Field | undefined {
  return byHeaderName.get(name);
}
