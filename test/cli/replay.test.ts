import { describe, expect, it } from 'vitest';
import type { ReplayDocument } from '../../src/cli/replay-document.js';
import { openCapture } from '../../src/packet/capture-reader.js';
import { cutShort, pcapFile, temporaryFile, textFile } from './capture-files.js';
import { frameFrom } from './captures.js';
import { runCli } from './run-cli.js';

async function replayJson(...argv: string[]): Promise<ReplayDocument> {
  const { stdout } = await runCli(['replay', '--json', ...argv]);
  return JSON.parse(stdout);
}

/** Two hosts that talk to each other: 1 asks everybody, 2 answers 1, 1 answers 2. */
function talk(): Uint8Array[] {
  const ask = frameFrom(1);
  const answer = frameFrom(2);
  answer.set([2, 0, 0, 0, 0, 1], 0);
  const reply = frameFrom(1);
  reply.set([2, 0, 0, 0, 0, 2], 0);
  return [ask, answer, reply, answer.slice(), reply.slice()];
}

describe('upcall replay --json', () => {
  it('prints what came in, what was looked up and what went out', async () => {
    const document = await replayJson(pcapFile('talk.pcap', talk(), [0, 100, 200, 300, 400]));
    expect(document.captures).toMatchObject([{ packets: 5, bytes: 300, timeReversals: 0 }]);
    expect(document.datapath.lookups).toEqual({ hit: 2, missed: 3, lost: 0, invalid: 0 });
    expect(document.datapath.flows).toHaveLength(3);
    expect(document.ports).toEqual([
      {
        name: '02:00:00:00:00:01',
        number: 1,
        rxPackets: 3,
        rxBytes: 180,
        txPackets: 2,
        txBytes: 120,
      },
      {
        name: '02:00:00:00:00:02',
        number: 2,
        rxPackets: 2,
        rxBytes: 120,
        txPackets: 3,
        txBytes: 180,
      },
    ]);
    expect(document.conservation).toEqual({
      packetsIn: 5,
      bytesIn: 300,
      packetsRecirculated: 0,
      bytesRecirculated: 0,
      packetsCredited: 5,
      bytesCredited: 300,
      ok: true,
    });
  });

  it('shows the rules with all their packets, hidden ones included', async () => {
    const flows = textFile('one.flows', 'priority=7,dl_src=02:00:00:00:00:01,actions=FLOOD\n');
    const { openflow } = await replayJson(pcapFile('rules.pcap', talk()), '--flows', flows);
    expect(openflow[0]).toEqual({
      table: 0,
      priority: 7,
      match: 'dl_src=02:00:00:00:00:01',
      actions: 'FLOOD',
      packets: 3,
      bytes: 180,
      hidden: false,
    });
    const missed = openflow.filter((rule) => rule.hidden && rule.packets > 0);
    expect(missed).toMatchObject([{ packets: 2, bytes: 120 }]);
  });

  it('shows the slow path as of the last packet', async () => {
    const { udpif, datapath } = await replayJson(pcapFile('quiet.pcap', talk()));
    expect(udpif.ukeys).toBe(datapath.flows.length);
    expect(udpif.deleted).toEqual({});
    expect(udpif.flows.limit).toBe(10_000);
  });

  it('counts idle deletions and cycles as the capture goes on', async () => {
    const capture = pcapFile('idle.pcap', [frameFrom(1), frameFrom(2)], [0, 30_000]);
    const { udpif } = await replayJson(capture);
    expect(udpif.deleted).toEqual({ flow_idle: 1 });
    expect(udpif.cycles).toBeGreaterThan(50);
  });

  it('lets older packets in at once and counts them', async () => {
    const frames = [frameFrom(1), frameFrom(1), frameFrom(1)];
    const { captures } = await replayJson(pcapFile('back.pcap', frames, [0, 500, 200]));
    expect(captures[0]?.timeReversals).toBe(1);
  });

  it('counts a frame without an Ethernet header as invalid', async () => {
    const document = await replayJson(pcapFile('short.pcap', [new Uint8Array(13), frameFrom(1)]));
    expect(document.datapath.lookups).toMatchObject({ invalid: 1, missed: 1 });
    expect(document.conservation.ok).toBe(true);
  });

  it('takes one port a file, merged by time', async () => {
    const a = pcapFile('a.pcap', [frameFrom(1), frameFrom(1)], [0, 20]);
    const b = pcapFile('b.pcap', [frameFrom(2)], [10]);
    const { ports, captures } = await replayJson(a, b);
    expect(ports.map(({ name, rxPackets }) => [name, rxPackets])).toEqual([
      [a, 2],
      [b, 1],
    ]);
    expect(captures.map(({ packets }) => packets)).toEqual([2, 1]);
  });

  it('installs exact flows with --megaflows off', async () => {
    const frames = [7, 8, 9].map((last) => {
      const frame = frameFrom(1);
      frame.set([2, 0, 0, 0, 0, last], 0);
      return frame;
    });
    const capture = pcapFile('exact.pcap', frames);
    const flows = textFile('drop.flows', 'actions=drop');
    const wide = await replayJson(capture, '--flows', flows);
    const exact = await replayJson(capture, '--flows', flows, '--megaflows', 'off');
    expect(wide.datapath.flows).toHaveLength(1);
    expect(exact.datapath.flows).toHaveLength(3);
  });

  it('replays a stretch of years in no time', async () => {
    const yearMs = 365 * 24 * 3600 * 1000;
    const capture = pcapFile('years.pcap', [frameFrom(1), frameFrom(1)], [0, 50 * yearMs]);
    const { udpif, conservation } = await replayJson(capture);
    expect(conservation.ok).toBe(true);
    expect(udpif.cycles).toBeGreaterThan((50 * yearMs) / 500 / 2);
  });

  it('loses, as 2.3 did, what flows have counted that no dump has seen (B-01)', async () => {
    const capture = pcapFile('lost.pcap', talk(), [0, 100, 200, 300, 400]);
    const argv = [capture, '--flows', textFile('flood.flows', 'actions=FLOOD')];
    const { profile, conservation, outlived } = await replayJson(...argv, '--profile', 'ovs-2.3');
    expect(profile).toBe('ovs-2.3');
    expect(conservation).toMatchObject({ packetsIn: 5, packetsCredited: 2, ok: false });
    expect(outlived).toEqual({ flows: 2, packets: 3, bytes: 180 });
    expect((await replayJson(...argv)).outlived).toEqual({ flows: 0, packets: 0, bytes: 0 });
  });

  it('takes what is not said from the profile: flows of 2.3 are idle after 1,500 ms', async () => {
    const capture = pcapFile('idle.pcap', talk(), [0, 100, 200, 300, 4_000]);
    const { udpif } = await replayJson(capture, '--profile', 'ovs-2.3');
    expect(udpif.deleted).toMatchObject({ flow_idle: 3 });
    expect((await replayJson(capture)).udpif.deleted).toEqual({});
  });

  it('is an empty report for a capture without packets', async () => {
    const { ports, conservation } = await replayJson(pcapFile('none.pcap', []));
    expect(ports).toEqual([]);
    expect(conservation).toMatchObject({ packetsIn: 0, ok: true });
  });
});

describe('upcall replay', () => {
  it('prints a report on stdout and wall-clock figures on stderr only', async () => {
    const { status, stdout, stderr } = await runCli(['replay', pcapFile('r.pcap', talk())]);
    expect(status).toBe(0);
    expect(stdout).toContain('every packet is accounted for');
    expect(stderr).toMatch(/^replayed 5 packets in \d+\.\d\d s\n$/);
  });

  it('draws a progress bar on a terminal', async () => {
    const argv = ['replay', pcapFile('p.pcap', talk())];
    expect((await runCli(argv, { isTTY: true })).stderr).toContain('100 %');
  });

  it('prints the same bytes for the same seed', async () => {
    const argv = ['replay', pcapFile('same.pcap', talk()), '--seed', '7', '--json'];
    expect((await runCli(argv)).stdout).toBe((await runCli(argv)).stdout);
  });

  it('replays a capture that was cut short up to the break, and fails', async () => {
    const capture = cutShort(pcapFile('cut.pcap', talk()), 10);
    const { status, stdout, stderr } = await runCli(['replay', '--json', capture]);
    const document: ReplayDocument = JSON.parse(stdout);
    expect(status).toBe(1);
    expect(document.captures[0]).toMatchObject({ packets: 4 });
    expect(document.captures[0]?.error).toContain('cut.pcap');
    expect(stderr).toContain(document.captures[0]?.error);
  });

  it('writes what was transmitted, in the time of the capture', async () => {
    const out = temporaryFile('out.pcap');
    const capture = pcapFile('in.pcap', talk(), [0, 100, 900, 1100, 2345]);
    await runCli(['replay', capture, '--write', out]);
    const written = [...openCapture(out)];
    expect(written.map(({ data }) => data)).toEqual(talk());
    const times = written.map(({ seconds, nanoseconds }) => seconds * 1000 + nanoseconds / 1e6);
    expect(times).toEqual([1000, 1100, 1900, 2100, 3345]);
  });

  it('paces by the wall clock with --realtime, and prints the same', async () => {
    const capture = pcapFile('paced.pcap', talk(), [0, 20, 40, 60, 80]);
    const start = performance.now();
    const paced = await runCli(['replay', capture, '--realtime']);
    expect(performance.now() - start).toBeGreaterThanOrEqual(80);
    expect(paced.stdout).toBe((await runCli(['replay', capture])).stdout);
  });

  it('shows groups and meters of files with what went through them', async () => {
    const options = [
      '--groups',
      textFile('office.groups', 'group_id=1,type=all,bucket=output:1,bucket=output:2\n'),
      '--meters',
      textFile('office.meters', 'meter=4,pktps,burst,bands=type=drop,rate=1,burst_size=1\n'),
      '--flows',
      textFile('office.flows', 'in_port=1,actions=meter:4,group:1\nin_port=2,actions=group:1\n'),
    ];
    const capture = pcapFile('office.pcap', talk());
    const { groups, meters } = await replayJson(capture, ...options);
    expect(groups).toMatchObject([{ id: 1, packets: 5, buckets: [{ packets: 5 }, {}] }]);
    expect(meters).toMatchObject([{ id: 4, packets: 3, bands: [{ packets: 2 }] }]);
    const { stdout } = await runCli(['replay', capture, ...options]);
    expect(stdout).toMatch(/^ +5 +300 +5 5 +group_id=1,type=all,bucket=/m);
    expect(stdout).toMatch(/^ +3 +180 +2 +meter=4 pktps burst bands= type=drop rate=1/m);
  });

  it('names the file of a wrong group', async () => {
    const groups = textFile('wrong.groups', 'group_id=1,type=all\ngroup_id=2,type=odd\n');
    const capture = pcapFile('g.pcap', talk());
    const { status, stderr } = await runCli(['replay', capture, '--groups', groups]);
    expect(status).toBe(1);
    expect(stderr).toContain(`${groups}:2:`);
  });

  it('names file, line and column of a wrong rule', async () => {
    const flows = textFile('wrong.flows', '# fine\nactions=drop\ntable=0,tp_dst=80,actions=drop\n');
    const capture = pcapFile('w.pcap', talk());
    const { status, stdout, stderr } = await runCli(['replay', capture, '--flows', flows]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain(`${flows}:3:`);
    expect(stderr).not.toContain('    at ');
  });

  it('fails on a missing flow file and an output that cannot be written', async () => {
    const capture = pcapFile('x.pcap', talk());
    const flows = await runCli(['replay', capture, '--flows', '/nowhere/x.flows']);
    expect(flows).toMatchObject({ status: 1, stdout: '' });
    expect(flows.stderr).toContain('Cannot read flow file "/nowhere/x.flows"');
    const write = await runCli(['replay', capture, '--write', '/nowhere/x.pcap']);
    expect(write).toMatchObject({ status: 1, stdout: '' });
    expect(write.stderr).toContain('Cannot write "/nowhere/x.pcap"');
  });
});
