import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OdpAction, SettableAttribute } from '../../src/datapath/odp-actions.js';
import { SET_WORDS, setAction } from '../../src/datapath/odp-actions.js';
import { composePacket } from '../../src/packet/compose.js';
import { copyFlow, createFlow, createFlowMask } from '../../src/packet/flow.js';
import * as L from '../../src/packet/flow-layout.js';
import { arbitraryPacketFlow } from '../packet/flow-arbitrary.js';
import { extract, field } from '../packet/frames.js';
import { wrongChecksums } from './checksums.js';
import { COOKIE, createBed, executeOp, frameOf, operate, output } from './fixture.js';
import { attributesOf, writableBits } from './settable-bits.js';

/** What comes out of port 2 when a frame is executed. */
function execute(frame: Uint8Array, actions: readonly OdpAction[]): Uint8Array[] {
  const { dpif, settle, sent } = createBed({ vlanLimit: 2 });
  operate(dpif, executeOp(frame, actions));
  settle();
  return sent(2);
}

/** A frame as one action leaves it. */
function edited(frame: Uint8Array, action: OdpAction): Uint8Array {
  const [sent] = execute(frame, [action, output(2)]);
  if (sent === undefined) throw new Error('Nothing was sent');
  return sent;
}

describe('ActionExecutor set', () => {
  it('writes the bits of its mask, keeps all others, and every checksum stays right', () => {
    const words = fc.array(fc.nat(0xffff_ffff), { minLength: 10, maxLength: 10 });
    fc.assert(
      fc.property(arbitraryPacketFlow, fc.nat(), words, words, (flow, pick, values, masks) => {
        const attributes = attributesOf(flow);
        const attribute = attributes[pick % attributes.length] ?? 'eth';
        const frame = composePacket(flow);
        const before = extract(frame);
        const copy = frame.slice();
        const [value, mask, expected] = [createFlow(), createFlowMask(), copyFlow(before)];
        const writable = writableBits(attribute, before);
        SET_WORDS[attribute].forEach((word, i) => {
          mask[word] = (masks[i] ?? 0) & (writable[i] ?? 0);
          value[word] = values[i] ?? 0;
          expected[word] = ((before[word] ?? 0) & ~mask[word]) | (value[word] & mask[word]);
        });
        const sent = edited(frame, setAction(attribute, value, mask));
        expect(extract(sent)).toEqual(expected);
        expect(wrongChecksums(sent)).toEqual([]);
        expect(frame).toEqual(copy);
      }),
      { numRuns: 2000 },
    );
  });

  it('leaves a frame alone that does not have the attribute', () => {
    const frame = frameOf('arp,arp_op=1');
    const [value, mask] = [createFlow(), createFlowMask()];
    for (const words of Object.values(SET_WORDS)) for (const word of words) mask[word] = ~0;
    for (const attribute of ['ipv4', 'ipv6', 'tcp', 'udp', 'sctp', 'icmp', 'nd', 'mpls'] as const) {
      expect(edited(frame, setAction(attribute, value, mask))).toEqual(frame);
    }
  });

  it('leaves a UDP packet without a checksum without one', () => {
    const frame = frameOf('udp,nw_src=10.0.0.1,nw_dst=10.0.0.2,tp_src=1,tp_dst=2');
    frame.fill(0, 40, 42);
    const [value, mask] = [createFlow(), createFlowMask()];
    mask[L.TP] = 0xffff;
    value[L.TP] = 99;
    const sent = edited(frame, setAction('udp', value, mask));
    expect([field(extract(sent), 'udp_dst'), ...sent.subarray(40, 42)]).toEqual(['99', 0, 0]);
  });

  it('keeps a wrong checksum wrong by as much', () => {
    const frame = frameOf('sctp,nw_src=10.0.0.1,nw_dst=10.0.0.2,tp_src=1,tp_dst=2');
    frame[42] = (frame[42] ?? 0) ^ 0x55;
    const [value, mask] = [createFlow(), createFlowMask()];
    mask[L.TP] = 0xffff_ffff;
    value[L.TP] = 0x0003_0004;
    const sent = edited(frame, setAction('sctp', value, mask));
    expect(wrongChecksums(sent)).toEqual(['sctp']);
    sent[42] = (sent[42] ?? 0) ^ 0x55;
    expect(wrongChecksums(sent)).toEqual([]);
  });

  it('never writes into the payload of a later fragment', () => {
    const frame = frameOf('tcp,nw_src=10.0.0.1,nw_dst=10.0.0.2,ip_frag=later');
    const [value, mask] = [createFlow(), createFlowMask()];
    mask[L.NW_SRC] = 0xffff_ffff;
    value[L.NW_SRC] = 0x0a00_0009;
    const sent = edited(frame, setAction('ipv4', value, mask));
    expect(sent.subarray(34)).toEqual(frame.subarray(34));
    expect(wrongChecksums(sent)).toEqual([]);
  });

  it('changes a frame that is cut short nowhere beyond its end', () => {
    const whole = frameOf('tcp,nw_src=10.0.0.1,nw_dst=10.0.0.2,tp_src=1,tp_dst=2');
    const mask = createFlowMask();
    mask.fill(0xffff_ffff);
    for (let size = 14; size < whole.length; size++) {
      for (const attribute of Object.keys(SET_WORDS) as SettableAttribute[]) {
        const sent = edited(whole.slice(0, size), setAction(attribute, createFlow(), mask));
        expect(sent).toHaveLength(size);
      }
    }
  });
});

describe('ActionExecutor output', () => {
  it('passes the very frame on where nothing changes it', () => {
    const frame = frameOf('udp,tp_dst=53');
    expect(execute(frame, [output(2)])[0]).toBe(frame);
  });

  it('does not alter what was sent before a change', () => {
    const frame = frameOf('udp,nw_src=10.0.0.1,nw_dst=10.0.0.2,tp_src=1,tp_dst=53');
    const tag = { type: 'push_vlan', tpid: 0x8100, tci: 0x1005 } as const;
    const [value, mask] = [createFlow(), createFlowMask()];
    mask[L.DL_DST] = 0xffff_ffff;
    const set = setAction('eth', value, mask);
    const sent = execute(frame, [output(2), tag, output(2), set, output(2), output(2)]);
    const flows = sent.map((data) => extract(data));
    expect(flows.map((flow) => field(flow, 'dl_vlan'))).toEqual(['0', '5', '5', '5']);
    expect(sent[0]).toBe(frame);
    expect(sent[2]).not.toBe(sent[1]);
    expect(sent[3]).toBe(sent[2]);
  });
});

describe('ActionExecutor push and pop', () => {
  const frame = frameOf('tcp,nw_src=10.0.0.1,nw_dst=10.0.0.2,tp_src=1,tp_dst=2');

  it('pops what it pushed', () => {
    const actions: OdpAction[] = [
      { type: 'push_vlan', tpid: 0x88a8, tci: 0x1005 },
      { type: 'push_vlan', tpid: 0x8100, tci: 0x1006 },
      { type: 'push_mpls', ethType: 0x8847, lse: 0x0001_0140 },
    ];
    const [pushed] = execute(frame, [...actions, output(2)]);
    expect(pushed?.length).toBe(frame.length + 12);
    const pops: OdpAction[] = [
      { type: 'pop_mpls', ethType: 0x0800 },
      { type: 'pop_vlan' },
      { type: 'pop_vlan' },
    ];
    expect(execute(frame, [...actions, ...pops, output(2)])).toEqual([frame]);
  });

  it('sets headers behind what was pushed', () => {
    const [value, mask] = [createFlow(), createFlowMask()];
    mask[L.NW_SRC] = 0xffff_ffff;
    value[L.NW_SRC] = 0xc0a8_0001;
    const [sent = frame] = execute(frame, [
      { type: 'push_vlan', tpid: 0x8100, tci: 0x1005 },
      setAction('ipv4', value, mask),
      { type: 'pop_vlan' },
      output(2),
    ]);
    expect(field(extract(sent), 'nw_src')).toBe('192.168.0.1');
    expect(wrongChecksums(sent)).toEqual([]);
  });

  it('pops nothing from a frame without a tag or a label', () => {
    const pops: OdpAction[] = [{ type: 'pop_vlan' }, { type: 'pop_mpls', ethType: 0x0800 }];
    expect(execute(frame, [...pops, output(2)])).toEqual([frame]);
  });

  it('keeps the other labels when one is pushed and the outermost set', () => {
    const [value, mask] = [createFlow(), createFlowMask()];
    mask[L.MPLS0] = 0xff;
    value[L.MPLS0] = 9;
    const [sent = frame] = execute(frame, [
      { type: 'push_mpls', ethType: 0x8847, lse: 0x0001_0140 },
      { type: 'push_mpls', ethType: 0x8847, lse: 0x0002_0040 },
      setAction('mpls', value, mask),
      output(2),
    ]);
    const flow = extract(sent);
    expect([flow[L.MPLS0], flow[L.MPLS1]]).toEqual([0x0002_0009, 0x0001_0140]);
  });
});

describe('ActionExecutor userspace', () => {
  it('sends up a copy of the packet as it is by then, with a key of it', () => {
    const frame = frameOf('udp,nw_src=10.0.0.1,nw_dst=10.0.0.2,tp_src=1,tp_dst=53');
    const { dpif } = createBed();
    const [value, mask] = [createFlow(), createFlowMask()];
    mask[L.PKT_MARK] = 0xff;
    value[L.PKT_MARK] = 7;
    operate(
      dpif,
      executeOp(frame, [
        { type: 'push_vlan', tpid: 0x8100, tci: 0x1005 },
        setAction('skb_mark', value, mask),
        { type: 'userspace', pid: 0, cookie: COOKIE },
        output(2),
      ]),
    );
    const upcall = dpif.recv(0);
    if (typeof upcall === 'string') throw new Error(upcall);
    expect(field(upcall.key, 'dl_vlan')).toBe('5');
    expect([upcall.key[L.PKT_MARK], upcall.key[L.IN_PORT]]).toEqual([7, 1]);
    expect(extract(upcall.packet.data, 1)[L.VLAN0]).toBe(upcall.key[L.VLAN0]);
  });
});
