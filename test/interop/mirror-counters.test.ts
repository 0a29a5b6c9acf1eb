/**
 * What mirrors count, beside Open vSwitch: misses and hits, copies that were and were not made.
 */

import { afterEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/base/virtual-clock.js';
import { createSwitch } from '../../src/switch.js';
import type { MirrorColumns } from '../../src/switch-mirror.js';
import { packet } from '../../src/switch-packet.js';
import { hasOvsPeer, type IncomingFrame, OvsPeer } from './ovs-peer.js';

const MIRRORS: readonly MirrorColumns[] = [
  { name: 'span', selectSrcPort: ['p1'], selectDstPort: ['p2'], outputPort: 'p3' },
  { name: 'vlan', selectSrcPort: ['p1'], selectVlan: [5], outputPort: 'p3' },
  { name: 'rspan', selectSrcPort: ['p1'], outputVlan: 7 },
  { name: 'elsewhere', selectSrcPort: ['p4'], selectVlan: [9], outputVlan: 7 },
  { name: 'cut', selectAll: true, outputPort: 'p4', snaplen: 20 },
];

const to = (address: number): string => `dl_dst=50:54:00:00:00:0${address}`;
const FLOWS = [
  { port: 1, flow: `udp,dl_src=50:54:00:00:00:01,${to(9)}` },
  { port: 1, flow: `udp,dl_vlan=5,dl_src=50:54:00:00:00:01,${to(9)}` },
  { port: 1, flow: `udp,dl_vlan=7,dl_src=50:54:00:00:00:01,${to(9)}` },
  { port: 2, flow: `udp,dl_src=50:54:00:00:00:02,${to(1)}` },
  { port: 3, flow: `udp,dl_src=50:54:00:00:00:03,${to(1)}` },
  { port: 1, flow: `udp,dl_src=50:54:00:00:00:01,${to(2)}` },
];
/** Each flow misses once, and hits twice. */
const FRAMES: readonly IncomingFrame[] = FLOWS.flatMap(({ port, flow }) => {
  const frame = { port, data: packet(flow) };
  return [frame, frame, frame];
});
/** The peer writes when it comes to it. */
const WRITTEN = { timeout: 20_000 };
/** Statistics are written into the database so often. */
const STATISTICS_MS = 5000;

let peer: OvsPeer;

afterEach(() => peer.stop());

describe.skipIf(!hasOvsPeer)('Mirrors', { timeout: 60_000 }, () => {
  it('count what those of Open vSwitch count', async () => {
    peer = await OvsPeer.start({ portCount: 4, otherConfig: { 'vlan-limit': '1' } });
    peer.changeRules('add-flow', 'actions=NORMAL');
    for (const mirror of MIRRORS) peer.configure(...mirrorCommand(mirror));
    const sw = createSwitch({ ports: 4, mirrors: MIRRORS, clock: new VirtualClock() });
    // One by one, so that each is a miss or a hit on both sides, and addresses are known in time.
    for (const frame of FRAMES) {
      await peer.receive([frame]);
      await peer.command('revalidator/wait');
      sw.inject(frame.port, frame.data);
      await sw.revalidated();
    }
    await sw.stop();
    await peer.purge();
    await peer.command('time/warp', String(2 * STATISTICS_MS), '1000');
    const ours = sw.bridge().mirrors();
    expect(ours.find(({ name }) => name === 'span')?.packets).toBeGreaterThan(FLOWS.length);
    for (const { name, packets, bytes } of ours) {
      const theirs = () => peer.query('get', 'mirror', name, 'statistics').trim();
      await expect.poll(theirs, WRITTEN).toBe(`{tx_bytes=${bytes}, tx_packets=${packets}}`);
    }
  });
});

function mirrorCommand(mirror: MirrorColumns): string[] {
  const { name, selectAll = false, selectSrcPort = [], selectDstPort = [] } = mirror;
  const { selectVlan = [], outputPort, outputVlan, snaplen } = mirror;
  const ports = ['p1', 'p2', 'p3', 'p4'];
  const command = ports.flatMap((port) => ['--', `--id=@${port}`, 'get', 'port', port]);
  command.push('--', '--id=@m', 'create', 'mirror', `name=${name}`, `select_all=${selectAll}`);
  command.push(`select_src_port=[${selectSrcPort.map((port) => `@${port}`).join()}]`);
  command.push(`select_dst_port=[${selectDstPort.map((port) => `@${port}`).join()}]`);
  command.push(`select_vlan=[${selectVlan.join()}]`);
  if (outputPort !== undefined) command.push(`output_port=@${outputPort}`);
  if (outputVlan !== undefined) command.push(`output_vlan=${outputVlan}`);
  if (snaplen !== undefined) command.push(`snaplen=${snaplen}`);
  return [...command, '--', 'add', 'bridge', 'br0', 'mirrors', '@m'];
}
