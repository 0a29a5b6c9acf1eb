/**
 * The udpif: its model, and a driver for the one that runs.
 *
 * Commands may come at any time, but one waits in the queue at most, and a pause that comes
 * while nothing runs comes during a purge. What the udpif's parts tell it comes when they have
 * been asked.
 */

import type { SnapshotFrom } from 'xstate';
import {
  type UdpifContext,
  type UdpifEvent,
  type UdpifLifecycleEvent,
  udpifMachine,
} from '../../src/machines/udpif-machine.js';
import { createModel } from '../../src/model/model.js';
import { stateName } from '../../src/model/paths.js';
import type { Bench } from '../actors/udpif-bench.js';
import { createActorDriver } from './actor-driver.js';

type UdpifSnapshot = SnapshotFrom<typeof udpifMachine>;

const THREADS: UdpifEvent = { type: 'threads.set', handlers: 1, revalidators: 1 };
const MORE_THREADS: UdpifEvent = { type: 'threads.set', handlers: 1, revalidators: 2 };
const LIFECYCLE: readonly UdpifEvent[] = [
  THREADS,
  MORE_THREADS,
  { type: 'udpif.synchronize' },
  { type: 'udpif.flush' },
  { type: 'udpif.destroy' },
];
const PURGE: UdpifEvent = { type: 'revalidators.purge' };
const PAUSE: UdpifEvent = { type: 'revalidators.pause' };
const RESUME: UdpifEvent = { type: 'revalidators.resume' };
const REVALIDATE: UdpifEvent = { type: 'udpif.revalidate', reason: 'flow_table' };
const COMMANDS = new Set([...LIFECYCLE, PURGE, PAUSE, RESUME, REVALIDATE].map(({ type }) => type));

/** What the parts tell, by the state in which they have been asked. */
const ANSWERS: Readonly<Record<string, readonly UdpifEvent[]>> = {
  configuring: [{ type: 'handlers.configured' }, { type: 'handlers.refused', error: 'EINVAL' }],
  'running.parking': [{ type: 'leader.parked' }],
  'running.clearing': [{ type: 'purge.finished' }],
  purging: [{ type: 'purge.finished' }],
  flushing: [{ type: 'flush.finished' }],
};

export const udpifModel = createModel({
  machine: udpifMachine,
  events: possibleEvents,
  view: viewOf,
  abstraction: ({ context: { queue, ...rest } }) => ({
    ...rest,
    queue: queue.map(({ type }) => type),
  }),
});

export const udpifDriver = createActorDriver<UdpifEvent>({
  id: 'udpif',
  setUp: () => {},
  prepare: (_, upcoming, { bench }) => {
    const answer = upcoming.find(({ type }) => type.startsWith('handlers.'));
    bench.dpif.handlersError = answer?.type === 'handlers.refused' ? 'EINVAL' : undefined;
  },
  provoke: (event, { bench }) => {
    if (COMMANDS.has(event.type)) bench.udpif.actor.send(event);
  },
  settle: ({ bench, mailbox }) => {
    if (!mailbox.snapshot.matches({ running: 'cycling' })) return;
    while (!hasThreads(bench) && bench.clock.runOne());
  },
  view: (snapshot) => viewOf(snapshot as UdpifSnapshot),
});

/** Threads start in a turn of their own; whatever comes next finds them at work. */
function hasThreads({ udpif }: Bench): boolean {
  const [child] = udpif.actorTree().children();
  return child !== undefined;
}

function possibleEvents({ value, context }: UdpifSnapshot): readonly UdpifEvent[] {
  const state = stateName(value);
  return [...(ANSWERS[state] ?? exitsOf(state, context)), ...commandsOf(state, context)];
}

function exitsOf(state: string, context: UdpifContext): readonly UdpifEvent[] {
  if (!state.startsWith('stopping')) return [];
  const exits: UdpifEvent[] = [];
  if (context.handlersAlive > 0) exits.push({ type: 'handler.exited' });
  if (context.revalidatorsAlive > 0) exits.push({ type: 'revalidator.exited' });
  return exits;
}

function commandsOf(state: string, { queue }: UdpifContext): readonly UdpifEvent[] {
  const isRunning = state.startsWith('running');
  const lifecycle = queue.length === 0 ? LIFECYCLE : [];
  const purge = isRunning && queue.length === 0 ? [PURGE] : [];
  const pauses = isRunning || state === 'purging' ? [PAUSE, RESUME] : [];
  return [...lifecycle, ...purge, ...pauses, REVALIDATE];
}

function viewOf({ status, value, context }: UdpifSnapshot): object {
  return { status, value, ...context, queue: context.queue.map(sentLifecycle) };
}

/** A queued event as it was sent. */
function sentLifecycle(event: UdpifLifecycleEvent): object {
  return { ...event };
}
