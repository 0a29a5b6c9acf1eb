import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.js';
import { parseMirrorRequest } from '../../src/cli/mirror-request.js';
import { parsePortRequest } from '../../src/cli/port-request.js';
import { ControlClient } from '../../src/management/control-client.js';
import { loadSystemCalls } from '../../src/netdev/koffi-system-calls.js';
import { PageClient } from '../inspector/page-client.js';
import { encodeMessage } from '../../src/openflow/message.js';
import { OF13 } from '../../src/openflow/protocol.js';
import { RawOpenFlow } from '../interop/raw-openflow.js';
import { type CliResult, runCli, TextOutput } from './run-cli.js';

const folder = (): string => mkdtempSync(join(tmpdir(), 'upcall-run-'));

/** Runs `upcall run` until it is up, then interrupts it. */
const runOnce = (...args: readonly string[]) => runUntilUp(args, (interrupt) => interrupt());

/** Runs `upcall run`, and does something when it is up. */
async function runUntilUp(
  args: readonly string[],
  whenUp: (interrupt: () => void, said: string) => void,
): Promise<CliResult> {
  let interrupt = (): void => {};
  const stderr = new TextOutput(false);
  const stdout: TextOutput = new TextOutput(false, (text) => {
    if (text.includes('is up')) whenUp(interrupt, stdout.text);
  });
  const status = await main(['run', ...args], {
    stdout,
    stderr,
    env: {},
    onInterrupt: (listener) => {
      interrupt = listener;
      return () => {};
    },
    self: { pid: process.pid, command: [], words: [], isAlive: () => false },
  });
  return { status, stdout: stdout.text, stderr: stderr.text };
}

describe('upcall run', () => {
  it('says what is up, and at the end what became of the packets', async () => {
    const ports = ['--port', 'dummy:p1', '--port', 'dummy:p2'];
    const rundir = folder();
    const { status, stdout } = await runOnce('--rundir', rundir, ...ports);
    expect(status).toBe(0);
    expect(stdout.split('\n')).toEqual([
      'port 1 "p1": dummy p1',
      'port 2 "p2": dummy p2',
      `OpenFlow: listening at punix:${rundir}/br0.mgmt`,
      `commands: ovs-appctl -t ${rundir}/upcall.${process.pid}.ctl`,
      `bridge "br0" is up (process ${process.pid}; Ctrl-C stops it)`,
      '0 packets (0 bytes) in, 0 (0) credited to rules; every packet is accounted for',
      '',
    ]);
  });

  it('can be asked to exit', async () => {
    const rundir = folder();
    const socket = join(rundir, `upcall.${process.pid}.ctl`);
    const ask = async (): Promise<void> => {
      const client = await ControlClient.connect(socket);
      await client.run('exit', []);
      client.close();
    };
    const { status, stdout } = await runUntilUp(['--rundir', rundir], () => void ask());
    expect([status, stdout.split('\n').at(-2)]).toEqual([
      0,
      expect.stringContaining('is accounted for'),
    ]);
    expect(readdirSync(rundir)).toEqual([]);
  });

  it('has a port called like its bridge as the bridge itself', async () => {
    const ports = ['--port', 'dummy:br1,bridge=br1', '--port', 'dummy:p1,bridge=br1'];
    const bridges = ['--bridge', 'br0', '--bridge', 'br1'];
    const { stdout } = await runOnce('--rundir', folder(), ...bridges, ...ports);
    expect(stdout.split('\n').slice(0, 2)).toEqual([
      'port LOCAL "br1" of bridge "br1": dummy br1',
      'port 1 "p1" of bridge "br1": dummy p1',
    ]);
  });

  it('snoops multicast where it is told to', async () => {
    const rundir = folder();
    const shown: string[] = [];
    const ask = async (interrupt: () => void): Promise<void> => {
      const client = await ControlClient.connect(join(rundir, `upcall.${process.pid}.ctl`));
      shown.push(String(await client.run('mdb/show', ['br0'])));
      client.close();
      interrupt();
    };
    const snooping = ['--mcast-snooping-enable', '--mcast-snooping-flood', 'p1'];
    const args = ['--rundir', rundir, '--port', 'dummy:p1', ...snooping];
    const { status } = await runUntilUp(args, (interrupt) => void ask(interrupt));
    expect([status, shown]).toEqual([0, [' port  VLAN  GROUP                Age\n']]);
  });

  it('has snooping and datapath ids of each bridge of its own', async () => {
    const rundir = folder();
    const ids: string[] = [];
    const shown: string[] = [];
    const ask = async (interrupt: () => void): Promise<void> => {
      const client = await ControlClient.connect(join(rundir, `upcall.${process.pid}.ctl`));
      for (const bridge of ['br0', 'br1']) {
        shown.push(await client.run('mdb/show', [bridge]).then(String, String));
        const peer = await RawOpenFlow.connect(join(rundir, `${bridge}.mgmt`), OF13);
        const [features] = await peer.send(encodeMessage(OF13, 'features_request', 7));
        ids.push(Buffer.from(features?.bytes.subarray(8, 16) ?? []).toString('hex'));
        peer.close();
      }
      client.close();
      interrupt();
    };
    const bridges = ['--bridge', 'br0', '--bridge', 'br1', '--port', 'dummy:p1,bridge=br1'];
    const snooping = ['--mcast-snooping-enable=br1', '--mcast-snooping-flood', 'br1=p1'];
    const datapaths = ['--datapath-id', '00000000000000aa', '--datapath-id=br1=00000000000000bb'];
    const args = ['--rundir', rundir, ...bridges, ...snooping, ...datapaths];
    const { status } = await runUntilUp(args, (interrupt) => void ask(interrupt));
    expect([status, ids]).toEqual([0, ['00000000000000aa', '00000000000000bb']]);
    expect(shown).toEqual([
      expect.stringContaining('multicast snooping is disabled'),
      ' port  VLAN  GROUP                Age\n',
    ]);
  });

  it('logs to a file, and claims the pid file only while it runs', async () => {
    const rundir = folder();
    const log = join(rundir, 'log');
    const files = ['--pidfile', `--log-file=${log}`, '--bridge', 'main'];
    const { status, stderr } = await runOnce('--rundir', rundir, ...files);
    expect([status, stderr]).toEqual([0, '']);
    expect(readFileSync(log, 'utf8')).toContain('"bridge":"main"');
    expect(existsSync(join(rundir, 'upcall.pid'))).toBe(false);
  });

  it('has the meters, groups and rules of files', async () => {
    const rundir = folder();
    const file = (name: string, text: string): string => {
      const path = join(rundir, name);
      writeFileSync(path, text);
      return path;
    };
    const meters = file('meters', 'meter=1,pktps,band=type=drop,rate=5\n');
    const groups = file('groups', 'group_id=7,type=all,bucket=actions=output:2\n');
    const flows = file('flows', 'in_port=1,actions=meter:1,group:7\n');
    const answers: string[] = [];
    const ask = async (interrupt: () => void): Promise<void> => {
      const client = await ControlClient.connect(join(rundir, `upcall.${process.pid}.ctl`));
      answers.push(String(await client.run('bridge/dump-flows', ['br0'])));
      answers.push(String(await client.run('ofproto/trace', ['br0', 'in_port=1'])));
      client.close();
      interrupt();
    };
    const ports = ['--port', 'dummy:p1', '--port', 'dummy:p2'];
    const files = ['--meters', meters, '--groups', groups, '--flows', flows];
    const run = ['--rundir', rundir, ...ports, ...files];
    const { status } = await runUntilUp(run, (interrupt) => void ask(interrupt));
    expect(status).toBe(0);
    expect(answers[0]).toContain('in_port=1,actions=meter:1,group:7');
    expect(answers[1]).toContain('Datapath actions: meter(0),2');
  });

  it('says which file of groups or meters is wrong', async () => {
    const rundir = folder();
    const path = join(rundir, 'bad');
    writeFileSync(path, 'zork\n');
    for (const option of ['--groups', '--meters']) {
      const { status, stderr } = await runOnce('--rundir', rundir, option, path);
      expect([status, stderr]).toEqual([1, expect.stringContaining(`Cannot parse ${path}:1:`)]);
    }
  });

  it('shows itself in a page, which goes when it stops', async () => {
    const rundir = folder();
    let url = '';
    const look = async (interrupt: () => void, said: string): Promise<void> => {
      url = /look at (http:\S+)/.exec(said)?.[1] ?? '';
      const client = await ControlClient.connect(join(rundir, `upcall.${process.pid}.ctl`));
      await client.run('netdev-dummy/receive', ['p1', '5054000000095054000000091234']);
      client.close();
      const page = new PageClient(url);
      expect((await page.next('welcome')).welcome).toMatchObject({ header: { title: 'lab' } });
      interrupt();
    };
    const args = ['--rundir', rundir, '--bridge', 'lab', '--port', 'dummy:p1', '--inspect=0'];
    const { status, stdout } = await runUntilUp(args, (...up) => void look(...up));
    expect(status).toBe(0);
    expect(stdout).toContain('1 packets (14 bytes) in, 1 (14) credited to rules');
    await expect(fetch(url)).rejects.toThrow();
  });

  it('says that the port of its page is taken, and leaves nothing behind', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const rundir = folder();
    const { status, stderr } = await runOnce('--rundir', rundir, `--inspect=${port}`);
    server.close();
    expect([status, stderr]).toEqual([1, expect.stringContaining(`port ${port}`)]);
    expect(readdirSync(rundir)).toEqual([]);
  });

  it('refuses a mirror of a port that it has not, and leaves nothing behind', async () => {
    const rundir = folder();
    const mirror = ['--mirror', 'm0,select-all,output-port=p9'];
    const { status, stderr } = await runOnce('--rundir', rundir, '--port', 'dummy:p1', ...mirror);
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining('Cannot add mirror "m0": the bridge has no port "p9"'),
    ]);
    expect(readdirSync(rundir)).toEqual([]);
  });

  it('makes the folder of its sockets', async () => {
    const rundir = join(folder(), 'a', 'b');
    await runOnce('--rundir', rundir);
    expect(existsSync(rundir)).toBe(true);
  });

  it('leaves nothing behind where it fails on the way up', async () => {
    const rundir = folder();
    const flows = join(rundir, 'flows');
    writeFileSync(flows, 'in_port=p1,actions=output:p9\n');
    const args = ['--rundir', rundir, '--pidfile', '--port', 'dummy:p1', '--flows', flows];
    const { status, stderr } = await runOnce(...args);
    expect(status).toBe(1);
    expect(stderr).toContain(`Cannot parse ${flows}:1:`);
    expect(existsSync(join(rundir, 'upcall.pid'))).toBe(false);
  });

  it('runs several bridges that patch ports join, each with its sockets', async () => {
    const rundir = folder();
    const flows = join(rundir, 'flows');
    writeFileSync(flows, 'in_port=t1,actions=output:p2\n');
    const bridges = ['--bridge', 'br0', '--bridge', 'br1', '--flows', `br1=${flows}`];
    const ports = [
      'dummy:p1',
      't0=patch:t1',
      'dummy:p2,bridge=br1',
      't1=patch:t0,bridge=br1,tag=5',
    ];
    const mirror = ['--mirror', 'm,select-all,output-vlan=9,bridge=br1'];
    const options = ports.flatMap((port) => ['--port', port]);
    const { status, stdout } = await runOnce('--rundir', rundir, ...bridges, ...options, ...mirror);
    expect(status).toBe(0);
    expect(stdout.split('\n').slice(0, -2)).toEqual([
      'port 1 "p1" of bridge "br0": dummy p1',
      'port 2 "t0" of bridge "br0": patch t1',
      'port 1 "p2" of bridge "br1": dummy p2',
      'port 2 "t1" of bridge "br1": patch t0',
      `OpenFlow: listening at punix:${rundir}/br0.mgmt`,
      `OpenFlow: listening at punix:${rundir}/br1.mgmt`,
      `commands: ovs-appctl -t ${rundir}/upcall.${process.pid}.ctl`,
      `switch of bridges "br0", "br1" is up (process ${process.pid}; Ctrl-C stops it)`,
    ]);
  });

  it.each([
    [
      ['--port', 'eth0,bridge=br9'],
      '--port "eth0,bridge=br9": there is no bridge "br9", only "br0"',
    ],
    [['--flows', 'br1=x'], '--flows "br1=x": there is no bridge "br1", only "br0"'],
    [['--bridge', 'a', '--bridge', 'a'], 'two bridges are called "a"'],
    [['--port', 'patch:x'], 'Cannot use --port "patch:x": expected [NAME=]tap:DEVICE'],
    [['--port', 'wifi:x'], 'Cannot use --port "wifi:x": expected [NAME=]tap:DEVICE'],
    [['--port', 'tap:'], 'Cannot use --port "tap:"'],
    [['--port', 'dummy:a', '--port', 'a=tap:t'], 'two ports are called "a"'],
    [['--fail-mode', 'open'], '--fail-mode "open": expected standalone or secure'],
    [['eth0'], 'there is no use for "eth0"'],
    [['--max-idle', '3'], '--max-idle "3"'],
    [['--bridge', 'a/b'], '--bridge "a/b": expected a name without space or slash'],
    [['--listen', 'tcp:1.2.3.4'], '--listen "tcp:1.2.3.4": expected ptcp:[PORT][:HOST] or punix'],
    [['--controller', 'ptcp:'], '--controller "ptcp:": expected tcp:HOST[:PORT] or unix:FILE'],
    [['--controller', 'nobody'], '--controller "nobody": expected tcp:HOST[:PORT]'],
    [
      ['--mcast-snooping-flood', 'p1'],
      'Cannot use --mcast-snooping-flood: multicast needs --mcast-snooping-enable',
    ],
    [
      ['--mcast-snooping-enable', '--mcast-snooping-aging-time', '1'],
      '--mcast-snooping-aging-time "1": expected a whole number from 15 to 3600',
    ],
    [
      ['--bridge=a', '--bridge=b', '--mcast-snooping-enable', '--mcast-snooping-table-size=b=99'],
      'Cannot use --mcast-snooping-table-size: multicast needs --mcast-snooping-enable=b',
    ],
    [['--mcast-snooping-enable=br7'], 'there is no bridge "br7", only "br0"'],
    [
      ['--datapath-id=00000000000000aa', '--datapath-id=br0=00000000000000bb'],
      'Cannot use --datapath-id: it is given twice for bridge "br0"',
    ],
    [['--datapath-id', '12'], '--datapath-id "12": expected 16 hexadecimal digits'],
  ])('refuses %j', async (args, message) => {
    const { status, stderr } = await runCli(['run', ...args]);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe('parsePortRequest()', () => {
  it.each([
    ['eth0', { name: 'eth0', type: 'eth', device: 'eth0' }],
    ['p1=eth0', { name: 'p1', type: 'eth', device: 'eth0' }],
    ['p1=tap:tap0', { name: 'p1', type: 'tap', device: 'tap0' }],
    ['eth:veth1', { name: 'veth1', type: 'eth', device: 'veth1' }],
    ['dummy:p3', { name: 'p3', type: 'dummy', device: 'p3' }],
  ])('reads %s', (text, request) => {
    expect(parsePortRequest(text)).toEqual({ ...request, columns: {} });
  });

  it('reads what the port is told to be', () => {
    const tunnel = 'vlan-mode=dot1q-tunnel,tag=7,cvlans=1+2,qinq-ethtype=802.1q';
    expect(parsePortRequest(`p1=tap:t,${tunnel}`).columns).toEqual({
      vlanMode: 'dot1q-tunnel',
      tag: 7,
      cvlans: [1, 2],
      qinqEthType: '802.1q',
    });
    expect(parsePortRequest('e,trunks=10+20,protected,priority-tags=always').columns).toEqual({
      trunks: [10, 20],
      protected: true,
      priorityTags: 'always',
    });
  });

  it.each([
    ['eth0,tag=4096', '"4096" is no tag; expected a whole number from 0 to 4095'],
    ['eth0,trunks=1,2', 'there is no setting "2"; there are vlan-mode, tag, trunks'],
    ['eth0,trunks=1+', '"" is no trunks; expected a whole number'],
    ['eth0,tag=1,tag=2', '"tag" is set twice'],
    ['eth0,tag', 'expected tag=VALUE'],
    ['eth0,vlan-mode=trunks', 'expected vlan-mode to be access or trunk or native-tagged'],
    ['eth0,protected=yes', 'expected protected, protected=true or protected=false'],
  ])('refuses %s', (text, message) => {
    expect(() => parsePortRequest(text)).toThrow(`Cannot use --port "${text}": ${message}`);
  });
});

describe('parseMirrorRequest()', () => {
  it('reads whom it watches and where copies go', () => {
    const text = 'm0,select-src-port=p1+p2,select-dst-port=p1,select-vlan=5,output-port=p3';
    expect(parseMirrorRequest(text)).toEqual({
      name: 'm0',
      selectSrcPort: ['p1', 'p2'],
      selectDstPort: ['p1'],
      selectVlan: [5],
      outputPort: 'p3',
    });
    const rspan = { name: 'm1', selectAll: true, outputVlan: 99, snaplen: 128 };
    expect(parseMirrorRequest('m1,select-all,output-vlan=99,snaplen=128')).toEqual(rspan);
  });

  it.each([
    ['m0,select-all', 'expected output-port or output-vlan'],
    ['select-all=true', 'expected NAME,SETTING=VALUE,…'],
    ['m0,output-vlan=0', '"0" is no output-vlan; expected a whole number from 1 to 4095'],
    ['m0,output-port=p1,snaplen=9', '"9" is no snaplen; expected a whole number from 14'],
    ['m0,out=p1', 'there is no setting "out"; there are select-all'],
  ])('refuses %s', (text, message) => {
    expect(() => parseMirrorRequest(text)).toThrow(`Cannot use --mirror "${text}": ${message}`);
  });
});

describe('loadSystemCalls()', () => {
  it('says what to install where koffi is not there', async () => {
    const load = (): Promise<never> => Promise.reject(new Error('not found'));
    const message = 'package koffi is not installed; run "npm install koffi@3.3.4"';
    await expect(loadSystemCalls(load)).rejects.toThrow(message);
  });
});
