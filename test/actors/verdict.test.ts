import { describe, expect, it } from 'vitest';
import { NW_DST, NW_SRC } from '../../src/packet/flow-layout.js';
import { maskOf, output } from './fake-translator.js';
import { type Bench, createBench, flowOf, revalidate, runCycle } from './udpif-bench.js';

/** One flow, installed and dumped once; what was asked so far is forgotten. */
function createInstalled(options: Parameters<typeof createBench>[0] = {}): Bench {
  const bench = createBench({ isObserved: true, ...options });
  bench.dpif.miss(flowOf(1));
  bench.clock.runDue();
  runCycle(bench);
  bench.translator.requests.length = 0;
  return bench;
}

const contextOf = ({ udpif }: Bench) => [...udpif.ukeys()][0]?.getSnapshot().context;
const last = ({ records }: Bench): unknown =>
  records.filter(({ type }) => type === 'verdict').at(-1);

describe('FlowJudge.judge()', () => {
  it('keeps an unchanged flow without a translation or a push (U-116)', () => {
    const bench = createInstalled();
    runCycle(bench);
    expect(bench.translator.requests).toEqual([]);
    expect(bench.translator.pushes).toEqual([]);
    expect(last(bench)).toMatchObject({ verdict: 'keep' });
  });

  it('fills the cache by one translation at the first hit, then pushes (U-117, U-118)', () => {
    const bench = createInstalled();
    bench.dpif.hit(flowOf(1), 3, 300, 0x12);
    runCycle(bench);
    expect(bench.translator.requests).toMatchObject([
      { hasCache: true, skipWildcards: true, stats: undefined, mayLearn: false, tcpFlags: 0x12 },
    ]);
    bench.dpif.hit(flowOf(1), 2, 200);
    runCycle(bench);
    expect(bench.translator.requests).toHaveLength(1);
    expect(bench.translator.pushes).toMatchObject([
      { packets: 3, bytes: 300, tcpFlags: 0x12 },
      { packets: 2, bytes: 200 },
    ]);
  });

  it('takes the delta of packets and bytes, each not below zero (U-110, U-115, S3)', () => {
    const bench = createInstalled();
    bench.dpif.hit(flowOf(1), 9, 900);
    runCycle(bench);
    const flow = bench.dpif.flow(flowOf(1));
    if (flow !== undefined) flow.stats = { ...flow.stats, packets: 12, bytes: 100 };
    runCycle(bench);
    expect(bench.translator.pushes.at(-1)).toMatchObject({ packets: 3, bytes: 0 });
  });

  it('moves its base down with counters that ran backward (U-111)', () => {
    const bench = createInstalled();
    const flow = bench.dpif.flow(flowOf(1))!;
    for (const packets of [9, 4, 6]) {
      flow.stats = { ...flow.stats, packets };
      runCycle(bench);
    }
    expect(bench.translator.pushes.map(({ packets }) => packets)).toEqual([9, 2]);
    expect(bench.coverage.read('ukey_invalid_stat_reset')).toBe(1);
  });

  it('clears the cache and translates again after a change, with no side effect (U-119)', () => {
    const bench = createInstalled();
    bench.dpif.hit(flowOf(1), 3);
    runCycle(bench);
    bench.translator.requests.length = 0;
    bench.dpif.hit(flowOf(1), 2);
    revalidate(bench);
    expect(bench.translator.clears).toBe(1);
    expect(bench.translator.requests).toMatchObject([
      { hasCache: true, skipWildcards: false, stats: undefined, mayLearn: false },
    ]);
    expect(bench.translator.pushes.at(-1)).toMatchObject({ packets: 2 });
    expect(last(bench)).toMatchObject({ verdict: 'keep' });
  });

  it('credits the new answer with what the old one forwarded (U-120, B-26)', () => {
    const bench = createInstalled();
    bench.dpif.hit(flowOf(1), 3);
    bench.translator.answer = () => ({ actions: output(3) });
    revalidate(bench);
    expect(bench.translator.pushes).toMatchObject([{ packets: 3 }]);
  });

  it('modifies the actions in place where only they changed (U-123, U-124, B-17)', () => {
    const bench = createInstalled();
    bench.translator.answer = () => ({ actions: output(3) });
    revalidate(bench);
    expect(bench.dpif.flow(flowOf(1))?.actions).toEqual(output(3));
    expect(bench.dpif.operations('delete')).toEqual([]);
    expect(bench.dpif.operations('put').at(-1)).toMatchObject({ mode: 'modify' });
    runCycle(bench);
    expect(last(bench)).toMatchObject({ verdict: 'keep' });
  });

  it('compares the slow path action where the flow is slow (U-123)', () => {
    const bench = createInstalled();
    bench.translator.answer = () => ({ actions: output(2), slow: 8 });
    revalidate(bench);
    expect(bench.dpif.flow(flowOf(1))?.actions).toMatchObject([{ type: 'userspace' }]);
    revalidate(bench);
    expect(bench.dpif.operations('put')).toHaveLength(2);
  });

  it('deletes a flow whose modification failed, in the next sweep or dump', () => {
    const bench = createInstalled();
    bench.translator.answer = () => ({ actions: output(3) });
    bench.dpif.hit(flowOf(1), 2);
    bench.dpif.failures.push({ type: 'put', error: 'EINVAL' });
    revalidate(bench);
    expect(bench.udpif.status().deleted).toEqual({ update_fail: 1 });
    expect(bench.dpif.flows.size).toBe(0);
    expect(bench.translator.credited.packets).toBe(3);
  });

  it('deletes a flow whose mask is too wide, not one whose mask is narrower (U-125, U-126)', () => {
    const bench = createInstalled();
    bench.translator.answer = () => ({ actions: output(2), mask: maskOf() });
    revalidate(bench);
    expect(bench.dpif.flows.size).toBe(1);
    bench.translator.answer = () => ({ actions: output(2), mask: maskOf(NW_DST, NW_SRC) });
    revalidate(bench);
    expect(bench.udpif.status().deleted).toEqual({ flow_wildcarded: 1 });
  });

  it('takes a flow without a mask for an exact one (U-127, B-09)', () => {
    const bench = createBench();
    bench.dpif.plant(flowOf(1), output(2));
    bench.translator.answer = () => ({ actions: output(2), mask: maskOf(NW_DST, NW_SRC) });
    runCycle(bench);
    revalidate(bench);
    expect(bench.dpif.flows.size).toBe(1);
  });

  it('makes a flow slow that the datapath cannot match wholly (U-129, B-11)', () => {
    const bench = createBench();
    bench.translator.isTooLittle = true;
    bench.dpif.miss(flowOf(1));
    bench.clock.runDue();
    const slow = [{ type: 'userspace', cookie: { type: 'slow_path', reason: 64 } }];
    expect(bench.dpif.flow(flowOf(1))?.actions).toMatchObject(slow);
    revalidate(bench);
    expect(bench.dpif.operations('put')).toHaveLength(1);
    expect(bench.dpif.flows.size).toBe(1);
  });

  it('finds a flow stale that was translated before a change (U-128, B-10, L1)', () => {
    const bench = createBench();
    bench.dpif.isLate = true;
    bench.dpif.miss(flowOf(1));
    bench.clock.runDue();
    revalidate(bench);
    bench.translator.answer = () => ({ actions: output(9) });
    bench.dpif.isLate = false;
    bench.dpif.answer();
    runCycle(bench);
    expect(bench.dpif.flow(flowOf(1))?.actions).toEqual(output(9));
  });

  it('deletes a flow that is too expensive, and pushes the rest (U-112, U-113, U-114)', () => {
    const costModel = { dumpedFlowUs: 260_000, revalidatedFlowUs: 0, jitterFraction: 0 };
    const bench = createInstalled({ costModel });
    bench.dpif.hit(flowOf(1), 1);
    runCycle(bench);
    bench.dpif.miss(flowOf(2));
    bench.clock.advance(3_000);
    const base = contextOf(bench)?.stats.packets;
    bench.dpif.hit(flowOf(1), 2);
    bench.translator.requests.length = 0;
    revalidate(bench);
    expect(bench.udpif.status().deleted).toEqual({ too_expensive: 1 });
    expect(base).toBe(1);
    expect(bench.translator.credited.packets).toBe(5);
    // The flow that was never hit is translated again all the same.
    expect(bench.translator.requests).toHaveLength(1);
  });

  it('revalidates always where min-revalidate-pps is 0 (U-114)', () => {
    const costModel = { dumpedFlowUs: 260_000, revalidatedFlowUs: 0, jitterFraction: 0 };
    const bench = createInstalled({ costModel, initial: { minRevalidatePps: 0 } });
    bench.dpif.hit(flowOf(1), 1);
    bench.clock.advance(3_000);
    revalidate(bench);
    expect(bench.dpif.flows.size).toBe(1);
  });

  it('deletes a flow whose port has no bridge, says what is lost (U-121, B-27)', () => {
    const bench = createInstalled();
    bench.dpif.hit(flowOf(1), 4);
    bench.translator.unknownPorts.add(1);
    revalidate(bench);
    expect(bench.udpif.status()).toMatchObject({
      deleted: { no_ofproto: 1 },
      uncredited: { push: { packets: 4, bytes: 240 } },
    });
  });

  it('keeps a drop flow of an unknown port until it is hit or looked at again (U-122)', () => {
    const bench = createBench();
    bench.dpif.miss(flowOf(1, 0));
    bench.dpif.miss(flowOf(2, 0));
    bench.clock.runDue();
    runCycle(bench);
    expect(bench.dpif.flows.size).toBe(2);
    bench.dpif.hit(flowOf(1, 0));
    runCycle(bench);
    expect(bench.dpif.flows.size).toBe(1);
    revalidate(bench);
    expect(bench.dpif.flows.size).toBe(0);
  });

  it('closes the NetFlow record of a flow that is not kept (U-130)', () => {
    const bench = createInstalled();
    let closed = 0;
    bench.translator.telemetry = { netflow: { flowClear: () => void closed++ } };
    revalidate(bench);
    expect(closed).toBe(0);
    bench.translator.answer = () => ({ actions: output(2), mask: maskOf(NW_SRC) });
    revalidate(bench);
    expect(closed).toBe(1);
  });
});
