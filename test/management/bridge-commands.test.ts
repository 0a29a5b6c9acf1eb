/** `ofproto/list`, `bridge/dump-flows`, `fdb/*` and `mdb/*`. */

import { describe, expect, it } from 'vitest';
import { packet } from '../../src/switch-packet.js';
import { igmp } from '../ofproto/mcast-frames.js';
import { createCommandSwitch } from './command-switch.js';

const HEAD = ' port  VLAN  MAC                Age\n';
const from = (end: string): Uint8Array => packet(`dl_type=0x1234,dl_src=50:54:00:00:00:${end}`);

describe('ofproto/list', () => {
  it('names the bridges in order', async () => {
    const bridges = [{ name: 'br1' }, { name: 'br0' }];
    const { run } = createCommandSwitch({ bridges });
    expect(await run('ofproto/list')).toBe('br0\nbr1\n');
  });
});

describe('bridge/dump-flows', () => {
  it('shows rules with what they counted, and hidden ones', async () => {
    const flows = 'table=2,actions=drop\npriority=3,udp,actions=2,NORMAL';
    const { run, clock, inject } = createCommandSwitch({ flows });
    inject(1, packet('udp', { payloadSize: 18 }));
    inject(1, packet('tcp', { payloadSize: 6 }));
    clock.advance(2500);
    await run('revalidator/purge');
    expect(await run('bridge/dump-flows', 'br0')).toBe(
      'duration=2s, n_packets=1, n_bytes=60, priority=3,udp,actions=output:2,NORMAL\n' +
        'table_id=2, duration=2s, n_packets=0, n_bytes=0, ,actions=drop\n' +
        'table_id=254, duration=2s, n_packets=0, n_bytes=0, priority=2,recirc_id=0,actions=drop\n' +
        'table_id=254, duration=2s, n_packets=0, n_bytes=0, ' +
        'priority=0,reg0=0x1,actions=controller(reason=)\n' +
        'table_id=254, duration=2s, n_packets=1, n_bytes=60, priority=0,reg0=0x2,actions=drop\n' +
        'table_id=254, duration=2s, n_packets=0, n_bytes=0, priority=0,reg0=0x3,actions=drop\n',
    );
  });

  it('shows what hardware has counted: nothing', async () => {
    const { run } = createCommandSwitch({ flows: 'actions=drop' });
    const [line] = (await run('bridge/dump-flows', '--offload-stats', 'br0')).split('\n');
    const counts = 'n_packets=0, n_bytes=0, n_offload_packets=0, n_offload_bytes=0';
    expect(line).toBe(`duration=0s, ${counts}, ,actions=drop`);
  });

  it('counts misses that a controller is told of', async () => {
    const { run, sw, inject } = createCommandSwitch({ flows: 'priority=3,udp,actions=2' });
    sw.bridge().ofproto.misses.isControllerTold = true;
    inject(1, packet('tcp', { payloadSize: 6 }));
    await run('revalidator/purge');
    expect(await run('bridge/dump-flows', 'br0')).toContain(
      'n_packets=1, n_bytes=60, priority=0,reg0=0x1,actions=controller(reason=)\n',
    );
  });

  it('knows no other bridge', async () => {
    const { refusal } = createCommandSwitch();
    expect(await refusal('bridge/dump-flows', 'nope')).toBe('Unknown bridge');
  });
});

describe('fdb/show', () => {
  it('shows addresses from the least recently seen, with their ages', async () => {
    const { run, clock, inject } = createCommandSwitch({ flows: 'actions=NORMAL' });
    inject(1, from('09'));
    clock.advance(3000);
    inject(2, from('0a'));
    expect(await run('fdb/show', 'br0')).toBe(
      `${HEAD}    1     0  50:54:00:00:00:09    3\n    2     0  50:54:00:00:00:0a    0\n`,
    );
  });

  it('shows a pinned address where it was last pinned', async () => {
    const { run, inject } = createCommandSwitch({ flows: 'actions=NORMAL' });
    await run('fdb/add', 'br0', 'p3', '7', '50:54:00:00:00:01');
    inject(1, from('09'));
    expect(await run('fdb/show', 'br0')).toBe(
      `${HEAD}    3     7  50:54:00:00:00:01  static\n    1     0  50:54:00:00:00:09    0\n`,
    );
  });
});

describe('fdb/add', () => {
  it('says what it overrides', async () => {
    const { run, inject } = createCommandSwitch({ flows: 'actions=NORMAL' });
    inject(1, from('09'));
    const add = (port: string) => run('fdb/add', 'br0', port, '0', '50:54:00:00:00:09');
    expect(await add('p2')).toBe('Overriding already existing dynamic entry on 1\n');
    expect(await add('p2')).toBe('');
    expect(await add('p1')).toBe('Overriding already existing static entry on 2\n');
  });

  it('sends packets to the port', async () => {
    const { run, inject, sw } = createCommandSwitch({ flows: 'actions=NORMAL' });
    await run('fdb/add', 'br0', 'p3', '0', '50:54:00:00:00:0a');
    inject(1, packet('dl_type=0x1234,dl_dst=50:54:00:00:00:0a'));
    expect(sw.ports.map(({ stats }) => stats.txPackets)).toEqual([0, 0, 1]);
  });

  it.each([
    [['nope', 'p1', '0', 'zork'], 'no such bridge'],
    [['br0', 'p9', '0', 'zork'], 'bad MAC address'],
    [['br0', 'p9', '0', '1:2:3:4:5:6'], 'software error, odp port is present but no ofp port'],
  ])('refuses %j', async (args, answer) => {
    const { refusal } = createCommandSwitch();
    expect(await refusal('fdb/add', ...args)).toBe(answer);
  });
});

describe('fdb/del', () => {
  it('unpins an address, and only a pinned one', async () => {
    const { run, refusal, inject } = createCommandSwitch({ flows: 'actions=NORMAL' });
    inject(1, from('09'));
    await run('fdb/add', 'br0', 'p3', '7', '50:54:00:00:00:01');
    expect(await run('fdb/del', 'br0', '7', '50:54:00:00:00:01')).toBe('');
    expect(await refusal('fdb/del', 'br0', '0', '50:54:00:00:00:09')).toBe(
      'could not find static mac entry',
    );
    expect(await run('fdb/show', 'br0')).toBe(`${HEAD}    1     0  50:54:00:00:00:09    0\n`);
  });
});

describe('fdb/stats-show', () => {
  const shown = (counts: readonly number[]): string =>
    [
      'Statistics for bridge "br0":',
      `  Current/maximum MAC entries in the table: ${counts[0]}/8192`,
      `  Current static MAC entries in the table : ${counts[1]}`,
      `  Total number of learned MAC entries     : ${counts[2]}`,
      `  Total number of expired MAC entries     : ${counts[3]}`,
      '  Total number of evicted MAC entries     : 0',
      `  Total number of port moved MAC entries  : ${counts[4]}`,
      '',
    ].join('\n');

  it('counts what became of addresses, until it is cleared', async () => {
    const { run, clock, inject } = createCommandSwitch({ flows: 'actions=NORMAL' });
    inject(1, from('09'));
    inject(2, from('0a'));
    inject(3, from('09'));
    await run('fdb/add', 'br0', 'p3', '7', '50:54:00:00:00:01');
    expect(await run('fdb/stats-show', 'br0')).toBe(shown([3, 1, 2, 0, 1]));
    clock.advance(301_000);
    expect(await run('fdb/stats-show', 'br0')).toBe(shown([1, 1, 2, 2, 1]));
    expect(await run('fdb/stats-clear')).toBe('statistics successfully cleared\n');
    expect(await run('fdb/stats-show', 'br0')).toBe(shown([1, 1, 0, 0, 0]));
  });
});

describe('fdb/flush', () => {
  it('forgets what was learnt, of one bridge or of all', async () => {
    const { run, refusal, inject } = createCommandSwitch({ flows: 'actions=NORMAL' });
    for (const name of [['br0'], []]) {
      inject(1, from('09'));
      expect(await run('fdb/flush', ...name)).toBe('table successfully flushed\n');
      expect(await run('fdb/show', 'br0')).toBe(HEAD);
    }
    expect(await refusal('fdb/flush', 'nope')).toBe('no such bridge');
  });
});

describe('mdb/*', () => {
  it('says that nobody snoops', async () => {
    const { refusal } = createCommandSwitch();
    expect(await refusal('mdb/show', 'br0')).toBe('multicast snooping is disabled');
    expect(await refusal('mdb/show', 'nope')).toBe('no such bridge');
  });

  it('shows members and routers, and forgets them', async () => {
    const { run, inject, clock } = createCommandSwitch({ mcastSnooping: {} });
    const head = ' port  VLAN  GROUP                Age\n';
    for (const name of [['br0'], []]) {
      inject(1, igmp(0x16, '239.1.2.3', { vlan: 7 }));
      inject(2, igmp(0x11, '0.0.0.0'));
      clock.advance(12_000);
      expect(await run('mdb/show', 'br0')).toBe(
        `${head}    1     7  239.1.2.3          12\n    2     0  querier              12\n`,
      );
      expect(await run('mdb/flush', ...name)).toBe('table successfully flushed\n');
      expect(await run('mdb/show', 'br0')).toBe(head);
    }
  });

  it('leaves out bridges that do not snoop, unless one is named', async () => {
    const bridges = [{ name: 'br0' }, { name: 'br1', mcastSnooping: {} }];
    const { run, refusal } = createCommandSwitch({ bridges });
    expect(await run('mdb/flush')).toBe('table successfully flushed\n');
    expect(await refusal('mdb/flush', 'br0')).toBe('multicast snooping is disabled');
  });
});
