/**
 * Random groups and meters in ovs-ofctl's words.
 *
 * Which bucket of a `select` group a packet gets is compared only where Open vSwitch says how it is
 * chosen: either one bucket is alive, or all do the same.
 */

import type { Rng } from '../../src/base/rng.js';
import { generateBucketActions } from './action-generator.js';
import { isOneIn, pick } from './choice.js';

const GROUPS_MAX = 4;
const METERS_MAX = 2;
/** No port has it: who watches it is dead. */
const MISSING_PORT = 9;

const TYPES = ['all', 'indirect', 'ff', 'select', 'select'] as const;

const METHODS = [
  '',
  'selection_method=dp_hash,',
  'selection_method=hash,fields(eth_src,ip_src,tcp_src),',
  'selection_method=hash,fields=eth_dst,',
  'selection_method=hash,selection_method_param=7,fields(ip_dst=255.255.0.0),',
];

export function generateGroups(rng: Rng): string[] {
  return Array.from({ length: rng.below(GROUPS_MAX + 1) }, (_, i) => generateGroup(rng, i + 1));
}

/** The buckets lead to groups with lower numbers only, so that there are no loops. */
export function generateGroup(rng: Rng, number: number): string {
  const type = pick(rng, TYPES);
  const head = `group_id=${number},type=${type},`;
  if (type === 'select') return `${head}${pick(rng, METHODS)}${selectBuckets(rng, number)}`;
  const count = type === 'indirect' ? 1 : 1 + rng.below(3);
  const buckets = Array.from({ length: count }, () => {
    const watched = type === 'ff' ? `watch_port:${pick(rng, [1, 2, 3, 4, MISSING_PORT])},` : '';
    return `bucket=${watched}actions=${bucketActions(rng, number)}`;
  });
  return `${head}${buckets.join(',')}`;
}

function selectBuckets(rng: Rng, number: number): string {
  const count = 1 + rng.below(3);
  const live = rng.below(count);
  const same = isOneIn(rng, 2) ? bucketActions(rng, number) : undefined;
  const buckets = Array.from({ length: count }, (_, i) => {
    const watched = same !== undefined || i === live ? '' : `watch_port:${MISSING_PORT},`;
    const actions = same ?? bucketActions(rng, number);
    return `bucket=weight:${1 + rng.below(4)},${watched}actions=${actions}`;
  });
  return buckets.join(',');
}

function bucketActions(rng: Rng, number: number): string {
  const actions = generateBucketActions(rng);
  return number > 1 && isOneIn(rng, 4) ? `${actions},group:${1 + rng.below(number - 1)}` : actions;
}

/** Time stands still, so that a meter lets through what its burst is. */
export function generateMeters(rng: Rng): string[] {
  return Array.from({ length: rng.below(METERS_MAX + 1) }, (_, i) => {
    const band = `type=drop,rate=1,burst_size=${1 + rng.below(4)}`;
    return `meter=${i + 1},pktps,burst,bands=${band}`;
  });
}
