/**
 * Controllers of others drive `upcall run`: Open vSwitch's own, and applications on os-ken.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { download, measureTcp, untilSo, waitForPort } from './lab-traffic.js';
import { type Host, hasNetworkLab, ip, NetworkLab } from './network-lab.js';
import { RunningDaemon } from './running-daemon.js';

const EXACT = 'every packet is accounted for';
const PORT = 6653;
const TARGET = `tcp:127.0.0.1:${PORT}`;
const SECONDS = 10;
const TOOLS = ['/usr/bin/ovs-testcontroller', '/usr/bin/osken-manager'];
const MISSING = TOOLS.filter((path) => !existsSync(path));
const APPLICATIONS = join(import.meta.dirname, 'controllers');

if (MISSING.length > 0) {
  const message = `Cannot run controllers: ${MISSING.join(', ')} is missing`;
  if (process.env['CI'] !== undefined) throw new Error(message);
  process.stderr.write(`Left out: tests with controllers; missing: ${MISSING.join(', ')}\n`);
}

describe.skipIf(!hasNetworkLab || MISSING.length > 0)('upcall run', () => {
  let lab: NetworkLab;
  let a: Host;
  let b: Host;

  beforeEach(() => {
    lab = new NetworkLab();
    a = lab.addHost();
    b = lab.addHost();
  });

  afterEach(() => {
    lab.destroy();
  });

  const run = (...args: string[]): Promise<RunningDaemon> => {
    const ports = ['--port', `p1=eth:${a.cable}`, '--port', `p2=eth:${b.cable}`];
    return RunningDaemon.start(lab, ...ports, '--controller', TARGET, ...args);
  };

  const startTestController = async (version: string) => {
    const control = `--unixctl=${join(lab.folder, 'controller.ctl')}`;
    const words = [`ptcp:${PORT}:127.0.0.1`, '-O', version, control];
    const controller = lab.start(lab.switchName, 'ovs-testcontroller', ...words);
    await waitForPort(lab, lab.switchName, PORT);
    return controller;
  };

  const startOsKen = async (application: string, version = '0x04') => {
    const words = ['--ofp-listen-host', '127.0.0.1', '--ofp-tcp-listen-port', String(PORT)];
    const path = join(APPLICATIONS, application);
    const environment = ['env', `OFP_VERSION=${version}`, 'PYTHONDONTWRITEBYTECODE=1'];
    const [program = '', ...rest] = [...environment, 'osken-manager', ...words, path];
    const controller = lab.start(lab.switchName, program, ...rest);
    await waitForPort(lab, lab.switchName, PORT);
    return controller;
  };

  const ofctl = (...words: string[]): Promise<string> => {
    const environment = `OVS_RUNDIR=${lab.folder}`;
    return lab.run(lab.switchName, 'env', environment, 'ovs-ofctl', ...words);
  };

  /** Ping, TCP and a file, and the accounts at the end. */
  async function carriesEverything(daemon: RunningDaemon, seconds: number, what: string) {
    expect(await untilPings(lab, a, b)).toBe(true);
    expect(await lab.pings(b.name, a.address)).toBe(true);
    const mbits = await measureTcp(lab, a, b, seconds);
    process.stderr.write(`iperf3 under ${what}: ${mbits.toFixed(0)} Mbit/s\n`);
    expect(mbits).toBeGreaterThan(5);
    const { sent, received } = await download(lab, b, a);
    expect(received).toBe(sent);
    expect(await daemon.stop()).toContain(EXACT);
  }

  // Of 1.5, this controller's packet-outs have a match that it never set; OVS refuses them as well.
  it.each([
    ['OpenFlow10', SECONDS],
    ['OpenFlow11', 1],
    ['OpenFlow12', 1],
    ['OpenFlow13', SECONDS],
    ['OpenFlow14', 1],
  ])('obeys ovs-testcontroller of %s', async (version, seconds) => {
    await startTestController(version);
    const daemon = await run('--fail-mode', 'secure');
    await carriesEverything(daemon, seconds, `ovs-testcontroller, ${version}`);
  });

  it.each([
    ['1.3', '0x04'],
    ['1.4', '0x05'],
    ['1.5', '0x06'],
  ])('obeys a learning switch on os-ken of OpenFlow %s', async (name, version) => {
    await startOsKen('learning_switch.py', version);
    const daemon = await run('--fail-mode', 'secure');
    await carriesEverything(daemon, SECONDS, `os-ken, OpenFlow ${name}`);
  });

  it('lets through what a firewall on os-ken allows, and counts for it what it drops', async () => {
    const controller = await startOsKen('firewall.py');
    const heard: string[] = [];
    controller.stdout?.on('data', (part: Buffer) => heard.push(part.toString()));
    const daemon = await run('--fail-mode', 'secure');
    await untilSo('it has its rules', async () => {
      return (await ofctl('dump-flows', 'br0')).includes('actions=NORMAL');
    });
    const { sent, received } = await download(lab, a, b);
    expect(received).toBe(sent);
    expect(await lab.pings(a.name, b.address, 1)).toBe(false);
    await untilSo('it is heard', () => heard.join('').includes('dropped'));
    expect(await daemon.stop()).toContain(EXACT);
  });

  it('keeps its rules without a controller in mode secure, and makes none itself', async () => {
    const controller = await startTestController('OpenFlow13');
    const daemon = await run('--fail-mode', 'secure', '--inactivity-probe', '300');
    expect(await untilPings(lab, a, b)).toBe(true);
    controller.kill();
    await daemon.until(() => daemon.log.includes('OpenFlow connection ended'));
    expect(await ofctl('dump-flows', 'br0')).toContain('icmp');
    expect(await lab.pings(a.name, b.address)).toBe(true);
    await ofctl('del-flows', 'br0');
    expect(await lab.pings(a.name, b.address)).toBe(false);
    await startTestController('OpenFlow13');
    expect(await untilPings(lab, a, b)).toBe(true);
    expect(await daemon.stop()).toContain(EXACT);
  });

  it('forwards by itself after three probe intervals of mode standalone; hands back', async () => {
    const controller = await startTestController('OpenFlow13');
    const daemon = await run('--fail-mode', 'standalone', '--inactivity-probe', '300');
    expect(await untilPings(lab, a, b)).toBe(true);
    controller.kill();
    await daemon.until(() => daemon.log.includes('the bridge forwards by itself'));
    expect((await ofctl('dump-flows', 'br0')).trim().split('\n')).toHaveLength(1);
    expect(await lab.pings(a.name, b.address)).toBe(true);
    await startTestController('OpenFlow13');
    await daemon.until(() => daemon.log.includes('a controller is back'));
    expect(await untilPings(lab, a, b)).toBe(true);
    expect(await ofctl('dump-flows', 'br0')).toContain('actions=CONTROLLER');
    expect(await daemon.stop()).toContain(EXACT);
  });

  it('has a visible rule of its own only where no controller is configured', async () => {
    const ports = ['--port', `p1=eth:${a.cable}`, '--port', `p2=eth:${b.cable}`];
    const daemon = await RunningDaemon.start(lab, ...ports);
    expect(await ofctl('dump-flows', 'br0')).toContain('priority=0 actions=NORMAL');
    const described = await ofctl('show', 'br0');
    expect(described).toContain(' 1(p1): addr:');
    expect(described).toMatch(/state: +0$/m);
    await daemon.stop();
  });

  it('tells who snoops what it and its controller say', async () => {
    const daemon = await run('--fail-mode', 'secure');
    const environment = ['env', `OVS_RUNDIR=${lab.folder}`];
    const [program = '', ...words] = [...environment, 'ovs-ofctl', 'snoop', 'br0'];
    const snooper = lab.start(lab.switchName, program, ...words);
    const heard: string[] = [];
    snooper.stderr?.on('data', (part: Buffer) => heard.push(part.toString()));
    await startTestController('OpenFlow13');
    await untilSo('it is heard', () => heard.join('').includes('OFPT_FEATURES_REPLY (OF1.3)'));
    expect(await untilPings(lab, a, b)).toBe(true);
    await untilSo('it is heard', () => heard.join('').includes('OFPT_PACKET_IN (OF1.3)'));
    await daemon.stop();
  });

  it('has its loop cut by spanning tree on os-ken, also when the way changes', async () => {
    for (const cable of ['x1', 'x2']) {
      const words = ['link', 'add', cable, 'type', 'veth', 'peer', 'name', `${cable}b`];
      ip('-n', lab.switchName, ...words);
    }
    const switchOf = (number: number, host: Host, ...cables: string[]) => {
      const ports = [host.cable, ...cables].flatMap((cable) => ['--port', cable]);
      const place = ['--bridge', `br${number}`, '--datapath-id', `000000000000000${number}`];
      const controlled = ['--controller', TARGET, '--fail-mode', 'secure'];
      return RunningDaemon.start(lab, ...ports, ...place, ...controlled);
    };
    const one = await switchOf(1, a, 'x1', 'x2');
    const two = await switchOf(2, b, 'x1b', 'x2b');
    const controller = await startOsKen('spanning_tree.py');
    const heard: string[] = [];
    controller.stdout?.on('data', (part: Buffer) => heard.push(part.toString()));
    for (const cable of ['x1', 'x2', 'x1b', 'x2b']) {
      ip('-n', lab.switchName, 'link', 'set', cable, 'up');
    }
    expect(await untilPings(lab, a, b)).toBe(true);
    expect(heard.join('')).toMatch(/^2 [23] block$/m);
    ip('-n', lab.switchName, 'link', 'set', 'x1', 'down');
    expect(await untilPings(lab, a, b)).toBe(true);
    for (const daemon of [one, two]) expect(await daemon.stop()).toContain(EXACT);
  });
});

/** Pings until three are answered in a row; false after as many attempts as patience allows. */
async function untilPings(lab: NetworkLab, from: Host, to: Host, attempts = 20): Promise<boolean> {
  for (let i = 0; i < attempts; i++) if (await lab.pings(from.name, to.address)) return true;
  return false;
}
