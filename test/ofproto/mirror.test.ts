import { describe, expect, it } from 'vitest';
import { ofpPort } from '../../src/base/brands.js';
import type { MirrorOptions } from '../../src/ofproto/mirror.js';
import { parsePacket, BridgeFixture, stats } from './bridge-fixture.js';
import { DP_HASH, RECIRC_ID } from '../../src/packet/flow-layout.js';

const PACKET = 'in_port=1,udp';
const SPAN: MirrorOptions = {
  name: 'span',
  selectSrcPorts: [ofpPort(1)],
  outputPort: ofpPort(3),
};

function fixtureWith(rule: string, ...mirrors: readonly MirrorOptions[]): BridgeFixture {
  const fixture = new BridgeFixture(rule);
  for (const mirror of mirrors) fixture.bridge.mirrors.set(mirror);
  return fixture;
}

function copied(fixture: BridgeFixture): (readonly [string, number, number])[] {
  const mirrors = fixture.bridge.mirrors.list();
  return mirrors.map(({ options, counters }) => [options.name, counters.packets, counters.bytes]);
}

describe('Xlate.translate()', () => {
  it('copies a packet before what its rule does', () => {
    expect(fixtureWith('actions=output:2', SPAN).actions(PACKET)).toBe('3,2');
  });

  it('copies what leaves as it leaves', () => {
    const mirror = { name: 'out', selectDstPorts: [ofpPort(2)], outputPort: ofpPort(3) };
    const fixture = fixtureWith('actions=mod_vlan_vid:5,output:2,strip_vlan,output:4', mirror);
    expect(fixture.actions(PACKET)).toBe('push_vlan(vid=5,pcp=0),2,3,pop_vlan,4');
  });

  it('copies a packet that is dropped', () => {
    expect(fixtureWith('actions=drop', SPAN).actions(PACKET)).toBe('3');
  });

  it('gives a mirror one copy of a packet that is chosen twice', () => {
    const all = { name: 'all', selectAll: true, outputPort: ofpPort(3) };
    const fixture = fixtureWith('actions=output:2,output:4', all);
    expect(fixture.actions(PACKET)).toBe('3,2,4');
  });

  it('makes one copy where two mirrors have the same output', () => {
    const other = { ...SPAN, name: 'other', selectDstPorts: [ofpPort(2)] };
    expect(fixtureWith('actions=output:2', SPAN, other).actions(PACKET)).toBe('3,2');
  });

  it('cuts copies, and nothing else', () => {
    const fixture = fixtureWith('actions=output:2', { ...SPAN, snaplen: 64 });
    expect(fixture.actions(PACKET)).toBe('trunc(64),3,2');
  });

  it('copies into a VLAN what is not in it already', () => {
    const rspan = { name: 'r', selectSrcPorts: [ofpPort(1)], outputVlan: 9 };
    const fixture = fixtureWith('actions=drop', rspan);
    fixture.bridge.setPort(ofpPort(4), { vlan: { tag: 9 } });
    expect(fixture.actions(PACKET)).toBe('push_vlan(vid=9,pcp=0),1,2,3,pop_vlan,4');
    expect(fixture.actions(`${PACKET},dl_vlan=9`)).toBe('drop');
  });

  it('lets a port for copies take part in nothing else', () => {
    const fixture = fixtureWith('actions=NORMAL', SPAN);
    fixture.bridge.macs.addStatic(0, 9, 0, ofpPort(3));
    expect(fixture.actions('in_port=2,udp')).toBe('1,4');
    expect(fixture.actions('in_port=2,udp,dl_dst=00:00:00:00:00:09')).toBe('drop');
    expect(fixture.actions('in_port=3,udp')).toBe('drop');
  });

  it('copies nothing again when a packet comes back that was sent round', () => {
    const fixture = fixtureWith('priority=0,actions=drop', SPAN);
    fixture.addGroup('group_id=1,type=select,selection_method=dp_hash,bucket=actions=2');
    fixture.addFlow('actions=group:1');
    const [copy, , round] = fixture.translate(PACKET).actions;
    expect(copy).toEqual({ type: 'output', port: 3 });
    if (round?.type !== 'recirc') throw new Error('the packet does not come back');
    const back = parsePacket(PACKET);
    back[RECIRC_ID] = round.id;
    back[DP_HASH] = 1;
    expect(fixture.translate(back).actions).toEqual([{ type: 'output', port: 2 }]);
  });

  it('counts each copy once, and again with each push of a cache', () => {
    const vlan = { ...SPAN, name: 'vlan', selectVlans: [7], outputPort: ofpPort(4) };
    const fixture = fixtureWith('actions=output:2', SPAN, vlan);
    const cache = fixture.translator.createCache();
    fixture.translate(PACKET, { cache, stats: stats(1) });
    cache.push(stats(3), false);
    expect(copied(fixture)).toEqual([
      ['span', 4, 400],
      ['vlan', 0, 0],
    ]);
  });
});

describe('MirrorTable', () => {
  it('asks for revalidation when mirrors come, change and go', () => {
    const fixture = fixtureWith('actions=output:2', SPAN);
    fixture.bridge.mirrors.set({ ...SPAN, snaplen: 64 });
    expect(fixture.bridge.mirrors.delete('span')).toBe(true);
    expect(fixture.bridge.mirrors.delete('span')).toBe(false);
    expect(fixture.revalidations).toEqual(['reconfigure', 'reconfigure', 'reconfigure']);
    expect(fixture.actions(PACKET)).toBe('2');
  });

  it('keeps the counters of a mirror that changes, for flows that know only the old one', () => {
    const fixture = fixtureWith('actions=output:2', SPAN);
    const cache = fixture.cacheOf(PACKET);
    fixture.bridge.mirrors.set({ ...SPAN, snaplen: 64 });
    cache.push(stats(2), false);
    expect(copied(fixture)).toEqual([['span', 2, 200]]);
  });

  it('copies nothing while its output port is away', () => {
    const fixture = fixtureWith('actions=output:2', SPAN);
    fixture.bridge.removePort(ofpPort(3));
    expect(fixture.actions(PACKET)).toBe('2');
    expect(fixture.bridge.mirrors.isEmpty).toBe(true);
  });

  it('gives the number of a mirror that is gone to the next one', () => {
    const fixture = fixtureWith('actions=output:2', SPAN, { ...SPAN, name: 'b' });
    fixture.bridge.mirrors.delete('span');
    fixture.bridge.mirrors.set({ ...SPAN, name: 'c' });
    expect(fixture.bridge.mirrors.list().map(({ options }) => options.name)).toEqual(['c', 'b']);
  });

  it('has room for 32 mirrors, the last as good as the first', () => {
    const fixture = fixtureWith('actions=output:2');
    for (let i = 0; i < 31; i++) {
      fixture.bridge.mirrors.set({ ...SPAN, name: `m${i}`, selectVlans: [1], outputVlan: 2 });
    }
    fixture.bridge.mirrors.set({ ...SPAN, name: 'last' });
    expect(fixture.actions(PACKET)).toBe('3,2');
    expect(() => fixture.bridge.mirrors.set({ ...SPAN, name: 'x' })).toThrow(
      'Cannot add mirror "x": a bridge has at most 32',
    );
  });

  it.each([
    [{ outputPort: undefined }, 'it has no output; name a port or a VLAN'],
    [{ outputPort: ofpPort(9) }, 'the bridge has no port 9'],
    [{ selectDstPorts: [ofpPort(8)] }, 'the bridge has no port 8'],
    [{ outputVlan: 0 }, 'output VLAN 0 is not in 1 to 4095'],
    [{ selectVlans: [4096] }, 'VLAN 4096 is not in 0 to 4095'],
    [{ snaplen: 13 }, 'snaplen 13 is not in 14 to 65535 bytes'],
  ])('refuses %j', (change, message) => {
    const { mirrors } = fixtureWith('actions=output:2').bridge;
    expect(() => mirrors.set({ ...SPAN, ...change })).toThrow(
      `Cannot add mirror "span": ${message}`,
    );
    expect(mirrors.list()).toEqual([]);
  });
});
