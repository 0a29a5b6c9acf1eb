/** A put that comes after the cycle which would have found it wrong. */

import { describe, expect, it } from 'vitest';
import { playScenario } from './play-scenario.js';

describe('scenario stale-flow', () => {
  it('sends to the old port, ten cycles and more after the move, in ovs-2.3', async () => {
    const { number, isConserved } = await playScenario('stale-flow', false);
    expect(number('cycles_outlived')).toBeGreaterThanOrEqual(10);
    expect(number('sent_to_old')).toBe(number('packets'));
    expect(isConserved).toBe(true);
  });

  it('is healed by any change of the rules', async () => {
    const { number } = await playScenario('stale-flow', false);
    expect(number('sent_to_new_healed')).toBe(number('packets_healed'));
  });

  it('is found by the next cycle in current', async () => {
    const { number, isConserved } = await playScenario('stale-flow', true);
    expect(number('late_ms')).toBeGreaterThan(500);
    expect(number('cycles_outlived')).toBeLessThanOrEqual(1);
    expect(number('sent_to_old')).toBeLessThanOrEqual(5);
    expect(isConserved).toBe(true);
  });
});
