/** One precise rule for IPv6 sources, and each client has its own megaflow. */

import { describe, expect, it } from 'vitest';
import { playScenario } from './play-scenario.js';

describe('scenario exact-flows', () => {
  it('has as many megaflows as IPv6 clients, and one for all IPv4 clients', async () => {
    const { number, isConserved } = await playScenario('exact-flows', false);
    expect(number('flows_ipv6')).toBe(number('clients'));
    expect(number('flows_ipv4')).toBe(1);
    expect(isConserved).toBe(true);
  });

  it('has one megaflow where the network is matched first', async () => {
    const trouble = await playScenario('exact-flows', false);
    const { number, isConserved } = await playScenario('exact-flows', true);
    expect(number('flows_ipv6')).toBe(1);
    expect(number('missed')).toBe(2);
    expect(number('bits_ipv6')).toBe(trouble.number('bits_ipv6') - 64);
    expect(isConserved).toBe(true);
  });
});
