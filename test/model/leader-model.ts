/**
 * The leader: its model, and a driver for the one that runs.
 *
 * What `reval_seq` is counts only against what the cycle has seen. The exit is said once; after it
 * nobody pauses or resumes. That the sequence changes between the sample and its arrival is left
 * out: the context cannot tell such a change from one before.
 */

import type { AnyMachineSnapshot, SnapshotFrom } from 'xstate';
import { seqNo } from '../../src/base/brands.js';
import { type LeaderEvent, leaderMachine } from '../../src/machines/leader-machine.js';
import { createModel } from '../../src/model/model.js';
import { createActorDriver, startThreads } from './actor-driver.js';

type LeaderSnapshot = SnapshotFrom<typeof leaderMachine>;

/** Shorter than the minimum gap: the deadline comes first. */
const SHORT_CYCLE_MS = 3;
const LONG_CYCLE_MS = 500;

export const leaderModel = createModel({
  machine: leaderMachine,
  input: { isPauseLatched: false },
  events: possibleEvents,
  abstraction: ({ context: { revalSeqSeen, revalSeqLatest, ...flags } }) => ({
    ...flags,
    isDue: revalSeqSeen !== revalSeqLatest,
    isFirst: revalSeqSeen === 0,
  }),
  view: viewOf,
});

export const leaderDriver = createActorDriver<LeaderEvent>({
  id: 'leader',
  setUp: (stage) => startThreads(stage),
  prepare: (_, upcoming, { bench }) => {
    const next = upcoming.find(({ type }) => type === 'gap.passed' || type === 'deadline.reached');
    const isShort = next?.type === 'deadline.reached';
    bench.settings.maxRevalidator = isShort ? SHORT_CYCLE_MS : LONG_CYCLE_MS;
  },
  provoke: ({ type }, { bench: { udpif } }) => {
    if (type === 'reval.changed') {
      udpif.actor.send({ type: 'udpif.revalidate', reason: 'flow_table' });
    } else if (type === 'exit.latched') udpif.synchronize();
    else if (type === 'pause.latched') udpif.pause();
    else if (type === 'pause.released') udpif.resume();
  },
  isSame: (event, sent) => event.type !== 'barrier.passed' || sent['isExiting'] === event.isExiting,
  view: (snapshot) => viewOf(snapshot as LeaderSnapshot),
});

function possibleEvents({ value, context }: LeaderSnapshot): readonly LeaderEvent[] {
  const { revalSeqLatest, isExitLatched, isPauseLatched, isExiting } = context;
  const isSampling = isIn(value, 'starting', 'sampling');
  const told: readonly LeaderEvent[] = isSampling
    ? [{ type: 'cycle.sampled', revalSeq: seqNo(Math.max(1, revalSeqLatest)) }]
    : [{ type: 'reval.changed', revalSeq: seqNo(Math.max(1, revalSeqLatest) + 1) }];
  const commands: readonly LeaderEvent[] = isExitLatched
    ? []
    : [{ type: isPauseLatched ? 'pause.released' : 'pause.latched' }, { type: 'exit.latched' }];
  return [
    ...told,
    { type: 'barrier.passed', isExiting },
    { type: 'phase.finished' },
    { type: 'gap.passed' },
    { type: 'deadline.reached' },
    ...commands,
  ];
}

function isIn(value: AnyMachineSnapshot['value'], state: string, inner: string): boolean {
  return typeof value === 'object' && value[state] === inner;
}

function viewOf({ status, value, context }: LeaderSnapshot): object {
  const { revalSeqSeen, revalSeqLatest, ...flags } = context;
  return { status, value, ...flags, isDue: revalSeqSeen !== revalSeqLatest };
}
