/**
 * Group-mods that a switch must refuse, byte by byte, each with the error that it is answered by.
 *
 * `test/openflow/` has them refused by ours, `test/interop/` by a real `ovs-vswitchd`.
 */

import { encodeMessage } from '../../src/openflow/message.js';
import type { OfpErrorName } from '../../src/openflow/ofp-error.js';
import {
  OF10,
  OF11,
  OF12,
  OF13,
  OF14,
  OF15,
  type OfpVersion,
} from '../../src/openflow/protocol.js';
import {
  ALL,
  DELETE,
  FF,
  FIRST_BUCKET,
  INDIRECT,
  INSERT,
  MODIFY,
  newBucket,
  newMod,
  niciraMod,
  oldBucket,
  oldMod,
  output,
  property,
  REMOVE,
  type RefusedCase,
  SELECT,
  selection,
  type Write,
  XID,
} from './refused-case.js';

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
