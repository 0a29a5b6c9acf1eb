/**
 * How long does a flow set-up take on a switch that stays: the flows are set up, flushed, and set
 * up again?
 *
 * The bench of a flow set-up proper makes a new switch for each round; one that an inspector has
 * left could not be told from one that it never saw by what it does afterwards.
 */

import type { Bench } from '../bench.js';
import { fixtureWithFlows, forward, runCycle, udpFrames } from '../switch-fixture.js';

export const repeatedSetUpBench: Bench = {
  name: 'repeated flow set-up',
  operation: 'flow',
  sizes: [10_000],
  prepare(size, visit) {
    const frames = udpFrames(size);
    const fixture = fixtureWithFlows(size, visit);
    const flows = (): number => fixture.sw.datapath.getStats().flows;
    return {
      operationCount: size,
      reset() {
        fixture.sw.udpif.purge();
        runCycle(fixture);
        if (flows() > 0) throw new Error('Cannot measure set-up: the flows of before are there');
      },
      round() {
        forward(fixture, frames);
        return flows();
      },
    };
  },
};
