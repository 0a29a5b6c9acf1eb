/**
 * Writing constants into fields: `set_field` and `load`, prepared once and applied fast; and
 * `move`.
 *
 * An action's value and mask become, for each word that they touch, a value and the bits to write.
 * The first use of an action prepares it; the preparation lives as long as the action does. Answers
 * to `mf_set_flow_value_masked()`, `mf_mask_field_masked()` and `mf_subfield_copy()`.
 *
 * Hot path. Bench: `bench/translate.ts`.
 */

import { fillField, readFieldBig, writeFieldBig } from '../packet/field-access.js';
import type { Field } from '../packet/fields.js';
import { createFlow, type Flow, type FlowMask } from '../packet/flow.js';
import {
  CT_IPV6_SRC,
  FLOW_WORDS,
  IPV6_LABEL,
  IPV6_SRC,
  NW_DST,
  NW_PROTO,
  NW_SRC,
  VLAN_CFI,
  VLAN0,
} from '../packet/flow-layout.js';
import { fixTpid } from './flow-vlan.js';
import type { Ofpact, Subfield } from './ofpact.js';
import { hasField, needProtocol } from './prerequisites.js';

type FieldAction = Extract<Ofpact, { type: 'set_field' | 'load' }>;

interface FieldWrite {
  readonly isNetwork: boolean;
  readonly words: readonly number[];
  readonly values: readonly number[];
  readonly bits: readonly number[];
}

const ALL = 0xffff_ffff;
/** The DSCP bits of `nw_tos`: the field's name is older than ECN, which it leaves alone. */
const TOS_DSCP_BITS = 0xfcn;

/** Writes the constant of `action`; false: the packet lacks the field. */
export function writeConstant(action: FieldAction, flow: Flow, wc: FlowMask): boolean {
  const field = action.type === 'set_field' ? action.field : action.destination.field;
  if (!hasField(field, flow, wc)) return false;
  const { words, values, bits, isNetwork } = prepared.get(action) ?? prepare(action);
  if (isNetwork) needProtocol(wc);
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    wc[word]! |= bits[i]!;
    flow[word] = (flow[word]! & ~bits[i]!) | values[i]!;
    if (word === VLAN0) fixTpid(flow);
  }
  return true;
}

/** Copies bits from one field to another, unless the packet lacks one of them. */
export function moveBits(source: Subfield, destination: Subfield, flow: Flow, wc: FlowMask): void {
  if (!hasField(destination.field, flow, wc) || !hasField(source.field, flow, wc)) return;
  if (isNetworkField(destination.field)) needProtocol(wc);
  const from = firstBit(source);
  const to = firstBit(destination);
  const { width } = source;
  // All is read before anything is written, for the two may overlap.
  for (let done = 0; done < width; done += 32) {
    const count = Math.min(32, width - done);
    moved[done >>> 5] = readBits(flow, from + done, count);
    writeBits(wc, from + done, count, ALL);
    writeBits(wc, to + done, count, ALL);
  }
  for (let done = 0; done < width; done += 32) {
    writeBits(flow, to + done, Math.min(32, width - done), moved[done >>> 5]!);
  }
  if (to >>> 5 === VLAN0) fixTpid(flow);
}

/** The value of some bits of a field, and in the mask that it was looked at. */
export function readSubfield(subfield: Subfield, flow: Flow, wc: FlowMask): bigint {
  const field = asField(subfield);
  fillField(wc, field);
  return readFieldBig(flow, field);
}

/** Writes some bits of a field, unless the packet lacks it; higher bits of `value` are dropped. */
export function writeSubfield(subfield: Subfield, value: bigint, flow: Flow, wc: FlowMask): void {
  if (!hasField(subfield.field, flow, wc)) return;
  if (isNetworkField(subfield.field)) needProtocol(wc);
  const field = asField(subfield);
  fillField(wc, field);
  writeFieldBig(flow, field, value);
  if (field.bit >>> 5 === VLAN0) fixTpid(flow);
}

/** Whether a field is in the IP header itself, or in an ARP packet: what a commit calls L3. */
function isNetworkField(field: Field): boolean {
  if (field.prerequisite === 'arp') return true;
  const word = field.bit >>> 5;
  return (
    (word >= NW_SRC && word <= NW_DST) ||
    (word >= IPV6_SRC && word < CT_IPV6_SRC) ||
    word === IPV6_LABEL ||
    word === NW_PROTO
  );
}

/** What a move carries: fields have up to 128 bits. */
const moved = new Uint32Array(4);
const prepared = new WeakMap<FieldAction, FieldWrite>();
const subfields = new WeakMap<Subfield, Field>();

function prepare(action: FieldAction): FieldWrite {
  const values = createFlow();
  const masks = createFlow();
  if (action.type === 'set_field') {
    const { field } = action;
    const mask = action.mask === undefined ? allOnes(field) : toBigInt(action.mask);
    const writable = mask & writableBits(field);
    writeFieldBig(masks, field, writable);
    writeFieldBig(values, field, toBigInt(action.value) & writable);
  } else {
    const target = subfieldAsField(action.destination);
    writeFieldBig(masks, target, allOnes(target));
    writeFieldBig(values, target, action.value);
  }
  if (isPlainVlan(action)) {
    masks[VLAN0]! |= VLAN_CFI;
    values[VLAN0]! |= VLAN_CFI;
  }
  const words: number[] = [];
  for (let i = 0; i < FLOW_WORDS; i++) if (masks[i] !== 0) words.push(i);
  const field = action.type === 'set_field' ? action.field : action.destination.field;
  const write = {
    isNetwork: isNetworkField(field),
    words,
    values: words.map((word) => values[word]!),
    bits: words.map((word) => masks[word]!),
  };
  prepared.set(action, write);
  return write;
}

/** The same, made once for each subfield. */
function asField(subfield: Subfield): Field {
  let field = subfields.get(subfield);
  if (field === undefined) {
    field = subfieldAsField(subfield);
    subfields.set(subfield, field);
  }
  return field;
}

/** A run of bits as if it were a field of its own. */
export function subfieldAsField(subfield: Subfield): Field {
  return { ...subfield.field, bit: firstBit(subfield), width: subfield.width };
}

/** Counted from the highest bit of word 0. */
function firstBit({ field, start, width }: Subfield): number {
  return field.bit + field.width - start - width;
}

/** Up to 32 bits, which may cross into the next word, as an unsigned number. */
function readBits(words: Flow | FlowMask, bit: number, count: number): number {
  const index = bit >>> 5;
  const end = (bit & 31) + count;
  const lowest = ALL >>> (32 - count);
  if (end <= 32) return ((words[index]! >>> (32 - end)) & lowest) >>> 0;
  return (((words[index]! << (end - 32)) | (words[index + 1]! >>> (64 - end))) & lowest) >>> 0;
}

/** Writes up to 32 bits, which may cross into the next word. */
function writeBits(words: Flow | FlowMask, bit: number, count: number, value: number): void {
  const index = bit >>> 5;
  const end = (bit & 31) + count;
  const lowest = ALL >>> (32 - count);
  if (end <= 32) {
    const shift = 32 - end;
    words[index] = (words[index]! & ~(lowest << shift)) | ((value & lowest) << shift);
    return;
  }
  const spill = end - 32;
  words[index] = (words[index]! & ~(lowest >>> spill)) | ((value & lowest) >>> spill);
  const shift = 32 - spill;
  words[index + 1] = (words[index + 1]! & (ALL >>> spill)) | (value << shift);
}

/** OpenFlow 1.0's VLAN fields make a tag where there is none. */
function isPlainVlan(action: FieldAction): boolean {
  const field = action.type === 'set_field' ? action.field : action.destination.field;
  return field.name === 'dl_vlan' || field.name === 'dl_vlan_pcp';
}

function writableBits(field: Field): bigint {
  return field.name === 'nw_tos' ? TOS_DSCP_BITS : allOnes(field);
}

function allOnes(field: Field): bigint {
  return (1n << BigInt(field.width)) - 1n;
}

function toBigInt(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value;
}
