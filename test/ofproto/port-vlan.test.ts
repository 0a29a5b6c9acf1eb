import { describe, expect, it } from 'vitest';
import { ofpPort } from '../../src/base/brands.js';
import type { PortSettings } from '../../src/ofproto/ofproto.js';
import { PortVlan } from '../../src/ofproto/port-vlan.js';
import { BridgeFixture } from './bridge-fixture.js';

const HEAD = 'dl_type=0x1234,dl_src=50:54:00:00:00:09,dl_dst=ff:ff:ff:ff:ff:ff';

/** A learning switch whose ports are so; those that are not named are trunks. */
function createSwitch(...ports: readonly PortSettings[]): BridgeFixture {
  const fixture = new BridgeFixture('actions=normal');
  ports.forEach((settings, i) => {
    fixture.bridge.setPort(ofpPort(i + 1), settings);
  });
  return fixture;
}

describe('PortVlan', () => {
  it('is a trunk of all VLANs, or an access port where it has a tag', () => {
    expect([new PortVlan().mode, new PortVlan({ tag: 5 }).mode]).toEqual(['trunk', 'access']);
  });

  it('refuses numbers that are no VLANs', () => {
    const message = 'Cannot use VLAN 4096: VLANs are numbered 0 to 4095';
    expect(() => new PortVlan({ tag: 4096 })).toThrow(message);
    expect(() => new PortVlan({ trunks: [4096] })).toThrow(message);
  });
});

describe('xlateNormal() with VLAN modes', () => {
  it('keeps access ports of different VLANs apart', () => {
    const fixture = createSwitch({ vlan: { tag: 5 } }, { vlan: { tag: 6 } }, { vlan: { tag: 5 } });
    expect(fixture.actions(`${HEAD},in_port=1`)).toBe('3,push_vlan(vid=5,pcp=0),4');
    expect(fixture.actions(`${HEAD},in_port=4,dl_vlan=6`)).toBe('pop_vlan,2');
    expect(fixture.actions(`${HEAD},in_port=1,dl_vlan=5`)).toBe('drop');
  });

  it('learns in the VLAN of the port', () => {
    const fixture = createSwitch({ vlan: { tag: 5 } });
    fixture.translate(`${HEAD},in_port=1`, { mayLearn: true });
    expect(fixture.bridge.macs.lookup(0x5054, 9, 5)).toBe(1);
    expect(fixture.bridge.macs.lookup(0x5054, 9, 0)).toBeUndefined();
  });

  it('carries on a trunk what it is told to carry', () => {
    const fixture = createSwitch({}, { vlan: { trunks: [7] } }, { vlan: { trunks: [8] } });
    expect(fixture.actions(`${HEAD},in_port=1,dl_vlan=7`)).toBe('2,4');
    expect(fixture.actions(`${HEAD},in_port=3,dl_vlan=7`)).toBe('drop');
  });

  it('takes the tag of the native VLAN away, or leaves it', () => {
    const fixture = createSwitch(
      { vlan: { mode: 'native-tagged', tag: 5 } },
      { vlan: { mode: 'native-untagged', tag: 5 } },
    );
    expect(fixture.actions(`${HEAD},in_port=1`)).toBe('2,push_vlan(vid=5,pcp=0),3,4');
    expect(fixture.actions(`${HEAD},in_port=2`)).toBe('push_vlan(vid=5,pcp=0),1,3,4');
  });

  it('puts a tag around the customer’s in a tunnel', () => {
    const fixture = createSwitch({ vlan: { mode: 'dot1q-tunnel', tag: 9, cvlans: [0, 7] } });
    fixture.bridge.vlanLimit = 2;
    expect(fixture.actions(`${HEAD},in_port=1,dl_vlan=7`)).toBe(
      'push_vlan(tpid=0x88a8,vid=9,pcp=0),2,3,4',
    );
    expect(fixture.actions(`${HEAD},in_port=1,dl_vlan=8`)).toBe('drop');
  });

  it('sends nothing from one protected port to another, whatever the rule', () => {
    const settings = { isProtected: true };
    const fixture = createSwitch(settings, settings);
    expect(fixture.actions(`${HEAD},in_port=1`)).toBe('3,4');
    fixture.addFlow('priority=40000,actions=output:2,output:3');
    expect(fixture.actions(`${HEAD},in_port=1`)).toBe('3');
    expect(fixture.actions(`${HEAD},in_port=4`)).toBe('2,3');
  });

  it('asks for revalidation when a port changes, and forgets who was there', () => {
    const fixture = createSwitch();
    fixture.translate(`${HEAD},in_port=1`, { mayLearn: true });
    fixture.bridge.setPort(ofpPort(1), { vlan: { tag: 5 } });
    expect(fixture.revalidations.at(-1)).toBe('reconfigure');
    expect(fixture.bridge.macs.count).toBe(0);
  });
});
