import { describe, expect, it } from 'vitest';
import { ofpPort } from '../../src/base/brands.js';
import { SlowReason } from '../../src/datapath/cookie.js';
import { parseFlow } from '../../src/ofproto/flow-syntax.js';
import { Match } from '../../src/ofproto/match.js';
import { DEPTH_MAX, RESUBMITS_MAX } from '../../src/ofproto/xlate-limits.js';
import { createFlow, createFlowMask } from '../../src/packet/flow.js';
import {
  DL_TYPE,
  IN_PORT,
  METADATA,
  PACKET_TYPE,
  RECIRC_ID,
  REGS,
} from '../../src/packet/flow-layout.js';
import { BridgeFixture, stats } from './bridge-fixture.js';

const TCP = 'tcp,in_port=1,nw_src=10.0.0.1,nw_dst=10.0.0.2,tp_src=5,tp_dst=80';
const ARP = 'arp,in_port=1,arp_op=1,arp_spa=10.0.0.1,arp_tpa=10.0.0.2';

describe('Xlate.translate()', () => {
  it('finds nothing in table 255, which an OpenFlow message may name', () => {
    const fixture = new BridgeFixture();
    const spec = parseFlow('actions=output:2,goto_table:1');
    const [output] = spec.actions;
    if (output === undefined) throw new Error('no actions');
    fixture.bridge.tables.add({ ...spec, actions: [output, { type: 'goto_table', table: 255 }] });
    fixture.bridge.misses.isControllerTold = false;
    // As `ofproto/trace` of 3.1 prints it: a controller would be told, if one were there.
    expect(fixture.actions(TCP)).toMatch(/^2,userspace\(.*controller\(reason=7,dont_send=1/);
  });

  it('drops what no rule matches', () => {
    const result = new BridgeFixture().translate(TCP);
    expect(result).toMatchObject({ actions: [], slow: 0, failOpen: false, error: undefined });
  });

  it('asks for no packet-in where a resubmit finds no rule', () => {
    const fixture = new BridgeFixture(
      'tcp,actions=resubmit(,1),output:2',
      'udp,actions=goto_table:1',
    );
    fixture.bridge.misses.configure(1, 'controller');
    expect(fixture.actions(TCP)).toBe('2');
    expect(fixture.actions('udp,in_port=1')).toMatch(/^userspace\(.*controller\(reason=7/);
  });

  it('goes on to no other table where a resubmit finds no rule', () => {
    const fixture = new BridgeFixture(
      'tcp,actions=resubmit(,1)',
      'udp,actions=goto_table:1',
      'table=2,actions=output:3',
    );
    fixture.bridge.misses.configure(1, 'continue');
    expect([fixture.actions(TCP), fixture.actions('udp,in_port=1')]).toEqual(['drop', '3']);
  });

  it('always holds packet type, port, Ethernet type and recirculation exact', () => {
    const { mask } = new BridgeFixture('actions=drop').translate(ARP);
    expect(mask[PACKET_TYPE]).toBe(0xffff_ffff);
    expect(mask[IN_PORT]).toBe(0xffff_ffff);
    expect(mask[DL_TYPE]).toBe(0xffff_0000);
    expect(mask[RECIRC_ID]).toBe(0xffff_ffff);
  });

  it('leaves registers and metadata out of the mask', () => {
    const fixture = new BridgeFixture(
      'table=0,actions=set_field:7->reg0,set_field:9->metadata,resubmit(,1)',
      'table=1,reg0=7,metadata=9,actions=output:2',
    );
    expect(fixture.actions(TCP)).toBe('2');
    const { mask } = fixture.translate(TCP);
    expect([mask[REGS], mask[METADATA + 1]]).toEqual([0, 0]);
  });

  it('sets a field once for several outputs, and again when it changes', () => {
    const fixture = new BridgeFixture(
      'tcp,actions=mod_nw_ttl:9,output:2,output:3,mod_nw_ttl:8,output:4',
    );
    expect(fixture.actions(`${TCP},nw_ttl=64`)).toBe('set(ipv4(ttl=9)),2,3,set(ipv4(ttl=8)),4');
  });

  it('does not set a field that was written back to its old value', () => {
    const fixture = new BridgeFixture('tcp,actions=mod_tp_dst:81,mod_tp_dst:80,output:2');
    expect(fixture.actions(TCP)).toBe('2');
  });

  it('gives equal actions as one and the same list', () => {
    const fixture = new BridgeFixture('actions=mod_dl_src:02:00:00:00:00:01,output:2');
    const first = fixture.translate(TCP).actions;
    expect(fixture.translate(ARP).actions).toBe(first);
  });

  it('does not send a packet back to where it came from unless told to', () => {
    const fixture = new BridgeFixture('actions=output:1,output:2,all,in_port');
    expect(fixture.actions(TCP)).toBe('2,2,3,4,1');
  });

  it('leaves ports out that must not forward, or not be flooded to', () => {
    const fixture = new BridgeFixture('arp,actions=flood', 'priority=1,actions=all');
    fixture.bridge.configurePort(ofpPort(2), { noForward: true });
    fixture.bridge.configurePort(ofpPort(3), { noFlood: true });
    expect(fixture.actions(ARP)).toBe('4');
    expect(fixture.actions(TCP)).toBe('3,4');
  });

  it('drops what comes in at a port that must not receive', () => {
    const fixture = new BridgeFixture('actions=all');
    fixture.bridge.configurePort(ofpPort(1), { noReceive: true });
    expect(fixture.translate(TCP).actions).toEqual([]);
  });

  it('drops fragments in fragment mode "drop", credited to a hidden rule', () => {
    const fixture = new BridgeFixture('actions=all');
    fixture.bridge.fragmentMode = 'drop';
    const fragment = 'ip,in_port=1,nw_proto=6,ip_frag=later';
    expect(fixture.translate(fragment, { stats: stats(2) }).actions).toEqual([]);
    expect(fixture.bridge.dropFragmentsRule.packets).toBe(2);
    expect(fixture.bridge.credited.packets).toBe(2);
    expect(fixture.actions(TCP)).toBe('2,3,4');
  });

  it('marks what the datapath cannot do as slow', () => {
    const fixture = new BridgeFixture('arp,actions=set_field:2->arp_op,output:2');
    expect(fixture.translate(ARP).slow).toBe(SlowReason.ACTION);
  });

  it('says so when more labels are pushed than a flow can show', () => {
    const fixture = new BridgeFixture(`ip,actions=${'push_mpls:0x8847,'.repeat(4)}output:2`);
    expect(fixture.translate(TCP)).toMatchObject({ actions: [], error: 'too_many_mpls_labels' });
  });
});

describe('Xlate.translate() of resubmits', () => {
  it('comes back to the actions after a resubmit, with the flow as it then is', () => {
    const fixture = new BridgeFixture(
      'table=0,actions=resubmit(,1),output:3',
      'table=1,actions=mod_dl_dst:02:00:00:00:00:09,output:2',
    );
    expect(fixture.actions(TCP)).toBe('set(eth(dst=02:00:00:00:00:09)),2,3');
  });

  it('looks up with the port that a resubmit names, and restores it', () => {
    const fixture = new BridgeFixture(
      'table=0,actions=resubmit(3,1),in_port',
      'table=1,in_port=3,actions=output:4',
      'table=1,in_port=1,actions=output:2',
    );
    expect(fixture.actions(TCP)).toBe('4,1');
  });

  it('goes on after a miss', () => {
    expect(new BridgeFixture('actions=resubmit(,9),output:2').actions(TCP)).toBe('2');
  });

  it('gives up beyond 64 nested resubmits to the same table', () => {
    const fixture = new BridgeFixture('actions=output:2,resubmit(,0)');
    expect(fixture.translate(TCP)).toMatchObject({ actions: [], error: 'recursion_too_deep' });
    expect(fixture.coverage.read('xlate_error_recursion_too_deep')).toBe(1);
    expect(DEPTH_MAX).toBe(64);
  });

  it('gives up beyond 4,096 resubmits', () => {
    const fixture = new BridgeFixture(
      ...Array.from(
        { length: 12 },
        (_, i) => `table=${i},actions=resubmit(,${i + 1}),resubmit(,${i + 1})`,
      ),
      'table=12,actions=output:2',
    );
    expect(fixture.translate(TCP)).toMatchObject({ actions: [], error: 'too_many_resubmits' });
    expect(RESUBMITS_MAX).toBe(4096);
  });

  it('nests forward as deep as there are tables, many times over', () => {
    const forward = Array.from(
      { length: 60 },
      (_, i) => `table=${i},actions=resubmit(,${i + 1}),output:2`,
    );
    const fixture = new BridgeFixture(...forward, 'table=60,actions=resubmit(,0)');
    expect(fixture.translate(TCP).error).toBe('recursion_too_deep');
  });

  it('gives up where a rule is called with more than 64 kB on the stack', () => {
    const pushes = (count: number) => 'push:NXM_NX_IPV6_SRC[],'.repeat(count);
    const deep = `ipv6,actions=${pushes(3856)}resubmit(,1)`;
    const fixture = new BridgeFixture(deep, 'table=1,actions=output:2');
    expect(fixture.translate('ipv6,in_port=1')).toMatchObject({ error: 'stack_too_deep' });
    const less = new BridgeFixture(deep.replace(pushes(1), ''), 'table=1,actions=output:2');
    expect(less.actions('ipv6,in_port=1')).toBe('2');
  });

  it('calls no further rule once there are more than 64 kB of actions, and is slow', () => {
    const outputs = Array.from({ length: 800 }, (_, i) => `mod_dl_src:${i % 2},output:2`);
    const twice = outputs.join().replaceAll('mod_dl_src:', 'mod_dl_src:00:00:00:00:00:0');
    const fixture = new BridgeFixture(
      `actions=${'resubmit(,1),'.repeat(4)}output:4`,
      `table=1,actions=${twice}`,
    );
    const { slow, error, actions } = fixture.translate(TCP);
    expect({ slow, error }).toEqual({ slow: SlowReason.ACTION, error: undefined });
    expect(actions.filter(({ type }) => type === 'output')).toHaveLength(2400);
  });

  it('sends more outputs than a datapath does at once the slow way', () => {
    const outputs = Array.from({ length: 1001 }, () => 'output:2').join();
    expect(new BridgeFixture(`actions=${outputs}`).translate(TCP).slow).toBe(SlowReason.ACTION);
    const fewer = Array.from({ length: 1000 }, () => 'output:2').join();
    expect(new BridgeFixture(`actions=${fewer}`).translate(TCP).slow).toBe(0);
  });
});

describe('Xlate.translate() with statistics', () => {
  it('credits each rule reached once, and the first lookup', () => {
    const fixture = new BridgeFixture(
      'table=0,actions=resubmit(,1),resubmit(,1)',
      'table=1,tcp,actions=output:2',
      'table=1,udp,actions=output:3',
    );
    fixture.translate(TCP, { stats: stats(5) });
    expect(fixture.rules.map((rule) => rule.packets)).toEqual([5, 10, 0]);
    expect(fixture.bridge.credited).toEqual({ packets: 5, bytes: 500 });
    expect(fixture.bridge.tables.matched.slice(0, 2)).toEqual(new Float64Array([5, 10]));
  });

  it('credits the hidden rule of a miss', () => {
    const fixture = new BridgeFixture();
    fixture.translate(TCP, { stats: stats(5) });
    expect(fixture.bridge.tables.missRule.packets).toBe(5);
    expect(fixture.bridge.tables.missed[0]).toBe(5);
    expect(fixture.bridge.credited.packets).toBe(5);
  });

  it('has no side effect without statistics, learning or a cache', () => {
    const fixture = new BridgeFixture('actions=normal');
    fixture.translate(TCP);
    expect(fixture.rules[0]).toMatchObject({ packets: 0 });
    expect(fixture.bridge.macs.count).toBe(0);
    expect(fixture.bridge.credited.packets).toBe(0);
    expect(fixture.revalidations).toEqual([]);
  });

  it('reads one version of the tables', () => {
    const fixture = new BridgeFixture('tcp,actions=output:2');
    const match = new Match(createFlow(), createFlowMask());
    fixture.bridge.tables.modify({ match }, { actions: [] });
    fixture.translate(TCP, { stats: stats(1) });
    expect(fixture.bridge.tables.rules().map((rule) => rule.packets)).toEqual([1]);
    expect(fixture.revalidations).toEqual(['flow_table']);
  });
});
