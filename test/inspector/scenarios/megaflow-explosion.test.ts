/** Two rules and 512 crafted packets: as many masks; a handful with port security. */

import { describe, expect, it } from 'vitest';
import { playScenario } from './play-scenario.js';

describe('scenario megaflow-explosion', () => {
  it('makes a mask of each crafted packet, and a handful of ordinary ones', async () => {
    const { number, isConserved } = await playScenario('megaflow-explosion', false);
    expect(number('crafted')).toBe(32 * 16);
    expect(number('masks_max')).toBeGreaterThan(500);
    expect(number('flows_max')).toBeGreaterThan(500);
    expect(number('masks_ordinary')).toBeLessThan(10);
    expect(isConserved).toBe(true);
  });

  it('forgets the attack after the idle timeout', async () => {
    const { number } = await playScenario('megaflow-explosion', false);
    expect(number('masks_end')).toBe(0);
  });

  it('has no more masks than an address has prefixes where ports are secured', async () => {
    const { number, isConserved } = await playScenario('megaflow-explosion', true);
    expect(number('crafted')).toBe(32 * 16);
    expect(number('masks_max')).toBeLessThanOrEqual(32 + 16);
    expect(isConserved).toBe(true);
  });
});
