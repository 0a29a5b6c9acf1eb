/**
 * A message that a switch must refuse, byte by byte, with the error that it is answered by; and
 * what such messages are made of.
 */

import type { ByteWriter } from '../../src/openflow/byte-writer.js';
import { encodeMessage } from '../../src/openflow/message.js';
import type { OfpErrorName } from '../../src/openflow/ofp-error.js';
import { NX_VENDOR_ID, OF10, OF15, type OfpVersion } from '../../src/openflow/protocol.js';

export interface RefusedCase {
  readonly name: string;
  readonly version: OfpVersion;
  readonly bytes: Uint8Array;
  /** Undefined: it is taken, and changes nothing. */
  readonly error: OfpErrorName | undefined;
}

export const NOWHERE = 0xffff_ffff;
export const ALL_BUCKETS = 0xffff_ffff;
export const FIRST_BUCKET = 0xffff_fffd;
export const XID = 0x77;
/** Commands and types of groups. */
export const [ADD, MODIFY, DELETE, INSERT, REMOVE] = [0, 1, 2, 3, 5];
export const [ALL, SELECT, INDIRECT, FF] = [0, 1, 2, 3];

export type Write = (body: ByteWriter) => unknown;

export function nothing(): void {}

/** An action that outputs to port 1. */
export function output(version: OfpVersion): Write {
  return version === OF10
    ? (body) => body.u16(0).u16(8).u16(1).u16(0)
    : (body) => body.u16(0).u16(16).u32(1).u16(0).zeros(6);
}

export interface OldBucket {
  readonly size?: number;
  readonly weight?: number;
  readonly watchPort?: number;
  readonly watchGroup?: number;
  readonly actions?: Write;
}

export function oldBucket(bucket: OldBucket = {}): Write {
  const { weight = 0, watchPort = NOWHERE, watchGroup = NOWHERE, actions = nothing } = bucket;
  return (body) => {
    const start = body.size;
    body.u16(0).u16(weight).u32(watchPort).u32(watchGroup).zeros(4);
    actions(body);
    if (bucket.size === undefined) body.patchLength(start, start);
    else body.patchU16(start, bucket.size);
  };
}

export interface NewBucket {
  readonly size?: number;
  readonly actionsSize?: number;
  readonly id?: number;
  readonly actions?: Write;
  readonly properties?: Write;
}

export function newBucket(bucket: NewBucket = {}): Write {
  const { id = 0, actions = nothing, properties = nothing } = bucket;
  return (body) => {
    const start = body.size;
    body.u16(0).u16(0).u32(id);
    const actionsAt = body.size;
    actions(body);
    body.patchU16(start + 2, bucket.actionsSize ?? body.size - actionsAt);
    properties(body);
    body.patchU16(start, bucket.size ?? body.size - start);
  };
}

export interface Head {
  readonly command?: number;
  readonly type?: number;
  readonly id?: number;
}

export function oldMod(version: OfpVersion, head: Head, ...buckets: readonly Write[]): Uint8Array {
  const { command = ADD, type = ALL, id = 500 } = head;
  return encodeMessage(version, 'group_mod', XID, (body) => {
    body.u16(command).u8(type).zeros(1).u32(id);
    for (const bucket of buckets) bucket(body);
  });
}

export interface NewHead extends Head {
  readonly at?: number;
  readonly bucketsSize?: number;
  readonly properties?: Write;
}

export function newMod(head: NewHead, ...buckets: readonly Write[]): Uint8Array {
  return encodeMessage(OF15, 'group_mod', XID, (body) => writeNewMod(body, head, buckets));
}

export function niciraMod(head: NewHead, ...buckets: readonly Write[]): Uint8Array {
  return encodeMessage(OF10, 'vendor', XID, (body) => {
    body.u32(NX_VENDOR_ID).u32(31);
    writeNewMod(body, head, buckets);
  });
}

export function writeNewMod(body: ByteWriter, head: NewHead, buckets: readonly Write[]): void {
  const { command = ADD, type = ALL, id = 500, at = ALL_BUCKETS, properties = nothing } = head;
  body.u16(command).u8(type).zeros(1).u32(id);
  const sizeAt = body.size;
  body.u16(0).zeros(2).u32(at);
  const start = body.size;
  for (const bucket of buckets) bucket(body);
  body.patchU16(sizeAt, head.bucketsSize ?? body.size - start);
  properties(body);
}

/** A property that says how a select group chooses. */
export function selection(method: string, fields: Write = nothing): Write {
  return (body) => {
    const start = body.size;
    body.u16(0xffff).u16(0).u32(0x154d).u32(1).zeros(4).text(method, 16).u64(0n);
    fields(body);
    body.patchLength(start + 2, start);
    body.align(start);
  };
}

/** A property of a bucket, or of a group. */
export function property(type: number, length: number, payload: Write = nothing): Write {
  return (body) => {
    body.u16(type).u16(length);
    payload(body);
  };
}
