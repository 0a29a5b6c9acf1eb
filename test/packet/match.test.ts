import { describe, expect, it } from 'vitest';
import { ParseError } from '../../src/base/errors.js';
import { createFlow, createFlowMask } from '../../src/packet/flow.js';
import * as L from '../../src/packet/flow-layout.js';
import { formatFlow } from '../../src/packet/flow-text.js';
import { parseMatchTerm } from '../../src/packet/match-parse.js';
import { findMissingPrerequisite } from '../../src/packet/match-prerequisites.js';
import { formatMatch } from '../../src/packet/match-text.js';
import { flowOf } from './frames.js';

function parse(match: string) {
  const target = { flow: createFlow(), mask: createFlowMask() };
  for (const term of match.match(/[^,(]+(\([^)]*\))?/g) ?? []) {
    const at = term.indexOf('=');
    const name = at < 0 ? term : term.slice(0, at);
    if (!parseMatchTerm(target, name, at < 0 ? undefined : term.slice(at + 1))) return undefined;
  }
  return target;
}

/** A match, parsed and printed. */
function text(match: string): string | undefined {
  const target = parse(match);
  return target && formatMatch(target.flow, target.mask);
}

/** Pairs of what is written and what is printed, as ovs-ofctl 3.1 prints it. */
const TEXTS: readonly (readonly [string, string])[] = [
  ['', ''],
  ['ip', 'ip'],
  ['dl_type=0x800,nw_proto=6', 'tcp'],
  ['igmp', 'ip,nw_proto=2'],
  ['tcp,tp_dst=80', 'tcp,tp_dst=80'],
  ['tcp,tp_src=80/0xfff0', 'tcp,tp_src=0x50/0xfff0'],
  ['ip,nw_src=1.2.3.4/255.0.255.0', 'ip,nw_src=1.0.3.0/255.0.255.0'],
  ['ip,nw_dst=10.0.0.1/8', 'ip,nw_dst=10.0.0.0/8'],
  ['ip,nw_src=010.1.1.1', 'ip,nw_src=10.1.1.1'],
  ['ipv6,ipv6_src=2001:db8::1/32', 'ipv6,ipv6_src=2001:db8::/32'],
  ['ipv6,ipv6_src=::ffff:1.2.3.4', 'ipv6,ipv6_src=::ffff:1.2.3.4'],
  ['ipv6,ipv6_label=5', 'ipv6,ipv6_label=0x00005'],
  ['arp,nw_src=1.2.3.4', 'arp,arp_spa=1.2.3.4'],
  ['dl_vlan=0xffff', 'vlan_tci=0x0000'],
  ['vlan_tci=0x1123', 'dl_vlan=291,dl_vlan_pcp=0'],
  ['vlan_tci=0x1000/0x1000', 'vlan_tci=0x1000/0x1000'],
  ['vlan_vid=0x1005', 'dl_vlan=5'],
  ['dl_vlan_pcp=3', 'dl_vlan_pcp=3'],
  ['ct_state=+trk-new', 'ct_state=-new+trk'],
  ['tcp,tcp_flags=0x2/0x3', 'tcp,tcp_flags=-fin+syn'],
  ['xreg0=0x100000002/0xffffffff0000000f', 'reg0=0x1,reg1=0x2/0xf'],
  ['metadata=7/8', 'metadata=0/0x8'],
  ['ip,nw_tos=7,nw_ecn=1', 'ip,nw_tos=4,nw_ecn=1'],
  ['ip,ip_dscp=4', 'ip,nw_tos=16'],
  ['reg0=010', 'reg0=0x8'],
  ['reg0=*,dl_dst=*', ''],
  ['in_port=local', 'in_port=LOCAL'],
  ['packet_type=(1,0x800)', 'packet_type=(1,0x800)'],
  ['eth', ''],
  ['icmp6,icmp_type=135,nd_target=fe80::/10', 'icmp6,icmp_type=135,nd_target=fe80::/10'],
  ['NXM_OF_IP_SRC=1.1.1.1,ip', 'ip,nw_src=1.1.1.1'],
];

describe('parseMatchTerm() and formatMatch()', () => {
  for (const [written, printed] of TEXTS) {
    it(`turn "${written}" into "${printed}"`, () => {
      expect(text(written)).toBe(printed);
      expect(text(printed)).toBe(printed);
    });
  }

  it('leave names that are no fields to others', () => {
    expect(parse('idle_timeout=5')).toBeUndefined();
    expect(parse('skb_priority=5')).toBeUndefined();
  });

  it('say what was expected, and where', () => {
    expect(() => parse('nw_src=1.2.3')).toThrow(ParseError);
    expect(() => parse('nw_src=1.2.3')).toThrow(
      'Cannot parse "nw_src=1.2.3" at column 8: expected an IPv4 address',
    );
    expect(() => parse('dl_vlan=4096')).toThrow('a number of at most 4095');
    expect(() => parse('icmp,icmp_type=256')).toThrow('a number of at most 255');
    expect(() => parse('dl_vlan=5/7')).toThrow('dl_vlan has none');
    expect(() => parse('tcp,tcp_flags=+foo')).toThrow('flags out of fin, syn');
    expect(() => parse('tcp_flags=+syn-syn')).toThrow('flags out of');
    expect(() => parse('in_port=70000')).toThrow('a port number or name');
    expect(() => parse('ip_frag=maybe')).toThrow('one of no, yes, first');
    expect(() => parse('reg0')).toThrow('a value for reg0');
    expect(() => parse('tcp=1')).toThrow('"tcp" alone');
  });
});

describe('formatMatch()', () => {
  it('prints a priority that is not the default one', () => {
    const { flow, mask } = parse('ip') ?? { flow: createFlow(), mask: createFlowMask() };
    expect(formatMatch(flow, mask, { priority: 5 })).toBe('priority=5,ip');
    expect(formatMatch(flow, mask, { priority: 0x8000 })).toBe('ip');
  });

  it('writes ports as it is told to', () => {
    const flow = createFlow();
    const mask = createFlowMask();
    parseMatchTerm({ flow, mask }, 'in_port', '7');
    expect(formatMatch(flow, mask, { portText: (port) => `"p${port}"` })).toBe('in_port="p7"');
  });

  it('names the packet type of a megaflow', () => {
    const mask = createFlowMask();
    mask[L.RECIRC_ID] = 0xffff_ffff;
    mask[L.PACKET_TYPE] = 0xffff_ffff;
    expect(formatMatch(createFlow(), mask)).toBe('recirc_id=0,eth');
  });
});

describe('findMissingPrerequisite()', () => {
  const missing = (match: string) => {
    const target = parse(match);
    return target && findMissingPrerequisite(target.flow, target.mask);
  };

  it('finds nothing wrong with a match that makes sense', () => {
    for (const [written] of TEXTS) expect(missing(written), written).toBeUndefined();
  });

  it('names the field and what it needs', () => {
    expect(missing('nw_src=1.2.3.4')).toBe('nw_src or nw_dst needs ip or arp');
    expect(missing('ip,tp_src=80')).toContain('tp_src or tp_dst needs tcp');
    expect(missing('udp,tcp_flags=syn')).toBe('tcp_flags needs tcp');
    expect(missing('ip,ipv6_src=::1')).toBe('ipv6_src or ipv6_dst needs ipv6');
    expect(missing('mpls_label=5')).toContain('needs mpls');
    expect(missing('tcp,ip_frag=later,tp_src=80')).toContain('no match on later fragments');
    expect(missing('icmp6,icmp_type=128,nd_target=::1')).toContain('nd_target needs');
  });
});

describe('formatFlow()', () => {
  it('shows metadata that is not zero', () => {
    const flow = flowOf('udp,nw_dst=10.0.0.2,tp_dst=53,reg1=5,pkt_mark=3,in_port=1');
    expect(formatFlow(flow)).toBe(
      'pkt_mark=0x3,udp,reg1=0x5,in_port=1,vlan_tci=0x0000,dl_src=00:00:00:00:00:00,' +
        'dl_dst=00:00:00:00:00:00,nw_src=0.0.0.0,nw_dst=10.0.0.2,nw_tos=0,nw_ecn=0,nw_ttl=0,' +
        'nw_frag=no,tp_src=0,tp_dst=53',
    );
  });
});
