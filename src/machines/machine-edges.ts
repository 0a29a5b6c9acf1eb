/**
 * A machine as a list of states and arrows, in the order in which it is written.
 *
 * Drawings are made from it, and the state pictures in the machines' headers are compared with it.
 */

import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { UpcallError } from '../base/errors.js';

/** A state by its path, 'running.parked'; the machine as a whole is `ANYWHERE`. */
export type StatePath = string;

/** The source of transitions that hold in every state. */
export const ANYWHERE: StatePath = '*';
/** The event of transitions that need none. */
export const ALWAYS = '(always)';

export interface MachineState {
  readonly path: StatePath;
  readonly type: AnyStateNode['type'];
  /** Path of the state that this one is entered through, where it has states of its own. */
  readonly initial: StatePath | undefined;
  readonly entry: readonly string[];
  readonly exit: readonly string[];
}

export interface MachineEdge {
  readonly source: StatePath;
  readonly event: string;
  readonly guard: string | undefined;
  readonly actions: readonly string[];
  /** As written; the source where the transition stays. */
  readonly target: StatePath;
}

/** All states below the machine itself, parents before children. */
export function statesOf(machine: AnyStateMachine): readonly MachineState[] {
  return nodesOf(machine)
    .slice(1)
    .map((node) => ({
      path: pathOf(node),
      type: node.type,
      initial: node.type === 'compound' ? initialOf(node) : undefined,
      entry: node.entry.map(nameOf),
      exit: node.exit.map(nameOf),
    }));
}

/** The state that the machine starts in. */
export function initialStateOf(machine: AnyStateMachine): StatePath {
  return initialOf(machine.root);
}

/** All transitions. */
export function edgesOf(machine: AnyStateMachine): readonly MachineEdge[] {
  return nodesOf(machine).flatMap((node) => {
    const always = (node.always ?? []).map((transition) => edgeOf(transition, ALWAYS));
    const named = [...node.transitions].flatMap(([event, transitions]) =>
      transitions.map((transition) => edgeOf(transition, event)),
    );
    return [...always, ...named];
  });
}

function edgeOf(transition: AnyTransitionDefinition, event: string): MachineEdge {
  const { source, target, guard, actions } = transition;
  return {
    source: pathOf(source),
    event,
    guard: guard === undefined ? undefined : nameOf(guard),
    actions: actions.map(nameOf),
    target: pathOf(target?.[0] ?? source),
  };
}

function nodesOf(machine: AnyStateMachine): readonly AnyStateNode[] {
  const visit = (node: AnyStateNode): AnyStateNode[] => [
    node,
    ...Object.values<AnyStateNode>(node.states).flatMap(visit),
  ];
  return visit(machine.root);
}

function initialOf(node: AnyStateNode): StatePath {
  const [target] = node.initial.target;
  return target === undefined ? ANYWHERE : pathOf(target);
}

function pathOf(node: AnyStateNode): StatePath {
  return node.path.length === 0 ? ANYWHERE : node.path.join('.');
}

function nameOf(reference: unknown): string {
  if (typeof reference === 'string') return reference;
  const isNamed = typeof reference === 'object' && reference !== null && 'type' in reference;
  if (isNamed && typeof reference.type === 'string') return reference.type;
  throw new UpcallError('Cannot draw machine: a guard or an action has no name, set it up by name');
}
