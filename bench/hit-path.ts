/**
 * How long does a packet take whose flow is in the datapath: received, extracted, found, counted,
 * sent out?
 *
 * Sizes are numbers of flows among which the packets are spread evenly: with few, all are found in
 * the exact-match cache; with many, in the megaflow table.
 */

import { createRng } from '../src/base/rng.js';
import type { Bench } from './bench.js';
import { fixtureWithFlows, forward, udpFrames } from './switch-fixture.js';

const SEED = 1;
const PACKETS_PER_FLOW_MIN = 4;
const PACKETS_MIN = 100_000;

export const hitPathBench: Bench = {
  name: 'hit path',
  operation: 'packet',
  sizes: [1, 1000, 50_000],
  // 96,000 packets a CPU-second, through veth pairs and system calls that we do not have.
  ovsUs: 1e6 / 96_000,
  prepare(size, visit) {
    const fixture = fixtureWithFlows(size, visit);
    const frames = udpFrames(size);
    const rng = createRng(SEED);
    const count = size === 1 ? PACKETS_MIN : Math.max(PACKETS_PER_FLOW_MIN * size, 1000);
    const order = Array.from({ length: count }, () => frames[rng.below(size)] ?? frames[0]);
    const traffic = order.filter((frame) => frame !== undefined);
    const stats = () => fixture.sw.datapath.getStats();
    return {
      operationCount: traffic.length,
      round() {
        const before = stats();
        forward(fixture, traffic);
        const after = stats();
        return after.hit - before.hit - (after.missed - before.missed);
      },
    };
  },
};
