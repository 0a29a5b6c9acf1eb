import { describe, expect, it } from 'vitest';
import { createRng } from '../../src/base/rng.js';
import { FlowKey } from '../../src/datapath/flow-key.js';
import { createFlow } from '../../src/packet/flow.js';
import { DP_START, FLOW_WORDS } from '../../src/packet/flow-layout.js';

/** Few words that are not zero, so that keys often agree in the first ones. */
function randomFlow(rng: ReturnType<typeof createRng>) {
  const flow = createFlow();
  for (let i = 0; i < 4; i++) {
    const top = rng.below(8) === 0 ? 0xffff_fff0 : 0;
    flow[DP_START + rng.below(FLOW_WORDS - DP_START)] = top + rng.below(3);
  }
  return flow;
}

describe('FlowKey.compare()', () => {
  it('orders keys as their words are ordered, as unsigned numbers', () => {
    const rng = createRng(3);
    for (let i = 0; i < 3000; i++) {
      const a = randomFlow(rng);
      const b = rng.below(10) === 0 ? a : randomFlow(rng);
      const at = a.findIndex((word, j) => j >= DP_START && word !== b[j]);
      const expected = at < 0 ? 0 : Math.sign((a[at] ?? 0) - (b[at] ?? 0));
      expect(FlowKey.from(a).compare(FlowKey.from(b))).toBe(expected);
    }
  });
});
