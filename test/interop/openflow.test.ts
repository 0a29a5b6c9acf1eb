/**
 * Every command of `ovs-ofctl` in every version that offers it, by Unix socket and by TCP, on our
 * switch and on a real one: what it prints must be the same. Where a command changes something,
 * what is there afterwards is compared as well.
 */

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { OpenFlowTwins, type VersionName, WAYS } from './openflow-twins.js';
import { hasOvsPeer } from './ovs-peer.js';

const SWITCH = 'SWITCH';
const FRAME =
  '02000000000b02000000000a08004500001c0000000040110000c0a80001c0a800020035003500080000';

const RULES = [
  'table=1,priority=7,cookie=0x12,idle_timeout=100,hard_timeout=200,tcp,in_port=1,' +
    'nw_src=10.0.0.0/8,tp_dst=80,actions=mod_nw_dst:1.2.3.4,output:2',
  'priority=3,dl_vlan=5,dl_vlan_pcp=2,actions=strip_vlan,resubmit(,1)',
  'priority=2,cookie=0x13,udp,nw_dst=192.168.0.0/255.255.0.0,actions=mod_tp_dst:53,output:3',
  'priority=2,arp,arp_op=1,arp_spa=10.0.0.1,actions=NORMAL',
  'table=2,priority=0,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00,actions=drop',
];
/** What the fixed match of 1.1 cannot say, and 1.0 says by Nicira's extensions. */
const NEWER_RULES = [
  'priority=1,reg0=3,ipv6,ipv6_dst=2001:db8::/32,actions=load:7->NXM_NX_REG1[],CONTROLLER:60',
  'priority=1,ip,nw_tos=32,nw_ttl=5,nw_frag=later,' +
    'actions=dec_ttl,move:NXM_NX_REG0[0..15]->NXM_NX_REG1[16..31],IN_PORT',
  'table=2,priority=0,metadata=0x5/0xff,actions=drop',
];

let twins: OpenFlowTwins;

beforeAll(async () => {
  if (hasOvsPeer) twins = await OpenFlowTwins.start();
});

afterAll(async () => {
  if (hasOvsPeer) await twins.stop();
});

function sorted(text: string): string {
  return text.split('\n').toSorted().join('\n');
}

describe.runIf(hasOvsPeer).each(WAYS)('ovs-ofctl -O %s, by %s', (version, transport) => {
  beforeAll(() => {
    twins.transport = transport;
  });
  afterEach(async () => twins.reset());

  /** What both print, which must be the same. */
  async function same(...args: readonly string[]): Promise<string> {
    const { ours, theirs } = await twins.run(version, ...args);
    // Flows of equal priority come in the order of a hash.
    const isInOrder = !args.includes('dump-flows');
    expect(isInOrder ? ours : sorted(ours), args.join(' ')).toBe(
      isInOrder ? theirs : sorted(theirs),
    );
    return ours;
  }

  /** Adds rules to both. */
  const ownRules = version === 'OpenFlow11' ? RULES : [...RULES, ...NEWER_RULES];

  async function addRules(rules = ownRules): Promise<void> {
    const path = twins.file('rules.flows', `${rules.join('\n')}\n`);
    expect(await same('add-flows', SWITCH, path)).toBe('');
  }

  async function sameFlows(): Promise<string> {
    return same('dump-flows', SWITCH);
  }

  it('show', async () => {
    expect(await same('show', SWITCH)).toContain('n_tables:254');
  });

  it('dump-flows', async () => {
    await addRules();
    expect((await sameFlows()).split('\n').length).toBeGreaterThan(ownRules.length);
    await same('--no-stats', 'dump-flows', SWITCH);
    await same('--names', 'dump-flows', SWITCH);
    await same('--rsort=priority', 'dump-flows', SWITCH);
    for (const filter of ['tcp', 'table=1', 'cookie=0x12/-1', 'out_port=2', 'dl_vlan=6']) {
      await same('dump-flows', SWITCH, filter);
    }
  });

  it('dump-aggregate', async () => {
    await addRules();
    expect(await same('dump-aggregate', SWITCH)).toContain(`flow_count=${ownRules.length}`);
    expect(await same('dump-aggregate', SWITCH, 'udp')).toContain('flow_count=1');
  });

  it('add-flow', async () => {
    for (const rule of ownRules) expect(await same('add-flow', SWITCH, rule)).toBe('');
    await same('add-flow', SWITCH, 'priority=3,dl_vlan=5,dl_vlan_pcp=2,actions=output:1');
    await sameFlows();
  });

  it('add-flow that is refused', async () => {
    await addRules(['priority=5,ip,actions=drop']);
    for (const rule of [
      'table=254,actions=drop',
      'check_overlap,priority=5,ip,nw_src=1.2.3.4,actions=drop',
      'actions=output:65280',
      'bad_field=1,actions=drop',
    ]) {
      expect(await same('add-flow', SWITCH, rule), rule).toMatch(/status 1/);
    }
    await sameFlows();
  });

  it('add-flows', async () => {
    await addRules();
    const more = [
      'delete table=1',
      'add table=1,udp,actions=1',
      'modify_strict table=1,udp,actions=2',
    ];
    const path = twins.file('more.flows', `${more.join('\n')}\n`);
    expect(await same('add-flows', SWITCH, path)).toBe('');
    await sameFlows();
  });

  it('mod-flows', async () => {
    await addRules();
    await same('mod-flows', SWITCH, 'tcp,actions=output:3');
    await same('mod-flows', SWITCH, 'sctp,actions=output:3');
    await same('--strict', 'mod-flows', SWITCH, 'priority=2,cookie=0x99,arp,actions=drop');
    if (version !== 'OpenFlow10') {
      await same('mod-flows', SWITCH, 'cookie=0x13/-1,udp,actions=output:1');
    }
    await sameFlows();
  });

  it('del-flows', async () => {
    await addRules();
    await same('del-flows', SWITCH, 'tcp');
    await sameFlows();
    await same('--strict', 'del-flows', SWITCH, 'priority=3,dl_vlan=5,dl_vlan_pcp=2');
    await same('del-flows', SWITCH, 'cookie=0x13/-1');
    await same('del-flows', SWITCH, 'table=2');
    await same('del-flows', SWITCH, 'out_port=2');
    expect(await sameFlows()).toContain('arp');
    await same('del-flows', SWITCH);
    // In 1.1 ovs-ofctl empties table 0 only.
    const left = (await sameFlows()).match(/table=\d+/g) ?? [];
    expect(left).toEqual(version === 'OpenFlow11' ? ['table=1'] : []);
  });

  it('replace-flows and diff-flows', async () => {
    await addRules();
    const others = [...ownRules.slice(2), 'priority=9,icmp,actions=output:1'];
    const path = twins.file('others.flows', `${others.join('\n')}\n`);
    expect(await same('diff-flows', SWITCH, path)).toContain('status 2');
    await same('replace-flows', SWITCH, path);
    await same('diff-flows', SWITCH, path);
    await sameFlows();
  });

  it('dump-tables', async () => {
    await addRules();
    expect(await same('dump-tables', SWITCH)).toMatch(/active=[35], lookup=/);
  });

  it('dump-table-features', async () => {
    await same('dump-table-features', SWITCH);
  });

  it('dump-table-desc and mod-table', async () => {
    const mods = { OpenFlow11: 'continue', OpenFlow12: 'drop' } as Record<VersionName, string>;
    await same('mod-table', SWITCH, '2', mods[version] ?? 'evict');
    await same('dump-table-desc', SWITCH);
    await same('dump-tables', SWITCH);
    await same('mod-table', SWITCH, '2', mods[version] === undefined ? 'noevict' : 'controller');
    await same('dump-table-desc', SWITCH);
  });

  it('dump-ports', async () => {
    expect(await same('dump-ports', SWITCH)).toMatch(/port +1: rx pkts=/);
    await same('dump-ports', SWITCH, '2');
    await same('dump-ports', SWITCH, '77');
  });

  it('dump-ports-desc', async () => {
    expect(await same('dump-ports-desc', SWITCH)).toContain('3(p3): addr:MAC');
    await same('dump-ports-desc', SWITCH, '2');
  });

  it('mod-port', async () => {
    for (const change of ['no-flood', 'no-packet-in', 'no-receive', 'no-stp', 'no-forward']) {
      await same('mod-port', SWITCH, 'p2', change);
    }
    await same('show', SWITCH);
    for (const change of ['flood', 'packet-in', 'receive', 'stp', 'forward']) {
      await same('mod-port', SWITCH, '2', change);
    }
    expect(await same('mod-port', SWITCH, '9', 'no-flood')).toContain('status 1');
    expect(await same('show', SWITCH)).not.toContain('NO_');
  });

  it('mod-port down and up', async () => {
    await same('mod-port', SWITCH, 'p2', 'down');
    expect(await same('show', SWITCH)).toMatch(/config: +PORT_DOWN\n +state: +LINK_DOWN/);
    await same('mod-port', SWITCH, 'p2', 'up');
    expect(await same('show', SWITCH)).not.toContain('_DOWN');
  });

  it('show, of a port that an operator switches off', async () => {
    await twins.setAdminState('p3', 'down');
    expect(await same('dump-ports-desc', SWITCH, '3')).toMatch(/PORT_DOWN\n +state: +LINK_DOWN/);
    await twins.setAdminState('p3', 'up');
    expect(await same('dump-ports-desc', SWITCH)).not.toContain('_DOWN');
  });

  it('get-frags and set-frags', async () => {
    for (const mode of ['drop', 'nx-match', 'reassemble', 'normal']) {
      await same('set-frags', SWITCH, mode);
      await same('get-frags', SWITCH);
    }
  });

  it('packet-out', async () => {
    await addRules(['udp,actions=output:3']);
    await same('packet-out', SWITCH, '1', '2,mod_tp_dst:80', FRAME);
    await same('packet-out', SWITCH, `in_port=1,packet=${FRAME},actions=TABLE`);
    await same('packet-out', SWITCH, `in_port=77,packet=${FRAME},actions=2`);
    expect(await same('packet-out', SWITCH, `in_port=70000,packet=${FRAME},actions=2`)).toContain(
      'status 1',
    );
    expect(await same('dump-ports', SWITCH, '3')).toMatch(/tx pkts=[1-9]/);
    expect(await sameFlows()).toContain('n_packets=1');
  });

  it('--bundle, and bundle', async () => {
    const path = twins.file('bundled.flows', `${ownRules.join('\n')}\n`);
    expect(await same('--bundle', 'add-flows', SWITCH, path)).toBe('');
    await sameFlows();
    const wrong = ['add table=5,ip,actions=drop', 'add table=5,check_overlap,tcp,actions=drop'];
    const mixed = [
      `flow ${wrong[0]}`,
      'packet-out in_port=1,packet=aabbccddeeff0011223344550800,actions=2',
    ];
    await same('--bundle', 'add-flows', SWITCH, twins.file('wrong.flows', `${wrong.join('\n')}\n`));
    await same('bundle', SWITCH, twins.file('mixed.bundle', `${mixed.join('\n')}\n`));
    await sameFlows();
  });

  it('queue-stats and queue-get-config of what is not there', async () => {
    await same('queue-stats', SWITCH, '77');
    await same('queue-stats', SWITCH, '1', '5');
    await same('queue-get-config', SWITCH, '77');
  });

  it('add-tlv-map, del-tlv-map and dump-tlv-map', async () => {
    const first = '{class=0xffff,type=0,len=4}->tun_metadata0';
    await same('add-tlv-map', SWITCH, first);
    await same('add-tlv-map', SWITCH, '{class=1,type=3,len=12}->tun_metadata3');
    expect(await same('dump-tlv-map', SWITCH)).toContain('mapping table');
    for (const wrong of [
      '{class=0xffff,type=0,len=4}->tun_metadata1',
      '{class=0xffff,type=1,len=8}->tun_metadata0',
      '{class=0xffff,type=1,len=5}->tun_metadata5',
      '{class=1,type=1,len=124}->tun_metadata5,{class=1,type=2,len=124}->tun_metadata6',
    ]) {
      await same('add-tlv-map', SWITCH, wrong);
    }
    await same('del-tlv-map', SWITCH, first);
    await same('dump-tlv-map', SWITCH);
    await same('del-tlv-map', SWITCH);
  });

  it('probe, dump-ipfix-bridge and what else asks', async () => {
    expect(await same('probe', SWITCH)).toBe('');
    await same('dump-ipfix-bridge', SWITCH);
    await same('dump-ipfix-flow', SWITCH);
  });
});
