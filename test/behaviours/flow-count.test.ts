/** Rows of behaviours.md 2.3: the number of flows. */

import { describe, expect, it } from 'vitest';
import { type Bench, createBench, flowOf } from '../actors/udpif-bench.js';
import { callsOf, create2014, describeProfiles, install } from './rows.js';

const asked = (bench: Bench): number => callsOf(bench, /^getStats$/).length;
const count = ({ udpif }: Bench): number => udpif.status().flowsCurrent;

describeProfiles('the number of flows', (create) => {
  it('U-026: is asked for again 101 ms after the last question, not after 100', () => {
    const bench = create();
    bench.clock.advance(101);
    expect(count(bench)).toBe(0);
    const before = asked(bench);
    bench.dpif.plant(flowOf(1));
    bench.clock.advance(100);
    expect(count(bench)).toBe(0);
    expect(asked(bench)).toBe(before);
    bench.clock.advance(1);
    expect(count(bench)).toBe(1);
    expect(asked(bench)).toBe(before + 1);
  });

  it('U-027: is asked for the first time whatever the clock says', () => {
    for (const now of [0, 50, -5_000]) {
      const bench = create({ isStarted: false });
      bench.clock.jump(now);
      bench.dpif.plant(flowOf(1));
      expect(count(bench)).toBe(1);
    }
  });

  it('U-028: is the previous one for whoever asks while an answer is under way', () => {
    const bench = create();
    bench.dpif.plant(flowOf(1));
    bench.clock.advance(101);
    const seen: number[] = [];
    const getStats = bench.dpif.getStats.bind(bench.dpif);
    bench.dpif.getStats = () => {
      if (seen.length === 0) seen.push(count(bench));
      return getStats();
    };
    const before = asked(bench);
    seen.push(count(bench));
    expect(seen).toEqual([0, 1]);
    expect(asked(bench)).toBe(before + 1);
  });

  it('U-028: is asked for once at a time, however long that takes', () => {
    const bench = create();
    bench.clock.advance(101);
    const before = asked(bench);
    const getStats = bench.dpif.getStats.bind(bench.dpif);
    bench.dpif.getStats = () => {
      bench.clock.shift(200);
      if (asked(bench) < before + 3) count(bench);
      return getStats();
    };
    count(bench);
    expect(asked(bench)).toBe(before + 1);
  });

  it('U-029: is good for 100 ms from the question, not from the answer', () => {
    const bench = create();
    bench.clock.advance(101);
    const getStats = bench.dpif.getStats.bind(bench.dpif);
    bench.dpif.getStats = () => {
      bench.clock.shift(60);
      return getStats();
    };
    count(bench);
    const before = asked(bench);
    bench.clock.advance(40);
    count(bench);
    expect(asked(bench)).toBe(before);
    bench.clock.advance(1);
    count(bench);
    expect(asked(bench)).toBe(before + 1);
  });
});

describe('the number of flows where the datapath fails to answer', () => {
  it('U-030 in current: stays as it was, so that a full table stays full', () => {
    const bench = createBench({ initial: { flowLimit: 1 } });
    install(bench, 1);
    bench.clock.advance(101);
    expect(count(bench)).toBe(1);
    bench.dpif.statsError = 'EIO';
    bench.clock.advance(101);
    install(bench, 2);
    expect(count(bench)).toBe(1);
    expect(bench.dpif.flow(flowOf(2))).toBeUndefined();
    expect(bench.coverage.read('dpif_get_stats_error')).toBeGreaterThan(0);
  });

  it('U-030 in ovs-2.3: reads as 0 for 100 ms, so that a full table takes flows', () => {
    const bench = create2014({ initial: { flowLimit: 1 } });
    install(bench, 1);
    bench.clock.advance(101);
    expect(count(bench)).toBe(1);
    bench.dpif.statsError = 'EIO';
    bench.clock.advance(101);
    install(bench, 2);
    expect(bench.dpif.flow(flowOf(2))).toBeDefined();
    bench.dpif.statsError = undefined;
    bench.clock.advance(100);
    expect(count(bench)).toBe(0);
    bench.clock.advance(1);
    expect(count(bench)).toBe(2);
  });
});
