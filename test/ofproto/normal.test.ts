import { describe, expect, it } from 'vitest';
import { ofpPort } from '../../src/base/brands.js';
import { parseExactFlow } from '../../src/ofproto/exact-flow-parse.js';
import { formatFlowTrace, traceFlow } from '../../src/ofproto/flow-trace.js';
import { composePacket } from '../../src/packet/compose.js';
import { Packet } from '../../src/packet/packet.js';
import { BridgeFixture } from './bridge-fixture.js';

const A = '50:54:00:00:00:0a';
const B = '50:54:00:00:00:0b';
const BROADCAST = 'ff:ff:ff:ff:ff:ff';
const learning = { mayLearn: true };

function frame(port: number, from: string, to: string, more = 'ip'): string {
  return `${more},in_port=${port},dl_src=${from},dl_dst=${to}`;
}

/** What becomes of a packet of `flow`, of which the bridge may learn. */
function traced({ translator, bridge }: BridgeFixture, flow: string): string {
  const exact = parseExactFlow(`${flow},dl_src=${A},dl_dst=${B}`);
  const packet = new Packet(composePacket(exact));
  return formatFlowTrace(traceFlow(translator, bridge, { flow: exact, packet }));
}

const createSwitch = () => new BridgeFixture('actions=normal');

describe('xlateNormal()', () => {
  it('floods to the other ports by number while the destination is unknown', () => {
    expect(createSwitch().actions(frame(2, A, B))).toBe('1,3,4');
  });

  it('forwards to the port where the destination was seen', () => {
    const fixture = createSwitch();
    fixture.translate(frame(2, A, B), learning);
    expect(fixture.actions(frame(3, B, A))).toBe('2');
    expect(fixture.revalidations).toEqual(['mac_learning']);
  });

  it.each(['ANY', 'CONTROLLER'])('floods what comes from port %s, unlearnt', (port) => {
    const fixture = createSwitch();
    expect(traced(fixture, `in_port=${port}`)).toContain('Datapath actions: 1,2,3,4');
    expect(fixture.bridge.macs.count).toBe(0);
  });

  it('drops what comes from a port that is not there', () => {
    expect(traced(createSwitch(), 'in_port=9')).toContain('Datapath actions: drop');
  });

  it('drops a packet whose destination is on its own port', () => {
    const fixture = createSwitch();
    fixture.translate(frame(2, A, B), learning);
    expect(fixture.translate(frame(2, B, A)).actions).toEqual([]);
  });

  it('learns nothing unless it may', () => {
    const fixture = createSwitch();
    fixture.translate(frame(2, A, B));
    expect(fixture.actions(frame(3, B, A))).toBe('1,2,4');
  });

  it('learns in each VLAN apart', () => {
    const fixture = createSwitch();
    fixture.translate(frame(2, A, B, 'ip,dl_vlan=7'), learning);
    expect(fixture.actions(frame(3, B, A, 'ip,dl_vlan=7'))).toBe('2');
    expect(fixture.actions(frame(3, B, A, 'ip,dl_vlan=8'))).toBe('1,2,4');
    expect(fixture.actions(frame(3, B, A))).toBe('1,2,4');
  });

  it('follows an address that moves', () => {
    const fixture = createSwitch();
    fixture.translate(frame(2, A, BROADCAST), learning);
    fixture.translate(frame(4, A, BROADCAST), learning);
    expect(fixture.actions(frame(3, B, A))).toBe('4');
    expect(fixture.revalidations).toEqual(['mac_learning', 'mac_learning']);
  });

  it.each(['01:80:c2:00:00:00', '01:80:c2:00:00:0f', '01:00:0c:cc:cc:cd', '00:e0:2b:00:00:06'])(
    'keeps frames to %s, unless bridge protocol frames are forwarded',
    (address) => {
      const fixture = createSwitch();
      expect(fixture.translate(frame(1, A, address), learning).actions).toEqual([]);
      expect(fixture.bridge.macs.count).toBe(0);
      fixture.bridge.forwardsBpdus = true;
      expect(fixture.actions(frame(1, A, address))).toBe('2,3,4');
    },
  );

  it('forwards frames to ordinary multicast addresses', () => {
    expect(createSwitch().actions(frame(1, A, '01:80:c2:00:00:10'))).toBe('2,3,4');
  });

  it('drops a frame that ends within its tag', () => {
    expect(createSwitch().translate(frame(1, A, B, 'dl_type=0x8100')).actions).toEqual([]);
  });

  it('takes an empty tag away', () => {
    expect(createSwitch().actions(frame(1, A, B, 'ip,dl_vlan=0,dl_vlan_pcp=0'))).toBe(
      'pop_vlan,2,3,4',
    );
    expect(createSwitch().actions(frame(1, A, B, 'ip,dl_vlan=0,dl_vlan_pcp=3'))).toBe('2,3,4');
  });

  it('looks at the addresses of a broadcast ARP request, to tell a gratuitous one', () => {
    const arp = `arp,arp_op=1,arp_spa=10.0.0.1,arp_tpa=10.0.0.2`;
    expect(createSwitch().megaflow(frame(1, A, BROADCAST, arp))).toBe(
      `recirc_id=0,eth,arp,in_port=1,dl_src=${A},dl_dst=${BROADCAST},` +
        'arp_spa=10.0.0.1,arp_tpa=10.0.0.2,arp_op=1',
    );
  });

  it('leaves out a port that must not be flooded to, unless the destination is there', () => {
    const fixture = createSwitch();
    fixture.bridge.configurePort(ofpPort(2), { noFlood: true });
    expect(fixture.actions(frame(1, A, B))).toBe('3,4');
    fixture.translate(frame(2, B, A), learning);
    expect(fixture.actions(frame(1, A, B))).toBe('2');
  });
});
