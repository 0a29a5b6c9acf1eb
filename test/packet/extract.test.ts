import { describe, expect, it } from 'vitest';
import { extractFlowAndOffsets } from '../../src/packet/extract.js';
import { createFlow } from '../../src/packet/flow.js';
import * as L from '../../src/packet/flow-layout.js';
import { OFFSET_NONE, PacketOffsets } from '../../src/packet/packet-offsets.js';
import { ADDRESSES, bytes, extract, field } from './frames.js';

const UDP = '0035 1234 0008 0000';
const IPV4_UDP = `4510 001c 0000 0000 40 11 0000 0a000001 0a000002 ${UDP}`;
const IPV6_START = '6001 2345';
const IPV6_ENDS = '20010db8000000000000000000000001 20010db8000000000000000000000002';

describe('extractFlow()', () => {
  it('reads addresses, type and IPv4 with UDP', () => {
    const flow = extract(bytes(`${ADDRESSES} 0800 ${IPV4_UDP}`));
    expect(field(flow, 'eth_dst')).toBe('0a:0b:0c:0d:0e:0f');
    expect(field(flow, 'eth_src')).toBe('00:01:02:03:04:05');
    expect(field(flow, 'ip_src')).toBe('10.0.0.1');
    expect(field(flow, 'ip_dst')).toBe('10.0.0.2');
    expect(field(flow, 'nw_tos')).toBe('16');
    expect(field(flow, 'nw_ttl')).toBe('64');
    expect(field(flow, 'udp_src')).toBe('53');
    expect(field(flow, 'udp_dst')).toBe('4660');
  });

  it('leaves everything zero of a frame shorter than an Ethernet header', () => {
    expect(extract(new Uint8Array(13).fill(0xff)).every((word) => word === 0)).toBe(true);
  });

  it('clears what was there and leaves the words before it alone', () => {
    const flow = createFlow();
    flow.fill(7);
    extractFlowAndOffsets(new Uint8Array(0), flow, new PacketOffsets());
    expect(flow[L.REGS]).toBe(7);
    expect(flow.subarray(L.DP_START).every((word) => word === 0)).toBe(true);
  });

  it('reads two tags, forcing the bit that says so', () => {
    const flow = extract(bytes(`${ADDRESSES} 88a8 2005 8100 0006 0800 ${IPV4_UDP}`));
    expect(flow[L.VLAN0]).toBe(0x88a8_3005);
    expect(flow[L.VLAN1]).toBe(0x8100_1006);
    expect(field(flow, 'udp_src')).toBe('53');
  });

  it('stops at the VLAN limit, with the next tag as the type', () => {
    const frame = bytes(`${ADDRESSES} 8100 0005 8100 0006 0800 ${IPV4_UDP}`);
    expect(field(extract(frame, 1), 'eth_type')).toBe('0x8100');
    expect(extract(frame, 1)[L.VLAN1]).toBe(0);
    expect(field(extract(frame, 0), 'dl_vlan')).toBe('0');
  });

  it('takes the type from a SNAP header of Ethernet only', () => {
    const snap = (org: string, type: string) =>
      field(extract(bytes(`${ADDRESSES} 0020 aaaa03 ${org} ${type}`)), 'eth_type');
    expect(snap('000000', '0806')).toBe('0x806');
    expect(snap('00000c', '2000')).toBe('0x5ff');
    expect(snap('000000', '0100')).toBe('0x5ff');
  });

  it('reads three labels of a deeper stack and goes on behind the last', () => {
    const offsets = new PacketOffsets();
    const flow = createFlow();
    const stack = '00001010 00002020 00003030 00004140';
    extractFlowAndOffsets(bytes(`${ADDRESSES} 8847 ${stack} ff`), flow, offsets);
    expect([...flow.subarray(L.MPLS0, L.MPLS2 + 1)]).toEqual([0x1010, 0x2020, 0x3030]);
    expect({ l2_5: offsets.l2_5, l3: offsets.l3 }).toEqual({ l2_5: 14, l3: 30 });
  });

  it('reads ports of a first fragment and none of a later one', () => {
    const fragment = (place: string) =>
      extract(bytes(`${ADDRESSES} 0800 ${IPV4_UDP.replace('0000 0000 40', `0000 ${place} 40`)}`));
    expect(field(fragment('2000'), 'ip_frag')).toBe('first');
    expect(field(fragment('2000'), 'udp_src')).toBe('53');
    expect(field(fragment('2001'), 'ip_frag')).toBe('later');
    expect(field(fragment('2001'), 'udp_src')).toBe('0');
  });

  it('reads no IPv4 whose lengths contradict the frame', () => {
    const proto = (ip: string) => field(extract(bytes(`${ADDRESSES} 0800 ${ip}`)), 'nw_proto');
    expect(proto(IPV4_UDP)).toBe('17');
    expect(proto(IPV4_UDP.replace('001c', '001d'))).toBe('0');
    expect(proto(IPV4_UDP.replace('001c', '0013'))).toBe('0');
    expect(proto(IPV4_UDP.replace('4510', '4410'))).toBe('0');
  });

  it('does not take padding for a header', () => {
    const ip = '4500 0014 0000 0000 40 11 0000 0a000001 0a000002';
    const flow = extract(bytes(`${ADDRESSES} 0800 ${ip} ${UDP}`));
    expect(field(flow, 'nw_proto')).toBe('17');
    expect(field(flow, 'udp_src')).toBe('0');
  });

  it('walks over IPv6 extension headers', () => {
    const hop = '3c00 000000000000';
    const options = '1100 000000000000';
    const flow = extract(
      bytes(`${ADDRESSES} 86dd ${IPV6_START} 0018 00 40 ${IPV6_ENDS} ${hop} ${options} ${UDP}`),
    );
    expect(field(flow, 'ipv6_label')).toBe('0x12345');
    expect(field(flow, 'ipv6_dst')).toBe('2001:db8::2');
    expect(field(flow, 'nw_proto')).toBe('17');
    expect(field(flow, 'udp_dst')).toBe('4660');
  });

  it('keeps only the addresses where an extension header is cut short', () => {
    const flow = extract(bytes(`${ADDRESSES} 86dd ${IPV6_START} 0004 00 40 ${IPV6_ENDS} 11000000`));
    expect(field(flow, 'ipv6_src')).toBe('2001:db8::1');
    expect(field(flow, 'ipv6_label')).toBe('0');
    expect(field(flow, 'nw_ttl')).toBe('0');
  });

  it('gives a later IPv6 fragment the protocol of the fragment header', () => {
    const fragment = '1100 0008 00000000';
    const flow = extract(
      bytes(`${ADDRESSES} 86dd ${IPV6_START} 0008 2c 40 ${IPV6_ENDS} ${fragment}`),
    );
    expect(field(flow, 'nw_proto')).toBe('44');
    expect(field(flow, 'ip_frag')).toBe('later');
  });

  it('reads ARP for IPv4 over Ethernet, and nothing of another', () => {
    const arp = (kind: string) =>
      extract(bytes(`${ADDRESSES} 0806 ${kind} 0002 000102030405 0a000001 0a0b0c0d0e0f 0a000002`));
    const flow = arp('0001 0800 0604');
    expect(field(flow, 'arp_op')).toBe('2');
    expect(field(flow, 'arp_spa')).toBe('10.0.0.1');
    expect(field(flow, 'arp_tha')).toBe('0a:0b:0c:0d:0e:0f');
    expect(field(arp('0006 0800 0604'), 'arp_op')).toBe('0');
  });

  it('reads TCP flags where the header is whole', () => {
    const tcp = (offset: string) =>
      extract(
        bytes(
          `${ADDRESSES} 0800 4500 0028 0000 0000 40 06 0000 0a000001 0a000002
           0050 0051 00000000 00000000 ${offset}12 0000 0000 0000`,
        ),
      );
    expect(field(tcp('50'), 'tcp_flags')).toBe('syn|ack');
    expect(field(tcp('60'), 'tcp_flags')).toBe('0');
    expect(field(tcp('60'), 'tcp_src')).toBe('0');
  });

  it('reads neighbour discovery, and drops it where an option comes twice', () => {
    const option = '0101 000102030405';
    const nd = (size: string, options: string) =>
      extract(
        bytes(
          `${ADDRESSES} 86dd ${IPV6_START} ${size} 3a ff ${IPV6_ENDS}
           8700 0000 00000000 fe80000000000000000000000000000a ${options}`,
        ),
      );
    expect(field(nd('0020', option), 'nd_target')).toBe('fe80::a');
    expect(field(nd('0020', option), 'nd_sll')).toBe('00:01:02:03:04:05');
    expect(field(nd('0020', option), 'nd_options_type')).toBe('1');
    expect(field(nd('0028', option + option), 'nd_target')).toBe('::');
    expect(field(nd('0028', option + option), 'icmpv6_type')).toBe('135');
  });

  it('reads NSH with the context of metadata type 1', () => {
    const flow = extract(
      bytes(`${ADDRESSES} 894f 0fc6 01 03 000003 07 00000001 00000002 00000003 00000004`),
    );
    expect(field(flow, 'nsh_ttl')).toBe('63');
    expect(field(flow, 'nsh_spi')).toBe('0x3');
    expect(field(flow, 'nsh_c4')).toBe('0x4');
  });
});

describe('extractFlowAndOffsets()', () => {
  it('tells where the headers begin and the packet ends', () => {
    const offsets = new PacketOffsets();
    extractFlowAndOffsets(bytes(`${ADDRESSES} 0800 ${IPV4_UDP} 0000`), createFlow(), offsets);
    const { l2_5, l3, l4, end } = offsets;
    expect({ l2_5, l3, l4, end }).toEqual({ l2_5: OFFSET_NONE, l3: 14, l4: 34, end: 42 });
  });
});
