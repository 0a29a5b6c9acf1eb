/**
 * Buckets of groups: fixed fields from OpenFlow 1.1 to 1.4, an id and properties in 1.5 and in
 * Nicira's extension of 1.0.
 *
 * OpenFlow 1.4 and 1.5, clause "Modify Group Entry Message" (7.3.4.2, 7.3.4.3); answers to
 * `ofputil_pull_ofp11_buckets` and `ofputil_pull_ofp15_buckets` of OVS's `lib/ofp-group.c`.
 */

import { BucketActionChecker } from '../ofproto/bucket-action-checker.js';
import { BUCKET_MAX, type Bucket, GROUP_ANY, type GroupType } from '../ofproto/group.js';
import { defaultWeight } from '../ofproto/group-text.js';
import { OFPP_NONE, type Ofpacts } from '../ofproto/ofpact.js';
import { readActions, writeActions } from './action-codec.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { OfpError } from './ofp-error.js';
import { portFromWide, portToWide } from './port-number.js';
import { readProperties, unknownProperty, writeProperty } from './property-codec.js';
import { OF10, OF15, type OfpVersion } from './protocol.js';

const HEADER_SIZE_11 = 16;
const HEADER_SIZE_15 = 8;

const Property = { WEIGHT: 0, WATCH_PORT: 1, WATCH_GROUP: 2 } as const;

/** Whether buckets have ids on the wire, and groups properties. */
export function isGroupNew(version: OfpVersion): boolean {
  return version === OF10 || version === OF15;
}

/** Reads the buckets of 1.1 to 1.4; their ids are their places. */
export function readOldBuckets(reader: ByteReader, version: OfpVersion): Bucket[] {
  const buckets: Bucket[] = [];
  while (reader.remaining > 0) {
    if (reader.remaining < HEADER_SIZE_11) throw new OfpError('OFPGMFC_BAD_BUCKET');
    const size = bucketSize(reader.u16(), HEADER_SIZE_11, reader.remaining + 2);
    const weight = reader.u16();
    const watchPort = reader.u32();
    const watchGroup = reader.u32();
    reader.skip(4);
    const actions = readBucketActions(reader.part(size - HEADER_SIZE_11), version);
    buckets.push({ id: buckets.length, weight, ...watches(watchPort, watchGroup), actions });
  }
  return buckets;
}

/** Reads the buckets of 1.5; `type` is that of their group, where it is a known one. */
export function readNewBuckets(
  reader: ByteReader,
  version: OfpVersion,
  type: GroupType | undefined,
): Bucket[] {
  const buckets: Bucket[] = [];
  while (reader.remaining > 0) buckets.push(readNewBucket(reader, version, type));
  if (new Set(buckets.map(({ id }) => id)).size < buckets.length) {
    throw new OfpError('OFPGMFC_BAD_BUCKET', 'an id is there twice');
  }
  return buckets;
}

function readNewBucket(
  reader: ByteReader,
  version: OfpVersion,
  type: GroupType | undefined,
): Bucket {
  if (reader.remaining < HEADER_SIZE_15) throw new OfpError('OFPGMFC_BAD_BUCKET');
  const size = bucketSize(reader.u16(), HEADER_SIZE_15, reader.remaining + 2);
  const actionsSize = reader.u16();
  const id = reader.u32();
  const rest = size - HEADER_SIZE_15;
  if (actionsSize > rest) throw new OfpError('OFPGMFC_BAD_BUCKET');
  const actions = readBucketActions(reader.part(actionsSize), version);
  let weight = defaultWeight(type ?? 'all');
  let [watchPort, watchGroup] = [portToWide(OFPP_NONE), GROUP_ANY];
  for (const property of readProperties(reader.part(rest - actionsSize))) {
    const { body } = property;
    if (property.type === Property.WEIGHT) weight = body.u16();
    else if (property.type === Property.WATCH_PORT) watchPort = body.u32();
    else if (property.type === Property.WATCH_GROUP) watchGroup = body.u32();
    else throw unknownProperty(property);
  }
  const watched = watches(watchPort, watchGroup);
  if (id > BUCKET_MAX) throw new OfpError('OFPGMFC_BAD_BUCKET', `id ${id}`);
  return { id, weight, ...watched, actions };
}

function bucketSize(size: number, smallest: number, largest: number): number {
  if (size < smallest || size > largest) throw new OfpError('OFPGMFC_BAD_BUCKET');
  return size;
}

function watches(port: number, group: number): Pick<Bucket, 'watchPort' | 'watchGroup'> {
  const watchPort = portFromWide(port, 'OFPGMFC_BAD_WATCH');
  return {
    watchPort: watchPort === OFPP_NONE ? undefined : watchPort,
    watchGroup: group === GROUP_ANY ? undefined : group,
  };
}

function readBucketActions(reader: ByteReader, version: OfpVersion): Ofpacts {
  const actions = readActions(reader, version);
  const checker = new BucketActionChecker();
  for (const action of actions) {
    const problem = checker.check(action);
    if (problem !== undefined) throw new OfpError(problem.error, problem.text);
  }
  return actions;
}

/** Writes a bucket of a group of `type`. */
export function writeBucket(
  writer: ByteWriter,
  bucket: Bucket,
  type: GroupType,
  version: OfpVersion,
): void {
  const start = writer.size;
  if (isGroupNew(version)) writeNewBucket(writer, bucket, type, version);
  else writeOldBucket(writer, bucket, version);
  writer.patchLength(start, start);
}

function writeOldBucket(writer: ByteWriter, bucket: Bucket, version: OfpVersion): void {
  const { weight, watchPort = OFPP_NONE, watchGroup = GROUP_ANY, actions } = bucket;
  writer.u16(0).u16(weight).u32(portToWide(watchPort)).u32(watchGroup).zeros(4);
  writeActions(writer, actions, version);
}

function writeNewBucket(
  writer: ByteWriter,
  { id, weight, watchPort, watchGroup, actions }: Bucket,
  type: GroupType,
  version: OfpVersion,
): void {
  const sizeAt = writer.size + 2;
  writer.u16(0).u16(0).u32(id);
  const start = writer.size;
  writeActions(writer, actions, version);
  writer.patchLength(sizeAt, start);
  if (type === 'select')
    writeProperty(writer, Property.WEIGHT, (body) => body.u16(weight).zeros(2));
  if (watchPort !== undefined) {
    writeProperty(writer, Property.WATCH_PORT, (body) => body.u32(portToWide(watchPort)));
  }
  if (watchGroup !== undefined) {
    writeProperty(writer, Property.WATCH_GROUP, (body) => body.u32(watchGroup));
  }
}
