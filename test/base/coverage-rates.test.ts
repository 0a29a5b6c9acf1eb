/** How fast counters rise. */

import { describe, expect, it } from 'vitest';
import { Coverage } from '../../src/base/coverage.js';
import { CoverageRates } from '../../src/base/coverage-rates.js';
import { VirtualClock } from '../../src/base/virtual-clock.js';

function createRates() {
  const clock = new VirtualClock({ start: 1_000_000 });
  const coverage = new Coverage();
  const rates = new CoverageRates(coverage, clock);
  /** Counts, and lets `ms` pass. */
  const count = (counted: number, ms: number): void => {
    coverage.inc('hit', counted);
    clock.advance(ms);
    rates.run();
  };
  return { clock, coverage, rates, count };
}

describe('CoverageRates', () => {
  it('knows nothing before five seconds have passed', () => {
    const { rates, count } = createRates();
    count(10, 4999);
    expect(rates.rate('hit')).toEqual({ lastSeconds: 0, lastMinute: 0, lastHour: 0 });
  });

  it('averages over five seconds, a minute and an hour', () => {
    const { rates, count } = createRates();
    count(10, 5000);
    expect(rates.rate('hit')).toEqual({
      lastSeconds: 2,
      lastMinute: 10 / 60,
      lastHour: 10 / 3600,
    });
  });

  it('forgets what is older', () => {
    const { rates, count } = createRates();
    count(10, 5000);
    count(0, 5000);
    expect(rates.rate('hit')).toMatchObject({ lastSeconds: 0, lastMinute: 10 / 60 });
    for (let i = 0; i < 11; i++) count(0, 5000);
    expect(rates.rate('hit')).toMatchObject({ lastMinute: 0, lastHour: 10 / 3600 });
    for (let i = 0; i < 60; i++) count(0, 60_000);
    expect(rates.rate('hit').lastHour).toBe(0);
  });

  it('spreads what was counted over all slots that have passed', () => {
    const { rates, count } = createRates();
    count(12, 30_000);
    expect(rates.rate('hit')).toEqual({
      lastSeconds: 2 / 5,
      lastMinute: 12 / 60,
      lastHour: 12 / 3600,
    });
  });

  it('remembers an hour, however long it has not run', () => {
    const { rates, count } = createRates();
    count(7200, 7_200_000);
    expect(rates.rate('hit')).toEqual({ lastSeconds: 1, lastMinute: 1, lastHour: 1 });
  });
});
