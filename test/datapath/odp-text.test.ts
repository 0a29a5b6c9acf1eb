import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instant, odpPort } from '../../src/base/brands.js';
import { FlowKey } from '../../src/datapath/flow-key.js';
import { Mask } from '../../src/datapath/mask.js';
import { parseOdpActions } from '../../src/datapath/odp-actions-parse.js';
import { formatOdpActions } from '../../src/datapath/odp-actions-text.js';
import { formatDumpedFlow, formatFlowStats } from '../../src/datapath/odp-flow-text.js';
import { KEY_ATTRIBUTES, type KeyAttributeName } from '../../src/datapath/odp-key-attributes.js';
import { TCP_FLAGS } from '../../src/packet/flow-layout.js';
import { parseOdpKey } from '../../src/datapath/odp-key-parse.js';
import { formatOdpKey } from '../../src/datapath/odp-key-text.js';

/** Real lines of `ovs-appctl dpctl/dump-flows` (Open vSwitch 3.1), with and without `-m`. */
const plain = readLines('odp-flows.txt');
const verbose = readLines('odp-flows-verbose.txt');

function readLines(name: string): string[] {
  const text = readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');
  return text.split('\n').filter((line) => line !== '');
}

const keyOf = (line: string) => line.replace(/, packets:.*/, '');
const actionsOf = (line: string) => line.replace(/.*, actions:/, '');

describe('formatOdpKey()', () => {
  it.each(plain)('prints what parseOdpKey() read: %s', (line) => {
    const { key, mask } = parseOdpKey(line);
    expect(formatOdpKey(key, mask)).toBe(keyOf(line));
  });

  it.each(verbose)('prints everything when it is verbose: %s', (line) => {
    const { key, mask } = parseOdpKey(line);
    // The text does not say which flags nobody looked at; without any, a key has no attribute.
    const expected = keyOf(line).replace(/,tcp_flags\(0\/0\)/, '');
    expect(formatOdpKey(key, mask, { isVerbose: true })).toBe(expected);
  });

  it('prints flags that nobody looked at where there are some', () => {
    const { key, mask } = parseOdpKey(
      'in_port(1),eth(),eth_type(0x0800),ipv4(proto=6),tcp(),tcp_flags(syn)',
    );
    mask[TCP_FLAGS] = 0;
    expect(formatOdpKey(key, mask, { isVerbose: true })).toMatch(/,tcp_flags\(0\/0\)$/);
    key[TCP_FLAGS] = 0;
    expect(formatOdpKey(key, mask, { isVerbose: true })).not.toContain('tcp_flags');
  });

  it('names ports where there are names', () => {
    const portName = (port: number) => (port === 1 ? 'eth1' : undefined);
    const { key, mask } = parseOdpKey('in_port(1),packet_type(ns=0,id=0)');
    expect(formatOdpKey(key, mask, { portName })).toBe('in_port(eth1),packet_type(ns=0,id=0)');
  });

  it('prints what it parsed, whatever parts an attribute has', () => {
    const names = Object.keys(KEY_ATTRIBUTES) as KeyAttributeName[];
    const above: Partial<Record<KeyAttributeName, string>> = {
      eth: '',
      ipv4: 'eth_type(0x0800),',
      ipv6: 'eth_type(0x86dd),',
      arp: 'eth_type(0x0806),',
      nsh: 'eth_type(0x894f),',
      tcp: 'eth_type(0x0800),ipv4(proto=6),',
      udp: 'eth_type(0x0800),ipv4(proto=17),',
      sctp: 'eth_type(0x86dd),ipv6(proto=132),',
      icmp: 'eth_type(0x0800),ipv4(proto=1),',
    };
    const cases = fc.constantFrom(...names.filter((name) => above[name] !== undefined));
    fc.assert(
      fc.property(cases, fc.infiniteStream(fc.nat(0xff)), (name, bytes) => {
        const parts = KEY_ATTRIBUTES[name].filter(({ name: part }) => part !== 'proto');
        const texts = parts.map((part) => `${part.name}=${sample(part.format, bytes)}`);
        const text = `packet_type(ns=0,id=0),${above[name]}${name}(${texts.join(',')})`;
        const { key, mask } = parseOdpKey(text);
        const again = parseOdpKey(formatOdpKey(key, mask));
        expect([again.key, again.mask]).toEqual([key, mask]);
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});

function sample(format: string, bytes: fc.Stream<number>): string {
  const take = (count: number) => [...bytes.take(count)];
  switch (format) {
    case 'ethernet':
      return take(6)
        .map((byte) => byte.toString(16))
        .join(':');
    case 'ipv4':
      return `${take(4).join('.')}/${take(4).join('.')}`;
    case 'ipv6':
      return `2001:db8::${take(1).map((byte) => byte.toString(16))}/ffff:ffff::`;
    case 'frag':
      return 'first';
    default:
      return `${take(1)}/0x7f`;
  }
}

describe('parseOdpKey()', () => {
  it.each([
    ['eth(src=50:54', 'expected ")"'],
    ['eth(source=1)', 'expected one of src, dst in eth()'],
    ['in_port(x)', 'expected a datapath port in in_port()'],
    ['ipv4(src=10.0.0.256)', 'expected a ipv4 value for src'],
    ['recirc_id(0),bogus(1)', 'expected a key attribute'],
    ['tcp_flags(+huh)', 'expected flags in tcp_flags()'],
    ['eth(src)', 'expected name=value in eth(), found "src"'],
  ])('says where %s is wrong', (text, expected) => {
    expect(() => parseOdpKey(text)).toThrow(expected);
    expect(() => parseOdpKey(text)).toThrow(/column \d+/);
  });
});

describe('formatOdpActions()', () => {
  it.each([
    ...new Set([...plain.map(actionsOf), 'drop', 'pop_vlan,push_vlan(tpid=0x88a8,vid=4,pcp=1),2']),
    'set(ipv4(src=1.2.3.4,tos=0x8/0xfc,ttl=9)),set(tcp(dst=81)),set(skb_mark(0x1/0xf)),3',
    'set(mpls(label=5,tc=0,ttl=64,bos=1)),set(skb_priority(0x10002)),set(icmp(type=3)),1',
    'set(nd(target=fe80::2)),set(nd_ext(nd_reserved=0x1)),set(arp(op=2)),set(nsh(si=3)),1',
    'userspace(pid=1,sFlow(vid=5,pcp=1,output=8)),1',
    'userspace(pid=4294967295,ipfix(output_port=4294967295),actions)',
    'userspace(pid=0,slow_path(lacp,match))',
    'userspace(pid=0,flow_sample(probability=1,collector_set_id=2,obs_domain_id=3,' +
      'obs_point_id=4,output_port=5))',
    'trunc(100),1',
    'clone(drop),clone(1,set(ipv4(ttl=5))),clone(trunc(20),1),2',
    'sample(sample=50.0%,actions(1)),sample(sample=33.3%,actions(clone(1)))',
    'sample(sample=12.5%,actions(userspace(pid=123,flow_sample(probability=8192,' +
      'collector_set_id=1,obs_domain_id=2,obs_point_id=3,output_port=10,egress))))',
    'check_pkt_len(size=100,gt(drop),le(trunc(20),2))',
    'push_eth(src=00:11:22:33:44:55,dst=00:00:00:00:00:01),pop_eth,pop_nsh()',
    'push_nsh(flags=0,ttl=63,mdtype=1,np=3,spi=0x1234,si=255,c1=0x11223344,c2=0x0,c3=0x0,c4=0x0)',
    'push_nsh(flags=0,ttl=63,mdtype=2,np=3,spi=0x1234,si=255,md2=0x10000a041234567820001408)',
  ])('prints what parseOdpActions() read: %s', (text) => {
    expect(formatOdpActions(parseOdpActions(text))).toBe(text);
  });
});

describe('parseOdpActions()', () => {
  it.each([
    ['', 'expected an action, or "drop"'],
    ['1,frobnicate(2)', 'expected a port, or one of drop, set'],
    ['set(vlan(vid=1))', 'expected a key attribute that can be set'],
    ['userspace(slow_path(action))', 'expected pid=number'],
    ['userspace(pid=0,slow_path(huh))', 'expected reasons among cfm'],
    ['pop_mpls()', 'expected eth_type=number'],
    ['trunc(x)', 'expected a number of bytes'],
    ['clone(1,frobnicate)', 'column 9: expected a port'],
    ['sample(sample=200%,actions(1))', 'expected sample=percentage%,actions(…)'],
    ['check_pkt_len(size=5,gt(1))', 'expected size=number,gt(…),le(…)'],
    ['push_eth(src=1)', 'expected src=address'],
    ['push_nsh(ttl=64)', 'expected ttl, a number from 0 to 63'],
    ['push_nsh(mdtype=2,md2=0x12)', 'expected md2, whole words'],
  ])('says what is wrong with "%s"', (text, expected) => {
    expect(() => parseOdpActions(text)).toThrow(expected);
  });
});

describe('formatDumpedFlow()', () => {
  it('prints a line of dpctl/dump-flows', () => {
    const { key, mask } = parseOdpKey('recirc_id(0),in_port(1),packet_type(ns=0,id=0)');
    const stats = { packets: 3, bytes: 300, used: instant(1680), tcpFlags: 0x1a };
    const actions = [{ type: 'output', port: odpPort(4) }] as const;
    const flow = { key: FlowKey.from(key), mask: new Mask(mask), actions, stats };
    expect(formatDumpedFlow(flow, instant(2000))).toBe(
      'recirc_id(0),in_port(1),packet_type(ns=0,id=0), packets:3, bytes:300, used:0.320s, ' +
        'flags:SP., actions:4',
    );
  });
});

describe('formatFlowStats()', () => {
  it('says never where no packet came, and no flags where none were', () => {
    const stats = { packets: 0, bytes: 0, used: instant(0), tcpFlags: 0 };
    expect(formatFlowStats(stats, instant(5))).toBe('packets:0, bytes:0, used:never');
  });
});
