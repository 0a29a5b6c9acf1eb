/**
 * The house: all actors as a tree, with what each does, and the ukeys by state.
 */

import type { ActorRecord } from './actors-model.js';
import { doingOf } from './doing.js';
import type { Moment } from './moment.js';
import type { HouseNode, HouseView } from './view-data.js';

export function houseView(moment: Moment): HouseView {
  const { header, model, graphs } = moment;
  const { flows, cycles, upcalls } = model;
  return {
    root: treeOf(moment),
    ukeyMachine: header.ukeyMachine,
    ukeys: graphs.get(header.ukeyMachine).states.map(({ path }) => ({
      state: path,
      count: flows.stateCounts.get(path) ?? 0,
    })),
    flows: flows.living,
    flowLimit: cycles.flowLimit,
    upcallsPerSecond: upcalls.perSecond(model.t),
  };
}

/** Ukeys are counted, not listed; whoever has lost its parent hangs on the root. */
function treeOf(moment: Moment): HouseNode | undefined {
  const { header, model } = moment;
  const actors = model.actors.all().filter(({ machine }) => machine !== header.ukeyMachine);
  const root = actors.find(({ parent }) => parent === undefined) ?? actors[0];
  if (root === undefined) return undefined;
  const known = new Set(actors.map(({ actor }) => actor));
  const children = new Map<string, ActorRecord[]>();
  for (const actor of actors) {
    if (actor === root) continue;
    const { parent } = actor;
    const key = parent !== undefined && known.has(parent) ? parent : root.actor;
    children.set(key, [...(children.get(key) ?? []), actor]);
  }
  return nodeOf(root, model, children);
}

function nodeOf(
  record: ActorRecord,
  model: Moment['model'],
  children: ReadonlyMap<string, readonly ActorRecord[]>,
): HouseNode {
  const { actor, name, machine, state, status, events } = record;
  return {
    actor,
    name,
    machine,
    state,
    status,
    rate: model.actors.rate(actor, model.t),
    events,
    doing: doingOf(record, model),
    children: (children.get(actor) ?? [])
      .filter((child) => child.actor !== actor)
      .map((child) => nodeOf(child, model, children)),
  };
}
