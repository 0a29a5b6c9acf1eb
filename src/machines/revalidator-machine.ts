/**
 * A revalidator that follows: dumps and sweeps its share when the leader says so.
 *
 * ```states
 * atStartBarrier  -- barrier.passed [isExiting] --> exited
 * atStartBarrier  -- barrier.passed --> dumping
 * dumping         -- phase.finished --> atSweepBarrier
 * atSweepBarrier  -- barrier.passed --> sweeping
 * sweeping        -- phase.finished --> atFinishBarrier
 * atFinishBarrier -- barrier.passed --> atStartBarrier
 * ```
 *
 * No follower dumps while another sweeps, for the barrier stands between. It never reads the exit
 * latch: the leader's word comes with the first barrier. While the leader is paused all followers
 * wait at the first barrier. Rows U-081 to U-083.
 *
 * Owner: its slice of the ukeys (in the actor). Answers to the seed's `udpif_revalidator` (L550).
 */

import { assertEvent, setup } from 'xstate';
import type { BarrierPassed } from './barrier-machine.js';
import { effects } from './effects.js';

export interface RevalidatorInput {
  /** Its index, from 1; 0 is the leader. */
  readonly index: number;
}

export interface RevalidatorContext {
  readonly index: number;
}

export type RevalidatorEvent = BarrierPassed | { readonly type: 'phase.finished' };

/**
 * `arrive`: send `member.arrived` to the barrier. `startDump`, `startSweep`: begin the slices of
 * the phase, whose last one sends `phase.finished`. `reportExited`: tell the udpif.
 */
export const revalidatorEffects = ['arrive', 'startDump', 'startSweep', 'reportExited'] as const;

export type RevalidatorEffect = (typeof revalidatorEffects)[number];

const createContext = ({ input }: { input: RevalidatorInput }): RevalidatorContext => ({
  index: input.index,
});

export const revalidatorMachine = setup({
  types: {} as {
    context: RevalidatorContext;
    events: RevalidatorEvent;
    input: RevalidatorInput;
  },
  actions: effects(revalidatorEffects),
  guards: {
    isExiting: ({ event }) => {
      assertEvent(event, 'barrier.passed');
      return event.isExiting;
    },
  },
}).createMachine({
  id: 'revalidator',
  context: createContext,
  initial: 'atStartBarrier',
  states: {
    atStartBarrier: {
      entry: 'arrive',
      on: { 'barrier.passed': [{ guard: 'isExiting', target: 'exited' }, { target: 'dumping' }] },
    },
    dumping: {
      entry: 'startDump',
      on: { 'phase.finished': 'atSweepBarrier' },
    },
    atSweepBarrier: {
      entry: 'arrive',
      on: { 'barrier.passed': 'sweeping' },
    },
    sweeping: {
      entry: 'startSweep',
      on: { 'phase.finished': 'atFinishBarrier' },
    },
    atFinishBarrier: {
      entry: 'arrive',
      on: { 'barrier.passed': 'atStartBarrier' },
    },
    exited: { type: 'final', entry: 'reportExited' },
  },
});
