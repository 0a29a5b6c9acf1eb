/**
 * Choosing at random from what is there; all of a seed's choices come from its one `Rng`.
 */

import type { Rng } from '../../src/base/rng.js';

/** One of `values`, which must not be empty. */
export function pick<T>(rng: Rng, values: readonly T[]): T {
  const value = values[rng.below(values.length)];
  if (value === undefined) throw new Error('Cannot pick a value: there are none');
  return value;
}

/** True once in `n` times. */
export function isOneIn(rng: Rng, n: number): boolean {
  return rng.below(n) === 0;
}

/** Between `min` and `max` of `values`, each at most once, in an order of chance. */
export function pickSome<T>(rng: Rng, values: readonly T[], min: number, max: number): T[] {
  const left = [...values];
  const picked: T[] = [];
  const count = Math.min(left.length, min + rng.below(max - min + 1));
  while (picked.length < count) picked.push(...left.splice(rng.below(left.length), 1));
  return picked;
}
