/**
 * Invariant S1, on seeded random traffic with failures: every packet is credited once, or it is
 * known why not. Rows U-018, U-020, U-131, U-145, U-153 to U-155 and the invariants S1 to S3, S6,
 * S7, S10, S19, S21 of behaviours.md 5.5.
 */

import { describe, expect, it } from 'vitest';
import { createRng, type Rng } from '../../src/base/rng.js';
import { FlowKey } from '../../src/datapath/flow-key.js';
import type { Flow } from '../../src/packet/flow.js';
import { output } from './fake-translator.js';
import { type Bench, createBench, flowOf, runCycle } from './udpif-bench.js';

const FLOWS_COUNT = 12;

interface World {
  readonly bench: Bench;
  readonly rng: Rng;
  readonly flows: readonly Flow[];
  /** Packets that came in, and those that went with flows that others destroyed. */
  sent: number;
  destroyed: number;
  isSecondRule: boolean;
}

function createWorld(seed: number): World {
  const rng = createRng(seed);
  const handlers = 1 + rng.below(3);
  const revalidators = 1 + rng.below(3);
  const initial = { maxIdle: 2_000 };
  const bench = createBench({ handlers, revalidators, initial });
  const world: World = {
    bench,
    rng,
    flows: Array.from({ length: FLOWS_COUNT }, (_, id) => flowOf(id + 1)),
    sent: 0,
    destroyed: 0,
    isSecondRule: false,
  };
  bench.translator.answer = (flow) => ({
    actions: output(world.isSecondRule && flow[125] === 3 ? 7 : 2),
    slow: flow[125] === 5 ? 8 : 0,
  });
  return world;
}

/** Somebody else removes a flow: what it had counted and not yet pushed is gone with it. */
function steal({ bench: { dpif, udpif } }: World, flow: Flow): number {
  const ukey = udpif.ukey(FlowKey.from(flow));
  const stats = dpif.steal(flow);
  if (stats === undefined) return 0;
  return stats.packets - (ukey?.getSnapshot().context.stats.packets ?? 0);
}

function sendPackets(world: World): void {
  const { bench, rng, flows } = world;
  const flow = flows[rng.below(flows.length)]!;
  const packets = 1 + rng.below(5);
  world.sent += packets;
  if (bench.dpif.hit(flow, packets)) return;
  for (let i = 0; i < packets; i++) bench.dpif.miss(flow, 0);
}

function step(world: World): void {
  const { bench, rng, flows } = world;
  const { dpif, udpif, clock } = bench;
  const flow = flows[rng.below(flows.length)]!;
  switch (rng.below(14)) {
    case 0:
      world.isSecondRule = !world.isSecondRule;
      udpif.revalidate('flow_table');
      break;
    case 1:
      world.destroyed += steal(world, flow);
      break;
    case 2:
      dpif.failures.push({ type: 'delete', error: rng.below(2) === 0 ? 'EBUSY' : 'EIO' });
      break;
    case 3:
      dpif.failures.push({ type: 'put', error: 'ENOSPC' });
      break;
    case 4:
      if (rng.below(4) === 0) udpif.purge();
      break;
    case 5:
      if (rng.below(6) === 0) udpif.synchronize();
      break;
    case 6:
      clock.advance(rng.below(800));
      break;
    case 7:
      if (rng.below(8) === 0) udpif.setThreads(1 + rng.below(2), 1 + rng.below(3));
      break;
    case 8:
      dpif.isLate = rng.below(3) === 0;
      break;
    default:
      sendPackets(world);
  }
}

/** Packets that the datapath has counted and that are not pushed yet. */
function unpushed({ bench: { dpif, udpif } }: World): number {
  let packets = 0;
  for (const { key, stats } of dpif.flows.values()) {
    packets += stats.packets - (udpif.ukey(key)?.getSnapshot().context.stats.packets ?? 0);
  }
  return packets;
}

function settle({ bench }: World): void {
  const { clock, dpif, udpif } = bench;
  dpif.isLate = false;
  do {
    dpif.answer();
    clock.runDue();
  } while (!udpif.isQuiescent());
  if (bench.udpif.actor.getSnapshot().matches({ running: 'cycling' })) runCycle(bench);
}

function checkAccounts(world: World): void {
  const { dpif, translator, udpif } = world.bench;
  const uncredited = Object.values(udpif.status().uncredited).reduce((n, t) => n + t.packets, 0);
  const known = translator.credited.packets + unpushed(world) + uncredited;
  expect(known + world.destroyed + dpif.dropped).toBe(world.sent);
}

function checkUkeys({ bench: { udpif, dpif } }: World): void {
  for (const ukey of udpif.ukeys()) {
    expect(['visible', 'operational', 'inconsistent']).toContain(ukey.getSnapshot().value);
  }
  expect(dpif.calls.filter((call) => call === 'dumpStart')).toHaveLength(
    dpif.calls.filter((call) => call === 'dumpDone').length,
  );
  expect(udpif.dumpSeq.read() - 1).toBe(udpif.status().cycles);
}

describe('accounting', () => {
  it.each(Array.from({ length: 20 }, (_, seed) => seed))(
    'credits every packet once, seed %i (S1, U-131)',
    (seed) => {
      const world = createWorld(seed);
      const { dpif, translator } = world.bench;
      dpif.timesDumped = () => [0, 1, 1, 1, 1, 1, 2][world.rng.below(7)]!;
      for (let i = 0; i < 400; i++) {
        step(world);
        if (i % 5 === 0) {
          settle(world);
          checkAccounts(world);
          checkUkeys(world);
        }
      }
      expect(translator.pushes.every(({ packets }) => packets > 0)).toBe(true);
      expect(world.sent).toBeGreaterThan(200);
    },
  );
});
