/**
 * A revalidator that follows: its model, and a driver for the one that runs.
 *
 * The driver lets the first cycle pass: a leader cannot say at once, at its first barrier, that all
 * shall leave.
 */

import type { SnapshotFrom } from 'xstate';
import {
  type RevalidatorEvent,
  revalidatorMachine,
} from '../../src/machines/revalidator-machine.js';
import { createModel } from '../../src/model/model.js';
import { createActorDriver, startThreads } from './actor-driver.js';

type RevalidatorSnapshot = SnapshotFrom<typeof revalidatorMachine>;

export const revalidatorModel = createModel({
  machine: revalidatorMachine,
  input: { index: 1 },
  events: possibleEvents,
  view: viewOf,
});

export const revalidatorDriver = createActorDriver<RevalidatorEvent>({
  id: 'revalidator-1',
  setUp: (stage) => {
    stage.mailbox.isOpen = true;
    startThreads(stage, 2);
    stage.bench.clock.runDue();
    stage.mailbox.isOpen = false;
  },
  provoke: (event, { bench }) => {
    if (event.type === 'barrier.passed' && event.isExiting) bench.udpif.destroy();
  },
  isSame: (event, sent) => event.type !== 'barrier.passed' || sent['isExiting'] === event.isExiting,
  view: (snapshot) => viewOf(snapshot as RevalidatorSnapshot),
});

/** All leave at the first barrier of a cycle, or none does in that cycle. */
function possibleEvents({ value }: RevalidatorSnapshot): readonly RevalidatorEvent[] {
  const events: readonly RevalidatorEvent[] = [
    { type: 'barrier.passed', isExiting: false },
    { type: 'phase.finished' },
  ];
  if (value !== 'atStartBarrier') return events;
  return [...events, { type: 'barrier.passed', isExiting: true }];
}

function viewOf({ status, value, context }: RevalidatorSnapshot): object {
  return { status, value, ...context };
}
