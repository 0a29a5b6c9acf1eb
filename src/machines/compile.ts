/**
 * Flattens a machine into a table, once, at load.
 *
 * Interpreting a machine costs microseconds an event, too much for 200,000 ukeys. A machine of
 * their kind (a flat set of states; named guards, assigns and effects; no delays, no invocations,
 * nothing nested) is no more than a table: state and event give the next state and a list of
 * actions. Whoever runs on the table (`compiled-logic.ts`, the ukey columns of `src/actors/`)
 * thereby runs on the machine. A machine of another kind is refused with the reason.
 */

import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { UpcallError } from '../base/errors.js';

/** In `next`: the event is ignored. */
export const NO_TRANSITION = 255;
/** In `next`: guards decide; ask `transitionsOf`. */
export const GUARDED = 254;

export interface CompiledTransition {
  /** The name of the guard; undefined: always taken. */
  readonly guard: string | undefined;
  /** Index into `states`. */
  readonly target: number;
  /** Names of actions in order: of the state left, of the transition, of the state entered. */
  readonly actions: readonly string[];
  /** As xstate has it, and tells inspectors. */
  readonly definition: AnyTransitionDefinition;
}

export interface CompiledMachine {
  /** What was compiled. */
  readonly machine: AnyStateMachine;
  readonly id: string;
  /** In the order of the machine. */
  readonly states: readonly string[];
  /** The same as xstate has them. */
  readonly nodes: readonly AnyStateNode[];
  /** In the order in which the machine first mentions them. */
  readonly events: readonly string[];
  /** Index into `states`. */
  readonly initial: number;
  /** Of entering the initial state. */
  readonly initialActions: readonly string[];
  /** `[state * events.length + event]`: the next state, `NO_TRANSITION` or `GUARDED`. */
  readonly next: Uint8Array;
  /** `[state]`: 1 where the state is final. */
  readonly isFinal: Uint8Array;
  /** The transitions of a cell, in the order in which they are tried; none: ignored. */
  transitionsOf(state: number, event: number): readonly CompiledTransition[];
  /** The transition of a cell that no guard decides; undefined: ignored, or guarded. */
  transitionOf(state: number, event: number): CompiledTransition | undefined;
}

/** Compiles `machine`; throws `UpcallError` where it is not of the kind that can be compiled. */
export function compileMachine(machine: AnyStateMachine): CompiledMachine {
  refuseUnlessFlat(machine);
  const nodes = Object.values(machine.root.states) as AnyStateNode[];
  const states = nodes.map((node) => node.key);
  const events = [...new Set(nodes.flatMap((node) => [...node.transitions.keys()]))];
  const cells = nodes.flatMap((node) => events.map((event) => compileCell(node, event, states)));
  const initial = states.indexOf(machine.root.initial.target[0]?.key ?? '');
  const transitionsOf = (state: number, event: number): readonly CompiledTransition[] =>
    cells[state * events.length + event] ?? [];
  return {
    machine,
    id: machine.id,
    states,
    nodes,
    events,
    initial,
    initialActions: actionNames(nodes[initial]?.entry ?? [], machine.id),
    next: Uint8Array.from(cells, nextOf),
    isFinal: Uint8Array.from(nodes, (node) => (node.type === 'final' ? 1 : 0)),
    transitionsOf,
    transitionOf: (state, event) => {
      const [first] = transitionsOf(state, event);
      return first?.guard === undefined ? first : undefined;
    },
  };
}

function nextOf(transitions: readonly CompiledTransition[]): number {
  const [first] = transitions;
  if (first === undefined) return NO_TRANSITION;
  return first.guard === undefined ? first.target : GUARDED;
}

function compileCell(
  node: AnyStateNode,
  event: string,
  states: readonly string[],
): readonly CompiledTransition[] {
  return (node.transitions.get(event) ?? []).map((transition) => {
    const target = transition.target?.[0] ?? node;
    const isMove = target !== node || transition.reenter;
    return {
      guard: guardName(transition.guard, node.machine.id),
      target: states.indexOf(target.key),
      actions: actionNames(
        [...(isMove ? node.exit : []), ...transition.actions, ...(isMove ? target.entry : [])],
        node.machine.id,
      ),
      definition: transition,
    };
  });
}

function guardName(guard: unknown, id: string): string | undefined {
  if (guard === undefined) return undefined;
  return nameOf(guard) ?? refuse(id, 'a guard has no name');
}

function actionNames(actions: readonly unknown[], id: string): string[] {
  return actions.map((action) => nameOf(action) ?? refuse(id, 'an action has no name'));
}

/** The name of a guard or an action as a configuration has it; undefined for one without. */
function nameOf(reference: unknown): string | undefined {
  if (typeof reference === 'string') return reference;
  const isNamed = typeof reference === 'object' && reference !== null && 'type' in reference;
  return isNamed && typeof reference.type === 'string' && !('params' in reference)
    ? reference.type
    : undefined;
}

function refuseUnlessFlat(machine: AnyStateMachine): void {
  const { root, id } = machine;
  if (root.type !== 'compound') refuse(id, 'it has no states');
  if (root.transitions.size > 0) refuse(id, 'it has transitions outside of its states');
  const nodes = Object.values(root.states) as AnyStateNode[];
  if (nodes.length >= GUARDED) refuse(id, 'it has too many states');
  for (const node of [root as AnyStateNode, ...nodes]) {
    if (node.invoke.length > 0) refuse(id, `state "${node.key}" invokes`);
    if (node.after.length > 0) refuse(id, `state "${node.key}" has delays`);
    if ((node.always ?? []).length > 0) refuse(id, `state "${node.key}" has eventless transitions`);
    if (node.tags.length > 0) refuse(id, `state "${node.key}" has tags`);
    if (node !== root) refuseUnlessAtomic(node, id);
  }
}

function refuseUnlessAtomic(node: AnyStateNode, id: string): void {
  if (node.type !== 'atomic' && node.type !== 'final') refuse(id, `state "${node.key}" is nested`);
  for (const event of node.transitions.keys()) {
    if (event.includes('*')) refuse(id, `state "${node.key}" takes "${event}"`);
  }
}

function refuse(id: string, reason: string): never {
  throw new UpcallError(`Cannot compile machine "${id}": ${reason}`);
}
