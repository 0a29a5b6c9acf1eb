import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createCommandSwitch } from './command-switch.js';

const FLOWS = 'table=0,cookie=7,priority=5,tcp,actions=resubmit(,1),group:1\ntable=1,actions=2\n';
const KEY =
  'in_port(1),eth(src=50:54:00:00:00:09,dst=50:54:00:00:00:0a),eth_type(0x0800),' +
  'ipv4(src=10.0.0.1,dst=10.0.0.2,proto=6,tos=0,ttl=64,frag=no),tcp(src=1,dst=80)';

function createTraced() {
  const made = createCommandSwitch();
  made.sw.addGroup('group_id=1,type=all,bucket=bucket_id:4,actions=3');
  made.sw.addFlows(FLOWS);
  return made;
}

describe('ofproto/trace', () => {
  it('tells what becomes of a flow of a bridge', async () => {
    const { run } = createTraced();
    expect(await run('ofproto/trace', 'br0', 'tcp,in_port=1')).toBe(
      [
        'Flow: tcp,in_port=1,vlan_tci=0x0000,dl_src=00:00:00:00:00:00,dl_dst=00:00:00:00:00:00,' +
          'nw_src=0.0.0.0,nw_dst=0.0.0.0,nw_tos=0,nw_ecn=0,nw_ttl=0,nw_frag=no,tp_src=0,' +
          'tp_dst=0,tcp_flags=0',
        '',
        'bridge("br0")',
        '-------------',
        ' 0. tcp, priority 5, cookie 0x7',
        '    resubmit(,1)',
        '     1. priority 32768',
        '            output:2',
        '    group:1',
        '    bucket 4',
        '            output:3',
        '',
        'Final flow: unchanged',
        'Megaflow: recirc_id=0,eth,tcp,in_port=1,nw_frag=no',
        'Datapath actions: 2,3',
        '',
      ].join('\n'),
    );
  });

  it('finds the bridge of a datapath flow, and writes ports by name where asked to', async () => {
    const { run } = createTraced();
    const text = await run('ofproto/trace', 'ovs-embedded', KEY, '--names');
    expect(text).toContain('Flow: tcp,in_port=p1,');
    expect(text).toContain('            output:p2\n');
    expect(text).toMatch(/\nDatapath actions: p2,p3\n$/);
  });

  it('changes nothing, unless there is a packet', async () => {
    const { run, sw } = createTraced();
    sw.addFlow('priority=9,actions=NORMAL');
    const { macs } = sw.bridge().ofproto;
    await run('ofproto/trace', 'br0', 'tcp,in_port=1,dl_src=00:00:00:00:00:05');
    expect(macs.lookup(0, 5, 0)).toBeUndefined();
    await run('ofproto/trace', 'br0', 'tcp,in_port=1,dl_src=00:00:00:00:00:05', '-generate');
    expect(macs.lookup(0, 5, 0)).toBe(1);
    expect(sw.rules().map(({ packets }) => packets)).toEqual(sw.rules().map(() => 0));
    expect(sw.megaflows()).toEqual([]);
  });

  it('refuses what is no flow', async () => {
    const { refusal } = createTraced();
    expect(await refusal('ofproto/trace', 'br0', 'zork=1')).toBe(
      'Bad openflow flow syntax: zork=1: unknown field zork',
    );
    expect(await refusal('ofproto/trace', 'br1', 'tcp')).toBe('br1: unknown bridge');
    expect(await refusal('ofproto/trace', 'nope')).toBe(
      'syntax error at nope (or the bridge name was omitted)',
    );
    expect(await refusal('ofproto/trace', 'br0', 'tcp', '--l7-len')).toBe(
      'Missing argument for option --l7-len',
    );
  });
});

describe('ofproto/trace-packet-out', () => {
  it('begins with the actions, not with a table', async () => {
    const { run } = createTraced();
    const text = await run('ofproto/trace-packet-out', 'br0', 'tcp,in_port=1', '3,resubmit(,1)');
    expect(text).toContain('-------------\n    output:3\n    resubmit(,1)\n 1. priority 32768\n');
  });

  it('refuses actions that the packet or the bridge cannot have', async () => {
    const { refusal } = createTraced();
    const ask = (actions: string) =>
      refusal('ofproto/trace-packet-out', 'br0', 'arp,in_port=1', actions);
    expect(await ask('zork')).toBe('unknown action zork');
    expect(await ask('goto_table:1')).toBe('goto_table instruction not allowed here');
    expect(await ask('group:9')).toBe('Bad actions: OFPBAC_BAD_OUT_GROUP');
    expect(await ask('set_field:5->tcp_dst')).toBe('Bad actions: OFPBAC_MATCH_INCONSISTENT');
  });
});

describe('ofproto/detrace', () => {
  it('lists the rules and groups that a datapath flow comes from', async () => {
    const { run, sw } = createTraced();
    await run('netdev-dummy/receive', 'p1', KEY);
    await sw.settled();
    const ufid = /ufid:[-0-9a-f]+/.exec(await run('dpctl/dump-flows', '-m'))?.[0] ?? '';
    const expected = join(import.meta.dirname, '../fixtures/commands/ofproto-detrace.txt');
    expect(await run('ofproto/detrace', ufid)).toBe(readFileSync(expected, 'utf8'));
  });

  it('refuses ids that no flow has', async () => {
    const { refusal } = createTraced();
    const ufid = 'ufid:01234567-89ab-cdef-0123-456789abcdef';
    expect(await refusal('ofproto/detrace', ufid)).toBe(`no such flow: ${ufid}`);
    expect(await refusal('ofproto/detrace', 'zork')).toBe('failed to parse ufid');
  });
});
