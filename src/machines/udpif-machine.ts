/**
 * The udpif: the life of the slow path as a whole.
 *
 * ```states
 * *                      -- udpif.revalidate, revalidators.pause, revalidators.resume --> *
 * stopped                -- threads.set --> configuring
 * stopped                -- udpif.flush --> flushing
 * stopped                -- udpif.destroy --> destroyed
 * configuring            -- handlers.configured --> running
 * configuring            -- handlers.refused --> stopped
 * running                -- threads.set [areCountsNew] --> stopping
 * running                -- udpif.synchronize, udpif.flush, udpif.destroy --> stopping
 * running.cycling        -- (always) [isPaused] --> running.parking
 * running.cycling        -- revalidators.pause, revalidators.purge --> running.parking
 * running.parking        -- leader.parked [isPurgeWanted] --> running.clearing
 * running.parking        -- leader.parked --> running.parked
 * running.parking        -- revalidators.purge --> running.parking
 * running.parking        -- revalidators.resume [isPurgeWanted] --> running.parking
 * running.parking        -- revalidators.resume --> running.cycling
 * running.parked         -- revalidators.purge --> running.clearing
 * running.parked         -- revalidators.resume --> running.cycling
 * running.clearing       -- purge.finished [isPaused] --> running.parked
 * running.clearing       -- purge.finished --> running.cycling
 * stopping               -- handler.exited, revalidator.exited --> stopping
 * stopping.handlers      -- (always) [areHandlersGone] --> stopping.revalidators
 * stopping.revalidators  -- (always) [areRevalidatorsGone] --> purging
 * purging                -- purge.finished [isConfigurePlanned] --> configuring
 * purging                -- purge.finished [isFlushPlanned] --> flushing
 * purging                -- purge.finished [isDestroyPlanned] --> destroyed
 * purging                -- purge.finished --> running
 * flushing               -- flush.finished [hasCounts] --> running
 * flushing               -- flush.finished --> stopped
 * configuring            -- threads.set, udpif.synchronize --> configuring
 * configuring            -- udpif.flush, udpif.destroy --> configuring
 * stopping               -- threads.set, udpif.synchronize --> stopping
 * stopping               -- udpif.flush, udpif.destroy --> stopping
 * purging                -- threads.set, udpif.synchronize --> purging
 * purging                -- udpif.flush, udpif.destroy --> purging
 * flushing               -- threads.set, udpif.synchronize --> flushing
 * flushing               -- udpif.flush, udpif.destroy --> flushing
 * running.clearing       -- threads.set, udpif.synchronize, udpif.flush --> running.clearing
 * running.clearing       -- udpif.destroy, revalidators.purge --> running.clearing
 * ```
 *
 * To stop: latch the exit, let every handler end, then every revalidator, then purge all ukeys with
 * their last statistics pushed; only then what the stop was for. A lifecycle event that comes in
 * the middle is queued (the last rows) and replayed when `running` or `stopped` is reached. A purge
 * of an operator parks the revalidators first: never beside an open dump. Rows U-006 to U-025.
 *
 * Owner: the counts and the queue. Answers to the seed's `struct udpif` and `udpif_set_threads`
 * (L379), `udpif_synchronize` (L411), `udpif_flush` (L459), `udpif_destroy` (L274).
 */

import { assertEvent, assign, enqueueActions, setup } from 'xstate';
import { effects } from './effects.js';

export interface ThreadCounts {
  readonly handlers: number;
  readonly revalidators: number;
}

/** What starts or stops threads. Both counts of `threads.set` are at least 1. */
export type UdpifLifecycleEvent =
  | ({ readonly type: 'threads.set' } & ThreadCounts)
  | { readonly type: 'udpif.synchronize' }
  | { readonly type: 'udpif.flush' }
  | { readonly type: 'udpif.destroy' }
  | { readonly type: 'revalidators.purge' };

export type UdpifEvent =
  | UdpifLifecycleEvent
  | { readonly type: 'udpif.revalidate'; readonly reason: string }
  | { readonly type: 'revalidators.pause' }
  | { readonly type: 'revalidators.resume' }
  | { readonly type: 'handlers.configured' }
  | { readonly type: 'handlers.refused'; readonly error: string }
  | { readonly type: 'leader.parked' }
  | { readonly type: 'handler.exited' }
  | { readonly type: 'revalidator.exited' }
  | { readonly type: 'purge.finished' }
  | { readonly type: 'flush.finished' };

/** What a stop is for. */
export type StopPlan = 'configure' | 'restart' | 'flush' | 'destroy';

export interface UdpifContext {
  /** What runs, or is to be started again after a stop; zeros: nothing. */
  readonly counts: ThreadCounts;
  readonly handlersAlive: number;
  readonly revalidatorsAlive: number;
  readonly plan: StopPlan;
  readonly isPaused: boolean;
  readonly isPurgeWanted: boolean;
  /** Lifecycle events that wait for the end of a transition, oldest first. */
  readonly queue: readonly UdpifLifecycleEvent[];
}

/**
 * `configureHandlers`: `dpif.handlersSet(context.counts.handlers)`, answered by
 * `handlers.configured` or `handlers.refused`. `reportRefusal`: log it. `startThreads`: make
 * handlers, barrier and revalidators. `latchExit`: tell every handler and the leader. `purgeUkeys`:
 * delete all flows that have ukeys, in slices, then `purge.finished`. `flushDatapath`, then
 * `flush.finished`. `changeRevalSeq`. `latchPause`, `releasePause`: tell the leader.
 * `reportDestroyed`.
 */
export const udpifEffects = [
  'configureHandlers',
  'reportRefusal',
  'startThreads',
  'latchExit',
  'purgeUkeys',
  'flushDatapath',
  'changeRevalSeq',
  'latchPause',
  'releasePause',
  'reportDestroyed',
] as const;

export type UdpifEffect = (typeof udpifEffects)[number];

const NO_THREADS: ThreadCounts = { handlers: 0, revalidators: 0 };

const createContext = (): UdpifContext => ({
  counts: NO_THREADS,
  handlersAlive: 0,
  revalidatorsAlive: 0,
  plan: 'restart',
  isPaused: false,
  isPurgeWanted: false,
  queue: [],
});

const queueLifecycle = {
  'threads.set': { actions: 'queueEvent' },
  'udpif.synchronize': { actions: 'queueEvent' },
  'udpif.flush': { actions: 'queueEvent' },
  'udpif.destroy': { actions: 'queueEvent' },
} as const;

export const udpifMachine = setup({
  types: {} as { context: UdpifContext; events: UdpifEvent },
  actions: {
    ...effects(udpifEffects),
    rememberCounts: assign(({ event }) => {
      assertEvent(event, 'threads.set');
      return { counts: { handlers: event.handlers, revalidators: event.revalidators } };
    }),
    forgetCounts: assign({ counts: NO_THREADS }),
    countStarted: assign(({ context: { counts } }) => ({
      handlersAlive: counts.handlers,
      revalidatorsAlive: counts.revalidators,
    })),
    countHandlerExit: assign({ handlersAlive: ({ context }) => context.handlersAlive - 1 }),
    countRevalidatorExit: assign({
      revalidatorsAlive: ({ context }) => context.revalidatorsAlive - 1,
    }),
    planConfigure: assign({ plan: 'configure' }),
    planRestart: assign({ plan: 'restart' }),
    planFlush: assign({ plan: 'flush' }),
    planDestroy: assign({ plan: 'destroy' }),
    wantPause: assign({ isPaused: true }),
    forgetPause: assign({ isPaused: false }),
    wantPurge: assign({ isPurgeWanted: true }),
    forgetPurge: assign({ isPurgeWanted: false }),
    queueEvent: assign(({ context, event }) => {
      assertEvent(event, [
        'threads.set',
        'udpif.synchronize',
        'udpif.flush',
        'udpif.destroy',
        'revalidators.purge',
      ]);
      return { queue: [...context.queue, event] };
    }),
    replayQueue: enqueueActions(({ context, enqueue }) => {
      for (const event of context.queue) enqueue.raise(event);
      enqueue.assign({ queue: [] });
    }),
  },
  guards: {
    areCountsNew: ({ context: { counts }, event }) => {
      assertEvent(event, 'threads.set');
      return event.handlers !== counts.handlers || event.revalidators !== counts.revalidators;
    },
    areHandlersGone: ({ context }) => context.handlersAlive === 0,
    areRevalidatorsGone: ({ context }) => context.revalidatorsAlive === 0,
    isConfigurePlanned: ({ context }) => context.plan === 'configure',
    isFlushPlanned: ({ context }) => context.plan === 'flush',
    isDestroyPlanned: ({ context }) => context.plan === 'destroy',
    isPaused: ({ context }) => context.isPaused,
    isPurgeWanted: ({ context }) => context.isPurgeWanted,
    hasCounts: ({ context }) => context.counts.handlers > 0,
  },
}).createMachine({
  id: 'udpif',
  context: createContext,
  on: {
    'udpif.revalidate': { actions: 'changeRevalSeq' },
    'revalidators.pause': { actions: 'wantPause' },
    'revalidators.resume': { actions: 'forgetPause' },
  },
  initial: 'stopped',
  states: {
    stopped: {
      entry: 'replayQueue',
      on: {
        'threads.set': { target: 'configuring', actions: 'rememberCounts' },
        'udpif.flush': 'flushing',
        'udpif.destroy': 'destroyed',
      },
    },
    configuring: {
      entry: 'configureHandlers',
      on: {
        ...queueLifecycle,
        'handlers.configured': 'running',
        'handlers.refused': { target: 'stopped', actions: ['reportRefusal', 'forgetCounts'] },
      },
    },
    running: {
      entry: ['countStarted', 'startThreads', 'replayQueue'],
      on: {
        'threads.set': {
          guard: 'areCountsNew',
          target: 'stopping',
          actions: ['rememberCounts', 'planConfigure'],
        },
        'udpif.synchronize': { target: 'stopping', actions: 'planRestart' },
        'udpif.flush': { target: 'stopping', actions: 'planFlush' },
        'udpif.destroy': { target: 'stopping', actions: 'planDestroy' },
      },
      initial: 'cycling',
      states: {
        cycling: {
          always: { guard: 'isPaused', target: 'parking' },
          on: {
            'revalidators.pause': { target: 'parking', actions: 'wantPause' },
            'revalidators.purge': { target: 'parking', actions: 'wantPurge' },
          },
        },
        parking: {
          entry: 'latchPause',
          on: {
            'leader.parked': [{ guard: 'isPurgeWanted', target: 'clearing' }, { target: 'parked' }],
            'revalidators.purge': { actions: 'wantPurge' },
            'revalidators.resume': [
              { guard: 'isPurgeWanted', actions: 'forgetPause' },
              { target: 'cycling', actions: ['forgetPause', 'releasePause'] },
            ],
          },
        },
        parked: {
          on: {
            'revalidators.purge': 'clearing',
            'revalidators.resume': {
              target: 'cycling',
              actions: ['forgetPause', 'releasePause'],
            },
          },
        },
        clearing: {
          entry: 'purgeUkeys',
          exit: 'forgetPurge',
          on: {
            ...queueLifecycle,
            'revalidators.purge': { actions: 'queueEvent' },
            'purge.finished': [
              { guard: 'isPaused', target: 'parked', actions: 'replayQueue' },
              { target: 'cycling', actions: ['releasePause', 'replayQueue'] },
            ],
          },
        },
      },
    },
    stopping: {
      entry: ['forgetPurge', 'latchExit'],
      on: {
        ...queueLifecycle,
        'handler.exited': { actions: 'countHandlerExit' },
        'revalidator.exited': { actions: 'countRevalidatorExit' },
      },
      initial: 'handlers',
      states: {
        handlers: { always: { guard: 'areHandlersGone', target: 'revalidators' } },
        revalidators: { always: { guard: 'areRevalidatorsGone', target: '#udpif.purging' } },
      },
    },
    purging: {
      entry: 'purgeUkeys',
      on: {
        ...queueLifecycle,
        'purge.finished': [
          { guard: 'isConfigurePlanned', target: 'configuring' },
          { guard: 'isFlushPlanned', target: 'flushing' },
          { guard: 'isDestroyPlanned', target: 'destroyed' },
          { target: 'running' },
        ],
      },
    },
    flushing: {
      entry: 'flushDatapath',
      on: {
        ...queueLifecycle,
        'flush.finished': [{ guard: 'hasCounts', target: 'running' }, { target: 'stopped' }],
      },
    },
    destroyed: { type: 'final', entry: 'reportDestroyed' },
  },
});
