/**
 * What the simulator has found and nobody had thought of: faults that meet, answers that come late,
 * clocks that are set back. Each case was a violation of an invariant of behaviours.md 5.5.
 */

import { describe, expect, it } from 'vitest';
import { output } from './fake-translator.js';
import { type Bench, createBench, flowOf, revalidate, runCycle } from './udpif-bench.js';

function install(bench: Bench, id = 1): void {
  bench.dpif.miss(flowOf(id));
  bench.clock.runDue();
}

describe('a put that is answered late', () => {
  it('of a drop flow is waited for by its handler, and so by a stop (U-031, U-038, S10)', () => {
    const bench = createBench();
    bench.dpif.isLate = true;
    bench.dpif.miss(flowOf(1, 0));
    bench.clock.runDue();
    bench.udpif.destroy();
    bench.clock.runDue();
    expect(bench.udpif.actor.getSnapshot().value).toEqual({ stopping: 'handlers' });
    bench.dpif.isLate = false;
    bench.dpif.answer();
    bench.clock.runDue();
    expect(bench.udpif.actor.getSnapshot().status).toBe('done');
    expect(bench.dpif.flows.size).toBe(0);
  });

  it('gives its flow a ukey again where a purge came in between (U-016, U-075, S10)', () => {
    const bench = createBench();
    bench.dpif.isLate = true;
    install(bench);
    bench.dpif.isLate = false;
    bench.udpif.purge();
    bench.clock.runDue();
    expect(bench.dpif.operations('delete')).toMatchObject([{ error: 'ENOENT' }]);
    bench.dpif.answer();
    bench.clock.runDue();
    expect([...bench.udpif.ukeys()].map((ukey) => ukey.getSnapshot().value)).toEqual([
      'operational',
    ]);
    bench.udpif.destroy();
    bench.clock.runDue();
    expect(bench.dpif.flows.size).toBe(0);
  });
});

describe('a flow that the datapath keeps against our will', () => {
  it('is modified again where its modification failed as well (U-124, L1)', () => {
    const bench = createBench();
    install(bench);
    bench.translator.answer = () => ({ actions: output(3) });
    bench.dpif.failures.push({ type: 'put', error: 'EINVAL' });
    bench.dpif.failures.push({ type: 'delete', error: 'EBUSY' });
    revalidate(bench);
    expect(bench.dpif.flow(flowOf(1))?.actions).toEqual(output(2));
    runCycle(bench);
    expect(bench.dpif.flow(flowOf(1))?.actions).toEqual(output(3));
  });

  it('is looked at again after a restart, which may have ended its queue (U-068, L1)', () => {
    const bench = createBench();
    bench.translator.answer = () => ({ actions: output(2), slow: 32 });
    install(bench);
    bench.dpif.failures.push({ type: 'delete', error: 'EBUSY' });
    bench.dpif.portGetPid = () => 77;
    bench.udpif.setThreads(2, 1);
    bench.clock.runDue();
    expect(bench.dpif.flow(flowOf(1))?.actions).toMatchObject([{ pid: 77 }]);
  });
});

describe('a clock that is set back during a cycle', () => {
  it('delays neither the next cycle nor a revalidation (U-089, U-090, L2)', () => {
    const bench = createBench();
    install(bench);
    bench.dpif.timesDumped = () => {
      bench.clock.shift(-3_600_000);
      return 1;
    };
    runCycle(bench);
    bench.dpif.timesDumped = () => 1;
    const { cycles } = bench.udpif.status();
    revalidate(bench);
    expect(bench.udpif.status().cycles).toBe(cycles + 1);
    bench.clock.advance(500);
    expect(bench.udpif.status().cycles).toBe(cycles + 2);
  });
});

describe('a translator that makes no cache', () => {
  it('costs the flow, whose counters are credited all the same (S1)', () => {
    const bench = createBench();
    install(bench);
    bench.dpif.hit(flowOf(1), 3);
    bench.translator.createCache = () => {
      throw new Error('no memory');
    };
    runCycle(bench);
    expect(bench.udpif.status()).toMatchObject({ ukeys: 0, deleted: { xlation_error: 1 } });
    expect(bench.coverage.read('upcall_translator_fault')).toBe(1);
    expect(bench.translator.credited.packets).toBe(4);
  });
});
