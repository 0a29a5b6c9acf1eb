/**
 * Groups as text, as `ovs-ofctl dump-groups` and `dump-group-stats` print them.
 *
 * Bucket ids are left out where the version of OpenFlow has none (1.1 to 1.4). Answers to the
 * `ofputil_group_*_format` functions of OVS's `lib/ofp-group.c`. Parsing is in `group-parse.ts`.
 */

import { formatFieldValue } from '../packet/field-text.js';
import { formatOfpPort } from '../packet/ofp-port-text.js';
import { formatActions } from './actions-text.js';
import type { Bucket, GroupSpec, GroupType, Selection, SelectionField } from './group.js';
import type { PortText } from './ofpact.js';

export interface GroupTextOptions {
  /** Default: yes. */
  readonly hasBucketIds?: boolean;
  readonly portText?: PortText;
}

const TYPE_NAMES: Readonly<Record<GroupType, string>> = {
  all: 'all',
  select: 'select',
  indirect: 'indirect',
  fast_failover: 'ff',
};

/** The group in one line, without counters: what `parseGroup` reads. */
export function formatGroup(group: GroupSpec, options: GroupTextOptions = {}): string {
  const parts = [`group_id=${group.id}`, `type=${TYPE_NAMES[group.type]}`];
  if (group.selection !== undefined) parts.push(...formatSelection(group.selection));
  for (const bucket of group.buckets) {
    parts.push(`bucket=${formatBucket(bucket, group.type, options)}`);
  }
  return parts.join();
}

function formatSelection({ method, parameter, fields }: Selection): string[] {
  const parts = [`selection_method=${method}`];
  if (parameter !== 0n) parts.push(`selection_method_param=${parameter}`);
  const texts = fields.map(formatField);
  if (texts.length === 1) parts.push(`fields=${texts[0]}`);
  else if (texts.length > 1) parts.push(`fields(${texts.join()})`);
  return parts;
}

function formatField({ field, mask }: SelectionField): string {
  if (mask.every((byte) => byte === 0xff)) return field.name;
  return `${field.name}=${formatFieldValue(field, mask)}`;
}

function formatBucket(bucket: Bucket, type: GroupType, options: GroupTextOptions): string {
  const { portText = formatOfpPort, hasBucketIds = true } = options;
  const { id, weight, watchPort, watchGroup, actions } = bucket;
  const parts: string[] = [];
  if (hasBucketIds) parts.push(`bucket_id:${id}`);
  if (weight !== defaultWeight(type)) parts.push(`weight:${weight}`);
  if (watchPort !== undefined) parts.push(`watch_port:${portText(watchPort)}`);
  if (watchGroup !== undefined) parts.push(`watch_group:${watchGroup}`);
  parts.push(`actions=${formatActions(actions, portText)}`);
  return parts.join();
}

/** What a bucket weighs that does not say so. */
export function defaultWeight(type: GroupType): number {
  return type === 'select' ? 1 : 0;
}
