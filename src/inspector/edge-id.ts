/**
 * How an edge of a statechart is called: "source|event|index".
 *
 * `source` is the path of the state that has the transition ('running.parked'; `*` for those of the
 * machine as a whole), `event` its event as xstate has it ('' for one that needs none), and `index`
 * its place among the source's transitions for that event. The recorder names edges so in
 * `StepEntry.edges`, and `MachineGraph` those that it draws: the same function for both.
 */

import type { AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { ANYWHERE, type StatePath } from '../machines/machine-edges.js';

/** What xstate calls the event of a transition that needs none. */
const NO_EVENT = '';

/** The id of a transition of a machine, be it the running one or one made from its JSON. */
export function edgeIdOf(transition: AnyTransitionDefinition): string {
  const { source, eventType } = transition;
  const siblings = transitionsFor(source, eventType);
  return edgeId(statePathOf(source), eventType, Math.max(0, siblings.indexOf(transition)));
}

export function edgeId(source: StatePath, event: string, index: number): string {
  return `${source}|${event}|${index}`;
}

/** "running.parked"; `*` for the machine itself. */
export function statePathOf(node: AnyStateNode): StatePath {
  return node.path.length === 0 ? ANYWHERE : node.path.join('.');
}

function transitionsFor(node: AnyStateNode, event: string): readonly AnyTransitionDefinition[] {
  return (event === NO_EVENT ? node.always : node.transitions.get(event)) ?? [];
}
