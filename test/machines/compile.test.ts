import { describe, expect, it } from 'vitest';
import { assign, createActor, createMachine, raise, setup } from 'xstate';
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
    ['a guard has no name', flat({ on: { 'a.b': { guard: () => true, target: 'two' } } })],
  ])('refuses a machine: %s', (reason, machine) => {
    expect(() => compileMachine(machine)).toThrow(`Cannot compile machine "x": ${reason}`);
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
    const snapshot = createActor(createMachine({})).getPersistedSnapshot();
    const actor = createActor(createCompiledLogic(turnstile), { input: { limit: 1 }, snapshot });
    expect(actor.getSnapshot()).toMatchObject({ status: 'error' });
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
