/** Heartbeats that are slower than max-idle. */

import { describe, expect, it } from 'vitest';
import { playScenario } from './play-scenario.js';

describe('scenario idle-timeout', () => {
  it('makes an upcall of every packet', async () => {
    const { number, isConserved } = await playScenario('idle-timeout', false);
    expect(number('missed')).toBe(number('packets'));
    expect(number('hits')).toBe(0);
    expect(number('puts_of_one_key')).toBe(number('packets') / number('connections'));
    expect(isConserved).toBe(true);
  });

  it('makes one of every connection with a longer timeout', async () => {
    const { number, isConserved } = await playScenario('idle-timeout', true);
    expect(number('missed')).toBe(number('connections'));
    expect(number('hits')).toBe(number('packets') - number('connections'));
    expect(number('puts_of_one_key')).toBe(1);
    expect(isConserved).toBe(true);
  });
});
