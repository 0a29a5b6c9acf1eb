/**
 * Actor logic over a compiled machine: what `createActor` takes in place of the machine itself.
 *
 * It costs a fraction of the interpreter and answers alike: value, context, status, subscribers,
 * persisted snapshot, and inspection events but for `@xstate.microstep`, which only the interpreter
 * sends. `test/machines/ukey-contract.ts` holds it to that. Pass the machine with its effects
 * provided.
 */

import type {
  ActorLogic,
  ActorScope,
  AnyStateMachine,
  ContextFrom,
  EventFromLogic,
  EventObject,
  ExecutableActionObject,
  InputFrom,
  MachineContext,
  Snapshot,
} from 'xstate';
import { UpcallError } from '../base/errors.js';
import { type CompiledMachine, type CompiledTransition, compileMachine } from './compile.js';
import { CompiledSnapshot } from './compiled-snapshot.js';

/** What a provided action, guard or assignment is called with. */
interface Step<Context, Event> {
  readonly context: Context;
  readonly event: Event;
}

type Scope<Context extends MachineContext, Event extends EventObject> = ActorScope<
  CompiledSnapshot<Context, Event>,
  Event
>;
type Effect = (step: object, params: unknown) => void;
/** xstate's own type is of any actor; ours is of this one. */
type EffectInfo = ExecutableActionObject['info'];
type Evaluate<Context, Result> = (step: Step<Context, EventObject>) => Result;
type Assignment<Context> = Evaluate<Context, Partial<Context>> | Readonly<Record<string, unknown>>;

/** `machine` as logic over its table; throws `UpcallError` where it cannot be compiled. */
export function createCompiledLogic<Machine extends AnyStateMachine>(
  machine: Machine,
): ActorLogic<
  CompiledSnapshot<ContextFrom<Machine>, EventFromLogic<Machine>>,
  EventFromLogic<Machine>,
  InputFrom<Machine>
> {
  return new CompiledLogic(machine);
}

class CompiledLogic<Context extends MachineContext, Event extends EventObject, Input>
  implements ActorLogic<CompiledSnapshot<Context, Event>, Event, Input>
{
  readonly #machine: AnyStateMachine;
  readonly #compiled: CompiledMachine;
  readonly #eventCodes: ReadonlyMap<string, number>;
  readonly #assignments = new Map<string, Assignment<Context>>();
  readonly #effects = new Map<string, Effect>();

  constructor(machine: AnyStateMachine) {
    this.#machine = machine;
    this.#compiled = compileMachine(machine);
    this.#eventCodes = new Map(this.#compiled.events.map((event, code) => [event, code]));
    for (const name of actionNames(this.#compiled)) this.#sortOut(name);
  }

  getInitialSnapshot(scope: Scope<Context, Event>, input: Input): CompiledSnapshot<Context, Event> {
    const { initial, initialActions } = this.#compiled;
    const event = { type: 'xstate.init', input } as unknown as Event;
    const context = createContext<Context>(this.#machine, input);
    return this.#snapshot(initial, this.#run(initialActions, { context, event }, scope));
  }

  transition(
    snapshot: CompiledSnapshot<Context, Event>,
    event: Event,
    scope: Scope<Context, Event>,
  ): CompiledSnapshot<Context, Event> {
    const taken = this.#transitionFor(snapshot, event);
    if (taken === undefined) return snapshot;
    const step = { context: snapshot.context, event };
    return this.#snapshot(taken.target, this.#run(taken.actions, step, scope));
  }

  getPersistedSnapshot(snapshot: CompiledSnapshot<Context, Event>): Snapshot<unknown> {
    return snapshot.toPersisted() as Snapshot<unknown>;
  }

  restoreSnapshot(persisted: Snapshot<unknown>): CompiledSnapshot<Context, Event> {
    const { value, context } = persisted as unknown as Step<Context, Event> & { value: string };
    const state = this.#compiled.states.indexOf(value);
    if (state < 0) {
      throw new UpcallError(
        `Cannot restore actor of machine "${this.#compiled.id}": it has no state "${value}"`,
      );
    }
    return this.#snapshot(state, context);
  }

  #snapshot(state: number, context: Context): CompiledSnapshot<Context, Event> {
    return new CompiledSnapshot<Context, Event>(this.#compiled, state, context, this.#can);
  }

  readonly #can = (snapshot: CompiledSnapshot<Context, Event>, event: Event): boolean =>
    this.#transitionFor(snapshot, event) !== undefined;

  #transitionFor(
    { state, context }: CompiledSnapshot<Context, Event>,
    event: Event,
  ): CompiledTransition | undefined {
    const code = this.#eventCodes.get(event.type);
    if (code === undefined) return undefined;
    return this.#compiled
      .transitionsOf(state, code)
      .find(({ guard }) => guard === undefined || this.#holds(guard, { context, event }));
  }

  #holds(name: string, step: Step<Context, Event>): boolean {
    const guard = this.#machine.implementations.guards[name];
    if (typeof guard !== 'function' || 'check' in guard)
      this.#refuse(`guard "${name}" is no function`);
    return (guard as (step: Step<Context, Event>) => boolean)(step);
  }

  /** Assigns at once, hands effects to the actor; each sees the context as it then is. */
  #run(
    names: readonly string[],
    step: Step<Context, Event>,
    scope: Scope<Context, Event>,
  ): Context {
    let { context } = step;
    const { event } = step;
    for (const name of names) {
      const assignment = this.#assignments.get(name);
      if (assignment !== undefined) {
        context = assign(assignment, { context, event });
        continue;
      }
      const info = { context, event, self: scope.self, system: scope.system };
      const exec = this.#effects.get(name);
      scope.actionExecutor({
        type: name,
        info: info as unknown as EffectInfo,
        params: undefined,
        exec,
      });
    }
    return context;
  }

  #sortOut(name: string): void {
    const action: unknown = this.#machine.implementations.actions[name];
    if (typeof action !== 'function') this.#refuse(`action "${name}" is not there`);
    if (!('resolve' in action)) {
      this.#effects.set(name, action as Effect);
    } else if ('assignment' in action) {
      this.#assignments.set(name, action.assignment as Assignment<Context>);
    } else {
      this.#refuse(`action "${name}" is neither an assign nor an effect`);
    }
  }

  #refuse(reason: string): never {
    throw new UpcallError(`Cannot compile machine "${this.#compiled.id}": ${reason}`);
  }
}

function actionNames(compiled: CompiledMachine): ReadonlySet<string> {
  const names = new Set(compiled.initialActions);
  for (let state = 0; state < compiled.states.length; state++) {
    for (let event = 0; event < compiled.events.length; event++) {
      for (const { actions } of compiled.transitionsOf(state, event)) {
        for (const name of actions) names.add(name);
      }
    }
  }
  return names;
}

function createContext<Context>(machine: AnyStateMachine, input: unknown): Context {
  const context: unknown = machine.config.context;
  const made = typeof context === 'function' ? context({ input }) : context;
  return (made ?? {}) as Context;
}

function assign<Context>(
  assignment: Assignment<Context>,
  step: Step<Context, EventObject>,
): Context {
  if (typeof assignment === 'function') return { ...step.context, ...assignment(step) };
  const changes = Object.entries(assignment).map(([key, change]) => [
    key,
    typeof change === 'function' ? (change as Evaluate<Context, unknown>)(step) : change,
  ]);
  return { ...step.context, ...Object.fromEntries(changes) };
}
