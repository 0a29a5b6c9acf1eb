/**
 * `ovs-ofctl`'s commands for groups, in each version of OpenFlow and by both kinds of socket: what
 * it prints of our switch is what it prints of a real `ovs-vswitchd` that was told the same.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OpenFlowTwins, type VersionName, WAYS } from './openflow-twins.js';
import { hasOvsOfctl } from './ovs-ofctl.js';
import { hasOvsPeer } from './ovs-peer.js';

const GROUPS = [
  'group_id=1,type=all,bucket=output:1,bucket=mod_dl_dst:00:00:00:00:00:01,output:2',
  'group_id=2,type=select,bucket=weight:2,output:1,bucket=weight:0,watch_port:2,output:2',
  'group_id=3,type=indirect,bucket=group:1',
  'group_id=4,type=ff,bucket=watch_port:1,output:1,bucket=watch_group:3,group:3',
  'group_id=4294967040,type=all',
];

let twins: OpenFlowTwins;

/** Both say the same; what it is. */
async function same(version: VersionName, ...args: readonly string[]): Promise<string> {
  const { ours, theirs } = await twins.run(version, ...args);
  expect(lines(ours), args.join(' ')).toEqual(lines(theirs));
  return theirs;
}

/** OVS lists groups by the hash of their numbers; its time stands still, ours does not. */
function lines(text: string): string[] {
  return text
    .replace(/idle_age=\d+/g, 'idle_age=T')
    .split('\n')
    .sort();
}

describe.runIf(hasOvsPeer && hasOvsOfctl)('ovs-ofctl and groups', { timeout: 120_000 }, () => {
  beforeAll(async () => {
    twins = await OpenFlowTwins.start();
  });
  afterAll(() => twins?.stop());

  describe.each(WAYS)('in %s, by %s', (version, transport) => {
    beforeAll(async () => {
      twins.transport = transport;
      await twins.reset();
      for (const group of GROUPS) await same(version, 'add-group', 'SWITCH', group);
    });
    afterAll(() => same('OpenFlow13', 'del-groups', 'SWITCH'));

    it('dump-groups prints those that add-group added', async () => {
      expect(await same(version, 'dump-groups', 'SWITCH')).toContain('group_id=1,type=all,bucket=');
      for (const id of ['2', '77', '4294967040']) await same(version, 'dump-groups', 'SWITCH', id);
    });

    it('add-group refuses what is there, and what cannot be', async () => {
      for (const group of [
        GROUPS[0] ?? '',
        'group_id=4294967041,type=all',
        'group_id=9,type=indirect',
        'group_id=9,type=all,bucket=watch_port:1,output:1',
        'group_id=9,type=ff,bucket=output:1',
        'group_id=9,type=all,bucket=weight:1,output:1',
        'group_id=9,type=all,bucket=output:65300',
        'group_id=9,type=all,bucket=goto_table:3',
        'group_id=9,type=some',
      ]) {
        expect(await same(version, 'add-group', 'SWITCH', group)).toContain('status 1');
      }
    });

    it('mod-group modifies what is there, and with --may-create also adds', async () => {
      await same(version, 'mod-group', 'SWITCH', 'group_id=1,type=select,bucket=output:2');
      await same(version, 'mod-group', 'SWITCH', 'group_id=50,type=all,bucket=output:2');
      const added = 'group_id=50,type=all,bucket=output:2';
      await same(version, '--may-create', 'mod-group', 'SWITCH', added);
      await same(version, '--may-create', 'mod-group', 'SWITCH', 'group_id=50,type=all');
      await same(version, 'dump-groups', 'SWITCH');
    });

    it('insert-buckets and remove-buckets change the buckets of a group', async () => {
      const select = 'group_id=60,type=select,bucket=bucket_id:5,output:1,bucket=output:2';
      await same(version, 'add-group', 'SWITCH', select);
      for (const buckets of [
        'group_id=60,command_bucket_id=first,bucket=bucket_id:7,output:3',
        'group_id=60,command_bucket_id=last,bucket=bucket_id:8,weight:4,output:3',
        'group_id=60,command_bucket_id=5,bucket=bucket_id:9,watch_port:1,output:3',
        'group_id=60,command_bucket_id=5,bucket=bucket_id:5,output:3',
        'group_id=60,command_bucket_id=99,bucket=bucket_id:10,output:3',
        'group_id=61,command_bucket_id=first,bucket=bucket_id:10,output:3',
        'group_id=60,command_bucket_id=all,bucket=bucket_id:10,output:3',
      ]) {
        await same(version, 'insert-buckets', 'SWITCH', buckets);
      }
      await same(version, 'dump-groups', 'SWITCH', '60');
      for (const at of ['7', 'last', 'first', '99', 'all', 'first']) {
        const text = `group_id=60,command_bucket_id=${at}`;
        await same(version, 'remove-buckets', 'SWITCH', text);
        await same(version, 'dump-groups', 'SWITCH', '60');
      }
      await same(version, 'remove-buckets', 'SWITCH', 'group_id=61,command_bucket_id=all');
    });

    it('selection methods are kept', async () => {
      for (const group of [
        'group_id=70,type=select,selection_method=dp_hash,bucket=output:1',
        'group_id=71,type=select,selection_method=hash,selection_method_param=7,bucket=output:1',
        'group_id=72,type=select,selection_method=hash,' +
          'fields(tcp_src,ip_src=255.255.0.0,eth_dst,ipv6_src),bucket=output:1',
        'group_id=73,type=select,selection_method=hash,fields=metadata,bucket=output:1',
        'group_id=74,type=select,selection_method=other,bucket=output:1',
        'group_id=75,type=all,selection_method=hash,bucket=output:1',
        'group_id=76,type=select,selection_method=hash,fields(in_port),bucket=output:1',
      ]) {
        await same(version, 'add-group', 'SWITCH', group);
      }
      await same(version, 'dump-groups', 'SWITCH');
    });

    it('dump-group-stats counts users, and dump-group-features says what groups can', async () => {
      const flow = 'table=3,priority=7,tcp,actions=group:1,group:3';
      await same(version, 'add-flow', 'SWITCH', flow);
      await same(version, 'add-flow', 'SWITCH', 'priority=8,actions=group:1');
      await same(version, 'dump-flows', 'SWITCH');
      await same(version, 'dump-group-stats', 'SWITCH');
      await same(version, 'dump-group-stats', 'SWITCH', 'group_id=1');
      await same(version, 'dump-group-stats', 'SWITCH', 'group_id=88');
      await same(version, 'dump-group-features', 'SWITCH');
    });

    it('a flow needs its group, and goes with it', async () => {
      await same(version, 'add-group', 'SWITCH', 'group_id=80,type=all');
      await same(version, 'add-flow', 'SWITCH', 'priority=9,actions=group:81');
      await same(version, 'add-flow', 'SWITCH', 'priority=9,actions=group:80');
      await same(version, 'add-flow', 'SWITCH', 'priority=10,actions=output:1,group:80');
      await same(version, 'add-flow', 'SWITCH', 'priority=11,actions=write_actions(group:80)');
      await same(version, 'dump-flows', 'SWITCH', 'out_group=80');
      await same(version, 'del-groups', 'SWITCH', 'group_id=80');
      await same(version, 'del-groups', 'SWITCH', 'group_id=80');
      await same(version, 'dump-flows', 'SWITCH');
    });

    it('add-groups takes commands from a file, and bundles them where it is asked to', async () => {
      const file = twins.file(
        'groups.txt',
        'group_id=90,type=all,bucket=1\nmodify group_id=90,type=all,bucket=2\n' +
          'add_or_mod group_id=91,type=all,bucket=3\nadd group_id=92,type=all\n' +
          'delete group_id=92\n',
      );
      await same(version, 'add-groups', 'SWITCH', file);
      await same(version, 'dump-groups', 'SWITCH');
      const bad = twins.file('bad.txt', 'add group_id=95,type=all\nadd group_id=90,type=all\n');
      await same(version, 'add-groups', 'SWITCH', bad);
      await same(version, 'dump-groups', 'SWITCH');
      await same(version, '--bundle', 'add-groups', 'SWITCH', bad.replace('bad', 'groups'));
      await same(version, '--bundle', 'add-groups', 'SWITCH', bad);
      await same(version, 'dump-groups', 'SWITCH');
    });
  });
});
