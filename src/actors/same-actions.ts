/**
 * Whether two lists of datapath actions do the same, by structure.
 *
 * A revalidation asks this for every flow, so lists that are one object, and outputs, which are
 * most of all actions, are compared without a look at their properties.
 *
 * Hot path. Bench: `bench/dump.ts`.
 */

import type { OdpAction, OdpActions } from '../datapath/odp-actions.js';

export function sameActions(a: OdpActions, b: OdpActions): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!sameAction(a[i]!, b[i]!)) return false;
  return true;
}

function sameAction(a: OdpAction, b: OdpAction): boolean {
  if (a === b) return true;
  if (a.type === 'output') return b.type === 'output' && a.port === b.port;
  return sameValue(a, b);
}

function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => sameValue(Reflect.get(a, name), Reflect.get(b, name)));
}
