/**
 * Group-mods and meter-mods that a switch must refuse, byte by byte, each with the error that it is
 * answered by.
 *
 * `test/openflow/` has them refused by ours, `test/interop/` by a real `ovs-vswitchd`.
 */

import { ByteWriter } from '../../src/openflow/byte-writer.js';
import { encodeMessage } from '../../src/openflow/message.js';
import type { OfpErrorName } from '../../src/openflow/ofp-error.js';
import {
  type MessageType,
  NX_VENDOR_ID,
  OF10,
  OF11,
  OF12,
  OF13,
  OF14,
  OF15,
  type OfpVersion,
} from '../../src/openflow/protocol.js';

export interface RefusedCase {
  readonly name: string;
  readonly version: OfpVersion;
  readonly bytes: Uint8Array;
  /** Undefined: it is taken, and changes nothing. */
  readonly error: OfpErrorName | undefined;
}

const NOWHERE = 0xffff_ffff;
const ALL_BUCKETS = 0xffff_ffff;
const FIRST_BUCKET = 0xffff_fffd;
const XID = 0x77;
/** Commands and types of groups. */
const [ADD, MODIFY, DELETE, INSERT, REMOVE] = [0, 1, 2, 3, 5];
const [ALL, SELECT, INDIRECT, FF] = [0, 1, 2, 3];

type Write = (body: ByteWriter) => unknown;

function nothing(): void {}

/** An action that outputs to port 1. */
function output(version: OfpVersion): Write {
  return version === OF10
    ? (body) => body.u16(0).u16(8).u16(1).u16(0)
    : (body) => body.u16(0).u16(16).u32(1).u16(0).zeros(6);
}

interface OldBucket {
  readonly size?: number;
  readonly weight?: number;
  readonly watchPort?: number;
  readonly watchGroup?: number;
  readonly actions?: Write;
}

function oldBucket(bucket: OldBucket = {}): Write {
  const { weight = 0, watchPort = NOWHERE, watchGroup = NOWHERE, actions = nothing } = bucket;
  return (body) => {
    const start = body.size;
    body.u16(0).u16(weight).u32(watchPort).u32(watchGroup).zeros(4);
    actions(body);
    if (bucket.size === undefined) body.patchLength(start, start);
    else body.patchU16(start, bucket.size);
  };
}

interface NewBucket {
  readonly size?: number;
  readonly actionsSize?: number;
  readonly id?: number;
  readonly actions?: Write;
  readonly properties?: Write;
}

function newBucket(bucket: NewBucket = {}): Write {
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

interface Head {
  readonly command?: number;
  readonly type?: number;
  readonly id?: number;
}

function oldMod(version: OfpVersion, head: Head, ...buckets: readonly Write[]): Uint8Array {
  const { command = ADD, type = ALL, id = 500 } = head;
  return encodeMessage(version, 'group_mod', XID, (body) => {
    body.u16(command).u8(type).zeros(1).u32(id);
    for (const bucket of buckets) bucket(body);
  });
}

interface NewHead extends Head {
  readonly at?: number;
  readonly bucketsSize?: number;
  readonly properties?: Write;
}

function newMod(head: NewHead, ...buckets: readonly Write[]): Uint8Array {
  return encodeMessage(OF15, 'group_mod', XID, (body) => writeNewMod(body, head, buckets));
}

function niciraMod(head: NewHead, ...buckets: readonly Write[]): Uint8Array {
  return encodeMessage(OF10, 'vendor', XID, (body) => {
    body.u32(NX_VENDOR_ID).u32(31);
    writeNewMod(body, head, buckets);
  });
}

function writeNewMod(body: ByteWriter, head: NewHead, buckets: readonly Write[]): void {
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
function selection(method: string, fields: Write = nothing): Write {
  return (body) => {
    const start = body.size;
    body.u16(0xffff).u16(0).u32(0x154d).u32(1).zeros(4).text(method, 16).u64(0n);
    fields(body);
    body.patchLength(start + 2, start);
    body.align(start);
  };
}

/** A property of a bucket, or of a group. */
function property(type: number, length: number, payload: Write = nothing): Write {
  return (body) => {
    body.u16(type).u16(length);
    payload(body);
  };
}

const OLD_CASES: readonly RefusedCase[] = [
  refused(
    'a last group that is too large',
    OF13,
    oldMod(OF13, { id: 0xffff_ff01 }),
    'INVALID_GROUP',
  ),
  refused('a type that there is not', OF13, oldMod(OF13, { type: 4 }), 'BAD_TYPE'),
  refused('a command that there is not', OF13, oldMod(OF13, { command: 9 }), 'BAD_COMMAND'),
  refused('a modification of no group', OF12, oldMod(OF12, { command: MODIFY }), 'UNKNOWN_GROUP'),
  refused(
    'an indirect group without bucket',
    OF11,
    oldMod(OF11, { type: INDIRECT }),
    'INVALID_GROUP',
  ),
  refused(
    'a weight in a group of type all',
    OF13,
    oldMod(OF13, {}, oldBucket({ weight: 1 })),
    'INVALID_GROUP',
  ),
  refused(
    'a watched port in a group of type all',
    OF13,
    oldMod(OF13, {}, oldBucket({ watchPort: 1 })),
    'WATCH_UNSUPPORTED',
  ),
  refused(
    'a watched group in an indirect group',
    OF13,
    oldMod(OF13, { type: INDIRECT }, oldBucket({ watchGroup: 1 })),
    'WATCH_UNSUPPORTED',
  ),
  refused(
    'a fast failover group that watches nothing',
    OF14,
    oldMod(OF14, { type: FF }, oldBucket()),
    'INVALID_GROUP',
  ),
  refused(
    'a watched port that no port can be',
    OF13,
    oldMod(OF13, { type: FF }, oldBucket({ watchPort: 0x1_0000 })),
    'BAD_WATCH',
  ),
  refused(
    'a bucket that is cut off',
    OF13,
    oldMod(OF13, {}, (body) => body.zeros(8)),
    'BAD_BUCKET',
  ),
  refused(
    'a bucket shorter than its header',
    OF13,
    oldMod(OF13, {}, oldBucket({ size: 8 })),
    'BAD_BUCKET',
  ),
  refused(
    'a bucket longer than its message',
    OF13,
    oldMod(OF13, {}, oldBucket({ size: 64 })),
    'BAD_BUCKET',
  ),
  refused(
    'a deletion with buckets',
    OF13,
    oldMod(OF13, { command: DELETE }, oldBucket()),
    'INVALID_GROUP',
  ),
  {
    name: 'a deletion with buckets in 1.2, which is taken',
    version: OF12,
    bytes: oldMod(OF12, { command: DELETE }, oldBucket()),
    error: undefined,
  },
  {
    name: 'a bucket with an action that there is not',
    version: OF13,
    bytes: oldMod(OF13, {}, oldBucket({ actions: (body) => body.u16(99).u16(8).zeros(4) })),
    error: 'OFPBAC_BAD_TYPE',
  },
  {
    name: 'a bucket with an action that is cut off',
    version: OF13,
    bytes: oldMod(OF13, {}, oldBucket({ actions: (body) => body.u16(0).u16(12).zeros(8) })),
    error: 'OFPBRC_BAD_LEN',
  },
  {
    name: 'a bucket with an action longer than it',
    version: OF13,
    bytes: oldMod(OF13, {}, oldBucket({ actions: (body) => body.u16(0).u16(16).zeros(4) })),
    error: 'OFPBAC_BAD_LEN',
  },
  {
    name: 'a bucket that outputs to no port',
    version: OF13,
    bytes: oldMod(
      OF13,
      {},
      oldBucket({ actions: (body) => body.u16(0).u16(16).u32(0xffff_ff00).zeros(8) }),
    ),
    error: 'OFPBAC_BAD_OUT_PORT',
  },
  {
    name: 'a message that ends within its head',
    version: OF13,
    bytes: encodeMessage(OF13, 'group_mod', XID, (body) => body.u32(0)),
    error: 'OFPBRC_BAD_LEN',
  },
];

const NEW_CASES: readonly RefusedCase[] = [
  refused('a bucket named in an addition', OF15, newMod({ at: 5 }), 'BAD_BUCKET'),
  refused(
    'all buckets named in an insertion',
    OF15,
    newMod({ command: INSERT }, newBucket()),
    'BAD_BUCKET',
  ),
  refused(
    'an insertion into no group',
    OF15,
    newMod({ command: INSERT, at: FIRST_BUCKET }, newBucket()),
    'UNKNOWN_GROUP',
  ),
  refused(
    'a watching bucket inserted',
    OF15,
    newMod(
      { command: INSERT, at: FIRST_BUCKET },
      newBucket({ properties: property(1, 8, (body) => body.u32(1)) }),
    ),
    'WATCH_UNSUPPORTED',
  ),
  refused(
    'a removal that has buckets',
    OF15,
    newMod({ command: REMOVE }, newBucket()),
    'BAD_BUCKET',
  ),
  refused(
    'a removal from no group',
    OF15,
    newMod({ command: REMOVE, at: FIRST_BUCKET }),
    'UNKNOWN_GROUP',
  ),
  refused(
    'a bucket whose id is reserved',
    OF15,
    newMod({}, newBucket({ id: 0xffff_ff01 })),
    'BAD_BUCKET',
  ),
  refused('two buckets of one id', OF15, newMod({}, newBucket(), newBucket()), 'BAD_BUCKET'),
  refused('a bucket too short', OF15, newMod({}, newBucket({ size: 4 })), 'BAD_BUCKET'),
  refused('a bucket too long', OF15, newMod({}, newBucket({ size: 16 })), 'BAD_BUCKET'),
  refused(
    'actions longer than their bucket',
    OF15,
    newMod({}, newBucket({ actionsSize: 16 })),
    'BAD_BUCKET',
  ),
  refused('a weight in a group of type all', OF15, weighing(ALL, 3), 'INVALID_GROUP'),
  {
    name: 'buckets longer than the message',
    version: OF15,
    bytes: newMod({ bucketsSize: 64 }, newBucket()),
    error: 'OFPBRC_BAD_LEN',
  },
  {
    name: 'a property of a bucket that there is not',
    version: OF15,
    bytes: newMod({}, newBucket({ properties: property(9, 8, (body) => body.u32(0)) })),
    error: 'OFPBPC_BAD_TYPE',
  },
  {
    name: 'a weight that is cut off',
    version: OF15,
    bytes: newMod(
      { type: SELECT },
      newBucket({ properties: property(0, 4, (body) => body.zeros(4)) }),
    ),
    error: 'OFPBPC_BAD_LEN',
  },
  {
    name: 'a property longer than its bucket',
    version: OF15,
    bytes: newMod({}, newBucket({ properties: property(1, 24, (body) => body.u32(1)) })),
    error: 'OFPBPC_BAD_LEN',
  },
  {
    name: 'a property of a group that there is not',
    version: OF15,
    bytes: newMod({ properties: property(7, 8, (body) => body.u32(0)) }),
    error: 'OFPBPC_BAD_TYPE',
  },
  {
    name: "a stranger's property of a group",
    version: OF15,
    bytes: newMod({ properties: property(0xffff, 16, (body) => body.u32(0x99).u32(7).zeros(4)) }),
    error: 'OFPBPC_BAD_EXP_TYPE',
  },
  {
    name: 'a selection method that there is not',
    version: OF15,
    bytes: newMod({ type: SELECT, properties: selection('random') }),
    error: 'OFPBPC_BAD_VALUE',
  },
  {
    name: 'a selection method in a group of type all',
    version: OF15,
    bytes: newMod({ properties: selection('hash') }),
    error: 'OFPBPC_BAD_VALUE',
  },
  {
    name: 'a selection method in a deletion',
    version: OF15,
    bytes: newMod({ command: DELETE, type: SELECT, properties: selection('hash') }),
    error: 'OFPBPC_BAD_VALUE',
  },
  {
    name: 'fields for dp_hash',
    version: OF15,
    bytes: newMod({ type: SELECT, properties: selection('dp_hash', ipSource(0xffff_ffff)) }),
    error: 'OFPBPC_BAD_VALUE',
  },
  {
    name: 'a field that there is not',
    version: OF15,
    bytes: newMod({
      type: SELECT,
      properties: selection('hash', (body) => body.u16(0x8000).u8(0xfe).u8(1).u8(1)),
    }),
    error: 'OFPBMC_BAD_FIELD',
  },
  {
    name: 'a field twice',
    version: OF15,
    bytes: newMod({
      type: SELECT,
      properties: selection('hash', (body) => {
        ipSource(0xffff_ffff)(body);
        ipSource(0xffff_ffff)(body);
      }),
    }),
    error: 'OFPBMC_DUP_FIELD',
  },
  {
    name: 'a modification of no group, in 1.0',
    version: OF10,
    bytes: niciraMod({ command: MODIFY }, newBucket({ actions: output(OF10) })),
    error: 'OFPGMFC_UNKNOWN_GROUP',
  },
  {
    name: 'two buckets of one id, in 1.0',
    version: OF10,
    bytes: niciraMod({}, newBucket(), newBucket()),
    error: 'OFPGMFC_BAD_BUCKET',
  },
];

/** A group whose one bucket has a weight. */
function weighing(type: number, weight: number): Uint8Array {
  const properties = property(0, 8, (body) => body.u16(weight).zeros(2));
  return newMod({ type }, newBucket({ properties, actions: output(OF15) }));
}

/** An OXM of the source address of IPv4, whose value is what is hashed of it. */
function ipSource(mask: number): Write {
  return (body) => body.u16(0x8000).u8(0x16).u8(4).u32(mask);
}

type GroupErrorSuffix<Name> = Name extends `OFPGMFC_${infer Suffix}` ? Suffix : never;

function refused(
  name: string,
  version: OfpVersion,
  bytes: Uint8Array,
  suffix: GroupErrorSuffix<OfpErrorName>,
): RefusedCase {
  return { name, version, bytes, error: `OFPGMFC_${suffix}` };
}

export const GROUP_CASES: readonly RefusedCase[] = [...OLD_CASES, ...NEW_CASES];

/** A request for statistics. */
function stats(version: OfpVersion, type: number, write: Write = nothing): Uint8Array {
  return encodeMessage(version, 'stats_request', XID, (body) => {
    body.u16(type).u16(0);
    if (version !== OF10) body.zeros(4);
    write(body);
  });
}

function vendorStats(version: OfpVersion, subtype: number, write: Write = nothing): Uint8Array {
  return stats(version, 0xffff, (body) => {
    body.u32(NX_VENDOR_ID).u32(subtype);
    if (version === OF10) body.zeros(4);
    write(body);
  });
}

/** Requests that a version does not have, or that are of the wrong length. */
export const STATS_CASES: readonly RefusedCase[] = [
  bad('group statistics in 1.0', OF10, stats(OF10, 6, eight), 'OFPBRC_BAD_STAT'),
  bad('group features in 1.1', OF11, stats(OF11, 8), 'OFPBRC_BAD_STAT'),
  bad('meters in 1.2', OF12, stats(OF12, 9, eight), 'OFPBRC_BAD_STAT'),
  bad('short group statistics', OF13, stats(OF13, 6), 'OFPBRC_BAD_LEN'),
  bad(
    'long group statistics',
    OF13,
    stats(OF13, 6, (body) => body.zeros(16)),
    'OFPBRC_BAD_LEN',
  ),
  bad('a long group description', OF13, stats(OF13, 7, eight), 'OFPBRC_BAD_LEN'),
  bad('a short group description', OF15, stats(OF15, 7), 'OFPBRC_BAD_LEN'),
  bad('long group features', OF13, stats(OF13, 8, eight), 'OFPBRC_BAD_LEN'),
  bad('long meter features', OF13, stats(OF13, 11, eight), 'OFPBRC_BAD_LEN'),
  bad('short meter statistics', OF13, stats(OF13, 9), 'OFPBRC_BAD_LEN'),
  bad("Nicira's group statistics in 1.3", OF13, vendorStats(OF13, 7, eight), 'OFPBRC_BAD_SUBTYPE'),
  bad("Nicira's group features in 1.2", OF12, vendorStats(OF12, 9), 'OFPBRC_BAD_SUBTYPE'),
  bad('a meter that there is not', OF13, stats(OF13, 9, four), 'OFPMMFC_UNKNOWN_METER'),
  bad('a meter that cannot be', OF14, stats(OF14, 10, eight), 'OFPMMFC_UNKNOWN_METER'),
];

function eight(body: ByteWriter): void {
  body.zeros(8);
}

function four(body: ByteWriter): void {
  body.u32(4).zeros(4);
}

function bad(
  name: string,
  version: OfpVersion,
  bytes: Uint8Array,
  error: OfpErrorName | undefined,
): RefusedCase {
  return { name, version, bytes, error };
}

interface MeterHead {
  readonly command?: number;
  readonly flags?: number;
  readonly id?: number;
}

function meterMod(head: MeterHead, ...bands: readonly Write[]): Uint8Array {
  const { command = 0, flags = 1, id = 40 } = head;
  return encodeMessage(OF13, 'meter_mod' satisfies MessageType, XID, (body) => {
    body.u16(command).u16(flags).u32(id);
    for (const band of bands) band(body);
  });
}

function band(type = 1, size = 16, rate = 5): Write {
  return (body) =>
    body
      .u16(type)
      .u16(size)
      .u32(rate)
      .u32(0)
      .zeros(Math.max(0, size - 12));
}

export const METER_CASES: readonly RefusedCase[] = [
  bad('a command that there is not', OF13, meterMod({ command: 3 }, band()), 'OFPMMFC_BAD_COMMAND'),
  bad('meter 0', OF13, meterMod({ id: 0 }, band()), 'OFPMMFC_INVALID_METER'),
  bad('all meters', OF13, meterMod({ id: 0xffff_ffff }, band()), 'OFPMMFC_INVALID_METER'),
  bad('a reserved meter', OF13, meterMod({ id: 0xffff_0001 }, band()), 'OFPMMFC_INVALID_METER'),
  bad('both units', OF13, meterMod({ flags: 3 }, band()), 'OFPMMFC_BAD_FLAGS'),
  bad('neither unit', OF13, meterMod({ flags: 0 }, band()), 'OFPMMFC_BAD_FLAGS'),
  bad('flags that there are not', OF13, meterMod({ flags: 0x11 }, band()), 'OFPMMFC_BAD_FLAGS'),
  bad('no bands', OF13, meterMod({}), 'OFPMMFC_OUT_OF_BANDS'),
  bad('too many bands', OF13, meterMod({}, ...Array(9).fill(band())), 'OFPMMFC_OUT_OF_BANDS'),
  bad('a rate of 0', OF13, meterMod({}, band(1, 16, 0)), 'OFPMMFC_BAD_RATE'),
  bad('a band that remarks', OF13, meterMod({}, band(2)), 'OFPMMFC_BAD_BAND'),
  bad('a band that there is not', OF13, meterMod({}, band(7)), 'OFPMMFC_BAD_BAND'),
  bad('a band too long', OF13, meterMod({}, band(1, 24)), 'OFPBRC_BAD_LEN'),
  bad('a band cut off', OF13, meterMod({}, band(1, 12)), 'OFPBRC_BAD_LEN'),
  bad(
    'a modification of no meter',
    OF13,
    meterMod({ command: 1 }, band()),
    'OFPMMFC_UNKNOWN_METER',
  ),
  bad('a deletion of no meter', OF13, meterMod({ command: 2 }), undefined),
  bad('a deletion of meter 0', OF13, meterMod({ command: 2, id: 0 }), undefined),
];
