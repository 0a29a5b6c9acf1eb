/**
 * Operators' commands: `ovs-appctl -t SOCKET` says of our switch what it says of the real one.
 *
 * Each case prepares both in the same way and asks both the same.
 */

import { afterEach, describe, it } from 'vitest';
import { CommandTwins } from './command-twins.js';
import { hasOvsPeer } from './ovs-peer.js';

const ETH = 'eth(src=50:54:00:00:00:09,dst=50:54:00:00:00:0a)';
const IP = 'ipv4(src=10.0.0.1,dst=10.0.0.2,proto=6,tos=0,ttl=64,frag=no)';
const TCP = `in_port(1),${ETH},eth_type(0x0800),${IP},tcp(src=1,dst=80),tcp_flags(psh|ack)`;
const TAGGED =
  `in_port(1),${ETH},eth_type(0x8100),vlan(vid=3,pcp=2),encap(eth_type(0x0800),${IP},` +
  'tcp(src=1,dst=80),tcp_flags(ack))';
const ARP =
  'in_port(2),eth(src=50:54:00:00:00:0a,dst=50:54:00:00:00:09),eth_type(0x0806),' +
  'arp(sip=1.2.3.4,tip=1.2.3.5,op=2,sha=50:54:00:00:00:0a,tha=50:54:00:00:00:09)';
const UDP6 =
  `in_port(3),${ETH},eth_type(0x86dd),ipv6(src=fd00::2,dst=fd00::1,label=0,proto=17,tclass=0,` +
  'hlimit=3,frag=no),udp(src=1,dst=2)';
const UFID = 'ufid:01234567-89ab-cdef-0123-456789abcdef';
const BARE = 'in_port(1),eth(),eth_type(0x1234)';

let twins: CommandTwins;

afterEach(() => twins.stop());

describe.skipIf(!hasOvsPeer)('ovs-appctl', { timeout: 60_000 }, () => {
  it('says the same of what cannot be run', async () => {
    twins = await CommandTwins.start();
    await twins.sameAll(
      'nonsense',
      'upcall/set-flow-limit',
      'upcall/set-flow-limit 1 2',
      'upcall/show x',
      'dpif/dump-flows',
      'dpif/dump-flows nope',
      'dpif/show x',
      'dpctl/dump-flows a b c d e f g',
      'exit a b',
    );
  });

  it('says the same of upcall/* and revalidator/*', async () => {
    twins = await CommandTwins.start('priority=0,actions=NORMAL\n');
    await twins.receive('p1', TCP);
    await twins.receive('p2', ARP);
    await twins.sameAll(
      'revalidator/wait',
      'upcall/show',
      'upcall/disable-ufid',
      'upcall/show',
      'upcall/enable-ufid',
      'upcall/set-flow-limit abc',
      'upcall/set-flow-limit -5',
      'upcall/set-flow-limit 99999999999',
      'upcall/set-flow-limit 200000',
    );
    await twins.purge();
    await twins.sameAll(
      'dpctl/dump-flows',
      'revalidator/pause',
      'revalidator/resume',
      'upcall/disable-megaflows',
    );
    await twins.receive('p1', TCP);
    await twins.sameAll('dpctl/dump-flows', 'upcall/enable-megaflows', 'dpctl/dump-flows');
  });

  it('says the same of dpif/show, dpctl/show and what ports have counted', async () => {
    twins = await CommandTwins.start('priority=0,actions=NORMAL\n');
    await twins.sameAll('dpif/show', 'dpctl/show', 'dpctl/show -s');
    for (let i = 0; i < 12; i++) await twins.receive('p1', TCP, '--len', '1400');
    await twins.receive('p2', ARP);
    await twins.sameAll(
      'dpif/show',
      'dpctl/show',
      'dpctl/show -s',
      'dpctl/show -m',
      'dpctl/show nope',
      'dpctl/show -x',
    );
  });

  it('says the same of dumped flows', async () => {
    twins = await CommandTwins.start(
      'priority=9,tcp,tp_dst=80,actions=2\npriority=8,dl_vlan=3,actions=strip_vlan,3\n' +
        'priority=7,arp,arp_spa=1.2.3.4,actions=mod_dl_src:00:00:00:00:00:01,1\n' +
        'priority=6,ipv6,ipv6_dst=fd00::/64,actions=NORMAL\npriority=0,actions=NORMAL\n',
    );
    await twins.receive('p1', TCP);
    await twins.receive('p1', TCP);
    await twins.receive('p1', TAGGED);
    await twins.receive('p2', ARP);
    await twins.receive('p3', UDP6);
    await twins.sameAll(
      'revalidator/pause',
      'dpctl/dump-flows',
      'dpctl/dump-flows -m',
      'dpctl/dump-flows -m --no-names',
      'dpctl/dump-flows --names',
      'dpctl/dump-flows --more --names',
      'dpif/dump-flows br0',
      'dpif/dump-flows -m br0',
      'dpif/dump-flows -m --no-names br0',
      'dpif/dump-flows --names br0',
      'dpctl/dump-flows filter=arp',
      'dpctl/dump-flows filter=in_port=3',
      'dpctl/dump-flows filter=in_port=p3',
      'dpctl/dump-flows filter=tcp,tp_dst=80',
      'dpctl/dump-flows filter=tcp,tp_dst=81',
      'dpctl/dump-flows filter=dl_vlan=3',
      'dpctl/dump-flows filter=ipv6',
      'dpctl/dump-flows filter=',
      'dpctl/dump-flows filter=nope=1',
      'dpctl/dump-flows filter=priority=3',
      'dpctl/dump-flows type=ovs',
      'dpctl/dump-flows type=tc',
      'dpctl/dump-flows type=tc,non-offloaded',
      'dpctl/dump-flows type=zork',
      'dpctl/dump-flows pmd=-1',
      'dpctl/dump-flows pmd=3',
      'dpctl/dump-flows nope',
      'dpctl/dump-flows -x',
      'dpctl/dump-flows -mx',
      'dpctl/dump-flows --mor',
    );
  });

  it('says the same of flows put and taken by hand', async () => {
    twins = await CommandTwins.start('priority=0,actions=NORMAL\n');
    await twins.same('revalidator/pause');
    await twins.same('dpctl/add-flow', BARE, '2,3');
    await twins.same('dpctl/add-flow', BARE, '2,3');
    await twins.same('dpctl/add-flow', `${UFID} in_port(3),eth(),eth_type(0x1236)`, 'drop');
    await twins.same('dpctl/add-flow', '-s', 'in_port(p2),eth(),eth_type(0x1237)', '');
    await twins.same(
      'dpctl/add-flow',
      'in_port(2),eth(),eth_type(0x0800),ipv4(src=10.0.0.0/255.0.0.0)',
      '3',
    );
    await twins.same('dpctl/add-flow', 'in_port(3),nope', '2');
    await twins.same('dpctl/add-flow', BARE, 'zork');
    await twins.same('dpctl/add-flow', 'in_port(2)', '3');
    await twins.same('dpctl/add-flow', 'in_port(2/0xff),eth(),eth_type(0x1235)', '2');
    await twins.same('dpctl/add-flow', 'in_port(2),eth_type(0x0800)', '3');
    await twins.same('dpctl/add-flow', 'in_port(2),eth(),eth_type(0x0800),ipv4(),tcp()', '3');
    await twins.same('dpctl/add-flow', 'nope', BARE, '3');
    await twins.same('dpctl/dump-flows');
    await twins.same('dpctl/dump-flows', '-m');
    await twins.same('dpctl/mod-flow', '-s', BARE, '3');
    await twins.same('dpctl/mod-flow', 'in_port(7),eth(),eth_type(0x1234)', '3');
    await twins.same('dpctl/mod-flow', '--clear', BARE, '3');
    await twins.same('dpctl/mod-flow', '--may-create', 'in_port(7),eth(),eth_type(0x1234)', '3');
    await twins.same('dpctl/dump-flows');
    for (const options of [[], ['-m'], ['--names']])
      await twins.same('dpctl/get-flow', ...options, UFID);
    await twins.same('dpctl/get-flow', UFID.replace('ef', '00'));
    await twins.same('dpctl/get-flow', 'zork');
    await twins.same('dpctl/del-flow', '-s', UFID);
    await twins.same('dpctl/del-flow', UFID);
    await twins.same('dpctl/del-flow', 'ufid:zork');
    await twins.same('dpctl/del-flow', 'zork');
    await twins.same('dpctl/del-flow', BARE);
    await twins.same('dpctl/dump-flows');
    await twins.same('dpctl/del-flows', 'nope');
    await twins.same('dpctl/del-flows');
    await twins.same('dpctl/dump-flows');
  });

  it('says the same of flows in files', async () => {
    twins = await CommandTwins.start('priority=0,actions=NORMAL\n');
    await twins.same('revalidator/pause');
    const other = BARE.replace('(1)', '(2)');
    const file = twins.writeFile(
      `# by hand\n\n${BARE} 2,3 # two ports\nadd ${other} 3\nmodify ${BARE} 3\n` +
        `add ${other} 3\n${other}\ndelete ${other} 3\nzork 3\n${BARE} zork\n` +
        `  mod ${other}  2,  3\n`,
    );
    const gone = twins.writeFile(`${BARE}\ndel ${other}\n${other}\n`);
    await twins.same('dpctl/add-flows', file);
    await twins.same('dpctl/dump-flows');
    await twins.same('dpctl/mod-flows', file);
    await twins.same('dpctl/mod-flows', 'zork', file);
    await twins.same('dpctl/del-flows', gone);
    await twins.same('dpctl/dump-flows');
    await twins.same('dpctl/add-flows', '/nope');
    await twins.same('dpctl/del-flows', 'zork', gone);
    await twins.same('dpctl/add-flows');
    await twins.same('dpctl/add-flows', 'a', 'b', 'c');
  });

  it('says the same of datapath actions', async () => {
    twins = await CommandTwins.start();
    const flow = 'in_port(1),eth()';
    const set = 'set(eth(src=00:00:00:00:00:01))';
    const vlan =
      'in_port(1),eth(),eth_type(0x8100),vlan(vid=3,pcp=1),encap(eth_type(0x800),ipv4())';
    const mpls = 'in_port(1),eth(),eth_type(0x8847),mpls(label=100,tc=1,ttl=3,bos=1)';
    await twins.same('dpctl/normalize-actions', flow, `3,2,${set},9,8`);
    await twins.same('dpctl/normalize-actions', mpls, `3,2,1,${set},9,8`);
    await twins.same(
      'dpctl/normalize-actions',
      vlan,
      '3,2,pop_vlan,1,push_vlan(vid=5,pcp=1),4,push_vlan(tpid=0x88a8,vid=7,pcp=0),6,5',
    );
    await twins.same('dpctl/normalize-actions', '-m', flow, 'drop');
    await twins.same('dpctl/normalize-actions', '-m', flow, '3,2');
    await twins.same('dpctl/normalize-actions', flow, '');
    await twins.same('dpctl/normalize-actions', 'zork', '3');
    await twins.same('dpctl/normalize-actions', 'in_port(1)', 'zork');
    await twins.same('dpctl/normalize-actions', '2');
    await twins.same('dpctl/parse-actions', `${set},2,3`);
  });

  it('says the same of time and of ports in memory', async () => {
    twins = await CommandTwins.start('priority=0,actions=NORMAL\n');
    await twins.receive('p1', TCP, '--len', '60');
    await twins.receive('p1', '5054000000095054000000091234');
    await twins.sameAll(
      'dpctl/show -s',
      'netdev-dummy/receive p9 aabb',
      'netdev-dummy/receive p1 aabb',
      'netdev-dummy/receive p1 zz',
      'netdev-dummy/receive p1 in_port(1),nope(3)',
      `netdev-dummy/receive p1 ${TCP} --len 5`,
      `netdev-dummy/receive p1 ${TCP} --len 59`,
      'netdev-dummy/receive p1 --qid 5 5054000000095054000000091234',
      'netdev-dummy/receive p1',
      'netdev-dummy/set-admin-state p1 down',
      'netdev-dummy/set-admin-state zork down',
      'netdev-dummy/set-admin-state p1 sideways',
      'netdev-dummy/set-admin-state up',
      'time/stop',
      'time/warp',
      'time/warp x',
      'time/warp 0',
      'time/warp 1000 100',
      'time/warp 100',
    );
  });
});
