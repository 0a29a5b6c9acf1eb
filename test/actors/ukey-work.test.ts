import { describe, expect, it } from 'vitest';
import { type Bench, type BenchOptions, createBench, flowOf, runCycle } from './udpif-bench.js';

/** A udpif with one flow, whose five packets have been pushed. */
function createHit(options: BenchOptions = {}): Bench {
  const bench = createBench(options);
  bench.dpif.miss(flowOf(1));
  bench.clock.runDue();
  bench.dpif.hit(flowOf(1), 5);
  runCycle(bench);
  return bench;
}

describe('UkeyWork', () => {
  it('counts counters that ran backward, and not those that stand still', () => {
    const bench = createHit();
    const resets = () => bench.coverage.read('ukey_invalid_stat_reset');
    runCycle(bench);
    expect(resets()).toBe(0);
    const flow = bench.dpif.flow(flowOf(1));
    if (flow !== undefined) flow.stats = { ...flow.stats, packets: 2 };
    runCycle(bench);
    expect(resets()).toBe(1);
    expect(bench.translator.credited.packets).toBe(6);
  });

  it('counts and tells of a flow that was gone before its deletion', () => {
    const bench = createHit({ isObserved: true, initial: { maxIdle: 500 } });
    bench.dpif.failures.push({ type: 'delete', error: 'ENOENT' });
    bench.clock.advance(1_500);
    expect(bench.udpif.status().ukeys).toBe(0);
    expect(bench.coverage.read('ukey_lost_flow')).toBe(1);
    const lost = bench.records.filter(({ type }) => type === 'lost');
    expect(lost).toMatchObject([{ base: { packets: 5 } }]);
  });
});
