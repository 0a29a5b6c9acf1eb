import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { textFile } from './capture-files.js';
import { type CliResult, runCli } from './run-cli.js';

/** What Open vSwitch's programs printed of one bridge, and what its ofproto/trace said there. */
function fixture(name: string): string {
  return fileURLToPath(new URL(`../fixtures/trace-files/${name}.txt`, import.meta.url));
}

const FLOW = 'tcp,in_port=1,nw_src=10.0.0.1,nw_dst=10.0.0.2,tp_dst=80,dl_src=00:00:00:00:00:01';
const DUMPED = ['--flows', fixture('dump-flows'), '--macs', fixture('fdb-show')];

function trace(flow: string, ...options: string[]): Promise<CliResult> {
  return runCli(['trace', flow, ...options]);
}

/** What follows the heading, up to the next one. */
function sectionOf(text: string, heading: string): string[] {
  const lines = text.split('\n');
  const start = lines.indexOf(heading) + 1;
  const end = lines.findIndex((line, i) => i >= start && line === '');
  return lines.slice(start, end < 0 ? undefined : end);
}

describe('upcall trace', () => {
  it('says what Open vSwitch says, from what its programs print', async () => {
    const { stdout, status } = await trace(FLOW, ...DUMPED, '--ports', fixture('show'));
    expect(stdout).toBe(readFileSync(fixture('trace'), 'utf8'));
    expect(status).toBe(0);
  });

  it('takes rules of bridge/dump-flows, ports of dpif/show, groups and meters', async () => {
    const { stdout } = await trace(
      FLOW,
      ...['--flows', fixture('bridge-dump-flows'), '--ports', fixture('dpif-show')],
      ...['--groups', fixture('dump-groups'), '--meters', fixture('dump-meters'), '--names'],
    );
    expect(stdout).toContain('\n 0. tcp,in_port=p1,nw_dst=10.0.0.0/8, priority 100\n');
    expect(stdout).toMatch(/,br0,p2,p3\n$|,p2,p3,br0\n$/);
  });

  it('has the ports that rules, addresses and the flow name, where no list is given', async () => {
    const flows = textFile('named.flows', 'in_port=4,actions=6,7\n');
    const { stdout } = await trace('in_port=4', '--flows', flows);
    expect(stdout).toContain('\nDatapath actions: 6,7\n');
    const listed = await trace('in_port=4', '--flows', flows, '--ports', '4=a,6=b');
    expect(listed.stdout).toContain(' >> Nonexistent output port\n');
  });

  it('traces a flow of the datapath', async () => {
    const flows = textFile('odp.flows', 'in_port=2,ip,actions=3\n');
    const key = 'in_port(102),eth(),eth_type(0x0800),ipv4(proto=1),icmp(type=8)';
    const ports = textFile('odp.ports', '  br0:\n    p2 2/102: (tap)\n    p3 3/103: (tap)\n');
    const { stdout } = await trace(key, '--flows', flows, '--ports', ports);
    expect(stdout).toMatch(/^Flow: icmp,in_port=2,/);
    expect(stdout).toContain('\nDatapath actions: 103\n');
    const { stderr, status } = await trace('in_port(7)', '--flows', flows, '--ports', ports);
    expect(stderr).toBe('upcall: Cannot trace: no port of the bridge has datapath number 7\n');
    expect(status).toBe(1);
  });

  it('learns from a packet that it makes, and from none else', async () => {
    const flows = textFile('learn.flows', 'actions=NORMAL\n');
    const flow = 'in_port=1,dl_src=00:00:00:00:00:09';
    const learned = 'learned that 00:00:00:00:00:09 is on port p1 in VLAN 0';
    expect((await trace(flow, '--flows', flows)).stdout).not.toContain(learned);
    expect((await trace(flow, '--flows', flows, '--generate')).stdout).toContain(learned);
  });

  it('says which rules of higher priority missed, and on which field', async () => {
    const { stdout } = await trace(FLOW, ...DUMPED, '--why-not');
    expect(sectionOf(stdout, 'Why not another rule:')).toEqual([
      '  table 0: priority=100,tcp,in_port=1,nw_dst=10.0.0.0/8 actions=resubmit(,1)',
      '    priority=200,tcp,in_port=1,tp_dst=22 actions=drop',
      '      tp_dst is 80, not 22',
      '  table 1: priority=50,ip,nw_src=10.0.0.1 actions=mod_dl_dst:00:00:00:00:00:02,NORMAL',
      '    no rule comes before it',
    ]);
  });

  it('shows the rules that missed by the least', async () => {
    const { stdout } = await trace('udp,in_port=1', ...DUMPED, '--why-not', '--rules-shown', '1');
    expect(sectionOf(stdout, 'Why not another rule:')).toEqual([
      '  table 0: no rule matches',
      '    priority=200,tcp,in_port=1,tp_dst=22 actions=drop',
      '      nw_proto is 17, not 6',
      '    … and 4 rules more; --rules-shown shows them',
    ]);
  });

  it('says what needed each field of the megaflow', async () => {
    const { stdout } = await trace(FLOW, ...DUMPED, '--why-narrow');
    const lines = sectionOf(stdout, 'Why so narrow:');
    expect(lines.slice(0, 4)).toEqual([
      '  recirc_id, packet_type, in_port, dl_type, nw_frag',
      '    in every megaflow',
      '  dl_src=00:00:00:00:00:01',
      '    action NORMAL',
    ]);
    expect(lines.slice(-3)).toEqual([
      '  tp_dst=64/0xffc0',
      '    table 0, whose rules match on it:',
      '      priority=200,tcp,in_port=1,tp_dst=22 actions=drop',
    ]);
  });

  it('prints all of that as JSON', async () => {
    const { stdout } = await trace(FLOW, ...DUMPED, '--json');
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({ datapathActions: 'set(eth(dst=00:00:00:00:00:02)),2' });
    expect(document.steps[0].steps[0].rule).toMatch(/^priority=100,/);
    expect(document.whyNot[0].missed[0].fields).toEqual([
      { field: 'tp_dst', wanted: '22', found: '80' },
    ]);
    expect(document.whyNarrow.map(({ field }: { field: string }) => field)).toContain('tp_dst');
    expect(document.error).toBeNull();
  });

  it('fails where the answer is not the expected one', async () => {
    const drop = ['--flows', textFile('drop.flows', 'tcp,actions=drop\nudp,actions=2\n')];
    expect((await trace('tcp,in_port=1', ...drop, '--expect', 'drop')).status).toBe(0);
    expect((await trace('udp,in_port=1', ...drop, '--names', '--expect', 'p2')).status).toBe(0);
    const { status, stdout, stderr } = await trace('udp,in_port=1', ...drop, '--expect', 'drop');
    expect([status, stderr]).toEqual([1, 'upcall: datapath actions are "2", not "drop"\n']);
    expect(stdout).toContain('Datapath actions: 2\n');
  });

  it('says what it cannot read', async () => {
    const usage = await runCli(['trace', 'tcp']);
    expect(usage.stderr).toContain('Cannot trace: --flows FILE says what the rules are');
    expect(usage.status).toBe(2);
    expect((await runCli(['trace'])).stderr).toContain('no flow was given');
    const missing = await trace('tcp', '--flows', '/nowhere');
    expect(missing.stderr).toContain('Cannot read "/nowhere": no such file');
    const bad = textFile('bad.flows', 'NXST_FLOW reply (xid=0x4):\n priority=x actions=drop\n');
    expect((await trace('tcp', '--flows', bad)).stderr).toContain('bad.flows:2:11: expected');
    const flow = await trace('zork=1', ...DUMPED);
    expect(flow.stderr).toBe('upcall: Bad openflow flow syntax: zork=1: unknown field zork\n');
  });

  it('says which line of a list of ports or addresses is none', async () => {
    const ports = await trace(FLOW, ...DUMPED, '--ports', textFile('bad.ports', '1=a\nzork\n'));
    expect(ports.stderr).toContain('bad.ports:2: "zork"; expected a pair like 1=eth0');
    const twice = await trace(FLOW, ...DUMPED, '--ports', '1=a,1=b');
    expect(twice.stderr).toContain('Cannot read ports of "--ports": number 1 is there twice');
    const macs = textFile('bad.macs', ' port  VLAN  MAC                Age\n 1 0 zork 3\n');
    const addresses = await trace(FLOW, '--flows', fixture('dump-flows'), '--macs', macs);
    expect(addresses.stderr).toContain('bad.macs:2: expected port, VLAN and address');
  });
});
