/**
 * Operators' commands about two bridges that patch ports join: our switch says what the real one
 * says.
 */

import { afterEach, describe, it } from 'vitest';
import { CommandTwins } from './command-twins.js';
import { hasOvsPeer } from './ovs-peer.js';

const frame = (from: string, to: string): string =>
  `in_port(1),eth(src=50:54:00:00:00:${from},dst=50:54:00:00:00:${to}),eth_type(0x1234)`;
const TRACED = 'dl_src=50:54:00:00:00:0e,dl_dst=50:54:00:00:00:09,dl_type=0x1234';

let twins: CommandTwins;

afterEach(() => twins.stop());

describe.skipIf(!hasOvsPeer)('ovs-appctl', { timeout: 60_000 }, () => {
  it('says the same of bridges that are joined, and of what crosses', async () => {
    twins = await CommandTwins.startJoined('priority=0,actions=NORMAL\n');
    twins.addOther('priority=0,actions=NORMAL');
    await twins.sameAll('dpif/show', 'ofproto/list', 'fdb/show br1');
    await twins.receive('p1', frame('09', '0a'));
    await twins.receive('q1', frame('0a', '09'));
    await twins.receive('p2', frame('0b', '0a'));
    await twins.receive('p2', frame('0b', '0a'));
    await twins.sameAll(
      'fdb/show br0',
      'fdb/show br1',
      'fdb/stats-show br1',
      'dpctl/dump-flows',
      'dpif/dump-flows br0',
      'dpif/dump-flows br1',
    );
    await twins.purge();
    await twins.sameAll(
      'bridge/dump-flows br0',
      'bridge/dump-flows br1',
      'dpif/show',
      `ofproto/trace br0 in_port=2,${TRACED}`,
      `ofproto/trace br1 in_port=2,${TRACED}`,
      `ofproto/trace br1 in_port=t1,${TRACED}`,
      `ofproto/trace br0 in_port=t0,${TRACED}`,
      'fdb/flush br1',
      'fdb/show br0',
      'fdb/show br1',
    );
  });

  it('says the same of misses of the other bridge, and of a rule added there', async () => {
    twins = await CommandTwins.startJoined('priority=0,actions=output:10,output:2\n');
    await twins.receive('p1', frame('09', '0a'));
    await twins.sameAll(
      'dpctl/dump-flows',
      `ofproto/trace br0 in_port=1,${TRACED}`,
      'bridge/dump-flows br1',
    );
    twins.addOther('priority=5,dl_src=50:54:00:00:00:09,actions=mod_vlan_vid:7,output:2');
    await twins.sameAll('revalidator/wait', 'dpctl/dump-flows');
    await twins.receive('p1', frame('09', '0a'));
    await twins.purge();
    await twins.same('bridge/dump-flows', 'br1');
  });
});
