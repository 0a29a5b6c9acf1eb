/**
 * VLAN modes of ports beside Open vSwitch: the same ports, the same packets, the same traces. Each
 * port in turn has each mode; floods and known destinations, with no tag, one, and an empty one.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { odpPort, ofpPort } from '../../src/base/brands.js';
import { OFPP_LOCAL } from '../../src/ofproto/ofpact.js';
import type { PortSettings } from '../../src/ofproto/ofproto.js';
import type { PriorityTags, VlanMode } from '../../src/ofproto/port-vlan.js';
import { BridgeFixture } from '../ofproto/bridge-fixture.js';
import { hasOvsPeer, OvsPeer } from './ovs-peer.js';
import { sentBy } from './sent-by.js';

const PORTS = [1, 2, 3, 4];

interface Case {
  readonly mode?: VlanMode;
  readonly tag?: number;
  readonly trunks?: readonly number[];
  readonly cvlans?: readonly number[];
  readonly priorityTags?: PriorityTags;
  readonly isProtected?: boolean;
}

/** By port, from 1. */
const SWITCHES: readonly (readonly Case[])[] = [
  [{ tag: 5 }, { tag: 5 }, {}, { trunks: [5, 6] }],
  [
    { mode: 'native-tagged', tag: 5 },
    { mode: 'native-untagged', tag: 5 },
    { tag: 5, priorityTags: 'if-nonzero' },
    { mode: 'native-untagged', tag: 6, trunks: [5, 7] },
  ],
  [
    { tag: 5, priorityTags: 'always' },
    { priorityTags: 'always' },
    { priorityTags: 'if-nonzero' },
    { mode: 'native-untagged', tag: 5, priorityTags: 'always' },
  ],
  [
    { mode: 'dot1q-tunnel', tag: 5 },
    { mode: 'dot1q-tunnel', tag: 5, cvlans: [5, 0] },
    {},
    { tag: 5 },
  ],
  [{ isProtected: true }, { isProtected: true, tag: 5 }, { tag: 5 }, { isProtected: true }],
  [{ mode: 'trunk', tag: 5, trunks: [0, 5] }, { tag: 0 }, { mode: 'native-tagged' }, {}],
];

const EMPTY_TAG = 'dl_vlan=0,dl_vlan_pcp=0';
const TAGS = [
  '',
  'dl_vlan=5,dl_vlan_pcp=0',
  'dl_vlan=5,dl_vlan_pcp=3',
  'dl_vlan=6,dl_vlan_pcp=0',
  'dl_vlan=7,dl_vlan_pcp=2',
  EMPTY_TAG,
  'dl_vlan=0,dl_vlan_pcp=3',
];
const DESTINATIONS = ['ff:ff:ff:ff:ff:ff', '50:54:00:00:00:02', '50:54:00:00:00:05'];

function settingOf(settings: Case, name: string): string[] {
  const { mode, tag, trunks, cvlans, priorityTags, isProtected } = settings;
  const set = ['--', 'clear', 'port', name, 'vlan_mode', 'tag', 'trunks', 'cvlans'];
  set.push('other_config', '--', 'set', 'port', name, `protected=${isProtected ?? false}`);
  if (mode !== undefined) set.push(`vlan_mode=${mode}`);
  if (tag !== undefined) set.push(`tag=${tag}`);
  if (trunks !== undefined) set.push(`trunks=${trunks.join()}`);
  if (cvlans !== undefined) set.push(`cvlans=${cvlans.join()}`);
  if (priorityTags !== undefined) set.push(`other_config:priority-tags=${priorityTags}`);
  return set;
}

function portSettings({ isProtected, ...vlan }: Case): PortSettings {
  return isProtected === undefined ? { vlan } : { vlan, isProtected };
}

describe.skipIf(!hasOvsPeer)('VLAN modes', () => {
  let peer: OvsPeer;
  beforeAll(async () => {
    peer = await OvsPeer.start({ portCount: PORTS.length, otherConfig: { 'vlan-limit': '2' } });
    peer.changeRules('add-flow', 'actions=NORMAL');
  });
  afterAll(() => peer.stop());

  it.each(SWITCHES.map((ports, i) => ({ ports, i })))(
    'of switch $i are those of Open vSwitch',
    async ({ ports }) => {
      const fixture = new BridgeFixture('actions=normal');
      fixture.bridge.vlanLimit = 2;
      fixture.bridge.addPort({ name: 'br0', ofpPort: OFPP_LOCAL, odpPort: odpPort(100) });
      ports.forEach((settings, i) => {
        fixture.bridge.setPort(ofpPort(i + 1), portSettings(settings));
      });
      peer.configure(...ports.flatMap((settings, i) => settingOf(settings, `p${i + 1}`)));
      await peer.command('fdb/flush', 'br0');
      for (const [port, vlan, address] of [
        [2, 5, 2],
        [3, 0, 5],
        [4, 5, 5],
      ] as const) {
        await peer.command(
          'fdb/add',
          'br0',
          `p${port}`,
          String(vlan),
          `50:54:00:00:00:0${address}`,
        );
        fixture.bridge.macs.addStatic(0x5054, address, vlan, ofpPort(port));
      }
      // An empty tag that a tunnel port puts its own around is lost there, and kept here.
      const hasTunnel = ports.some(({ mode }) => mode === 'dot1q-tunnel');
      const tags = TAGS.filter((tag) => tag !== EMPTY_TAG || !hasTunnel);
      const mine: string[] = [];
      const theirs: string[] = [];
      for (const port of PORTS) {
        for (const tag of tags) {
          for (const destination of DESTINATIONS) {
            const head = `in_port=${port},dl_src=50:54:00:00:00:09,dl_dst=${destination}`;
            const packet = `${head},dl_type=0x1234${tag === '' ? '' : `,${tag}`}`;
            const text = await peer.command('ofproto/trace', 'br0', packet);
            const actions = /^Datapath actions: (.*)$/m.exec(text)?.[1] ?? '';
            theirs.push(`${packet} -> ${sentBy(actions, packet)}`);
            mine.push(`${packet} -> ${sentBy(fixture.actions(packet), packet)}`);
          }
        }
      }
      expect(mine).toEqual(theirs);
    },
  );
});
