/**
 * Recirculated packets beside Open vSwitch: the same frames, and then the same megaflows, with the
 * same actions and masks, whose recirculation ids are named in the order in which they appear.
 */

import { describe, expect, it } from 'vitest';
import { createRng } from '../../src/base/rng.js';
import { VirtualClock } from '../../src/base/virtual-clock.js';
import { composePacket } from '../../src/packet/compose.js';
import type { Flow } from '../../src/packet/flow.js';
import { MPLS0, MPLS2 } from '../../src/packet/flow-layout.js';
import { MPLS_BOTTOM_OF_STACK } from '../../src/packet/protocol.js';
import { createSwitch } from '../../src/switch.js';
import { randomPacket } from '../ofproto/random-packet.js';
import { hasOvsPeer, type IncomingFrame, OvsPeer } from './ovs-peer.js';

const PORT_COUNT = 4;
const FRAMES_COUNT = 40;

interface Scenario {
  readonly name: string;
  readonly groups: readonly string[];
  readonly flows: readonly string[];
}

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'MPLS pop, then L3',
    groups: [],
    flows: [
      'priority=2,mpls,mpls_bos=1,' +
        'actions=pop_mpls:0x0800,dec_ttl,mod_dl_dst:00:00:00:00:00:09,output:2',
      'priority=1,mpls,actions=output:4,pop_mpls:0x8847,output:3',
      'priority=0,actions=output:4',
    ],
  },
  {
    name: 'select groups by the hash of the datapath',
    groups: [
      'group_id=1,type=select,' +
        'bucket=weight:2,output:1,bucket=weight:1,output:2,bucket=output:3',
      'group_id=2,type=select,selection_method=dp_hash,' +
        'selection_method_param=0x100000005,' +
        'bucket=set_field:00:00:00:00:00:03->eth_src,output:4,bucket=output:3',
      'group_id=3,type=all,' +
        'bucket=group:1,bucket=mod_dl_src:00:00:00:00:00:07,group:2,bucket=output:4',
    ],
    flows: [
      'priority=3,tcp,actions=group:1,output:4',
      'priority=3,udp,actions=mod_nw_tos:4,resubmit(,1),output:3',
      'table=1,udp,actions=group:2',
      'priority=2,ipv6,actions=group:3',
      'priority=0,actions=write_actions(group:1)',
    ],
  },
  {
    name: 'packets under an NSH header',
    groups: [],
    flows: [
      'priority=2,ip,actions=encap(nsh),set_field:7->nsh_spi,decap(),output:2',
      'priority=1,ipv6,actions=encap(nsh),encap(ethernet),' +
        'set_field:00:00:00:00:00:09->eth_dst,output:4,decap(),decap(),output:3',
      'priority=0,actions=output:1',
    ],
  },
];

function frames(): IncomingFrame[] {
  const rng = createRng(5);
  const made: IncomingFrame[] = [];
  while (made.length < FRAMES_COUNT) {
    const flow = randomPacket(rng, 1);
    const port = 1 + rng.below(PORT_COUNT);
    if (hasWholeStack(flow)) made.push({ port, data: composePacket(flow) });
  }
  return made;
}

/** A stack of labels without an end is not what these tests are about. */
function hasWholeStack(flow: Flow): boolean {
  const labels = flow.subarray(MPLS0, MPLS2 + 1).filter((label) => label !== 0);
  return labels.length === 0 || ((labels.at(-1) ?? 0) & MPLS_BOTTOM_OF_STACK) !== 0;
}

/** A dump without what differs in every run; its ids are numbered as they were given out. */
function comparable(lines: readonly string[]): string[] {
  const found = lines.flatMap((line) => line.match(/(?<=recirc(_id)?\()0x[0-9a-f]+(?=\))/g) ?? []);
  const ids = [...new Set(found)].sort((a, b) => Number(a) - Number(b));
  const named = lines.map((line) =>
    line
      .replace(/ufid:\S+, /, '')
      .replace(/, used:\S+,/, ',')
      .replace(/, flags:\S+,/, ',')
      .replace(/(?<=controller.*)recirc_id=\d+/g, 'recirc_id=N')
      .replace(/(?<=recirc(_id)?\()0x[0-9a-f]+(?=\))/g, (id) => `R${ids.indexOf(id)}`),
  );
  return named.sort();
}

describe.skipIf(!hasOvsPeer)('Recirculation', () => {
  it.each(SCENARIOS)('is that of Open vSwitch for $name', async ({ groups, flows }) => {
    const peer = await OvsPeer.start({ portCount: PORT_COUNT });
    const sw = createSwitch({
      ports: PORT_COUNT,
      clock: new VirtualClock(),
      groups: groups.join('\n'),
      flows: flows.join('\n'),
    });
    try {
      for (const group of groups) peer.changeRules('add-group', '-OOpenFlow15', group);
      for (const flow of flows) peer.changeRules('add-flow', '-OOpenFlow15', flow);
      for (const frame of frames()) {
        await peer.receive([frame]);
        sw.inject(frame.port, frame.data);
        await sw.settled();
      }
      const theirs = comparable(await peer.megaflows());
      expect(comparable(sw.dumpMegaflows().trimEnd().split('\n'))).toEqual(theirs);
    } finally {
      peer.stop();
      await sw.stop();
    }
  });
});
