/** What inspectors hear of a ukey, beside what xstate's interpreter tells of the same machine. */

import { describe, expect, it } from 'vitest';
import {
  type AnyActorRef,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  createActor,
  type EventObject,
  fromTransition,
  getNextTransitions,
  type InspectionEvent,
} from 'xstate';
import { ActorSystemDoor } from '../../src/actors/actor-system.js';
import { STAY, type UkeyMoves, ukeyMoves, ukeyMoves2014 } from '../../src/actors/ukey-moves.js';
import { UkeySlice } from '../../src/actors/ukey-slice.js';
import { instant } from '../../src/base/brands.js';
import { FlowKey } from '../../src/datapath/flow-key.js';
import { NO_ACTIONS } from '../../src/datapath/odp-actions.js';
import { udpifMachine } from '../../src/machines/udpif-machine.js';
import { type Ukey2014Event, ukey2014Machine } from '../../src/machines/ukey-2014-machine.js';
import { type UkeyEvent, ukeyEffects, ukeyMachine } from '../../src/machines/ukey-machine.js';
import { recordedEffects } from '../machines/recorded-effects.js';
import { ukeyEvents, ukeyInput, ukeyPaths } from '../machines/ukey-paths.js';
import { flowOf } from './udpif-bench.js';

type Sighting = readonly [kind: string, ...facts: unknown[]];

const stats = { packets: 7, bytes: 700, used: instant(1_500), tcpFlags: 2 };
const accept: Ukey2014Event = { type: 'stats.accept', stats };
const EVENTS_2014: readonly EventObject[] = [
  accept,
  ...ukeyEvents.filter(({ type }) => /^(flow\.keep|flow\.delete|ukey\.sweep)$/.test(type)),
];
/** All sequences of up to four events: every transition, and every event that a state ignores. */
const PATHS_2014 = EVENTS_2014.reduce<EventObject[][]>(
  (paths) => paths.concat(paths.flatMap((path) => EVENTS_2014.map((event) => [...path, event]))),
  [[]],
);

/** Sees all but actions, which a ukey does not tell of. */
function sightings(events: readonly InspectionEvent[]): readonly Sighting[] {
  return events.flatMap((event): readonly Sighting[] => {
    switch (event.type) {
      case '@xstate.actor':
        return [[event.type]];
      case '@xstate.event':
        return [[event.type, event.event]];
      case '@xstate.snapshot':
        return [[event.type, event.event, stateOf(event.snapshot)]];
      case '@xstate.microstep':
        return [[event.type, event.event, stateOf(event.snapshot), plain(event._transitions)]];
      default:
        return [];
    }
  });
}

function stateOf(snapshot: object): unknown {
  const { value, status } = snapshot as { value: unknown; status: unknown };
  return [value, status];
}

/** A transition's own JSON: source, targets, event, actions, guard. */
function plain(transitions: readonly unknown[]): unknown {
  return JSON.parse(JSON.stringify(transitions));
}

function seenInColumns(moves: UkeyMoves, path: readonly EventObject[]): readonly Sighting[] {
  const seen: InspectionEvent[] = [];
  const parent = createActor(udpifMachine);
  parent.system.inspect((event) => seen.push(event));
  const { ukey } = createUkey(moves, parent, 1);
  for (const event of path) ukey.send(event as UkeyEvent);
  return sightings(seen.filter(({ actorRef }) => Object.is(actorRef, ukey)));
}

function createUkey(moves: UkeyMoves, parent: AnyActorRef, inspectors = 0) {
  const slice = new UkeySlice({
    door: new ActorSystemDoor(parent.system, inspectors),
    parent,
    effects: silentEffects(),
    report: () => {},
    moves,
  });
  const seed = { key: FlowKey.from(flowOf(1)), mask: undefined, actions: NO_ACTIONS };
  return { slice, ukey: slice.actor(slice.create({ ...seed, ...ukeyInput })) };
}

function seenInInterpreter(
  machine: AnyStateMachine,
  path: readonly EventObject[],
): readonly Sighting[] {
  const seen: InspectionEvent[] = [];
  const ukey = createActor(machine.provide({ actions: silentEffects() }), {
    input: ukeyInput,
    inspect: (event) => seen.push(event),
  }).start();
  for (const event of path) if (ukey.getSnapshot().status === 'active') ukey.send(event);
  return sightings(seen).map(withoutInput);
}

const silentEffects = () => recordedEffects(ukeyEffects);

/** A parent that takes whatever it is told. */
const parentLogic = fromTransition((told: number) => told + 1, 0);

function transitionsTaken(paths: readonly (readonly Sighting[])[]): number {
  const microsteps = paths.flat().filter(([kind]) => kind === '@xstate.microstep');
  const taken = new Set(microsteps.map(([, , , transitions]) => JSON.stringify(transitions)));
  taken.delete('[]');
  return taken.size;
}

/** The interpreter's first event carries the input, of which a ukey has none. */
function withoutInput(sighting: Sighting): Sighting {
  return sighting.map((fact) =>
    typeof fact === 'object' && fact !== null && 'input' in fact ? { type: 'xstate.init' } : fact,
  ) as unknown as Sighting;
}

describe('what inspectors are told of a ukey', () => {
  it.each(ukeyPaths())('is what the interpreter tells on $name', ({ events }) => {
    const seen = seenInColumns(ukeyMoves, events);
    expect(seen).toEqual(seenInInterpreter(ukeyMachine, events));
    expect(seen.filter(([kind]) => kind === '@xstate.microstep')).toHaveLength(events.length);
  });

  it('is what the interpreter tells on every path of the ukey of 2.3', () => {
    for (const path of PATHS_2014) {
      expect(seenInColumns(ukeyMoves2014, path)).toEqual(seenInInterpreter(ukey2014Machine, path));
    }
  });

  it('takes every transition of both machines on these paths', () => {
    const current = ukeyPaths().map(({ events }) => seenInColumns(ukeyMoves, events));
    const old = PATHS_2014.map((path) => seenInColumns(ukeyMoves2014, path));
    expect(transitionsTaken(current)).toBe(ukeyMoves.next.filter((to) => to !== STAY).length);
    expect(transitionsTaken(old)).toBe(ukeyMoves2014.next.filter((to) => to !== STAY).length);
  });

  it('has its end told to the parent before the last snapshot, as the interpreter does', () => {
    const end = ukeyPaths().find(({ name }) => name === 'evicted < ukey.sweep')?.events ?? [];
    const kinds = (events: readonly InspectionEvent[]) => events.slice(-5).map(({ type }) => type);
    const seen: InspectionEvent[] = [];
    const parent = createActor(parentLogic, { inspect: (event) => seen.push(event) }).start();
    const machine = ukeyMachine.provide({ actions: silentEffects() });
    const interpreted = createActor(machine, { input: ukeyInput, parent }).start();
    for (const event of end) interpreted.send(event as UkeyEvent);
    const expected = kinds(seen.filter(({ type }) => type !== '@xstate.action'));
    const { slice, ukey } = createUkey(ukeyMoves, createActor(parentLogic).start());
    const inColumns: InspectionEvent[] = [];
    slice.door.system.inspect((event) => inColumns.push(event));
    for (const event of end) ukey.send(event as UkeyEvent);
    expect(kinds(inColumns)).toEqual(expected);
    expect(expected).toContain('@xstate.microstep');
  });
});

describe('the definition of a ukey', () => {
  it('is where tools look for it', () => {
    const { ukey } = createUkey(ukeyMoves, createActor(udpifMachine));
    expect(ukey.logic.config.id).toBe('ukey');
    expect(ukey.src).toBe(ukeyMachine);
    expect(ukey.getSnapshot().machine).toBe(ukeyMachine);
    expect(createUkey(ukeyMoves2014, createActor(udpifMachine)).ukey.logic).toBe(ukey2014Machine);
  });

  it("gives xstate's own functions what they ask of a snapshot", () => {
    const { ukey } = createUkey(ukeyMoves, createActor(udpifMachine));
    ukey.send({ type: 'ukey.install' });
    const snapshot = ukey.getSnapshot() as unknown as AnyMachineSnapshot;
    const events = getNextTransitions(snapshot).map(({ eventType }) => eventType);
    expect(events).toEqual(['put.succeeded', 'put.failed', 'flow.dumped', 'flow.delete']);
  });
});
