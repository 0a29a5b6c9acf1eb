/**
 * The state of an actor as text: "running.cycling".
 */

import type { AnyActorRef, StateValue } from 'xstate';

/** Of an actor that is no machine: its status. */
export function stateOfActor(actor: AnyActorRef): string {
  const snapshot: { readonly status: string; readonly value?: StateValue } = actor.getSnapshot();
  return snapshot.value === undefined ? snapshot.status : pathOf(snapshot.value);
}

function pathOf(value: StateValue): string {
  if (typeof value === 'string') return value;
  const [state = '', below] = Object.entries(value)[0] ?? [];
  return below === undefined ? state : `${state}.${pathOf(below)}`;
}
