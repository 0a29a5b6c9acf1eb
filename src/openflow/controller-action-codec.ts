/**
 * The `controller` action with all that it can say: a list of properties.
 *
 * Answers to `NXAST_CONTROLLER2`.
 */

import { CONTROLLER_MAX_LENGTH, type Ofpact } from '../ofproto/ofpact.js';
import { PacketInReason } from '../ofproto/packet-ins.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { OfpError } from './ofp-error.js';

type ControllerAction = Extract<Ofpact, { readonly type: 'controller' }>;

const Property = {
  MAX_LENGTH: 0,
  CONTROLLER_ID: 1,
  REASON: 2,
  USERDATA: 3,
  PAUSE: 4,
  METER_ID: 5,
} as const;
const HEADER_SIZE = 4;

export function readController(body: ByteReader): ControllerAction {
  body.skip(6);
  let action: ControllerAction = {
    type: 'controller',
    maxLength: CONTROLLER_MAX_LENGTH,
    controllerId: 0,
    reason: PacketInReason.ACTION,
  };
  while (body.remaining >= HEADER_SIZE) action = { ...action, ...readProperty(body) };
  return action;
}

function readProperty(body: ByteReader): Partial<ControllerAction> {
  const start = body.at;
  const type = body.u16();
  const length = body.u16();
  if (length < HEADER_SIZE) throw new OfpError('OFPBPC_BAD_LEN');
  const value = body.part(length - HEADER_SIZE, 'OFPBPC_BAD_LEN');
  body.align(start, 'OFPBPC_BAD_LEN');
  switch (type) {
    case Property.MAX_LENGTH:
      return { maxLength: value.u16() };
    case Property.CONTROLLER_ID:
      return { controllerId: value.u16() };
    case Property.REASON:
      return { reason: value.u8() };
    case Property.USERDATA:
      return { userdata: value.rest().slice() };
    case Property.PAUSE:
      return { pauses: true };
    case Property.METER_ID:
      return { meterId: value.u32() };
    default:
      throw new OfpError('OFPBPC_BAD_TYPE');
  }
}

export function writeController(writer: ByteWriter, action: ControllerAction): void {
  const { maxLength, controllerId, reason, userdata, pauses, meterId } = action;
  writer.zeros(6);
  if (maxLength !== CONTROLLER_MAX_LENGTH) {
    writeProperty(writer, Property.MAX_LENGTH, () => writer.u16(maxLength).zeros(2));
  }
  if (controllerId !== 0) {
    writeProperty(writer, Property.CONTROLLER_ID, () => writer.u16(controllerId).zeros(2));
  }
  if (reason !== PacketInReason.ACTION) {
    writeProperty(writer, Property.REASON, () => writer.u8(reason));
  }
  if (userdata !== undefined) {
    writeProperty(writer, Property.USERDATA, () => writer.bytes(userdata));
  }
  if (pauses) writeProperty(writer, Property.PAUSE, () => writer);
  if (meterId !== undefined) writeProperty(writer, Property.METER_ID, () => writer.u32(meterId));
}

function writeProperty(writer: ByteWriter, type: number, write: () => void): void {
  const start = writer.size;
  writer.u16(type).u16(0);
  write();
  writer.patchLength(start + 2, start);
  writer.align(start);
}
