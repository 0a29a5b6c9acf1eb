import { from, Observable, type ObservableInput } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { createActor, type InspectionEvent } from 'xstate';
import { ActorSystemDoor } from '../../src/actors/actor-system.js';
import type { UkeySnapshot } from '../../src/actors/ukey-moves.js';
import { UkeySlice } from '../../src/actors/ukey-slice.js';
import { FlowKey } from '../../src/datapath/flow-key.js';
import { NO_ACTIONS } from '../../src/datapath/odp-actions.js';
import { udpifMachine } from '../../src/machines/udpif-machine.js';
import { type UkeyEvent, type UkeyInput, ukeyEffects } from '../../src/machines/ukey-machine.js';
import { recordedEffects } from '../machines/recorded-effects.js';
import { type CreateUkey, describeUkeyContract, type Inspect } from '../machines/ukey-contract.js';
import { ukeyInput } from '../machines/ukey-paths.js';
import { flowOf } from './udpif-bench.js';

interface Slice {
  readonly slice: UkeySlice;
  readonly effects: string[];
  readonly faults: unknown[];
}

function createSlice(inspect?: Inspect): Slice {
  const effects: string[] = [];
  const faults: unknown[] = [];
  const parent = createActor(udpifMachine);
  const door = new ActorSystemDoor(parent.system, 0);
  if (inspect !== undefined) parent.system.inspect(inspect);
  const slice = new UkeySlice({
    door,
    parent,
    effects: recordedEffects(ukeyEffects, effects),
    report: (error) => faults.push(error),
  });
  return { slice, effects, faults };
}

function createUkey(slice: UkeySlice, id: number, input: UkeyInput = ukeyInput) {
  const key = FlowKey.from(flowOf(id));
  return slice.actor(slice.create({ key, mask: undefined, actions: NO_ACTIONS, ...input }));
}

const createDenseUkey: CreateUkey = (input, inspect) => {
  const { slice, effects } = createSlice(inspect);
  return { actor: createUkey(slice, 1, input), effects };
};

describeUkeyContract('the columns of production', createDenseUkey);

const TO_THE_END: readonly UkeyEvent[] = [
  { type: 'ukey.install' },
  { type: 'put.failed' },
  { type: 'ukey.sweep' },
];

describe('UkeyActor', () => {
  it('keeps its last snapshot when its row goes to another ukey', () => {
    const { slice } = createSlice();
    const first = createUkey(slice, 1);
    const row = first.handle;
    for (const event of TO_THE_END) first.send(event);
    const second = createUkey(slice, 2);
    expect(second.handle).toBe(row);
    second.send({ type: 'ukey.install' });
    expect(first.getSnapshot().value).toBe('deleted');
    expect(second.getSnapshot().value).toBe('visible');
  });

  it('ignores what is sent to it after its end', () => {
    const { slice, effects } = createSlice();
    const ukey = createUkey(slice, 1);
    for (const event of TO_THE_END) ukey.send(event);
    const before = [...effects];
    for (const event of TO_THE_END) ukey.send(event);
    expect(effects).toEqual(before);
    expect(slice.count).toBe(0);
  });

  it('handles what an observer sends after all have been told', () => {
    const { slice } = createSlice();
    const ukey = createUkey(slice, 1);
    const told: string[] = [];
    ukey.subscribe(({ value }) => {
      told.push(`a ${value}`);
      if (value === 'visible') ukey.send({ type: 'put.succeeded' });
    });
    ukey.subscribe(({ value }) => told.push(`b ${value}`));
    ukey.send({ type: 'ukey.install' });
    expect(told).toEqual(['a visible', 'b visible', 'a operational', 'b operational']);
  });

  it('reports what an observer throws and tells the others', () => {
    const { slice, faults } = createSlice();
    const ukey = createUkey(slice, 1);
    const error = new Error('observer');
    const told: string[] = [];
    ukey.subscribe(() => {
      throw error;
    });
    ukey.subscribe(({ value }) => told.push(value));
    ukey.send({ type: 'ukey.install' });
    expect(faults).toEqual([error]);
    expect(told).toEqual(['visible']);
  });

  it('tells a selection only when it changes', () => {
    const { slice } = createSlice();
    const ukey = createUkey(slice, 1);
    const selection = ukey.select(({ context }) => context.missedDumps);
    const told: number[] = [];
    selection.subscribe((count) => told.push(count));
    ukey.send({ type: 'ukey.install' });
    ukey.send({ type: 'flow.dumped' });
    ukey.send({ type: 'dump.missed' });
    expect(told).toEqual([1]);
    expect(selection.get()).toBe(1);
  });

  it('goes on telling the others when one observer leaves, however often he says so', () => {
    const { slice, faults } = createSlice();
    const [ukey, neighbour] = [createUkey(slice, 1), createUkey(slice, 2)];
    const told: string[] = [];
    const leaving = ukey.subscribe(({ value }) => told.push(`leaving ${value}`));
    ukey.subscribe(({ value }) => told.push(`ukey ${value}`));
    neighbour.subscribe(({ value }) => told.push(`neighbour ${value}`));
    leaving.unsubscribe();
    leaving.unsubscribe();
    for (const one of [ukey, neighbour]) one.send({ type: 'ukey.install' });
    expect(told).toEqual(['ukey visible', 'neighbour visible']);
    expect(faults).toEqual([]);
  });

  it('tells its last observer after a restless one has left', () => {
    const { slice } = createSlice();
    const ukey = createUkey(slice, 1);
    const told: string[] = [];
    const restless = ukey.subscribe(() => {});
    ukey.subscribe(({ value }) => told.push(value));
    restless.unsubscribe();
    ukey.send({ type: 'ukey.install' });
    expect(told).toEqual(['visible']);
  });

  it('asks of an observer only what it has', () => {
    const { slice, faults } = createSlice();
    const ukey = createUkey(slice, 1);
    const told: string[] = [];
    ukey.subscribe({ complete: () => told.push('complete') });
    ukey.subscribe({ next: ({ value }) => told.push(value) });
    for (const event of TO_THE_END) ukey.send(event);
    expect(told).toEqual(['visible', 'evicted', 'deleted', 'complete']);
    expect(faults).toEqual([]);
  });

  it('stays as it is at an event that it does not know, watched or not', () => {
    const { slice } = createSlice();
    const ukey = createUkey(slice, 1);
    const unknown = { type: 'unheard.of' } as never;
    ukey.send(unknown);
    ukey.subscribe(() => {});
    ukey.send(unknown);
    expect(ukey.getSnapshot().value).toBe('created');
    expect(ukey.getSnapshot().can(unknown)).toBe(false);
  });

  it('completes its observers once, also those that unsubscribe meanwhile', () => {
    const { slice } = createSlice();
    const ukey = createUkey(slice, 1);
    const told: string[] = [];
    const second = { unsubscribe: () => {} };
    ukey.subscribe({
      complete: () => {
        told.push('first');
        second.unsubscribe();
      },
    });
    Object.assign(second, ukey.subscribe({ complete: () => told.push('second') }));
    for (const event of TO_THE_END) ukey.send(event);
    expect(told).toEqual(['first', 'second']);
  });

  it('is announced and followed while an inspector is attached, and not after', () => {
    const seen: string[] = [];
    const { slice } = createSlice();
    const subscription = slice.door.system.inspect(({ type }: InspectionEvent) => seen.push(type));
    const ukey = createUkey(slice, 1);
    ukey.send({ type: 'ukey.install' });
    subscription.unsubscribe();
    ukey.send({ type: 'put.succeeded' });
    expect(seen).toEqual([
      '@xstate.actor',
      '@xstate.event',
      '@xstate.snapshot',
      '@xstate.event',
      '@xstate.microstep',
      '@xstate.snapshot',
    ]);
  });

  it('tells a selection to an observer by its function', () => {
    const { slice, faults } = createSlice();
    const ukey = createUkey(slice, 1);
    const selection = ukey.select(({ value }) => value);
    const told: string[] = [];
    selection.subscribe({ next: (value: string) => told.push(value) });
    selection.subscribe({});
    ukey.send({ type: 'ukey.install' });
    expect(told).toEqual(['visible']);
    expect(faults).toEqual([]);
  });

  it('takes three functions as well as an observer, also after its end', () => {
    const { slice } = createSlice();
    const ukey = createUkey(slice, 1);
    const told: string[] = [];
    const follow = (name: string) =>
      ukey.subscribe(
        ({ value }) => told.push(value),
        undefined,
        () => told.push(`${name} complete`),
      );
    follow('one');
    ukey.subscribe(() => {});
    for (const event of TO_THE_END) ukey.send(event);
    expect(told).toEqual(['visible', 'evicted', 'deleted', 'one complete']);
    follow('late').unsubscribe();
    ukey.subscribe({}).unsubscribe();
    expect(told.at(-1)).toBe('late complete');
  });

  it('is what xstate and rxjs take for an actor', () => {
    const { slice } = createSlice();
    const ukey = createUkey(slice, 1);
    expect([ukey.start(), ukey.ref, from(ukey as never) instanceof Observable]).toEqual([
      ukey,
      ukey,
      true,
    ]);
    const seen: string[] = [];
    from(ukey as unknown as ObservableInput<UkeySnapshot>).subscribe(({ value }) =>
      seen.push(value),
    );
    ukey._send({ type: 'ukey.install' });
    expect(seen).toEqual(['visible']);
    expect(JSON.parse(JSON.stringify(ukey))).toEqual({ xstate$$type: 1, id: ukey.id });
    expect(ukey.on().unsubscribe()).toBeUndefined();
  });

  it('is a child of its parent in the system, with an id of its own', () => {
    const { slice } = createSlice();
    const first = createUkey(slice, 1);
    const second = createUkey(slice, 2);
    expect(first._parent).toBe(slice.parent);
    expect(first.system).toBe(slice.parent.system);
    expect(first.sessionId).not.toBe(second.sessionId);
    expect(() => first.stop()).toThrow('final state');
  });
});

describe('UkeySlice', () => {
  it('gives the row of a ukey that has gone to the next one', () => {
    const { slice } = createSlice();
    const [first] = [createUkey(slice, 1), createUkey(slice, 2)];
    const row = first.handle;
    for (const event of TO_THE_END) first.send(event);
    expect(createUkey(slice, 3).handle).toBe(row);
  });

  it('has as many ukeys as were created, also where its rows are all in use', () => {
    const { slice } = createSlice();
    for (let id = 1; id <= 300; id++) {
      createUkey(slice, id);
      expect([...slice]).toHaveLength(id);
    }
  });
});

describe('UkeySlice.find()', () => {
  it('finds each of many ukeys by its key, also after half have gone', () => {
    const { slice } = createSlice();
    const ukeys = Array.from({ length: 3_000 }, (_, id) => createUkey(slice, id));
    for (const [id, ukey] of ukeys.entries()) {
      if (id % 2 === 0) for (const event of TO_THE_END) ukey.send(event);
    }
    for (const [id, ukey] of ukeys.entries()) {
      const handle = slice.find(FlowKey.from(flowOf(id)));
      expect(handle).toBe(id % 2 === 0 ? -1 : ukey.handle);
    }
    expect(slice.count).toBe(1_500);
    expect([...slice]).toHaveLength(1_500);
  });
});
