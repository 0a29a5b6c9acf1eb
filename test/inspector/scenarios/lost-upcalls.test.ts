/** A burst that outruns one handler's queue, and not eight of them. */

import { describe, expect, it } from 'vitest';
import { playScenario } from './play-scenario.js';

describe('scenario lost-upcalls', () => {
  it('loses upcalls and still accounts for every packet', async () => {
    const { number, isConserved } = await playScenario('lost-upcalls', false);
    expect(number('lost')).toBeGreaterThan(0);
    expect(number('forwarded')).toBe(number('packets') - number('lost'));
    expect(number('missed')).toBeGreaterThan(number('lost'));
    expect(isConserved).toBe(true);
  });

  it('loses none with more handlers', async () => {
    const { number, isConserved } = await playScenario('lost-upcalls', true);
    expect(number('lost')).toBe(0);
    expect(number('forwarded')).toBe(number('packets'));
    expect(isConserved).toBe(true);
  });
});
