/**
 * Groups from text, in `ovs-ofctl`'s syntax: `group_id=1,type=select,bucket=weight:2,output:1`.
 *
 * Everything before the first `bucket=` is of the group; what stands in a bucket and is none of its
 * properties is an action. Answers to `parse_ofp_group_mod_str` of OVS's `lib/ofp-group.c`.
 * Printing is in `group-text.ts`.
 */

import { bigToBytes } from '../packet/field-access.js';
import { parseFieldValue } from '../packet/field-text.js';
import { FIELDS, type Field, findField } from '../packet/fields.js';
import {
  type KeyValue,
  PlacedText,
  parseNumber,
  type TextSource,
} from '../packet/key-value-scanner.js';
import { OFPP_CONTROLLER, OFPP_MAX, OFPP_NONE } from '../packet/ofp-port-text.js';
import { findPort, numberOf, U16_MAX, U32_MAX, wideNumberOf } from './action-argument.js';
import { parseActions } from './actions-parse.js';
import { BucketActionChecker } from './bucket-action-checker.js';
import {
  BUCKET_ALL,
  BUCKET_FIRST,
  BUCKET_LAST,
  BUCKET_MAX,
  type Bucket,
  GROUP_ALL,
  GROUP_MAX,
  type GroupSpec,
  type GroupType,
  type SelectionField,
} from './group.js';
import type { GroupChange } from './group-table.js';
import { defaultWeight } from './group-text.js';
import type { PortNumber } from './ofpact.js';

export type GroupCommand = GroupChange['command'];

export interface GroupSyntaxOptions {
  /** Where the text comes from; the text itself where it is missing. */
  readonly source?: TextSource;
  /** Finds ports by name; without it, ports are numbers. */
  readonly ports?: PortNumber;
}

/** What commands are called in a file of groups. */
const FILE_COMMANDS: ReadonlyMap<string, GroupCommand> = new Map([
  ['add', 'add'],
  ['delete', 'delete'],
  ['modify', 'modify'],
  ['add_or_mod', 'add_or_modify'],
  ['insert_bucket', 'insert_bucket'],
  ['remove_bucket', 'remove_bucket'],
]);

const TYPES: ReadonlyMap<string, GroupType> = new Map([
  ['all', 'all'],
  ['select', 'select'],
  ['indirect', 'indirect'],
  ['ff', 'fast_failover'],
  ['fast_failover', 'fast_failover'],
]);

const PLACES: ReadonlyMap<string, number> = new Map([
  ['all', BUCKET_ALL],
  ['first', BUCKET_FIRST],
  ['last', BUCKET_LAST],
]);

/** What a text says of its group, buckets aside. */
interface GroupTerms {
  id: number | undefined;
  type: GroupType | undefined;
  at: number | undefined;
  method: string | undefined;
  parameter: bigint;
  fields: SelectionField[];
}

/** Reads what a command is to do. Throws a `ParseError` that says where it went wrong. */
export function parseGroupChange(
  line: string,
  command: GroupCommand = 'add',
  options: GroupSyntaxOptions = {},
): GroupChange {
  const text = new PlacedText(line, options.source ?? { source: line, line: 0 });
  return parseChange(text, command, options.ports);
}

/** Reads a group to add. Throws a `ParseError` that says where it went wrong. */
export function parseGroup(line: string, options: GroupSyntaxOptions = {}): GroupSpec {
  const text = new PlacedText(line, options.source ?? { source: line, line: 0 });
  return parseSpec(text, options.ports);
}

/** Reads a file: a group to add in each line, or one to do with what its first word says. */
export function parseGroupFile(
  path: string,
  content: string,
  options: { readonly ports?: PortNumber } = {},
): GroupChange[] {
  const changes: GroupChange[] = [];
  for (const [index, line] of content.split('\n').entries()) {
    const code = line.replace(/#.*/, '');
    if (code.trim() === '') continue;
    const text = new PlacedText(code, { source: path, line: index + 1 });
    const word = /^\s*([a-z_]+)\s/.exec(code);
    const command = FILE_COMMANDS.get(word?.[1] ?? '');
    if (word !== null && command === undefined) {
      text.fail(`expected a group, or one of ${[...FILE_COMMANDS.keys()].join(', ')}`);
    }
    const at = word?.[0].length ?? 0;
    changes.push(parseChange(text.part(code.slice(at), at), command ?? 'add', options.ports));
  }
  return changes;
}

function parseChange(
  text: PlacedText,
  command: GroupCommand,
  ports: PortNumber | undefined,
): GroupChange {
  switch (command) {
    case 'delete':
      return { command, id: parseHead(text, ['group_id']).id ?? GROUP_ALL };
    case 'insert_bucket':
    case 'remove_bucket':
      return parseBucketChange(text, command, ports);
    default:
      return { command, group: parseSpec(text, ports) };
  }
}

function parseSpec(text: PlacedText, ports: PortNumber | undefined): GroupSpec {
  const { head, buckets } = splitBuckets(text);
  const terms = parseHead(head, GROUP_TERMS);
  const { type, method, parameter, fields } = terms;
  const id = singleId(text, terms);
  if (type === undefined) return text.fail(`expected a type: one of ${[...TYPES.keys()].join()}`);
  if (fields.length > 0 && method !== 'hash') {
    text.fail('expected selection_method=hash beside fields');
  }
  if (parameter !== 0n && method === undefined) {
    text.fail('expected a selection_method beside its parameter');
  }
  const parsed = buckets.map((bucket) => parseBucket(bucket, type, ports));
  const selection = method === undefined ? undefined : { method, parameter, fields };
  return { id, type, selection, buckets: withIds(parsed) };
}

const GROUP_TERMS = ['group_id', 'type', 'selection_method', 'selection_method_param', 'fields'];

function parseBucketChange(
  text: PlacedText,
  command: 'insert_bucket' | 'remove_bucket',
  ports: PortNumber | undefined,
): GroupChange {
  const { head, buckets } = splitBuckets(text);
  const terms = parseHead(head, ['group_id', 'command_bucket_id']);
  const id = singleId(text, terms);
  if (command === 'remove_bucket') {
    if (buckets.length > 0) text.fail('expected no bucket: command_bucket_id says which one goes');
    return { command, id, at: terms.at ?? BUCKET_ALL };
  }
  const { at } = terms;
  if (at === undefined || at === BUCKET_ALL) {
    return text.fail('expected command_bucket_id: first, last, or the bucket to insert behind');
  }
  // The type is the group's own, which the text does not know.
  const parsed = buckets.map((bucket) => parseBucket(bucket, undefined, ports));
  return { command, id, at, buckets: withIds(parsed) };
}

function singleId(text: PlacedText, { id }: GroupTerms): number {
  if (id === undefined) return text.fail('expected a group_id');
  return id;
}

function splitBuckets(text: PlacedText): { head: PlacedText; buckets: PlacedText[] } {
  const starts = [...text.text.matchAll(/bucket=/g)].map(({ index }) => index);
  const buckets = starts.map((start, i) => {
    const at = start + 'bucket='.length;
    return text.part(text.text.slice(at, starts[i + 1]), at);
  });
  return { head: text.part(text.text.slice(0, starts[0]), 0), buckets };
}

function parseHead(text: PlacedText, allowed: readonly string[]): GroupTerms {
  const terms: GroupTerms = {
    id: undefined,
    type: undefined,
    at: undefined,
    method: undefined,
    parameter: 0n,
    fields: [],
  };
  for (const item of text.items()) {
    if (!allowed.includes(item.name)) {
      text.fail(`expected one of ${allowed.join(', ')}; "${item.name}" is none`, item.at);
    }
    parseTerm(terms, item, text.part(item.value ?? '', item.valueAt));
  }
  return terms;
}

function parseTerm(terms: GroupTerms, { name }: KeyValue, value: PlacedText): void {
  switch (name) {
    case 'group_id':
      terms.id = value.text === 'all' ? GROUP_ALL : groupOf(value);
      break;
    case 'type':
      terms.type = TYPES.get(value.text);
      if (terms.type === undefined) {
        value.fail(`expected one of ${[...TYPES.keys()].join(', ')}`);
      }
      break;
    case 'command_bucket_id':
      terms.at = PLACES.get(value.text) ?? numberOf(value, BUCKET_MAX);
      break;
    case 'selection_method':
      terms.method = value.text;
      if (value.text.length > METHOD_LENGTH_MAX) {
        value.fail(`expected at most ${METHOD_LENGTH_MAX} characters`);
      }
      break;
    case 'selection_method_param':
      terms.parameter = wideNumberOf(value);
      break;
    case 'fields':
      terms.fields = parseFields(value);
  }
}

/** What a name on the wire has room for; `NTR_MAX_SELECTION_METHOD_LEN`. */
const METHOD_LENGTH_MAX = 15;

function groupOf(text: PlacedText): number {
  const id = parseNumber(text.text, U32_MAX);
  if (id !== undefined && (id <= GROUP_MAX || id === GROUP_ALL)) return id;
  return text.fail(`expected a group from 0 to ${GROUP_MAX}`);
}

/** Names of fields, each with a mask or as a whole; in the order of the table of fields. */
function parseFields(text: PlacedText): SelectionField[] {
  const fields: SelectionField[] = [];
  for (const { name, value, at, valueAt } of text.items()) {
    const field = findField(name);
    if (field === undefined) return text.fail(`expected a field; "${name}" is none`, at);
    fields.push({ field, mask: maskOf(field, value, text, valueAt) });
  }
  return sortFields(fields);
}

/** Fields come in the order of their table, whatever order they are given in. */
export function sortFields(fields: readonly SelectionField[]): SelectionField[] {
  return [...fields].sort((a, b) => FIELDS.indexOf(a.field) - FIELDS.indexOf(b.field));
}

function maskOf(field: Field, value: string | undefined, text: PlacedText, at: number): Uint8Array {
  if (value === undefined) return new Uint8Array(field.size).fill(0xff);
  const mask = text.placing(at, () => parseFieldValue(field, value).value);
  if (mask === 0n) text.fail('expected a mask that has bits', at);
  return bigToBytes(mask, field.size);
}

/** A bucket that may not say its id. */
type ParsedBucket = Omit<Bucket, 'id'> & { readonly id: number | undefined };

function parseBucket(
  text: PlacedText,
  type: GroupType | undefined,
  ports: PortNumber | undefined,
): ParsedBucket {
  let [id, watchPort, watchGroup]: (number | undefined)[] = [];
  let weight = defaultWeight(type ?? 'all');
  let rest = text.text;
  let isActing = false;
  for (const { name, value = '', at, valueAt } of text.items()) {
    const argument = text.part(value, valueAt);
    if (name === 'weight') weight = numberOf(argument, U16_MAX);
    else if (name === 'bucket_id') id = numberOf(argument, BUCKET_MAX);
    else if (name === 'watch_port') watchPort = watchedPortOf(argument, ports);
    else if (name === 'watch_group') watchGroup = numberOf(argument, GROUP_MAX);
    else {
      isActing = true;
      // "actions=" itself is no action, what follows it is.
      if (/^actions?$/i.test(name)) rest = blank(rest, at, valueAt);
      continue;
    }
    rest = blank(rest, at, valueAt + value.length);
  }
  if (!isActing) text.fail('expected actions in the bucket');
  const bucket = { id, weight, watchPort, watchGroup };
  checkParsed(text, bucket, type);
  return { ...bucket, actions: parseActions(text.part(rest, 0), new BucketActionChecker(), ports) };
}

function checkParsed(
  text: PlacedText,
  { weight, watchPort, watchGroup }: Omit<ParsedBucket, 'actions'>,
  type: GroupType | undefined,
): void {
  if (type === undefined) return;
  if (weight !== 0 && type !== 'select') text.fail('expected no weight but in a select group');
  if (type === 'fast_failover' && watchPort === undefined && watchGroup === undefined) {
    text.fail('expected watch_port or watch_group in a bucket of a fast failover group');
  }
}

/** The text without what stands from `start` to `end`; the rest keeps its place. */
function blank(text: string, start: number, end: number): string {
  return text.slice(0, start) + ' '.repeat(end - start) + text.slice(end);
}

function watchedPortOf(text: PlacedText, ports: PortNumber | undefined): number | undefined {
  const port = findPort(text.text, ports);
  if (port === OFPP_NONE) return undefined;
  if (port !== undefined && (port < OFPP_MAX || port === OFPP_CONTROLLER)) return port;
  return text.fail('expected a port to watch, or ANY');
}

/** Buckets that do not say their ids get the lowest that are free. */
export function withIds(buckets: readonly ParsedBucket[]): Bucket[] {
  const taken = new Set(buckets.map(({ id }) => id));
  let next = 0;
  return buckets.map((bucket) => {
    if (bucket.id !== undefined) return { ...bucket, id: bucket.id };
    while (taken.has(next)) next++;
    return { ...bucket, id: next++ };
  });
}
