import { describe, expect, it } from 'vitest';
import { output } from './fake-translator.js';
import { createBench, flowOf, revalidate, runCycle } from './udpif-bench.js';

describe('FlowJudge.judge()', () => {
  it('deletes a flow whose modification failed, in the next sweep or dump', () => {
    const bench = createBench();
    bench.dpif.miss(flowOf(1));
    bench.clock.runDue();
    runCycle(bench);
    bench.translator.answer = () => ({ actions: output(3) });
    bench.dpif.hit(flowOf(1), 2);
    bench.dpif.failures.push({ type: 'put', error: 'EINVAL' });
    revalidate(bench);
    expect(bench.udpif.status().deleted).toEqual({ update_fail: 1 });
    expect(bench.dpif.flows.size).toBe(0);
    expect(bench.translator.credited.packets).toBe(3);
  });
});
