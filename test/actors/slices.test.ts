import { describe, expect, it } from 'vitest';
import { DumpTimer, defaultCostModel } from '../../src/actors/cost-model.js';
import { SLICE_BATCHES_MAX, SlicedTask, type StepResult } from '../../src/actors/slices.js';
import type { Clock } from '../../src/base/clock.js';
import { createRng } from '../../src/base/rng.js';
import { VirtualClock } from '../../src/base/virtual-clock.js';

/** A machine's clock whose time a test moves. */
class SteppingClock implements Clock {
  readonly kind = 'system';
  readonly tasks = new VirtualClock();
  ms = 0;

  now = () => this.tasks.now();
  monotonic = () => this.ms;
  setTimeout = (task: () => void, delayMs: number) => this.tasks.setTimeout(task, delayMs);
  clearTimeout = (id: unknown) => this.tasks.clearTimeout(id);
}

function start(clock: Clock, step: () => StepResult): { task: SlicedTask; ends: number[] } {
  const ends: number[] = [];
  const task = new SlicedTask(clock, new DumpTimer(clock, defaultCostModel, createRng(1)));
  task.start(step, () => ends.push(1));
  return { task, ends };
}

describe('SlicedTask', () => {
  it('runs a slice of 20 batches per turn on a virtual clock', () => {
    const clock = new VirtualClock();
    let steps = 0;
    const { ends } = start(clock, () => (++steps === 50 ? 'finished' : 'more'));
    expect(steps).toBe(0);
    const after: number[] = [];
    while (clock.runOne()) after.push(steps);
    expect(after).toEqual([SLICE_BATCHES_MAX, 2 * SLICE_BATCHES_MAX, 50]);
    expect(ends).toEqual([1]);
  });

  it('ends a slice after 2 ms on the machine clock', () => {
    const clock = new SteppingClock();
    let steps = 0;
    start(clock, () => {
      clock.ms += 0.7;
      return ++steps === 7 ? 'finished' : 'more';
    });
    const after: number[] = [];
    while (clock.tasks.runOne()) after.push(steps);
    expect(after).toEqual([3, 6, 7]);
  });

  it('does not start a batch when the 2 ms are just over', () => {
    const clock = new SteppingClock();
    let steps = 0;
    start(clock, () => {
      clock.ms += 1;
      return ++steps === 5 ? 'finished' : 'more';
    });
    const after: number[] = [];
    while (clock.tasks.runOne()) after.push(steps);
    expect(after).toEqual([2, 4, 5]);
  });

  it('rests while a step waits for the datapath', () => {
    const clock = new VirtualClock();
    const results: StepResult[] = ['waiting', 'finished'];
    const { task, ends } = start(clock, () => results.shift() ?? 'finished');
    clock.runDue();
    expect(ends).toEqual([]);
    task.resume();
    clock.runDue();
    expect(ends).toEqual([1]);
  });
});
