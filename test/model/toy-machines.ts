/**
 * Machines that have, in little, all that a machine can have.
 */

import { and, assign, not, setup } from 'xstate';

export type DoorEvent =
  | { readonly type: 'door.open' }
  | { readonly type: 'door.close' }
  | { readonly type: 'door.lock'; readonly code: number }
  | { readonly type: 'door.kick' };

/** Guards of every kind, a delay, a state that is left at once, a nested and a final one. */
export const doorMachine = setup({
  types: {} as { context: { kicks: number }; events: DoorEvent },
  actions: {
    countKick: assign({ kicks: ({ context }) => context.kicks + 1 }),
    ring: () => {
      throw new Error('nobody runs the actions of a model');
    },
  },
  guards: {
    isCode: ({ event }, { code }: { code: number }) =>
      event.type === 'door.lock' && event.code === code,
    isKicked: ({ context }) => context.kicks > 0,
    isWeak: ({ context }) => context.kicks > 1,
  },
}).createMachine({
  id: 'door',
  context: { kicks: 0 },
  on: { 'door.kick': { actions: 'countKick' } },
  initial: 'closed',
  states: {
    closed: {
      entry: 'ring',
      initial: 'unlocked',
      states: {
        unlocked: {
          on: {
            'door.lock': { guard: { type: 'isCode', params: { code: 7 } }, target: 'locked' },
            'door.open': '#door.open',
          },
        },
        locked: {
          on: {
            'door.lock': [
              { guard: ({ event }) => event.code === 0, target: 'unlocked' },
              { guard: and([not('isKicked')]), actions: 'ring' },
            ],
          },
          always: { guard: 'isWeak', target: '#door.creaking' },
        },
      },
    },
    open: { on: { 'door.close': 'closed' }, after: { 5000: 'creaking' } },
    creaking: { always: 'broken' },
    broken: { type: 'final' },
  },
});

/** Two regions, and a context without end. */
export const lampMachine = setup({
  types: {} as { context: { turns: number }; events: { type: 'turn' } | { type: 'tilt' } },
  actions: { count: assign({ turns: ({ context }) => context.turns + 1 }) },
}).createMachine({
  id: 'lamp',
  context: { turns: 0 },
  type: 'parallel',
  states: {
    light: {
      initial: 'off',
      states: {
        off: { on: { turn: { target: 'on', actions: 'count' } } },
        on: { on: { turn: { target: 'off', actions: 'count' } } },
      },
    },
    head: {
      initial: 'up',
      states: { up: { on: { tilt: 'down' } }, down: { on: { tilt: 'up' } } },
    },
  },
});
