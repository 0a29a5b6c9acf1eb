import { describe, expect, it } from 'vitest';
import { ofpPort } from '../../src/base/brands.js';
import { readExactFlow } from '../../src/ofproto/exact-flow-parse.js';
import { type ExactValue, readExactValue } from '../../src/ofproto/exact-value.js';
import { fieldOf } from '../../src/packet/fields.js';

const read = (field: string, text: string): ExactValue => readExactValue(fieldOf(field), text);

describe('readExactValue()', () => {
  it.each<[string, string, bigint]>([
    ['tcp_dst', '0x10', 16n],
    ['tcp_dst', '010', 8n],
    ['tcp_dst', '0x', 0n],
    ['tcp_dst', '5/0xffff', 5n],
    ['metadata', '-1', 0xffff_ffff_ffff_ffffn],
    ['ip_dscp', '64', 0n],
    ['eth_src', '100:2:3:4:5:6', 0x02_03_04_05_06n],
    ['ip_src', '1.2.3.4/32', 0x0102_0304n],
    ['ipv6_src', 'fd00::1', 0xfd00_0000_0000_0000_0000_0000_0000_0001n],
    ['tcp_flags', 'syn|ack', 0x12n],
    ['packet_type', '(1,0x800)', 0x1_0800n],
  ])('reads %s %s', (field, text, value) => {
    expect(read(field, text)).toBe(value);
  });

  it.each([
    ['tcp_dst', '70000', '70000: value too large for 2-byte field tcp_dst'],
    ['tcp_dst', '5/1', '5/1: wildcards not allowed here'],
    ['nw_proto', '5/1', '5/1: invalid mask for field nw_proto'],
    [
      'ip_src',
      '1.2.3.4/40',
      '1.2.3.4/40: IPv4 network prefix bits not between 0 and 32, inclusive',
    ],
    ['eth_src', '1:2', '1:2: invalid Ethernet address'],
    ['tcp_flags', '+syn+zork', 'zork: unknown TCP flag(s)'],
    ['tcp_flags', '+syn+syn', 'syn: Each TCP flag can be specified only once'],
    ['in_port', 'p1', 'p1: invalid or unknown port for in_port'],
    ['packet_type', '(0,', ': bad syntax for packet type ns_type'],
  ])('refuses %s %s', (field, text, problem) => {
    expect(read(field, text)).toEqual({ problem });
  });

  it('finds ports by name', () => {
    const ports = (name: string) => (name === 'p1' ? ofpPort(1) : undefined);
    expect(readExactValue(fieldOf('in_port'), 'p1', ports)).toBe(1n);
  });
});

describe('readExactFlow()', () => {
  it('says what is wrong first', () => {
    expect(readExactFlow('tcp,udp')).toBe('tcp,udp: Ethernet type set multiple times');
    expect(readExactFlow('ip,tp_dst=5')).toBe(
      'ip,tp_dst=5: prerequisites not met for setting tp_dst',
    );
    expect(readExactFlow('reg0=1,reg0=2')).toBe('reg0=1,reg0=2: field reg0 set multiple times');
    expect(readExactFlow('=')).toBe('=: unknown field ');
  });
});
