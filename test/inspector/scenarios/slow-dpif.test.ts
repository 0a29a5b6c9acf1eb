/** A datapath that takes its time is one that answers later, and nothing else. */

import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/base/virtual-clock.js';
import type { Dpif } from '../../../src/datapath/dpif.js';
import { SlowDpif, type Slowness } from '../../../src/inspector/scenarios/slow-dpif.js';
import { createSwitch } from '../../../src/switch.js';
import { packet } from '../../../src/switch-packet.js';

const FRAMES = 120;

/** A switch whose rules miss for each packet, behind a slow datapath. */
function slowSwitch(slowness: Slowness) {
  const clock = new VirtualClock({ start: 1_000_000 });
  const target = createSwitch({
    ports: 2,
    clock,
    areMegaflowsOn: false,
    flows: 'actions=output:2',
    wrapDpif: (dpif: Dpif) => new SlowDpif(dpif, clock, slowness),
  });
  clock.advance(100);
  for (let i = 0; i < FRAMES; i++) target.inject(1, packet(`udp,tp_src=${1 + i},tp_dst=1`));
  return { clock, target, flows: () => target.datapath.getStats().flows };
}

describe('SlowDpif', () => {
  it('carries out a batch after its delay, and the handler waits for it', async () => {
    const { clock, target, flows } = slowSwitch({
      operation: (ops) => (ops.some(({ type }) => type === 'put') ? 10 : 0),
    });
    clock.advance(9);
    expect(flows()).toBe(0);
    clock.advance(1);
    expect(flows()).toBeGreaterThan(0);
    expect(flows()).toBeLessThanOrEqual(50);
    clock.advance(50);
    expect(flows()).toBe(FRAMES);
    await target.stop();
    expect(target.conservation().ok).toBe(true);
  });

  it('lets a handler read 50 upcalls, and no more before it has worked on them', async () => {
    const { clock, target, flows } = slowSwitch({ readingMs: 10 });
    clock.advance(9);
    expect(flows()).toBe(50);
    clock.advance(1);
    expect(flows()).toBe(100);
    clock.advance(10);
    expect(flows()).toBe(FRAMES);
    await target.stop();
    expect(target.conservation().ok).toBe(true);
  });

  it('is as quick as what is behind it where nothing is slow', async () => {
    const { clock, target, flows } = slowSwitch({});
    clock.runDue();
    expect(flows()).toBe(FRAMES);
    await target.stop();
  });
});
