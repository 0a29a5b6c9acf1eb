/**
 * How long does a translation take: one flow through two tables to its actions and its mask?
 *
 * Sizes are numbers of flows, each translated once a round, without side effects, as a revalidation
 * does it. The checksum is the sum of the numbers of actions.
 */

import { instant } from '../src/base/brands.js';
import { Coverage } from '../src/base/coverage.js';
import { VirtualClock } from '../src/base/virtual-clock.js';
import { createOfprotoTranslator } from '../src/ofproto/ofproto-translator.js';
import { extractFlow } from '../src/packet/extract.js';
import { createFlow, type Flow } from '../src/packet/flow.js';
import { IN_PORT } from '../src/packet/flow-layout.js';
import type { Bench } from './bench.js';
import { createBenchBridge, udpFrames } from './switch-fixture.js';

export const translateBench: Bench = {
  name: 'translation',
  operation: 'flow',
  sizes: [10_000],
  prepare(size) {
    const clock = new VirtualClock({ start: instant(1000) });
    const coverage = new Coverage();
    const bridges = [createBenchBridge(clock, coverage)];
    const translator = createOfprotoTranslator({ bridges, clock, coverage });
    const keys = udpFrames(size).map(keyOf);
    return {
      operationCount: size,
      round() {
        let checksum = 0;
        for (const key of keys) {
          const ingress = translator.receive(key);
          if (ingress === 'ENODEV') continue;
          const request = { ingress, tcpFlags: 0, mayLearn: false, skipWildcards: false };
          checksum += translator.translate(request).actions.length;
        }
        return checksum;
      },
    };
  },
};

function keyOf(frame: Uint8Array): Flow {
  const key = createFlow();
  extractFlow(frame, key);
  key[IN_PORT] = 1;
  return key;
}
