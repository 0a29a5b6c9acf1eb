import { describe, expect, it } from 'vitest';
import { createBench, flowOf, runCycle } from './udpif-bench.js';

describe('DumpPhase', () => {
  it('counts and warns of deleting all, once a dump', () => {
    const bench = createBench();
    for (let id = 1; id <= 60; id++) bench.dpif.plant(flowOf(id));
    bench.udpif.setFlowLimit(20);
    runCycle(bench);
    expect(bench.udpif.status().deleted).toEqual({ flow_limit: 60 });
    expect(bench.coverage.read('upcall_flow_limit_hit')).toBe(2);
    expect(bench.coverage.read('upcall_flow_limit_kill')).toBe(2);
    expect(bench.logged.map(({ message }) => message)).toEqual([
      'Number of datapath flows (60) twice as high as current dynamic flow limit (20).  ' +
        'Starting to delete flows unconditionally as an emergency measure.',
    ]);
  });

  it('stops no packet while it dumps many flows: slices of 20 batches', () => {
    const bench = createBench();
    for (let id = 1; id <= 5_000; id++) bench.dpif.plant(flowOf(id));
    let turns = 0;
    const count = (): void => {
      turns++;
      if (turns < 12) bench.clock.setTimeout(count, 0);
    };
    bench.clock.advanceTo((bench.udpif.nextDeadline() ?? 0) - 1);
    bench.clock.setTimeout(count, 1);
    bench.clock.advance(1);
    expect(turns).toBe(12);
    expect(bench.udpif.status().cycles).toBe(2);
  });
});
