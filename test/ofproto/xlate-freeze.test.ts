import { describe, expect, it } from 'vitest';
import { formatOdpActions } from '../../src/datapath/odp-actions-text.js';
import { LINGER_MS } from '../../src/ofproto/frozen-states.js';
import type { Flow } from '../../src/packet/flow.js';
import { DP_HASH, IN_PORT, RECIRC_ID } from '../../src/packet/flow-layout.js';
import { BridgeFixture, parsePacket, stats } from './bridge-fixture.js';

const MPLS = 'mpls,in_port=1,mpls_label=5,mpls_bos=1,mpls_ttl=64';
const IP = 'tcp,in_port=1,nw_src=10.0.0.1,nw_ttl=64';

/** A packet that the datapath has sent round with a recirculation id. */
function recirculated(packet: string, id: number): Flow {
  const key = parsePacket(packet);
  key[RECIRC_ID] = id;
  return key;
}

/** Rules, and what is asked of them. */
function actionsAfter(rules: readonly string[], packet: string, again: string): string[] {
  const fixture = new BridgeFixture(...rules);
  const first = fixture.actions(packet);
  const second = fixture.translate(recirculated(again, 1)).actions;
  return [first, formatOdpActions(second)];
}

describe('a translation that freezes', () => {
  it('goes on behind the last label with the packet that is found there', () => {
    const rules = ['mpls,actions=pop_mpls:0x0800,output:4,dec_ttl,output:2'];
    expect(actionsAfter(rules, MPLS, IP)).toEqual([
      'pop_mpls(eth_type=0x800),4,recirc(0x1)',
      'set(ipv4(ttl=63)),2',
    ]);
  });

  it('keeps what its callers have left to do, the innermost first', () => {
    const rules = [
      'table=0,mpls,actions=resubmit(,1),output:3',
      'table=1,mpls,actions=pop_mpls:0x0800,resubmit(,2),output:2',
      'table=2,ip,actions=dec_ttl,output:4',
    ];
    expect(actionsAfter(rules, MPLS, IP)[1]).toBe('set(ipv4(ttl=63)),4,2,3');
  });

  it('asks for no packet-in where a table that it was to go to has no rule', () => {
    const fixture = new BridgeFixture('mpls,actions=pop_mpls:0x0800,dec_ttl,goto_table:1');
    fixture.bridge.misses.configure(1, 'controller');
    fixture.actions(MPLS);
    expect(formatOdpActions(fixture.translate(recirculated(IP, 1)).actions)).toBe('drop');
  });

  it('keeps registers, metadata, port, stack and action set', () => {
    const rules = [
      'mpls,actions=set_field:7->reg3,set_field:9->metadata,set_field:4->in_port,' +
        'set_field:5->reg4,push:NXM_NX_REG4[],pop_mpls:0x0800,resubmit(,1),' +
        'write_actions(mod_nw_ttl:9,output:2)',
      'table=1,reg3=7,metadata=9,in_port=4,actions=pop:NXM_NX_REG5[],resubmit(,2)',
      'table=2,reg5=5,actions=output:1',
    ];
    expect(actionsAfter(rules, MPLS, IP)[1]).toBe('1,set(ipv4(ttl=9)),2');
  });

  it('remembers the table and the cookie that later packet-ins are to tell', () => {
    const rules = [
      'cookie=0x11,mpls,actions=resubmit(,1)',
      'cookie=0x22,table=1,mpls,actions=pop_mpls:0x0800,dec_ttl,resubmit:1,controller(id=7)',
      'cookie=0x33,table=1,ip,actions=drop',
    ];
    const fixture = new BridgeFixture(...rules);
    fixture.actions(MPLS);
    const { actions } = fixture.translate(recirculated(IP, 1), { mayLearn: true });
    expect(actions.at(-1)).toMatchObject({ cookie: { ruleCookie: 0x22n } });
    expect(fixture.rules[2]?.packets).toBe(0);
    fixture.translate(recirculated(IP, 1), { stats: stats(2) });
    expect(fixture.rules[2]?.packets).toBe(2);
  });

  it('in a bucket keeps the bucket only', () => {
    const fixture = new BridgeFixture();
    fixture.addGroup('group_id=1,type=all,bucket=pop_mpls:0x0800,dec_ttl,output:2,bucket=output:3');
    fixture.addFlow('mpls,actions=group:1,output:4');
    // As `ofproto/trace` of 3.1 prints it.
    expect(fixture.actions(MPLS)).toBe(
      'pop_mpls(eth_type=0x800),recirc(0x1),' +
        'push_mpls(label=5,tc=0,ttl=64,bos=1,eth_type=0x8847),3,4',
    );
    expect(formatOdpActions(fixture.translate(recirculated(IP, 1)).actions)).toBe(
      'set(ipv4(ttl=63)),2',
    );
  });

  it.each([
    'type=select,bucket=output:3',
    'type=select,selection_method=hash,fields=eth_src,bucket=output:3',
    'type=select,selection_method=dp_hash,bucket=output:3',
  ])('lets no bucket of %s be chosen by what is behind the label', (group) => {
    const fixture = new BridgeFixture();
    fixture.addGroup(`group_id=1,${group}`);
    fixture.addFlow('mpls,actions=pop_mpls:0x0800,output:4,group:1,output:2');
    expect(fixture.actions(MPLS)).toBe('pop_mpls(eth_type=0x800),4,recirc(0x1)');
    const key = recirculated(IP, 1);
    key[DP_HASH] = 1;
    expect(formatOdpActions(fixture.translate(key).actions)).toBe('3,2');
  });

  it('goes round twice for a hash of what is behind the label', () => {
    const fixture = new BridgeFixture();
    fixture.addGroup('group_id=1,type=select,selection_method=dp_hash,bucket=output:3');
    fixture.addFlow('mpls,actions=pop_mpls:0x0800,group:1');
    expect(fixture.actions(MPLS)).toBe('pop_mpls(eth_type=0x800),recirc(0x1)');
    const unhashed = fixture.translate(recirculated(IP, 1));
    // Another number: a packet that is back with the first one meets this flow.
    expect(formatOdpActions(unhashed.actions)).toBe('hash(l4(0)),recirc(0x2)');
    const key = recirculated(IP, 2);
    key[DP_HASH] = 1;
    expect(formatOdpActions(fixture.translate(key).actions)).toBe('3');
  });

  it('goes round once more where a popped label meets what was left for another round', () => {
    const fixture = new BridgeFixture(
      'mpls,actions=pop_mpls:0x0800,pop_mpls:0x0800,output(port=3,max_len=100)',
    );
    expect(fixture.actions(MPLS)).toBe('pop_mpls(eth_type=0x800),recirc(0x1)');
    // Before the output stands whose it is, and that is none of the actions that go on.
    const second = fixture.translate(recirculated(MPLS, 1)).actions;
    expect(formatOdpActions(second)).toBe('pop_mpls(eth_type=0x800),recirc(0x2)');
    const third = fixture.translate(recirculated(IP, 2)).actions;
    expect(formatOdpActions(third)).toBe('trunc(100),3');
  });

  it('lets a group whose choice looks at no packet go on', () => {
    const fixture = new BridgeFixture();
    fixture.addGroup('group_id=1,type=ff,bucket=watch_port:3,output:3');
    fixture.addFlow('mpls,actions=pop_mpls:0x0800,group:1');
    expect(fixture.actions(MPLS)).toBe('pop_mpls(eth_type=0x800),3');
  });

  it('looks up the packet under an NSH header in the first table, where nothing is left', () => {
    const rules = ['arp,actions=encap(nsh),decap', 'ip,actions=output:3'];
    const [first, second] = actionsAfter(rules, 'arp,in_port=1', IP);
    expect(first).toMatch(/^push_nsh\(.*\),pop_nsh\(\),recirc\(0x1\)$/);
    expect(second).toBe('3');
  });

  it('has one number for one state, and another for another', () => {
    const fixture = new BridgeFixture(
      'mpls,actions=move:NXM_OF_IN_PORT[]->NXM_NX_REG0[0..15],pop_mpls:0x0800,dec_ttl,output:3',
    );
    const fromTwo = MPLS.replace('in_port=1', 'in_port=2');
    expect(fixture.actions(MPLS)).toMatch(/recirc\(0x1\)$/);
    expect(fixture.actions(fromTwo)).toMatch(/recirc\(0x2\)$/);
    expect(fixture.actions(MPLS)).toMatch(/recirc\(0x1\)$/);
  });

  it('credits a packet each time it comes', () => {
    const fixture = new BridgeFixture('mpls,actions=pop_mpls:0x0800,dec_ttl,output:2');
    fixture.translate(MPLS, { stats: stats(1) });
    fixture.translate(recirculated(IP, 1), { stats: stats(1) });
    expect(fixture.bridge.credited.packets).toBe(2);
    const cache = fixture.translator.createCache();
    fixture.translate(recirculated(IP, 1), { cache });
    cache.push(stats(4), true);
    expect(fixture.bridge.credited.packets).toBe(6);
  });
});

describe('FrozenStates', () => {
  function frozen(): BridgeFixture {
    return new BridgeFixture('mpls,actions=pop_mpls:0x0800,dec_ttl,output:2');
  }

  it('keep a number for as long as somebody holds it', () => {
    const fixture = frozen();
    const { lease } = fixture.translate(MPLS);
    lease?.hold();
    fixture.clock.advance(100 * LINGER_MS);
    fixture.translator.run(fixture.clock.now());
    expect(formatOdpActions(fixture.translate(recirculated(IP, 1)).actions)).toContain('2');
  });

  it('keep it for a while behind that, for packets on their way', () => {
    const fixture = frozen();
    const { lease } = fixture.translate(MPLS);
    lease?.hold();
    lease?.release();
    fixture.clock.advance(LINGER_MS - 1);
    fixture.translator.run(fixture.clock.now());
    expect(fixture.translator.receive(recirculated(IP, 1))).not.toBe('ENODEV');
    fixture.clock.advance(1);
    fixture.translator.run(fixture.clock.now());
    expect(fixture.translator.receive(recirculated(IP, 1))).toBe('ENODEV');
  });

  it('are held by the flows of recirculated packets, too', () => {
    const fixture = frozen();
    fixture.translate(MPLS);
    const { lease } = fixture.translate(recirculated(IP, 1));
    lease?.hold();
    fixture.clock.advance(2 * LINGER_MS);
    fixture.translator.run(fixture.clock.now());
    expect(fixture.translator.receive(recirculated(IP, 1))).not.toBe('ENODEV');
  });

  it('know nothing of packets that nobody has sent round', () => {
    expect(frozen().translator.receive(recirculated(IP, 7))).toBe('ENODEV');
  });
});

describe('a controller that pauses a packet', () => {
  const RULES = [
    'ip,cookie=0x5,actions=output:4,controller(pause,userdata=01.02),dec_ttl,output:2',
  ];

  it('is told of it, and nothing more is done', () => {
    const fixture = new BridgeFixture(...RULES);
    const { actions } = fixture.translate(IP, { mayLearn: true });
    expect(actions).toHaveLength(2);
    expect(formatOdpActions(actions)).toContain('continuation=1,recirc_id=1,rule_cookie=0x5');
    // As `ofproto/trace` of 3.1 prints it, which has no side effects.
    expect(fixture.actions(IP)).toBe('4');
  });

  it('lets it go on from where it was', () => {
    const fixture = new BridgeFixture(...RULES);
    const { actions } = fixture.translate(IP, { mayLearn: true });
    const cookie = actions.flatMap((action) =>
      action.type === 'userspace' && action.cookie.type === 'controller' ? [action.cookie] : [],
    )[0];
    if (cookie === undefined) throw new Error('no controller action');
    const arrived = fixture.packetInsOf(IP, cookie);
    expect(arrived).toMatchObject([{ userdata: Uint8Array.of(1, 2) }]);
    const [packetIn] = arrived;
    if (packetIn?.continuation === undefined) throw new Error('not paused');
    const op = fixture.translator.resume(packetIn.continuation, packetIn.packet);
    expect(formatOdpActions(op?.actions ?? [])).toBe('set(ipv4(ttl=63)),2');
    expect(op?.key[IN_PORT]).toBe(1);
  });
});
