/**
 * `ofproto/trace` of both over the rule sets that translation is tested with, and their packets.
 *
 * The peer is told the rules, ours what the peer has made of them, without their cookies.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CommandTwins } from './command-twins.js';
import { hasOvsPeer } from './ovs-peer.js';

interface RuleSet {
  readonly groups?: readonly string[];
  readonly meters?: readonly string[];
  readonly rules: readonly string[];
  readonly traces: readonly { readonly packet: string }[];
}

const folder = new URL('../fixtures/traces/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
const PORT_COUNT = 4;

let twins: CommandTwins;

/** Masked: numbers of frozen states, cookies, and OVS's way to say that an action saw a label. */
function masked(text: string): string {
  return (
    text
      // Which hash it is, is nowhere said; the sets leave one bucket to choose.
      .replace(/: score \d+$/gm, ': score N')
      .replace(/recirc_id=[1-9]\d*/g, 'recirc_id=ID')
      .replace(/recirc\(0x\w+\)/g, 'recirc(ID)')
      .replace(/, cookie 0x\w+$/gm, '')
      .replace(/rule_cookie=\w+/g, 'rule_cookie=COOKIE')
      .replace(/(?<=ipv6_label=0x\w{5})\/0xfffff/g, '')
  );
}

describe.skipIf(!hasOvsPeer)('ofproto/trace', { timeout: 120_000 }, () => {
  beforeAll(async () => {
    twins = await CommandTwins.start('', PORT_COUNT);
  });

  afterAll(() => twins.stop());

  it.each(files)('says the same of every packet of %s', async (file) => {
    const set = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as RuleSet;
    const { groups = [], meters = [], rules, traces } = set;
    twins.clear();
    for (const meter of meters) twins.addMeter(meter);
    twins.copyGroups(groups);
    await twins.copyRules(rules);
    for (const { packet } of traces) {
      const [theirs, ours] = await twins.ask('ofproto/trace', 'br0', packet);
      expect(masked(ours.text)).toBe(masked(theirs.text));
    }
  });
});
