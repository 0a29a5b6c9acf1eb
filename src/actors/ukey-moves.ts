/**
 * The moves of a ukey as numbers, made from its machine once, at load.
 *
 * A state and an event give the state to go to and what to do on the way. Nothing about the life of
 * a ukey is written down here a second time, but for the numbers of the states, which code that
 * asks for a state by name needs, and which are verified. There are two lives: `ukeyMoves` (profile
 * `current`) and `ukeyMoves2014` (profile `ovs-2.3`).
 *
 * Hot path. Bench: `bench/dump.ts`. Answers to OVS's `transition_ukey`.
 */

import type { AnyTransitionDefinition } from 'xstate';
import { assert } from '../base/errors.js';
import {
  type CompiledMachine,
  compileMachine,
  GUARDED,
  NO_TRANSITION,
} from '../machines/compile.js';
import { CompiledSnapshot } from '../machines/compiled-snapshot.js';
import { type Ukey2014Event, ukey2014Machine } from '../machines/ukey-2014-machine.js';
import { type UkeyContext, type UkeyEvent, ukeyMachine } from '../machines/ukey-machine.js';

/**
 * What may happen to a ukey of either life; where both have an event of a name, 2.3's says less.
 */
export type AnyUkeyEvent = UkeyEvent | Extract<Ukey2014Event, { type: 'stats.accept' }>;

/** A snapshot of either life; in 2.3's the context has nothing but 0 of what it does not know. */
export type UkeySnapshot = CompiledSnapshot<
  { [Name in keyof UkeyContext]: UkeyContext[Name] },
  AnyUkeyEvent
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

/** The same of 2.3. */
export const Ukey2014State = { UNMARKED: 0, MARKED: 1, GONE: 2, DELETED: 3 } as const;

/** What a move does on its way: the machines' effects and their assignments. */
export const ukeyActionNames = [
  'pushDelta',
  'acceptSighting',
  'acceptStats',
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

type UkeyMachine = typeof ukeyMachine | typeof ukey2014Machine;

export class UkeyMoves {
  readonly machine: UkeyMachine;
  readonly initial: number;
  /** The final state. */
  readonly deleted: number;
  readonly #compiled: CompiledMachine;
  readonly #eventCodes: ReadonlyMap<string, number>;
  /** Events of the machine: `state * eventsCount + event` is a cell of the two tables. */
  readonly eventsCount: number;
  /** Where the event leads from the state: a state, or `STAY` where it is ignored. */
  readonly next: Uint8Array;
  /** What is done on that way, in order. */
  readonly actions: readonly (readonly UkeyActionCode[])[];

  constructor(machine: UkeyMachine, states: Readonly<Record<string, number>>) {
    const compiled = compileMachine(machine);
    verifyStates(compiled, states);
    this.machine = machine;
    this.initial = compiled.initial;
    this.deleted = compiled.isFinal.indexOf(1);
    this.#compiled = compiled;
    this.next = compiled.next;
    this.eventsCount = compiled.events.length;
    this.#eventCodes = new Map(compiled.events.map((type, code) => [type, code]));
    this.actions = actionLists(compiled);
  }

  /** Names of the states, by their numbers. */
  get states(): readonly string[] {
    return this.#compiled.states;
  }

  /** The number of an event's type; undefined for one that the machine does not know. */
  eventCodeOf(type: string): number | undefined {
    return this.#eventCodes.get(type);
  }

  /** The same for a type that is written in the code. */
  eventCode(type: AnyUkeyEvent['type']): number {
    const code = this.#eventCodes.get(type);
    assert(code !== undefined, 'the ukey machine has no such event');
    return code;
  }

  /** The transition that `code` takes from `state`, as xstate tells inspectors; none: ignored. */
  transitionsOf(state: number, code: number | undefined): readonly AnyTransitionDefinition[] {
    const taken = code === undefined ? [] : this.#compiled.transitionsOf(state, code);
    return taken.map(({ definition }) => definition);
  }

  /** What the machine calls `state`. */
  stateName(state: number): string {
    return this.#compiled.states[state] ?? '';
  }

  /** A snapshot of a ukey in `state`. */
  snapshot(state: number, context: UkeyContext): UkeySnapshot {
    return new CompiledSnapshot(this.#compiled, state, context, this.#canMove);
  }

  readonly #canMove = (snapshot: UkeySnapshot, event: AnyUkeyEvent): boolean => {
    const code = this.#eventCodes.get(event.type);
    return code !== undefined && this.next[snapshot.state * this.eventsCount + code] !== STAY;
  };
}

export const ukeyMoves = new UkeyMoves(ukeyMachine, UkeyState);
export const ukeyMoves2014 = new UkeyMoves(ukey2014Machine, Ukey2014State);

function actionLists(compiled: CompiledMachine): readonly (readonly UkeyActionCode[])[] {
  return compiled.states.flatMap((_, state) =>
    compiled.events.map((_, event) =>
      (compiled.transitionOf(state, event)?.actions ?? []).map(actionCode),
    ),
  );
}

function actionCode(name: string): UkeyActionCode {
  const code = ukeyActionNames.indexOf(name as UkeyActionName);
  assert(code >= 0, 'the ukey machine has an action that the columns do not know');
  return code;
}

function verifyStates(compiled: CompiledMachine, states: Readonly<Record<string, number>>): void {
  for (const [name, state] of Object.entries(states)) {
    assert(compiled.states[state] === name.toLowerCase(), 'the ukey states have other numbers');
  }
  assert(!compiled.next.includes(GUARDED), 'a guard decides a move of the ukey machine');
}
