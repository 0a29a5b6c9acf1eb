import { describe, expect, it } from 'vitest';
import { extractFlow } from '../src/packet/extract.js';
import { createFlow } from '../src/packet/flow.js';
import { formatFlow } from '../src/packet/flow-text.js';
import { packet } from '../src/switch-packet.js';

function textOf(frame: Uint8Array): string {
  const flow = createFlow();
  extractFlow(frame, flow);
  return formatFlow(flow);
}

describe('packet()', () => {
  it('makes a frame that has what was asked for', () => {
    expect(textOf(packet('udp,nw_dst=10.0.0.9,tp_dst=53'))).toBe(
      'udp,vlan_tci=0x0000,dl_src=02:00:00:00:00:01,dl_dst=02:00:00:00:00:02,nw_src=10.0.0.1,' +
        'nw_dst=10.0.0.9,nw_tos=0,nw_ecn=0,nw_ttl=64,nw_frag=no,tp_src=0,tp_dst=53',
    );
  });

  it.each([
    ['tcp6,ipv6_src=2001:db8::1,tcp_flags=+syn', 'ipv6_src=2001:db8::1,ipv6_dst=fd00::2'],
    ['arp,arp_op=2', 'arp_spa=10.0.0.1,arp_tpa=10.0.0.2,arp_op=2'],
    ['icmp,icmp_type=8,dl_vlan=100', 'icmp,dl_vlan=100,dl_vlan_pcp=0'],
    ['dl_type=0x88b5,dl_dst=02:00:00:00:00:07', 'dl_dst=02:00:00:00:00:07,dl_type=0x88b5'],
  ])('understands %s', (terms, expected) => {
    expect(textOf(packet(terms))).toContain(expected);
  });

  it('has a payload of the size that is asked for', () => {
    const size = packet('udp').length;
    expect(packet('udp', { payloadSize: 900 }).length).toBeGreaterThan(size + 800);
  });

  it.each([
    ['udp,actions=drop', 'Cannot parse "udp,actions=drop" at column 5'],
    ['udp,nw_dst=10.0.0.900', 'column 12'],
  ])('refuses %s', (terms, message) => {
    expect(() => packet(terms)).toThrow(message);
  });
});
