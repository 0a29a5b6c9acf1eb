/**
 * A copy of a machine that tells what a step went through: states entered, transitions taken, and
 * how each guard decided.
 *
 * A snapshot says where a step ended. What was passed on the way (a state that is left at once,
 * the second of two guards) it does not say, and coverage is about just that. So the copy carries
 * marks: an action without effect in each state's entry and each transition, and a guard that notes
 * its answer around each guard. Steps are pure: xstate computes them, nobody executes their
 * actions.
 *
 * Owner: the log of guards, for the length of one step.
 */

import {
  type AnyActorLogic,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type AnyStateNode,
  type AnyTransitionDefinition,
  type EventObject,
  initialTransition,
  transition,
} from 'xstate';
import { type Guard, noteGuard } from './noted-guard.js';

export interface ModelTransition {
  /** 'running.cycling -- revalidators.pause [isPaused] --> running.parking'. */
  readonly name: string;
  readonly guard: string | undefined;
}

export interface GuardOutcome {
  /** Index of the transition. */
  readonly transition: number;
  readonly isTrue: boolean;
}

/** What one step went through, by index. */
export interface Trace {
  readonly states: readonly number[];
  readonly transitions: readonly number[];
  readonly guards: readonly GuardOutcome[];
}

export interface Step {
  readonly snapshot: AnyMachineSnapshot;
  readonly trace: Trace;
}

interface Action {
  readonly type: string;
  readonly params: unknown;
}

const ENTERED = 'upcall.model.entered';
const TAKEN = 'upcall.model.taken';
const ROOT = '*';
const ALWAYS = '(always)';

export class MarkedMachine {
  readonly machine: AnyStateMachine;
  /** Paths of all states, parents before children. */
  readonly states: readonly string[];
  readonly transitions: readonly ModelTransition[];
  #guards: GuardOutcome[] = [];

  constructor(original: AnyStateMachine) {
    this.machine = original.provide({});
    const nodes = nodesOf(this.machine.root).filter(({ type }) => type !== 'history');
    const states = nodes.filter((node) => node !== this.machine.root);
    for (const [index, node] of states.entries()) markEntry(node, index);
    this.states = states.map(pathOf);
    this.transitions = nodes
      .flatMap(transitionsOf)
      .filter(isEffective)
      .map((definition, index) => this.#mark(definition, index));
  }

  start(input: unknown): Step {
    return this.#run(() => initialTransition(this.machine as AnyActorLogic, input));
  }

  step(snapshot: AnyMachineSnapshot, event: EventObject): Step {
    return this.#run(() => transition(this.machine as AnyActorLogic, snapshot, event));
  }

  #run(compute: () => readonly [AnyMachineSnapshot, readonly Action[]]): Step {
    this.#guards = [];
    const [snapshot, actions] = compute();
    const trace = {
      states: marksOf(actions, ENTERED),
      transitions: marksOf(actions, TAKEN),
      guards: this.#guards,
    };
    return { snapshot, trace };
  }

  #mark(definition: AnyTransitionDefinition, index: number): ModelTransition {
    const { actions, guard } = definition;
    const name = nameOf(definition);
    Object.assign(definition, { actions: [mark(TAKEN, index), ...actions] });
    if (guard === undefined) return { name, guard: undefined };
    const report = (isTrue: boolean): void => {
      this.#guards.push({ transition: index, isTrue });
    };
    Object.assign(definition, { guard: noteGuard(guard as Guard, this.machine, report) });
    return { name, guard: guardNameOf(guard) };
  }
}

/** The events that stand for the delays of the states that `snapshot` is in. */
export function delayEvents(snapshot: AnyMachineSnapshot): readonly EventObject[] {
  const types = (snapshot._nodes as readonly AnyStateNode[]).flatMap(({ after }) =>
    after.map(({ eventType }) => String(eventType)),
  );
  return [...new Set(types)].map((type) => ({ type }));
}

function markEntry(node: AnyStateNode, index: number): void {
  Object.assign(node, { entry: [mark(ENTERED, index), ...node.entry] });
}

function mark(type: string, index: number): Action {
  return { type, params: { index } };
}

function marksOf(actions: readonly Action[], type: string): readonly number[] {
  return actions
    .filter((action) => action.type === type)
    .map(({ params }) => (params as { readonly index: number }).index);
}

function nodesOf(node: AnyStateNode): readonly AnyStateNode[] {
  return [node, ...Object.values<AnyStateNode>(node.states).flatMap(nodesOf)];
}

function transitionsOf(node: AnyStateNode): readonly AnyTransitionDefinition[] {
  return [...(node.always ?? []), ...[...node.transitions.values()].flat()];
}

/** xstate takes `on: { event: undefined }` for an event that is to be ignored. */
function isEffective({ target, actions, reenter }: AnyTransitionDefinition): boolean {
  return target !== undefined || actions.length > 0 || reenter;
}

function nameOf({ source, eventType, guard, target }: AnyTransitionDefinition): string {
  const event = String(eventType) || ALWAYS;
  const condition = guard === undefined ? '' : ` [${guardNameOf(guard)}]`;
  const targets = (target ?? [source]).map(pathOf).join(', ');
  return `${pathOf(source)} -- ${event}${condition} --> ${targets}`;
}

function guardNameOf(guard: unknown): string {
  if (typeof guard === 'string') return guard;
  if (typeof guard === 'function') return guard.name || '(inline)';
  return String((guard as { readonly type: unknown }).type);
}

function pathOf(node: AnyStateNode): string {
  return node.path.length === 0 ? ROOT : node.path.join('.');
}
