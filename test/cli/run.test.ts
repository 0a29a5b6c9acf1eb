import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.js';
import { parsePortRequest } from '../../src/cli/port-request.js';
import { loadSystemCalls } from '../../src/netdev/koffi-system-calls.js';
import { ControlClient } from '../../src/management/control-client.js';
import { type CliResult, runCli, TextOutput } from './run-cli.js';

const folder = (): string => mkdtempSync(join(tmpdir(), 'upcall-run-'));

/** Runs `upcall run` until it is up, then interrupts it. */
const runOnce = (...args: readonly string[]) => runUntilUp(args, (interrupt) => interrupt());

/** Runs `upcall run`, and does something when it is up. */
async function runUntilUp(
  args: readonly string[],
  whenUp: (interrupt: () => void) => void,
): Promise<CliResult> {
  let interrupt = (): void => {};
  const stderr = new TextOutput(false);
  const stdout = new TextOutput(false, (text) => {
    if (text.includes('is up')) whenUp(interrupt);
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

  it('logs to a file, and claims the pid file only while it runs', async () => {
    const rundir = folder();
    const log = join(rundir, 'log');
    const files = ['--pidfile', `--log-file=${log}`, '--bridge', 'main'];
    const { status, stderr } = await runOnce('--rundir', rundir, ...files);
    expect([status, stderr]).toEqual([0, '']);
    expect(readFileSync(log, 'utf8')).toContain('"bridge":"main"');
    expect(existsSync(join(rundir, 'upcall.pid'))).toBe(false);
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

  it.each([
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
    expect(parsePortRequest(text)).toEqual(request);
  });
});

describe('loadSystemCalls()', () => {
  it('says what to install where koffi is not there', async () => {
    const load = (): Promise<never> => Promise.reject(new Error('not found'));
    const message = 'package koffi is not installed; run "npm install koffi@3.3.4"';
    await expect(loadSystemCalls(load)).rejects.toThrow(message);
  });
});
