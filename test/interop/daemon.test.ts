import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { download, measureTcp, untilSo } from './lab-traffic.js';
import { hasNetworkLab, ip, NetworkLab } from './network-lab.js';
import { RunningDaemon, UPCALL } from './running-daemon.js';

const EXACT = 'every packet is accounted for';
const SECONDS = 10;
const TAGGED_HOST = fileURLToPath(new URL('./tagged-host.py', import.meta.url));

describe.skipIf(!hasNetworkLab)('upcall run', () => {
  let lab: NetworkLab;

  beforeEach(() => {
    lab = new NetworkLab();
  });

  afterEach(() => {
    lab.destroy();
  });

  /** Hosts with cables, and a switch between them. */
  async function wire(count: number, ...args: string[]) {
    const hosts = Array.from({ length: count }, () => lab.addHost());
    const ports = hosts.flatMap(({ cable }, i) => ['--port', `p${i + 1}=eth:${cable}`]);
    return { hosts, daemon: await RunningDaemon.start(lab, ...ports, ...args) };
  }

  it('lets hosts ping each other, and accounts for every packet', async () => {
    const { hosts, daemon } = await wire(3);
    const [a, b, c] = hosts;
    expect(await lab.pings(a?.name ?? '', b?.address ?? '')).toBe(true);
    expect(await lab.pings(c?.name ?? '', a?.address ?? '')).toBe(true);
    expect(daemon.stdout).toContain('port 1 "p1": eth c1\n');
    expect(await daemon.stop()).toContain(EXACT);
  });

  it('carries TCP at speed, of senders that leave segments and sums to their card', async () => {
    const { hosts, daemon } = await wire(2);
    const [a, b] = hosts;
    if (a === undefined || b === undefined) throw new Error('two hosts');
    const mbits = await measureTcp(lab, a, b, SECONDS);
    process.stderr.write(`iperf3 through upcall run: ${mbits.toFixed(0)} Mbit/s\n`);
    expect(mbits).toBeGreaterThan(5);
    expect(await daemon.stop()).toContain(EXACT);
  });

  it('carries a file unchanged', async () => {
    const { hosts, daemon } = await wire(2);
    const [a, b] = hosts;
    if (a === undefined || b === undefined) throw new Error('two hosts');
    const { sent, received } = await download(lab, a, b);
    expect(received).toBe(sent);
    expect(await daemon.stop()).toContain(EXACT);
  });

  it('lets rules put a host into a VLAN whose other member is behind a trunk', async () => {
    const flows = join(lab.folder, 'vlan.flows');
    writeFileSync(
      flows,
      [
        'in_port=p1,vlan_tci=0,actions=mod_vlan_vid:10,output:p2',
        'in_port=p2,dl_vlan=10,actions=strip_vlan,output:p1',
      ].join('\n'),
    );
    const { hosts, daemon } = await wire(2, '--flows', flows, '--fail-mode', 'secure');
    const [access, trunk] = hosts.map(({ name }) => name);
    ip('-n', trunk ?? '', 'addr', 'flush', 'dev', 'eth0');
    const peer = lab.start(trunk ?? '', 'python3', TAGGED_HOST, 'eth0', '10.9.0.200', '10');
    await new Promise((resolve) => peer.stdout?.once('data', resolve));
    expect(await lab.pings(access ?? '', '10.9.0.200')).toBe(true);
    expect(await daemon.stop()).toContain(EXACT);
  });

  it('keeps hosts on access ports of two VLANs apart, and carries both on a trunk', async () => {
    const settings = ['tag=10', 'tag=10', 'tag=20', 'trunks=10+20'];
    const hosts = settings.map(() => lab.addHost());
    const ports = hosts.flatMap(({ cable }, i) => ['--port', `${cable},${settings[i]}`]);
    const daemon = await RunningDaemon.start(lab, ...ports);
    const [a = '', b = '', c = '', trunk = ''] = hosts.map(({ name }) => name);
    ip('-n', trunk, 'addr', 'flush', 'dev', 'eth0');
    for (const vlan of ['10', '20']) {
      const address = `10.9.0.2${vlan}`;
      const behind = lab.start(trunk, 'python3', TAGGED_HOST, 'eth0', address, vlan);
      await new Promise((resolve) => behind.stdout?.once('data', resolve));
    }
    const pings = [
      await lab.pings(a, hosts[1]?.address ?? ''),
      await lab.pings(b, '10.9.0.210'),
      await lab.pings(c, '10.9.0.220'),
      await lab.pings(a, hosts[2]?.address ?? '', 1),
      await lab.pings(a, '10.9.0.220', 1),
      await lab.pings(c, '10.9.0.210', 1),
    ];
    expect(pings).toEqual([true, true, true, false, false, false]);
    expect(await daemon.stop()).toContain(EXACT);
  });

  it('makes a TAP device by which the machine itself is on the bridge', async () => {
    const { hosts, daemon } = await wire(1, '--port', 'me=tap:tap7');
    ip('-n', lab.switchName, 'addr', 'add', '10.9.0.77/24', 'dev', 'tap7');
    expect(await lab.pings(hosts[0]?.name ?? '', '10.9.0.77')).toBe(true);
    expect(await daemon.stop()).toContain(EXACT);
    expect(ip('-n', lab.switchName, 'link')).not.toContain('tap7');
  });

  it('goes on when a device is taken away, and uses it again when it is back', async () => {
    const { hosts, daemon } = await wire(3);
    const [a, b, c] = hosts;
    if (a === undefined || b === undefined || c === undefined) throw new Error('three hosts');
    expect(await lab.pings(a.name, b.address)).toBe(true);
    lab.unplug(b);
    await daemon.until(() => daemon.log.includes('device of port is gone'));
    expect(await lab.pings(a.name, c.address)).toBe(true);
    lab.plug(b);
    await daemon.until(() => daemon.log.includes('device of port is back'));
    expect(await lab.pings(b.name, a.address)).toBe(true);
    expect(await daemon.stop()).toContain(EXACT);
  });

  it('says what is missing where it has no capabilities', async () => {
    lab.addHost();
    const command = [process.execPath, UPCALL, 'run', '--rundir', lab.folder, '--port', 'c1'];
    const failed = await lab.run(lab.switchName, 'setpriv', '--bounding-set=-all', ...command).then(
      () => '',
      (error: { stderr: string }) => error.stderr,
    );
    expect(failed).toContain('Cannot open interface "c1": permission denied; run as root, or give');
  });

  it('ends at once with a second signal, and leaves what the next start clears', async () => {
    const { hosts, daemon } = await wire(1, '--pidfile');
    const code = [
      'import socket',
      's = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)',
      's.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)',
      'for i in range(20000):',
      '  s.sendto(b"x", ("10.9.0.255", 1000 + i))',
    ].join('\n');
    await lab.run(hosts[0]?.name ?? '', 'python3', '-c', code);
    daemon.signal('SIGTERM');
    await daemon.until(() => daemon.log.includes('switch is stopping'));
    daemon.signal('SIGINT');
    expect(await daemon.ended()).toEqual({ code: null, signal: 'SIGINT' });
    const pidFile = join(lab.folder, 'upcall.pid');
    expect(readFileSync(pidFile, 'utf8')).toBe(`${daemon.pid}\n`);
    const next = await RunningDaemon.start(lab, '--pidfile');
    expect(readFileSync(pidFile, 'utf8')).toBe(`${next.pid}\n`);
    await next.stop();
    expect(existsSync(pidFile)).toBe(false);
  });

  it('runs in the background, once, and returns when it is up', async () => {
    const host = lab.addHost();
    const other = lab.addHost();
    const log = join(lab.folder, 'upcall.log');
    const command = [UPCALL, 'run', '--rundir', lab.folder, '--port', host.cable];
    const words = [...command, '--port', other.cable, '--detach', '--pidfile', `--log-file=${log}`];
    expect(await lab.run(lab.switchName, process.execPath, ...words)).toBe('');
    expect(await lab.pings(host.name, other.address)).toBe(true);
    const pid = Number(readFileSync(join(lab.folder, 'upcall.pid'), 'utf8'));
    const refused = await lab.run(lab.switchName, process.execPath, ...words).then(
      () => '',
      (error: { stderr: string }) => error.stderr,
    );
    expect(refused).toMatch(
      `upcall: Cannot claim pid file "${lab.folder}/upcall.pid": process ${pid}`,
    );
    process.kill(pid, 'SIGTERM');
    await untilSo('it has stopped', () =>
      readFileSync(log, 'utf8').includes('|switch has stopped '),
    );
    expect(readFileSync(log, 'utf8')).toContain('"ok":true');
    await untilSo('it has stopped', () => !existsSync(join(lab.folder, 'upcall.pid')));
  });

  it('answers ovs-appctl where it looks, and nobody else', async () => {
    const { daemon } = await wire(2, '--pidfile');
    const socket = join(lab.folder, `upcall.${daemon.pid}.ctl`);
    expect(statSync(socket).mode & 0o777).toBe(0o600);
    const appctl = (...words: string[]): Promise<string> => {
      const environment = `OVS_RUNDIR=${lab.folder}`;
      const program = ['ovs-appctl', '-t', 'upcall'];
      return lab.run(lab.switchName, 'env', environment, ...program, ...words);
    };
    expect(await appctl('dpif/show')).toContain('p2 2/2');
    expect(await appctl('exit')).toBe('');
    expect(await daemon.ended()).toEqual({ code: 0, signal: null });
    expect(daemon.stdout).toContain(EXACT);
    expect(readdirSync(lab.folder)).toEqual([]);
  });

  it('stops in order: the log tells it, and nothing is left', async () => {
    const { daemon } = await wire(2, '--pidfile');
    expect(statSync(join(lab.folder, 'upcall.pid')).isFile()).toBe(true);
    await daemon.stop();
    const messages = daemon.log
      .trimEnd()
      .split('\n')
      .map((line) => line.split('|')[4]?.replace(/ \{.*/, ''));
    expect(messages[0]).toBe('switch is up');
    expect(messages.slice(-2)).toEqual(['switch is stopping', 'switch has stopped']);
    expect(existsSync(join(lab.folder, 'upcall.pid'))).toBe(false);
  });
});
