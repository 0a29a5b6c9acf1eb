/** Rows of behaviours.md 2.11: the sweep. */

import { describe, expect, it } from 'vitest';
import { NW_SRC } from '../../src/packet/flow-layout.js';
import { maskOf, output } from '../actors/fake-translator.js';
import { type Bench, createBench, flowOf, revalidate, runCycle } from '../actors/udpif-bench.js';
import {
  type CreateBench,
  create2014,
  describeProfiles,
  goToCycle,
  install,
  installAndDump,
  sizesOf,
  verdictsOf,
} from './rows.js';

function createInstalled(create: CreateBench, count = 1): Bench {
  const bench = create({ isObserved: true });
  installAndDump(bench, 1, count);
  bench.translator.requests.length = 0;
  return bench;
}

/** Cycles in which the flows are not dumped. */
function missDumps(bench: Bench, count = 1): void {
  bench.dpif.timesDumped = () => 0;
  for (let i = 0; i < count; i++) runCycle(bench);
}

const missedOf = ({ coverage }: Bench): number => coverage.read('revalidate_missed_dp_flow');
const contextOf = ({ udpif }: Bench) => [...udpif.ukeys()][0]?.getSnapshot().context;

describeProfiles('the sweep', (create) => {
  it('U-132: leaves every ukey ready to be seen in the next dump', () => {
    const bench = createInstalled(create, 3);
    for (let cycle = 1; cycle <= 4; cycle++) {
      for (let id = 1; id <= 3; id++) bench.dpif.hit(flowOf(id), 2);
      runCycle(bench);
      expect(bench.translator.credited.packets).toBe(3 + 6 * cycle);
    }
  });

  it('U-132: leaves only ukeys whose flow exists', () => {
    const bench = createInstalled(create, 20);
    goToCycle(bench);
    bench.clock.shift(20_000);
    for (let id = 1; id <= 7; id++) bench.dpif.hit(flowOf(id));
    bench.clock.advance(1);
    expect(bench.udpif.status().ukeys).toBe(7);
    expect(bench.dpif.flows.size).toBe(7);
  });

  it('U-132: is of the own map of each revalidator', () => {
    const bench = create({ revalidators: 3, isObserved: true });
    installAndDump(bench, 1, 40);
    bench.dpif.timesDumped = () => 0;
    bench.translator.unknownPorts.add(1);
    bench.records.length = 0;
    revalidate(bench);
    const sweeps = bench.records.flatMap((record) => (record.type === 'verdict' ? [record] : []));
    expect(sweeps).toHaveLength(40);
    for (const { key, revalidator } of sweeps) expect(key.hash % 3).toBe(revalidator);
  });

  it('U-133: frees the ukey of a deleted flow, and its cache, with no operation', () => {
    const bench = createInstalled(create);
    bench.dpif.hit(flowOf(1));
    runCycle(bench);
    goToCycle(bench);
    bench.clock.shift(20_000);
    const batches = bench.dpif.batches.length;
    const clears = bench.translator.clears;
    bench.clock.advance(1);
    expect(bench.dpif.batches.length - batches).toBe(1);
    expect(bench.translator.clears - clears).toBe(1);
    expect(bench.udpif.status().ukeys).toBe(0);
  });

  it('U-134: leaves alone what the dump missed while nothing has changed', () => {
    const bench = createInstalled(create);
    const batches = bench.dpif.batches.length;
    const receives = bench.translator.receives;
    missDumps(bench);
    expect(bench.udpif.status().ukeys).toBe(1);
    expect(bench.dpif.batches).toHaveLength(batches);
    expect(bench.translator.receives).toBe(receives);
    expect(missedOf(bench)).toBe(0);
  });

  it('U-136: does not ask how long a flow was idle or how many there are', () => {
    const bench = createInstalled(create, 5);
    goToCycle(bench);
    bench.clock.shift(60_000);
    bench.udpif.setFlowLimit(1);
    bench.dpif.timesDumped = () => 0;
    bench.udpif.revalSeq.change();
    bench.clock.runDue();
    expect(missedOf(bench)).toBe(5);
    expect(bench.dpif.operations('delete')).toEqual([]);
    expect(bench.udpif.status().ukeys).toBe(5);
  });

  it('U-138: deletes at most 50 at once, and frees each ukey after its last counters', () => {
    const bench = createInstalled(create, 120);
    for (let id = 1; id <= 120; id++) bench.dpif.hit(flowOf(id), 2);
    bench.dpif.timesDumped = () => 0;
    bench.translator.answer = () => ({ actions: output(2), mask: maskOf(NW_SRC) });
    const before = sizesOf(bench).length;
    revalidate(bench);
    const deletions = bench.dpif.batches
      .slice(before)
      .map((batch) => batch.filter(({ type }) => type === 'delete').length)
      .filter((count) => count > 0);
    expect(deletions).toEqual([50, 50, 20]);
    expect(bench.translator.credited.packets).toBe(360);
    expect(bench.udpif.status().ukeys).toBe(0);
  });

  it('U-139: purges without asking anything, whatever was missed or has changed', () => {
    const bench = createInstalled(create, 3);
    missDumps(bench);
    bench.udpif.pause();
    bench.clock.runDue();
    bench.udpif.revalSeq.change();
    bench.translator.requests.length = 0;
    bench.udpif.purge();
    bench.clock.runDue();
    expect(missedOf(bench)).toBe(0);
    expect(bench.dpif.operations('get')).toEqual([]);
    expect(bench.translator.requests).toEqual([]);
    expect(bench.dpif.operations('delete')).toHaveLength(3);
    expect(bench.udpif.status().ukeys).toBe(0);
  });
});

describe('the sweep in current', () => {
  it('U-134 in current: counts a dump that missed a flow', () => {
    const bench = createInstalled(createBench);
    missDumps(bench);
    expect(contextOf(bench)).toMatchObject({ missedDumps: 1 });
    bench.dpif.timesDumped = () => 1;
    runCycle(bench);
    expect(contextOf(bench)).toMatchObject({ missedDumps: 0 });
  });

  it('U-135 in current: looks again at a missed flow after a change, by what it remembers', () => {
    const bench = createInstalled(createBench);
    bench.dpif.hit(flowOf(1), 5);
    bench.dpif.timesDumped = () => 0;
    revalidate(bench);
    expect(missedOf(bench)).toBe(1);
    expect(bench.dpif.operations('get')).toEqual([]);
    expect(bench.translator.requests).toMatchObject([{ skipWildcards: false }]);
    expect(bench.translator.pushes).toEqual([]);
    expect(verdictsOf(bench).at(-1)).toBe('sweep keep');
    bench.dpif.timesDumped = () => 1;
    runCycle(bench);
    expect(bench.translator.pushes).toMatchObject([{ packets: 5 }]);
  });

  it('U-135 in current: modifies or deletes a missed flow that is not right any more', () => {
    const bench = createInstalled(createBench, 2);
    bench.dpif.timesDumped = () => 0;
    bench.translator.answer = (flow) =>
      flow.join() === flowOf(1, 101).join()
        ? { actions: output(9) }
        : { actions: output(2), mask: maskOf(NW_SRC) };
    revalidate(bench);
    expect(bench.dpif.flow(flowOf(1))?.actions).toEqual(output(9));
    expect(bench.dpif.flow(flowOf(2))).toBeUndefined();
    expect(bench.udpif.status()).toMatchObject({ ukeys: 1, deleted: { flow_wildcarded: 1 } });
  });

  it('U-137 in current: asks the datapath nothing: a flow that is gone is found out later', () => {
    const bench = createInstalled(createBench);
    bench.dpif.steal(flowOf(1));
    revalidate(bench);
    expect(bench.dpif.operations('get')).toEqual([]);
    expect(bench.dpif.operations('delete')).toEqual([]);
    expect(bench.udpif.status().ukeys).toBe(1);
  });

  it('U-140 in current: gives up a flow that four complete dumps missed', () => {
    const bench = createInstalled(createBench);
    bench.dpif.hit(flowOf(1), 3);
    runCycle(bench);
    bench.dpif.steal(flowOf(1));
    missDumps(bench, 3);
    expect(bench.udpif.status().ukeys).toBe(1);
    missDumps(bench);
    expect(bench.udpif.status()).toMatchObject({ ukeys: 0, deleted: { flow_missing_dp: 1 } });
    expect(bench.coverage.read('revalidate_missing_dp_flow')).toBe(1);
    const base = expect.objectContaining({ packets: 3 });
    expect(bench.records).toContainEqual(expect.objectContaining({ type: 'lost', base }));
    expect(bench.translator.credited.packets).toBe(4);
  });

  it('U-140 in current: goes on counting where a change makes it look in between', () => {
    const bench = createInstalled(createBench);
    bench.dpif.steal(flowOf(1));
    missDumps(bench);
    for (let i = 0; i < 3; i++) revalidate(bench);
    expect(bench.udpif.status().ukeys).toBe(0);
  });

  it('U-140 in current: does not count a dump that failed', () => {
    const bench = createInstalled(createBench);
    bench.dpif.dumpError = 'EIO';
    missDumps(bench, 9);
    expect(bench.udpif.status().ukeys).toBe(1);
    expect(contextOf(bench)).toMatchObject({ missedDumps: 0 });
  });

  it('U-140 in current: deletes with its counters a flow that only dumps have missed', () => {
    const bench = createInstalled(createBench);
    bench.dpif.hit(flowOf(1), 7);
    missDumps(bench, 4);
    expect(bench.dpif.flows.size).toBe(0);
    expect(bench.translator.credited.packets).toBe(8);
    install(bench, 1);
    expect(bench.dpif.flows.size).toBe(1);
  });
});

describe('the sweep in ovs-2.3', () => {
  it('U-134 in ovs-2.3: asks nothing about a missed flow while nothing has changed', () => {
    const bench = createInstalled(create2014);
    missDumps(bench, 3);
    expect(bench.dpif.operations('get')).toEqual([]);
    expect(missedOf(bench)).toBe(0);
  });

  it('U-135 in ovs-2.3: fetches a missed flow after a change, and pushes what it counted', () => {
    const bench = createInstalled(create2014, 3);
    for (let id = 1; id <= 3; id++) bench.dpif.hit(flowOf(id), 5);
    bench.dpif.timesDumped = () => 0;
    const credited = bench.translator.credited.packets;
    const before = sizesOf(bench).length;
    revalidate(bench);
    expect(missedOf(bench)).toBe(3);
    expect(sizesOf(bench, before)).toEqual([1, 1, 1]);
    expect(bench.dpif.operations('get')).toHaveLength(3);
    expect(bench.translator.credited.packets - credited).toBe(15);
    expect(verdictsOf(bench).slice(-3)).toEqual(['sweep keep', 'sweep keep', 'sweep keep']);
    bench.dpif.timesDumped = () => 1;
    runCycle(bench);
    expect(bench.translator.credited.packets - credited).toBe(15);
  });

  it('U-135 in ovs-2.3: deletes a fetched flow that is not right any more', () => {
    const bench = createInstalled(create2014, 2);
    bench.dpif.timesDumped = () => 0;
    const flow = bench.dpif.flow(flowOf(1));
    if (flow !== undefined) flow.actions = output(9);
    revalidate(bench);
    expect(bench.dpif.flow(flowOf(1))).toBeUndefined();
    expect(bench.dpif.flow(flowOf(2))).toBeDefined();
    expect(bench.udpif.status().ukeys).toBe(1);
  });

  it.each(['ENOENT', 'EINVAL'] as const)(
    'U-137 in ovs-2.3: deletes a flow that cannot be fetched (%s), and frees its ukey',
    (error) => {
      const bench = createInstalled(create2014);
      bench.dpif.timesDumped = () => 0;
      bench.dpif.failures.push({ type: 'get', error });
      revalidate(bench);
      expect(bench.dpif.operations('delete')).toHaveLength(1);
      expect(bench.udpif.status().ukeys).toBe(0);
    },
  );

  it('U-140 in ovs-2.3: keeps the ukey of a lost flow for ever while nothing changes', () => {
    const bench = createInstalled(create2014);
    bench.dpif.steal(flowOf(1));
    bench.clock.advance(600_000);
    expect(bench.udpif.status().ukeys).toBe(1);
  });
});
