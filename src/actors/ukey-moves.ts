/**
 * The moves of a ukey as numbers, made from `ukeyMachine` once, at load.
 *
 * A state and an event give the state to go to and what to do on the way; no entry: the event is
 * ignored. Nothing about the life of a ukey is written down here a second time, but for the order of
 * the states, which OVS's checks ("not beyond inconsistent") rely on, and which is verified.
 *
 * Hot path. Bench: `bench/dump.ts`. Answers to OVS's `transition_ukey`.
 */

import { assert } from '../base/errors.js';
import { type UkeyEvent, ukeyMachine } from '../machines/ukey-machine.js';

/** States in the order of a life. */
export const ukeyStateNames = [
  'created',
  'visible',
  'operational',
  'inconsistent',
  'evicting',
  'evicted',
  'deleted',
] as const;

export type UkeyStateName = (typeof ukeyStateNames)[number];

/** The states as the columns hold them. */
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
export const STAY = 255;

const EVENTS_MAX = 32;
const eventCodes = new Map<string, number>();
const targets = new Uint8Array(ukeyStateNames.length * EVENTS_MAX).fill(STAY);
const actionLists: (readonly UkeyActionCode[])[] = [];

readMachine();

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
  return targets[state * EVENTS_MAX + event]!;
}

/** What is done on that way, in order. */
export function moveActions(state: number, event: number): readonly UkeyActionCode[] {
  return actionLists[state * EVENTS_MAX + event]!;
}

/** Whether a ukey in `state` heeds an event of `type`. */
export function canMove(state: UkeyStateName, type: string): boolean {
  const code = eventCodes.get(type);
  return code !== undefined && moveTarget(ukeyStateNames.indexOf(state), code) !== STAY;
}

function readMachine(): void {
  const states = ukeyMachine.root.states;
  assert(Object.keys(states).join() === ukeyStateNames.join(), 'ukey states in another order');
  for (const [from, name] of ukeyStateNames.entries()) {
    for (const [type, [transition]] of states[name]!.transitions) {
      const target = transition?.target?.[0]?.key;
      if (transition === undefined || target === undefined) continue;
      const at = from * EVENTS_MAX + codeFor(type);
      targets[at] = ukeyStateNames.indexOf(target as UkeyStateName);
      actionLists[at] = transition.actions.map(actionCode);
    }
  }
}

function codeFor(type: string): number {
  const known = eventCodes.get(type);
  if (known !== undefined) return known;
  assert(eventCodes.size < EVENTS_MAX, 'too many ukey events');
  eventCodes.set(type, eventCodes.size);
  return eventCodes.size - 1;
}

function actionCode(action: unknown): UkeyActionCode {
  const name = typeof action === 'string' ? action : (action as { type: string }).type;
  const code = ukeyActionNames.indexOf(name as UkeyActionName);
  assert(code >= 0, 'the ukey machine has an action that the columns do not know');
  return code;
}
