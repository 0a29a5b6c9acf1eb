/**
 * Whether two lists of actions are the same. Answers to `ofpacts_equal`.
 */

import type { Ofpacts } from './ofpact.js';

export function ofpactsEqual(a: Ofpacts, b: Ofpacts): boolean {
  return a === b || sameValues(a, b);
}

/** Equality of plain values, as actions are made of; fields are rows of one table. */
export function sameValues(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) =>
    sameValues((a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name]),
  );
}
