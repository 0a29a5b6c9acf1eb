/** `upcall/*`, `revalidator/*`, `dpif/*` and `dpctl/*`, each by what it answers. */

import { describe, expect, it } from 'vitest';
import { packet } from '../../src/switch-packet.js';
import { createCommandSwitch } from './command-switch.js';

const FRAME = packet('tcp,dl_src=50:54:00:00:00:09,dl_dst=50:54:00:00:00:0a,tp_src=1,tp_dst=80');
const KEY =
  'recirc_id(0),in_port(1),packet_type(ns=0,id=0),eth(src=50:54:00:00:00:09,' +
  'dst=50:54:00:00:00:0a),eth_type(0x0800),ipv4(frag=no)';
const STATS = 'packets:0, bytes:0, used:never';

describe('The command table', () => {
  it('lists commands, but those without a usage', async () => {
    const { run } = createCommandSwitch();
    const text = await run('list-commands');
    expect(text).toMatch(
      /^The available commands are:\n {2}bridge\/dump-flows {7}\[--offload-stats\] bridge\n/,
    );
    expect(text).toContain('\n  revalidator/wait        \n');
    expect(text).not.toContain('revalidator/pause');
  });

  it('has the sentences of Open vSwitch for what cannot be run', async () => {
    const { refusal } = createCommandSwitch();
    expect(await refusal('nonsense')).toBe(
      '"nonsense" is not a valid command (use "list-commands" to see a list of valid commands)',
    );
    expect(await refusal('upcall/set-flow-limit')).toBe(
      '"upcall/set-flow-limit" command requires at least 1 arguments',
    );
    expect(await refusal('dpif/show', 'x')).toBe('"dpif/show" command takes at most 0 arguments');
  });

  it('gives commands as JSON', async () => {
    const { commands } = createCommandSwitch();
    expect(await commands.run('list-commands', [], 'json')).toMatchObject({
      'dpif/show': '',
      'upcall/set-flow-limit': 'flow-limit-number',
    });
  });
});

describe('version and exit', () => {
  it('tell and ask', async () => {
    const exits: unknown[] = [];
    const { run } = createCommandSwitch({
      version: '1.2.3',
      onExit: (request) => exits.push(request),
    });
    expect(await run('version')).toBe('upcall (upcall) 1.2.3\n');
    expect(await run('exit')).toBe('');
    expect(await run('exit', '--cleanup')).toBe('');
    expect(exits).toEqual([{ isCleanup: false }, { isCleanup: true }]);
  });
});

describe('upcall/*', () => {
  it('shows the udpif', async () => {
    const { run, inject } = createCommandSwitch();
    inject(1, FRAME);
    expect(await run('upcall/show')).toMatch(/\n {2}ufid enabled : true\n\n {2}\d+: \(keys 1\)\n$/);
    expect(await run('upcall/disable-ufid')).toBe('Datapath dumping tersely using UFID disabled\n');
    expect(await run('upcall/show')).toContain('  ufid enabled : false\n');
    expect(await run('upcall/enable-ufid')).toBe(
      'Datapath dumping tersely using UFID enabled for supported datapaths\n',
    );
  });

  it('switches megaflows, and answers when all flows are gone', async () => {
    const { sw, run, inject } = createCommandSwitch();
    inject(1, FRAME);
    expect(await run('upcall/disable-megaflows')).toBe('megaflows disabled\n');
    expect(sw.megaflows()).toEqual([]);
    inject(1, FRAME);
    expect(sw.megaflows()[0]?.key).toContain('tcp(src=1,dst=80)');
    expect(await run('upcall/enable-megaflows')).toBe('megaflows enabled\n');
    inject(1, FRAME);
    expect(sw.megaflows().map(({ key }) => key)).toEqual([KEY]);
  });

  it.each([
    ['500', 500],
    ['abc', 0],
    ['-5', 4_294_967_291],
    ['99999999999', 1_215_752_191],
  ])('sets the flow limit to %s', async (text, limit) => {
    const { run } = createCommandSwitch();
    expect(await run('upcall/set-flow-limit', text)).toBe(`set flow_limit to ${limit}\n`);
    expect(await run('upcall/show')).toContain(`(limit ${limit})`);
  });
});

describe('revalidator/*', () => {
  it('wait answers when a cycle has ended that began after the question', async () => {
    const { sw, run } = createCommandSwitch();
    const before = sw.udpif.status().cycles;
    expect(await run('revalidator/wait')).toBe('');
    expect(sw.udpif.status().cycles).toBeGreaterThan(before);
  });

  it('wait does not answer while cycles are paused', async () => {
    const { clock, commands, run } = createCommandSwitch();
    await run('revalidator/pause');
    let isAnswered = false;
    const answer = commands.run('revalidator/wait', [], 'text').then(() => {
      isAnswered = true;
    });
    clock.advance(10_000);
    await Promise.resolve();
    expect(isAnswered).toBe(false);
    await run('revalidator/resume');
    clock.advance(1_000);
    await answer;
  });

  it('purge answers when all flows are gone and their counters pushed', async () => {
    const { sw, run, inject } = createCommandSwitch();
    for (let i = 0; i < 3; i++) inject(1, FRAME);
    expect(sw.rules()[0]?.packets).toBe(1);
    expect(await run('revalidator/purge')).toBe('');
    expect(sw.megaflows()).toEqual([]);
    expect(sw.rules()[0]?.packets).toBe(3);
  });
});

describe('dpif/*', () => {
  it('shows the datapath with its bridges and ports', async () => {
    const { commands, run, inject } = createCommandSwitch({
      bridges: [
        { name: 'br1', ports: ['z', 'a'] },
        { name: 'br0', ports: ['p'] },
      ],
    });
    inject('z', FRAME);
    expect(await run('dpif/show')).toBe(
      [
        'embedded@ovs-embedded: hit:0 missed:1',
        '  br0:',
        '    p 1/3: (dummy)',
        '  br1:',
        '    a 2/2: (dummy)',
        '    z 1/1: (dummy)',
        '',
      ].join('\n'),
    );
    expect(await commands.run('dpif/show', [], 'json')).toEqual({
      'embedded@ovs-embedded': {
        bridges: {
          br0: { p: { ofport: '1', odp_port: '3', type: 'dummy', config: {} } },
          br1: {
            a: { ofport: '2', odp_port: '2', type: 'dummy', config: {} },
            z: { ofport: '1', odp_port: '1', type: 'dummy', config: {} },
          },
        },
        stats: { n_hit: '0', n_missed: '1' },
      },
    });
    expect(await run('dpif/dump-dps')).toBe('embedded@br0\nembedded@br1\n');
  });

  it('dumps the flows of one bridge', async () => {
    const { run, refusal, inject } = createCommandSwitch({
      bridges: [{ ports: ['p1'] }, { ports: ['q1'] }],
    });
    inject('p1', FRAME);
    inject('q1', FRAME);
    expect(await run('dpif/dump-flows', 'br0')).toBe(`${KEY}, ${STATS}, actions:drop\n`);
    expect(await run('dpif/dump-flows', '--names', 'br1')).toContain('in_port(q1)');
    expect(await run('dpif/dump-flows', '-m', 'br1')).toMatch(
      /^ufid:[-0-9a-f]{36} .*in_port\(q1\)/,
    );
    expect(await run('dpif/dump-flows', '-m', '--no-names', 'br1')).toContain('in_port(2)');
    expect(await refusal('dpif/dump-flows', 'br9')).toBe('no such bridge');
  });
});

describe('dpctl/show', () => {
  it('shows ports, with what they counted', async () => {
    const { run, refusal, inject } = createCommandSwitch({ ports: 2 });
    for (let i = 0; i < 20; i++) inject(1, FRAME);
    const bytes = 20 * FRAME.length;
    const port = (number: number, rx: string, tx: string): string[] => [
      `  port ${number}: p${number} (dummy)`,
      `    RX packets:${rx === '0' ? 0 : 20} errors:? dropped:? overruns:? frame:?`,
      `    TX packets:${tx === '0' ? 0 : 20} errors:? dropped:? aborted:? carrier:?`,
      '    collisions:?',
      `    RX bytes:${rx}  TX bytes:${tx}`,
    ];
    const size = `${bytes} (${(bytes / 1024).toFixed(1)} KiB)`;
    expect(await run('dpctl/show', '-s')).toBe(
      [
        'embedded@ovs-embedded:',
        '  lookups: hit:19 missed:1 lost:0',
        '  flows: 1',
        ...port(1, size, '0'),
        ...port(2, '0', size),
        '',
      ].join('\n'),
    );
    expect(await refusal('dpctl/show', 'nope')).toBe(
      'upcall: opening datapath nope failed (No such device)\n',
    );
    expect(await refusal('dpctl/show', '-mx')).toBe('Unrecognized option -x');
    expect(await refusal('dpctl/show', '--zork')).toBe('Unrecognized option --zork');
  });
});

describe('dpctl/dump-flows', () => {
  const create = () => {
    const created = createCommandSwitch();
    created.inject(1, FRAME);
    created.inject(2, packet('arp,dl_src=50:54:00:00:00:0a,dl_dst=50:54:00:00:00:09'));
    return created;
  };
  const HEADING = 'flow-dump from the main thread:\n';

  it('prints all flows', async () => {
    const text = await create().run('dpctl/dump-flows');
    expect(text.startsWith(HEADING)).toBe(true);
    expect(text).toContain(`${KEY}, ${STATS}, actions:2,3\n`);
    expect(text.split('\n')).toHaveLength(4);
  });

  it('names ports, and tells all that there is', async () => {
    const { run } = create();
    expect(await run('dpctl/dump-flows', '--names')).toContain('in_port(p1)');
    expect(await run('dpctl/dump-flows', '-m')).toMatch(
      /ufid:[-0-9a-f]{36}, skb_priority.*, dp:ovs, actions:p1, dp-extra-info:miniflow_bits\(5,0\)/,
    );
  });

  it.each([
    ['filter=arp', 1],
    ['filter=in_port=p2', 1],
    ['filter=in_port=1,ip,nw_src=1.2.3.4', 1],
    ['filter=dl_src=50:54:00:00:00:0b', 0],
    ['filter=', 2],
    ['type=ovs', 2],
    ['type=tc,non-offloaded', 2],
    ['type=offloaded', 0],
    ['pmd=3', 0],
  ])('chooses by %s', async (choice, count) => {
    const text = await create().run('dpctl/dump-flows', choice);
    expect(text.match(/recirc_id/g)?.length ?? 0).toBe(count);
    expect(text.startsWith(HEADING)).toBe(count > 0);
  });

  it('leaves the thread unsaid to who has said it', async () => {
    expect(await create().run('dpctl/dump-flows', 'pmd=-1')).toMatch(/^recirc_id/);
  });

  it.each([
    ['type=zork', 'upcall: Failed to parse type (zork) (Invalid argument)\n'],
    ['filter=nope=1', 'upcall: Failed to parse filter (nope=1: unknown field nope)\n'],
    ['nope', 'upcall: datapath not found (Invalid argument)\n'],
  ])('refuses %s', async (word, answer) => {
    expect(await create().refusal('dpctl/dump-flows', word)).toBe(answer);
  });
});
