/**
 * Which option of a tunnel's header each `tun_metadata` field stands for, as a controller says:
 * `NXT_TLV_TABLE_MOD` and `NXT_TLV_TABLE_REQUEST`.
 *
 * The table is kept and told; ports that are tunnels, whose packets would have such options, come
 * later. Answers to OVS's `lib/tun-metadata.c` and `lib/ofp-util.c`.
 *
 * Owner: the bridge's controllers.
 */

import type { Match } from '../ofproto/match.js';
import type { Ofpact, Ofpacts } from '../ofproto/ofpact.js';
import type { Field } from '../packet/fields.js';
import { TUN_METADATA } from '../packet/flow-layout.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { OfpError } from './ofp-error.js';

/** Bytes of options that all fields together have. */
const SPACE_MAX = 256;
const FIELDS_MAX = 64;
/** Bytes of one option. */
const LENGTH_MAX = 124;
const ENTRY_SIZE = 8;

type Command = 'add' | 'delete' | 'clear';
const COMMANDS: readonly Command[] = ['add', 'delete', 'clear'];

/** One option: `tun_metadata<index>`. */
export interface TlvMapping {
  readonly optionClass: number;
  readonly optionType: number;
  readonly length: number;
  readonly index: number;
}

export interface TlvTableMod {
  readonly command: Command;
  readonly mappings: readonly TlvMapping[];
}

export function readTlvTableMod(body: ByteReader): TlvTableMod {
  const command = COMMANDS[body.u16()];
  if (command === undefined) throw new OfpError('NXTTMFC_BAD_COMMAND');
  body.skip(6);
  const mappings: TlvMapping[] = [];
  while (body.remaining >= ENTRY_SIZE) mappings.push(readMapping(body));
  return { command, mappings };
}

function readMapping(body: ByteReader): TlvMapping {
  const optionClass = body.u16();
  const optionType = body.u8();
  const length = body.u8();
  const index = body.u16();
  body.skip(2);
  if (length === 0 || length % 4 !== 0 || length > LENGTH_MAX) {
    throw new OfpError('NXTTMFC_BAD_OPT_LEN');
  }
  if (index >= FIELDS_MAX) throw new OfpError('NXTTMFC_BAD_FIELD_IDX');
  return { optionClass, optionType, length, index };
}

export function writeTlvTable(writer: ByteWriter, mappings: readonly TlvMapping[]): void {
  writer.u32(SPACE_MAX).u16(FIELDS_MAX).zeros(10);
  for (const { optionClass, optionType, length, index } of mappings) {
    writer.u16(optionClass).u8(optionType).u8(length).u16(index).zeros(2);
  }
}

export class TlvTable {
  #mappings: readonly TlvMapping[] = [];

  /** Ascending by field. */
  get mappings(): readonly TlvMapping[] {
    return this.#mappings.toSorted((a, b) => a.index - b.index);
  }

  /** Throws an `OfpError` where a field is used that stands for nothing. */
  requireMapped(match: Match, actions: Ofpacts): void {
    for (const index of [...fieldsMatched(match), ...actions.flatMap(fieldsUsed)]) {
      if (this.#mappings.every((mapping) => mapping.index !== index)) {
        throw new OfpError('NXFMFC_INVALID_TLV_FIELD');
      }
    }
  }

  /** Carries out all of `mod` or, where it throws an `OfpError`, nothing. */
  change({ command, mappings }: TlvTableMod): void {
    if (command === 'clear') this.#mappings = [];
    else this.#mappings = mappings.reduce(command === 'add' ? added : removed, this.#mappings);
  }
}

/** The numbers of the `tun_metadata` fields that a match has. */
function fieldsMatched({ words }: Match): number[] {
  const found: number[] = [];
  for (const word of words) {
    if (word >= TUN_METADATA && word < TUN_METADATA + FIELDS_MAX) found.push(word - TUN_METADATA);
  }
  return found;
}

/** Those that an action reads or writes. */
function fieldsUsed(action: Ofpact): number[] {
  return fieldsOf(action)
    .map(({ name }) => /^tun_metadata(\d+)$/.exec(name)?.[1])
    .filter((number) => number !== undefined)
    .map(Number);
}

function fieldsOf(action: Ofpact): readonly Field[] {
  switch (action.type) {
    case 'set_field':
    case 'delete_field':
      return [action.field];
    case 'load':
      return [action.destination.field];
    case 'move':
      return [action.source.field, action.destination.field];
    case 'push':
    case 'pop':
      return [action.subfield.field];
    default:
      return [];
  }
}

function added(table: readonly TlvMapping[], mapping: TlvMapping): readonly TlvMapping[] {
  if (table.some(({ index }) => index === mapping.index)) {
    throw new OfpError('NXTTMFC_ALREADY_MAPPED');
  }
  if (table.some((each) => isSameOption(each, mapping))) throw new OfpError('NXTTMFC_DUP_ENTRY');
  const used = table.reduce((sum, { length }) => sum + length, 0);
  if (used + mapping.length > SPACE_MAX) throw new OfpError('NXTTMFC_TABLE_FULL');
  return [...table, mapping];
}

function removed(table: readonly TlvMapping[], mapping: TlvMapping): readonly TlvMapping[] {
  return table.filter((each) => !isSameOption(each, mapping));
}

function isSameOption(a: TlvMapping, b: TlvMapping): boolean {
  return a.optionClass === b.optionClass && a.optionType === b.optionType;
}
