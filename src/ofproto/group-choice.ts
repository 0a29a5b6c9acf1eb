/**
 * Which bucket of a group a packet takes, and which buckets are live.
 *
 * A bucket is live that watches nothing, whose port is there and up, or whose group has a live
 * bucket. A select group spreads packets over its live buckets by weight: each bucket draws a
 * number from the packet's hash and its own id, and the best one wins, so that a bucket that dies
 * moves nobody else's packets. The draw is exponential, which makes the shares exactly the weights;
 * OVS's own product of hash and weight prefers heavy buckets more than they ask for. Answers to
 * `bucket_is_alive` and `group_best_live_bucket` of OVS.
 *
 * Hot path. Bench: `bench/translate.ts`.
 */

import { type OfpPort, ofpPort } from '../base/brands.js';
import { hashAdd, hashFinish } from '../base/hash.js';
import { createFlowMask, type Flow, type FlowMask } from '../packet/flow.js';
import { DP_HASH } from '../packet/flow-layout.js';
import { OFPP_CONTROLLER } from '../packet/ofp-port-text.js';
import { hashFields, maskHashFields } from './flow-hash-fields.js';
import type { Bucket, Group } from './group.js';
import { hashSelection } from './group-hash.js';
import type { GroupHashTable } from './group-hash-table.js';

/** Groups that watch one another; `MAX_LIVENESS_RECURSION`. Deeper is dead. */
export const LIVENESS_DEPTH_MAX = 128;
const NONE = -1;
/** Half of the step between two hashes: no draw is 0 or 1. */
const HALF = 0.5;
const SCORE_MAX = 0xffff;
const HASHES_COUNT = 0x1_0000_0000;

/** What liveness hangs on. */
export interface LivenessSource {
  readonly groups: { get(id: number): Group | undefined };
  /** Whether the port is there and its link is up. */
  isPortLive(port: OfpPort): boolean;
}

/** Whether a packet may take `bucket`. */
export function isBucketLive(bucket: Bucket, source: LivenessSource): boolean {
  if (!isWatching(bucket) || isWatchedPortLive(bucket, source)) return true;
  const { watchGroup } = bucket;
  return watchGroup !== undefined && isGroupLive(watchGroup, source, new Set(), 1);
}

/** Whether the bucket's life hangs on anything. */
export function isWatching({ watchPort, watchGroup }: Bucket): boolean {
  return watchPort !== undefined || watchGroup !== undefined;
}

/** Whether it watches a port that is there and up. */
export function isWatchedPortLive({ watchPort }: Bucket, source: LivenessSource): boolean {
  if (watchPort === undefined || watchPort === OFPP_CONTROLLER) return false;
  return source.isPortLive(ofpPort(watchPort));
}

/** Groups may watch each other, in rings too: no group is asked twice. (OVS asks, and may fall.) */
function isGroupLive(
  id: number,
  source: LivenessSource,
  asked: Set<number>,
  depth: number,
): boolean {
  if (depth >= LIVENESS_DEPTH_MAX || asked.has(id)) return false;
  asked.add(id);
  for (const bucket of source.groups.get(id)?.buckets ?? []) {
    if (!isWatching(bucket) || isWatchedPortLive(bucket, source)) return true;
    const { watchGroup } = bucket;
    if (watchGroup === undefined) continue;
    if (isGroupLive(watchGroup, source, asked, depth + 1)) return true;
  }
  return false;
}

/** The index of the first live bucket; -1: none is. */
export function firstLiveBucket(group: Group, source: LivenessSource): number {
  const { buckets } = group;
  for (let i = 0; i < buckets.length; i++) if (isBucketLive(buckets[i]!, source)) return i;
  return NONE;
}

/**
 * The index of the bucket that a packet of `flow` takes; -1: none is live. Where the group has a
 * hash table, the datapath's hash must be known.
 */
export function selectBucket(
  group: Group,
  source: LivenessSource,
  flow: Flow,
  wc: FlowMask,
): number {
  const { hashTable } = group;
  if (hashTable !== undefined) {
    wc[DP_HASH]! |= hashTable.mask;
    return bucketOfHash(group, hashTable, source, flow[DP_HASH]!);
  }
  return bestBucket(group, source, hashOf(group, flow, wc));
}

function hashOf({ selection }: Group, flow: Flow, wc: FlowMask): number {
  const hasFields = selection?.method === 'hash' && selection.fields.length > 0;
  if (hasFields) return hashSelection(selection, flow, wc);
  maskHashFields(flow, 'symmetric_l4', wc);
  return hashFields(flow, 'symmetric_l4', 0);
}

function bucketOfHash(
  group: Group,
  { mask, buckets }: GroupHashTable,
  source: LivenessSource,
  hash: number,
): number {
  for (let i = 0; i <= mask; i++) {
    const index = buckets[(hash + i) & mask]!;
    if (isBucketLive(group.buckets[index]!, source)) return index;
  }
  return NONE;
}

/** How a bucket of a select group fares with `flow`, from 0 to 65,535: the highest wins. */
export function bucketScore(group: Group, bucket: Bucket, flow: Flow): number {
  if (bucket.weight === 0) return 0;
  return Math.floor(SCORE_MAX * Math.exp(scoreOf(bucket, hashOf(group, flow, unheeded))));
}

/** The mask of who only tells. */
const unheeded = createFlowMask();

/** A bucket without weight is as good as dead. */
function bestBucket(group: Group, source: LivenessSource, hash: number): number {
  const { buckets } = group;
  let best = NONE;
  let bestScore = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < buckets.length; i++) {
    const bucket = buckets[i]!;
    if (bucket.weight === 0 || !isBucketLive(bucket, source)) continue;
    const score = scoreOf(bucket, hash);
    if (score < bestScore) continue;
    best = i;
    bestScore = score;
  }
  return best;
}

/** Minus the waiting time until a bucket's turn, where turns come at the rate of its weight. */
function scoreOf({ id, weight }: Bucket, hash: number): number {
  const draw = (hashFinish(hashAdd(hash, id), 0) + HALF) / HASHES_COUNT;
  return Math.log(draw) / weight;
}
