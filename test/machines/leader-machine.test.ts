import { describe, expect, it } from 'vitest';
import { createActor } from 'xstate';
import { seqNo } from '../../src/base/brands.js';
import {
  type LeaderEvent,
  leaderEffects,
  leaderMachine,
} from '../../src/machines/leader-machine.js';
import { recordedEffects } from './recorded-effects.js';

const sampled = (revalSeq = 1): LeaderEvent => ({
  type: 'cycle.sampled',
  revalSeq: seqNo(revalSeq),
});
const changed = (revalSeq: number): LeaderEvent => ({
  type: 'reval.changed',
  revalSeq: seqNo(revalSeq),
});
/** The barrier does as the leader said. */
const passed: LeaderEvent = { type: 'barrier.passed', isExiting: false };
const finished: LeaderEvent = { type: 'phase.finished' };
const gap: LeaderEvent = { type: 'gap.passed' };
const deadline: LeaderEvent = { type: 'deadline.reached' };
const exit: LeaderEvent = { type: 'exit.latched' };
const pause: LeaderEvent = { type: 'pause.latched' };
const resume: LeaderEvent = { type: 'pause.released' };
/** From the sample to `waiting`. */
const cycle = (revalSeq = 1): readonly LeaderEvent[] => [
  sampled(revalSeq),
  passed,
  finished,
  passed,
  finished,
  passed,
];

function run(...events: readonly LeaderEvent[]) {
  const log: string[] = [];
  const machine = leaderMachine.provide({ actions: recordedEffects(leaderEffects, log) });
  const actor = createActor(machine, { input: { isPauseLatched: false } }).start();
  for (const event of events) actor.send(event);
  const { value, context } = actor.getSnapshot();
  return { log, value, context };
}

describe('leaderMachine: the cycle', () => {
  it('does its work in order (U-077, U-084)', () => {
    const { log, value } = run(...cycle());
    expect(value).toEqual({ waiting: 'settling' });
    expect(log).toEqual([
      'sampleCycle',
      'openDump',
      'arrive',
      'startDump',
      'arrive',
      'startSweep',
      'arrive',
      'closeDump',
      'advanceDumpSeq',
      'measureDump',
      'adaptFlowLimit',
      'recordDuration',
      'warnLongDump',
      'armWait',
    ]);
  });

  it('stays in a phase until the barrier lets it go on (U-082)', () => {
    expect(run(sampled()).value).toEqual({ starting: 'atStartBarrier' });
    expect(run(sampled(), passed).value).toEqual({ dumping: 'working' });
    expect(run(sampled(), passed, finished).value).toEqual({ dumping: 'atSweepBarrier' });
    expect(run(sampled(), passed, finished, passed).value).toEqual({ sweeping: 'working' });
  });

  it('advances dump_seq once a cycle, after the dump is closed (U-025)', () => {
    const { log } = run(...cycle(), deadline, ...cycle());
    const ends = log.filter((name) => name === 'advanceDumpSeq' || name === 'closeDump');
    expect(ends).toEqual(['closeDump', 'advanceDumpSeq', 'closeDump', 'advanceDumpSeq']);
  });

  it('needs revalidation in its first cycle (U-078)', () => {
    expect(run(sampled(1)).context.needsRevalidation).toBe(true);
  });

  it('needs it again only when reval_seq has changed since the last start (U-079)', () => {
    const again = run(...cycle(1), deadline, sampled(1));
    expect(again.context.needsRevalidation).toBe(false);
    const after = run(...cycle(1), deadline, sampled(2));
    expect(after.context.needsRevalidation).toBe(true);
  });

  it('what it decided at the start holds until the end (U-093)', () => {
    const { context } = run(sampled(1), passed, changed(2), exit, finished);
    expect(context).toMatchObject({ needsRevalidation: true, isExiting: false, revalSeqSeen: 1 });
  });
});

describe('leaderMachine: waiting', () => {
  it('starts the next cycle at the deadline (U-089)', () => {
    expect(run(...cycle(), gap, deadline).value).toEqual({ starting: 'sampling' });
    expect(run(...cycle(), deadline).value).toEqual({ starting: 'sampling' });
  });

  it('starts it on a change of reval_seq (U-089)', () => {
    expect(run(...cycle(), gap, changed(2)).value).toEqual({ starting: 'sampling' });
  });

  it('but not before the minimum gap (U-090)', () => {
    expect(run(...cycle(), changed(2)).value).toEqual({ waiting: 'settling' });
    expect(run(...cycle(), changed(2), gap).value).toEqual({ starting: 'sampling' });
  });

  it('many changes during a cycle make one more cycle (U-024)', () => {
    const during = [sampled(1), changed(2), passed, changed(3), finished, passed, finished, passed];
    const { value } = run(...during, gap);
    expect(value).toEqual({ starting: 'sampling' });
    expect(run(...during, gap, ...cycle(3), gap).value).toEqual({ waiting: 'watching' });
  });

  it('does not forget a change that overtook its sample (U-077)', () => {
    expect(run(changed(5), sampled(4)).context).toMatchObject({
      revalSeqSeen: 4,
      revalSeqLatest: 5,
    });
    expect(run(changed(5), ...cycle(4), gap).value).toEqual({ starting: 'sampling' });
  });

  it('does not take a change that it has read for a new one', () => {
    expect(run(changed(4), ...cycle(4), gap).value).toEqual({ waiting: 'watching' });
  });

  it('disarms its timers when it stops waiting', () => {
    expect(run(...cycle(), deadline).log.slice(-3)).toEqual([
      'armWait',
      'disarmWait',
      'sampleCycle',
    ]);
  });
});

describe('leaderMachine: the exit', () => {
  it('finishes dump and sweep, skips the wait and leaves at the first barrier (U-081)', () => {
    const { log, value } = run(sampled(), passed, exit, finished, passed, finished, passed);
    expect(value).toEqual({ starting: 'sampling' });
    expect(log.filter((name) => name === 'advanceDumpSeq')).toHaveLength(1);
    const end = run(sampled(), passed, exit, finished, passed, finished, passed, sampled(), passed);
    expect(end.value).toBe('exited');
    expect(end.log.filter((name) => name === 'openDump' || name === 'closeDump')).toHaveLength(2);
    expect(end.log.at(-1)).toBe('reportExited');
  });

  it('says so to the others when it arrives (U-083)', () => {
    expect(run(exit, sampled()).context.isExiting).toBe(true);
  });

  it('ends a wait at once, gap or not', () => {
    expect(run(...cycle(), exit).value).toEqual({ starting: 'sampling' });
    expect(run(...cycle(), gap, exit).value).toEqual({ starting: 'sampling' });
  });
});

describe('leaderMachine: the pause', () => {
  it('opens no dump and keeps the others at the first barrier', () => {
    const { log, value } = run(pause, sampled());
    expect(value).toBe('paused');
    expect(log).toEqual(['sampleCycle', 'reportParked']);
  });

  it('takes effect after the cycle in which it comes', () => {
    expect(run(sampled(), passed, pause, finished).value).toEqual({ dumping: 'atSweepBarrier' });
    const { value } = run(...cycle(), pause, sampled());
    expect(value).toBe('paused');
  });

  it('ends with a new sample', () => {
    expect(run(pause, sampled(), resume).value).toEqual({ starting: 'sampling' });
    expect(run(pause, sampled(), resume, sampled(1)).context.needsRevalidation).toBe(true);
  });

  it('does not hold where it is taken back before the cycle has ended', () => {
    expect(run(pause, resume, sampled()).value).toEqual({ starting: 'atStartBarrier' });
    expect(run(...cycle(), gap, pause, resume, sampled()).context.isPauseLatched).toBe(false);
  });

  it('yields to the exit', () => {
    expect(run(pause, sampled(), exit, sampled(), passed).value).toBe('exited');
  });

  it('may hold from the start', () => {
    const machine = leaderMachine.provide({ actions: recordedEffects(leaderEffects) });
    const actor = createActor(machine, { input: { isPauseLatched: true } }).start();
    actor.send(sampled());
    expect(actor.getSnapshot().value).toBe('paused');
  });
});
