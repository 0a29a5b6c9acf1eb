/**
 * What groups are, what went through them, and what the switch's groups can do.
 *
 * OpenFlow 1.5, clauses 7.3.5.9 to 7.3.5.11; Nicira's extension of 1.0 has the counters of 1.3 and
 * the descriptions of 1.5. Answers to `ofputil_append_group_stats`,
 * `ofputil_append_group_desc_reply` and `ofputil_encode_group_features_reply` of OVS's
 * `lib/ofp-group.c`.
 */

import { GROUP_MAX, GROUP_TYPES, type Group, type GroupSpec } from '../ofproto/group.js';
import { actionNumbers } from './action-codec.js';
import type { ByteWriter } from './byte-writer.js';
import { writeDuration } from './flow-stats-codec.js';
import { isGroupNew, writeBucket } from './group-bucket-codec.js';
import { writeSelection } from './group-selection-codec.js';
import { OF11, OF12, type OfpVersion } from './protocol.js';

/** Weights, liveness, and groups that lead to groups. */
const CAPABILITIES = 0x7;
/** The last action that a bit stands for: those of 1.5 alone have none. */
const ACTION_BIT_LAST = 25;

export interface GroupUse {
  /** How many rules send packets to it. */
  readonly users: number;
  /** Milliseconds since it was added. */
  readonly durationMs: number;
}

export function writeGroupStats(
  writer: ByteWriter,
  group: Group,
  { users, durationMs }: GroupUse,
  version: OfpVersion,
): void {
  const start = writer.size;
  const { packets, bytes } = group.counters;
  writer.u16(0).zeros(2).u32(group.id).u32(users).zeros(4).u64(BigInt(packets)).u64(BigInt(bytes));
  if (version !== OF11 && version !== OF12) writeDuration(writer, durationMs);
  for (const counters of group.bucketCounters) {
    writer.u64(BigInt(counters.packets)).u64(BigInt(counters.bytes));
  }
  writer.patchLength(start, start);
}

export function writeGroupDescription(
  writer: ByteWriter,
  { id, type, buckets, selection }: GroupSpec,
  version: OfpVersion,
): void {
  const start = writer.size;
  const isNew = isGroupNew(version);
  writer.u16(0).u8(GROUP_TYPES.indexOf(type)).zeros(1).u32(id);
  if (isNew) writer.zeros(8);
  const bucketsAt = writer.size;
  for (const bucket of buckets) writeBucket(writer, bucket, type, version);
  if (isNew) {
    writer.patchLength(start + 8, bucketsAt);
    if (selection !== undefined) writeSelection(writer, selection, version);
  }
  writer.patchLength(start, start);
}

export function writeGroupFeatures(writer: ByteWriter, version: OfpVersion): void {
  const bits = actionNumbers(version).filter((number) => number <= ACTION_BIT_LAST);
  const actions = bits.reduce((sum, number) => sum | (1 << number), 0);
  writer.u32((1 << GROUP_TYPES.length) - 1).u32(CAPABILITIES);
  for (const _ of GROUP_TYPES) writer.u32(GROUP_MAX);
  for (const _ of GROUP_TYPES) writer.u32(actions);
}
