import { describe, expect, it } from 'vitest';
import { assign, createActor, createMachine, not, raise, setup } from 'xstate';
import { compileMachine, GUARDED, NO_TRANSITION } from '../../src/machines/compile.js';
import { createCompiledLogic } from '../../src/machines/compiled-logic.js';
import { ukeyMachine } from '../../src/machines/ukey-machine.js';

const log: string[] = [];
const createContext = ({ input }: { input: { limit: number } }) => ({ ...input, coins: 0 });

/** A turnstile that opens on its last coin: guards, assigns, effects, entries and exits. */
const turnstile = setup({
  types: {} as {
    context: { limit: number; coins: number };
    events: { type: 'coin.inserted' } | { type: 'visitor.passed' } | { type: 'turnstile.close' };
    input: { limit: number };
  },
  actions: {
    count: assign({ coins: ({ context }) => context.coins + 1 }),
    reset: assign(() => ({ coins: 0 })),
    lock: () => void log.push('lock'),
    unlock: ({ context }) => void log.push(`unlock after ${context.coins}`),
    ring: () => void log.push('ring'),
  },
  guards: { isEnough: ({ context }) => context.coins + 1 >= context.limit },
}).createMachine({
  id: 'turnstile',
  context: createContext,
  initial: 'locked',
  states: {
    locked: {
      entry: 'lock',
      exit: 'unlock',
      on: {
        'coin.inserted': [
          { guard: 'isEnough', target: 'open', actions: 'count' },
          { actions: ['count', 'ring'] },
        ],
        'turnstile.close': 'closed',
      },
    },
    open: { on: { 'visitor.passed': { target: 'locked', actions: 'reset' } } },
    closed: { type: 'final' },
  },
});

describe('compileMachine()', () => {
  const compiled = compileMachine(turnstile);
  const event = (name: string): number => compiled.events.indexOf(name);

  it('numbers states and events in their order', () => {
    expect(compiled.states).toEqual(['locked', 'open', 'closed']);
    expect(compiled.events).toEqual(['coin.inserted', 'turnstile.close', 'visitor.passed']);
    expect(compiled.initial).toBe(0);
    expect(compiled.initialActions).toEqual(['lock']);
    expect([...compiled.isFinal]).toEqual([0, 0, 1]);
  });

  it('lays the next states out by state, then event', () => {
    const none = NO_TRANSITION;
    expect([...compiled.next]).toEqual([GUARDED, 2, none, none, none, 0, none, none, none]);
  });

  it('lists exits, actions and entries in the order of their running', () => {
    expect(compiled.transitionsOf(0, event('coin.inserted'))).toMatchObject([
      { guard: 'isEnough', target: 1, actions: ['unlock', 'count'] },
      { guard: undefined, target: 0, actions: ['count', 'ring'] },
    ]);
    expect(compiled.transitionOf(1, event('visitor.passed'))?.actions).toEqual(['reset', 'lock']);
  });

  it('has no single transition where guards decide, nor where the event is ignored', () => {
    expect(compiled.transitionOf(0, event('coin.inserted'))).toBeUndefined();
    expect(compiled.transitionOf(2, event('coin.inserted'))).toBeUndefined();
  });

  it('has a transition of the ukey machine for each of its arrows', () => {
    const ukey = compileMachine(ukeyMachine);
    expect(ukey.states).toHaveLength(7);
    expect(ukey.events).toHaveLength(14);
    expect([...ukey.next].filter((next) => next !== NO_TRANSITION)).toHaveLength(16);
  });

  it.each([
    ['it has no states', createMachine({ id: 'x' })],
    ['it has transitions outside of its states', flat({}, { on: { 'a.b': {} } })],
    ['state "one" has delays', flat({ after: { 5: 'two' } })],
    ['state "one" has eventless transitions', flat({ always: 'two' })],
    ['state "one" is nested', flat({ initial: 'inner', states: { inner: {} } })],
    ['state "one" has tags', flat({ tags: 'busy' })],
    ['state "one" invokes', flat({ invoke: { src: 'work' } })],
    ['state "one" takes "*"', flat({ on: { '*': 'two' } })],
    ['an action has no name', flat({ entry: () => {} })],
    ['an action has no name', flat({ entry: assign({}) })],
    ['a guard has no name', flat({ on: { 'a.b': { guard: () => true, target: 'two' } } })],
  ])('refuses a machine: %s', (reason, machine) => {
    expect(() => compileMachine(machine)).toThrow(`Cannot compile machine "x": ${reason}`);
  });
});

describe('compileMachine() and names', () => {
  it('takes a reference by its type, and refuses one with parameters', () => {
    const named = { guard: { type: 'isOpen' }, actions: { type: 'ring' }, target: 'two' };
    const { transitionsOf } = compileMachine(flat({ on: { 'a.b': named } }));
    expect(transitionsOf(0, 0)).toMatchObject([{ guard: 'isOpen', target: 1, actions: ['ring'] }]);
    for (const action of [{ type: 'ring', params: { times: 2 } }, { type: 7 }]) {
      const machine = flat({ entry: action } as object);
      expect(() => compileMachine(machine)).toThrow('an action has no name');
    }
  });

  it('numbers up to 253 states, for the rest of a byte means something else', () => {
    const withStates = (count: number) => {
      const states = Object.fromEntries(Array.from({ length: count }, (_, i) => [`s${i}`, {}]));
      return createMachine({ id: 'x', initial: 's0', states });
    };
    expect(compileMachine(withStates(253)).states).toHaveLength(253);
    expect(() => compileMachine(withStates(254))).toThrow(
      'Cannot compile machine "x": it has too many states',
    );
  });
});

describe('createCompiledLogic()', () => {
  it('runs guards, assigns and effects as the interpreter does', () => {
    const trace = (kind: 'interpreted' | 'compiled') => {
      log.length = 0;
      const options = { input: { limit: 2 } };
      const actor =
        kind === 'interpreted'
          ? createActor(turnstile, options)
          : createActor(createCompiledLogic(turnstile), options);
      actor.start();
      const seen: unknown[] = [];
      for (const type of ['coin.inserted', 'coin.inserted', 'visitor.passed'] as const) {
        actor.send({ type });
        const { value, context, status } = actor.getSnapshot();
        seen.push(value, context, status);
      }
      return { seen, log: [...log], persisted: JSON.stringify(actor.getPersistedSnapshot()) };
    };
    expect(trace('compiled')).toEqual(trace('interpreted'));
    expect(trace('compiled').log).toEqual(['lock', 'ring', 'unlock after 1', 'lock']);
  });

  it('goes on from a persisted snapshot', () => {
    const logic = createCompiledLogic(turnstile);
    const first = createActor(logic, { input: { limit: 3 } }).start();
    first.send({ type: 'coin.inserted' });
    const snapshot = first.getPersistedSnapshot();
    const second = createActor(logic, { input: { limit: 0 }, snapshot }).start();
    second.send({ type: 'coin.inserted' });
    expect(second.getSnapshot().context).toEqual({ limit: 3, coins: 2 });
  });

  it('refuses a persisted snapshot of another machine', () => {
    const door = createMachine({ initial: 'ajar', states: { ajar: {} } });
    const snapshot = createActor(door).getPersistedSnapshot();
    const actor = createActor(createCompiledLogic(turnstile), { input: { limit: 1 }, snapshot });
    const message = 'Cannot restore actor of machine "turnstile": it has no state "ajar"';
    expect(actor.getSnapshot()).toMatchObject({ status: 'error', error: { message } });
  });

  it('has snapshots that look like those of the interpreter', () => {
    const options = { input: { limit: 2 } };
    const interpreted = createActor(turnstile, options).start().getSnapshot();
    const snapshot = createActor(createCompiledLogic(turnstile), options).start().getSnapshot();
    expect(JSON.parse(JSON.stringify(snapshot))).toEqual(JSON.parse(JSON.stringify(interpreted)));
    expect(snapshot.hasTag()).toBe(false);
    expect(snapshot.getMeta()).toEqual({});
    expect([snapshot.matches('locked'), snapshot.matches('open')]).toEqual([true, false]);
  });

  it('ignores events that the machine does not know', () => {
    const actor = createActor(createCompiledLogic(turnstile), { input: { limit: 1 } }).start();
    const before = actor.getSnapshot();
    actor.send({ type: 'lorry.passed' } as never);
    expect(actor.getSnapshot()).toBe(before);
    expect(before.can({ type: 'coin.inserted' })).toBe(true);
    expect(before.can({ type: 'visitor.passed' })).toBe(false);
  });

  it('refuses actions and guards that nobody has set up', () => {
    const unknown = flat({ entry: 'vanish' });
    expect(() => createCompiledLogic(unknown)).toThrow(
      'Cannot compile machine "x": action "vanish" is not there',
    );
    const guarded = flat({ on: { 'a.b': { guard: 'isFull', target: 'two' } } });
    for (const guards of [{}, { isFull: not('isEmpty'), isEmpty: () => true }]) {
      const actor = createActor(createCompiledLogic(guarded.provide({ guards }))).start();
      expect(() => actor.getSnapshot().can({ type: 'a.b' })).toThrow(
        'Cannot compile machine "x": guard "isFull" is no function',
      );
    }
  });

  it('refuses actions that are neither assigns nor effects', () => {
    const machine = setup({ actions: { again: raise({ type: 'a.b' }) } }).createMachine({
      id: 'x',
      initial: 'one',
      states: { one: { entry: 'again' } },
    });
    expect(() => createCompiledLogic(machine)).toThrow(
      'Cannot compile machine "x": action "again" is neither an assign nor an effect',
    );
  });
});

/** A machine "x" whose state "one" is `state`. */
function flat(state: object, root: object = {}) {
  return createMachine({ id: 'x', initial: 'one', states: { one: state, two: {} }, ...root });
}
