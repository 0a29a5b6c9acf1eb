/**
 * How long does a cycle of the revalidators take for each flow: when nothing has changed, and when
 * every flow must be translated again?
 *
 * A round is one whole cycle, dump and sweep. Sizes are numbers of flows.
 */

import type { Bench } from './bench.js';
import { fixtureWithFlows, runCycle } from './switch-fixture.js';

const SIZES = [10_000, 50_000, 200_000];

export const unchangedDumpBench: Bench = {
  name: 'unchanged dump',
  operation: 'flow',
  sizes: SIZES,
  // 115 to 190 ms for 185,000 flows.
  ovsUs: 0.8,
  prepare(size, visit) {
    const fixture = fixtureWithFlows(size, visit);
    return {
      operationCount: size,
      round() {
        runCycle(fixture);
        return fixture.sw.datapath.getStats().flows;
      },
    };
  },
};

export const fullRevalidationBench: Bench = {
  name: 'full revalidation',
  operation: 'flow',
  sizes: SIZES,
  // 390 to 700 ms for 185,000 flows.
  ovsUs: 2.9,
  prepare(size, visit) {
    const fixture = fixtureWithFlows(size, visit);
    return {
      operationCount: size,
      reset() {
        // A table that nobody visits: everything is looked at, nothing changes.
        fixture.sw.addFlow('table=9,priority=1,actions=drop');
      },
      round() {
        runCycle(fixture);
        return fixture.sw.datapath.getStats().flows;
      },
    };
  },
};
