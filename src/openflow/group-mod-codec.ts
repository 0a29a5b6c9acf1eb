/**
 * Group-mods: OpenFlow 1.1 to 1.4, 1.5, and Nicira's extension of 1.0, which has the form of 1.5.
 *
 * What makes no sense whatever the table holds is an error here. OpenFlow 1.5, clause 7.3.4.3;
 * answers to `ofputil_decode_group_mod` and `ofputil_check_group_mod` of OVS's `lib/ofp-group.c`.
 */

import {
  BUCKET_ALL,
  BUCKET_FIRST,
  BUCKET_LAST,
  BUCKET_MAX,
  type Bucket,
  GROUP_TYPES,
  type GroupType,
  type Selection,
} from '../ofproto/group.js';
import { checkBuckets } from '../ofproto/group-check.js';
import type { GroupChange } from '../ofproto/group-table.js';
import type { ByteReader } from './byte-reader.js';
import { isGroupNew, readNewBuckets, readOldBuckets } from './group-bucket-codec.js';
import { isSelection, readSelection } from './group-selection-codec.js';
import { OfpError } from './ofp-error.js';
import { readProperties, unknownProperty } from './property-codec.js';
import { OF13, type OfpVersion } from './protocol.js';

const COMMANDS: ReadonlyMap<number, GroupChange['command']> = new Map([
  [0, 'add'],
  [1, 'modify'],
  [2, 'delete'],
  [3, 'insert_bucket'],
  [5, 'remove_bucket'],
  [0x8000, 'add_or_modify'],
]);

/** What a group-mod says, before it is known to make sense. */
interface RawGroupMod {
  /** Undefined: nobody knows it. */
  readonly command: GroupChange['command'] | undefined;
  readonly type: GroupType | undefined;
  readonly id: number;
  /** The bucket that the command is about. */
  readonly at: number;
  readonly buckets: readonly Bucket[];
  readonly selection: Selection | undefined;
}

/** Reads a group-mod's body. Throws an `OfpError` or a `GroupError` for one that makes no sense. */
export function readGroupMod(body: ByteReader, version: OfpVersion): GroupChange {
  const raw = isGroupNew(version) ? readNew(body, version) : readOld(body, version);
  return changeOf(raw);
}

function readOld(body: ByteReader, version: OfpVersion): RawGroupMod {
  const head = readHead(body);
  const buckets = readOldBuckets(body, version);
  if (version >= OF13 && head.command === 'delete' && buckets.length > 0) {
    throw new OfpError('OFPGMFC_INVALID_GROUP', 'buckets in a deletion');
  }
  return { ...head, at: BUCKET_ALL, buckets, selection: undefined };
}

function readNew(body: ByteReader, version: OfpVersion): RawGroupMod {
  const head = readHead(body);
  const bucketsSize = body.u16();
  body.skip(2);
  const at = body.u32();
  if (!isPlace(at, head.command)) throw new OfpError('OFPGMFC_BAD_BUCKET', `bucket ${at}`);
  const buckets = readNewBuckets(body.part(bucketsSize), version, head.type);
  return { ...head, at, buckets, selection: readGroupProperties(body, head) };
}

function readHead(body: ByteReader): Pick<RawGroupMod, 'command' | 'type' | 'id'> {
  const command = COMMANDS.get(body.u16());
  const type = GROUP_TYPES[body.u8()];
  body.skip(1);
  return { command, type, id: body.u32() };
}

/** Commands that are about a bucket say which one; others say "all". */
function isPlace(at: number, command: RawGroupMod['command']): boolean {
  const isOne = at <= BUCKET_MAX || at === BUCKET_FIRST || at === BUCKET_LAST;
  if (command === 'insert_bucket') return isOne;
  return at === BUCKET_ALL || (command === 'remove_bucket' && isOne);
}

/** Only groups that are defined by the message have properties, and only one is known. */
function readGroupProperties(
  body: ByteReader,
  { command, type }: Pick<RawGroupMod, 'command' | 'type'>,
): Selection | undefined {
  let selection: Selection | undefined;
  for (const property of readProperties(body)) {
    if (!isSelection(property)) throw unknownProperty(property);
    if (type !== 'select' || !isDefinition(command)) throw new OfpError('OFPBPC_BAD_VALUE');
    selection = readSelection(property);
  }
  return selection;
}

function isDefinition(command: RawGroupMod['command']): boolean {
  return command === 'add' || command === 'modify' || command === 'add_or_modify';
}

function changeOf({ command, type, id, at, buckets, selection }: RawGroupMod): GroupChange {
  if (type === undefined) throw new OfpError('OFPGMFC_BAD_TYPE');
  if (type === 'indirect' && command !== 'delete' && buckets.length !== 1) {
    throw new OfpError('OFPGMFC_INVALID_GROUP', 'an indirect group has one bucket');
  }
  if (command === undefined) throw new OfpError('OFPGMFC_BAD_COMMAND');
  if (command === 'remove_bucket' && buckets.length > 0) throw new OfpError('OFPGMFC_BAD_BUCKET');
  checkBuckets(id, type, buckets);
  switch (command) {
    case 'delete':
      return { command, id };
    case 'insert_bucket':
      return { command, id, at, buckets };
    case 'remove_bucket':
      return { command, id, at };
    default:
      return { command, group: { id, type, buckets, selection } };
  }
}
