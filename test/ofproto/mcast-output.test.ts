/** NORMAL on a bridge that snoops: what messages teach it, and where packets go. */

import { beforeEach, describe, expect, it } from 'vitest';
import { ofpPort } from '../../src/base/brands.js';
import { createRng, type Rng } from '../../src/base/rng.js';
import { SlowReason } from '../../src/datapath/cookie.js';
import { formatOdpActions } from '../../src/datapath/odp-actions-text.js';
import type { McastSnoopingOptions } from '../../src/ofproto/mcast-snooping.js';
import {
  copyFlowMask,
  createFlow,
  type Flow,
  type FlowMask,
  maskCovers,
} from '../../src/packet/flow.js';
import * as L from '../../src/packet/flow-layout.js';
import { isVlanType } from '../../src/packet/protocol.js';
import { BridgeFixture } from './bridge-fixture.js';
import { igmp, igmpReport3, mld, mldReport2 } from './mcast-frames.js';

const [JOIN, LEAVE, QUERY] = [0x16, 0x17, 0x11];
const GROUP = '239.1.2.3';
const GROUP6 = 'ff15::1234';
const TO_GROUP = `udp,in_port=4,dl_dst=01:00:5e:01:02:03,nw_dst=${GROUP}`;
const TO_GROUP6 = `udp6,in_port=4,dl_dst=33:33:00:00:12:34,ipv6_dst=${GROUP6}`;

let fixture: BridgeFixture;

function snoop(options: McastSnoopingOptions = {}): void {
  fixture.bridge.setSnooping(options);
}

/** What the table knows. */
function heard(): string[] {
  const records = fixture.bridge.snooping?.records(fixture.clock.now()) ?? [];
  return records.map(({ group = 'router', vlan, port }) => `${group} ${vlan} ${port}`);
}

/** The actions for a frame that comes in at a port. */
function say(port: number, frame: Uint8Array): string {
  return formatOdpActions(fixture.translateFrame(port, frame).actions);
}

beforeEach(() => {
  fixture = new BridgeFixture('actions=NORMAL');
  snoop();
});

describe('a bridge that snoops', () => {
  it('sends a group to its members, in their VLAN', () => {
    expect(fixture.actions(TO_GROUP)).toBe('1,2,3');
    say(1, igmp(JOIN, GROUP));
    expect(fixture.actions(TO_GROUP)).toBe('1');
    expect(fixture.actions(`${TO_GROUP},dl_vlan=7`)).toBe('1,2,3');
    say(1, igmp(LEAVE, GROUP));
    expect(fixture.actions(TO_GROUP)).toBe('1,2,3');
  });

  it('sends a group to routers, too, and reports to nobody else', () => {
    expect(say(3, igmp(QUERY, '0.0.0.0'))).toBe('1,2,4');
    expect(say(1, igmp(JOIN, GROUP))).toBe('3');
    expect(fixture.actions(TO_GROUP)).toBe('1,3');
    expect(say(2, mldReport2([{ type: 4, group: GROUP6 }]))).toBe('3');
    expect(fixture.actions(TO_GROUP6)).toBe('2,3');
  });

  it('sends a packet back to no member or router', () => {
    say(4, igmp(JOIN, GROUP));
    expect(fixture.actions(TO_GROUP)).toBe('drop');
    say(4, igmp(QUERY, '0.0.0.0'));
    expect(say(4, igmp(JOIN, '239.0.0.1'))).toBe('drop');
  });

  it('floods what is for all hosts of a link, and what is no IP', () => {
    snoop({ floodsUnregistered: false });
    const all = ['224.0.0.9', '224.0.0.255'].map((to) => `udp,nw_dst=${to}`);
    for (const what of [...all, 'udp6,ipv6_dst=ff02::1', 'dl_type=0x1234', 'mpls']) {
      const packet = `${what},in_port=4,dl_dst=01:00:5e:00:00:09`;
      expect(fixture.actions(packet), what).toBe('1,2,3');
    }
    expect(fixture.actions('udp,nw_dst=224.0.1.0,in_port=4,dl_dst=01:00:5e:00:01:00')).toBe('drop');
    expect(fixture.actions('udp,in_port=4,dl_dst=ff:ff:ff:ff:ff:ff')).toBe('1,2,3');
  });

  it('sends what no member wants to routers and flooded ports, where it is told to', () => {
    snoop({ floodsUnregistered: false });
    fixture.bridge.snooping?.setFloodPort(ofpPort(2), true);
    say(3, igmp(QUERY, '0.0.0.0'));
    expect(fixture.actions(TO_GROUP)).toBe('3,2');
    say(1, igmp(JOIN, GROUP));
    expect(fixture.actions(TO_GROUP)).toBe('1,2,3');
  });

  it('sends reports where more than one host may be', () => {
    fixture.bridge.snooping?.setReportPort(ofpPort(2), true);
    expect(say(1, igmp(JOIN, GROUP))).toBe('2');
    expect(say(2, igmp(JOIN, GROUP))).toBe('drop');
  });

  it('has all messages come up, and only them', () => {
    const slow = (frame: Uint8Array) => fixture.translateFrame(1, frame).slow;
    for (const frame of [igmp(JOIN, GROUP), igmp(QUERY, '0.0.0.0'), igmp(0x13, GROUP)]) {
      expect(slow(frame)).toBe(SlowReason.ACTION);
    }
    for (const type of [130, 131, 132]) expect(slow(mld(type, GROUP6))).toBe(SlowReason.ACTION);
    expect(slow(mldReport2([]))).toBe(SlowReason.ACTION);
    for (const type of [129, 133, 136, 142, 144]) expect(slow(mld(type, GROUP6))).toBe(0);
    expect(fixture.translate(TO_GROUP).slow).toBe(0);
  });

  it('says in the mask what it has looked at', () => {
    const megaflow = (packet: string) => fixture.megaflow(packet).replace(/.*dl_dst=[^,]*,/, '');
    expect(megaflow(TO_GROUP)).toBe(`nw_dst=${GROUP},nw_frag=no`);
    expect(fixture.megaflow(TO_GROUP)).toContain('udp');
    expect(fixture.megaflow(TO_GROUP6)).toContain(`ipv6_dst=${GROUP6},nw_frag=no`);
    const echo = `icmp6,icmp_type=128,in_port=4,dl_dst=33:33:00:00:12:34,ipv6_dst=${GROUP6}`;
    expect(fixture.megaflow(echo)).toContain('icmp_type=0x80');
  });

  it('announces what it has learnt, and forgets in time', () => {
    fixture.revalidations.length = 0;
    say(1, igmp(JOIN, GROUP));
    expect(fixture.revalidations).toEqual(['mac_learning', 'mcast_snooping']);
    expect(fixture.translator.nextDeadline()).toBe(fixture.clock.now() + 300_000);
    fixture.clock.advance(300_000);
    fixture.translator.run(fixture.clock.now());
    expect(heard()).toEqual([]);
    expect(fixture.revalidations.at(-1)).toBe('mcast_snooping');
  });

  it('forgets a port that is removed', () => {
    say(1, igmp(JOIN, GROUP));
    fixture.bridge.removePort(ofpPort(1));
    expect(fixture.actions(TO_GROUP)).toBe('2,3');
  });

  it('is one that floods again when it is told to', () => {
    say(1, igmp(JOIN, GROUP));
    fixture.bridge.setSnooping(undefined);
    expect(fixture.actions(TO_GROUP)).toBe('1,2,3');
    snoop();
    expect(heard()).toEqual([]);
  });

  it('learns nothing from a look without the packet, or one that may not teach', () => {
    const frame = igmp(JOIN, GROUP);
    fixture.translateFrame(1, frame, { mayLearn: false });
    fixture.translate(`ip,in_port=1,nw_proto=2,dl_dst=01:00:5e:01:02:03`, { mayLearn: true });
    expect(heard()).toEqual([]);
  });
});

describe('learnMcast()', () => {
  it('reads IGMP of all versions', () => {
    say(1, igmp(0x12, '239.0.0.1'));
    say(2, igmp(0x16, '239.0.0.2'));
    say(3, igmpReport3([{ type: 4, group: '239.0.0.3' }], { vlan: 7 }));
    say(4, igmp(0x13, '239.0.0.4'));
    expect(heard()).toEqual(['239.0.0.1 0 1', '239.0.0.2 0 2', '239.0.0.3 7 3']);
  });

  it('reads MLD of both versions', () => {
    say(1, mld(131, 'ff15::1'));
    say(2, mldReport2([{ type: 4, group: 'ff15::2' }]));
    say(3, mld(130, '::'));
    expect(heard()).toEqual(['ff15::1 0 1', 'ff15::2 0 2', 'router 0 3']);
    say(1, mld(132, 'ff15::1'));
    expect(heard()).toEqual(['ff15::2 0 2', 'router 0 3']);
  });

  it.each([igmpReport3, mldReport2])('takes "of no source" for a leave (%o)', (report) => {
    const isIgmp = report === igmpReport3;
    const [group, source] = isIgmp ? [GROUP, '10.0.0.1'] : [GROUP6, '2001::1'];
    for (const type of [1, 3]) {
      say(1, report([{ type, group, sources: [source] }]));
      expect(heard()).toEqual([`${group} 0 1`]);
      say(1, report([{ type, group }]));
      expect(heard()).toEqual([]);
    }
    say(1, report([{ type: 5, group }]));
    expect(heard()).toEqual([`${group} 0 1`]);
  });

  it('passes over sources and auxiliary data', () => {
    const sources = ['10.0.0.1', '10.0.0.2'];
    const records = [
      { type: 2, group: '239.0.0.1', sources, auxiliarySize: 4 },
      { type: 2, group: '239.0.0.2' },
    ];
    say(1, igmpReport3(records));
    expect(heard()).toEqual(['239.0.0.1 0 1', '239.0.0.2 0 1']);
  });

  it('passes over unknown records of MLD, and no further than those of IGMP', () => {
    const [unknown, known] = [{ type: 7 }, { type: 4 }];
    say(
      1,
      mldReport2([
        { ...unknown, group: 'ff15::1' },
        { ...known, group: 'ff15::2' },
      ]),
    );
    say(
      1,
      igmpReport3([
        { ...unknown, group: '239.0.0.1' },
        { ...known, group: '239.0.0.2' },
      ]),
    );
    expect(heard()).toEqual(['ff15::2 0 1']);
  });

  it('reads no further than a report that promises too much', () => {
    say(1, igmpReport3([{ type: 4, group: GROUP }], { recordsCount: 9 }));
    say(1, mldReport2([{ type: 4, group: GROUP6 }], { recordsCount: 9 }));
    expect(heard()).toEqual([`${GROUP} 0 1`, `${GROUP6} 0 1`]);
  });

  it('believes no message whose checksum is wrong, and heeds no padding', () => {
    say(1, igmp(JOIN, GROUP, { checksumError: 1 }));
    say(1, mld(131, GROUP6, { checksumError: 1 }));
    expect(heard()).toEqual([]);
    say(1, igmp(JOIN, GROUP, { padding: 7 }));
    expect(heard()).toEqual([`${GROUP} 0 1`]);
  });

  it('knows no router that has no address', () => {
    say(1, igmp(QUERY, '0.0.0.0', { source: '0.0.0.0' }));
    say(1, mld(130, '::', { source: '::' }));
    expect(heard()).toEqual([]);
  });

  it('learns nothing from flooded ports', () => {
    fixture.bridge.snooping?.setFloodPort(ofpPort(1), true);
    say(1, igmp(JOIN, GROUP));
    say(1, igmp(QUERY, '0.0.0.0'));
    expect(heard()).toEqual([]);
  });
});

describe('the mask of a multicast packet', () => {
  it('keeps its promise: who agrees on it goes where the packet goes', () => {
    say(1, igmp(JOIN, GROUP));
    say(2, igmp(JOIN, GROUP, { vlan: 5 }));
    say(3, mld(130, '::'));
    say(4, mldReport2([{ type: 4, group: GROUP6 }]));
    const rng = createRng(20_261_125);
    let comparisons = 0;
    for (let i = 0; i < 2_000; i++) {
      const packet = multicastPacket(rng);
      const { actions, slow, mask } = fixture.translate(packet);
      const wide = copyFlowMask(mask);
      for (let j = 0; j < 10; j++) {
        const other = agreeing(multicastPacket(rng), packet, wide);
        if (!isTagReal(other[L.VLAN0] ?? 0)) continue;
        const again = fixture.translate(other);
        // What comes up is translated anew, packet by packet.
        expect(again.slow).toBe(slow);
        if (slow === 0) expect(again.actions).toEqual(actions);
        expect(maskCovers(wide, again.mask)).toBe(true);
        comparisons++;
      }
    }
    expect(comparisons).toBeGreaterThan(10_000);
  });
});

const DESTINATIONS4 = [0xef01_0203, 0xe000_0009, 0xe000_0109, 0xef05_0505];
const DESTINATIONS6: readonly (readonly number[])[] = [
  [0xff15_0000, 0, 0, 0x1234],
  [0xff02_0000, 0, 0, 1],
  [0xff02_0000, 0, 0, 2],
];
const PORTS = [0x11_0000, 0x16_0000, 0x82_0000, 0x88_0000, 0x8f_0000, 0];

/** A packet to a multicast address, or the broadcast one, as extraction could have made it. */
function multicastPacket(rng: Rng): Flow {
  const pick = <T>(values: readonly T[]): T => values[rng.below(values.length)] as T;
  const flow = createFlow();
  const isIpv4 = rng.below(2) === 0;
  flow[L.IN_PORT] = 1 + rng.below(4);
  const isBroadcast = rng.below(8) === 0;
  flow[L.DL_DST] = isBroadcast ? 0xffff_ffff : 0x0100_5e00;
  flow[L.DL_DST + 1] = ((isBroadcast ? 0xffff : 1 + rng.below(2)) << 16) | 0x5054;
  flow[L.DL_TYPE] = (isIpv4 ? 0x0800 : 0x86dd) << 16;
  if (rng.below(3) === 0) flow[L.VLAN0] = pick([0x8100_1005, 0x8100_1006]);
  if (isIpv4) flow[L.NW_DST] = pick(DESTINATIONS4);
  else flow.set(pick(DESTINATIONS6), L.IPV6_DST);
  flow[L.NW_PROTO] = 0x0900 | pick(isIpv4 ? [2, 17] : [58, 17]);
  flow[L.TP] = pick(PORTS);
  return flow;
}

/** Whether a tag has both a type and the bit that says that it is there, or neither. */
function isTagReal(tag: number): boolean {
  return tag === 0 || (isVlanType(tag >>> 16) && (tag & L.VLAN_CFI) !== 0);
}

/** `other` with the bits of `packet` that `mask` holds. */
function agreeing(other: Flow, packet: Flow, mask: FlowMask): Flow {
  for (let i = 0; i < L.FLOW_WORDS; i++) {
    const bits = mask[i] ?? 0;
    other[i] = ((packet[i] ?? 0) & bits) | ((other[i] ?? 0) & ~bits);
  }
  return other;
}
