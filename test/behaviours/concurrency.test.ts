/** Rows of behaviours.md 2.14: what holds whoever runs when. */

import { expect, it } from 'vitest';
import { createRng } from '../../src/base/rng.js';
import { NW_DST } from '../../src/packet/flow-layout.js';
import { output } from '../actors/fake-translator.js';
import { type Bench, flowOf, revalidate, runCycle } from '../actors/udpif-bench.js';
import {
  describeProfiles,
  goToCycle,
  install,
  installAndDump,
  typesOf,
  verdictsOf,
} from './rows.js';

/** A deletion of flow 1 under way in the dump, its answer held back. */
function holdDeletion(bench: Bench): void {
  goToCycle(bench);
  bench.clock.shift(20_000);
  bench.dpif.isLate = true;
  bench.clock.advance(1);
}

function letGo(bench: Bench): void {
  bench.dpif.isLate = false;
  bench.dpif.answer();
  bench.clock.runDue();
}

describeProfiles('concurrency', (create) => {
  it('U-153: one deletion for a ukey, however often dump, sweep and purge come by', () => {
    const rng = createRng(153);
    const bench = create({ revalidators: 3, initial: { maxIdle: 600, maxRevalidator: 500 } });
    bench.dpif.timesDumped = () => rng.below(3);
    for (let round = 0; round < 60; round++) {
      install(bench, 1 + rng.below(30), 31 + rng.below(30));
      bench.dpif.isLate = rng.below(2) === 0;
      bench.clock.advance(rng.below(700));
      if (rng.below(4) === 0) bench.udpif.revalSeq.change();
      if (rng.below(8) === 0) bench.udpif.synchronize();
      bench.clock.runDue();
      letGo(bench);
    }
    const deletions = bench.dpif.operations('delete');
    expect(deletions.length).toBeGreaterThan(300);
    expect(deletions.filter(({ error }) => error === 'ENOENT')).toEqual([]);
  });

  it('U-154: a flow that is put again between its deletion and the sweep counts once', () => {
    const bench = create();
    installAndDump(bench, 1, 60);
    bench.dpif.hit(flowOf(1), 4);
    holdDeletion(bench);
    // The first 50 deletions are answered, the others not: the sweep has not begun.
    bench.dpif.answer();
    bench.clock.runDue();
    expect(bench.dpif.flows.size).toBe(10);
    bench.dpif.isLate = false;
    install(bench, 1);
    bench.dpif.hit(flowOf(1), 2);
    letGo(bench);
    expect(bench.dpif.flows.size).toBe(1);
    runCycle(bench);
    expect(bench.udpif.status().ukeys).toBe(1);
    expect(bench.translator.credited.packets).toBe(60 + 4 + 1 + 2);
    bench.udpif.synchronize();
    bench.clock.runDue();
    expect(bench.translator.credited.packets).toBe(67);
    expect(bench.dpif.flows.size).toBe(0);
  });

  it('U-155: the same results with 1, 2 and 8 revalidators', () => {
    const results = [1, 2, 8].map((revalidators) => {
      const bench = create({ revalidators, isObserved: true, initial: { maxIdle: 900 } });
      installAndDump(bench, 1, 200);
      for (let id = 1; id <= 200; id++) bench.dpif.hit(flowOf(id), 3);
      bench.clock.advance(600);
      for (let id = 1; id <= 100; id++) bench.dpif.hit(flowOf(id), id);
      bench.clock.advance(500);
      bench.translator.answer = (flow) => ({ actions: output((flow[NW_DST] ?? 0) % 2 ? 2 : 7) });
      revalidate(bench);
      return {
        verdicts: verdictsOf(bench).toSorted(),
        credited: bench.translator.credited,
        flows: [...bench.dpif.flows.keys()].toSorted(),
        limit: bench.udpif.status().flowLimit,
      };
    });
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
    expect(results[0]?.verdicts).toContain('dump flow_idle');
    expect(results[0]?.flows.length).toBeGreaterThan(0);
  });

  it('U-156: handlers do not wait for revalidators in their dump', () => {
    const bench = create();
    installAndDump(bench, 1);
    holdDeletion(bench);
    expect(typesOf(bench).at(-1)).toEqual(['delete']);
    bench.dpif.isLate = false;
    install(bench, 2);
    expect(bench.dpif.flow(flowOf(2))).toBeDefined();
    expect(bench.dpif.flow(flowOf(1))).toBeDefined();
  });

  it('U-156: handlers do not wait for revalidators in their sweep', () => {
    const bench = create();
    installAndDump(bench, 1);
    bench.dpif.timesDumped = () => 0;
    bench.translator.unknownPorts.add(1);
    bench.dpif.isLate = true;
    revalidate(bench);
    bench.dpif.isLate = false;
    bench.translator.unknownPorts.clear();
    install(bench, 2);
    expect(bench.dpif.flow(flowOf(2))).toBeDefined();
    expect(bench.dpif.flow(flowOf(1))).toBeDefined();
  });

  it('U-156: revalidators do not wait for handlers', () => {
    const bench = create();
    installAndDump(bench, 1);
    bench.dpif.isLate = true;
    install(bench, 2);
    const { cycles } = bench.udpif.status();
    bench.clock.advance(1_000);
    expect(bench.udpif.status().cycles).toBe(cycles + 2);
  });
});
