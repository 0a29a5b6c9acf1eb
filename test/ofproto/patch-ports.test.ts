import { describe, expect, it } from 'vitest';
import { odpPort, ofpPort } from '../../src/base/brands.js';
import type { ControllerCookie } from '../../src/datapath/telemetry.js';
import { IN_PORT, RECIRC_ID } from '../../src/packet/flow-layout.js';
import { BridgeFixture, parsePacket, stats } from './bridge-fixture.js';

const PACKET = 'in_port=1,udp,dl_src=50:54:00:00:00:01';

/** Rules of two joined bridges. */
function joined(rules: readonly string[], others: readonly string[]): BridgeFixture {
  const fixture = new BridgeFixture(...rules);
  fixture.join(...others);
  return fixture;
}

describe('Xlate.translate()', () => {
  it('pushes to both bridges what a translation would have credited', () => {
    const fixture = joined(
      ['actions=output:11,resubmit(,1)', 'table=1,actions=output:2'],
      ['actions=NORMAL'],
    );
    const cache = fixture.cacheOf(PACKET);
    cache.push(stats(4), true);
    const { bridge, other } = fixture;
    expect([bridge.tables.matched[0], bridge.tables.matched[1]]).toEqual([4, 4]);
    expect([other.tables.matched[0], other.tables.matched[1] ?? 0]).toEqual([4, 0]);
    expect(fixture.rules.map(({ packets }) => packets)).toEqual([4, 4]);
    expect(other.macs.lookup(0x5054, 1, 0)).toBe(12);
    expect(bridge.macs.lookup(0x5054, 1, 0)).toBeUndefined();
    expect(bridge.port(ofpPort(11))?.patch?.counters.txPackets).toBe(4);
    expect(other.port(ofpPort(12))?.patch?.counters.rxBytes).toBe(400);
    expect([bridge.credited.packets, other.credited.packets]).toEqual([4, 0]);
  });

  it('names the rules of both bridges as those that a flow comes from', () => {
    const fixture = joined(['actions=output:11,output:2'], ['actions=output:5']);
    const refs = fixture.cacheOf(PACKET).rules?.() ?? [];
    expect(refs.map(({ bridge, text }) => `${bridge}: ${text}`)).toEqual([
      'br0: actions=output:11,output:2',
      'br1: actions=output:5',
    ]);
  });

  it('lets mirrors of the other bridge have a copy, and those of this one no second one', () => {
    const fixture = joined(['actions=output:2,output:11,output:2'], ['actions=output:5']);
    const span = { name: 'm', selectDstPorts: [ofpPort(2)], outputPort: ofpPort(3) };
    fixture.bridge.mirrors.set(span);
    const other = { name: 'm', selectDstPorts: [ofpPort(5)], outputPort: ofpPort(6) };
    fixture.other.mirrors.set(other);
    expect(fixture.actions(PACKET)).toBe('2,3,5,6,2');
  });

  it('copies to a port that is the way to another bridge', () => {
    const fixture = joined(['actions=output:2'], ['actions=output:5']);
    const mirror = { name: 'm', selectSrcPorts: [ofpPort(1)], outputPort: ofpPort(11) };
    fixture.bridge.mirrors.set(mirror);
    expect(fixture.actions(PACKET)).toBe('5,2');
  });

  it('floods in the VLAN of this bridge while NORMAL of the other one has its own', () => {
    const fixture = joined(['actions=NORMAL'], ['actions=NORMAL']);
    fixture.bridge.addPort({ name: 'p20', ofpPort: ofpPort(20), odpPort: odpPort(20) });
    fixture.other.setPort(ofpPort(12), { vlan: { tag: 7 } });
    fixture.other.setPort(ofpPort(5), { vlan: { tag: 7 } });
    expect(fixture.actions(PACKET)).toBe('2,3,4,5,push_vlan(vid=7,pcp=0),6,pop_vlan,20');
  });

  it('goes on in the other bridge with a packet that was sent round there', () => {
    const fixture = joined(
      ['mpls,actions=pop_mpls:0x0800,output:11', 'ip,actions=output:2'],
      ['ip,actions=dec_ttl,output:5'],
    );
    const { actions } = fixture.translate('in_port=1,mpls,mpls_bos=1');
    const round = actions.at(-1);
    if (round?.type !== 'recirc') throw new Error('the packet does not come back');
    const back = parsePacket('in_port=1,udp,nw_ttl=9');
    back[RECIRC_ID] = round.id;
    const again = fixture.translate(back).actions;
    expect(again.at(-1)).toEqual({ type: 'output', port: 5 });
  });

  it('tells the controller of the other bridge', () => {
    const fixture = joined(['actions=output:11'], ['actions=controller']);
    const action = fixture.translate(PACKET, { mayLearn: true }).actions.at(0);
    if (action?.type !== 'userspace') throw new Error('no packet goes up');
    const [arrived] = fixture.packetInsOf(PACKET, action.cookie as ControllerCookie);
    expect([arrived?.ofprotoUuid, arrived?.flow[IN_PORT]]).toEqual(['br1', 12]);
  });

  it('ends what is nested where the other bridge fails, and goes on here', () => {
    const fixture = joined(
      ['actions=output:11,output:2'],
      [
        'actions=check_pkt_larger(100)->NXM_NX_REG0[0],output:5,' +
          'clone(output(port=6,max_len=99),resubmit(,0)),output:6',
      ],
    );
    const { actions, error } = fixture.translate(PACKET);
    expect(error).toBeUndefined();
    expect(actions.at(-1)).toEqual({ type: 'output', port: 2 });
  });

  it('sends nothing through a port whose peer takes nothing in', () => {
    const fixture = joined(['actions=output:11,output:2'], ['actions=output:5']);
    fixture.other.configurePort(ofpPort(12), { noReceive: true });
    expect(fixture.actions(PACKET)).toBe('2');
  });
});

describe('Ofproto.removePort()', () => {
  it('parts the ports at both ends', () => {
    const fixture = joined(['actions=output:11,output:2'], ['actions=output:5,in_port']);
    fixture.other.removePort(ofpPort(12));
    expect(fixture.actions(PACKET)).toBe('2');
    expect(fixture.bridge.port(ofpPort(11))?.patch?.link).toBeUndefined();
    expect(fixture.revalidations).toContain('reconfigure');
  });
});
