import { describe, expect, it } from 'vitest';
import { instant } from '../../src/base/brands.js';
import { type Bench, createBench, flowOf, revalidate, runCycle, START } from './udpif-bench.js';

function install(bench: Bench, from: number, to = from): void {
  for (let id = from; id <= to; id++) bench.dpif.miss(flowOf(id));
  bench.clock.runDue();
}

const verdictsOf = ({ records }: Bench): string[] =>
  records.flatMap((record) => (record.type === 'verdict' ? [record.verdict] : []));

describe('DumpPhase', () => {
  it('makes one ukey for each key, in the slice of its hash (U-094, U-095, S7)', () => {
    const bench = createBench({ revalidators: 3 });
    for (let id = 1; id <= 30; id++) bench.dpif.plant(flowOf(id));
    bench.dpif.timesDumped = () => 2;
    runCycle(bench);
    expect(bench.udpif.status().ukeys).toBe(30);
    for (const { key } of bench.dpif.flows.values()) {
      const ukey = bench.udpif.ukey(key);
      expect(ukey?._parent?.id).toBe(`ukeys-${key.hash % 3}`);
      expect(ukey?.getSnapshot()).toMatchObject({
        value: 'operational',
        context: { createdAt: START + 500, stats: { packets: 0 } },
      });
    }
    expect(bench.coverage.read('dumped_duplicate_flow')).toBe(30);
  });

  it('takes the last use of an unknown flow for its creation (U-095)', () => {
    const bench = createBench();
    bench.dpif.plant(flowOf(1));
    bench.clock.advance(200);
    bench.dpif.hit(flowOf(1), 3);
    runCycle(bench);
    const [ukey] = bench.udpif.ukeys();
    expect(ukey?.getSnapshot().context.createdAt).toBe(START + 200);
    expect(bench.translator.credited.packets).toBe(3);
  });

  it('skips and counts what it has seen or deleted (U-096, U-098, S2, S20)', () => {
    const bench = createBench();
    install(bench, 1);
    bench.dpif.hit(flowOf(1), 1);
    bench.dpif.timesDumped = () => 3;
    runCycle(bench);
    expect(bench.coverage.read('dumped_duplicate_flow')).toBe(2);
    expect(bench.translator.credited.packets).toBe(2);
    install(bench, 2);
    runCycle(bench);
    expect(bench.coverage.read('dumped_new_flow')).toBe(2);
    bench.clock.advance(20_000);
    expect(bench.dpif.operations('delete')).toHaveLength(2);
  });

  it('does not wait for a flow that another revalidator is deleting (U-097, U-153)', () => {
    const bench = createBench({ revalidators: 2, initial: { maxIdle: 600 } });
    install(bench, 1, 60);
    bench.dpif.isLate = true;
    bench.dpif.timesDumped = () => 2;
    bench.clock.advance(1_000);
    expect(bench.coverage.read('upcall_ukey_contention')).toBeGreaterThan(0);
    for (let i = 0; i < 10; i++) {
      bench.dpif.answer();
      bench.clock.runDue();
    }
    expect(bench.dpif.operations('delete')).toHaveLength(60);
    expect(bench.dpif.flows.size).toBe(0);
  });

  it('lets a flow that was never hit live max-idle from its creation (U-099)', () => {
    const bench = createBench({ initial: { maxIdle: 1_000 } });
    bench.clock.advance(1);
    install(bench, 1);
    bench.clock.advance(1_000);
    expect(bench.dpif.flows.size).toBe(1);
    bench.clock.advance(500);
    expect(bench.dpif.flows.size).toBe(0);
  });

  it('keeps a flow idle for max-idle, deletes it a millisecond later (U-100, L4)', () => {
    const bench = createBench({ initial: { maxIdle: 499, maxRevalidator: 250 } });
    install(bench, 1, 2);
    bench.dpif.hit(flowOf(1));
    bench.clock.advance(1);
    bench.dpif.hit(flowOf(2));
    bench.clock.advance(499);
    expect(bench.dpif.flow(flowOf(1))).toBeUndefined();
    expect(bench.dpif.flow(flowOf(2))).toBeDefined();
  });

  it('lets flows live 100 ms while there are more than the limit (U-101)', () => {
    const bench = createBench();
    install(bench, 1, 4);
    bench.clock.advance(390);
    bench.dpif.hit(flowOf(1));
    bench.udpif.setFlowLimit(4);
    runCycle(bench);
    expect(bench.dpif.flows.size).toBe(4);
    install(bench, 5);
    bench.dpif.plant(flowOf(6));
    bench.clock.advance(450);
    bench.dpif.hit(flowOf(1));
    bench.udpif.setFlowLimit(4);
    runCycle(bench);
    expect([...bench.dpif.flows.values()]).toHaveLength(2);
    expect(bench.udpif.status().deleted.flow_idle).toBe(4);
  });

  it('deletes every flow beyond twice the limit, without translating it (U-102, U-105, L5)', () => {
    const bench = createBench();
    install(bench, 1, 5);
    bench.dpif.hit(flowOf(1), 3);
    const translated = bench.translator.requests.length;
    bench.udpif.setFlowLimit(2);
    runCycle(bench);
    expect(bench.dpif.flows.size).toBe(0);
    expect(bench.udpif.status().deleted).toEqual({ flow_limit: 5 });
    expect(bench.translator.requests.length - translated).toBe(1);
    expect(bench.translator.credited.packets).toBe(8);
    expect(bench.coverage.read('upcall_flow_limit_hit')).toBe(1);
    expect(bench.coverage.read('upcall_flow_limit_kill')).toBe(1);
    expect(bench.logged[0]?.message).toBe(
      'Number of datapath flows (5) twice as high as current dynamic flow limit (2).  ' +
        'Starting to delete flows unconditionally as an emergency measure.',
    );
  });

  it('does nothing special at twice the limit, nor at 2^31 (U-102, U-104, B-28)', () => {
    const bench = createBench();
    install(bench, 1, 4);
    bench.udpif.setFlowLimit(2);
    bench.clock.advance(50);
    for (let id = 1; id <= 4; id++) bench.dpif.hit(flowOf(id));
    revalidateAt(bench, 120);
    expect(bench.dpif.flows.size).toBe(4);
    bench.udpif.setFlowLimit(2 ** 31);
    runCycle(bench);
    expect(bench.dpif.flows.size).toBe(4);
  });

  it('treats the rest of a dump normally once there are fewer flows (U-103)', () => {
    const bench = createBench();
    install(bench, 1, 120);
    bench.udpif.setFlowLimit(20);
    let counted = 0;
    const getStats = bench.dpif.getStats.bind(bench.dpif);
    bench.dpif.getStats = () => {
      counted++;
      return getStats();
    };
    bench.clock.advanceTo(bench.udpif.nextDeadline()! - 1);
    bench.dpif.isLate = true;
    bench.clock.advance(1);
    expect(bench.dpif.batches.at(-1)).toHaveLength(50);
    bench.clock.jump(bench.clock.now() + 101);
    for (let id = 51; id <= 120; id++) bench.dpif.steal(flowOf(id));
    for (let id = 51; id <= 90; id++) bench.dpif.plant(flowOf(id));
    bench.dpif.isLate = false;
    bench.dpif.answer();
    bench.clock.runDue();
    expect(counted).toBeGreaterThanOrEqual(2);
    expect(bench.udpif.status().deleted.flow_limit).toBe(50);
  });

  it('sends deletions down before it reads on, at most 50 at once (U-107, U-108, S9)', () => {
    const bench = createBench({ initial: { maxIdle: 600 } });
    install(bench, 1, 120);
    const before = bench.dpif.batches.length;
    bench.clock.advance(1_100);
    const sizes = bench.dpif.batches.slice(before).map(({ length }) => length);
    expect(sizes).toEqual([50, 50, 20]);
  });

  it('frees no ukey before the sweep (U-106, U-109, U-133, S8)', () => {
    const bench = createBench({ initial: { maxIdle: 600 }, isObserved: true });
    install(bench, 1, 60);
    const [ukey] = bench.udpif.ukeys();
    const values: string[] = [];
    ukey?.subscribe(({ value }) => values.push(`${value} ${bench.udpif.status().ukeys}`));
    bench.clock.advance(1_100);
    expect(values.slice(-3)).toEqual(['evicting 60', 'evicted 60', 'deleted 59']);
    expect(bench.dpif.operations('delete')).toHaveLength(60);
  });

  it('gives the same results with 1, 2 and 8 revalidators (U-155)', () => {
    const results = [1, 2, 8].map((revalidators) => {
      const bench = createBench({ revalidators, isObserved: true, initial: { maxIdle: 900 } });
      install(bench, 1, 200);
      bench.clock.advance(600);
      for (let id = 1; id <= 100; id++) bench.dpif.hit(flowOf(id), id);
      bench.clock.advance(600);
      return { verdicts: verdictsOf(bench).toSorted(), credited: bench.translator.credited };
    });
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
    expect(results[0]?.verdicts).toContain('flow_idle');
  });

  it('counts a flow once that is deleted and put again before the sweep (U-154)', () => {
    const bench = createBench();
    install(bench, 1);
    bench.dpif.hit(flowOf(1), 4);
    const [old] = bench.udpif.ukeys();
    old?.send({ type: 'flow.delete', reason: 'purge' });
    bench.clock.runDue();
    install(bench, 1);
    bench.dpif.hit(flowOf(1), 2);
    revalidate(bench);
    expect(bench.translator.credited.packets).toBe(8);
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
    bench.clock.advanceTo(bench.udpif.nextDeadline()! - 1);
    bench.clock.setTimeout(count, 1);
    bench.clock.advance(1);
    expect(turns).toBe(12);
    expect(bench.udpif.status().cycles).toBe(2);
  });
});

/** A cycle `ms` after the start. */
function revalidateAt(bench: Bench, ms: number): void {
  bench.clock.advanceTo(START + ms);
  bench.udpif.revalidate('flow_table');
  bench.clock.advanceTo(instant(START + ms + 5));
}
