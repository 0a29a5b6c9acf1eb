import { describe, expect, it } from 'vitest';
import { fieldSpans } from '../../src/packet/field-spans.js';
import { parseMatchExpression } from '../../src/packet/match-expression.js';

function spansOf(expression: string): string[] {
  const { flow, mask } = parseMatchExpression(expression);
  return fieldSpans(mask, flow).map(({ name, bits }) => `${name} ${bits.toString(16)}`);
}

describe('fieldSpans()', () => {
  it('names fields as matches do, by the protocol', () => {
    expect(spansOf('tcp,tp_dst=80')).toEqual(['dl_type ffff', 'nw_proto ff', 'tp_dst ffff']);
    expect(spansOf('udp,tp_src=0x10/0xfff0')).toEqual([
      'dl_type ffff',
      'nw_proto ff',
      'tp_src fff0',
    ]);
    expect(spansOf('icmp,icmp_type=8')).toEqual(['dl_type ffff', 'nw_proto ff', 'icmp_type ffff']);
    expect(spansOf('arp,arp_op=1')).toEqual(['dl_type ffff', 'arp_op ff']);
  });

  it('gives each bit to one field', () => {
    expect(spansOf('xreg0=5')).toEqual(['reg0 ffffffff', 'reg1 ffffffff']);
    expect(spansOf('dl_vlan=5')).toEqual(['dl_vlan fff', 'vlan_tci 1000']);
  });
});
