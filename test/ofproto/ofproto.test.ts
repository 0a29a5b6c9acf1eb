import { describe, expect, it } from 'vitest';
import { instant, odpPort, ofpPort } from '../../src/base/brands.js';
import { OFPP_LOCAL, OFPP_MAX } from '../../src/ofproto/ofpact.js';
import { BridgeFixture } from './bridge-fixture.js';

const BROADCAST = 'ip,dl_dst=ff:ff:ff:ff:ff:ff';
const port = (name: string, ofp: number, odp: number) => ({
  name,
  ofpPort: ofpPort(ofp),
  odpPort: odpPort(odp),
});

describe('Ofproto.addPort()', () => {
  it('keeps ports in the order of their OpenFlow numbers', () => {
    const { bridge } = new BridgeFixture();
    bridge.addPort(port('br0', OFPP_LOCAL, 100));
    bridge.addPort(port('p9', 9, 5));
    expect(bridge.ports.map(({ name }) => name)).toEqual(['p1', 'p2', 'p3', 'p4', 'p9', 'br0']);
  });

  it.each([0, OFPP_MAX, 0xffff])('refuses the reserved number %i', (number) => {
    const { bridge } = new BridgeFixture();
    expect(() => bridge.addPort(port('x', number, 7))).toThrow(
      `Cannot add port "x": ${number} is no OpenFlow port number; use 1 to 65279`,
    );
  });

  it('refuses a number that is taken', () => {
    expect(() => new BridgeFixture().bridge.addPort(port('x', 2, 7))).toThrow(
      'Cannot add port "x": number 2 is taken',
    );
  });

  it('makes packets go there from then on', () => {
    const fixture = new BridgeFixture('actions=normal');
    fixture.bridge.addPort(port('p7', 7, 70));
    expect(fixture.actions(`${BROADCAST},in_port=1`)).toBe('2,3,4,70');
    expect(fixture.actions(`${BROADCAST},in_port=70`)).toBe('1,2,3,4');
    expect(fixture.revalidations).toEqual(['reconfigure']);
  });
});

describe('Ofproto.removePort()', () => {
  it('forgets the addresses behind the port', () => {
    const fixture = new BridgeFixture('actions=normal');
    fixture.translate('ip,in_port=2,dl_src=50:54:00:00:00:0a', { mayLearn: true });
    expect(fixture.bridge.removePort(ofpPort(2))).toBe(true);
    expect(fixture.bridge.macs.count).toBe(0);
    expect(fixture.bridge.removePort(ofpPort(2))).toBe(false);
    expect(fixture.revalidations).toEqual(['mac_learning', 'mac_learning', 'reconfigure']);
  });
});

describe('Ofproto.configurePort()', () => {
  it('changes what is named, and announces it', () => {
    const { bridge, revalidations } = new BridgeFixture();
    bridge.configurePort(ofpPort(1), { noFlood: true });
    bridge.configurePort(ofpPort(1), { noForward: true });
    expect(bridge.port(ofpPort(1))?.config).toEqual({
      noReceive: false,
      noForward: true,
      noFlood: true,
      noPacketIn: false,
      noReceiveStp: false,
      noStp: false,
    });
    expect(revalidations).toEqual(['reconfigure', 'reconfigure']);
  });

  it('refuses a port that is not there', () => {
    expect(() => new BridgeFixture().bridge.configurePort(ofpPort(9), {})).toThrow(
      'Cannot configure port 9: bridge "br0" has none',
    );
  });
});

describe('Ofproto.revalidations', () => {
  it('tells why answers may have changed', () => {
    const { bridge, revalidations } = new BridgeFixture('actions=drop');
    bridge.vlanLimit = 2;
    bridge.fragmentMode = 'drop';
    bridge.forwardsBpdus = true;
    bridge.togglePort();
    bridge.macs.setFloodVlans(new Set([3]));
    bridge.tables.delete({ match: bridge.dropFragmentsRule.match });
    expect(revalidations).toEqual([
      'reconfigure',
      'reconfigure',
      'reconfigure',
      'port_toggled',
      'mac_learning',
      'flow_table',
    ]);
  });
});

describe('Ofproto.runAfterDump()', () => {
  it('expires rules and ages addresses', () => {
    const fixture = new BridgeFixture('priority=5,hard_timeout=10,actions=drop', 'actions=normal');
    const { bridge, clock } = fixture;
    fixture.translate('arp,in_port=1,dl_src=50:54:00:00:00:0a', { mayLearn: true });
    const start = clock.now();
    expect(bridge.nextDeadline()).toBe(start + 10_001);
    clock.advance(10_001);
    bridge.runAfterDump(clock.now());
    expect(bridge.tables.rules()).toHaveLength(1);
    expect(bridge.nextDeadline()).toBe(instant(start + 300_000));
    clock.advance(290_000);
    bridge.runAfterDump(clock.now());
    expect(bridge.macs.count).toBe(0);
    expect(bridge.nextDeadline()).toBeUndefined();
  });
});
