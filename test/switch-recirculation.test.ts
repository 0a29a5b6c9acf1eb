import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../src/base/virtual-clock.js';
import { RECIRC_DEPTH_MAX } from '../src/datapath/action-executor.js';
import { createSwitch } from '../src/switch.js';
import { packet } from '../src/switch-packet.js';

/** An MPLS label in front of a packet, which is then IPv4 behind it. */
function labelled(frame: Uint8Array): Uint8Array {
  const labelledFrame = new Uint8Array(frame.length + 4);
  labelledFrame.set(frame.subarray(0, 12));
  labelledFrame.set([0x88, 0x47, 0x00, 0x00, 0x51, 0x40], 12);
  labelledFrame.set(frame.subarray(14), 18);
  return labelledFrame;
}

const UDP = packet('udp,tp_dst=53,nw_src=10.0.0.1,nw_dst=10.0.0.2,nw_ttl=64');

describe('recirculation in a switch', () => {
  it('finds what is under the last label, and credits it each time it comes', async () => {
    const clock = new VirtualClock();
    const sw = createSwitch({
      ports: 3,
      clock,
      flows: 'mpls,actions=pop_mpls:0x0800,dec_ttl,output:2',
    });
    for (let i = 0; i < 3; i++) {
      sw.inject(1, labelled(UDP));
      await sw.settled();
    }
    expect(sw.megaflows().map(({ actions }) => actions)).toEqual([
      'pop_mpls(eth_type=0x800),recirc(0x1)',
      'set(ipv4(ttl=63)),2',
    ]);
    await sw.stop();
    expect(sw.port(2).stats.txPackets).toBe(3);
    expect(sw.dumpFlows()).toMatch(/n_packets=3,/);
    expect(sw.conservation()).toMatchObject({
      packetsIn: 3,
      packetsRecirculated: 3,
      packetsCredited: 6,
      ok: true,
    });
  });

  it('spreads connections over a select group by a hash of the datapath', async () => {
    const sw = createSwitch({
      ports: 4,
      clock: new VirtualClock(),
      groups: 'group_id=1,type=select,bucket=output:2,bucket=output:3,bucket=output:4',
      flows: 'ip,actions=group:1',
    });
    for (let i = 1; i <= 60; i++) {
      sw.inject(1, packet(`udp,nw_src=10.0.1.${i},nw_dst=10.0.0.2`));
      await sw.settled();
    }
    const sent = [2, 3, 4].map((port) => sw.port(port).stats.txPackets);
    expect(sent.reduce((sum, count) => sum + count, 0)).toBe(60);
    expect(Math.min(...sent)).toBeGreaterThan(5);
    // One flow that hashes, and at most one for each of the 16 values that matter.
    expect(sw.megaflows().length).toBeLessThanOrEqual(17);
    await sw.stop();
  });

  it('keeps a state for as long as flows need it', async () => {
    const clock = new VirtualClock();
    const sw = createSwitch({
      ports: 2,
      clock,
      flows: 'mpls,actions=pop_mpls:0x0800,dec_ttl,output:2',
    });
    sw.inject(1, labelled(UDP));
    await sw.settled();
    for (let i = 0; i < 8; i++) {
      clock.advance(5000);
      sw.inject(1, labelled(UDP));
      await sw.settled();
    }
    expect(sw.port(2).stats.txPackets).toBe(9);
    await sw.stop();
  });

  it('ends somewhere', async () => {
    const sw = createSwitch({
      ports: 2,
      clock: new VirtualClock(),
      flows: 'ip,actions=encap(nsh),decap,output:2',
    });
    sw.inject(1, UDP);
    await sw.settled();
    expect(sw.port(2).stats.txPackets).toBe(1);
    sw.addFlow('arp,actions=encap(nsh),decap');
    sw.inject(1, packet('arp'));
    await sw.settled();
    expect(sw.coverage.read('datapath_drop_recirc_error')).toBe(1);
    expect(sw.megaflows().length).toBeLessThanOrEqual(3 + RECIRC_DEPTH_MAX);
    await sw.stop();
  });
});
