/**
 * A handler: takes upcalls in batches, asks what should happen to them, and does it.
 *
 * ```states
 * *                    -- exit.latched --> *
 * waiting              -- (always) [isExitLatched] --> exited
 * waiting              -- upcalls.queued --> receiving
 * receiving            -- batch.received [hasUpcalls] --> translating
 * receiving            -- batch.received --> waiting
 * translating          -- batch.translated --> operating
 * operating.submitting -- batch.operated --> operating.yielding
 * operating.yielding   -- turn.granted [isExitLatched] --> exited
 * operating.yielding   -- turn.granted --> receiving
 * ```
 *
 * One batch of at most 50 upcalls a round, and one `operate` for it. The exit latch counts only
 * before a batch is read: what was read is handled to its end. After each batch the handler yields
 * its turn, so that a busy one starves nobody (B-03). Rows U-031 to U-036.
 *
 * Owner: the batch in hand (in the actor). Answers to the seed's `udpif_upcall_handler` (L513).
 */

import { assertEvent, assign, setup } from 'xstate';
import { effects } from './effects.js';

export interface HandlerInput {
  /** Its upcall queue, from 0. */
  readonly index: number;
}

export interface HandlerContext {
  readonly index: number;
  readonly isExitLatched: boolean;
}

export type HandlerEvent =
  | { readonly type: 'upcalls.queued' }
  /** `count`: upcalls that are left to translate; samples and bad ones are not. */
  | { readonly type: 'batch.received'; readonly count: number }
  | { readonly type: 'batch.translated' }
  | { readonly type: 'batch.operated' }
  | { readonly type: 'turn.granted' }
  | { readonly type: 'exit.latched' };

/**
 * `armReceive`, `disarmReceive`: have `upcalls.queued` sent when the queue is not empty.
 * `readBatch`, `translateBatch`, `operateBatch`: one step each, answered by the event of its state.
 * `yieldTurn`: have `turn.granted` sent as a macrotask. `reportExited`: tell the udpif.
 */
export const handlerEffects = [
  'armReceive',
  'disarmReceive',
  'readBatch',
  'translateBatch',
  'operateBatch',
  'yieldTurn',
  'reportExited',
] as const;

export type HandlerEffect = (typeof handlerEffects)[number];

const createContext = ({ input }: { input: HandlerInput }): HandlerContext => ({
  index: input.index,
  isExitLatched: false,
});

export const handlerMachine = setup({
  types: {} as { context: HandlerContext; events: HandlerEvent; input: HandlerInput },
  actions: {
    ...effects(handlerEffects),
    latchExit: assign({ isExitLatched: true }),
  },
  guards: {
    isExitLatched: ({ context }) => context.isExitLatched,
    hasUpcalls: ({ event }) => {
      assertEvent(event, 'batch.received');
      return event.count > 0;
    },
  },
}).createMachine({
  id: 'handler',
  context: createContext,
  on: { 'exit.latched': { actions: 'latchExit' } },
  initial: 'waiting',
  states: {
    waiting: {
      entry: 'armReceive',
      exit: 'disarmReceive',
      always: { guard: 'isExitLatched', target: 'exited' },
      on: { 'upcalls.queued': 'receiving' },
    },
    receiving: {
      entry: 'readBatch',
      on: {
        'batch.received': [{ guard: 'hasUpcalls', target: 'translating' }, { target: 'waiting' }],
      },
    },
    translating: {
      entry: 'translateBatch',
      on: { 'batch.translated': 'operating' },
    },
    operating: {
      initial: 'submitting',
      states: {
        submitting: {
          entry: 'operateBatch',
          on: { 'batch.operated': 'yielding' },
        },
        yielding: {
          entry: 'yieldTurn',
          on: {
            'turn.granted': [
              { guard: 'isExitLatched', target: '#handler.exited' },
              { target: '#handler.receiving' },
            ],
          },
        },
      },
    },
    exited: { type: 'final', entry: 'reportExited' },
  },
});
