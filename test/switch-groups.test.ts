import { describe, expect, it } from 'vitest';
import { ofpPort } from '../src/base/brands.js';
import { VirtualClock } from '../src/base/virtual-clock.js';
import { createSwitch } from '../src/switch.js';
import { packet } from '../src/switch-packet.js';

const TCP = packet('tcp,tp_dst=80');

describe('groups of a switch', () => {
  it('forward packets, and count those of datapath flows too', async () => {
    const sw = createSwitch({
      ports: 3,
      clock: new VirtualClock(),
      groups: 'group_id=1,type=all,bucket=output:2,bucket=output:3',
      flows: 'in_port=1,actions=group:1',
    });
    for (let i = 0; i < 5; i++) {
      sw.inject(1, TCP);
      await sw.settled();
    }
    await sw.stop();
    const size = TCP.length * 5;
    expect(sw.groups()).toEqual([
      {
        id: 1,
        text:
          'group_id=1,type=all,bucket=bucket_id:0,actions=output:2,' +
          'bucket=bucket_id:1,actions=output:3',
        packets: 5,
        bytes: size,
        buckets: [
          { packets: 5, bytes: size },
          { packets: 5, bytes: size },
        ],
      },
    ]);
    expect(sw.port(3).stats.txPackets).toBe(5);
  });

  it('change what datapath flows do when they are modified', async () => {
    const sw = createSwitch({ ports: 3, clock: new VirtualClock(), flows: '' });
    sw.addGroup('group_id=1,type=indirect,bucket=output:2');
    sw.addFlow('actions=group:1');
    sw.inject(1, TCP);
    await sw.settled();
    sw.bridge().modifyGroup('group_id=1,type=indirect,bucket=output:3');
    await sw.revalidated();
    sw.inject(1, TCP);
    await sw.settled();
    expect(sw.port(3).stats.txPackets).toBe(1);
    sw.bridge().deleteGroups('group_id=1');
    expect(sw.dumpFlows()).toBe('');
    await sw.stop();
  });
});

describe('a fast failover group of a switch', () => {
  it('leaves a port that goes down, and comes back to it, in flows that exist', async () => {
    const sw = createSwitch({
      ports: 3,
      clock: new VirtualClock(),
      groups:
        'group_id=1,type=ff,bucket=watch_port:2,output:2,bucket=watch_group:2,group:2\n' +
        'group_id=2,type=ff,bucket=watch_port:3,output:3',
      flows: 'in_port=1,actions=group:1',
    });
    const send = async (): Promise<string | undefined> => {
      sw.inject(1, TCP);
      await sw.settled();
      return sw.megaflows()[0]?.actions;
    };
    const setLive = async (port: number, isLive: boolean): Promise<void> => {
      sw.bridge().ofproto.setPortLive(ofpPort(port), isLive);
      await sw.revalidated();
    };
    expect(await send()).toBe('2');
    await setLive(2, false);
    expect(await send()).toBe('3');
    await setLive(3, false);
    expect(await send()).toBe('drop');
    await setLive(2, true);
    expect(await send()).toBe('2');
    expect([2, 3].map((port) => sw.port(port).stats.txPackets)).toEqual([2, 1]);
    expect(sw.coverage.read('rev_port_toggled')).toBe(3);
    await sw.stop();
    // A revalidation credits what came before it to what it finds: packet 2 to no live bucket.
    expect(sw.groups().map(({ packets }) => packets)).toEqual([3, 0]);
  });
});

describe('meters of a switch', () => {
  it('drop what is beyond their rate, and count it', async () => {
    const clock = new VirtualClock();
    const sw = createSwitch({
      ports: 2,
      clock,
      meters: 'meter=5,pktps,burst,stats,bands=type=drop,rate=10,burst_size=2',
      flows: 'in_port=1,actions=meter:5,output:2',
    });
    for (let i = 0; i < 6; i++) sw.inject(1, TCP);
    await sw.settled();
    expect(sw.port(2).stats.txPackets).toBe(2);
    expect(sw.megaflows()[0]?.actions).toBe('meter(0),2');
    clock.advance(100);
    sw.inject(1, TCP);
    sw.inject(1, TCP);
    await sw.settled();
    expect(sw.port(2).stats.txPackets).toBe(3);
    expect(sw.meters()).toMatchObject([{ id: 5, packets: 8, bands: [{ packets: 5 }] }]);
    expect(sw.coverage.read('datapath_drop_meter')).toBe(5);
    await sw.stop();
  });

  it('do not disturb the account of packets', async () => {
    const clock = new VirtualClock();
    const sw = createSwitch({
      ports: 2,
      clock,
      meters: 'meter=1,kbps,burst,bands=type=drop,rate=8,burst_size=1',
      flows: 'in_port=1,actions=meter:1,output:2',
    });
    for (let i = 0; i < 50; i++) {
      sw.inject(1, TCP);
      clock.advance(20);
      await sw.settled();
    }
    const [meter] = sw.meters();
    const dropped = sw.coverage.read('datapath_drop_meter');
    expect(dropped).toBeGreaterThan(0);
    expect(meter?.packets).toBe(50);
    expect(meter?.bands[0]?.packets).toBe(dropped);
    expect(sw.port(2).stats.txPackets).toBe(50 - dropped);
    await sw.stop();
    expect(sw.conservation().ok).toBe(true);
    expect(sw.rules()[0]?.packets).toBe(50);
  });

  it('limit what goes to controllers, by the bridge’s meter or by one of an action', async () => {
    const sw = createSwitch({
      ports: 2,
      clock: new VirtualClock(),
      meters:
        'meter=controller,pktps,burst,bands=type=drop,rate=1,burst_size=2\n' +
        'meter=4,pktps,burst,bands=type=drop,rate=1,burst_size=5',
      flows: 'in_port=1,actions=controller,output:2\nin_port=2,actions=controller(meter_id=4)',
    });
    let heard = 0;
    sw.packetIns.subscribe((batch) => {
      heard += batch.length;
    });
    for (let i = 0; i < 9; i++) sw.inject(1, TCP);
    await sw.settled();
    expect(heard).toBe(2);
    expect(sw.port(2).stats.txPackets).toBe(9);
    for (let i = 0; i < 9; i++) sw.inject(2, TCP);
    await sw.settled();
    expect(heard).toBe(7);
    await sw.stop();
  });

  it('for controllers come and go with the flows that exist', async () => {
    const sw = createSwitch({ ports: 2, clock: new VirtualClock(), flows: 'actions=controller' });
    sw.inject(1, TCP);
    await sw.settled();
    expect(sw.megaflows()[0]?.actions).not.toContain('meter');
    sw.addMeter('meter=controller,pktps,bands=type=drop,rate=1');
    await sw.revalidated();
    expect(sw.megaflows()[0]?.actions).toContain('sample(sample=100.0%,actions(meter(0),userspace');
    sw.bridge().deleteMeters('meter=controller');
    await sw.revalidated();
    expect(sw.megaflows()[0]?.actions).not.toContain('meter');
    await sw.stop();
  });
});
