/**
 * A guard around a guard, which reports what it answered.
 *
 * xstate has guards by name, by name with parameters, inline, and composed ones (`and`, `or`,
 * `not`, `stateIn`), which it asks by their `check`. The one around is of the kind of the one
 * inside.
 */

import type { AnyMachineSnapshot, AnyStateMachine, EventObject, MachineContext } from 'xstate';

interface GuardArgs {
  readonly context: MachineContext;
  readonly event: EventObject;
}

interface Predicate {
  (args: GuardArgs, params: unknown): boolean;
  readonly check?: (snapshot: AnyMachineSnapshot, args: GuardArgs, self: Predicate) => boolean;
}

interface NamedGuard {
  readonly type: string;
  readonly params?: unknown;
}

export type Guard = string | Predicate | NamedGuard;

/** `guard` of `machine`, telling `report` each of its answers. */
export function noteGuard(
  guard: Guard,
  machine: AnyStateMachine,
  report: (isTrue: boolean) => void,
): Predicate {
  const inner = resolve(guard, machine);
  const noted = (isTrue: boolean): boolean => {
    report(isTrue);
    return isTrue;
  };
  const { check } = inner;
  const ask = (args: GuardArgs): boolean => noted(inner(args, paramsOf(guard, args)));
  if (check === undefined) return ask;
  return Object.assign(ask, {
    check: (snapshot: AnyMachineSnapshot, args: GuardArgs) => noted(check(snapshot, args, inner)),
  });
}

function resolve(guard: Guard, machine: AnyStateMachine): Predicate {
  if (typeof guard === 'function') return guard;
  const name = typeof guard === 'string' ? guard : guard.type;
  return machine.implementations.guards[name] as Predicate;
}

function paramsOf(guard: Guard, args: GuardArgs): unknown {
  if (typeof guard !== 'object') return undefined;
  const { params } = guard;
  return typeof params === 'function' ? (params as (args: GuardArgs) => unknown)(args) : params;
}
