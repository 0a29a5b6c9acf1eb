/**
 * What a flow does, on the wire: a list of actions in OpenFlow 1.0, instructions since.
 *
 * A rule has one list, in which instructions stand as actions in the order in which OpenFlow
 * carries them out. Answers to `ofpacts_pull_openflow_instructions` of OVS's `lib/ofp-actions.c`;
 * OpenFlow 1.5, clause 7.2.4.
 */

import { OFPP_IN_PORT, type Ofpact, type Ofpacts } from '../ofproto/ofpact.js';
import { readActions, writeActions } from './action-codec.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { OfpError } from './ofp-error.js';
import { OF10, OF13, OF15, type OfpVersion } from './protocol.js';

const Instruction = { GOTO: 1, METADATA: 2, WRITE: 3, APPLY: 4, CLEAR: 5, METER: 6 } as const;
/** Ascending. */
const INSTRUCTIONS: readonly number[] = Object.values(Instruction);
const TYPE_EXPERIMENTER = 0xffff;
/** Bytes behind the header of those that are of one length. */
const SIZES = new Map<number, number>([
  [Instruction.GOTO, 4],
  [Instruction.METADATA, 20],
  [Instruction.CLEAR, 4],
  [Instruction.METER, 4],
]);

/** The instructions that rules of a table may have; from the last table nothing goes on. */
export function instructionsOf(version: OfpVersion, isLastTable: boolean): readonly number[] {
  return INSTRUCTIONS.filter((number) => {
    if (number === Instruction.METER) return isMeterInstruction(version);
    return number !== Instruction.GOTO || !isLastTable;
  });
}

/** Before 1.3 there are no meters; since 1.5 a meter is an action. */
function isMeterInstruction(version: OfpVersion): boolean {
  return version >= OF13 && version < OF15;
}

/** Reads what a flow does. */
export function readInstructions(reader: ByteReader, version: OfpVersion): Ofpacts {
  if (version === OF10) return readActions(reader, version);
  const found = new Map<number, ByteReader>();
  while (reader.remaining > 0) {
    const { type, body } = readInstruction(reader);
    if (found.has(type)) throw new OfpError('OFPBIC_DUP_INST');
    found.set(type, body);
  }
  return carryOut(found, version);
}

function readInstruction(reader: ByteReader): { type: number; body: ByteReader } {
  if (reader.remaining < 8) throw new OfpError('OFPBIC_BAD_LEN');
  const type = reader.u16();
  const length = reader.u16();
  if (length < 8 || length % 8 !== 0) throw new OfpError('OFPBIC_BAD_LEN');
  const body = reader.part(length - 4, 'OFPBIC_BAD_LEN');
  if (type === TYPE_EXPERIMENTER) throw new OfpError('OFPBIC_BAD_EXPERIMENTER');
  if (!INSTRUCTIONS.includes(type)) throw new OfpError('OFPBIC_UNKNOWN_INST');
  const size = SIZES.get(type);
  if (size !== undefined && body.remaining !== size) throw new OfpError('OFPBIC_BAD_LEN');
  return { type, body };
}

/** In the order that OpenFlow gives, not in that of the message. */
function carryOut(found: ReadonlyMap<number, ByteReader>, version: OfpVersion): Ofpacts {
  const actions: Ofpact[] = [];
  const meter = found.get(Instruction.METER);
  if (meter !== undefined) {
    if (!isMeterInstruction(version)) throw new OfpError('OFPBIC_UNSUP_INST');
    actions.push({ type: 'meter', meter: meter.u32() });
  }
  actions.push(...listIn(found.get(Instruction.APPLY), version));
  if (found.has(Instruction.CLEAR)) actions.push({ type: 'clear_actions' });
  const written = listIn(found.get(Instruction.WRITE), version);
  if (written.length > 0) actions.push({ type: 'write_actions', actions: written });
  const metadata = found.get(Instruction.METADATA);
  if (metadata !== undefined) {
    metadata.skip(4);
    actions.push({ type: 'write_metadata', value: metadata.u64(), mask: metadata.u64() });
  }
  const goto = found.get(Instruction.GOTO);
  if (goto !== undefined) actions.push({ type: 'goto_table', table: goto.u8() });
  return actions;
}

function listIn(body: ByteReader | undefined, version: OfpVersion): Ofpacts {
  if (body === undefined) return [];
  body.skip(4);
  return readActions(body, version);
}

/** Writes what a flow does; what the version cannot say is left out, as OVS does. */
export function writeInstructions(writer: ByteWriter, actions: Ofpacts, version: OfpVersion): void {
  if (version === OF10) {
    writeActions(writer, actions.map(gotoAsResubmit), version);
    return;
  }
  let plain: Ofpact[] = [];
  const flush = (): void => {
    if (plain.length > 0) writeList(writer, Instruction.APPLY, plain, version);
    plain = [];
  };
  for (const action of actions) {
    if (!isInstruction(action, version)) {
      plain.push(action);
      continue;
    }
    flush();
    writeInstruction(writer, action, version);
  }
  flush();
}

function isInstruction({ type }: Ofpact, version: OfpVersion): boolean {
  if (type === 'meter') return version < OF15;
  return ['clear_actions', 'write_actions', 'write_metadata', 'goto_table'].includes(type);
}

function writeInstruction(writer: ByteWriter, action: Ofpact, version: OfpVersion): void {
  switch (action.type) {
    case 'meter':
      if (isMeterInstruction(version)) writer.u16(Instruction.METER).u16(8).u32(action.meter);
      break;
    case 'clear_actions':
      writer.u16(Instruction.CLEAR).u16(8).zeros(4);
      break;
    case 'write_actions':
      writeList(writer, Instruction.WRITE, action.actions, version);
      break;
    case 'write_metadata':
      writer.u16(Instruction.METADATA).u16(24).zeros(4).u64(action.value).u64(action.mask);
      break;
    case 'goto_table':
      writer.u16(Instruction.GOTO).u16(8).u8(action.table).zeros(3);
      break;
    default:
  }
}

function writeList(writer: ByteWriter, type: number, actions: Ofpacts, version: OfpVersion): void {
  const start = writer.size;
  writer.u16(type).u16(0).zeros(4);
  writeActions(writer, actions, version);
  writer.patchLength(start + 2, start);
}

/** 1.0 knows no other table but by `resubmit`. */
function gotoAsResubmit(action: Ofpact): Ofpact {
  if (action.type !== 'goto_table') return action;
  return { type: 'resubmit', inPort: OFPP_IN_PORT, table: action.table };
}
