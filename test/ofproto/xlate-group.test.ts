import { describe, expect, it } from 'vitest';
import { ofpPort } from '../../src/base/brands.js';
import { createRng } from '../../src/base/rng.js';
import { formatOdpActions } from '../../src/datapath/odp-actions-text.js';
import { DP_HASH, NW_SRC, RECIRC_ID, TP } from '../../src/packet/flow-layout.js';
import { BridgeFixture, parsePacket, stats } from './bridge-fixture.js';

const TCP =
  'in_port=1,tcp,dl_src=50:54:00:00:00:01,dl_dst=50:54:00:00:00:02,' +
  'nw_src=10.0.0.1,nw_dst=10.0.0.2,nw_ttl=64,tp_src=1000,tp_dst=80';

function setUp(groups: readonly string[], flows: readonly string[]): BridgeFixture {
  const fixture = new BridgeFixture();
  for (const group of groups) fixture.addGroup(group);
  for (const flow of flows) fixture.addFlow(flow);
  return fixture;
}

describe('a group of type all', () => {
  it('sends a copy through each bucket, and the packet as it was on', () => {
    const fixture = setUp(
      ['group_id=1,type=all,bucket=mod_nw_dst:1.2.3.4,output:2,bucket=output:3'],
      ['actions=group:1,output:4'],
    );
    expect(fixture.actions(TCP)).toBe('set(ipv4(dst=1.2.3.4)),2,set(ipv4(dst=10.0.0.2)),3,4');
  });

  it('carries out buckets as action sets', () => {
    const fixture = setUp(
      [
        'group_id=1,type=all,bucket=output:2,output:3,' +
          'bucket=output:4,push_vlan:0x8100,bucket=set_field:1.1.1.1->ip_dst',
      ],
      ['actions=group:1'],
    );
    expect(fixture.actions(TCP)).toBe('3,push_vlan(vid=0,pcp=0),4');
  });

  it('lets buckets call rules and groups', () => {
    const fixture = setUp(
      [
        'group_id=51,type=all,bucket=output:2,bucket=output:3',
        'group_id=52,type=all,bucket=output:3,bucket=resubmit(,7),bucket=group:51',
      ],
      ['in_port=1,actions=group:52,output:4', 'table=7,actions=in_port,output:2'],
    );
    expect(fixture.actions(TCP)).toBe('3,1,2,2,3,4');
  });

  it('tells the controller that a group sent the packet', () => {
    const fixture = setUp(['group_id=1,type=all,bucket=controller'], ['actions=group:1']);
    const [action] = fixture.translate(TCP).actions;
    expect(action).toMatchObject({ type: 'userspace', cookie: { reason: 4, maxLength: 65535 } });
  });

  it('drops a packet that goes round in groups', () => {
    const fixture = setUp(
      ['group_id=54,type=all,bucket=group:54'],
      ['in_port=1,actions=group:54,output:2'],
    );
    const { actions, error } = fixture.translate(TCP);
    expect(error).toBe('recursion_too_deep');
    expect(actions).toEqual([]);
  });

  it('ends a rule where there is no group, but not the one that called its bucket', () => {
    const fixture = setUp(
      ['group_id=55,type=all,bucket=group:99,bucket=output:2'],
      ['in_port=1,actions=group:55,output:3'],
    );
    expect(fixture.actions(TCP)).toBe('2,3');
  });

  it('goes on with the label that a bucket took off', () => {
    const fixture = setUp(
      ['group_id=1,type=all,bucket=pop_mpls:0x0800,output:2'],
      ['mpls,actions=group:1,output:3'],
    );
    const packet = 'in_port=1,dl_type=0x8847,mpls_label=7,mpls_ttl=64,mpls_bos=1';
    expect(fixture.translate(packet).error).toBeUndefined();
    expect(fixture.actions(packet)).toMatch(/^pop_mpls\(eth_type=0x800\),2,push_mpls\(.*\),3$/);
  });
});

describe('a fast failover group', () => {
  const GROUP = 'group_id=1,type=ff,bucket=watch_port:2,output:2,bucket=watch_port:3,output:3';

  it('takes the first bucket whose port is up', () => {
    const fixture = setUp([GROUP], ['actions=group:1']);
    expect(fixture.actions(TCP)).toBe('2');
    fixture.bridge.setPortLive(ofpPort(2), false);
    expect(fixture.actions(TCP)).toBe('3');
    expect(fixture.revalidations.at(-1)).toBe('port_toggled');
    fixture.bridge.removePort(ofpPort(3));
    expect(fixture.actions(TCP)).toBe('drop');
    fixture.bridge.setPortLive(ofpPort(2), true);
    expect(fixture.actions(TCP)).toBe('2');
  });

  it('goes on with its rule where no bucket is live', () => {
    const fixture = setUp(
      ['group_id=1,type=ff,bucket=watch_port:77,output:2'],
      ['actions=group:1,output:4'],
    );
    expect(fixture.actions(TCP)).toBe('4');
  });

  it('watches groups, and does not go round in them', () => {
    const fixture = setUp(
      [
        'group_id=1,type=ff,bucket=watch_group:2,output:2,bucket=watch_group:3,output:3',
        'group_id=2,type=ff,bucket=watch_port:77,output:1',
        'group_id=3,type=ff,bucket=watch_group:3,output:1,bucket=watch_port:4,output:1',
        'group_id=4,type=ff,bucket=watch_group:4,output:2',
      ],
      ['tcp,actions=group:1', 'udp,actions=group:4,output:1'],
    );
    expect(fixture.actions(TCP)).toBe('3');
    expect(fixture.actions('in_port=3,udp')).toBe('1');
  });

  it('does not notice that a link is up that was', () => {
    const fixture = setUp([], []);
    fixture.bridge.setPortLive(ofpPort(2), true);
    expect(fixture.revalidations).toEqual([]);
  });
});

describe('a select group', () => {
  const WEIGHTED =
    'group_id=1,type=select,bucket=weight:1,output:2,bucket=weight:3,output:3,' +
    'bucket=weight:4,output:4,bucket=weight:0,output:5';

  /** How often each list of actions is the answer for random connections. */
  function spread(fixture: BridgeFixture, count: number): Map<string, number> {
    const rng = createRng(42);
    const found = new Map<string, number>();
    const packet = parsePacket(TCP);
    for (let i = 0; i < count; i++) {
      packet[NW_SRC] = rng.uint32();
      packet[TP] = rng.uint32();
      const actions = formatOdpActions(fixture.lastActions(packet));
      found.set(actions, (found.get(actions) ?? 0) + 1);
    }
    return found;
  }

  it.each(['', ',selection_method=hash,fields(ip_src,tcp_src)', ',selection_method=dp_hash'])(
    'spreads connections by weight%s',
    (method) => {
      const group = WEIGHTED.replace('type=select', `type=select${method}`);
      const count = 16_000;
      const found = spread(setUp([group], ['actions=group:1']), count);
      for (const [actions, share] of [
        ['2', 1 / 8],
        ['3', 3 / 8],
        ['4', 4 / 8],
      ] as const) {
        const ratio = (found.get(actions) ?? 0) / (share * count);
        expect(ratio).toBeGreaterThan(0.95);
        expect(ratio).toBeLessThan(1.05);
      }
      expect(found.get('5')).toBeUndefined();
    },
  );

  it('sends a connection one way in both directions', () => {
    const buckets = [2, 3, 4].map((port) => `bucket=output:${port}`).join();
    const fixture = setUp([`group_id=1,type=select,${buckets}`], ['actions=group:1']);
    const back =
      'in_port=1,tcp,dl_src=50:54:00:00:00:02,dl_dst=50:54:00:00:00:01,' +
      'nw_src=10.0.0.2,nw_dst=10.0.0.1,nw_ttl=64,tp_src=80,tp_dst=1000';
    expect(fixture.lastActions(back)).toEqual(fixture.lastActions(TCP));
  });

  it('moves nobody but the packets of a bucket that dies', () => {
    const buckets = [2, 3, 4].map((port) => `bucket=watch_port:${port},output:${port}`).join();
    const fixture = setUp([`group_id=1,type=select,${buckets}`], ['actions=group:1']);
    const packet = parsePacket(TCP);
    for (let i = 0; i < 200; i++) {
      packet[TP] = i << 16;
      const before = formatOdpActions(fixture.lastActions(packet));
      fixture.bridge.setPortLive(ofpPort(3), false);
      const after = formatOdpActions(fixture.lastActions(packet));
      fixture.bridge.setPortLive(ofpPort(3), true);
      if (before === '3') expect(['2', '4']).toContain(after);
      else expect(after).toBe(before);
    }
  });

  it.each(['', ',selection_method=hash'])('never takes a bucket without weight%s', (method) => {
    const buckets = 'bucket=watch_port:2,output:2,bucket=weight:0,output:3';
    const group = `group_id=1,type=select${method},${buckets}`;
    const fixture = setUp([group], ['actions=group:1']);
    expect(formatOdpActions(fixture.lastActions(TCP))).toBe('2');
    fixture.bridge.setPortLive(ofpPort(2), false);
    expect(fixture.lastActions(TCP)).toEqual([]);
  });

  it('asks the datapath for a hash, and looks at no more of it than it needs', () => {
    const fixture = setUp(
      ['group_id=1,type=select,bucket=2,bucket=3'],
      ['actions=output:4,group:1'],
    );
    expect(fixture.actions(TCP)).toBe('4,hash(sym_l4(0)),recirc(0x1)');
    const key = parsePacket(TCP);
    key[RECIRC_ID] = 1;
    key[DP_HASH] = 0x1234;
    const { actions, mask } = fixture.translate(key);
    expect(formatOdpActions(actions)).toBe('2');
    expect([mask[DP_HASH], mask[RECIRC_ID]]).toEqual([0xf, 0xffff_ffff]);
  });

  it.each([
    ['selection_method=dp_hash', 'hash(l4(0))'],
    ['selection_method=dp_hash,selection_method_param=5', 'hash(l4(5))'],
    ['selection_method=dp_hash,selection_method_param=0x100000007', 'hash(sym_l4(7))'],
    ['selection_method=dp_hash,selection_method_param=0x500000007', 'hash(l4(7))'],
  ])('with %s wants %s, as in OVS', (method, hash) => {
    const fixture = setUp(
      [`group_id=1,type=select,${method},bucket=2,bucket=3`],
      ['actions=group:1'],
    );
    expect(fixture.actions(TCP)).toBe(`${hash},recirc(0x1)`);
  });

  it.each([
    [200, 'hash(sym_l4(0)),recirc(0x1)'],
    [300, '3'],
  ])('with weights of 1 and %i chooses by %s, as OVS does', (weight, actions) => {
    const fixture = setUp(
      [`group_id=1,type=select,bucket=weight:1,2,bucket=weight:${weight},3`],
      ['actions=group:1'],
    );
    expect(fixture.actions(TCP)).toBe(actions);
  });

  it('has all that it hashes in the mask', () => {
    const fixture = setUp(
      ['group_id=1,type=select,selection_method=hash,bucket=2'],
      ['actions=group:1'],
    );
    // As `ofproto/trace` of 3.1 prints it for a select group.
    expect(fixture.megaflow(TCP)).toBe(
      'recirc_id=0,eth,tcp,in_port=1,dl_src=50:54:00:00:00:01,dl_dst=50:54:00:00:00:02,' +
        'nw_src=10.0.0.1,nw_dst=10.0.0.2,nw_frag=no,tp_src=1000,tp_dst=80',
    );
  });

  it('has only the fields of its own in the mask, where it names some', () => {
    const group =
      'group_id=1,type=select,selection_method=hash,' +
      'fields(ip_src=255.255.0.0,tcp_src,udp_dst),bucket=2';
    const fixture = setUp([group], ['actions=group:1']);
    expect(fixture.megaflow(TCP)).toBe(
      'recirc_id=0,eth,tcp,in_port=1,nw_src=10.0.0.0/16,nw_frag=no,tp_src=1000',
    );
    expect(fixture.megaflow('in_port=1,arp')).toBe('recirc_id=0,eth,arp,in_port=1');
  });
});

describe('statistics of groups', () => {
  it('credit the group and each bucket of type all, or the one that was taken', () => {
    const fixture = setUp(
      [
        'group_id=1,type=all,bucket=2,bucket=3',
        'group_id=2,type=ff,bucket=watch_port:77,2,bucket=watch_port:3,3',
        'group_id=3,type=ff,bucket=watch_port:77,2',
      ],
      ['actions=group:1,group:2,group:3'],
    );
    fixture.translate(TCP, { stats: stats(2) });
    const counters = [1, 2, 3].map((id) => fixture.bridge.groups.get(id)?.bucketCounters);
    const [two, none] = [
      { packets: 2, bytes: 200 },
      { packets: 0, bytes: 0 },
    ];
    expect(counters).toEqual([[two, two], [none, two], [none]]);
    expect(fixture.bridge.groups.get(2)?.counters).toEqual(two);
    expect(fixture.bridge.groups.get(3)?.counters).toEqual(none);
  });

  it('come by a push as well as by a translation', () => {
    const fixture = setUp(
      ['group_id=1,type=all,bucket=2,bucket=group:2', 'group_id=2,type=select,bucket=3,bucket=4'],
      ['actions=group:1'],
    );
    const [cache, second] = [fixture.translator.createCache(), fixture.translator.createCache()];
    fixture.translate(TCP, { cache });
    const key = parsePacket(TCP);
    key[RECIRC_ID] = 1;
    key[DP_HASH] = 7;
    fixture.translate(key, { cache: second });
    cache.push(stats(5), true);
    second.push(stats(5), true);
    expect(fixture.bridge.credited.packets).toBe(10);
    const first = fixture.bridge.groups.get(1);
    const { bucketCounters = [] } = fixture.bridge.groups.get(2) ?? {};
    expect(first?.counters).toEqual({ packets: 5, bytes: 500 });
    expect(bucketCounters.reduce((sum, { packets }) => sum + packets, 0)).toBe(5);
    cache.relearn?.();
    expect(cache.rules?.()).toHaveLength(1);
  });
});
