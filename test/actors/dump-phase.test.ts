import { describe, expect, it } from 'vitest';
import { install } from '../behaviours/rows.js';
import { output } from './fake-translator.js';
import { createBench, flowOf, revalidate, runCycle } from './udpif-bench.js';

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
    expect(bench.logged[0]?.fields).toEqual({ flows: 60, flowLimit: 20 });
  });

  it('does not count a limit that was not reached', () => {
    const bench = createBench();
    for (let id = 1; id <= 19; id++) bench.dpif.plant(flowOf(id));
    bench.udpif.setFlowLimit(20);
    runCycle(bench);
    expect(bench.coverage.read('upcall_flow_limit_hit')).toBe(0);
    expect(bench.coverage.read('upcall_flow_limit_kill')).toBe(0);
  });

  it('deletes a flow whose modification failed in a sweep', () => {
    const bench = createBench();
    install(bench, 1);
    runCycle(bench);
    bench.dpif.timesDumped = () => 0;
    bench.translator.answer = () => ({ actions: output(3) });
    bench.dpif.failures.push({ type: 'put', error: 'EINVAL' });
    revalidate(bench);
    bench.dpif.timesDumped = () => 1;
    runCycle(bench);
    expect(bench.coverage.read('dumped_inconsistent_flow')).toBe(1);
    expect(bench.udpif.status().deleted).toEqual({ update_fail: 1 });
  });

  it('leaves alone a flow that came back while its ukey was on its way out', () => {
    const bench = createBench();
    install(bench, 1);
    runCycle(bench);
    const [ukey] = bench.udpif.ukeys();
    ukey?.send({ type: 'flow.delete', reason: 'purge' });
    bench.clock.runDue();
    bench.dpif.plant(flowOf(1));
    runCycle(bench);
    expect(bench.coverage.read('dumped_new_flow')).toBe(1);
    expect(bench.udpif.status().ukeys).toBe(0);
    runCycle(bench);
    expect(bench.udpif.status().ukeys).toBe(1);
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
