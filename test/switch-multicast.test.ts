import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../src/base/virtual-clock.js';
import { createSwitch, type Switch } from '../src/switch.js';
import type { SwitchOptions } from '../src/switch-options.js';
import { packet } from '../src/switch-packet.js';
import { igmp } from './ofproto/mcast-frames.js';

const GROUP = '239.1.2.3';
const [JOIN, LEAVE, QUERY] = [0x16, 0x17, 0x11];
const TO_GROUP = packet(`udp,dl_dst=01:00:5e:01:02:03,nw_dst=${GROUP}`);

function setUp(options: SwitchOptions = {}) {
  const clock = new VirtualClock({ start: 1_000_000 });
  const sw = createSwitch({ ports: 4, clock, mcastSnooping: {}, ...options });
  clock.runDue();
  return { sw, clock };
}

/** The ports by which a frame leaves that comes in at `port`. */
async function send(sw: Switch, port: number, frame: Uint8Array): Promise<string[]> {
  const out: string[] = [];
  const subscription = sw.transmitted.subscribe((batch) => {
    out.push(...batch.map((transmission) => transmission.port.name));
  });
  sw.inject(port, frame);
  await sw.settled();
  subscription.unsubscribe();
  return out.sort();
}

describe.each(['queued', 'inline'] as const)('A switch that snoops, upcalls %s', (upcalls) => {
  it('has datapath flows follow who joins and leaves', async () => {
    const { sw } = setUp({ upcalls });
    expect(await send(sw, 4, TO_GROUP)).toEqual(['p1', 'p2', 'p3']);
    await send(sw, 1, igmp(JOIN, GROUP));
    await sw.revalidated();
    expect(await send(sw, 4, TO_GROUP)).toEqual(['p1']);
    await send(sw, 1, igmp(LEAVE, GROUP));
    await sw.revalidated();
    expect(await send(sw, 4, TO_GROUP)).toEqual(['p1', 'p2', 'p3']);
    expect(sw.datapath.getStats().hit).toBeGreaterThanOrEqual(2);
    await sw.stop();
    expect(sw.conservation().ok).toBe(true);
  });

  it('hears each message, though a flow of the datapath has seen it before', async () => {
    const { sw, clock } = setUp({ upcalls });
    for (let i = 0; i < 5; i++) {
      expect(await send(sw, 1, igmp(JOIN, GROUP))).toEqual([]);
      clock.advance(5_000);
    }
    expect(sw.bridge().mcastMembers()).toEqual([{ group: GROUP, vlan: 0, port: 1, ageSeconds: 5 }]);
    expect(await send(sw, 3, igmp(QUERY, '0.0.0.0'))).toEqual(['p1', 'p2', 'p4']);
    expect(await send(sw, 2, igmp(JOIN, GROUP))).toEqual(['p3']);
    expect(sw.dumpMegaflows()).toContain('actions:userspace(pid=');
    await sw.stop();
    expect(sw.conservation().ok).toBe(true);
  });

  it('forgets a silent member, and floods again', async () => {
    const { sw, clock } = setUp({ upcalls });
    await send(sw, 1, igmp(JOIN, GROUP));
    expect(await send(sw, 4, TO_GROUP)).toEqual(['p1']);
    clock.advance(299_000);
    expect(await send(sw, 4, TO_GROUP)).toEqual(['p1']);
    clock.advance(2_000);
    expect(await send(sw, 4, TO_GROUP)).toEqual(['p1', 'p2', 'p3']);
    await sw.stop();
  });
});

describe('SwitchBridge.setMcastSnooping()', () => {
  it('says which ports are flooded, and is told anew', async () => {
    const { sw } = setUp({ mcastSnooping: { floodsUnregistered: false, floodPorts: ['p2'] } });
    expect(await send(sw, 4, TO_GROUP)).toEqual(['p2']);
    sw.bridge().setMcastSnooping({ floodsUnregistered: false, reportPorts: ['p3'] });
    await sw.revalidated();
    expect(await send(sw, 4, TO_GROUP)).toEqual([]);
    expect(await send(sw, 1, igmp(JOIN, GROUP))).toEqual(['p3']);
    sw.bridge().setMcastSnooping(undefined);
    await sw.revalidated();
    expect(sw.bridge().mcastMembers()).toBeUndefined();
    expect(await send(sw, 4, TO_GROUP)).toEqual(['p1', 'p2', 'p3']);
    await sw.stop();
  });

  it('refuses ports that the bridge has not', () => {
    const setting = () => setUp({ mcastSnooping: { floodPorts: ['p9'] } });
    expect(setting).toThrow('Cannot flood multicast to port "p9": bridge "br0" has none');
  });

  it('forgets a port that is removed', async () => {
    const { sw } = setUp();
    await send(sw, 1, igmp(JOIN, GROUP));
    sw.removePort('p1');
    expect(await send(sw, 4, TO_GROUP)).toEqual(['p2', 'p3']);
    await sw.stop();
  });
});
