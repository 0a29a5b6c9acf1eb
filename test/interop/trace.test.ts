/**
 * `ofproto/trace` of the real Open vSwitch and ours, asked the same with the same rules: every
 * character must be equal.
 */

import { afterEach, describe, expect, it } from 'vitest';
import { CommandTwins } from './command-twins.js';
import { hasOvsPeer } from './ovs-peer.js';

let twins: CommandTwins;

afterEach(() => twins.stop());

async function same(...words: string[]): Promise<string> {
  const [theirs, ours] = await twins.ask(...words);
  expect(`${words.join(' ')}\n${ours.text}`).toBe(`${words.join(' ')}\n${theirs.text}`);
  expect(ours.isRefused).toBe(theirs.isRefused);
  return ours.text;
}

async function traces(flows: string, ...questions: string[]): Promise<void> {
  twins.changeRules('del-flows', '');
  for (const flow of flows.split('\n')) twins.changeRules('add-flow', flow);
  for (const question of questions) await same('ofproto/trace', 'br0', ...question.split(' '));
}

describe.skipIf(!hasOvsPeer)('ofproto/trace', { timeout: 60_000 }, () => {
  it('tells of tables and of what rules do', async () => {
    twins = await CommandTwins.start();
    await traces(
      'actions=resubmit(,1),resubmit(,1)\ntable=1,actions=resubmit(,2),resubmit(,2)',
      'tcp,in_port=1',
      'in_port=1',
      'tcp',
    );
  });
});
