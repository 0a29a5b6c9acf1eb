/**
 * The hash of the fields that a select group names. What is looked at goes into the mask.
 *
 * Answers to `pick_hash_fields_select_group` of OVS; the values are our own.
 *
 * Hot path. Bench: `bench/translate.ts`.
 */

import { hashAdd, hashFinish } from '../base/hash.js';
import { writeFieldBytes } from '../packet/field-access.js';
import type { Field } from '../packet/fields.js';
import { createFlowMask, type Flow, type FlowMask } from '../packet/flow.js';
import { FLOW_WORDS } from '../packet/flow-layout.js';
import type { Selection } from './group.js';
import { hasField } from './prerequisites.js';

/** A field of a selection, as words of a flow. */
interface HashedField {
  readonly field: Field;
  readonly words: readonly number[];
  readonly bits: FlowMask;
}

const prepared = new WeakMap<Selection, readonly HashedField[]>();

/** A hash of the fields that `selection` names, of those that the packet has. */
export function hashSelection(selection: Selection, flow: Flow, wc: FlowMask): number {
  const { parameter } = selection;
  let hash = hashAdd(Number(parameter & 0xffff_ffffn), Number(parameter >> 32n));
  for (const { field, words, bits } of prepare(selection)) {
    if (!hasField(field, flow, wc)) continue;
    for (let i = 0; i < words.length; i++) {
      const word = words[i]!;
      wc[word]! |= bits[word]!;
      hash = hashAdd(hash, flow[word]! & bits[word]!);
    }
  }
  return hashFinish(hash, 0);
}

function prepare(selection: Selection): readonly HashedField[] {
  let fields = prepared.get(selection);
  if (fields === undefined) {
    fields = selection.fields.map(({ field, mask }) => {
      const bits = createFlowMask();
      writeFieldBytes(bits, field, mask);
      const words = Array.from({ length: FLOW_WORDS }, (_, word) => word);
      return { field, bits, words: words.filter((word) => bits[word] !== 0) };
    });
    prepared.set(selection, fields);
  }
  return fields;
}
