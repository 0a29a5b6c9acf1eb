/**
 * Error messages. Nicira's and the ONF's errors travel inside a vendor error. OpenFlow 1.5, clause
 * 7.5.4; answers to `ofperr_encode_reply`.
 */

import { encodeMessage, type OfpMessage } from './message.js';
import { errorNumber, type OfpErrorName } from './ofp-error.js';
import { HEADER_SIZE, MESSAGE_SIZE_MAX, OF12, type OfpVersion } from './protocol.js';

/**
 * How much of the offending message goes back: OpenFlow asks for 64 bytes at least; OVS sends all
 * of it, as far as an error of Nicira's has room.
 */
const DATA_SIZE_MAX = MESSAGE_SIZE_MAX - HEADER_SIZE - 12;
/** 1.0 and 1.1: "the error is the vendor's". */
const TYPE_VENDOR_OLD = 0xb0c2;
const TYPE_EXPERIMENTER = 0xffff;

/** The answer to a message that cannot be accepted. */
export function encodeError(
  version: OfpVersion,
  error: OfpErrorName,
  request: Pick<OfpMessage, 'xid' | 'bytes'>,
): Uint8Array {
  return encodeErrorWith(version, error, request.xid, request.bytes.subarray(0, DATA_SIZE_MAX));
}

/** An error whose data is not the message: a hello that failed has a sentence. */
export function encodeErrorWith(
  version: OfpVersion,
  error: OfpErrorName,
  xid: number,
  data: Uint8Array,
): Uint8Array {
  const number = errorNumber(version, error) ?? errorNumber(version, 'NXBRC_UNENCODABLE_ERROR');
  const { vendor, type, code } = number ?? { vendor: 0, type: 1, code: 1 };
  return encodeMessage(version, 'error', xid, (body) => {
    if (vendor === 0) body.u16(type).u16(code);
    else if (version < OF12) body.u16(TYPE_VENDOR_OLD).u16(0).u32(vendor).u16(type).u16(code);
    else body.u16(TYPE_EXPERIMENTER).u16(type).u32(vendor);
    body.bytes(data);
  });
}
