/**
 * Mirrors beside Open vSwitch: the same mirrors, rules and packets, the same traces.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { odpPort, ofpPort } from '../../src/base/brands.js';
import { formatFlowTrace, traceFlow } from '../../src/ofproto/flow-trace.js';
import type { MirrorOptions } from '../../src/ofproto/mirror.js';
import { OFPP_LOCAL } from '../../src/ofproto/ofpact.js';
import type { PortSettings } from '../../src/ofproto/ofproto.js';
import { BridgeFixture, parsePacket } from '../ofproto/bridge-fixture.js';
import { hasOvsPeer, OvsPeer } from './ovs-peer.js';
import { portCommand } from './port-command.js';
import { sentBy } from './sent-by.js';

type Mirror = Omit<MirrorOptions, 'name'>;

interface Scene {
  readonly what: string;
  readonly mirrors: readonly Mirror[];
  /** By port, from 1. */
  readonly ports?: readonly PortSettings[];
}

const p = ofpPort;
const SCENES: readonly Scene[] = [
  { what: 'what enters', mirrors: [{ selectSrcPorts: [p(1)], outputPort: p(3) }] },
  { what: 'what leaves', mirrors: [{ selectDstPorts: [p(1)], outputPort: p(3) }] },
  { what: 'everything', mirrors: [{ selectAll: true, outputPort: p(3) }] },
  {
    what: 'the first bytes',
    mirrors: [{ selectAll: true, outputPort: p(3), snaplen: 100 }],
  },
  {
    what: 'a VLAN',
    mirrors: [
      { selectSrcPorts: [p(1), p(2)], selectDstPorts: [p(2)], selectVlans: [5], outputPort: p(3) },
    ],
  },
  { what: 'VLANs of no port', mirrors: [{ selectVlans: [0, 5], outputPort: p(3) }] },
  {
    what: 'the inside of an access port',
    mirrors: [{ selectSrcPorts: [p(1)], selectDstPorts: [p(1)], outputPort: p(3) }],
    ports: [{ vlan: { tag: 5 } }, { vlan: { mode: 'native-untagged', tag: 5 } }],
  },
  {
    what: 'a trunk for a watcher in a VLAN',
    mirrors: [{ selectSrcPorts: [p(1)], selectDstPorts: [p(1)], outputPort: p(3) }],
    ports: [{}, { vlan: { trunks: [5] } }, { vlan: { tag: 5 } }],
  },
  {
    what: 'into a VLAN',
    mirrors: [{ selectSrcPorts: [p(1)], selectDstPorts: [p(1)], outputVlan: 12 }],
    ports: [{}, { vlan: { tag: 5 } }, { vlan: { trunks: [5, 12] } }, { vlan: { tag: 12 } }],
  },
  {
    what: 'into a VLAN, cut',
    mirrors: [{ selectAll: true, outputVlan: 7, snaplen: 64 }],
  },
  {
    what: 'to two watchers',
    mirrors: [
      { selectSrcPorts: [p(1)], outputPort: p(3) },
      { selectSrcPorts: [p(1)], selectDstPorts: [p(2)], outputPort: p(4), snaplen: 80 },
    ],
  },
  {
    what: 'to one watcher, for two reasons',
    mirrors: [
      { selectSrcPorts: [p(1)], selectVlans: [5], outputPort: p(3) },
      { selectDstPorts: [p(2)], outputPort: p(3), snaplen: 70 },
    ],
  },
  {
    what: 'into a VLAN, and from there to a watcher',
    mirrors: [
      { selectSrcPorts: [p(1)], outputVlan: 12 },
      { selectDstPorts: [p(4)], selectVlans: [12], outputPort: p(3) },
    ],
  },
  {
    what: 'between protected ports',
    mirrors: [{ selectSrcPorts: [p(1)], outputPort: p(3) }],
    ports: [{ isProtected: true }, {}, { isProtected: true }],
  },
];

/** What the table says of NORMAL's packets, so that none but copies into VLANs are flooded. */
const ADDRESSES = [
  [2, 0, 2],
  [2, 5, 2],
  [1, 7, 7],
  [3, 0, 3],
  [4, 7, 2],
] as const;

const RULES = [
  'table=0,priority=1,actions=NORMAL',
  'table=0,priority=5,dl_type=0x1235,in_port=1,actions=2',
  'table=0,priority=5,dl_type=0x1235,in_port=2,actions=1,load:0xa->NXM_OF_ETH_SRC[],1,4',
  'table=0,priority=5,dl_type=0x1235,in_port=3,actions=1',
  'table=0,priority=5,dl_type=0x1235,in_port=4,actions=3,in_port,output(port=2,max_len=90),2',
  'table=0,priority=5,dl_type=0x1236,actions=drop',
  'table=0,priority=5,dl_type=0x1237,actions=load:3->NXM_OF_IN_PORT[],NORMAL',
  'table=0,priority=5,mpls,actions=pop_mpls:0x0800,dec_ttl,2',
];

const HEADS = [1, 2, 3, 4, 9].flatMap((port) => [
  `in_port=${port},dl_dst=50:54:00:00:00:02,dl_type=0x1234`,
  `in_port=${port},dl_dst=50:54:00:00:00:03,dl_type=0x1234`,
  `in_port=${port},dl_dst=50:54:00:00:00:02,dl_vlan=5,dl_vlan_pcp=0,dl_type=0x1234`,
  `in_port=${port},dl_dst=50:54:00:00:00:02,dl_vlan=7,dl_vlan_pcp=3,dl_type=0x1234`,
  `in_port=${port},dl_dst=50:54:00:00:00:07,dl_vlan=7,dl_vlan_pcp=0,dl_type=0x1234`,
  `in_port=${port},dl_dst=01:80:c2:00:00:03,dl_type=0x1234`,
  `in_port=${port},dl_dst=50:54:00:00:00:02,dl_type=0x1235`,
  `in_port=${port},dl_type=0x1236`,
  `in_port=${port},dl_dst=50:54:00:00:00:02,dl_type=0x1237`,
]);
const PACKETS = HEADS.map((head) => `dl_src=50:54:00:00:00:0a,${head}`);

describe.skipIf(!hasOvsPeer)('Mirrors', () => {
  let peer: OvsPeer;
  beforeAll(async () => {
    peer = await OvsPeer.start({ portCount: 4, otherConfig: { 'vlan-limit': '2' } });
    for (const rule of RULES) peer.changeRules('add-flow', rule);
  });
  afterAll(() => peer.stop());

  it.each(SCENES)('copy $what as those of Open vSwitch do', async ({ mirrors, ports = [] }) => {
    const fixture = new BridgeFixture(...RULES);
    fixture.bridge.vlanLimit = 2;
    fixture.bridge.addPort({ name: 'br0', ofpPort: OFPP_LOCAL, odpPort: odpPort(100) });
    peer.configure('clear', 'bridge', 'br0', 'mirrors');
    for (let i = 0; i < 4; i++) {
      const settings = ports[i] ?? {};
      fixture.bridge.setPort(ofpPort(i + 1), settings);
      peer.configure(...portCommand(settings, `p${i + 1}`));
    }
    for (const [i, mirror] of mirrors.entries()) {
      fixture.bridge.mirrors.set({ ...mirror, name: `m${i}` });
      peer.configure(...mirrorCommand(mirror, `m${i}`));
    }
    await peer.command('fdb/flush', 'br0');
    for (const [port, vlan, address] of ADDRESSES) {
      const mac = `50:54:00:00:00:0${address}`;
      await peer.command('fdb/add', 'br0', `p${port}`, String(vlan), mac);
      fixture.bridge.macs.addStatic(0x5054, address, vlan, ofpPort(port));
    }
    const theirs: string[] = [];
    const mine: string[] = [];
    for (const packet of PACKETS) {
      theirs.push(shown(await peer.command('ofproto/trace', 'br0', packet), packet));
      const { translator, bridge } = fixture;
      const trace = traceFlow(translator, bridge, { flow: parsePacket(packet) });
      mine.push(shown(formatFlowTrace(trace), packet));
    }
    expect(mine).toEqual(theirs);
  });
});

/** Added one by one, so that the peer numbers them in order. */
function mirrorCommand(mirror: Mirror, name: string): string[] {
  const { selectAll = false, selectSrcPorts = [], selectDstPorts = [], outputPort } = mirror;
  const { selectVlans = [], outputVlan, snaplen } = mirror;
  const command: string[] = [];
  for (const port of [1, 2, 3, 4]) command.push('--', `--id=@p${port}`, 'get', 'port', `p${port}`);
  command.push('--', '--id=@m', 'create', 'mirror', `name=${name}`, `select_all=${selectAll}`);
  command.push(`select_src_port=[${selectSrcPorts.map((port) => `@p${port}`).join()}]`);
  command.push(`select_dst_port=[${selectDstPorts.map((port) => `@p${port}`).join()}]`);
  if (selectVlans.length > 0) command.push(`select_vlan=${selectVlans.join()}`);
  if (outputPort !== undefined) command.push(`output_port=@p${outputPort}`);
  if (outputVlan !== undefined) command.push(`output_vlan=${outputVlan}`);
  if (snaplen !== undefined) command.push(`snaplen=${snaplen}`);
  return [...command, '--', 'add', 'bridge', 'br0', 'mirrors', '@m'];
}

/**
 * Copies into a VLAN come in the order of a hash. That reserved addresses are not copied there is
 * in the mask here, and is not there.
 */
function shown(text: string, packet: string): string {
  return text
    .replace(/(?<=Megaflow: .*)dl_dst=[\da-f:]+,/, '')
    .replace(/(?<=Datapath actions: ).*/, (actions) =>
      actions.includes('vlan') || actions.split(',').length > 3 ? sentBy(actions, packet) : actions,
    );
}
