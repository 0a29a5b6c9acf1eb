/** Packets for the controller that push out others of their kind, and nobody says so. */

import { describe, expect, it } from 'vitest';
import { playScenario } from './play-scenario.js';

describe('scenario packet-in-storm', () => {
  it('drops packet-ins of others, with no upcall lost', async () => {
    const { number, isConserved } = await playScenario('packet-in-storm', false);
    expect(number('lost')).toBe(0);
    expect(number('probes_seen')).toBeLessThan(number('probes') / 2);
    expect(number('packet_ins') + number('dropped')).toBe(number('storm') + number('probes'));
    expect(isConserved).toBe(true);
  });

  it('lets the controller see every probe once it has answered with a rule', async () => {
    const { number, isConserved } = await playScenario('packet-in-storm', true);
    expect(number('probes_seen')).toBe(number('probes'));
    expect(number('dropped')).toBe(0);
    expect(number('packet_ins')).toBeLessThan(number('storm') / 10);
    expect(isConserved).toBe(true);
  });
});
