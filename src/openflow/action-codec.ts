/**
 * Lists of actions, and the instructions that hold them since OpenFlow 1.1.
 *
 * Driven by two tables (`action-rows-openflow.ts`, `action-rows-nicira.ts`). An action goes out by
 * the first row that its version has and that can say it. Answers to OVS's `lib/ofp-actions.c`;
 * OpenFlow 1.5, clauses 7.2.4 and 7.2.5.
 */

import { OFPP_IN_PORT, type Ofpact, type Ofpacts } from '../ofproto/ofpact.js';
import type { ActionContext, ActionRow } from './action-row.js';
import { NICIRA_ROWS } from './action-rows-nicira.js';
import { OPENFLOW_ROWS } from './action-rows-openflow.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { legacyActions } from './legacy-actions.js';
import { OfpError } from './ofp-error.js';
import { NX_VENDOR_ID, OF10, OF13, OF14, type OfpVersion } from './protocol.js';

const TYPE_VENDOR = 0xffff;
const ACTION_HEADER_SIZE = 4;

/** Numbers of instructions. */
const Instruction = { GOTO: 1, METADATA: 2, WRITE: 3, APPLY: 4, CLEAR: 5, METER: 6 } as const;
/** Those that are carried out, ascending; table features tell of them. */
export const INSTRUCTIONS: readonly number[] = [
  Instruction.GOTO,
  Instruction.APPLY,
  Instruction.METER,
];
export const INSTRUCTION_GOTO = Instruction.GOTO;

const byNumber = new Map<string, ActionRow>();
const bySubtype = new Map<number, ActionRow>();
const byType = new Map<Ofpact['type'], ActionRow[]>();
for (const row of [...OPENFLOW_ROWS, ...NICIRA_ROWS]) {
  row.of?.forEach((number, index) => {
    if (number >= 0) byNumber.set(`${index + 1} ${number}`, row);
  });
  if (row.nx !== undefined) bySubtype.set(row.nx, row);
  byType.set(row.type, [...(byType.get(row.type) ?? []), row]);
}

/** The numbers of OpenFlow's own actions that a version has, ascending. */
export function actionNumbers(version: OfpVersion): readonly number[] {
  const numbers = OPENFLOW_ROWS.map(({ of }) => of?.[version - 1] ?? -1);
  return numbers.filter((number) => number >= 0).sort((a, b) => a - b);
}

/** Reads actions until the reader is at its end. */
export function readActions(reader: ByteReader, version: OfpVersion): Ofpacts {
  const actions: Ofpact[] = [];
  if (reader.remaining % 8 !== 0) throw new OfpError('OFPBRC_BAD_LEN');
  while (reader.remaining > 0) actions.push(readAction(reader, { version }));
  return actions;
}

function readAction(reader: ByteReader, context: ActionContext): Ofpact {
  if (reader.remaining < ACTION_HEADER_SIZE) throw new OfpError('OFPBAC_BAD_LEN');
  const type = reader.u16();
  const length = reader.u16();
  const size = length - ACTION_HEADER_SIZE;
  if (length < 8 || length % 8 !== 0 || size > reader.remaining) {
    throw new OfpError('OFPBAC_BAD_LEN');
  }
  const body = reader.part(size, 'OFPBAC_BAD_LEN');
  if (type !== TYPE_VENDOR) {
    const row = byNumber.get(`${context.version} ${type}`);
    if (row === undefined) throw new OfpError('OFPBAC_BAD_TYPE', `type ${type}`);
    return row.read(body, context);
  }
  if (body.u32() !== NX_VENDOR_ID) throw new OfpError('OFPBAC_BAD_VENDOR');
  const subtype = body.u16();
  const row = bySubtype.get(subtype);
  if (row === undefined) throw new OfpError('OFPBAC_BAD_VENDOR_TYPE', `subtype ${subtype}`);
  return row.read(body, context);
}

/** Writes actions; what the version cannot say is left out, as OVS does. */
export function writeActions(writer: ByteWriter, actions: Ofpacts, version: OfpVersion): void {
  for (const action of actions) {
    for (const said of legacyActions(action, version)) writeAction(writer, said, { version });
  }
}

function writeAction(writer: ByteWriter, action: Ofpact, context: ActionContext): void {
  for (const row of byType.get(action.type) ?? []) {
    if (tryWrite(writer, action, row, context)) return;
  }
}

function tryWrite(
  writer: ByteWriter,
  action: Ofpact,
  row: ActionRow,
  context: ActionContext,
): boolean {
  const number = row.of?.[context.version - 1] ?? -1;
  if (number < 0 && row.nx === undefined) return false;
  const start = writer.size;
  if (number >= 0) writer.u16(number).u16(0);
  else
    writer
      .u16(TYPE_VENDOR)
      .u16(0)
      .u32(NX_VENDOR_ID)
      .u16(row.nx ?? 0);
  if (row.write(writer, action as never, context) === false) {
    writer.truncate(start);
    return false;
  }
  writer.align(start);
  writer.patchLength(start + 2, start);
  return true;
}

/** Reads what a flow does: actions in 1.0, instructions since. */
export function readInstructions(reader: ByteReader, version: OfpVersion): Ofpacts {
  if (version === OF10) return readActions(reader, version);
  const found = new Map<number, ByteReader>();
  while (reader.remaining > 0) {
    if (reader.remaining < 4) throw new OfpError('OFPBIC_BAD_LEN');
    const type = reader.u16();
    const length = reader.u16();
    if (length < 8 || length % 8 !== 0) throw new OfpError('OFPBIC_BAD_LEN');
    if (type === TYPE_VENDOR) throw new OfpError('OFPBIC_BAD_EXPERIMENTER');
    if (type < Instruction.GOTO || type > Instruction.METER)
      throw new OfpError('OFPBIC_UNKNOWN_INST');
    if (found.has(type)) throw new OfpError('OFPBIC_DUP_INST');
    found.set(type, reader.part(length - 4, 'OFPBIC_BAD_LEN'));
  }
  return carryOut(found, version);
}

/** Instructions are carried out in the order that OpenFlow gives, not in that of the message. */
function carryOut(found: ReadonlyMap<number, ByteReader>, version: OfpVersion): Ofpacts {
  for (const type of found.keys()) {
    if (!INSTRUCTIONS.includes(type)) throw new OfpError('OFPBIC_UNSUP_INST');
  }
  const actions: Ofpact[] = [];
  const meter = found.get(Instruction.METER);
  if (meter !== undefined) actions.push({ type: 'meter', meter: meter.u32() });
  const apply = found.get(Instruction.APPLY);
  if (apply !== undefined) {
    apply.skip(4);
    actions.push(...readActions(apply, version));
  }
  const goto = found.get(Instruction.GOTO);
  if (goto !== undefined) actions.push({ type: 'goto_table', table: goto.u8() });
  return actions;
}

/** Writes what a flow does: actions in 1.0, instructions since. */
export function writeInstructions(writer: ByteWriter, actions: Ofpacts, version: OfpVersion): void {
  if (version === OF10) {
    writeActions(writer, actions.map(gotoAsResubmit), version);
    return;
  }
  for (const action of actions) {
    if (action.type !== 'meter' || !isMeterInstruction(version)) continue;
    writer.u16(Instruction.METER).u16(8).u32(action.meter);
  }
  const applied = actions.filter(({ type }) => type !== 'goto_table');
  if (applied.length > 0) {
    const start = writer.size;
    writer.u16(Instruction.APPLY).u16(0).zeros(4);
    writeActions(writer, applied, version);
    writer.patchLength(start + 2, start);
  }
  for (const action of actions) {
    if (action.type !== 'goto_table') continue;
    writer.u16(Instruction.GOTO).u16(8).u8(action.table).zeros(3);
  }
}

/** Before 1.3 there are no meters; since 1.5 a meter is an action. */
function isMeterInstruction(version: OfpVersion): boolean {
  return version === OF13 || version === OF14;
}

/** 1.0 knows no other table but by `resubmit`. */
function gotoAsResubmit(action: Ofpact): Ofpact {
  if (action.type !== 'goto_table') return action;
  return { type: 'resubmit', inPort: OFPP_IN_PORT, table: action.table };
}
