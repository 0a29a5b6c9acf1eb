import { describe, expect, it } from 'vitest';
import { parseExactFlow } from '../../src/ofproto/exact-flow-parse.js';
import { composePacket } from '../../src/packet/compose.js';
import { pcapFile, textFile } from './capture-files.js';
import { runCli } from './run-cli.js';

const MACS = 'dl_src=00:00:00:00:00:01,dl_dst=00:00:00:00:00:02';

/** Forty connections of one host to as many ports, each of two packets. */
const capture = pcapFile(
  'connections.pcap',
  Array.from({ length: 80 }, (_, i) =>
    composePacket(
      parseExactFlow(`tcp,${MACS},nw_src=10.0.0.1,nw_dst=10.0.0.2,tp_dst=${100 + (i % 40)}`),
    ),
  ),
);
const wide = textFile('wide.flows', 'priority=1,actions=2\n');
const narrow = textFile(
  'narrow.flows',
  'priority=9,tcp,tp_dst=100,actions=drop\npriority=1,actions=2\n',
);
const grouped = textFile('grouped.flows', 'actions=group:3\n');
const other = textFile('other.flows', 'priority=1,actions=3\n');

function diff(before: string, after: string, ...options: string[]) {
  const rules = ['--before', before, '--after', after];
  return runCli(['megaflow-diff', capture, '--ports', '4', ...rules, ...options]);
}

describe('upcall megaflow-diff', () => {
  it('finds no difference between rules and themselves', async () => {
    const { stdout, status } = await diff(wide, wide, '--exit-code');
    expect(status).toBe(0);
    expect(stdout.split('\n').map((line) => line.trimEnd())).toEqual([
      '             before  after  change',
      'megaflows         1      1',
      'masks             1      1',
      'upcalls           1      1',
      'transmitted      80     80',
      '',
    ]);
  });

  it('shows what a rule makes of one megaflow', async () => {
    const { stdout, status } = await diff(wide, narrow);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^megaflows +1 +\d+ {2}\+\d+ \(\+\d+ %\)$/m);
    expect(stdout).toMatch(/^transmitted +80 +78 {2}-2 \(-2 %\)$/m);
    expect(stdout).toContain('\nRemoved (1)\n  - recirc_id(0),in_port(1)');
    expect(stdout).toContain('tcp(dst=100), packets:2, actions:drop\n');
    expect(stdout).toContain('\n      table 0: priority=9,tcp,tp_dst=100 actions=drop\n');
    expect(stdout).toMatch(/^ {2}1 → \d+ {2}table 0: priority=1 actions=output:2$/m);
  });

  it('shows megaflows that do something else', async () => {
    const { stdout } = await diff(wide, other);
    expect(stdout).toContain('\nOther actions (1)\n');
    expect(stdout).toContain('\n      - actions:2\n      + actions:3\n');
    expect(stdout).not.toContain('Added');
  });

  it('shows what matches tags, with their type', async () => {
    const tagged = pcapFile('tagged.pcap', [
      composePacket(parseExactFlow(`ip,${MACS},dl_vlan=7,nw_src=10.0.0.1`)),
    ]);
    const vlan = textFile('vlan.flows', 'priority=9,dl_vlan=7,actions=drop\n');
    const { stdout } = await runCli(['megaflow-diff', tagged, '--before', wide, '--after', vlan]);
    expect(stdout).toContain('eth_type(0x8100),vlan(vid=7),encap(eth_type(0x0800)');
  });

  it('fails where anything differs, if it is told to', async () => {
    expect((await diff(wide, other, '--exit-code')).status).toBe(1);
    expect((await diff(wide, other)).status).toBe(0);
  });

  it('fails where there are too many more megaflows', async () => {
    const { status, stderr } = await diff(wide, narrow, '--max-growth', '50');
    expect(status).toBe(1);
    expect(stderr).toMatch(/^upcall: megaflows grew from 1 to \d+, more than --max-growth 50 %$/m);
    expect((await diff(wide, narrow, '--max-growth', '10000')).status).toBe(0);
    expect((await diff(narrow, wide, '--max-growth', '0')).status).toBe(0);
  });

  it('prints a document', async () => {
    const { stdout } = await diff(wide, narrow, '--json');
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({
      captures: [capture],
      packets: 80,
      rules: { before: wide, after: narrow },
      totals: { before: { megaflows: 1, upcalls: 1, transmitted: 80 } },
    });
    expect(document.added).toHaveLength(document.totals.after.megaflows);
    const sum = (flows: { packets: number }[]) => flows.reduce((n, flow) => n + flow.packets, 0);
    expect([sum(document.added), sum(document.removed)]).toEqual([80, 80]);
  });

  it.each([
    ['no rules of that name', [capture, '--before', '/nope', '--after', wide], 1, '/nope'],
    ['no capture', [wide, '--before', wide, '--after', wide], 1, 'neither a pcap nor a pcapng'],
    [
      'a group that is missing',
      [capture, '--before', wide, '--after', grouped],
      1,
      'add it before',
    ],
    ['no number', [capture, '--before', wide, '--after', wide, '--max-growth', 'x'], 2, '"x"'],
  ])('exits as scripts expect where it is given %s', async (_what, words, status, text) => {
    expect(await runCli(['megaflow-diff', ...words])).toEqual({
      status,
      stdout: '',
      stderr: expect.stringContaining(text),
    });
  });

  it('says what it needs', async () => {
    const { stderr, status } = await runCli(['megaflow-diff', capture, '--before', wide]);
    expect(stderr).toContain('a capture, --before FILE and --after FILE are needed');
    expect(status).toBe(2);
  });
});

describe('upcall rules', () => {
  const rules = textFile(
    'rules.flows',
    'NXST_FLOW reply (xid=0x4):\n' +
      ' cookie=0x0, duration=4.5s, table=0, n_packets=0, priority=9,tcp actions=resubmit(,1)\n' +
      ' table=0, priority=5,tcp,tp_dst=100 actions=drop\n' +
      ' table=0, priority=4,udp actions=drop\n' +
      ' table=1, priority=3,tcp,tp_dst=64/0xffc0 actions=3\n table=1, priority=1 actions=2\n',
  );

  it('counts the packets and megaflows of each', async () => {
    const { stdout, status } = await runCli(['rules', capture, '--flows', rules, '--json']);
    expect(status).toBe(0);
    const uses = JSON.parse(stdout).rules;
    expect(uses[0]).toMatchObject({ table: 0, packets: 80, megaflows: 2, dead: false });
    expect(uses.slice(3)).toMatchObject([
      { table: 1, packets: 56, megaflows: 1, shadowedBy: null },
      { table: 1, packets: 24, megaflows: 1 },
    ]);
  });

  it('names those that are shadowed or dead', async () => {
    const { stdout } = await runCli(['rules', capture, '--flows', rules]);
    expect(stdout).toContain(
      'Shadowed rules: no packet can meet them\n' +
        '  table 0: priority=5,tcp,tp_dst=100 actions=drop\n' +
        '    by priority=9,tcp actions=resubmit(,1)\n',
    );
    expect(stdout).toContain(
      'Dead rules: no packet met them\n' +
        '  table 0: priority=5,tcp,tp_dst=100 actions=drop\n' +
        '  table 0: priority=4,udp actions=drop\n',
    );
    expect(stdout).toMatch(/^ +megaflows +packets +table +rule\n +2 +80 +0 +priority=9,tcp /m);
  });

  it('finds shadowed rules without a capture, and fails on them if told to', async () => {
    const { stdout, stderr, status } = await runCli([
      ...['rules', '--flows', rules, '--fail-on', 'shadowed'],
    ]);
    expect(stdout).not.toContain('Dead rules');
    expect(stderr).toBe('upcall: 1 rule is shadowed\n');
    expect(status).toBe(1);
    expect((await runCli(['rules', '--flows', wide, '--fail-on', 'any'])).status).toBe(0);
  });

  it('looks for dead rules only where there are packets', async () => {
    const { stderr, status } = await runCli(['rules', '--flows', rules, '--fail-on', 'dead']);
    expect(stderr).toContain('Cannot look for dead rules: that takes a capture');
    expect(status).toBe(2);
    expect((await runCli(['rules', capture])).stderr).toContain('--flows FILE says what they are');
  });
});
