/**
 * Patch ports beside Open vSwitch: the same two bridges, rules and packets, the same traces.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { odpPort } from '../../src/base/brands.js';
import { plainLines } from '../../src/cli/dumped-text.js';
import { parseFlow } from '../../src/ofproto/flow-syntax.js';
import { formatFlowTrace, traceFlow } from '../../src/ofproto/flow-trace.js';
import { parseMeter } from '../../src/ofproto/meter-text.js';
import { OFPP_LOCAL } from '../../src/ofproto/ofpact.js';
import { BridgeFixture, parsePacket } from '../ofproto/bridge-fixture.js';
import { hasOvsPeer, OvsPeer } from './ovs-peer.js';
import { sentBy } from './sent-by.js';

const METER = 'meter=1,kbps,band=type=drop,rate=100';

interface Scene {
  readonly what: string;
  /** Of the first bridge, whose port 11 is joined with port 12 of the second. */
  readonly rules: readonly string[];
  readonly others: readonly string[];
  readonly packets?: readonly string[];
}

const SCENES: readonly Scene[] = [
  {
    what: 'through the tables of the other bridge',
    rules: ['actions=output:11,output:2'],
    others: [
      'priority=5,ip,actions=load:5->NXM_NX_REG1[],resubmit(,2),output:6',
      'table=2,reg1=5,ip,nw_dst=10.0.0.0/8,actions=output:5',
      'table=2,actions=drop',
      'priority=1,arp,actions=drop',
    ],
  },
  {
    what: 'with registers, metadata and a stack of its own',
    rules: [
      'actions=load:7->NXM_NX_REG0[],load:8->OXM_OF_METADATA[],push:NXM_NX_REG0[],output:11,' +
        'pop:NXM_NX_REG2[],mod_dl_src:50:54:00:00:00:77,output:2',
    ],
    others: ['reg0=7,actions=drop', 'priority=1,metadata=0,actions=pop:NXM_NX_REG3[],output:5'],
  },
  {
    what: 'and what is changed there is put back here',
    rules: ['actions=output:11,output:2,mod_vlan_vid:9,output:11,output:3'],
    others: ['actions=mod_vlan_vid:5,mod_dl_dst:50:54:00:00:00:99,output:5'],
  },
  {
    what: 'with an action set of its own',
    rules: ['actions=output:11,write_actions(output:3)'],
    others: ['actions=output:5,write_actions(mod_dl_src:50:54:00:00:00:66,output:6)'],
  },
  {
    what: 'with a copy, where it cannot be put back',
    rules: ['priority=5,ip,actions=output:11,output:2', 'priority=1,actions=output:2,output:11'],
    others: ['actions=meter:1,output:5'],
  },
  {
    what: 'and is dropped there, and goes on here',
    rules: ['actions=output:11,output:2'],
    others: [],
  },
  {
    what: 'and comes back, but not to where it was',
    rules: ['in_port=1,actions=output:11,output:2', 'in_port=11,actions=output:3,output:11'],
    others: ['actions=in_port,output:5'],
  },
  {
    what: 'and exits there, and goes on here',
    rules: ['actions=output:11,output:2'],
    others: ['actions=output:5,exit,output:6'],
  },
  {
    what: 'and fails there, and goes on here',
    rules: ['actions=output:11,output:2'],
    others: [
      'actions=mod_vlan_vid:5,output:5,clone(output(port=6,max_len=99),resubmit(,0)),output:6',
    ],
  },
  {
    what: 'within a group, within a clone, with a table of misses',
    rules: ['actions=clone(mod_vlan_vid:3,output:11),output:11,resubmit(,1)', 'table=1,actions=2'],
    others: ['table=0,dl_vlan=3,actions=goto_table:1', 'table=1,actions=output:5'],
  },
  {
    what: 'cut, or by a queue',
    rules: ['actions=output(port=11,max_len=100),enqueue:11:1,output:2'],
    others: ['actions=output:5'],
  },
  {
    what: 'without labels, to be looked at again there',
    rules: ['mpls,actions=pop_mpls:0x0800,output:11,output:2'],
    others: ['ip,actions=dec_ttl,output:5'],
    packets: ['in_port=1,mpls,mpls_label=5,mpls_ttl=9,mpls_bos=1'],
  },
  {
    what: 'flooded by both',
    rules: ['actions=NORMAL'],
    others: ['actions=NORMAL'],
  },
  {
    what: 'for ever, which the depth ends',
    rules: ['in_port=1,actions=output:11,output:2', 'in_port=11,actions=output:3,in_port'],
    others: ['actions=output:5,in_port'],
  },
];

const PACKETS = [
  'in_port=1,ip,nw_src=10.0.0.1,nw_dst=10.0.0.2,nw_proto=17',
  'in_port=1,ip,nw_src=10.0.0.1,nw_dst=11.0.0.2,nw_proto=17',
  'in_port=1,arp,arp_op=1,dl_dst=ff:ff:ff:ff:ff:ff',
  'in_port=1,dl_type=0x1234,dl_vlan=4,dl_vlan_pcp=2',
];

describe.skipIf(!hasOvsPeer)('Patch ports', () => {
  let peer: OvsPeer;
  beforeAll(async () => {
    peer = await OvsPeer.start({ portCount: 4, otherConfig: { 'vlan-limit': '2' } });
    peer.configure(...secondBridge());
    peer.changeRulesOf('br1', 'add-meter', METER, '-O', 'OpenFlow13');
  });
  afterAll(() => peer.stop());

  it.each(SCENES)('send a packet $what, as those of Open vSwitch', async (scene) => {
    const { rules, others, packets = PACKETS } = scene;
    const fixture = new BridgeFixture();
    fixture.join();
    fixture.bridge.addPort({ name: 'br0', ofpPort: OFPP_LOCAL, odpPort: odpPort(100) });
    fixture.other.addPort({ name: 'br1', ofpPort: OFPP_LOCAL, odpPort: odpPort(101) });
    fixture.bridge.vlanLimit = 2;
    fixture.other.vlanLimit = 2;
    fixture.other.meters.apply({ command: 'add', meter: parseMeter(METER) });
    for (const bridge of ['br0', 'br1']) peer.changeRulesOf(bridge, 'del-flows');
    peer.addLinesTo('br0', 'OpenFlow13', 'add-flows', rules);
    peer.addLinesTo('br1', 'OpenFlow13', 'add-flows', others);
    // As the peer has understood them: versions turn actions into others on their way.
    for (const { name, tables } of [fixture.bridge, fixture.other]) {
      const dump = plainLines(await peer.command('bridge/dump-flows', name));
      for (const line of dump.split('\n')) if (line !== '') tables.add(parseFlow(line));
    }
    const theirs: string[] = [];
    const mine: string[] = [];
    for (const packet of packets) {
      theirs.push(shown(await peer.command('ofproto/trace', 'br0', packet), packet));
      const flow = parsePacket(packet);
      const trace = traceFlow(fixture.translator, fixture.bridge, { flow });
      mine.push(shown(formatFlowTrace(trace), packet));
    }
    expect(mine).toEqual(theirs);
  });
});

/** Joined as `BridgeFixture.join` does it, and with the numbers that it has. */
function secondBridge(): string[] {
  const command = ['add-br', 'br1', '--', 'set', 'bridge', 'br1'];
  command.push('datapath-type=dummy', 'fail-mode=secure');
  const add = (bridge: string, name: string, number: number, ...settings: string[]): void => {
    command.push('--', 'add-port', bridge, name, '--', 'set', 'interface', name);
    command.push(`ofport_request=${number}`, ...settings);
  };
  add('br1', 'p5', 5, 'type=dummy');
  add('br1', 'p6', 6, 'type=dummy');
  add('br0', 't11', 11, 'type=patch', 'options:peer=t12');
  add('br1', 't12', 12, 'type=patch', 'options:peer=t11');
  return command;
}

/**
 * Ids of frozen states are each side's own, and floods come in the order of a hash, in the tree as
 * well.
 */
function shown(text: string, packet: string): string {
  const plain = text.replace(/recirc\(0x[\da-f]+\)/g, 'recirc(ID)');
  if (!text.includes('NORMAL')) return plain;
  return plain.replace(/(?<=Datapath actions: ).*/, (actions) => sentBy(actions, packet));
}
