/**
 * The rows of `learn`: one as it was first, one with a limit and a place for the result.
 *
 * A body begins behind the subtype. What is learned is a list of specifications, each begun by a
 * number that says where its value comes from, where it goes and how many bits it has; the list
 * ends with a 0 or with the action. Answers to `NXAST_LEARN` and `NXAST_LEARN2`.
 */

import { type LearnAction, LearnFlag, type LearnSpec, type Subfield } from '../ofproto/ofpact.js';
import { bigToBytes, bytesToBig } from '../packet/field-access.js';
import { type ActionRow, row } from './action-row.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { OfpError } from './ofp-error.js';
import { writeOxmHeader } from './oxm-codec.js';
import { readField, readSubfield, subfieldOf, wireWidth } from './subfield-codec.js';

const WIDTH_MASK = 0x3ff;
const DESTINATION_SHIFT = 11;
const DESTINATION_MASK = 3;
const IS_CONSTANT = 1 << 13;
const RESERVED = 0xc400;
const KINDS: readonly LearnSpec['kind'][] = ['match', 'load', 'output'];
/** Flags of the first form. */
const FLAGS_OLD = LearnFlag.SEND_FLOW_REM | LearnFlag.DELETE_LEARNED;
const FLAGS_ALL = FLAGS_OLD | LearnFlag.WRITE_RESULT;
const TABLE_NONE = 0xff;

export const LEARN_ROW: ActionRow = row({
  type: 'learn',
  nx: 16,
  isOpen: true,
  read: (body) => {
    const head = readHead(body, FLAGS_OLD);
    return { ...head, limit: 0, specs: readSpecs(body) };
  },
  write: (body, learn) => {
    if (learn.limit !== 0 || learn.resultDestination !== undefined) return false;
    writeHead(body, learn);
    for (const spec of learn.specs) writeSpec(body, spec);
    return true;
  },
});

export const LEARN_LIMITED_ROW: ActionRow = row({
  type: 'learn',
  nx: 45,
  isOpen: true,
  read: (body) => {
    const head = readHead(body, FLAGS_ALL);
    const limit = body.u32();
    const start = body.u16();
    body.skip(2);
    const hasResult = (head.flags & LearnFlag.WRITE_RESULT) !== 0;
    if (!hasResult) return { ...head, limit, specs: readSpecs(body) };
    const resultDestination = readSubfield(body, start, 1);
    return { ...head, limit, resultDestination, specs: readSpecs(body) };
  },
  write: (body, learn) => {
    writeHead(body, learn);
    const { limit, resultDestination, specs } = learn;
    body
      .u32(limit)
      .u16(resultDestination?.start ?? 0)
      .zeros(2);
    if (resultDestination !== undefined)
      writeOxmHeader(body, resultDestination.field, 'nxm', false);
    for (const spec of specs) writeSpec(body, spec);
    return true;
  },
});

function readHead(body: ByteReader, knownFlags: number) {
  const [idleTimeout, hardTimeout, priority] = [body.u16(), body.u16(), body.u16()];
  const cookie = body.u64();
  const flags = body.u16();
  const table = body.u8();
  body.skip(1);
  const [finIdleTimeout, finHardTimeout] = [body.u16(), body.u16()];
  if ((flags & ~knownFlags) !== 0 || table === TABLE_NONE) {
    throw new OfpError('OFPBAC_BAD_ARGUMENT');
  }
  return {
    type: 'learn',
    idleTimeout,
    hardTimeout,
    finIdleTimeout,
    finHardTimeout,
    priority,
    cookie,
    flags,
    table,
  } as const;
}

function writeHead(body: ByteWriter, learn: LearnAction): void {
  body.u16(learn.idleTimeout).u16(learn.hardTimeout).u16(learn.priority).u64(learn.cookie);
  body.u16(learn.flags).u8(learn.table).zeros(1);
  body.u16(learn.finIdleTimeout).u16(learn.finHardTimeout);
}

function readSpecs(body: ByteReader): LearnSpec[] {
  const specs: LearnSpec[] = [];
  while (body.remaining >= 2) {
    const header = body.u16();
    if (header === 0) break;
    specs.push(readSpec(body, header));
  }
  return specs;
}

function readSpec(body: ByteReader, header: number): LearnSpec {
  const width = header & WIDTH_MASK;
  const kind = KINDS[(header >>> DESTINATION_SHIFT) & DESTINATION_MASK];
  const isConstant = (header & IS_CONSTANT) !== 0;
  if (kind === undefined || width === 0 || (header & RESERVED) !== 0) {
    throw new OfpError('OFPBAC_BAD_ARGUMENT');
  }
  if (isConstant && kind === 'output') throw new OfpError('OFPBAC_BAD_ARGUMENT');
  const source = isConstant ? readConstant(body, width) : readPart(body, width);
  if (kind === 'output') return { kind, source, width: widthOf(source, width) };
  const destination = readPart(body, width);
  return { kind, source, destination, width: destination.width };
}

/** A field that is meant as a whole is as wide here as a flow has it. */
function widthOf(source: Subfield | bigint, width: number): number {
  return typeof source === 'bigint' ? width : source.width;
}

function readConstant(body: ByteReader, width: number): bigint {
  const value = bytesToBig(body.bytes(constantSize(width)));
  return BigInt.asUintN(width, value);
}

/** Bytes, in twos. */
function constantSize(width: number): number {
  return Math.ceil(width / 16) * 2;
}

function readPart(body: ByteReader, width: number): Subfield {
  const field = readField(body);
  return subfieldOf(field, body.u16(), width);
}

function writeSpec(body: ByteWriter, { kind, source, destination, width }: LearnSpec): void {
  const wire = destination === undefined ? widthOnWire(source, width) : wireWidth(destination);
  const isConstant = typeof source === 'bigint';
  body.u16(wire | (KINDS.indexOf(kind) << DESTINATION_SHIFT) | (isConstant ? IS_CONSTANT : 0));
  if (isConstant) body.bytes(bigToBytes(source, constantSize(wire)));
  else writePart(body, source);
  if (destination !== undefined) writePart(body, destination);
}

function widthOnWire(source: Subfield | bigint, width: number): number {
  return typeof source === 'bigint' ? width : wireWidth(source);
}

function writePart(body: ByteWriter, { field, start }: Subfield): void {
  writeOxmHeader(body, field, 'nxm', false);
  body.u16(start);
}
