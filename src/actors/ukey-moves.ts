/**
 * The moves of a ukey as numbers, made from `ukeyMachine` once, at load.
 *
 * A state and an event give the state to go to and what to do on the way. Nothing about the life of
 * a ukey is written down here a second time, but for the numbers of the states, which code that
 * asks for a state by name needs, and which are verified.
 *
 * Hot path. Bench: `bench/dump.ts`. Answers to OVS's `transition_ukey`.
 */

import { assert } from '../base/errors.js';
import { compileMachine, GUARDED, NO_TRANSITION } from '../machines/compile.js';
import { CompiledSnapshot } from '../machines/compiled-snapshot.js';
import { type UkeyContext, type UkeyEvent, ukeyMachine } from '../machines/ukey-machine.js';

export type UkeySnapshot = CompiledSnapshot<
  { [Name in keyof UkeyContext]: UkeyContext[Name] },
  UkeyEvent
>;

/** The states as the columns hold them: indices into the machine's. */
export const UkeyState = {
  CREATED: 0,
  VISIBLE: 1,
  OPERATIONAL: 2,
  INCONSISTENT: 3,
  EVICTING: 4,
  EVICTED: 5,
  DELETED: 6,
} as const;

/** What a move does on its way: the machine's effects and its assignments. */
export const ukeyActionNames = [
  'pushDelta',
  'acceptSighting',
  'queueModify',
  'queueDelete',
  'pushFinal',
  'reportLost',
  'releaseCache',
  'countMissedDump',
  'rememberReason',
  'forgetReason',
] as const;

export type UkeyActionName = (typeof ukeyActionNames)[number];
/** Index into `ukeyActionNames`. */
export type UkeyActionCode = number;

/** Not a state: the event is ignored. */
export const STAY = NO_TRANSITION;

const compiled = compileMachine(ukeyMachine);
const eventsCount = compiled.events.length;
const eventCodes = new Map(compiled.events.map((type, code) => [type, code]));
const actionLists = compiled.states.flatMap((_, state) =>
  compiled.events.map((_, event) =>
    (compiled.transitionOf(state, event)?.actions ?? []).map(actionCode),
  ),
);
verifyStates();

/** The number of an event's type; undefined for one that the machine does not know. */
export function eventCodeOf(type: string): number | undefined {
  return eventCodes.get(type);
}

/** The same for a type that is written in the code. */
export function eventCode(type: UkeyEvent['type']): number {
  const code = eventCodes.get(type);
  assert(code !== undefined, 'the ukey machine has no such event');
  return code;
}

/** Where `event` leads from `state`: a state, or `STAY` where it is ignored. */
export function moveTarget(state: number, event: number): number {
  return compiled.next[state * eventsCount + event]!;
}

/** What is done on that way, in order. */
export function moveActions(state: number, event: number): readonly UkeyActionCode[] {
  return actionLists[state * eventsCount + event]!;
}

/** A snapshot of a ukey in `state`. */
export function ukeySnapshot(state: number, context: UkeyContext): UkeySnapshot {
  return new CompiledSnapshot(compiled, state, context, canMove);
}

function canMove(snapshot: UkeySnapshot, event: UkeyEvent): boolean {
  const code = eventCodes.get(event.type);
  return code !== undefined && moveTarget(snapshot.state, code) !== STAY;
}

function actionCode(name: string): UkeyActionCode {
  const code = ukeyActionNames.indexOf(name as UkeyActionName);
  assert(code >= 0, 'the ukey machine has an action that the columns do not know');
  return code;
}

function verifyStates(): void {
  for (const [name, state] of Object.entries(UkeyState)) {
    assert(compiled.states[state] === name.toLowerCase(), 'the ukey states have other numbers');
  }
  assert(!compiled.next.includes(GUARDED), 'a guard decides a move of the ukey machine');
}
