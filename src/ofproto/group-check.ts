/**
 * Whether a group makes sense by itself, before the table is asked.
 *
 * Whatever way a group comes in, these are OpenFlow's rules for it. Answers to
 * `ofputil_check_group_mod` of OVS's `lib/ofp-group.c`. Groups that go round in circles are let in,
 * as OVS does: packets that meet one are dropped.
 */

import {
  BUCKET_MAX,
  type Bucket,
  GROUP_MAX,
  type GroupSpec,
  type GroupType,
  SELECTION_METHODS,
} from './group.js';
import { GroupError, type GroupErrorName } from './group-error.js';

/** Throws a `GroupError` for a group that cannot be. */
export function checkGroup(group: GroupSpec): void {
  const { id, type, buckets, selection } = group;
  if (id > GROUP_MAX) refuse('OFPGMFC_INVALID_GROUP', id, `the last group is ${GROUP_MAX}`);
  if (type === 'indirect' && buckets.length !== 1) {
    refuse('OFPGMFC_INVALID_GROUP', id, 'an indirect group has one bucket');
  }
  if (type !== 'select' && buckets.some(({ weight }) => weight !== 0)) {
    refuse('OFPGMFC_INVALID_GROUP', id, 'only buckets of select groups have weights');
  }
  checkBuckets(id, type, buckets);
  if (selection === undefined) return;
  if (type !== 'select') {
    refuse('OFPBPC_BAD_VALUE', id, 'only select groups have a selection method');
  }
  if (!SELECTION_METHODS.includes(selection.method)) {
    const known = SELECTION_METHODS.join(' and ');
    refuse('OFPBPC_BAD_VALUE', id, `there are the selection methods ${known}`);
  }
}

/**
 * Throws a `GroupError` for buckets that a group of this type cannot have. Weights aside: whoever
 * inserts buckets into a select group need not know that it is one.
 */
export function checkBuckets(id: number, type: GroupType, buckets: readonly Bucket[]): void {
  checkBucketIds(id, buckets);
  checkWatches(id, type, buckets);
}

/** Throws a `GroupError` for buckets that cannot stand in one message. */
export function checkBucketIds(id: number, buckets: readonly Bucket[]): void {
  const ids = new Set<number>();
  for (const bucket of buckets) {
    if (bucket.id > BUCKET_MAX || ids.has(bucket.id)) {
      refuse('OFPGMFC_BAD_BUCKET', id, `bucket ${bucket.id} is there twice, or cannot be`);
    }
    ids.add(bucket.id);
  }
}

function checkWatches(id: number, type: GroupType, buckets: readonly Bucket[]): void {
  for (const { watchPort, watchGroup } of buckets) {
    const isWatching = watchPort !== undefined || watchGroup !== undefined;
    if (isWatching && (type === 'all' || type === 'indirect')) {
      refuse('OFPGMFC_WATCH_UNSUPPORTED', id, `a group of type ${type} watches nothing`);
    }
    if (!isWatching && type === 'fast_failover') {
      refuse('OFPGMFC_INVALID_GROUP', id, 'its buckets must watch a port or a group');
    }
  }
}

function refuse(error: GroupErrorName, id: number, why: string): never {
  throw new GroupError(error, `Cannot define group ${id}: ${why}`);
}
