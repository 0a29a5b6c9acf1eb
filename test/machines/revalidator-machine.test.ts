import { describe, expect, it } from 'vitest';
import { createActor } from 'xstate';
import {
  type RevalidatorEvent,
  revalidatorEffects,
  revalidatorMachine,
} from '../../src/machines/revalidator-machine.js';
import { recordedEffects } from './recorded-effects.js';

const passed: RevalidatorEvent = { type: 'barrier.passed', isExiting: false };
const exiting: RevalidatorEvent = { type: 'barrier.passed', isExiting: true };
const finished: RevalidatorEvent = { type: 'phase.finished' };

function run(...events: readonly RevalidatorEvent[]) {
  const log: string[] = [];
  const machine = revalidatorMachine.provide({ actions: recordedEffects(revalidatorEffects, log) });
  const actor = createActor(machine, { input: { index: 1 } }).start();
  const values = events.map((event) => {
    actor.send(event);
    return actor.getSnapshot().value;
  });
  const { status, context } = actor.getSnapshot();
  return { log, values, status, context };
}

describe('revalidatorMachine', () => {
  it('passes three barriers a cycle (U-082)', () => {
    const { log, values } = run(passed, finished, passed, finished, passed);
    expect(values).toEqual([
      'dumping',
      'atSweepBarrier',
      'sweeping',
      'atFinishBarrier',
      'atStartBarrier',
    ]);
    expect(log).toEqual(['arrive', 'startDump', 'arrive', 'startSweep', 'arrive', 'arrive']);
  });

  it('leaves at the first barrier, on the word of the leader (U-083)', () => {
    const { log, status } = run(exiting);
    expect(status).toBe('done');
    expect(log).toEqual(['arrive', 'reportExited']);
  });

  it('heeds that word at no other barrier (U-081)', () => {
    expect(run(passed, finished, exiting).values.at(-1)).toBe('sweeping');
    expect(run(passed, finished, passed, finished, exiting).values.at(-1)).toBe('atStartBarrier');
  });

  it('knows which of the revalidators it is', () => {
    expect(run().context).toEqual({ index: 1 });
  });

  it('does not sweep before the barrier lets it', () => {
    expect(run(passed, finished, finished).values.at(-1)).toBe('atSweepBarrier');
  });
});
