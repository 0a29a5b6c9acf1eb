/**
 * The barrier of a leader and one follower: its model, and a driver for the one that runs.
 *
 * Three rounds are a cycle. The follower says nothing when it arrives; the leader says whether all
 * leave, and it says so at the first barrier of a cycle only, not of the very first.
 */

import type { SnapshotFrom } from 'xstate';
import { type BarrierEvent, barrierMachine } from '../../src/machines/barrier-machine.js';
import { createModel } from '../../src/model/model.js';
import { createActorDriver, startThreads } from './actor-driver.js';

type BarrierSnapshot = SnapshotFrom<typeof barrierMachine>;

const ROUNDS_OF_CYCLE = 3;

export const barrierModel = createModel({
  machine: barrierMachine,
  input: { size: 2 },
  events: possibleEvents,
  abstraction: ({ context: { arrived, rounds, isExiting } }) => ({
    arrived,
    phase: rounds % ROUNDS_OF_CYCLE,
    isFirst: rounds < ROUNDS_OF_CYCLE,
    isExiting,
  }),
  view: viewOf,
});

export const barrierDriver = createActorDriver<BarrierEvent>({
  id: 'barrier',
  setUp: (stage) => startThreads(stage, 2),
  provoke: (event, { bench }) => {
    if (event.type === 'member.arrived' && event.isExiting) bench.udpif.destroy();
  },
  isSame: (event, sent) => event.type !== 'member.arrived' || sent['isExiting'] === event.isExiting,
  view: (snapshot) => viewOf(snapshot as BarrierSnapshot),
});

function possibleEvents({ context }: BarrierSnapshot): readonly BarrierEvent[] {
  const { arrived, rounds, isExiting } = context;
  if (isExiting) return [{ type: 'barrier.destroy' }];
  if (arrived === 0) return [{ type: 'member.arrived' }];
  const stay: BarrierEvent = { type: 'member.arrived', isExiting: false };
  const isStart = rounds > 0 && rounds % ROUNDS_OF_CYCLE === 0;
  return isStart ? [stay, { type: 'member.arrived', isExiting: true }] : [stay];
}

function viewOf({ status, value, context }: BarrierSnapshot): object {
  return { status, value, ...context };
}
