/**
 * The leader: revalidator 0, which also runs the cycle.
 *
 * ```states
 * *                        -- reval.changed, exit.latched, pause.latched, pause.released --> *
 * starting.sampling        -- cycle.sampled [isExitLatched] --> starting.atStartBarrier
 * starting.sampling        -- cycle.sampled [isPauseLatched] --> paused
 * starting.sampling        -- cycle.sampled --> starting.atStartBarrier
 * starting.atStartBarrier  -- barrier.passed [isExiting] --> exited
 * starting.atStartBarrier  -- barrier.passed --> dumping
 * dumping.working          -- phase.finished --> dumping.atSweepBarrier
 * dumping.atSweepBarrier   -- barrier.passed --> sweeping
 * sweeping.working         -- phase.finished --> sweeping.atFinishBarrier
 * sweeping.atFinishBarrier -- barrier.passed --> finishing
 * finishing                -- (always) --> waiting
 * waiting                  -- (always) [isInterrupted] --> starting
 * waiting                  -- deadline.reached --> starting
 * waiting.settling         -- gap.passed --> waiting.watching
 * waiting.watching         -- (always) [isRevalidationDue] --> starting
 * paused                   -- (always) [isExitLatched] --> starting
 * paused                   -- pause.released --> starting
 * ```
 *
 * Three barriers a cycle; whatever arrives in between is remembered and looked at in the next
 * `starting`. Only the leader hears of the exit; its word goes out with the first barrier, so that
 * all leave there together. Paused, it leaves everybody at that barrier, and no dump is open.
 * `finishing` is one list of effects, in the order of U-084. `waiting` ends at the deadline (start
 * + min(max-idle, max-revalidator)), on the exit or a pause, or on a change of `reval_seq`, but
 * that not before the minimum gap since the start. Rows U-024, U-025, U-077 to U-093.
 *
 * Owner: as `revalidator-machine.ts`. Answers to the leader's part of `udpif_revalidator` (L550).
 */

import { assertEvent, assign, setup } from 'xstate';
import { type SeqNo, seqNo } from '../base/brands.js';
import type { BarrierPassed } from './barrier-machine.js';
import { effects } from './effects.js';

export interface LeaderInput {
  /** Whether the udpif is paused at its start. */
  readonly isPauseLatched: boolean;
}

export interface LeaderContext {
  /** `reval_seq` as the running cycle saw it at its start; 0 before the first. */
  readonly revalSeqSeen: SeqNo;
  /** The newest that the leader has been told of. */
  readonly revalSeqLatest: SeqNo;
  /** Whether `reval_seq` changed between the last start and this one; true in the first cycle. */
  readonly needsRevalidation: boolean;
  readonly isExitLatched: boolean;
  readonly isPauseLatched: boolean;
  /** `reval_exit`: decided at the start of a cycle, constant until its last barrier. */
  readonly isExiting: boolean;
}

export type LeaderEvent =
  | BarrierPassed
  | { readonly type: 'cycle.sampled'; readonly revalSeq: SeqNo }
  | { readonly type: 'phase.finished' }
  | { readonly type: 'reval.changed'; readonly revalSeq: SeqNo }
  | { readonly type: 'gap.passed' }
  | { readonly type: 'deadline.reached' }
  | { readonly type: 'exit.latched' }
  | { readonly type: 'pause.latched' }
  | { readonly type: 'pause.released' };

/**
 * `sampleCycle`: read `reval_seq`, then the number of flows (with its maximum and average), then
 * the time, and send `cycle.sampled`. `openDump`. `arrive`: send `member.arrived` with
 * `context.isExiting` to the barrier. `startDump`, `startSweep`: begin the slices of the phase,
 * whose last one sends `phase.finished`. `closeDump` to `warnLongDump`: the end of a cycle, in this
 * order. `armWait`: have `gap.passed` and `deadline.reached` sent, at once where they are past;
 * `disarmWait`. `reportParked`, `reportExited`: tell the udpif.
 */
export const leaderEffects = [
  'sampleCycle',
  'openDump',
  'arrive',
  'startDump',
  'startSweep',
  'closeDump',
  'advanceDumpSeq',
  'measureDump',
  'adaptFlowLimit',
  'recordDuration',
  'warnLongDump',
  'armWait',
  'disarmWait',
  'reportParked',
  'reportExited',
] as const;

export type LeaderEffect = (typeof leaderEffects)[number];

const createContext = ({ input }: { input: LeaderInput }): LeaderContext => ({
  revalSeqSeen: seqNo(0),
  revalSeqLatest: seqNo(0),
  needsRevalidation: true,
  isExitLatched: false,
  isPauseLatched: input.isPauseLatched,
  isExiting: false,
});

export const leaderMachine = setup({
  types: {} as { context: LeaderContext; events: LeaderEvent; input: LeaderInput },
  actions: {
    ...effects(leaderEffects),
    beginCycle: assign(({ context, event }) => {
      assertEvent(event, 'cycle.sampled');
      return {
        revalSeqSeen: event.revalSeq,
        // A change may have come between the sample and its arrival here (U-077).
        revalSeqLatest: seqNo(Math.max(context.revalSeqLatest, event.revalSeq)),
        needsRevalidation: event.revalSeq !== context.revalSeqSeen,
        isExiting: context.isExitLatched,
      };
    }),
    noteRevalidation: assign(({ event }) => {
      assertEvent(event, 'reval.changed');
      return { revalSeqLatest: event.revalSeq };
    }),
    latchExit: assign({ isExitLatched: true }),
    latchPause: assign({ isPauseLatched: true }),
    releasePause: assign({ isPauseLatched: false }),
  },
  guards: {
    isExiting: ({ context }) => context.isExiting,
    isExitLatched: ({ context }) => context.isExitLatched,
    isPauseLatched: ({ context }) => context.isPauseLatched,
    isInterrupted: ({ context }) => context.isExitLatched || context.isPauseLatched,
    isRevalidationDue: ({ context }) => context.revalSeqLatest !== context.revalSeqSeen,
  },
}).createMachine({
  id: 'leader',
  context: createContext,
  on: {
    'reval.changed': { actions: 'noteRevalidation' },
    'exit.latched': { actions: 'latchExit' },
    'pause.latched': { actions: 'latchPause' },
    'pause.released': { actions: 'releasePause' },
  },
  initial: 'starting',
  states: {
    starting: {
      initial: 'sampling',
      states: {
        sampling: {
          entry: 'sampleCycle',
          on: {
            'cycle.sampled': [
              { guard: 'isExitLatched', target: 'atStartBarrier', actions: 'beginCycle' },
              { guard: 'isPauseLatched', target: '#leader.paused' },
              { target: 'atStartBarrier', actions: ['beginCycle', 'openDump'] },
            ],
          },
        },
        atStartBarrier: {
          entry: 'arrive',
          on: {
            'barrier.passed': [
              { guard: 'isExiting', target: '#leader.exited' },
              { target: '#leader.dumping' },
            ],
          },
        },
      },
    },
    dumping: {
      initial: 'working',
      states: {
        working: { entry: 'startDump', on: { 'phase.finished': 'atSweepBarrier' } },
        atSweepBarrier: { entry: 'arrive', on: { 'barrier.passed': '#leader.sweeping' } },
      },
    },
    sweeping: {
      initial: 'working',
      states: {
        working: { entry: 'startSweep', on: { 'phase.finished': 'atFinishBarrier' } },
        atFinishBarrier: { entry: 'arrive', on: { 'barrier.passed': '#leader.finishing' } },
      },
    },
    finishing: {
      entry: [
        'closeDump',
        'advanceDumpSeq',
        'measureDump',
        'adaptFlowLimit',
        'recordDuration',
        'warnLongDump',
      ],
      always: 'waiting',
    },
    waiting: {
      entry: 'armWait',
      exit: 'disarmWait',
      always: { guard: 'isInterrupted', target: 'starting' },
      on: { 'deadline.reached': 'starting' },
      initial: 'settling',
      states: {
        settling: { on: { 'gap.passed': 'watching' } },
        watching: { always: { guard: 'isRevalidationDue', target: '#leader.starting' } },
      },
    },
    paused: {
      entry: 'reportParked',
      always: { guard: 'isExitLatched', target: 'starting' },
      on: { 'pause.released': { target: 'starting', actions: 'releasePause' } },
    },
    exited: { type: 'final', entry: 'reportExited' },
  },
});
