/**
 * The promise of the mask: whatever agrees with a translated packet on it gets the same actions, by
 * a translation that needs no more than the mask.
 */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ofpPort } from '../../src/base/brands.js';
import { createRng, type Rng } from '../../src/base/rng.js';
import { parseFlow } from '../../src/ofproto/flow-syntax.js';
import type { MirrorOptions } from '../../src/ofproto/mirror.js';
import type { PortSettings } from '../../src/ofproto/ofproto.js';
import {
  copyFlowMask,
  createFlow,
  type Flow,
  type FlowMask,
  maskCovers,
} from '../../src/packet/flow.js';
import { DL_TYPE, DP_HASH, FLOW_WORDS, RECIRC_ID } from '../../src/packet/flow-layout.js';
import { BridgeFixture } from './bridge-fixture.js';
import { isReal, randomPacket } from './random-packet.js';

const MATCHES = [
  'ip',
  'tcp',
  'udp',
  'icmp',
  'arp',
  'ipv6',
  'udp6',
  'icmp6',
  'mpls',
  'dl_vlan=5',
  'in_port=1',
  'vlan_tci=0x0000',
  'vlan_tci=0x1000/0x1000',
  'dl_vlan_pcp=3',
  'tcp,tp_dst=80',
  'udp,tp_dst=0x40/0xffc0',
  'tcp,tp_src=5,tp_dst=80',
  'ip,nw_dst=10.0.0.0/8',
  'ip,nw_dst=10.0.1.0/24',
  'ip,nw_src=10.0.0.1',
  'dl_dst=50:54:00:00:00:01',
  'dl_dst=01:00:00:00:00:00/01:00:00:00:00:00',
  'tcp,tcp_flags=+syn-ack',
  'ip,nw_tos=184',
  'ip,nw_ttl=1',
  'ip,ip_frag=later',
  'ip,ip_frag=no',
  'icmp,icmp_type=8',
  'reg0=5',
  'reg0=80,tcp',
  'metadata=7',
  'ipv6,ipv6_dst=2001:db8::/32',
  'icmp6,icmp_type=135',
  'arp,arp_op=1',
  'arp,arp_tpa=10.0.0.1',
  'mpls,mpls_bos=1',
  'mpls,mpls_label=7',
  'pkt_mark=5',
  'dl_type=0x88cc',
  '',
] as const;

const ACTIONS = [
  'output:2',
  'output:1,output:3',
  'in_port',
  'all',
  'flood',
  'normal',
  'controller:64',
  'drop',
  'resubmit(,1)',
  'resubmit(3,1)',
  'resubmit(,2),output:4',
  'pop_vlan,resubmit(,1)',
  'pop_vlan,output:2',
  'push_vlan:0x8100,set_field:4101->vlan_vid,output:3',
  'push_vlan:0x88a8,resubmit(,1)',
  'mod_vlan_vid:6,normal',
  'mod_vlan_pcp:2,resubmit(,1)',
  'mod_dl_src:02:00:00:00:00:01,output:2',
  'mod_dl_dst:50:54:00:00:00:01,normal',
  'mod_nw_dst:10.0.1.1,resubmit(,1)',
  'mod_nw_src:1.2.3.4,output:2',
  'mod_nw_tos:32,output:3',
  'mod_nw_ttl:1,resubmit(,2)',
  'mod_tp_dst:80,resubmit(,1)',
  'mod_tp_src:5,output:2',
  'dec_ttl,output:2',
  'dec_ttl,resubmit(,2)',
  'set_field:5->reg0,resubmit(,1)',
  'set_field:7->metadata,resubmit(,2)',
  'move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[],normal',
  'move:NXM_OF_IN_PORT[]->NXM_NX_REG0[0..15],resubmit(,1)',
  'set_field:5->pkt_mark,output:2',
  'load:0x3->NXM_OF_ETH_DST[0..1],resubmit(,2)',
  'group:1',
  'group:2,output:4',
  'group:3,group:4',
  'mod_vlan_vid:6,group:2,resubmit(,1)',
  'mod_nw_dst:10.0.1.1,group:3',
  'output:NXM_OF_IN_PORT[]',
  'output:NXM_OF_ETH_SRC[0..2],resubmit(,1)',
  'push:NXM_OF_ETH_DST[],pop:NXM_OF_ETH_SRC[],resubmit(,1)',
  'push:NXM_NX_REG0[],pop:NXM_NX_REG1[],output:2',
  'set_queue:3,output:2,pop_queue,output:3',
  'enqueue:2:7,resubmit(,2)',
  'clone(mod_dl_src:02:00:00:00:00:09,resubmit(,1)),output:3',
  'clone(encap(nsh),encap(ethernet),output:2),resubmit(,1)',
  'clone(exit,output:2),output:3',
  'check_pkt_larger(100)->NXM_NX_REG0[0],resubmit(,1),output:4',
  'resubmit(,1),write_actions(output:2,mod_dl_dst:02:00:00:00:00:09)',
  'write_actions(group:2)',
  'multipath(symmetric_l4,1,modulo_n,3,0,NXM_NX_REG0[0..15]),resubmit(,1)',
  'multipath(symmetric_l3l4+udp,1,hrw,5,0,NXM_NX_REG0[0..15]),output:NXM_NX_REG0[0..15]',
  'multipath(symmetric_l3,1,iter_hash,5,0,NXM_NX_REG0[0..15]),resubmit(,1)',
  'multipath(nw_dst,1,modulo_n,5,0,NXM_NX_REG0[0..15]),output:NXM_NX_REG0[0..15]',
  'bundle(eth_src,0,hrw,ofport,members:2,3,4)',
  'bundle_load(symmetric_l3l4,0,hrw,ofport,NXM_NX_REG0[0..15],members:1,2,3),resubmit(,1)',
  'learn(table=3,NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],output:NXM_OF_IN_PORT[]),output:2',
  'learn(table=3,NXM_OF_VLAN_TCI[0..11],load:5->NXM_NX_REG0[]),resubmit(,1)',
  'encap(nsh),dec_nsh_ttl,encap(ethernet),output:3',
  'encap(nsh),set_field:7->nsh_spi,decap(),output:2',
  'decap(),encap(ethernet),output:2',
  'output(port=2,max_len=64),resubmit(,1)',
  'fin_timeout(idle_timeout=5),output:2',
  'dec_ttl(1,2),output:3',
  'note:11.22,exit',
  'debug_slow,resubmit(,2)',
] as const;

/** Actions that need a match of their own. */
const BOUND = [
  'tcp,actions=move:NXM_OF_TCP_DST[]->NXM_NX_REG0[0..15],resubmit(,1)',
  'tcp,actions=set_field:80->tcp_dst,output:2',
  'udp,actions=set_field:53->udp_src,resubmit(,2)',
  'ip,actions=move:NXM_OF_IP_SRC[0..7]->NXM_OF_IP_DST[0..7],resubmit(,1)',
  'ip,actions=set_field:10.0.0.0/255.0.0.0->ip_dst,resubmit(,1)',
  'ip,actions=push_mpls:0x8847,set_field:7->mpls_label,output:3',
  'ip,actions=push_mpls:0x8847,resubmit(,1)',
  'mpls,actions=pop_mpls:0x0800,output:2',
  'mpls,actions=pop_mpls:0x8847,output:2',
  'mpls,actions=push_mpls:0x8847,output:3',
  'mpls,actions=set_field:9->mpls_label,output:2',
  'arp,actions=set_field:2->arp_op,output:2',
  'icmp,actions=set_field:0->icmp_type,output:2',
  'ipv6,actions=set_field:2001:db8::1->ipv6_dst,dec_ttl,resubmit(,1)',
  'mpls,actions=pop_mpls:0x0800,dec_ttl,resubmit(,1)',
  'mpls,actions=pop_mpls:0x86dd,output:2,resubmit(,2)',
  'mpls,actions=dec_mpls_ttl,output:2',
  'mpls,actions=set_mpls_ttl(5),resubmit(,1)',
  'mpls,actions=push:OXM_OF_MPLS_LABEL[],pop:NXM_NX_REG0[0..19],resubmit(,1)',
  'ip,actions=output:NXM_OF_IP_SRC[0..2]',
  'tcp,actions=learn(table=3,eth_type=0x800,nw_proto=6,NXM_OF_IP_SRC[]=NXM_OF_IP_DST[]),output:2',
  'ip,actions=multipath(nw_src,3,hrw,4,0,NXM_NX_REG0[0..15]),resubmit(,1)',
  'ip,actions=check_pkt_larger(64)->NXM_NX_REG0[2],mod_nw_tos:4,output:2',
  'ip,actions=clone(mod_nw_dst:10.0.1.1,output:2),resubmit(,1)',
  'arp,actions=move:NXM_OF_ARP_SPA[]->NXM_OF_ARP_TPA[],output:3',
] as const;

/** What the rules' groups may be. */
const BUCKETS = [
  'output:2',
  'output:3',
  'resubmit(,1)',
  'resubmit(,2)',
  'controller',
  'push_vlan:0x8100,set_field:4101->vlan_vid,output:3',
  'pop_vlan,resubmit(,2)',
  'mod_nw_dst:10.0.1.1,resubmit(,1)',
  'dec_ttl,output:2',
  'set_field:5->reg0,resubmit(,1)',
  'mod_tp_dst:80,output:3',
  'pop_mpls:0x0800,output:2',
  'push_mpls:0x8847,output:4',
  'drop',
] as const;
const GROUPS = [
  'type=all',
  'type=select',
  'type=select,selection_method=hash,fields(ip_src,tcp_dst,eth_dst=00:00:00:00:00:ff)',
  'type=select,selection_method=hash,fields(vlan_vid,ipv6_dst,reg0,nw_proto)',
  'type=ff',
] as const;

const groupArbitrary = fc
  .tuple(
    fc.constantFrom(...GROUPS),
    fc.array(fc.tuple(fc.constantFrom(...BUCKETS), fc.integer({ min: 1, max: 6 })), {
      maxLength: 4,
    }),
  )
  .map(([head, buckets]) => {
    const watch = (port: number): string => (head === 'type=ff' ? `watch_port:${port},` : '');
    return [head, ...buckets.map(([actions, port]) => `bucket=${watch(port)}${actions}`)].join();
  });
/** Groups 1 to 4; each may lead to the next. */
const groupsArbitrary = fc.tuple(groupArbitrary, groupArbitrary, groupArbitrary, groupArbitrary);

/** What ports 1 to 4 may be; most of them trunks. */
const PORT_SETTINGS: readonly PortSettings[] = [
  {},
  {},
  { vlan: { tag: 5 } },
  { vlan: { mode: 'native-untagged', tag: 5 } },
  { vlan: { mode: 'native-tagged', tag: 6, trunks: [5] } },
  { vlan: { tag: 6, priorityTags: 'if-nonzero' } },
  { vlan: { priorityTags: 'always' } },
  { vlan: { trunks: [0, 5] } },
  { vlan: { mode: 'dot1q-tunnel', tag: 5, cvlans: [0, 6] } },
  { isProtected: true },
];
/** None, one or two of these. */
const MIRRORS: readonly MirrorOptions[] = [
  { name: 'span', selectSrcPorts: [ofpPort(1)], outputPort: ofpPort(3) },
  { name: 'all', selectAll: true, outputPort: ofpPort(4), snaplen: 100 },
  { name: 'vlan', selectAll: true, selectVlans: [5], outputPort: ofpPort(4) },
  { name: 'rspan', selectSrcPorts: [ofpPort(2)], selectDstPorts: [ofpPort(1)], outputVlan: 6 },
];
const mirrorsArbitrary = fc.subarray([...MIRRORS], { maxLength: 2 });
const portsArbitrary = fc.array(fc.constantFrom(...PORT_SETTINGS), { maxLength: 4 });

const actionsArbitrary = fc.constantFrom(...ACTIONS);
const freeRule = fc
  .tuple(fc.constantFrom(...MATCHES), actionsArbitrary)
  .map(([match, actions]) => `${match === '' ? '' : `${match},`}actions=${actions}`);
const ruleArbitrary = fc
  .tuple(
    fc.integer({ min: 0, max: 2 }),
    fc.integer({ min: 1, max: 9 }),
    fc.oneof(freeRule, fc.constantFrom(...BOUND)),
  )
  .map(([table, priority, text]) => `table=${table},priority=${priority},${text}`)
  .filter(isAccepted);
const rulesArbitrary = fc.array(ruleArbitrary, { minLength: 1, maxLength: 14 });

const caseArbitrary = fc.tuple(
  rulesArbitrary,
  groupsArbitrary,
  portsArbitrary,
  mirrorsArbitrary,
  fc.integer(),
);

describe('Xlate.translate()', () => {
  it.each([1, 2])('is sound with random rules and a limit of %i VLAN tags', (vlanLimit) => {
    let comparisons = 0;
    fc.assert(
      fc.property(caseArbitrary, ([rules, groups, ports, mirrors, seed]) => {
        const fixture = new BridgeFixture();
        ports.forEach((settings, i) => {
          fixture.bridge.setPort(ofpPort(i + 1), settings);
        });
        for (const mirror of mirrors) fixture.bridge.mirrors.set(mirror);
        groups.forEach((text, i) => {
          fixture.addGroup(`group_id=${i + 1},${text}`);
        });
        for (const rule of rules) fixture.bridge.tables.add(parseFlow(rule));
        fixture.bridge.vlanLimit = vlanLimit;
        fixture.bridge.macs.addStatic(0x5054, 1, 0, ofpPort(1));
        fixture.bridge.macs.addStatic(0x5054, 2, 5, ofpPort(2));
        const rng = createRng(seed);
        for (let i = 0; i < 10; i++) {
          comparisons += checkPacket(fixture, rng, vlanLimit, createFlow());
        }
      }),
      { numRuns: 500, seed: 20_261_123 + vlanLimit },
    );
    expect(comparisons).toBeGreaterThan(20_000);
  });
});

/**
 * Translates a random packet with the metadata of `key`, and others that agree with it on the mask;
 * how many. What is sent round comes back as any packet.
 */
function checkPacket(fixture: BridgeFixture, rng: Rng, vlanLimit: number, key: Flow): number {
  const packet = packetWith(key, rng, vlanLimit);
  const { actions, mask, error } = fixture.translate(packet);
  const wide = copyFlowMask(mask);
  let count = 0;
  for (let i = 0; i < 20; i++) {
    const other = packetWith(key, rng, vlanLimit, (packet[DL_TYPE] ?? 0) >>> 16);
    agree(other, packet, wide);
    if (!isReal(other)) continue;
    count++;
    const again = fixture.translate(other);
    expect({ actions: again.actions, error: again.error }).toEqual({ actions, error });
    expect(maskCovers(wide, again.mask)).toBe(true);
  }
  const round = actions.find((action) => action.type === 'recirc');
  if (round === undefined || key[RECIRC_ID] !== 0) return count;
  const next = createFlow();
  next[RECIRC_ID] = round.id;
  next[DP_HASH] = rng.uint32();
  return count + checkPacket(fixture, rng, vlanLimit, next);
}

function packetWith(key: Flow, rng: Rng, vlanLimit: number, ethType?: number): Flow {
  const packet = randomPacket(rng, vlanLimit, ethType);
  packet[RECIRC_ID] = key[RECIRC_ID] ?? 0;
  packet[DP_HASH] = key[RECIRC_ID] === 0 ? 0 : rng.uint32();
  return packet;
}

/** Gives `other` the bits of `packet` that `mask` holds. */
function agree(other: Flow, packet: Flow, mask: FlowMask): void {
  for (let i = 0; i < FLOW_WORDS; i++) {
    other[i] = ((packet[i] ?? 0) & (mask[i] ?? 0)) | ((other[i] ?? 0) & ~(mask[i] ?? 0));
  }
}

function isAccepted(text: string): boolean {
  try {
    parseFlow(text);
    return true;
  } catch {
    return false;
  }
}
