/**
 * Rule sets of the field, played on our switch: what it says and does is what a real ovs-vswitchd
 * 3.1 was recorded to say and do; see the README of `test/fixtures/rule-sets/`.
 */

import { describe, expect, it } from 'vitest';
import { generateFirewall } from './firewall-generator.js';
import { OurPlayer } from './our-player.js';
import { parseSections, perform } from './performance.js';
import { listRuleSets, readRuleSet, readText, ruleLines } from './rule-set.js';

const PACKETS_MIN = 40;
/** Packets aim at one generated rule in three. */
const FIREWALL_UNMET_MAX = 700;
/** Rules that need no packet: clauses of conjunctions, a table's last one, the switch's own. */
const NEED_NOT_BE_MET = /conjunction\(|priority=0,actions=|table_id=254/;

describe.each(listRuleSets())('The rule set %s', (name) => {
  const set = readRuleSet(name);

  it('has packets enough', () => {
    const packets = set.steps.filter(({ kind }) => kind === 'packet');
    expect(packets.length).toBeGreaterThanOrEqual(PACKETS_MIN);
  });

  it('has our switch say and do what the real one did', async () => {
    const recorded = parseSections(readText(name, 'recorded') ?? '');
    const player = new OurPlayer(set);
    const played = await perform(set, player);
    const rules = await player.run('bridge/dump-flows', 'br0');
    await player.stop();
    expect(recorded.map(({ title }) => title)).toEqual(played.map(({ title }) => title));
    for (const [i, section] of played.entries()) expect(section).toEqual(recorded[i]);
    const unmet = unmetRules(rules);
    if (name === 'firewall') expect(unmet.length).toBeLessThan(FIREWALL_UNMET_MAX);
    else expect(unmet).toEqual([]);
  });
});

describe('The rule set firewall', () => {
  it('is what its generator writes', () => {
    const { flows, script } = generateFirewall();
    expect([readText('firewall', 'flows'), readText('firewall', 'script')]).toEqual([
      flows,
      script,
    ]);
    expect(ruleLines(flows).length).toBe(1000);
  });
});

/** Of a dump, the rules that some packet of a script should have met. */
function unmetRules(dump: string): string[] {
  return dump
    .split('\n')
    .filter((line) => line.includes('n_packets=0,') && !NEED_NOT_BE_MET.test(line));
}
