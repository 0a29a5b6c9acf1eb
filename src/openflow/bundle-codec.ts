/**
 * Bundles on the wire: opening, closing, committing, and the messages put into one.
 *
 * OpenFlow 1.5, clause 7.3.9 (1.4 has the same), and the ONF's extension for 1.3, whose bodies are
 * equal. Answers to OVS's `lib/ofp-bundle.c`.
 */

import type { ByteReader } from './byte-reader.js';
import { type OfpMessage, parseMessage } from './message.js';
import { OfpError } from './ofp-error.js';
import { HEADER_SIZE } from './protocol.js';

/** Requests; the answer to each is one more. */
export const BundleControl = { OPEN: 0, CLOSE: 2, COMMIT: 4, DISCARD: 6 } as const;
export type BundleControlType = (typeof BundleControl)[keyof typeof BundleControl];

export const BundleFlag = { ATOMIC: 1, ORDERED: 2 } as const;
const FLAGS_ALL = BundleFlag.ATOMIC | BundleFlag.ORDERED;

export interface BundleControlRequest {
  readonly id: number;
  readonly type: BundleControlType;
  /** Bits of `BundleFlag`. */
  readonly flags: number;
}

export function readBundleControl(body: ByteReader): BundleControlRequest {
  const id = body.u32();
  const number = body.u16();
  const flags = flagsOf(body.u16());
  const type = Object.values(BundleControl).find((each) => each === number);
  if (type === undefined) throw new OfpError('OFPBFC_BAD_TYPE');
  return { id, type, flags };
}

export interface BundleAdd {
  readonly id: number;
  readonly flags: number;
  readonly message: OfpMessage;
}

/** Throws an `OfpError` where the message inside is not of the bundle's version and xid. */
export function readBundleAdd(body: ByteReader, outer: OfpMessage): BundleAdd {
  const id = body.u32();
  body.skip(2);
  const flags = flagsOf(body.u16());
  if (body.remaining < HEADER_SIZE) throw new OfpError('OFPBFC_MSG_BAD_LEN');
  const length = parseLength(body.peek(HEADER_SIZE));
  if (length < HEADER_SIZE || length > body.remaining) throw new OfpError('OFPBFC_MSG_BAD_LEN');
  const message = parseMessage(body.bytes(length).slice());
  if (message.version !== outer.version) throw new OfpError('OFPBFC_BAD_VERSION');
  if (message.xid !== outer.xid) throw new OfpError('OFPBFC_MSG_BAD_XID');
  return { id, flags, message };
}

function parseLength(header: Uint8Array): number {
  return ((header[2] ?? 0) << 8) | (header[3] ?? 0);
}

function flagsOf(flags: number): number {
  if ((flags & ~FLAGS_ALL) !== 0) throw new OfpError('OFPBFC_BAD_FLAGS');
  return flags;
}
