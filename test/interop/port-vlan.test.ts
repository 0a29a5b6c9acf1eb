/**
 * VLAN modes of ports beside Open vSwitch: the same ports, the same packets, the same traces. Each
 * port in turn has each mode; floods and known destinations, with no tag, one, and an empty one.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { odpPort, ofpPort } from '../../src/base/brands.js';
import { formatFlowTrace, traceFlow } from '../../src/ofproto/flow-trace.js';
import { OFPP_LOCAL } from '../../src/ofproto/ofpact.js';
import type { PortSettings } from '../../src/ofproto/ofproto.js';
import { BridgeFixture, parsePacket } from '../ofproto/bridge-fixture.js';
import { hasOvsPeer, OvsPeer } from './ovs-peer.js';
import { portCommand } from './port-command.js';
import { sentBy } from './sent-by.js';

const PORTS = [1, 2, 3, 4];

/** By port, from 1. */
const SWITCHES: readonly (readonly PortSettings[])[] = [
  [{ vlan: { tag: 5 } }, { vlan: { tag: 5 } }, {}, { vlan: { trunks: [5, 6] } }],
  [
    { vlan: { mode: 'native-tagged', tag: 5 } },
    { vlan: { mode: 'native-untagged', tag: 5 } },
    { vlan: { tag: 5, priorityTags: 'if-nonzero' } },
    { vlan: { mode: 'native-untagged', tag: 6, trunks: [5, 7] } },
  ],
  [
    { vlan: { tag: 5, priorityTags: 'always' } },
    { vlan: { priorityTags: 'always' } },
    { vlan: { priorityTags: 'if-nonzero' } },
    { vlan: { mode: 'native-untagged', tag: 5, priorityTags: 'always' } },
  ],
  [
    { vlan: { mode: 'dot1q-tunnel', tag: 5 } },
    { vlan: { mode: 'dot1q-tunnel', tag: 5, cvlans: [5, 0] } },
    {},
    { vlan: { tag: 5 } },
  ],
  [
    { isProtected: true },
    { isProtected: true, vlan: { tag: 5 } },
    { vlan: { tag: 5 } },
    { isProtected: true },
  ],
  [
    { vlan: { mode: 'trunk', tag: 5, trunks: [0, 5] } },
    { vlan: { tag: 0 } },
    { vlan: { mode: 'native-tagged' } },
    {},
  ],
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

/**
 * Floods come in the order of a hash. That the priority of an empty tag mattered, or a second tag,
 * is in the mask here and is not there.
 */
function shown(text: string, packet: string): string {
  return text
    .replace(/(?<=Datapath actions: ).*/, (actions) => sentBy(actions, packet))
    .replace(/(?<=Megaflow: .*)(?:dl_vlan_pcp=\d,|vlan_tci1=[^,]*,)/g, '');
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
        fixture.bridge.setPort(ofpPort(i + 1), settings);
      });
      peer.configure(...ports.flatMap((settings, i) => portCommand(settings, `p${i + 1}`)));
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
      const hasTunnel = ports.some(({ vlan }) => vlan?.mode === 'dot1q-tunnel');
      const tags = TAGS.filter((tag) => tag !== EMPTY_TAG || !hasTunnel);
      const mine: string[] = [];
      const theirs: string[] = [];
      for (const port of PORTS) {
        for (const tag of tags) {
          for (const destination of DESTINATIONS) {
            const head = `in_port=${port},dl_src=50:54:00:00:00:09,dl_dst=${destination}`;
            const packet = `${head},dl_type=0x1234${tag === '' ? '' : `,${tag}`}`;
            theirs.push(shown(await peer.command('ofproto/trace', 'br0', packet), packet));
            const { translator, bridge } = fixture;
            const trace = traceFlow(translator, bridge, { flow: parsePacket(packet) });
            mine.push(shown(formatFlowTrace(trace), packet));
          }
        }
      }
      expect(mine).toEqual(theirs);
    },
  );
});
