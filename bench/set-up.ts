/**
 * How long does a flow set-up take: a miss, queued, translated, installed, executed, with its ukey
 * actor in being?
 *
 * Sizes are numbers of flows set up in a row, from an empty table.
 */

import type { Bench } from './bench.js';
import { createFixture, forward, type SwitchFixture, udpFrames } from './switch-fixture.js';

export const setUpBench: Bench = {
  name: 'flow set-up',
  operation: 'flow',
  sizes: [10_000, 50_000],
  // 43,000 to 62,000 a CPU-second.
  ovsUs: 1e6 / 52_000,
  prepare(size) {
    const frames = udpFrames(size);
    let fixture: SwitchFixture = createFixture();
    return {
      operationCount: size,
      reset() {
        fixture = createFixture();
      },
      round() {
        forward(fixture, frames);
        return fixture.sw.datapath.getStats().flows;
      },
    };
  },
};
