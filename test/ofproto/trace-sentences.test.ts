/**
 * Every sentence of a trace, each with a packet that brings it forth. `test/interop/trace.test.ts`
 * has the real Open vSwitch say them.
 */

import { describe, expect, it } from 'vitest';
import { type OfpPort, ofpPort } from '../../src/base/brands.js';
import { formatFlowTrace, traceFlow } from '../../src/ofproto/flow-trace.js';
import type { PortSettings } from '../../src/ofproto/ofproto.js';
import { SENTENCES, TABLE_TITLES } from '../../src/ofproto/trace-sentences.js';
import { formatTrace } from '../../src/ofproto/trace-text.js';
import { TraceTree } from '../../src/ofproto/trace-tree.js';
import type { Flow } from '../../src/packet/flow.js';
import { DP_HASH, RECIRC_ID } from '../../src/packet/flow-layout.js';
import { packet } from '../../src/switch-packet.js';
import { BridgeFixture, parsePacket } from './bridge-fixture.js';
import { igmp, igmpReport3, mld } from './mcast-frames.js';

const TCP = 'tcp,in_port=1,nw_ttl=9';
const GROUP = '239.1.2.3';
const [JOIN, LEAVE] = [0x16, 0x17];
const QUERY = igmp(0x11, '0.0.0.0');

interface Scene {
  readonly rules: readonly string[];
  readonly groups?: readonly string[];
  readonly packet?: string;
  readonly mayLearn?: boolean;
  /** In place of `packet`, where the bridge snoops multicast: a frame in port 1. */
  readonly frame?: Uint8Array;
  readonly heard?: readonly (readonly [port: number, frame: Uint8Array])[];
  readonly floodPort?: number;
  readonly reportPort?: number;
  /** What port 1 is, and port 2, too, where both are protected. */
  readonly port?: PortSettings;
  /** Where copies go of what enters by port 1, and where the table has an address 9. */
  readonly mirrorTo?: number;
  /** Whether the packet is one that comes back from recirculation. */
  readonly isBack?: boolean;
  /** A line of the trace. */
  readonly line: string;
}

/** Rules, and the line that comes of them. */
function scene(line: string, ...rules: string[]): Scene {
  return { line, rules };
}

/** What a bridge that snoops says of a frame in port 1, after it has heard others. */
function snooping(
  line: string,
  frame: Uint8Array,
  ...heard: readonly (readonly [port: number, frame: Uint8Array])[]
): Scene {
  return { ...scene(`     -> ${line}`, 'actions=NORMAL'), frame, heard };
}

function udpTo(group: string): Uint8Array {
  const [, b = 0, c = 0, d = 0] = group.split('.').map(Number);
  const address = [1, 0, 0x5e, b & 0x7f, c, d].map((byte) => byte.toString(16));
  return packet(`udp,nw_dst=${group},dl_dst=${address.join(':')}`);
}

/** The scene of a packet that a select group has hashed. */
function back(scene: Scene): Scene {
  return { ...scene, groups: ['group_id=1,type=select,bucket=actions=3'], isBack: true };
}

function learning(scene: Scene): Scene {
  return { ...scene, mayLearn: true };
}

const SCENES: Readonly<Record<keyof typeof SENTENCES, Scene>> = {
  tooDeep: scene('     >>>> over max translation depth 64 <<<<', 'actions=resubmit(,0)'),
  tooManyResubmits: scene(
    '>>>> over 4096 resubmit actions <<<<',
    ...Array.from({ length: 20 }, (_, i) => {
      const next = `resubmit(,${i + 1})`;
      return `table=${i},actions=${next},${next}`;
    }),
  ),
  tooManyActions: scene(
    '>>>> resubmits yielded over 64 kB of actions <<<<',
    `actions=${'output:2,'.repeat(9000)}resubmit(,1)`,
  ),
  tooMuchStack: scene(
    '>>>> resubmits yielded over 64 kB of stack <<<<',
    `actions=${'push:xxreg0,'.repeat(5000)}resubmit(,1)`,
  ),
  noConntrack: {
    ...scene('             >> resubmit(ct) with non-tracked or non-IP packet!', 'actions=group:1'),
    groups: ['group_id=1,type=all,bucket=actions=resubmit(,1,ct)'],
  },
  noRecirculation: {
    ...scene('     >>>> Recirculation context not found for ID 1f <<<<'),
    packet: `${TCP},recirc_id=31`,
  },
  thaw: back(scene('\n    thaw', 'actions=group:1')),
  resuming: back(scene('            Resuming from table 0', 'actions=group:1')),
  restoringSet: back(
    scene(
      'Restoring action set: output:2',
      'actions=write_actions(output:2),goto_table:1',
      'table=1,actions=group:1',
    ),
  ),
  restoringActions: back(
    scene('Restoring actions: unroll_xlate(table=0, cookie=0),group:1', 'actions=group:1'),
  ),
  restored: back(scene('    restored state: table=0, cookie=0x5', 'cookie=5,actions=group:1')),
  actionSetHeading: scene('--. Executing action set:', 'actions=write_actions(output:2)'),
  actionSet: scene('     -> action set is: output:2', 'actions=write_actions(output:2)'),
  actionSetEmpty: scene('     -> action set was empty', 'actions=clear_actions'),

  noGroup: {
    ...scene('             >> output to nonexistent group 9', 'actions=group:1'),
    groups: ['group_id=1,type=all,bucket=actions=group:9'],
  },
  bucket: {
    ...scene('    bucket 3', 'actions=group:1'),
    groups: ['group_id=1,type=all,bucket=bucket_id:3,actions=2'],
  },
  bucketDead: {
    ...scene('     -> bucket 0: not live due to port 9 and port 8', 'actions=group:1'),
    groups: ['group_id=1,type=ff,bucket=watch_port:9,watch_group:8,actions=2'],
  },
  bucketsChained: {
    ...scene('     >>>> bucket chaining exceeded 128 links <<<<', 'actions=group:1'),
    groups: ['group_id=1,type=ff,bucket=watch_group:1,actions=2'],
  },
  bucketScore: {
    ...scene('     -> bucket 0: score 54406', 'actions=group:1'),
    groups: [
      'group_id=1,type=select,selection_method=hash,fields(ip_src),' +
        'bucket=actions=2,bucket=weight:0,actions=3',
    ],
  },
  bucketUsed: {
    ...scene('     -> using bucket 1', 'actions=group:1'),
    groups: ['group_id=1,type=ff,bucket=watch_port:9,actions=2,bucket=watch_port:2,actions=3'],
  },
  noBucket: {
    ...scene('     -> no live bucket', 'actions=group:1'),
    groups: ['group_id=1,type=ff,bucket=watch_port:9,actions=2'],
  },

  toInputPort: scene('     >> skipping output to input port', 'actions=output:1'),
  noPort: scene('     >> Nonexistent output port', 'actions=output:9'),
  noForward: scene('     -> OFPPC_NO_FWD set, skipping output', 'actions=output:4'),
  protectedPorts: {
    ...scene('     >> Flow is between protected ports, skipping output.', 'actions=output:2'),
    port: { isProtected: true },
  },
  noEthernet: scene(
    '     >> Trying to send non-Ethernet packet through legacy L2 port. Dropping packet.',
    'actions=decap(),output:2',
  ),
  outputPort: scene('     -> output port is 0', 'actions=output:NXM_NX_REG0[]'),
  portOutOfRange: scene(
    '     >> output port 65536 is out of range',
    'actions=load:65536->NXM_NX_REG0[],output:NXM_NX_REG0[]',
  ),
  notTruncated: scene(
    '     >>>> output_trunc does not support patch port 9 <<<<',
    'actions=output(port=9,max_len=100)',
  ),
  noSamplingPort: scene(
    "     >> can't use unknown port 9 in flow sample action",
    'actions=sample(probability=1,collector_set_id=1,sampling_port=9)',
  ),
  queue: scene('     -> queue = 0', 'actions=set_queue:5,pop_queue'),

  fieldNow: scene(
    '     -> NXM_NX_REG1[0..3] is now 0x6',
    'actions=load:0x16->NXM_NX_REG0[],move:NXM_NX_REG0[0..3]->NXM_NX_REG1[0..3]',
  ),
  notSet: {
    ...scene(
      '             >> unmet prerequisites for arp_op, set_field ignored',
      'actions=group:1',
    ),
    groups: ['group_id=1,type=all,bucket=actions=set_field:2->arp_op,output:2'],
  },
  stackUnderflow: scene('     >>>> stack underflow <<<<', 'actions=pop:NXM_NX_REG0[]'),
  aloneConjunction: scene(
    '>>>> executing no-op conjunction action <<<<',
    'actions=clone(conjunction(5,1/2))',
  ),
  ttlExpired: {
    ...scene('     >> IPv6 decrement TTL exception', 'actions=dec_ttl'),
    packet: 'tcp6,in_port=1,nw_ttl=1',
  },

  notEncapsulated: scene(
    '    Dropping packet as encap(ethernet) is not supported for packet type ethernet.',
    'actions=encap(ethernet)',
  ),
  notEncapsulatedNsh: {
    ...scene(
      '    Dropping packet as encap(nsh) is not supported for packet type (1,0x1234)',
      'actions=decap(),encap(nsh)',
    ),
    packet: 'in_port=1,dl_type=0x1234',
  },
  taggedNotDecapsulated: {
    ...scene('    Dropping packet, cannot decap Ethernet if VLAN is present.', 'actions=decap()'),
    packet: `${TCP},dl_vlan=5`,
  },
  notDecapsulated: scene(
    '    Dropping packet as the decap() does not support packet type (1,0x800)',
    'actions=decap(),decap()',
  ),

  learningSuppressed: scene(
    '     >> suppressing side effects, so learn action ignored',
    'actions=learn(table=1,output:NXM_OF_IN_PORT[])',
  ),
  learned: learning(
    scene(
      '     -> table=1 ip priority=7 cookie=0x5 idle=3 hard=4 actions=output:1',
      'actions=learn(table=1,priority=7,cookie=5,idle_timeout=3,hard_timeout=4,' +
        'NXM_OF_ETH_TYPE[],output:NXM_OF_IN_PORT[])',
    ),
  ),
  learnedTooMany: learning(
    scene(
      '     -> Limit exceeded, learn failed',
      'actions=learn(table=1,limit=1,NXM_OF_IN_PORT[],output:NXM_OF_IN_PORT[])',
      'table=1,cookie=0,priority=3,actions=drop',
    ),
  ),

  unknownPort: scene(
    '     >>>> received packet on unknown port 9 <<<<',
    'actions=load:9->NXM_OF_IN_PORT[],NORMAL',
  ),
  noInputBundle: scene(
    '     >> no input bundle, dropping',
    'actions=load:9->NXM_OF_IN_PORT[],NORMAL',
  ),
  onMirrorPort: {
    ...scene(
      '     >>>> dropping packet received on port p1, which is reserved exclusively for ' +
        'mirroring <<<<',
      'actions=output:2',
    ),
    mirrorTo: 1,
  },
  fromMirrorPort: {
    ...scene(
      '     >> input port is mirror output port, dropping',
      'actions=load:2->NXM_OF_IN_PORT[],NORMAL',
    ),
    mirrorTo: 2,
  },
  partialTag: {
    ...scene('     >> partial VLAN tag, dropping', 'actions=NORMAL'),
    packet: 'in_port=1,dl_type=0x8100',
  },
  taggedAtAccessPort: {
    ...scene(
      '     >>>> dropping VLAN 7 tagged packet received on port p1 configured as ' +
        'VLAN 5 access port <<<<',
      'actions=NORMAL',
    ),
    port: { vlan: { tag: 5 } },
    packet: 'in_port=1,dl_vlan=7',
  },
  untrunkedVlan: {
    ...scene(
      '     >>>> dropping VLAN 7 packet received on port p1 not configured for ' +
        'trunking VLAN 7 <<<<',
      'actions=NORMAL',
    ),
    port: { vlan: { trunks: [5] } },
    packet: 'in_port=1,dl_vlan=7',
  },
  unwantedCustomerVlan: {
    ...scene(
      '     >>>> dropping VLAN 7 packet received on dot1q-tunnel port p1 that excludes ' +
        'this VLAN <<<<',
      'actions=NORMAL',
    ),
    port: { vlan: { mode: 'dot1q-tunnel', tag: 5, cvlans: [6] } },
    packet: 'in_port=1,dl_vlan=7',
  },
  unwantedVlan: {
    ...scene('     >> disallowed VLAN VID for this input port, dropping', 'actions=NORMAL'),
    port: { vlan: { tag: 5 } },
    packet: 'in_port=1,dl_vlan=5',
  },
  reservedAddress: {
    ...scene('     -> packet has reserved destination MAC, dropping', 'actions=NORMAL'),
    packet: 'in_port=1,dl_dst=01:80:c2:00:00:03',
  },
  macLearned: learning({
    ...scene('     -> learned that 00:00:00:00:00:05 is on port p1 in VLAN 7', 'actions=NORMAL'),
    packet: 'in_port=1,dl_src=00:00:00:00:00:05,dl_vlan=7',
  }),
  toLearnedPort: learning({
    ...scene(
      '     -> forwarding to learned port',
      'actions=NORMAL,move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[],load:2->NXM_OF_IN_PORT[],' +
        'load:6->NXM_OF_ETH_SRC[],NORMAL',
    ),
    packet: 'in_port=1,dl_src=00:00:00:00:00:05',
  }),
  toMirrorPort: {
    ...scene('     >> learned port is a mirror port, dropping', 'actions=NORMAL'),
    packet: 'in_port=1,dl_dst=00:00:00:00:00:09',
    mirrorTo: 3,
  },
  backToInputPort: learning({
    ...scene('     -> learned port is input port, dropping', 'actions=NORMAL'),
    packet: 'in_port=1,dl_src=00:00:00:00:00:05,dl_dst=00:00:00:00:00:05',
  }),
  flooding: scene('     -> no learned MAC for destination, flooding', 'actions=NORMAL'),

  mcastBadChecksum: snooping(
    'multicast snooping received bad IGMP checksum on port p1 in VLAN 0',
    igmp(JOIN, GROUP, { checksumError: 1 }),
  ),
  mcastJoined: snooping(
    'multicast snooping learned that 239.1.2.3 is on port p1 in VLAN 7',
    igmp(JOIN, GROUP, { vlan: 7 }),
  ),
  mcastLeft: snooping(
    'multicast snooping leaving 239.1.2.3 is on port p1 in VLAN 0',
    igmp(LEAVE, GROUP),
    [1, igmp(JOIN, GROUP)],
  ),
  mcastRouter: snooping('multicast snooping query on port p1 in VLAN 0', mld(130, '::')),
  mcastRecords: snooping(
    'multicast snooping processed 1 addresses on port p1 in VLAN 0',
    igmpReport3([{ type: 4, group: GROUP }]),
  ),
  mcastTraffic: snooping('multicast traffic, flooding', QUERY),
  mldQuery: snooping('MLD query, flooding', mld(130, '::')),
  mcastLinkLocal: snooping('RFC4541: section 2.1.2, item 2, flooding', udpTo('224.0.0.9')),
  mcastUnregistered: snooping('unregistered multicast, flooding', udpTo(GROUP)),
  mcastToMember: snooping('forwarding to mcast group port', udpTo(GROUP), [2, igmp(JOIN, GROUP)]),
  mcastMemberBack: snooping('mcast group port is input port, dropping', udpTo(GROUP), [
    1,
    igmp(JOIN, GROUP),
  ]),
  mcastToRouter: snooping('forwarding to mcast router port', igmp(JOIN, GROUP), [2, QUERY]),
  mcastRouterBack: snooping('mcast router port is input port, dropping', igmp(JOIN, GROUP), [
    1,
    QUERY,
  ]),
  mcastRouterElsewhere: snooping(
    'mcast router is on another vlan, dropping',
    igmp(JOIN, GROUP, { vlan: 7 }),
    [2, QUERY],
  ),
  mcastToFloodPort: {
    ...snooping('forwarding to mcast flood port', udpTo(GROUP), [2, igmp(JOIN, GROUP)]),
    floodPort: 3,
  },
  mcastFloodBack: {
    ...snooping('mcast flood port is input port, dropping', udpTo(GROUP), [2, igmp(JOIN, GROUP)]),
    floodPort: 1,
  },
  mcastToReportPort: {
    ...snooping('forwarding report to mcast flagged port', igmp(JOIN, GROUP)),
    reportPort: 3,
  },
  mcastReportBack: {
    ...snooping('mcast port is input port, dropping the Report', igmp(JOIN, GROUP)),
    reportPort: 1,
  },
};

/** All bridges of these tests tell IPFIX collectors, and forward nothing through port 4. */
const IPFIX = { bridgeSample: () => {}, flowSample: () => {} };

/** What the trace says of the scene's packet, which comes in through port 1. */
function told(scene: Scene): string {
  const { rules, groups = [], packet = TCP, mayLearn = false, port, frame, mirrorTo } = scene;
  const fixture = new BridgeFixture();
  if (mirrorTo !== undefined) mirror(fixture, ofpPort(mirrorTo));
  if (port !== undefined) fixture.bridge.setPort(ofpPort(1), port);
  if (port?.isProtected) fixture.bridge.setPort(ofpPort(2), port);
  fixture.bridge.configurePort(ofpPort(4), { noForward: true });
  for (const group of groups) fixture.addGroup(group);
  for (const rule of rules) fixture.addFlow(rule);
  if (frame !== undefined) return toldWhileSnooping(fixture, frame, scene);
  const ingress = fixture.translator.receive(parsePacket(TCP));
  if (ingress === 'ENODEV') throw new Error('no such port');
  const flow = scene.isBack ? comeBack(fixture, packet) : parsePacket(packet);
  const trace = new TraceTree('br0');
  fixture.translator.translate({
    ingress: { ...ingress, flow, ipfix: IPFIX },
    tcpFlags: 0,
    mayLearn,
    skipWildcards: false,
    trace,
  });
  return formatTrace([trace.root]);
}

function toldWhileSnooping(fixture: BridgeFixture, frame: Uint8Array, scene: Scene): string {
  const { heard = [], floodPort, reportPort } = scene;
  fixture.bridge.setSnooping({});
  const { snooping: table } = fixture.bridge;
  if (floodPort !== undefined) table?.setFloodPort(ofpPort(floodPort), true);
  if (reportPort !== undefined) table?.setReportPort(ofpPort(reportPort), true);
  for (const [port, message] of heard) fixture.translateFrame(port, message);
  const trace = new TraceTree('br0');
  fixture.translateFrame(1, frame, { trace });
  return formatTrace([trace.root]);
}

function mirror({ bridge }: BridgeFixture, outputPort: OfpPort): void {
  bridge.mirrors.set({ name: 'm', selectSrcPorts: [ofpPort(1)], outputPort });
  bridge.macs.addStatic(0, 9, 0, outputPort);
}

function comeBack(fixture: BridgeFixture, packet: string): Flow {
  const flow = parsePacket(packet);
  const round = fixture.translate(packet).actions.find(({ type }) => type === 'recirc');
  if (round?.type !== 'recirc') throw new Error('the packet does not come back');
  flow[RECIRC_ID] = round.id;
  flow[DP_HASH] = 1;
  return flow;
}

describe('SENTENCES', () => {
  it.each(Object.entries(SCENES))('has %s said of a packet', (_name, scene) => {
    expect(told(scene)).toContain(`${scene.line}\n`);
  });

  it('has a scene for each', () => {
    expect(Object.keys(SCENES)).toEqual(Object.keys(SENTENCES));
  });
});

describe('TABLE_TITLES', () => {
  it('says that no rule matches', () => {
    expect(told(scene('', 'table=1,actions=drop'))).toContain(
      ` 0. ${TABLE_TITLES.miss}\n    drop\n`,
    );
  });

  it('says that the controller is told of it', () => {
    const fixture = new BridgeFixture();
    fixture.bridge.misses.configure(0, 'controller');
    const trace = new TraceTree('br0');
    fixture.translate(TCP, { trace });
    // As 3.1 has it: there is no word for the reason.
    expect(formatTrace([trace.root])).toContain(
      ` 0. No match, and a "packet-in" is called for.\n    controller(reason=)\n`,
    );
  });

  it('says that fragments are dropped', () => {
    const fixture = new BridgeFixture('actions=output:2');
    fixture.bridge.fragmentMode = 'drop';
    const trace = new TraceTree('br0');
    fixture.translate('ip,in_port=1,nw_frag=first', { trace });
    expect(formatTrace([trace.root])).toContain(
      ' 0. Packets are IP fragments and the fragment handling mode is "drop".\n    drop\n',
    );
  });
});

describe('FAILURES and SLOW_REASONS', () => {
  it('end the text of a trace', () => {
    const fixture = new BridgeFixture(
      'priority=1,actions=debug_slow,2',
      'udp,actions=resubmit(,0)',
    );
    const textOf = (packet: string): string => {
      const flow = parsePacket(packet);
      return formatFlowTrace(traceFlow(fixture.translator, fixture.bridge, { flow }));
    };
    expect(textOf(TCP)).toMatch(
      /\nDatapath actions: 2\nThis flow is handled .* because it:\n {2}- Uses action\(s\) .*\.\n$/,
    );
    expect(textOf('udp,in_port=1')).toMatch(
      /\nDatapath actions: drop\nTranslation failed \(Recursion too deep\), packet is dropped\.\n$/,
    );
  });
});
