/**
 * The barrier: nobody goes on before all have come.
 *
 * ```states
 * gathering -- member.arrived [isLastToArrive] --> gathering
 * gathering -- member.arrived --> gathering
 * gathering -- barrier.destroy --> destroyed
 * ```
 *
 * Shared by the leader and its followers, who pass it three times a cycle. A member arrives once a
 * round and then waits for `barrier.passed`, so a fast one cannot lap a slow one. What the leader
 * says when it arrives (`isExiting`) is handed to all: followers never read the exit latch.
 *
 * Owner: the udpif that made it. Answers to OVS's `struct ovs_barrier` and the seed's `reval_exit`.
 */

import { assertEvent, assign, setup } from 'xstate';
import { effects } from './effects.js';

export interface BarrierInput {
  /** How many members a round needs; at least 1. */
  readonly size: number;
}

export interface BarrierContext {
  readonly size: number;
  /** Members that wait in this round. */
  readonly arrived: number;
  /** Rounds passed. */
  readonly rounds: number;
  /** What the leader last said. */
  readonly isExiting: boolean;
}

export type BarrierEvent =
  | {
      readonly type: 'member.arrived';
      /** Only the leader says it. */
      readonly isExiting?: boolean;
    }
  | { readonly type: 'barrier.destroy' };

/** What members are told. */
export interface BarrierPassed {
  readonly type: 'barrier.passed';
  readonly isExiting: boolean;
}

/** `releaseAll`: send `barrier.passed` with `context.isExiting` to every member. */
export const barrierEffects = ['releaseAll'] as const;

export type BarrierEffect = (typeof barrierEffects)[number];

const createContext = ({ input }: { input: BarrierInput }): BarrierContext => ({
  size: input.size,
  arrived: 0,
  rounds: 0,
  isExiting: false,
});

export const barrierMachine = setup({
  types: {} as { context: BarrierContext; events: BarrierEvent; input: BarrierInput },
  actions: {
    ...effects(barrierEffects),
    countArrival: assign({ arrived: ({ context }) => context.arrived + 1 }),
    startRound: assign({ arrived: 0, rounds: ({ context }) => context.rounds + 1 }),
    hearLeader: assign(({ context, event }) => {
      assertEvent(event, 'member.arrived');
      return { isExiting: event.isExiting ?? context.isExiting };
    }),
  },
  guards: {
    isLastToArrive: ({ context }) => context.arrived + 1 === context.size,
  },
}).createMachine({
  id: 'barrier',
  context: createContext,
  initial: 'gathering',
  states: {
    gathering: {
      on: {
        'member.arrived': [
          {
            guard: 'isLastToArrive',
            target: 'gathering',
            actions: ['hearLeader', 'startRound', 'releaseAll'],
          },
          { target: 'gathering', actions: ['hearLeader', 'countArrival'] },
        ],
        'barrier.destroy': 'destroyed',
      },
    },
    destroyed: { type: 'final' },
  },
});
