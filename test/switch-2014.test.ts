import { describe, expect, it } from 'vitest';
import { ofpPort } from '../src/base/brands.js';
import { VirtualClock } from '../src/base/virtual-clock.js';
import type { PacketIn } from '../src/ofproto/packet-ins.js';
import { VLAN0 } from '../src/packet/flow-layout.js';
import { createSwitch } from '../src/switch.js';
import type { SwitchOptions } from '../src/switch-options.js';
import { packet } from '../src/switch-packet.js';
import { Runtime } from '../src/switch-runtime.js';

function setUp(options: SwitchOptions) {
  const clock = new VirtualClock({ start: 1_000_000 });
  const sw = createSwitch({ clock, profile: 'ovs-2.3', ...options });
  const packetIns: PacketIn[] = [];
  sw.packetIns.subscribe((batch) => packetIns.push(...batch));
  const out: { port: string; size: number; ethType: number }[] = [];
  sw.transmitted.subscribe((batch) => {
    for (const { port, data } of batch) {
      out.push({ port: port.name, size: data.length, ethType: (data[12]! << 8) | data[13]! });
    }
  });
  return { sw, clock, packetIns, out };
}

describe("createSwitch({ profile: 'ovs-2.3' })", () => {
  it('sends packets for a controller itself, as the actions before left them', async () => {
    const flows = 'udp,actions=mod_tp_dst:99,controller:64,output:2';
    const { sw, packetIns, out } = setUp({ ports: 2, flows });
    sw.inject(1, packet('udp,tp_src=5,tp_dst=53'));
    await sw.settled();
    expect(packetIns).toMatchObject([{ reason: 1, table: 0, maxLength: 64, controllerId: 0 }]);
    expect(packetIns[0]?.packet.data.slice(36, 38)).toEqual(Uint8Array.of(0, 99));
    expect(out.map(({ port }) => port)).toEqual(['p2']);
    expect(sw.megaflows().map(({ actions }) => actions)).toEqual([
      expect.stringMatching(/^userspace\(pid=\d+,slow_path\(/),
    ]);
    sw.inject(1, packet('udp,tp_src=5,tp_dst=53'));
    await sw.settled();
    expect(packetIns).toHaveLength(2);
    expect(out).toHaveLength(2);
    await sw.stop();
    expect(sw.rules()[0]?.packets).toBe(1);
  });

  it('keeps such a flow in a revalidation, and credits it once a packet', async () => {
    const { sw, clock } = setUp({ ports: 2, flows: 'udp,actions=controller' });
    const frame = packet('udp,tp_dst=53');
    for (let i = 0; i < 3; i++) {
      sw.inject(1, frame);
      clock.advance(600);
    }
    sw.addFlow('tcp,actions=drop');
    await sw.revalidated();
    expect(sw.megaflows()).toHaveLength(1);
    expect(sw.rules().find(({ match }) => match === 'udp')?.packets).toBe(3);
    await sw.stop();
  });

  it('takes a port for a VLAN of another one, in and out (U-074)', async () => {
    const flows = 'in_port=1,dl_vlan=10,actions=output:3\nin_port=3,dl_vlan=10,actions=output:1';
    const { sw, clock, out } = setUp({ ports: ['eth0', 'eth0.10', 'p3'], flows });
    const { ofproto } = sw.bridge();
    ofproto.addVlanSplinter({ device: ofpPort(2), real: ofpPort(1), vid: 10 });
    await sw.revalidated();
    const plain = packet('udp,tp_dst=53');
    sw.inject('eth0.10', plain);
    await sw.settled();
    expect(out).toEqual([{ port: 'p3', size: plain.length + 4, ethType: 0x8100 }]);
    sw.inject('p3', packet('udp,dl_vlan=10,tp_dst=53'));
    await sw.settled();
    expect(out[1]).toMatchObject({ port: 'eth0.10', ethType: 0x0800 });
    expect(sw.megaflows().map(({ key }) => key)).toEqual([
      expect.not.stringContaining('vlan'),
      expect.stringContaining('vlan'),
    ]);
    sw.inject('eth0.10', plain);
    clock.advance(0);
    expect(out[2]).toEqual(out[0]);
    await sw.stop();
  });

  it('gives a controller a tagged packet for an untagged one of a splinter', async () => {
    const flows = 'in_port=1,dl_vlan=10,actions=controller';
    const { sw, packetIns } = setUp({ ports: ['eth0', 'eth0.10'], flows });
    sw.bridge().ofproto.addVlanSplinter({ device: ofpPort(2), real: ofpPort(1), vid: 10 });
    await sw.revalidated();
    sw.inject('eth0.10', packet('udp'));
    await sw.settled();
    expect((packetIns[0]?.flow[VLAN0] ?? 0) & 0xfff).toBe(10);
    await sw.stop();
  });

  it('learns 2,048 addresses a bridge', async () => {
    const { sw, clock } = setUp({ ports: 2 });
    for (let i = 0; i < 2_100; i++) {
      sw.inject(1, packet(`dl_src=02:00:00:00:${(i >> 8).toString(16)}:${(i & 255).toString(16)}`));
      if (i % 50 === 0) clock.advance(0);
    }
    await sw.settled();
    expect(sw.bridge().ofproto.macs.count).toBe(2_048);
    await sw.stop();
  });

  it('refuses a profile that there is not', () => {
    // @ts-expect-error: no such name
    expect(() => createSwitch({ profile: 'ovs-1.0' })).toThrow('Cannot find profile "ovs-1.0"');
  });
});

describe("createSwitch({ profile: 'current' })", () => {
  it('heeds no VLAN splinters', async () => {
    const flows = 'in_port=2,actions=output:1';
    const { sw, out } = setUp({ profile: 'current', ports: ['eth0', 'eth0.10'], flows });
    sw.bridge().ofproto.addVlanSplinter({ device: ofpPort(2), real: ofpPort(1), vid: 10 });
    await sw.revalidated();
    sw.inject('eth0.10', packet('udp'));
    await sw.settled();
    expect(out.map(({ port }) => port)).toEqual(['eth0']);
    await sw.stop();
  });
});

describe('Runtime', () => {
  it('of 2.3 knows commands from its first switch on, and for good (B-21)', async () => {
    const runtime = new Runtime({ commandsFrom: 'first udpif' });
    expect(() => runtime.showUpcall()).toThrow('"upcall/show" is not a valid command');
    expect(() => runtime.setFlowLimit(['1'])).toThrow('"upcall/set-flow-limit" is not');
    expect(() => runtime.switchMegaflows(false)).toThrow('"upcall/disable-megaflows" is not');
    expect(runtime.areMegaflowsEnabled).toBe(true);
    const { sw } = setUp({ runtime });
    await sw.stop();
    expect(runtime.showUpcall()).toBe('');
  });
});
