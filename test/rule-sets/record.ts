/**
 * `npm run record:rule-sets [-- NAME...]`: plays rule sets on a real ovs-vswitchd 3.1 and writes
 * down what it says, for `npm test` to compare ours with where there is none.
 */

import { writeFileSync } from 'node:fs';
import { generateFirewall } from './firewall-generator.js';
import { formatSections, perform } from './performance.js';
import { listRuleSets, pathOf, readRuleSet } from './rule-set.js';
import { TheirPlayer } from './their-player.js';

const { flows, script } = generateFirewall();
writeFileSync(pathOf('firewall', 'flows'), flows);
writeFileSync(pathOf('firewall', 'script'), script);

const chosen = process.argv.slice(2);
for (const name of chosen.length > 0 ? chosen : listRuleSets()) {
  const player = await TheirPlayer.start(readRuleSet(name));
  try {
    const sections = await perform(readRuleSet(name), player);
    writeFileSync(pathOf(name, 'recorded'), formatSections(sections));
    console.log(`${name}: ${sections.length} sections`);
  } finally {
    await player.stop();
  }
}
