import { describe, expect, it } from 'vitest';
import { createRng } from '../../src/base/rng.js';
import { VirtualClock } from '../../src/base/virtual-clock.js';

describe('VirtualClock.setTimeout()', () => {
  it('runs nothing before it is told to', () => {
    const clock = new VirtualClock();
    const ran: string[] = [];
    clock.setTimeout(() => ran.push('due'), 0);
    expect(ran).toEqual([]);
    clock.runDue();
    expect(ran).toEqual(['due']);
  });

  it('keeps the order of arrival among equal deadlines', () => {
    const clock = new VirtualClock({ start: 7 });
    const ran: number[] = [];
    for (let i = 0; i < 100; i++) clock.setTimeout(() => ran.push(i), i % 3);
    clock.advance(3);
    const expected = [0, 1, 2].flatMap((delay) => range(100).filter((i) => i % 3 === delay));
    expect(ran).toEqual(expected);
    expect(clock.now()).toBe(10);
  });

  it('runs a task that a due task made due, within the same call', () => {
    const clock = new VirtualClock();
    const ran: string[] = [];
    clock.setTimeout(() => {
      ran.push('outer');
      clock.setTimeout(() => ran.push('inner'), 0);
    }, 5);
    clock.advance(5);
    expect(ran).toEqual(['outer', 'inner']);
  });
});

describe('VirtualClock.clearTimeout()', () => {
  it('takes a task back, even from within another one', () => {
    const clock = new VirtualClock();
    const ran: string[] = [];
    const later = clock.setTimeout(() => ran.push('later'), 2);
    clock.setTimeout(() => clock.clearTimeout(later), 1);
    clock.advance(10);
    expect(ran).toEqual([]);
    expect(clock.nextDeadline()).toBeUndefined();
  });
});

describe('VirtualClock.advanceTo()', () => {
  it('stops at every deadline on the way and never moves backward', () => {
    const clock = new VirtualClock({ start: 100 });
    const seen: number[] = [];
    for (const delay of [30, 10, 20]) clock.setTimeout(() => seen.push(clock.now()), delay);
    clock.advanceTo(1000);
    expect(seen).toEqual([110, 120, 130]);
    clock.advanceTo(500);
    expect(clock.now()).toBe(1000);
  });
});

describe('VirtualClock with choose', () => {
  it('lets the chooser decide among due tasks, and runs each once', () => {
    const rng = createRng(42);
    const clock = new VirtualClock({ choose: (count) => rng.below(count) });
    const ran: number[] = [];
    for (let i = 0; i < 20; i++) clock.setTimeout(() => ran.push(i), 0);
    clock.runDue();
    expect([...ran].sort((a, b) => a - b)).toEqual(range(20));
    expect(ran).not.toEqual(range(20));
  });
});

describe('VirtualClock.jump()', () => {
  it('sets the time backward without running anything', () => {
    const clock = new VirtualClock({ start: 100 });
    let count = 0;
    clock.setTimeout(() => count++, 10);
    clock.jump(50);
    expect([clock.now(), count]).toEqual([50, 0]);
  });
});

describe('VirtualClock.shift()', () => {
  it('changes the time of day and leaves deadlines at their distance', () => {
    const clock = new VirtualClock({ start: 10_000 });
    const ran: number[] = [];
    clock.setTimeout(() => ran.push(clock.now()), 10);
    clock.shift(-5_000);
    expect([clock.now(), clock.monotonic(), clock.nextDeadline()]).toEqual([5_000, 10_000, 5_010]);
    clock.advanceTo(5_009);
    expect(ran).toEqual([]);
    clock.advance(1);
    expect(ran).toEqual([5_010]);
  });
});

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
