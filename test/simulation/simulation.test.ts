/**
 * The hunt, as part of `npm test`: 200 seeds, or as many as `SIM_SEEDS` says; `npm run sim` does
 * more.
 */

import { describe, expect, it } from 'vitest';
import { runCampaign } from './campaign.js';
import { formatConviction } from './conviction-text.js';

const SEEDS = Number(process.env['SIM_SEEDS'] ?? 200);
/** Groups, so that a failure comes early and the time of each is seen. */
const GROUP = 50;

describe('The slow path, profile current', () => {
  const groups = Array.from({ length: Math.ceil(SEEDS / GROUP) }, (_, i) => 1 + i * GROUP);

  it.each(groups)('loses nothing in the seeds from %i on', { timeout: 120_000 }, async (first) => {
    const count = Math.min(GROUP, SEEDS + 1 - first);
    const seeds = Array.from({ length: count }, (_, i) => first + i);
    const { convictions, tally } = await runCampaign({ profile: 'current', seeds });
    expect(convictions.map(formatConviction).join('\n')).toBe('');
    expect(tally.packets / tally.seeds).toBeGreaterThan(300);
    expect(tally.crossings / tally.seeds).toBeGreaterThan(20);
    expect(tally.steps / tally.seeds).toBeGreaterThanOrEqual(200);
  });
});
