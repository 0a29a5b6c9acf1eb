/**
 * How a select group spreads packets by a hash of the datapath: a table from hash to bucket.
 *
 * Webster's method hands out the places: each goes to the bucket that is furthest behind its
 * share. A group with weights that would need more than 256 places has no table, and chooses in the
 * slow path. A dead bucket's places go to the next ones in the table that live. Answers to
 * `group_setup_dp_hash_table()`.
 */

import type { HashAlgorithm } from '../datapath/odp-actions.js';
import type { Bucket, Selection } from './group.js';

const PLACES_MIN = 16;
/** `MAX_SELECT_GROUP_HASH_VALUES`. */
const PLACES_MAX = 256;
const ALGORITHMS: readonly HashAlgorithm[] = ['l4', 'sym_l4'];
const U32_BITS = 32n;

export interface GroupHashTable {
  readonly algorithm: HashAlgorithm;
  readonly basis: number;
  /** Bits of the hash that matter. */
  readonly mask: number;
  /** Indices of buckets. */
  readonly buckets: readonly number[];
}

/** Undefined: the group does not choose by the datapath's hash. */
export function hashTableOf(
  buckets: readonly Bucket[],
  selection: Selection | undefined,
): GroupHashTable | undefined {
  if (selection !== undefined && selection.method !== 'dp_hash') return undefined;
  const places = placesOf(buckets);
  if (places === undefined) return undefined;
  const parameter = selection?.parameter ?? 0n;
  const algorithm =
    selection === undefined ? 'sym_l4' : (ALGORITHMS[Number(parameter >> U32_BITS)] ?? 'l4');
  const basis = Number(BigInt.asUintN(Number(U32_BITS), parameter));
  return { algorithm, basis, mask: places.length - 1, buckets: places };
}

function placesOf(buckets: readonly Bucket[]): number[] | undefined {
  const weights = buckets.map(({ weight }) => weight);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) return undefined;
  const least = Math.min(...weights.filter((weight) => weight > 0));
  const needed = 2 ** Math.ceil(Math.log2(Math.ceil(total / least)));
  const count = Math.max(PLACES_MIN, needed);
  if (count > PLACES_MAX) return undefined;
  const divisors = weights.map(() => 1);
  return Array.from({ length: count }, () => {
    const winner = furthestBehind(weights, divisors);
    divisors[winner] = (divisors[winner] ?? 1) + 2;
    return winner;
  });
}

function furthestBehind(weights: readonly number[], divisors: readonly number[]): number {
  let winner = 0;
  let most = -1;
  weights.forEach((weight, i) => {
    const value = weight / (divisors[i] ?? 1);
    if (value <= most) return;
    winner = i;
    most = value;
  });
  return winner;
}
