/**
 * Rule sets of the field, played on the real switch: what it says and does is what was recorded of
 * it, with which `test/rule-sets/` compares ours.
 */

import { describe, expect, it } from 'vitest';
import { parseSections, perform } from '../rule-sets/performance.js';
import { listRuleSets, readRuleSet, readText } from '../rule-sets/rule-set.js';
import { TheirPlayer } from '../rule-sets/their-player.js';
import { hasOvsPeer } from './ovs-peer.js';

describe.skipIf(!hasOvsPeer)('Open vSwitch 3.1', () => {
  it.each(listRuleSets())('still plays the rule set %s as it was recorded', async (name) => {
    const recorded = parseSections(readText(name, 'recorded') ?? '');
    const set = readRuleSet(name);
    const player = await TheirPlayer.start(set);
    try {
      const played = await perform(set, player);
      expect(played.map(({ title }) => title)).toEqual(recorded.map(({ title }) => title));
      for (const [i, section] of played.entries()) expect(section).toEqual(recorded[i]);
    } finally {
      await player.stop();
    }
  });
});
