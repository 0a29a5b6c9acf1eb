/**
 * Which groups and meters actions need to exist, and which ports they name, also those that stand
 * inside of others.
 *
 * Answers to what OVS looks for in `ofproto_check_ofpacts` and keeps in a group's and a meter's
 * lists of rules.
 */

import type { Ofpact, Ofpacts } from './ofpact.js';

/** Groups that the actions send packets to. */
export function groupsOf(actions: Ofpacts): number[] {
  return usesOf(actions, (action) => (action.type === 'group' ? action.group : undefined));
}

/** Meters that the actions send packets through. */
export function metersOf(actions: Ofpacts): number[] {
  return usesOf(actions, (action) => (action.type === 'meter' ? action.meter : undefined));
}

/** Ports that the actions name, reserved ones too. */
export function portsOf(actions: Ofpacts): number[] {
  const single = usesOf(actions, portOf);
  const bundles = actions.filter((action) => action.type === 'bundle');
  return [...single, ...bundles.flatMap(({ members }) => members)];
}

function portOf(action: Ofpact): number | undefined {
  switch (action.type) {
    case 'output':
    case 'output_trunc':
    case 'enqueue':
      return action.port;
    case 'resubmit':
      return action.inPort;
    default:
      return undefined;
  }
}

function usesOf(actions: Ofpacts, use: (action: Ofpact) => number | undefined): number[] {
  const found: number[] = [];
  for (const action of actions) {
    const used = use(action);
    if (used !== undefined) found.push(used);
    if (action.type === 'write_actions' || action.type === 'clone') {
      found.push(...usesOf(action.actions, use));
    }
  }
  return found;
}

/** How many of the lists of actions use each number that `uses` finds in them. */
export function countUsers(
  lists: Iterable<Ofpacts>,
  uses: (actions: Ofpacts) => number[],
): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const actions of lists) {
    for (const used of new Set(uses(actions))) counts.set(used, (counts.get(used) ?? 0) + 1);
  }
  return counts;
}
