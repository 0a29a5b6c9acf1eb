/** Slow dumps and a restless address: living flows are deleted as too expensive, and come back. */

import { describe, expect, it } from 'vitest';
import { readdedFlows } from '../../../src/inspector/scenarios/readded-flows.js';
import { playScenario } from './play-scenario.js';

describe('scenario readded-flows', () => {
  it('deletes flows as too expensive, and has the same key put eight times and more', async () => {
    const { number, isConserved } = await playScenario('readded-flows', false);
    expect(number('puts_of_one_key')).toBeGreaterThanOrEqual(8);
    expect(number('too_expensive')).toBeGreaterThan(5 * number('hosts'));
    expect(number('dump_ms')).toBeGreaterThan(250);
    expect(isConserved).toBe(true);
  });

  it('deletes for no other reason', () => {
    const run = readdedFlows.start();
    run.finish();
    expect(Object.keys(run.target.udpif.status().deleted)).toEqual(['too_expensive']);
  });

  it('keeps them with a higher max-revalidator, although dumps are as slow', async () => {
    const { number, isConserved } = await playScenario('readded-flows', true);
    expect(number('too_expensive')).toBe(0);
    expect(number('puts_of_one_key')).toBe(1);
    expect(number('dump_ms')).toBeGreaterThan(250);
    expect(number('moves')).toBeGreaterThanOrEqual(8);
    expect(isConserved).toBe(true);
  });
});
