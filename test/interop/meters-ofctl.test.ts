/**
 * `ovs-ofctl`'s commands for meters, in each version of OpenFlow and by both kinds of socket: what
 * it prints of our switch is what it prints of a real `ovs-vswitchd` that was told the same.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OpenFlowTwins, type VersionName, WAYS } from './openflow-twins.js';
import { hasOvsOfctl } from './ovs-ofctl.js';
import { hasOvsPeer } from './ovs-peer.js';

const METERS = [
  'meter=1,kbps,bands=type=drop,rate=1000',
  'meter=2,pktps,burst,stats,bands=type=drop,rate=10,burst_size=3',
  'meter=3,kbps,burst,bands=type=drop,rate=5,burst_size=9,type=drop,rate=7',
  'meter=65536,kbps,stats,bands=type=drop,rate=4294967295',
  'meter=controller,pktps,bands=type=drop,rate=100',
  'meter=slowpath,pktps,bands=type=drop,rate=100',
];

let twins: OpenFlowTwins;

/** Both say the same; what it is. */
async function same(version: VersionName, ...args: readonly string[]): Promise<string> {
  const { ours, theirs } = await twins.run(version, ...args);
  expect(sorted(ours), args.join(' ')).toEqual(sorted(theirs));
  return theirs;
}

/** OVS lists meters by the hash of their numbers; time stands still there, not here. */
function sorted(text: string): string[] {
  return text
    .replace(/idle_age=\d+/g, 'idle_age=T')
    .replace(/duration:[\d.]+s/g, 'duration:T')
    .split(/\n(?=meter[=:])/)
    .sort();
}

describe.runIf(hasOvsPeer && hasOvsOfctl)('ovs-ofctl and meters', { timeout: 120_000 }, () => {
  beforeAll(async () => {
    twins = await OpenFlowTwins.start();
  });
  afterAll(() => twins?.stop());

  describe.each(WAYS)('in %s, by %s', (version, transport) => {
    beforeAll(async () => {
      twins.transport = transport;
      await twins.reset();
      for (const meter of METERS) await same(version, 'add-meter', 'SWITCH', meter);
    });
    afterAll(() => same('OpenFlow13', 'del-meters', 'SWITCH'));

    it('dump-meters prints those that add-meter added', async () => {
      await same(version, 'dump-meters', 'SWITCH');
      for (const id of ['1', '9', 'controller', 'all']) {
        await same(version, 'dump-meters', 'SWITCH', `meter=${id}`);
      }
    });

    it('add-meter refuses what is there, and what the switch cannot', async () => {
      for (const meter of [
        METERS[0] ?? '',
        'meter=9,kbps,bands=type=dscp_remark,rate=5,prec_level=1',
        'meter=9,kbps,bands=type=drop,rate=5,type=dscp_remark,rate=6,prec_level=1',
        'meter=9,burst,bands=type=drop,rate=5',
        'meter=9,kbps,bands=type=drop',
        'meter=9,kbps',
        'meter=0,kbps,bands=type=drop,rate=5',
      ]) {
        expect(await same(version, 'add-meter', 'SWITCH', meter)).toContain('status 1');
      }
    });

    it('mod-meter modifies what is there', async () => {
      await same(version, 'mod-meter', 'SWITCH', 'meter=1,pktps,burst,bands=type=drop,rate=9');
      await same(version, 'mod-meter', 'SWITCH', 'meter=9,pktps,bands=type=drop,rate=9');
      await same(version, 'dump-meters', 'SWITCH');
    });

    it('meter-stats counts users, and meter-features says what meters can', async () => {
      for (const flow of ['priority=8,actions=meter:1,output:2', 'priority=7,actions=meter:2']) {
        await same(version, 'add-flow', 'SWITCH', flow);
      }
      await same(version, 'dump-flows', 'SWITCH');
      await same(version, 'meter-stats', 'SWITCH');
      await same(version, 'meter-stats', 'SWITCH', 'meter=1');
      await same(version, 'meter-stats', 'SWITCH', 'meter=99');
      await same(version, 'meter-features', 'SWITCH');
    });

    it('a flow needs its meter, and goes with it', async () => {
      await same(version, 'add-flow', 'SWITCH', 'priority=9,actions=meter:77,output:1');
      await same(version, 'add-meter', 'SWITCH', 'meter=78,kbps,bands=type=drop,rate=5');
      await same(version, 'add-flow', 'SWITCH', 'priority=10,actions=meter:78,output:1');
      await same(version, 'del-meters', 'SWITCH', 'meter=78');
      await same(version, 'del-meters', 'SWITCH', 'meter=78');
      await same(version, 'dump-flows', 'SWITCH');
    });
  });
});
