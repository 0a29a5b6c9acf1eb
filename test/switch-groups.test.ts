import { describe, expect, it } from 'vitest';
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
});
