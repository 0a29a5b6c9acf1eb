import { describe, expect, it } from 'vitest';
import { traceFlow } from '../../src/ofproto/flow-trace.js';
import { whyNarrow } from '../../src/ofproto/why-narrow.js';
import { whyNot } from '../../src/ofproto/why-not.js';
import { BridgeFixture, parsePacket } from './bridge-fixture.js';

function traceOf(packet: string, ...rules: string[]) {
  const { translator, bridge } = new BridgeFixture(...rules);
  return traceFlow(translator, bridge, { flow: parsePacket(packet), isExplained: true });
}

/** For each rule that was missed, the fields. */
function missesOf(packet: string, ...rules: string[]): string[] {
  return whyNot(traceOf(packet, ...rules)).flatMap(({ missed }) =>
    missed.map(({ misses }) =>
      misses.map(({ field, wanted, found }) => `${field}: ${wanted}, ${found}`).join('; '),
    ),
  );
}

describe('whyNot()', () => {
  it('names every field on which a rule of higher priority missed', () => {
    const packet = 'tcp,in_port=1,nw_src=10.0.0.1,tp_dst=80';
    expect(
      missesOf(packet, 'priority=9,tcp,nw_src=10.1.0.0/16,tp_dst=22,actions=2', 'actions=3'),
    ).toEqual([]);
    expect(
      missesOf(
        packet,
        'priority=9,tcp,nw_src=10.1.0.0/16,tp_dst=22,actions=2',
        'priority=1,actions=3',
      ),
    ).toEqual(['nw_src: 10.1.0.0/16, 10.0.0.0/16; tp_dst: 22, 80']);
  });

  it('stops at the type of the packet, and at the protocol', () => {
    const rules = ['priority=9,udp,tp_dst=53,nw_dst=10.0.0.1,actions=2', 'priority=1,actions=3'];
    expect(missesOf('arp,in_port=1', ...rules)).toEqual(['dl_type: 0x800, 0x806']);
    expect(missesOf('tcp,in_port=1', ...rules)).toEqual(['nw_proto: 17, 6']);
  });

  it('tells of a tag that is missing, or is another', () => {
    const rules = ['priority=9,dl_vlan=7,actions=2', 'priority=1,actions=3'];
    expect(missesOf('in_port=1', ...rules)).toEqual(['vlan_tci: a tag of VLAN 7, no tag']);
    expect(missesOf('in_port=1,dl_vlan=5', ...rules)).toEqual(['dl_vlan: 7, 5']);
  });

  it('compares with the packet as it was looked up, its port included', () => {
    const rules = [
      'actions=load:5->NXM_NX_REG0[],resubmit(3,1)',
      'table=1,priority=9,in_port=3,reg0=6,actions=2',
      'table=1,priority=1,actions=3',
    ];
    expect(missesOf('in_port=1', ...rules)).toEqual(['reg0: 0x6, 0x5']);
  });

  it('finds nothing to say against a rule whose conjunction is not whole', () => {
    const rules = [
      'priority=9,tcp,tp_dst=80,actions=conjunction(1,1/2)',
      'priority=9,ip,nw_src=10.0.0.1,actions=conjunction(1,2/2)',
      'priority=1,actions=3',
    ];
    const misses = missesOf('tcp,in_port=1,tp_dst=80', ...rules);
    expect(misses.toSorted()).toEqual(['', 'nw_src: 10.0.0.1, 0.0.0.0']);
  });

  it('takes all rules of the table where none was met', () => {
    expect(missesOf('in_port=1', 'priority=0,in_port=2,actions=3')).toEqual(['in_port: 2, 1']);
  });
});

describe('whyNarrow()', () => {
  /** The field's causes. */
  function causesOf(field: string, packet: string, ...rules: string[]): string[] {
    const found = whyNarrow(traceOf(packet, ...rules)).find((each) => each.field === field);
    return (
      found?.causes.map(
        ({ step, rules: met }) => `${step?.text ?? 'always'}: ${met.map((rule) => rule.text)}`,
      ) ?? []
    );
  }

  it('names the look-up, and the rules that match on the field', () => {
    const high = 'priority=9,tcp,tp_dst=80 actions=output:2';
    const rules = ['priority=9,tcp,tp_dst=80,actions=2', 'priority=1,actions=3'];
    expect(causesOf('tp_dst', 'tcp,in_port=1,tp_dst=80', ...rules)).toEqual([
      ` 0. tcp,tp_dst=80, priority 9: ${high}`,
    ]);
    expect(causesOf('nw_proto', 'udp,in_port=1', ...rules)).toEqual([` 0. priority 1: ${high}`]);
  });

  it('names the action', () => {
    expect(causesOf('dl_src', 'in_port=1', 'actions=NORMAL')).toEqual(['NORMAL: ']);
  });

  it('names nothing for what every megaflow has', () => {
    expect(causesOf('in_port', 'in_port=1', 'in_port=1,actions=2')).toEqual(['always: ']);
  });

  it('accounts for every bit of the mask once', () => {
    const rules = [
      'priority=9,tcp,nw_src=10.0.0.0/8,actions=resubmit(,1)',
      'table=1,ip,nw_src=10.0.0.1,actions=mod_nw_src:1.2.3.4,NORMAL',
    ];
    const fields = whyNarrow(traceOf('tcp,in_port=1,nw_src=10.0.0.1', ...rules));
    const source = fields.find(({ field }) => field === 'nw_src');
    expect(source?.causes.map(({ bits }) => bits)).toEqual([0xff00_0000n, 0x00ff_ffffn]);
    expect(source?.text).toBe('10.0.0.1');
  });
});
