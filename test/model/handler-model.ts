/**
 * The handler: its model, and a driver for the one that runs.
 *
 * A batch with a miss is left to translate; of one with a packet without cookie nothing is left.
 */

import type { SnapshotFrom } from 'xstate';
import { type HandlerEvent, handlerMachine } from '../../src/machines/handler-machine.js';
import { createModel } from '../../src/model/model.js';
import { flowOf } from '../actors/udpif-bench.js';
import { createActorDriver, type Stage, startThreads } from './actor-driver.js';

type HandlerSnapshot = SnapshotFrom<typeof handlerMachine>;

export const handlerModel = createModel({
  machine: handlerMachine,
  input: { index: 0 },
  events: possibleEvents,
  abstraction: ({ context }) => context.isExitLatched,
  view: viewOf,
});

export const handlerDriver = createActorDriver<HandlerEvent>({
  id: 'handler-0',
  setUp: (stage) => startThreads(stage),
  prepare: ({ type }, upcoming, stage) => {
    if (type === 'turn.granted' && isNextBatchFull(upcoming)) queueMiss(stage);
    if (type !== 'upcalls.queued') return;
    if (isNextBatchFull(upcoming)) queueMiss(stage);
    else stage.bench.dpif.action(flowOf(1), undefined);
  },
  provoke: ({ type }, { bench }) => {
    if (type === 'exit.latched') bench.udpif.synchronize();
  },
  isSame: (event, sent) => event.type !== 'batch.received' || sent['count'] === event.count,
  view: (snapshot) => viewOf(snapshot as HandlerSnapshot),
});

/** The exit is said once. */
function possibleEvents({ context }: HandlerSnapshot): readonly HandlerEvent[] {
  const events: readonly HandlerEvent[] = [
    { type: 'upcalls.queued' },
    { type: 'batch.received', count: 1 },
    { type: 'batch.received', count: 0 },
    { type: 'batch.translated' },
    { type: 'batch.operated' },
    { type: 'turn.granted' },
  ];
  return context.isExitLatched ? events : [...events, { type: 'exit.latched' }];
}

function isNextBatchFull(upcoming: readonly HandlerEvent[]): boolean {
  const batch = upcoming.find((event) => event.type === 'batch.received');
  return batch?.type === 'batch.received' && batch.count > 0;
}

function queueMiss({ bench }: Stage): void {
  bench.dpif.miss(flowOf(1));
}

function viewOf({ status, value, context }: HandlerSnapshot): object {
  return { status, value, ...context };
}
