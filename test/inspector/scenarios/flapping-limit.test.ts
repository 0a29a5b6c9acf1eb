/** A limit that a long cycle cuts and quick ones restore, and the flows that go with it. */

import { describe, expect, it } from 'vitest';
import { flappingLimit } from '../../../src/inspector/scenarios/flapping-limit.js';
import { DUMP_MS_LONG } from '../../../src/machines/flow-limit.js';
import { playScenario } from './play-scenario.js';

describe('scenario flapping-limit', () => {
  it('cuts the limit at least three times, and lets it grow as often', async () => {
    const { number, isConserved } = await playScenario('flapping-limit', false);
    expect(number('cuts')).toBeGreaterThanOrEqual(3);
    expect(number('growths')).toBeGreaterThanOrEqual(3);
    expect(number('limit_min')).toBeLessThan(number('connections'));
    expect(isConserved).toBe(true);
  });

  it('brings each connection up more than three times', async () => {
    const { number } = await playScenario('flapping-limit', false);
    expect(number('upcalls')).toBeGreaterThan(3 * number('connections'));
    expect(number('deleted')).toBeGreaterThan(2 * number('connections'));
  });

  it('cuts only after a cycle of more than two seconds', () => {
    const run = flappingLimit.start();
    const cutBy: number[] = [];
    let isCut = false;
    run.target.events.subscribe((record) => {
      if (record.type === 'limit') isCut = record.to < record.from;
      // The end of the cycle is told after what it did to the limit.
      if (record.type !== 'cycle.done') return;
      if (isCut) cutBy.push(record.durationMs);
      isCut = false;
    });
    run.finish();
    expect(cutBy.length).toBeGreaterThanOrEqual(3);
    expect(Math.min(...cutBy)).toBeGreaterThan(DUMP_MS_LONG);
  });

  it('never cuts it where the controller writes only what changed', async () => {
    const { number, isConserved } = await playScenario('flapping-limit', true);
    expect(number('cuts')).toBe(0);
    expect(number('deleted')).toBe(0);
    expect(number('upcalls')).toBe(number('connections'));
    expect(isConserved).toBe(true);
  });
});
