/**
 * Messages of vendors: Nicira's own and the ONF's extensions of 1.3, their numbers, and how one is
 * made.
 */

import type { ByteWriter } from './byte-writer.js';
import { encodeMessage } from './message.js';
import { NX_VENDOR_ID, type OfpVersion, ONF_VENDOR_ID } from './protocol.js';

/** Subtypes. */
export const NiciraType = {
  ROLE_REQUEST: 10,
  ROLE_REPLY: 11,
  SET_FLOW_FORMAT: 12,
  FLOW_MOD: 13,
  FLOW_REMOVED: 14,
  FLOW_MOD_TABLE_ID: 15,
  SET_PACKET_IN_FORMAT: 16,
  PACKET_IN: 17,
  FLOW_AGE: 18,
  SET_ASYNC_CONFIG: 19,
  SET_CONTROLLER_ID: 20,
  FLOW_MONITOR_CANCEL: 21,
  FLOW_MONITOR_PAUSED: 22,
  FLOW_MONITOR_RESUMED: 23,
  TLV_TABLE_MOD: 24,
  TLV_TABLE_REQUEST: 25,
  TLV_TABLE_REPLY: 26,
  RESUME: 28,
  PACKET_IN2: 30,
  GROUP_MOD: 31,
} as const;

export const OnfType = {
  FLOW_MONITOR_CANCEL: 1870,
  FLOW_MONITOR_PAUSED: 1871,
  FLOW_MONITOR_RESUMED: 1872,
  BUNDLE_CONTROL: 2300,
  BUNDLE_ADD_MESSAGE: 2301,
} as const;

export function encodeOnf(
  version: OfpVersion,
  subtype: number,
  xid: number,
  write: (body: ByteWriter) => void,
): Uint8Array {
  return encodeMessage(version, 'vendor', xid, (body) => {
    body.u32(ONF_VENDOR_ID).u32(subtype);
    write(body);
  });
}

export function encodeNicira(
  version: OfpVersion,
  subtype: number,
  xid: number,
  write: (body: ByteWriter) => void,
): Uint8Array {
  return encodeMessage(version, 'vendor', xid, (body) => {
    body.u32(NX_VENDOR_ID).u32(subtype);
    write(body);
  });
}
