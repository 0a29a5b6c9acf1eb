import { describe, expect, it } from 'vitest';
import type { ReplayDocument } from '../../src/cli/replay-document.js';
import { pcapFile, textFile } from './capture-files.js';
import { frameFrom } from './captures.js';
import { runCli } from './run-cli.js';

const NORMAL = textFile('normal.flows', 'actions=NORMAL\n');
const ARP = 'in_port=1,arp,dl_src=02:00:00:00:00:01,dl_dst=ff:ff:ff:ff:ff:ff';
const QUERIED = 'in_port=1,udp,dl_src=02:00:00:00:00:01,dl_dst=01:00:5e:01:02:03,nw_dst=239.1.2.3';

/** The datapath's; port 0 is the bridge's own, a trunk. */
async function actionsOf(flow: string, ...options: string[]): Promise<string> {
  const { stdout, stderr } = await runCli(['trace', flow, '--flows', NORMAL, ...options]);
  return /^Datapath actions: (.*)$/m.exec(stdout)?.[1] ?? stderr;
}

/** Frames that left each port when those of hosts 1 and 2 were flooded. */
async function sentBy(...options: string[]): Promise<Record<string, number>> {
  const capture = pcapFile('two.pcap', [frameFrom(1), frameFrom(2)], [0, 100]);
  const { stdout, stderr } = await runCli(['replay', '--json', capture, ...options]);
  expect(stderr).not.toContain('Cannot');
  const { ports }: ReplayDocument = JSON.parse(stdout);
  return Object.fromEntries(ports.map(({ number, txPackets }) => [number, txPackets]));
}

describe('upcall trace: what ports are', () => {
  it('keeps VLANs apart', async () => {
    const ports = ['--port=1,tag=10', '--port=p2,tag=10', '--port=3,tag=20', '--port=4,trunks=10'];
    expect(await actionsOf(ARP, ...ports)).toBe('2,push_vlan(vid=10,pcp=0),4,0');
  });

  it('takes names of a list of ports', async () => {
    const list = ['--ports', '1=uplink,2=left,3=right'];
    expect(await actionsOf(ARP, ...list, '--port', 'left,tag=7')).toBe('3,0');
  });

  it('mirrors', async () => {
    const mirror = ['--port=2', '--port=3', '--mirror=m0,select-all,output-port=p3'];
    expect(await actionsOf(ARP, ...mirror)).toBe('3,2,0');
  });

  it('snoops multicast', async () => {
    const ports = ['--port=2', '--port=3'];
    const snooping = ['--mcast-snooping-enable', '--mcast-snooping-disable-flood-unregistered'];
    expect(await actionsOf(QUERIED, ...ports, ...snooping)).toBe('drop');
    expect(await actionsOf(QUERIED, ...ports, ...snooping, '--mcast-snooping-flood=p3')).toBe('3');
  });
});

describe('upcall replay: what ports are', () => {
  it('floods where nothing is said', async () => {
    expect(await sentBy()).toEqual({ 1: 1, 2: 1 });
  });

  it('keeps VLANs apart', async () => {
    expect(await sentBy('--port', 'p1,tag=10', '--port', 'p2,tag=20')).toEqual({ 1: 0, 2: 0 });
  });

  it('mirrors to a port that no packet enters', async () => {
    const sent = await sentBy('--port', 'p3', '--mirror', 'm0,select-src-port=p1,output-port=p3');
    expect(sent).toEqual({ 1: 1, 2: 1, 3: 1 });
  });
});

describe('options that say what ports are', () => {
  it.each([
    [['--port', 'p1=x'], '--port "p1=x": expected NAME,SETTING=VALUE,…'],
    [['--port', 'p1,speed=9'], 'there is no setting "speed"; there are vlan-mode, tag'],
    [['--port', 'p1,bridge=br1'], 'there is no setting "bridge"'],
    [['--port', 'wan,tag=1'], '--port "wan": bridge "br0" has only'],
    [['--mirror', 'm0,output-port=p9'], 'Cannot add mirror "m0": the bridge has no port "p9"'],
    [['--mirror', 'm0,output-vlan=9,bridge=br1'], 'there is no bridge "br1", only "br0"'],
    [['--mcast-snooping-flood', 'p1'], 'multicast needs --mcast-snooping-enable'],
  ])('refuse %j, for a trace and for a replay', async (options, message) => {
    const capture = pcapFile('one.pcap', [frameFrom(1)], [0]);
    for (const words of [
      ['trace', ARP, '--flows', NORMAL],
      ['replay', capture],
    ]) {
      const { stderr, status } = await runCli([...words, ...options]);
      expect(stderr).toContain(message);
      expect(status).not.toBe(0);
    }
  });
});
