/**
 * A bridge of ours that snoops multicast beside a real one: groups and routers in `mdb/show`, where
 * packets go, what becomes of datapath flows when that changes, what traces say.
 */

import { afterEach, describe, it } from 'vitest';
import type { PortVlanOptions } from '../../src/ofproto/port-vlan.js';
import { hex, igmp, igmpReport3, mld, mldReport2 } from '../ofproto/mcast-frames.js';
import { CommandTwins } from './command-twins.js';
import { hasOvsPeer } from './ovs-peer.js';
import { portCommand } from './port-command.js';

const NORMAL = 'priority=0,actions=NORMAL\n';
const PORTS = 5;
const [JOIN, LEAVE, QUERY] = [0x16, 0x17, 0x11];
const [MLD_QUERY, MLD_JOIN, MLD_DONE] = [130, 131, 132];
const GROUP = '239.1.2.3';
const GROUP6 = 'ff15::1234';

let twins: CommandTwins;

afterEach(() => twins.stop());

/** A packet to a group. */
function udp(group: string, inPort: number, vlan?: number): string {
  const [, b = 0, c = 0, d = 0] = group.split('.').map(Number);
  const ip = `ipv4(src=10.0.0.9,dst=${group},proto=17,tos=0,ttl=9,frag=no),udp(src=1,dst=2)`;
  const address = [1, 0, 0x5e, b & 0x7f, c, d];
  return frame({ address, type: '0x0800', payload: ip, inPort, vlan });
}

function udp6(group: string, inPort: number): string {
  const ip =
    `ipv6(src=fe80::9,dst=${group},label=0,proto=17,tclass=0,hlimit=9,frag=no),` +
    'udp(src=1,dst=2)';
  return frame({ address: [0x33, 0x33, 0, 0, 0, 1], type: '0x86dd', payload: ip, inPort });
}

interface FrameText {
  readonly address: readonly number[];
  readonly type: string;
  readonly payload: string;
  readonly inPort: number;
  readonly vlan?: number | undefined;
}

function frame({ address, type, payload, inPort, vlan }: FrameText): string {
  const destination = address.map((byte) => byte.toString(16).padStart(2, '0')).join(':');
  const eth = `in_port(${inPort}),eth(src=50:54:00:00:00:77,dst=${destination})`;
  const inner = `eth_type(${type}),${payload}`;
  if (vlan === undefined) return `${eth},${inner}`;
  return `${eth},eth_type(0x8100),vlan(vid=${vlan},pcp=0),encap(${inner})`;
}

/** Lets frames in, with a look at both after each, and at their datapath flows in the end. */
async function hear(...messages: readonly (readonly [port: string, what: string | Uint8Array])[]) {
  for (const [port, what] of messages) {
    await twins.receive(port, typeof what === 'string' ? what : hex(what));
    await twins.same('mdb/show', 'br0');
  }
  await twins.sameAll('revalidator/wait', 'dpctl/dump-flows');
}

/** Gives a port of both a place among VLANs. */
function setVlan(name: string, vlan: PortVlanOptions): void {
  twins.configure(...portCommand({ vlan }, name));
  const { ofproto } = twins.sw.bridge();
  ofproto.setPort(twins.sw.port(name).number, { vlan });
}

async function sameTraces(...packets: readonly (readonly [port: string, Uint8Array])[]) {
  for (const [port, data] of packets) {
    await twins.same('ofproto/trace', 'br0', `in_port=${port}`, hex(data));
  }
}

describe.skipIf(!hasOvsPeer)('a bridge that snoops', { timeout: 120_000 }, () => {
  it('sends a group where its members and routers are, in each VLAN', async () => {
    twins = await CommandTwins.start(NORMAL, PORTS);
    twins.snoop({});
    await hear(
      ['p2', udp(GROUP, 2)],
      ['p1', igmp(JOIN, GROUP)],
      ['p2', udp(GROUP, 2)],
      ['p1', udp(GROUP, 1)],
    );
    await hear(
      ['p3', igmp(QUERY, '0.0.0.0', { host: 3 })],
      ['p4', igmp(JOIN, GROUP, { host: 4 })],
      ['p1', igmp(JOIN, GROUP)],
      ['p3', igmp(JOIN, GROUP, { host: 3 })],
      ['p3', igmp(JOIN, GROUP, { host: 3, vlan: 7 })],
      ['p2', udp(GROUP, 2, 7)],
      ['p2', udp(GROUP, 2, 8)],
    );
    await hear(
      ['p1', igmp(LEAVE, GROUP)],
      ['p4', igmp(LEAVE, GROUP, { host: 4 })],
      ['p4', igmp(LEAVE, GROUP, { host: 4 })],
      ['p2', udp('224.0.0.9', 2)],
      ['p2', udp('239.5.5.5', 2)],
    );
    await twins.same('dpctl/show', '-s');
  });

  it('does so with IPv6', async () => {
    twins = await CommandTwins.start(NORMAL, PORTS);
    twins.snoop({});
    await hear(
      ['p1', mld(MLD_JOIN, GROUP6)],
      ['p2', udp6(GROUP6, 2)],
      ['p3', mld(MLD_QUERY, '::', { host: 3 })],
      ['p3', mld(MLD_QUERY, '::', { host: 3, source: '::' })],
      ['p4', mld(MLD_QUERY, '::', { host: 4, source: '::' })],
      ['p5', mldReport2([{ type: 4, group: GROUP6 }], { host: 5 })],
    );
    await hear(
      ['p1', mld(MLD_DONE, GROUP6)],
      ['p5', mldReport2([{ type: 3, group: GROUP6 }], { host: 5 })],
      ['p2', udp6('ff02::1', 2)],
      ['p2', udp6('ff02::2', 2)],
      ['p2', udp6('ff15::99', 2)],
      ['p2', mld(136, 'ff15::99', { host: 2 })],
    );
    await twins.same('dpctl/show', '-s');
  });

  it('keeps others from what no member wants, unless a port is flooded', async () => {
    twins = await CommandTwins.start(NORMAL, PORTS);
    twins.snoop({ floodsUnregistered: false, floodPorts: ['p4'], reportPorts: ['p5'] });
    await hear(
      ['p2', udp(GROUP, 2)],
      ['p4', igmp(JOIN, GROUP, { host: 4 })],
      ['p4', igmp(QUERY, '0.0.0.0', { host: 4 })],
      ['p4', udp(GROUP, 4)],
      ['p3', igmp(QUERY, '0.0.0.0', { host: 3, source: '10.0.0.3' })],
      ['p2', udp('239.5.5.5', 2)],
      ['p1', igmp(JOIN, GROUP)],
      ['p5', igmp(JOIN, GROUP, { host: 5 })],
      ['p5', igmp(LEAVE, GROUP, { host: 5 })],
      ['p2', udp(GROUP, 2)],
      ['p2', udp6(GROUP6, 2)],
    );
    await sameTraces(
      ['p1', igmp(JOIN, GROUP)],
      ['p5', igmp(JOIN, GROUP, { host: 5 })],
      ['p4', igmp(JOIN, GROUP, { host: 4 })],
      ['p1', mld(MLD_JOIN, GROUP6)],
    );
    await twins.sameAll(
      `ofproto/trace ${udp(GROUP, 2)}`,
      `ofproto/trace ${udp(GROUP, 4)}`,
      `ofproto/trace ${udp('239.5.5.5', 3)}`,
    );
  });

  it('learns nothing from packets that come from no port', async () => {
    twins = await CommandTwins.start(NORMAL, PORTS);
    twins.snoop({});
    await twins.receive('p1', hex(igmp(QUERY, '0.0.0.0')));
    const link = 'dl_src=50:54:00:00:00:09,dl_dst=50:54:00:00:00:02';
    for (const port of ['CONTROLLER', 'NONE', 'LOCAL', '9']) {
      await twins.same('ofproto/trace', 'br0', `in_port=${port},${link}`);
      await twins.same('ofproto/trace', 'br0', `in_port=${port}`, hex(igmp(JOIN, GROUP)));
      await twins.same('ofproto/trace-packet-out', 'br0', `in_port=${port},${link}`, 'NORMAL');
    }
    await twins.sameAll('fdb/show br0', 'mdb/show br0');
  });

  it('knows the VLANs of its ports', async () => {
    twins = await CommandTwins.start(NORMAL, 6);
    const settings: [name: string, vlan: PortVlanOptions][] = [
      ['p1', { tag: 5 }],
      ['p2', { tag: 5 }],
      ['p3', { trunks: [5, 6] }],
      ['p4', { mode: 'native-untagged', tag: 5 }],
      ['p5', { tag: 6 }],
      ['p6', { mode: 'dot1q-tunnel', tag: 5 }],
    ];
    for (const [name, vlan] of settings) setVlan(name, vlan);
    // The order in which packets are flooded, each with another tag, is a hash's there.
    twins.snoop({ floodsUnregistered: false, floodPorts: ['p5'] });
    await hear(
      ['p1', igmp(JOIN, GROUP)],
      ['p3', igmp(JOIN, GROUP, { host: 3, vlan: 5 })],
      ['p4', igmp(QUERY, '0.0.0.0', { host: 4 })],
      ['p6', igmp(JOIN, GROUP, { host: 6 })],
      ['p2', igmp(JOIN, '239.0.0.9', { host: 2, vlan: 5 })],
      ['p2', udp(GROUP, 2)],
      ['p3', udp(GROUP, 3, 5)],
      ['p3', udp(GROUP, 3, 6)],
      ['p3', udp(GROUP, 3, 7)],
      ['p5', udp(GROUP, 5)],
      ['p6', udp(GROUP, 6)],
    );
    await twins.sameAll(`ofproto/trace ${udp(GROUP, 2)}`, `ofproto/trace ${udp(GROUP, 3, 5)}`);
    await twins.same('dpctl/show', '-s');
  });

  it('sends twice to a member that turns out to be a router', async () => {
    twins = await CommandTwins.start(NORMAL, PORTS);
    twins.snoop({ floodPorts: ['p4'] });
    await hear(['p1', igmp(JOIN, GROUP)], ['p1', igmp(QUERY, '0.0.0.0')], ['p2', udp(GROUP, 2)]);
  });

  it('learns nothing of a router without an address', async () => {
    twins = await CommandTwins.start(NORMAL, PORTS);
    twins.snoop({});
    await hear(['p1', igmp(QUERY, '0.0.0.0', { source: '0.0.0.0' })], ['p2', udp(GROUP, 2)]);
  });

  it('reads reports record by record, good or bad', async () => {
    twins = await CommandTwins.start(NORMAL, PORTS);
    twins.snoop({});
    const sources = ['10.0.0.1', '10.0.0.2'];
    const [a, b, c] = ['239.9.9.1', '239.9.9.2', '239.9.9.3'];
    await hear(
      [
        'p1',
        igmpReport3([
          { type: 1, group: a, sources },
          { type: 5, group: b },
        ]),
      ],
      [
        'p1',
        igmpReport3([
          { type: 3, group: a, sources },
          { type: 3, group: b },
        ]),
      ],
      [
        'p1',
        igmpReport3([
          { type: 4, group: c, auxiliarySize: 4 },
          { type: 2, group: b },
        ]),
      ],
      [
        'p2',
        igmpReport3(
          [
            { type: 7, group: a },
            { type: 4, group: c },
          ],
          { host: 2 },
        ),
      ],
      ['p2', igmpReport3([{ type: 4, group: a }], { host: 2, checksumError: 1 })],
      ['p2', igmpReport3([{ type: 4, group: a }], { host: 2, padding: 20 })],
      ['p3', igmpReport3([{ type: 6, group: b }], { host: 3, recordsCount: 3, padding: 20 })],
      ['p3', mldReport2([{ type: 4, group: GROUP6, sources: ['2001::1'] }], { host: 3 })],
      [
        'p3',
        mldReport2([
          { type: 9, group: 'ff15::9' },
          { type: 4, group: 'ff15::8' },
        ]),
      ],
      ['p3', mldReport2([{ type: 6, group: 'ff15::7' }], { recordsCount: 9, padding: 9 })],
      ['p3', mldReport2([{ type: 4, group: 'ff15::6' }], { checksumError: 1 })],
      ['p4', igmp(0x12, a, { host: 4 })],
      ['p4', igmp(0x13, b, { host: 4 })],
      ['p4', igmp(JOIN, '224.0.0.251', { host: 4 })],
    );
  });

  it('says the same in traces', async () => {
    twins = await CommandTwins.start(NORMAL, PORTS);
    twins.snoop({});
    await twins.receive('p1', hex(igmp(JOIN, GROUP)));
    await sameTraces(
      ['p1', igmp(JOIN, GROUP)],
      ['p1', igmp(JOIN, '239.0.0.1')],
      ['p3', igmp(QUERY, '0.0.0.0', { host: 3 })],
      ['p3', igmp(QUERY, '0.0.0.0', { host: 3 })],
      ['p3', igmp(QUERY, '0.0.0.0', { host: 3, vlan: 5 })],
      ['p4', igmp(JOIN, GROUP, { host: 4 })],
      ['p1', igmp(LEAVE, GROUP)],
      ['p1', igmp(LEAVE, GROUP)],
      ['p1', igmp(JOIN, GROUP, { checksumError: 1 })],
      ['p3', igmp(JOIN, GROUP, { host: 3 })],
      ['p4', igmp(0x13, GROUP, { host: 4 })],
      ['p4', igmpReport3([{ type: 4, group: '239.9.9.9' }])],
      ['p4', mld(MLD_JOIN, GROUP6)],
      ['p4', mld(MLD_DONE, GROUP6)],
      [
        'p4',
        mldReport2([
          { type: 4, group: 'ff15::9' },
          { type: 2, group: 'ff15::8' },
        ]),
      ],
      ['p5', mld(MLD_QUERY, '::', { host: 5 })],
      ['p4', mldReport2([{ type: 4, group: 'ff15::9' }], { checksumError: 1 })],
    );
    await twins.sameAll(
      'mdb/show br0',
      `ofproto/trace ${udp(GROUP, 2)}`,
      `ofproto/trace ${udp(GROUP, 4)}`,
      `ofproto/trace ${udp('224.0.0.9', 2)}`,
      `ofproto/trace ${udp('239.5.5.5', 2)}`,
      `ofproto/trace ${udp6('ff02::1', 2)}`,
      `ofproto/trace ${udp6('ff02::2', 2)}`,
      `ofproto/trace ${udp6('ff15::9', 5)}`,
    );
  });
});

describe.skipIf(!hasOvsPeer)('what a bridge has snooped', { timeout: 120_000 }, () => {
  it('is forgotten in time', async () => {
    twins = await CommandTwins.start(NORMAL, PORTS);
    twins.snoop({});
    const other = '239.0.0.2';
    await hear(['p1', igmp(JOIN, GROUP)], ['p2', igmp(JOIN, other, { host: 2 })]);
    await twins.same('time/warp', '5000', '1000');
    await hear(['p1', igmp(JOIN, other)], ['p3', igmp(QUERY, '0.0.0.0', { host: 3 })]);
    await twins.same('time/warp', '5000', '1000');
    await hear(['p3', igmp(JOIN, GROUP, { host: 3 })], ['p4', igmp(JOIN, GROUP, { host: 4 })]);
    for (const step of ['174000', '1000', '110000', '4000', '1000', '5000', '5000']) {
      await twins.same('time/warp', step, '1000');
      await twins.sameAll('revalidator/wait', 'mdb/show br0');
    }
  });

  it('is forgotten in the time that is asked for, within bounds', async () => {
    twins = await CommandTwins.start(NORMAL, PORTS);
    twins.snoop({ agingSeconds: 1 });
    await hear(['p1', igmp(JOIN, GROUP)]);
    await twins.same('time/warp', '14000', '1000');
    await twins.sameAll('revalidator/wait', 'mdb/show br0');
    twins.snoop({ agingSeconds: 20 });
    await twins.sameAll('mdb/show br0', 'time/warp 5000 1000', 'mdb/show br0');
    await twins.sameAll('time/warp 1000 1000', 'revalidator/wait', 'mdb/show br0');
    twins.snoop({ agingSeconds: 99_999 });
    await hear(['p1', igmp(JOIN, GROUP)]);
    await twins.sameAll('time/warp 3599000 100000', 'mdb/show br0');
    await twins.sameAll('time/warp 1000 1000', 'revalidator/wait', 'mdb/show br0');
  });

  it('is bounded in number', async () => {
    twins = await CommandTwins.start(NORMAL, PORTS);
    twins.snoop({ groupsMax: 1 });
    for (let i = 1; i <= 12; i++) {
      await twins.receive('p1', hex(igmp(JOIN, `239.0.0.${i}`)));
      if (i === 8) await twins.receive('p1', hex(igmp(JOIN, '239.0.0.1')));
    }
    await twins.sameAll('revalidator/wait', 'mdb/show br0', `ofproto/trace ${udp('239.0.0.2', 2)}`);
    twins.snoop({ groupsMax: 15 });
    for (let i = 1; i <= 20; i++) await twins.receive('p2', hex(igmp(JOIN, `239.0.1.${i}`)));
    await twins.sameAll('revalidator/wait', 'mdb/show br0');
    twins.snoop({ groupsMax: 12 });
    await twins.sameAll('revalidator/wait', 'mdb/show br0');
  });

  it('is flushed on command', async () => {
    twins = await CommandTwins.start(NORMAL, PORTS);
    twins.snoop({});
    await hear(
      ['p1', igmp(JOIN, GROUP)],
      ['p3', igmp(QUERY, '0.0.0.0', { host: 3 })],
      ['p2', udp(GROUP, 2)],
    );
    await twins.sameAll('mdb/flush br0', 'revalidator/wait', 'mdb/show br0', 'dpctl/dump-flows');
    await hear(['p1', igmp(JOIN, GROUP)], ['p2', udp(GROUP, 2)]);
    await twins.sameAll('mdb/flush', 'revalidator/wait', 'mdb/show br0', 'dpctl/dump-flows');
    await twins.sameAll('mdb/flush br0 br0', 'mdb/flush nope', 'mdb/show nope', 'mdb/show');
  });

  it('goes with its port, and when the bridge snoops no more', async () => {
    twins = await CommandTwins.start(NORMAL, PORTS);
    twins.snoop({});
    await hear(
      ['p1', igmp(JOIN, GROUP)],
      ['p2', igmp(JOIN, GROUP, { host: 2 })],
      ['p1', igmp(JOIN, '239.0.0.1')],
      ['p1', igmp(QUERY, '0.0.0.0')],
    );
    twins.configure('del-port', 'br0', 'p1');
    twins.sw.removePort('p1');
    await twins.sameAll('mdb/show br0', `ofproto/trace ${udp(GROUP, 3)}`);
    twins.configure('set', 'bridge', 'br0', 'mcast_snooping_enable=false');
    twins.sw.bridge().setMcastSnooping(undefined);
    await twins.sameAll('mdb/show br0', 'mdb/flush br0', 'mdb/flush');
    await twins.same('ofproto/trace', udp(GROUP, 3));
    twins.snoop({});
    await twins.same('mdb/show', 'br0');
  });
});
