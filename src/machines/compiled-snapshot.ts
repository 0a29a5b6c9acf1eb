/**
 * What an actor on a compiled machine answers to `getSnapshot()`: the shape of a machine's
 * snapshot.
 *
 * Immutable. `toJSON()` and `toPersisted()` are equal to those of the interpreted machine;
 * `machine` and `_nodes`, from which tools draw, are found when asked for.
 */

import type { AnyStateMachine, AnyStateNode, MachineContext, SnapshotStatus } from 'xstate';
import type { CompiledMachine } from './compile.js';

/** A snapshot as it is stored: plain data. */
export interface PersistedSnapshot<Context> {
  readonly status: SnapshotStatus;
  readonly output: undefined;
  readonly error: undefined;
  readonly value: string;
  readonly historyValue: Readonly<Record<string, never>>;
  readonly context: Context;
  readonly children: Readonly<Record<string, never>>;
}

/** Says whether `event` would be heeded in this snapshot, its guards considered. */
export type CanTransition<Context, Event> = (
  snapshot: CompiledSnapshot<Context & MachineContext, Event>,
  event: Event,
) => boolean;

export class CompiledSnapshot<Context extends MachineContext, Event> {
  readonly status: 'active' | 'done';
  readonly value: string;
  readonly context: Context;
  readonly output = undefined;
  readonly error = undefined;
  readonly children = NOTHING;
  readonly historyValue = NOTHING;
  readonly tags: ReadonlySet<string> = NO_TAGS;
  /** Index of `value` among the states of the compiled machine. */
  readonly state: number;
  readonly #compiled: CompiledMachine;
  readonly #can: CanTransition<Context, Event>;

  constructor(
    compiled: CompiledMachine,
    state: number,
    context: Context,
    can: CanTransition<Context, Event>,
  ) {
    this.status = compiled.isFinal[state] === 1 ? 'done' : 'active';
    this.value = compiled.states[state] ?? '';
    this.context = context;
    this.state = state;
    this.#compiled = compiled;
    this.#can = can;
  }

  /** The definition that it is a state of. */
  get machine(): AnyStateMachine {
    return this.#compiled.machine;
  }

  /** The root and the state that it is in; `getNextTransitions()` of xstate reads them. */
  get _nodes(): readonly AnyStateNode[] {
    const { machine, nodes } = this.#compiled;
    return [machine.root, ...nodes.slice(this.state, this.state + 1)];
  }

  matches(state: string): boolean {
    return this.value === state;
  }

  can(event: Event): boolean {
    return this.#can(this, event);
  }

  hasTag(): boolean {
    return false;
  }

  getMeta(): Readonly<Record<string, never>> {
    return NOTHING;
  }

  toJSON(): object {
    const { status, context, value, output, error } = this;
    return { status, context, value, error, output, children: {}, historyValue: {}, tags: [] };
  }

  toPersisted(): PersistedSnapshot<Context> {
    const { status, output, error, value, context } = this;
    return { status, output, error, value, historyValue: {}, context, children: {} };
  }
}

const NOTHING: Readonly<Record<string, never>> = Object.freeze({});
const NO_TAGS: ReadonlySet<string> = new Set();
