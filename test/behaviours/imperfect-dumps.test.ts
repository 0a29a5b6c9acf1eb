/**
 * Rows of behaviours.md 2.10: the accounting identity of 1.14, after random traffic with failures.
 *
 * Every packet is credited once, or it is known why not.
 */

import { describe, expect, it } from 'vitest';
import { createRng, type Rng } from '../../src/base/rng.js';
import { FlowKey } from '../../src/datapath/flow-key.js';
import type { Flow } from '../../src/packet/flow.js';
import { NW_DST } from '../../src/packet/flow-layout.js';
import type { FakeFlow } from '../actors/fake-dpif.js';
import { output } from '../actors/fake-translator.js';
import { type Bench, createBench, flowOf, runCycle } from '../actors/udpif-bench.js';
import { type CreateBench, describeProfiles } from './rows.js';

const FLOWS_COUNT = 12;

interface World {
  readonly bench: Bench;
  readonly rng: Rng;
  /** Packets that came in, and those that went with flows that others destroyed. */
  sent: number;
  destroyed: number;
  isSecondRule: boolean;
}

type Step = (world: World, flow: Flow) => void;

/** What may happen; the seed accounts for all of it. */
const steps: readonly Step[] = [
  (world) => {
    world.isSecondRule = !world.isSecondRule;
    world.bench.udpif.revalidate('flow_table');
  },
  ({ bench, rng }) => {
    bench.dpif.failures.push({ type: 'delete', error: rng.below(2) === 0 ? 'EBUSY' : 'EIO' });
  },
  ({ bench }) => void bench.dpif.failures.push({ type: 'put', error: 'ENOSPC' }),
  ({ bench, rng }) => rng.below(4) === 0 && bench.udpif.purge(),
  ({ bench, rng }) => rng.below(6) === 0 && bench.udpif.synchronize(),
  ({ bench, rng }) => bench.clock.advance(rng.below(800)),
  ({ bench, rng }) => {
    if (rng.below(8) === 0) bench.udpif.setThreads(1 + rng.below(2), 1 + rng.below(3));
  },
  ({ bench, rng }) => {
    bench.dpif.isLate = rng.below(3) === 0;
  },
  sendPackets,
  sendPackets,
  sendPackets,
  sendPackets,
  sendPackets,
];

function createWorld(seed: number, create: CreateBench): World {
  const rng = createRng(seed);
  const handlers = 1 + rng.below(3);
  const revalidators = 1 + rng.below(3);
  const bench = create({ handlers, revalidators, initial: { maxIdle: 2_000 } });
  bench.dpif.timesDumped = () => [0, 1, 1, 1, 1, 1, 2][rng.below(7)] ?? 1;
  bench.dpif.orderDumped = (flows) => shuffle(flows, rng);
  const world: World = { bench, rng, sent: 0, destroyed: 0, isSecondRule: false };
  bench.translator.answer = (flow) => ({
    actions: output(world.isSecondRule && flow[NW_DST] === 3 ? 7 : 2),
    slow: flow[NW_DST] === 5 ? 8 : 0,
  });
  return world;
}

function shuffle(flows: FakeFlow[], rng: Rng): FakeFlow[] {
  for (let i = flows.length - 1; i > 0; i--) {
    const [taken] = flows.splice(rng.below(i + 1), 1);
    if (taken !== undefined) flows.push(taken);
  }
  return flows;
}

function sendPackets(world: World, flow: Flow): void {
  const { bench, rng } = world;
  const packets = 1 + rng.below(5);
  world.sent += packets;
  if (bench.dpif.hit(flow, packets)) return;
  for (let i = 0; i < packets; i++) bench.dpif.miss(flow, 0);
}

/** Somebody else removes a flow: what it had counted and not yet pushed is gone with it. */
function hitAndSteal(world: World, flow: Flow): void {
  sendPackets(world, flow);
  const { dpif, udpif } = world.bench;
  const ukey = udpif.ukey(FlowKey.from(flow));
  const stats = dpif.steal(flow);
  if (stats === undefined) return;
  world.destroyed += stats.packets - (ukey?.getSnapshot().context.stats.packets ?? 0);
}

/** Packets that the datapath has counted and that are not pushed yet. */
function unpushed({ bench: { dpif, udpif } }: World): number {
  let packets = 0;
  for (const { key, stats } of dpif.flows.values()) {
    packets += stats.packets - (udpif.ukey(key)?.getSnapshot().context.stats.packets ?? 0);
  }
  return packets;
}

/** Lets everything come to an end, and a cycle run. */
function settle({ bench }: World): void {
  const { clock, dpif, udpif } = bench;
  dpif.isLate = false;
  for (let i = 0; i < 100 && (i === 0 || !udpif.isQuiescent()); i++) {
    dpif.answer();
    clock.runDue(10_000);
  }
  if (udpif.actor.getSnapshot().matches({ running: 'cycling' })) runCycle(bench);
}

function checkAccounts(world: World): void {
  const { dpif, translator, udpif } = world.bench;
  const uncredited = Object.values(udpif.status().uncredited).reduce((n, t) => n + t.packets, 0);
  const known = translator.credited.packets + unpushed(world) + uncredited;
  expect(known + world.destroyed + dpif.dropped).toBe(world.sent);
}

function run(seed: number, create: CreateBench, choice: readonly Step[]): World {
  const world = createWorld(seed, create);
  const { rng } = world;
  for (let i = 0; i < 400; i++) {
    const step = choice[rng.below(choice.length)];
    step?.(world, flowOf(1 + rng.below(FLOWS_COUNT)));
    if (i % 5 !== 0) continue;
    settle(world);
    checkAccounts(world);
  }
  return world;
}

const seeds = Array.from({ length: 10 }, (_, seed) => seed);

describeProfiles('accounting', (create) => {
  it.each(seeds)('U-131: credits every packet once in whatever dumps come, seed %i', (seed) => {
    const { sent, bench } = run(seed, create, steps);
    expect(sent).toBeGreaterThan(200);
    expect(bench.udpif.status().cycles).toBeGreaterThan(80);
  });
});

describe('accounting in current', () => {
  it.each(seeds)('U-131 in current: knows what others have removed, seed %i', (seed) => {
    const { destroyed } = run(seed, createBench, [...steps, hitAndSteal]);
    expect(destroyed).toBeGreaterThan(0);
  });
});
