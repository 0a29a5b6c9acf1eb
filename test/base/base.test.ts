import { describe, expect, it } from 'vitest';
import { instant } from '../../src/base/brands.js';
import { SystemClock } from '../../src/base/clock.js';
import { Coverage } from '../../src/base/coverage.js';
import { ParseError } from '../../src/base/errors.js';
import { hashAdd, hashFinish } from '../../src/base/hash.js';
import type { Log } from '../../src/base/log.js';
import { RateLimit } from '../../src/base/rate-limit.js';
import { createRng } from '../../src/base/rng.js';
import { Seq } from '../../src/base/seq.js';

describe('createRng()', () => {
  it('repeats itself for the same seed and differs for another', () => {
    const draw = (seed: number) => Array.from({ length: 8 }, createRng(seed).uint32);
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  it('spreads evenly over a bound', () => {
    const rng = createRng(9);
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 10_000; i++) counts[rng.below(10)]! += 1;
    expect(Math.min(...counts)).toBeGreaterThan(900);
    expect(Math.max(...counts)).toBeLessThan(1100);
  });
});

describe('Coverage', () => {
  it('counts by name and lists the names in order', () => {
    const coverage = new Coverage();
    coverage.inc('upcall_ukey_replace');
    coverage.inc('dumped_new_flow', 3);
    expect(coverage.read('absent')).toBe(0);
    expect(Object.entries(coverage.toJSON())).toEqual([
      ['dumped_new_flow', 3],
      ['upcall_ukey_replace', 1],
    ]);
  });
});

describe('RateLimit.log()', () => {
  const messages: object[] = [];
  const log: Log = {
    error: (fields) => messages.push(fields),
    warn: (fields) => messages.push(fields),
    info: (fields) => messages.push(fields),
    debug: (fields) => messages.push(fields),
  };

  it('lets a burst through, then one a minute that tells how many were dropped', () => {
    const limit = new RateLimit(1, 5);
    for (let i = 0; i < 12; i++) limit.log(log, 'warn', instant(1000), { i }, 'message');
    expect(messages).toEqual([0, 1, 2, 3, 4].map((i) => ({ i })));
    limit.log(log, 'warn', instant(60_999), { late: 1 }, 'message');
    expect(messages).toHaveLength(5);
    limit.log(log, 'warn', instant(61_000), { late: 2 }, 'message');
    expect(messages[5]).toEqual({ late: 2, droppedMessages: 8 });
  });

  it('gains nothing from a clock that runs backward', () => {
    const limit = new RateLimit(1, 1);
    expect(limit.take(instant(100_000))).toBe(true);
    expect(limit.take(instant(10_000))).toBe(false);
  });
});

describe('Seq', () => {
  it('starts at 1 and tells each change', () => {
    const seq = new Seq();
    const seen: number[] = [];
    seq.changes.subscribe((value) => seen.push(value));
    expect(seq.read()).toBe(1);
    seq.change();
    seq.change();
    expect(seen).toEqual([2, 3]);
  });
});

describe('hashFinish()', () => {
  it('gives unsigned values that depend on the order of the words', () => {
    const hash = (...words: number[]) => hashFinish(words.reduce(hashAdd, 0), words.length * 4);
    expect(hash(1, 2)).not.toBe(hash(2, 1));
    expect(hash(0xffff_ffff, 7)).toBeGreaterThanOrEqual(0);
  });
});

describe('ParseError', () => {
  it('names file, line and column where there is a file', () => {
    const error = new ParseError({ source: 'acl.flows', line: 3, column: 14, expected: 'a port' });
    expect(error.message).toBe('Cannot parse acl.flows:3:14: a port');
  });
});

describe('SystemClock.setTimeout()', () => {
  it('runs a task with no delay in a macrotask of its own, unless it is cleared', async () => {
    const clock = new SystemClock();
    const ran: string[] = [];
    clock.clearTimeout(clock.setTimeout(() => ran.push('cleared'), 0));
    clock.clearTimeout(clock.setTimeout(() => ran.push('cleared too'), 1));
    await new Promise<void>((resolve) => {
      clock.setTimeout(() => {
        ran.push('due');
        resolve();
      }, 0);
      ran.push('sync');
    });
    expect(ran).toEqual(['sync', 'due']);
  });
});
