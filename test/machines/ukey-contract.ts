/**
 * The contract of a ukey actor: whatever it runs on, it answers as the interpreted machine does.
 *
 * Run by `ukey-machine.test.ts` on the machine itself and on compiled logic, and in `test/actors/`
 * on the columns of production, over every path of `ukey-paths.ts`.
 */

import { describe, expect, it } from 'vitest';
import { createActor, type InspectionEvent } from 'xstate';
import {
  type UkeyContext,
  type UkeyEffect,
  type UkeyEvent,
  type UkeyInput,
  ukeyEffects,
  ukeyMachine,
} from '../../src/machines/ukey-machine.js';
import { recordedEffects } from './recorded-effects.js';
import { pathsToStates, type UkeyPath, ukeyEvents, ukeyInput, ukeyPaths } from './ukey-paths.js';

/** As much of an actor and its snapshot as the contract is about. */
export interface ContractSnapshot {
  readonly status: string;
  readonly value: unknown;
  readonly context: UkeyContext;
  matches(state: UkeyStateName): boolean;
  can(event: UkeyEvent): boolean;
}

export interface ContractActor {
  send(event: UkeyEvent): void;
  getSnapshot(): ContractSnapshot;
  getPersistedSnapshot(): unknown;
  subscribe(observer: { next(snapshot: ContractSnapshot): void; complete(): void }): {
    unsubscribe(): void;
  };
}

/** A running ukey in state `created`, and the names of the effects that it has asked for. */
export interface ContractUkey {
  readonly actor: ContractActor;
  readonly effects: readonly string[];
}

export type Inspect = (event: InspectionEvent) => void;
/** Makes a ukey; `inspect`, where given, is told from its creation on. */
export type CreateUkey = (input: UkeyInput, inspect?: Inspect) => ContractUkey;

export type UkeyStateName = Exclude<keyof typeof ukeyMachine.states, number | symbol>;

const stateNames: readonly UkeyStateName[] = [
  'created',
  'visible',
  'operational',
  'inconsistent',
  'evicting',
  'evicted',
  'deleted',
];

/** The machine, interpreted by xstate: what all others are compared with. */
export const createInterpretedUkey: CreateUkey = (input, inspect) => {
  const effects: string[] = [];
  const machine = ukeyMachine.provide({
    actions: recordedEffects<UkeyEffect>(ukeyEffects, effects),
  });
  const options = inspect === undefined ? { input } : { input, inspect };
  return { actor: createActor(machine, options).start(), effects };
};

/** Everything that can be seen of a ukey that goes along a path. */
interface Sighting {
  readonly snapshots: readonly object[];
  readonly told: readonly unknown[];
  readonly effects: readonly string[];
  readonly persisted: object;
  readonly inspected: readonly unknown[];
}

/** Declares the tests of the contract for the ukeys that `create` makes. */
export function describeUkeyContract(name: string, create: CreateUkey): void {
  describe(`ukey contract on ${name}`, () => {
    it('reaches every state of the machine', () => {
      const reached = pathsToStates().map((path) => walk(create, path).snapshots.at(-1));
      const values = reached.map((snapshot) =>
        snapshot !== undefined && 'value' in snapshot ? snapshot.value : '',
      );
      expect(values.toSorted()).toEqual(stateNames.toSorted());
    });

    it.each(ukeyPaths())('answers as the machine on $name', (path) => {
      expect(walk(create, path)).toEqual(walk(createInterpretedUkey, path));
    });

    it('tells a new observer nothing before the next event', () => {
      const { actor } = create(ukeyInput);
      actor.send({ type: 'ukey.install' });
      const told: unknown[] = [];
      actor.subscribe({ next: ({ value }) => told.push(value), complete: () => {} });
      expect(told).toEqual([]);
      actor.send({ type: 'put.succeeded' });
      expect(told).toEqual(['operational']);
    });

    it('tells nothing more after unsubscribe()', () => {
      const { actor } = create(ukeyInput);
      const told: unknown[] = [];
      const subscription = actor.subscribe({
        next: ({ value }) => told.push(value),
        complete: () => told.push('complete'),
      });
      subscription.unsubscribe();
      for (const event of pathTo('deleted')) actor.send(event);
      expect(told).toEqual([]);
    });

    it('completes an observer that comes after the end', () => {
      const { actor } = create(ukeyInput);
      for (const event of pathTo('deleted')) actor.send(event);
      const told: unknown[] = [];
      actor.subscribe({ next: () => told.push('next'), complete: () => told.push('complete') });
      expect(told).toEqual(['complete']);
    });

    it('gives snapshots that do not change any more', () => {
      const { actor } = create(ukeyInput);
      const before = actor.getSnapshot();
      actor.send({ type: 'ukey.install' });
      expect(before.value).toBe('created');
      expect(before.matches('created')).toBe(true);
    });
  });
}

function pathTo(state: UkeyStateName): readonly UkeyEvent[] {
  return pathsToStates().find(({ name }) => name === state)?.events ?? [];
}

function walk(create: CreateUkey, path: UkeyPath): Sighting {
  const inspections: InspectionEvent[] = [];
  const { actor, effects } = create(ukeyInput, (event) => inspections.push(event));
  const told: unknown[] = [];
  const observer = {
    next: (snapshot: ContractSnapshot) => told.push(facts(snapshot)),
    complete: () => told.push('complete'),
  };
  actor.subscribe(observer);
  const snapshots: object[] = [facts(actor.getSnapshot())];
  for (const event of path.events) {
    actor.send(event);
    snapshots.push(facts(actor.getSnapshot()));
  }
  const inspected = inspections.filter((event) => Object.is(event.actorRef, actor)).flatMap(gist);
  return { snapshots, told, effects, persisted: stored(actor), inspected };
}

function facts(snapshot: ContractSnapshot): object {
  const { status, value, context } = snapshot;
  return {
    status,
    value,
    context,
    matches: stateNames.filter((state) => snapshot.matches(state)),
    can: ukeyEvents.filter((event) => snapshot.can(event)).map(({ type }) => type),
  };
}

/** What a persisted snapshot says about the ukey, after a trip through JSON. */
function stored(actor: ContractActor): object {
  const persisted: unknown = JSON.parse(JSON.stringify(actor.getPersistedSnapshot()));
  const { status, value, context } = persisted as ContractSnapshot;
  return { status, value, context };
}

/** The inspection events that every kind of actor sends, without what is the interpreter's own. */
function gist(event: InspectionEvent): readonly unknown[] {
  switch (event.type) {
    case '@xstate.actor':
      return [event.type];
    case '@xstate.event':
      return [[event.type, event.event.type]];
    case '@xstate.snapshot':
      return [
        [event.type, event.event.type, (event.snapshot as unknown as ContractSnapshot).value],
      ];
    default:
      return [];
  }
}
