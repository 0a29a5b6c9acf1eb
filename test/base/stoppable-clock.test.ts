/** The clock that can be stopped, over one that moves when told to. */

import { describe, expect, it } from 'vitest';
import { StoppableClock } from '../../src/base/stoppable-clock.js';
import { VirtualClock } from '../../src/base/virtual-clock.js';

function create() {
  const inner = new VirtualClock({ start: 1_000 });
  const clock = new StoppableClock(inner);
  const ran: string[] = [];
  const note = (name: string) => () => void ran.push(`${name} at ${clock.now()}`);
  return { inner, clock, ran, note };
}

describe('StoppableClock', () => {
  it('follows the inner clock', () => {
    const { inner, clock, ran, note } = create();
    clock.setTimeout(note('soon'), 0);
    clock.setTimeout(note('later'), 50);
    inner.advance(100);
    expect(ran).toEqual(['soon at 1000', 'later at 1050']);
    expect(clock.now()).toBe(1_100);
    expect(clock.kind).toBe('virtual');
    expect(clock.monotonic()).toBe(inner.monotonic());
  });

  it('shows no time once it is stopped, and still runs tasks', () => {
    const { inner, clock, ran, note } = create();
    clock.setTimeout(note('later'), 50);
    clock.stop();
    clock.stop();
    inner.advance(100);
    expect(ran).toEqual(['later at 1000']);
    expect(clock.now()).toBe(1_000);
    expect(clock.isStopped).toBe(true);
  });

  it('moves when it is warped, and brings what is due by then', () => {
    const { inner, clock, ran, note } = create();
    clock.stop();
    clock.setTimeout(note('second'), 60);
    clock.setTimeout(note('first'), 50);
    clock.setTimeout(note('third'), 200);
    clock.warp(100);
    inner.runDue();
    expect(ran).toEqual(['first at 1100', 'second at 1100']);
    clock.warp(100);
    inner.runDue();
    expect(ran).toHaveLength(3);
  });

  it('goes on from where it was warped to, where it was not stopped', () => {
    const { inner, clock } = create();
    clock.warp(500);
    inner.advance(10);
    expect(clock.now()).toBe(1_510);
    clock.stop();
    inner.advance(10);
    expect(clock.now()).toBe(1_510);
  });

  it('forgets what is cleared, warped or not', () => {
    const { inner, clock, ran, note } = create();
    const soon = clock.setTimeout(note('soon'), 0);
    const later = clock.setTimeout(note('later'), 50);
    clock.warp(20);
    clock.clearTimeout(soon);
    clock.clearTimeout(later);
    clock.clearTimeout(undefined);
    inner.advance(1_000);
    expect(ran).toEqual([]);
  });
});
