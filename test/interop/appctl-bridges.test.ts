/**
 * Operators' commands about bridges, rules and addresses: our switch says what the real one says.
 */

import { afterEach, describe, it } from 'vitest';
import { CommandTwins } from './command-twins.js';
import { hasOvsPeer } from './ovs-peer.js';

const frame = (from: string, to: string, vlan?: number): string => {
  const eth = `eth(src=50:54:00:00:00:${from},dst=50:54:00:00:00:${to})`;
  if (vlan === undefined) return `in_port(1),${eth},eth_type(0x1234)`;
  return `in_port(1),${eth},eth_type(0x8100),vlan(vid=${vlan},pcp=0),encap(eth_type(0x1234))`;
};

let twins: CommandTwins;

afterEach(() => twins.stop());

describe.skipIf(!hasOvsPeer)('ovs-appctl', { timeout: 60_000 }, () => {
  it('says the same of rules, hidden ones too', async () => {
    twins = await CommandTwins.start(
      'priority=9,tcp,in_port=1,tp_dst=80,actions=2\npriority=0,actions=NORMAL\n' +
        'table=3,cookie=0x5,idle_timeout=60,dl_vlan=3,actions=strip_vlan,controller\n' +
        'table=7,actions=drop\ntable=7,priority=5,ip,nw_dst=10.0.0.0/8,actions=resubmit(,3),2\n',
    );
    await twins.receive('p1', frame('09', '0a'));
    await twins.receive('p1', frame('09', '0a'));
    await twins.sameAll('ofproto/list', 'ofproto/list x');
    await twins.purge();
    await twins.sameAll(
      'bridge/dump-flows br0',
      'bridge/dump-flows --offload-stats br0',
      'bridge/dump-flows --nope br0',
      'bridge/dump-flows br0 br0',
      'bridge/dump-flows',
      'bridge/dump-flows nope',
      'bridge/dump-flows --offload-stats',
      'time/warp 7000 1000',
      'bridge/dump-flows br0',
    );
  });

  it('says the same of packets that no rule matches', async () => {
    twins = await CommandTwins.start('priority=9,tcp,actions=2\n');
    await twins.receive('p1', frame('09', '0a'));
    await twins.receive('p1', frame('0b', '0a'));
    await twins.purge();
    await twins.same('bridge/dump-flows', 'br0');
  });

  it('says the same of addresses that it has learnt', async () => {
    twins = await CommandTwins.start('priority=0,actions=NORMAL\n');
    await twins.sameAll('fdb/show br0', 'fdb/stats-show br0');
    await twins.receive('p1', frame('09', '0a'));
    await twins.receive('p2', frame('0a', '09', 3));
    await twins.sameAll('fdb/show br0', 'time/warp 5000 1000', 'fdb/show br0');
    await twins.receive('p3', frame('09', '0c'));
    await twins.receive('p3', frame('0d', '0c'));
    await twins.sameAll(
      'fdb/show br0',
      'fdb/stats-show br0',
      'fdb/flush br0',
      'fdb/show br0',
      'fdb/stats-show br0',
      'fdb/stats-clear br0',
      'fdb/stats-show br0',
      'fdb/flush',
      'fdb/stats-clear',
      'fdb/show',
      'fdb/show nope',
      'fdb/stats-show nope',
      'fdb/flush nope',
      'fdb/flush br0 br0',
      'fdb/stats-clear nope',
    );
  });

  it('says the same of addresses that are pinned', async () => {
    twins = await CommandTwins.start('priority=0,actions=NORMAL\n');
    await twins.receive('p1', frame('09', '0a'));
    await twins.receive('p2', frame('0a', '09', 3));
    await twins.sameAll(
      'fdb/add br0 p1 0 50:54:00:00:00:01',
      'fdb/add br0 p3 7 50:54:00:00:00:02',
      'fdb/add br0 p2 0 50:54:00:00:00:01',
      'fdb/add br0 p1 0 50:54:00:00:00:09',
      'fdb/add br0 p2 0 50:54:00:00:00:09',
      'fdb/add br0 p2 0 50:54:00:00:00:09',
      'fdb/add br0 br0 0 50:54:00:00:00:03',
      'fdb/add br0 p1 4095 1:2:3:4:5:6',
      'fdb/add br0 p1 70000 50:54:00:00:00:04',
      'fdb/add br0 p1 zork 50:54:00:00:00:05',
      'fdb/add br0 p1 0 01:54:00:00:00:01',
      'fdb/show br0',
      'fdb/stats-show br0',
      'fdb/add nope p1 0 zork',
      'fdb/add br0 p9 0 zork',
      'fdb/add br0 p9 0 50:54:00:00:00:05',
      'fdb/add br0 p1 0',
      'fdb/del br0 3 50:54:00:00:00:0a',
      'fdb/del br0 0 50:54:00:00:00:0f',
      'fdb/del br0 0 50:54:00:00:00:01',
      'fdb/del br0 0 zork',
      'fdb/del nope 0 zork',
      'fdb/flush br0',
      'fdb/show br0',
      'fdb/stats-show br0',
    );
  });

  it('says the same of two bridges on one datapath', async () => {
    twins = await CommandTwins.startTwo('priority=0,actions=NORMAL\n', ['q1', 'q2']);
    await twins.sameAll('dpif/show', 'dpif/dump-dps', 'dpctl/show', 'ofproto/list', 'upcall/show');
    await twins.receive('p1', frame('09', '0a'));
    await twins.receive('q1', frame('0b', '0a').replace('in_port(1)', 'in_port(3)'));
    await twins.sameAll(
      'dpif/show',
      'dpif/dump-flows br0',
      'dpif/dump-flows br1',
      'dpif/dump-flows -m br1',
      'dpctl/dump-flows',
      'fdb/show br0',
      'fdb/show br1',
      'fdb/add br0 q1 0 50:54:00:00:00:01',
      'fdb/add br1 q2 0 50:54:00:00:00:01',
      'fdb/flush br0',
      'fdb/show br0',
      'fdb/show br1',
      'fdb/stats-show br1',
      'fdb/flush',
      'fdb/show br1',
      'bridge/dump-flows br1',
      'ofproto/trace br1 in_port=1',
      'ofproto/trace br1 in_port=q1',
      'ofproto/trace br0 in_port=q1',
      'ofproto/trace in_port(3),eth(),eth_type(0x1234)',
      'ofproto/trace br0 in_port=3',
      'upcall/show',
      'revalidator/wait',
    );
    await twins.purge();
    await twins.same('dpctl/dump-flows');
  });

  it('says the same of multicast groups where nobody snoops', async () => {
    twins = await CommandTwins.start();
    await twins.sameAll(
      'mdb/show br0',
      'mdb/show nope',
      'mdb/show',
      'mdb/flush br0',
      'mdb/flush nope',
      'mdb/flush',
    );
  });
});
