/**
 * The actions that name a field, from text: `set_field:10.0.0.1->ip_dst`, `load:5->reg0[0..3]`,
 * `move:eth_src[]->eth_dst[]`, `check_pkt_larger(1500)->reg0[0]`, and their like.
 *
 * Answers to `set_field_parse`, `parse_REG_LOAD` and `nxm_parse_reg_move` of OVS.
 */

import { parseInteger } from '../packet/address-parse.js';
import { bigToBytes } from '../packet/field-access.js';
import { type FieldValue, fieldMax, parseFieldValue } from '../packet/field-text.js';
import { type Field, findField, findFieldByHeaderName } from '../packet/fields.js';
import type { PlacedText } from '../packet/key-value-scanner.js';
import { numberOf, U16_MAX, wideNumberOf } from './action-argument.js';
import type { Ofpact, PortNumber, Subfield } from './ofpact.js';
import { parseSubfield } from './subfield-text.js';

const U64_MAX = 0xffff_ffff_ffff_ffffn;
const ARROW = '->';
/** The bit of `vlan_vid` that says there is a tag. Answers to `OFPVID12_PRESENT`. */
const VLAN_PRESENT = 0x1000n;
const TOS_ECN_BITS = 0x03n;

export function parseSetField(argument: PlacedText, ports: PortNumber | undefined): Ofpact {
  const { left, right } = halves(argument);
  const field = findField(right.text) ?? findFieldByHeaderName(right.text);
  if (field === undefined) {
    return right.fail(`expected the name of a field; "${right.text}" is none`);
  }
  checkWritable(field, right);
  const port = field.format === 'port' ? ports?.(left.text) : undefined;
  const text = port === undefined ? left.text : String(port);
  const { value, mask } = left.placing(0, () => parseFieldValue(field, text));
  const problem = findBadValue(field, { value, mask });
  if (problem !== undefined) left.fail(problem);
  const isExact = mask === fieldMax(field);
  return {
    type: 'set_field',
    field,
    value: bigToBytes(value, field.size),
    mask: isExact ? undefined : bigToBytes(mask, field.size),
  };
}

export function parseLoad(argument: PlacedText): Ofpact {
  const { left, right } = halves(argument);
  const value = parseInteger(left.text) ?? left.fail('expected a number');
  const destination = parseDestination(right);
  const bits = destination.width;
  if (value >> BigInt(bits) !== 0n) left.fail(`expected a number that fits into ${bits} bits`);
  return { type: 'load', destination, value };
}

export function parseMove(argument: PlacedText): Ofpact {
  const { left, right } = halves(argument);
  const source = parseSubfield(left);
  const destination = parseDestination(right);
  if (source.width !== destination.width) {
    right.fail(
      `expected ${source.width} bits, as many as are moved; these are ${destination.width}`,
    );
  }
  return { type: 'move', source, destination };
}

/** `(SIZE)->FIELD[bit]` */
export function parseCheckPktLarger(argument: PlacedText): Ofpact {
  const { left, right } = halves(argument);
  // The scanner leaves the closing parenthesis with the size.
  const size = numberOf(left.part(left.text.replace(/\)$/, ''), 0), U16_MAX);
  const destination = parseDestination(right);
  if (destination.width !== 1) right.fail('expected a single bit, as in reg0[0]');
  return { type: 'check_pkt_larger', size, destination };
}

/** `VALUE` or `VALUE/MASK` */
export function parseWriteMetadata(argument: PlacedText): Ofpact {
  const [valueText = '', maskText] = argument.text.split('/');
  const value = wideNumberOf(argument.part(valueText, 0));
  const mask =
    maskText === undefined ? U64_MAX : wideNumberOf(argument.part(maskText, valueText.length + 1));
  return { type: 'write_metadata', value, mask };
}

/** Only a tunnel's options can be taken away. */
export function parseDeleteField(argument: PlacedText): Ofpact {
  const { text } = argument;
  const field = findField(text) ?? findFieldByHeaderName(text);
  if (field === undefined) return argument.fail(`expected the name of a field; "${text}" is none`);
  return { type: 'delete_field', field };
}

function halves(argument: PlacedText): { left: PlacedText; right: PlacedText } {
  const { text } = argument;
  const at = text.indexOf(ARROW);
  if (at < 0) return argument.fail(`expected "${ARROW}" and a field`, text.length);
  const rightAt = at + ARROW.length;
  return {
    left: argument.part(text.slice(0, at), 0),
    right: argument.part(text.slice(rightAt), rightAt),
  };
}

function parseDestination(text: PlacedText): Subfield {
  const subfield = parseSubfield(text);
  checkWritable(subfield.field, text);
  return subfield;
}

/** Connection tracking's fields can be written inside of the `ct` action only. */
function checkWritable(field: Field, text: PlacedText): void {
  if (!field.writable)
    text.fail(`expected a field that can be written; ${field.name} is read-only`);
  if (field.nxm === undefined && field.oxm === undefined) {
    text.fail(`expected a field that actions can name; ${field.name} is for matches only`);
  }
  if (field.name.startsWith('ct_')) {
    text.fail(`expected another field; ${field.name} needs "ct", which comes in a later version`);
  }
}

/** What is wrong with a value that is not too wide. Answers to `mf_is_value_valid`. */
function findBadValue(field: Field, { value, mask }: FieldValue): string | undefined {
  if (field.name === 'vlan_vid' && mask === fieldMax(field) && (value & VLAN_PRESENT) === 0n) {
    return `expected the VLAN plus 4096 (the tag is there), as in set_field:4101->vlan_vid`;
  }
  if (field.name === 'nw_tos' && (value & TOS_ECN_BITS) !== 0n) {
    return 'expected a TOS whose two lowest bits (ECN) are 0';
  }
  return undefined;
}
