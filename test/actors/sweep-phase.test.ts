import { describe, expect, it } from 'vitest';
import { maskOf, output } from './fake-translator.js';
import { NW_SRC } from '../../src/packet/flow-layout.js';
import { type Bench, createBench, flowOf, revalidate, runCycle } from './udpif-bench.js';

function createInstalled(count = 1): Bench {
  const bench = createBench({ isObserved: true });
  for (let id = 1; id <= count; id++) bench.dpif.miss(flowOf(id));
  bench.clock.runDue();
  runCycle(bench);
  return bench;
}

describe('SweepPhase', () => {
  it('leaves alone what the dump missed while nothing has changed (U-132, U-134, S6)', () => {
    const bench = createInstalled();
    bench.dpif.timesDumped = () => 0;
    const asked = bench.translator.receives;
    runCycle(bench);
    expect(bench.translator.receives).toBe(asked);
    expect(bench.coverage.read('revalidate_missed_dp_flow')).toBe(0);
    const [ukey] = bench.udpif.ukeys();
    expect(ukey?.getSnapshot()).toMatchObject({
      value: 'operational',
      context: { missedDumps: 1 },
    });
  });

  it('looks again at what the dump missed after a change (U-135, U-136, B-18)', () => {
    const bench = createInstalled();
    bench.dpif.hit(flowOf(1), 5);
    bench.dpif.timesDumped = () => 0;
    bench.clock.advance(20_000 - 500 * 38);
    revalidate(bench);
    expect(bench.coverage.read('revalidate_missed_dp_flow')).toBe(1);
    expect(bench.translator.pushes).toEqual([]);
    const [ukey] = bench.udpif.ukeys();
    expect(ukey?.getSnapshot().context.missedDumps).toBeGreaterThan(0);
    bench.dpif.timesDumped = () => 1;
    runCycle(bench);
    expect(bench.translator.pushes).toMatchObject([{ packets: 5 }]);
    expect(ukey?.getSnapshot().context.missedDumps).toBe(0);
  });

  it('modifies or deletes what the dump missed and what is not right any more', () => {
    const bench = createInstalled(2);
    bench.dpif.timesDumped = () => 0;
    bench.translator.answer = (flow) =>
      flow[125] === 1 ? { actions: output(9) } : { actions: output(2), mask: maskOf(NW_SRC) };
    revalidate(bench);
    expect(bench.dpif.flow(flowOf(1))?.actions).toEqual(output(9));
    expect(bench.dpif.flow(flowOf(2))).toBeUndefined();
    expect(bench.udpif.status()).toMatchObject({ ukeys: 1, deleted: { flow_wildcarded: 1 } });
  });

  it('gives up a flow that four complete dumps missed (U-137, U-140, B-12, L6)', () => {
    const bench = createInstalled();
    bench.dpif.steal(flowOf(1));
    for (let i = 0; i < 3; i++) runCycle(bench);
    expect(bench.udpif.status().ukeys).toBe(1);
    runCycle(bench);
    expect(bench.udpif.status()).toMatchObject({ ukeys: 0, deleted: { flow_missing_dp: 1 } });
    expect(bench.coverage.read('revalidate_missing_dp_flow')).toBe(1);
    expect(bench.records).toContainEqual(expect.objectContaining({ type: 'lost' }));
  });

  it('goes on counting when a change makes it look at the flow in between', () => {
    const bench = createInstalled();
    bench.dpif.steal(flowOf(1));
    runCycle(bench);
    for (let i = 0; i < 3; i++) revalidate(bench);
    expect(bench.udpif.status().ukeys).toBe(0);
  });

  it('does not count a dump that failed (B-30)', () => {
    const bench = createInstalled();
    bench.dpif.timesDumped = () => 0;
    bench.dpif.dumpError = 'EIO';
    for (let i = 0; i < 9; i++) runCycle(bench);
    expect(bench.udpif.status().ukeys).toBe(1);
  });

  it('deletes at most 50 at once and frees each after its last counters (U-138)', () => {
    const bench = createInstalled(120);
    for (let id = 1; id <= 120; id++) bench.dpif.hit(flowOf(id), 2);
    bench.dpif.timesDumped = () => 0;
    bench.translator.answer = () => ({ actions: output(2), mask: maskOf(NW_SRC) });
    const before = bench.dpif.batches.length;
    revalidate(bench);
    expect(bench.dpif.batches.slice(before).map(({ length }) => length)).toEqual([50, 50, 20]);
    expect(bench.translator.credited.packets).toBe(360);
    expect(bench.udpif.status().ukeys).toBe(0);
  });

  it('purges without asking anything (U-139)', () => {
    const bench = createInstalled(3);
    bench.dpif.timesDumped = () => 0;
    bench.udpif.revalSeq.change();
    bench.udpif.purge();
    bench.clock.runDue();
    expect(bench.coverage.read('revalidate_missed_dp_flow')).toBe(0);
    expect(bench.udpif.status().deleted).toEqual({ purge: 3 });
  });
});

describe('OperationBatch', () => {
  const deleteFirst = (bench: Bench): void => {
    const [ukey] = bench.udpif.ukeys();
    ukey?.send({ type: 'flow.delete', reason: 'purge' });
    bench.clock.runDue();
  };

  it('pushes the rest of a deleted flow through its cache (U-141, U-143)', () => {
    const bench = createInstalled();
    bench.dpif.hit(flowOf(1), 3, 300, 1);
    runCycle(bench);
    bench.dpif.hit(flowOf(1), 2, 200, 2);
    const translated = bench.translator.requests.length;
    deleteFirst(bench);
    expect(bench.translator.requests).toHaveLength(translated);
    expect(bench.translator.pushes.at(-1)).toMatchObject({ packets: 2, bytes: 200, tcpFlags: 3 });
  });

  it('pushes nothing where there is nothing, NetFlow or not (U-142, U-146, B-13)', () => {
    for (const isNetflowOn of [false, true]) {
      const bench = createInstalled();
      bench.translator.isNetflowOn = isNetflowOn;
      const asked = bench.translator.receives;
      deleteFirst(bench);
      expect(bench.translator.receives).toBe(asked);
      expect(bench.translator.pushes).toEqual([]);
    }
  });

  it('translates once for a flow that never had a cache, and closes its record (U-144)', () => {
    const bench = createInstalled();
    let closed = 0;
    bench.translator.telemetry = { netflow: { flowClear: () => void closed++ } };
    bench.dpif.hit(flowOf(1), 2, 200, 1);
    deleteFirst(bench);
    expect(bench.translator.requests.at(-1)).toMatchObject({
      stats: { packets: 2, bytes: 200, tcpFlags: 1 },
      mayLearn: true,
      skipWildcards: true,
      hasCache: false,
    });
    expect(closed).toBe(1);
  });

  it('pushes nothing for a flow that was gone, and tells of it (U-145, B-02, S3)', () => {
    const bench = createInstalled();
    bench.dpif.hit(flowOf(1), 3);
    runCycle(bench);
    bench.dpif.steal(flowOf(1));
    deleteFirst(bench);
    expect(bench.translator.credited.packets).toBe(4);
    const base = expect.objectContaining({ packets: 3 });
    expect(bench.records).toContainEqual(expect.objectContaining({ type: 'lost', base }));
  });

  it('keeps flow and base where the deletion is refused, and tries again (U-145, B-02)', () => {
    const bench = createBench({ initial: { maxIdle: 600 } });
    bench.dpif.miss(flowOf(1));
    bench.clock.runDue();
    bench.dpif.failures.push({ type: 'delete', error: 'EBUSY' });
    bench.clock.advance(1_000);
    expect(bench.udpif.status()).toMatchObject({ ukeys: 1, deleted: {} });
    runCycle(bench);
    expect(bench.udpif.status()).toMatchObject({ ukeys: 0, deleted: { flow_idle: 1 } });
    expect(bench.dpif.operations('delete')).toHaveLength(2);
  });
});
