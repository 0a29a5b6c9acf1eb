/**
 * Lists of actions.
 *
 * Driven by tables: OpenFlow's own actions (`action-rows-openflow.ts`) and Nicira's, in several
 * files. An action goes out by the first row that its version has and that can say it. Answers to
 * OVS's `lib/ofp-actions.c`; OpenFlow 1.5, clause 7.2.5.
 */

import { assert } from '../base/errors.js';
import type { Ofpact, Ofpacts } from '../ofproto/ofpact.js';
import type { ActionContext, ActionRow } from './action-row.js';
import { CHOICE_ROWS } from './action-rows-choice.js';
import { ENCAP_ROWS } from './action-rows-encap.js';
import { LEARN_LIMITED_ROW, LEARN_ROW } from './action-rows-learn.js';
import { NICIRA_ROWS } from './action-rows-nicira.js';
import { OPENFLOW_ROWS } from './action-rows-openflow.js';
import { PIPELINE_ROWS } from './action-rows-pipeline.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { legacyActions } from './legacy-actions.js';
import { OfpError } from './ofp-error.js';
import { NX_VENDOR_ID, OF10, OF11, OFP_VERSIONS, type OfpVersion } from './protocol.js';

const TYPE_VENDOR = 0xffff;
const ACTION_HEADER_SIZE = 4;
const ACTION_ALIGN = 8;
/** Lists of actions inside of each other; OVS has no limit but the message's length. */
const DEPTH_MAX = 64;

const byNumber = new Map<string, ActionRow>();
const bySubtype = new Map<number, ActionRow>();
const byType = new Map<Ofpact['type'], ActionRow[]>();
const ROWS = [...OPENFLOW_ROWS, ...NICIRA_ROWS, ...PIPELINE_ROWS, ...CHOICE_ROWS, ...ENCAP_ROWS];
for (const row of [...ROWS, LEARN_ROW, LEARN_LIMITED_ROW]) {
  for (const version of OFP_VERSIONS) {
    const number = numberRead(row, version);
    if (number >= 0) byNumber.set(`${version} ${number}`, row);
  }
  if (row.nx !== undefined) {
    assert(!bySubtype.has(row.nx), `two rows for Nicira's action ${row.nx}`);
    bySubtype.set(row.nx, row);
  }
  byType.set(row.type, [...(byType.get(row.type) ?? []), row]);
}

/** What 1.1 had and later versions dropped, 3.1 goes on reading. */
function numberRead({ of }: ActionRow, version: OfpVersion): number {
  const number = of?.[version - 1] ?? -1;
  return number < 0 && version > OF11 ? (of?.[OF11 - 1] ?? -1) : number;
}

/** The numbers of OpenFlow's own actions that a version has, ascending. */
export function actionNumbers(version: OfpVersion): readonly number[] {
  const numbers = OPENFLOW_ROWS.map(({ of }) => of?.[version - 1] ?? -1);
  return numbers.filter((number) => number >= 0).sort((a, b) => a - b);
}

/** Reads actions until the reader is at its end. */
export function readActions(reader: ByteReader, version: OfpVersion): Ofpacts {
  return readNested(reader, contextOf(version, 0));
}

function readNested(reader: ByteReader, context: ActionContext): Ofpacts {
  if (reader.remaining % ACTION_ALIGN !== 0) throw new OfpError('OFPBRC_BAD_LEN');
  const actions: Ofpact[] = [];
  while (reader.remaining > 0) actions.push(readAction(reader, context));
  return actions;
}

/** `depth` lists of actions stand around. */
function contextOf(version: OfpVersion, depth: number): ActionContext {
  return {
    version,
    readActions: (body) => {
      if (depth >= DEPTH_MAX) throw new OfpError('OFPBAC_TOO_MANY');
      return readNested(body, contextOf(version, depth + 1));
    },
    writeActions: (body, actions) => writeActions(body, actions, version),
  };
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
    return readBody(row, body, context);
  }
  if (body.u32() !== NX_VENDOR_ID) throw new OfpError('OFPBAC_BAD_VENDOR');
  const subtype = body.u16();
  const row = bySubtype.get(subtype);
  if (row === undefined || context.version < (row.since ?? OF10)) {
    throw new OfpError('OFPBAC_BAD_VENDOR_TYPE', `subtype ${subtype}`);
  }
  return readBody(row, body, context);
}

/** Behind what an action says there is only as much as fills eight bytes; that is checked first. */
function readBody(row: ActionRow, body: ByteReader, context: ActionContext): Ofpact {
  let action: Ofpact | undefined;
  let problem: unknown;
  try {
    action = row.read(body, context);
  } catch (error) {
    problem = error;
  }
  if (body.remaining >= 8 && row.isOpen !== true) throw new OfpError('OFPBAC_BAD_LEN');
  if (action === undefined) throw problem;
  return action;
}

/** Writes actions; what the version cannot say is left out, as OVS does. */
export function writeActions(writer: ByteWriter, actions: Ofpacts, version: OfpVersion): void {
  const context = contextOf(version, 0);
  for (const action of actions) {
    for (const said of legacyActions(action, version)) writeAction(writer, said, context);
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
  if (number < 0 && (row.nx === undefined || context.version < (row.since ?? OF10))) return false;
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
