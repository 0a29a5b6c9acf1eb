import { describe, expect, it } from 'vitest';
import { createBench, flowOf } from './udpif-bench.js';
import { output } from './fake-translator.js';

describe('Handler', () => {
  it('puts a flow and executes its packet in one operate (U-064, U-065, U-069)', () => {
    const bench = createBench();
    const { clock, dpif } = bench;
    dpif.miss(flowOf(1));
    clock.runDue();
    const [batch] = dpif.batches;
    expect(batch?.map(({ type }) => type)).toEqual(['put', 'execute']);
    expect(bench.translator.credited).toEqual({ packets: 1, bytes: 60 });
    expect(bench.udpif.status().ukeys).toBe(1);
    expect(dpif.flow(flowOf(1))?.actions).toEqual(output(2));
  });
});
