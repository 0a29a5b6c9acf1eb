/**
 * `learn` as text: `learn(table=1,idle_timeout=10,NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],output:…)`.
 *
 * A spec that begins with a field matches, on a constant or on what the packet has there; `load:`
 * and `output:` are what the new rule does. Answers to OVS's `lib/learn.c`.
 */

import { parseInteger } from '../packet/address-parse.js';
import { bigToBytes } from '../packet/field-access.js';
import { formatFieldValue, parseFieldValue } from '../packet/field-text.js';
import { type Field, findField, findFieldByHeaderName } from '../packet/fields.js';
import { type KeyValue, type PlacedText, parseNumber } from '../packet/key-value-scanner.js';
import { PRIORITY_DEFAULT } from '../packet/match-text.js';
import {
  type LearnAction,
  LearnFlag,
  type LearnSpec,
  type PortNumber,
  type Subfield,
  TABLE_MAX,
} from './ofpact.js';
import { findSubfieldField, formatSubfield, parseSubfield } from './subfield-text.js';

const U16_MAX = 0xffff;
const U32_MAX = 0xffff_ffff;
const U64_MAX = 0xffff_ffff_ffff_ffffn;
/** Where rules are learned unless it is said. */
const TABLE_DEFAULT = 1;
const ARROW = '->';

const DEFAULTS: LearnAction = {
  type: 'learn',
  idleTimeout: 0,
  hardTimeout: 0,
  finIdleTimeout: 0,
  finHardTimeout: 0,
  priority: PRIORITY_DEFAULT,
  cookie: 0n,
  table: TABLE_DEFAULT,
  flags: 0,
  limit: 0,
  specs: [],
};

type Options = { -readonly [Name in keyof Omit<LearnAction, 'specs'>]: LearnAction[Name] };

const FLAGS: ReadonlyMap<string, number> = new Map([
  ['send_flow_rem', LearnFlag.SEND_FLOW_REM],
  ['delete_learned', LearnFlag.DELETE_LEARNED],
]);

/** Options that are 16-bit numbers. */
const NUMBERS: ReadonlyMap<
  string,
  'idleTimeout' | 'hardTimeout' | 'finIdleTimeout' | 'finHardTimeout' | 'priority'
> = new Map([
  ['idle_timeout', 'idleTimeout'],
  ['hard_timeout', 'hardTimeout'],
  ['fin_idle_timeout', 'finIdleTimeout'],
  ['fin_hard_timeout', 'finHardTimeout'],
  ['priority', 'priority'],
] as const);

export function parseLearn(argument: PlacedText, ports: PortNumber | undefined): LearnAction {
  const options: Options = { ...DEFAULTS };
  const specs: LearnSpec[] = [];
  for (const item of argument.items()) {
    if (!parseOption(options, item, argument)) specs.push(parseSpec(item, argument, ports));
  }
  return { ...options, specs };
}

/** Reads an option; false: it is none. */
function parseOption(options: Options, item: KeyValue, text: PlacedText): boolean {
  const { name, value = '', valueAt } = item;
  const argument = text.part(value, valueAt);
  const number = NUMBERS.get(name);
  const flag = FLAGS.get(name);
  if (number !== undefined) options[number] = numberOf(argument, U16_MAX);
  else if (flag !== undefined) options.flags |= flag;
  else if (name === 'table') options.table = numberOf(argument, TABLE_MAX);
  else if (name === 'cookie') options.cookie = cookieOf(argument);
  else if (name === 'limit') options.limit = numberOf(argument, U32_MAX);
  else if (name === 'result_dst') {
    options.resultDestination = parseSubfield(argument);
    options.flags |= LearnFlag.WRITE_RESULT;
    if (options.resultDestination.width !== 1) argument.fail('expected a single bit');
  } else return false;
  return true;
}

function numberOf(text: PlacedText, max: number): number {
  return parseNumber(text.text, max) ?? text.fail(`expected a number from 0 to ${max}`);
}

function cookieOf(text: PlacedText): bigint {
  const cookie = parseInteger(text.text);
  if (cookie !== undefined && cookie <= U64_MAX) return cookie;
  return text.fail('expected a number of 64 bits, for example 0x1234');
}

function parseSpec(item: KeyValue, text: PlacedText, ports: PortNumber | undefined): LearnSpec {
  const argument = text.part(item.value ?? '', item.valueAt);
  if (item.name === 'load') return parseLoadSpec(argument);
  if (item.name === 'output') {
    const source = parseSubfield(argument);
    return { kind: 'output', source, width: source.width };
  }
  return parseMatchSpec(text.part(item.name, item.at), item, argument, ports);
}

/** `FIELD`, `FIELD=FIELD` or `FIELD=VALUE`, where a field may have `[bits]`. */
function parseMatchSpec(
  name: PlacedText,
  item: KeyValue,
  argument: PlacedText,
  ports: PortNumber | undefined,
): LearnSpec {
  const whole = nameable(name, wholeField(name.text));
  if (whole !== undefined && item.value !== undefined) {
    if (findSubfieldField(argument.text) === undefined) {
      const destination = { field: whole, start: 0, width: whole.width };
      const source = constantOf(whole, argument, ports);
      return { kind: 'match', source, destination, width: whole.width };
    }
  }
  const destination = parseSubfield(name);
  nameable(name, destination.field);
  const { width } = destination;
  if (item.value === undefined) return { kind: 'match', source: destination, destination, width };
  const number = parseInteger(argument.text);
  const source = number === undefined ? parseSubfield(argument) : fitting(number, width, argument);
  checkWidth(source, width, argument);
  return { kind: 'match', source, destination, width };
}

function parseLoadSpec(argument: PlacedText): LearnSpec {
  const { text } = argument;
  const at = text.indexOf(ARROW);
  if (at < 0) return argument.fail(`expected "${ARROW}" and a field`, text.length);
  const left = argument.part(text.slice(0, at), 0);
  const right = argument.part(text.slice(at + ARROW.length), at + ARROW.length);
  const destination = parseSubfield(right);
  if (!destination.field.writable) right.fail('expected a field that can be written');
  const { width } = destination;
  const number = parseInteger(left.text);
  const source = number === undefined ? parseSubfield(left) : fitting(number, width, left);
  checkWidth(source, width, left);
  return { kind: 'load', source, destination, width };
}

function fitting(number: bigint, width: number, text: PlacedText): bigint {
  if (number >> BigInt(width) === 0n) return number;
  return text.fail(`expected a number that fits into ${width} bits`);
}

function checkWidth(source: Subfield | bigint, width: number, text: PlacedText): void {
  if (typeof source === 'bigint' || source.width === width) return;
  text.fail(`expected ${width} bits, as many as are written; these are ${source.width}`);
}

/** The field that a name without bits means. */
function wholeField(name: string): Field | undefined {
  return findField(name) ?? findFieldByHeaderName(name);
}

/** What no header names cannot be sent to a switch either. */
function nameable(place: PlacedText, field: Field | undefined): Field | undefined {
  if (field !== undefined && field.nxm === undefined && field.oxm === undefined) {
    place.fail(`expected a field that actions can name; ${field.name} is for matches only`);
  }
  return field;
}

function constantOf(field: Field, text: PlacedText, ports: PortNumber | undefined): bigint {
  const port = field.format === 'port' ? ports?.(text.text) : undefined;
  const { value, mask } = text.placing(0, () =>
    parseFieldValue(field, port === undefined ? text.text : String(port)),
  );
  if (mask !== (1n << BigInt(field.width)) - 1n) text.fail('expected a value without a mask');
  return value;
}

export function formatLearn(learn: LearnAction): string {
  const parts = [`table=${learn.table}`];
  for (const [name, key] of NUMBERS) {
    if (learn[key] !== DEFAULTS[key]) parts.push(`${name}=${learn[key]}`);
  }
  for (const [name, flag] of FLAGS) if ((learn.flags & flag) !== 0) parts.push(name);
  if (learn.cookie !== 0n) parts.push(`cookie=0x${learn.cookie.toString(16)}`);
  if (learn.limit !== 0) parts.push(`limit=${learn.limit}`);
  if (learn.resultDestination !== undefined) {
    parts.push(`result_dst=${formatSubfield(learn.resultDestination)}`);
  }
  return `learn(${[...parts, ...learn.specs.map(formatSpec)].join()})`;
}

function formatSpec({ kind, source, destination }: LearnSpec): string {
  if (destination === undefined) return `output:${formatSource(source)}`;
  const target = formatSubfield(destination);
  if (kind === 'load') return `load:${formatSource(source)}->${target}`;
  const { field, start, width } = destination;
  if (typeof source === 'bigint') {
    if (start !== 0 || width !== field.width) return `${target}=${formatSource(source)}`;
    return `${field.name}=${formatFieldValue(field, bigToBytes(source, field.size), undefined)}`;
  }
  const isItself = source.field === field && source.start === start;
  return isItself ? target : `${target}=${formatSource(source)}`;
}

function formatSource(source: Subfield | bigint): string {
  return typeof source === 'bigint' ? `0x${source.toString(16)}` : formatSubfield(source);
}
