/**
 * The bridge's own port: `upcall run` with a port that is called like its bridge, beside a real
 * bridge, which always has one.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ControlClient } from '../../src/management/control-client.js';
import { ofctl } from './openflow-twins.js';
import { hasOvsPeer, OvsPeer } from './ovs-peer.js';
import { UPCALL } from './running-daemon.js';

/** A first start may compile. */
const START_MS_MAX = 180_000;
const ASKING = 'eth(src=50:54:00:00:00:09,dst=50:54:00:00:00:0a),eth_type(0x1234)';
const ANSWERING = 'eth(src=50:54:00:00:00:0a,dst=50:54:00:00:00:09),eth_type(0x1234)';

let theirs: OvsPeer;
let rundir: string;
let daemon: ChildProcess;
let control: ControlClient;

async function startDaemon(): Promise<void> {
  rundir = mkdtempSync(join(tmpdir(), 'upcall-local-'));
  const ports = ['br0', 'p1', 'p2'].flatMap((name) => ['--port', `dummy:${name}`]);
  daemon = spawn(process.execPath, [UPCALL, 'run', '--rundir', rundir, ...ports]);
  let text = '';
  while (!text.includes('is up')) {
    const [part] = await once(daemon.stdout ?? daemon, 'data');
    text += String(part);
  }
  const socket = readdirSync(rundir).find((name) => name.endsWith('.ctl')) ?? '';
  control = await ControlClient.connect(join(rundir, socket));
}

/** Both say the same of a command of `ovs-appctl`. */
async function sameCommand(name: string, ...words: readonly string[]): Promise<string> {
  const ours = masked(String(await control.run(name, words)));
  expect(ours.trimEnd()).toBe(masked(await theirs.command(name, ...words)).trimEnd());
  return ours;
}

/** Both say the same of a command of `ovs-ofctl`. */
async function sameOfctl(version: string, command: string, ...words: string[]): Promise<string> {
  const [ours, real] = await Promise.all(
    [`unix:${rundir}/br0.mgmt`, theirs.openFlowTarget].map(async (target) => {
      const { stdout, stderr } = await ofctl(['-O', version, command, target, ...words]);
      return masked(`${stdout}${stderr}`);
    }),
  );
  expect(ours).toBe(real);
  return ours ?? '';
}

/** What two switches can't have in common: addresses, numbers of the datapath, counters, time. */
function masked(text: string): string {
  return text
    .replace(/^\S+: hit:.*$/m, 'DATAPATH')
    .replace(/\/\d+: \(/g, '/N: (')
    .replace(/dpid:[0-9a-f]{16}/g, 'dpid:D')
    .replace(/(addr:)([0-9a-f]{2}:){5}[0-9a-f]{2}/g, '$1MAC')
    .replace(/drop=[\d?]+, errs=[\d?]+/g, 'drop=D, errs=E')
    .replace(/^ +CUSTOM Statistics\n( +\w+=.*\n)+/gm, '')
    .replace(/duration=[\d.]+s/g, 'duration=T')
    .replace(/^( *\w+ +\d+ +(?:[0-9a-f]{2}:){5}[0-9a-f]{2}) +\d+$/gm, '$1 AGE');
}

describe.runIf(hasOvsPeer)('a port that is called like its bridge', () => {
  beforeAll(async () => {
    theirs = await OvsPeer.start({ portCount: 2, protocols: 'OpenFlow10,OpenFlow13,OpenFlow15' });
    theirs.changeRules('add-flow', 'priority=0,actions=NORMAL');
    await startDaemon();
    for (const [port, frame] of [
      ['p1', `in_port(1),${ASKING}`],
      ['br0', `in_port(1),${ANSWERING}`],
    ] as const) {
      await theirs.command('netdev-dummy/receive', port, frame);
      await control.run('netdev-dummy/receive', [port, frame]);
      await theirs.command('revalidator/wait');
      await control.run('revalidator/wait', []);
    }
  }, START_MS_MAX);

  afterAll(async () => {
    control.close();
    daemon.kill();
    await once(daemon, 'exit');
    rmSync(rundir, { recursive: true });
    theirs.stop();
  });

  it.each(['OpenFlow10', 'OpenFlow13', 'OpenFlow15'])('is LOCAL in %s', async (version) => {
    expect(await sameOfctl(version, 'show')).toContain(' LOCAL(br0): addr:MAC');
  });

  it('has counters', async () => {
    const text = await sameOfctl('OpenFlow13', 'dump-ports', 'LOCAL');
    expect(text).toMatch(/port LOCAL: rx pkts=1, bytes=14,[\s\S]*tx pkts=1, bytes=14,/);
  });

  it('is listed first by dpif/show, as internal', async () => {
    expect(await sameCommand('dpif/show')).toContain('br0 65534/N: (dummy-internal)');
  });

  it('is where NORMAL has learned an address', async () => {
    expect(await sameCommand('fdb/show', 'br0')).toContain('LOCAL     0  50:54:00:00:00:0a AGE');
  });

  it.each([
    'in_port=LOCAL,dl_src=50:54:00:00:00:0a,dl_dst=50:54:00:00:00:09',
    'in_port=1,dl_src=50:54:00:00:00:09,dl_dst=50:54:00:00:00:0a',
  ])('sends and gets what NORMAL forwards: %s', async (flow) => {
    const text = await sameCommand('ofproto/trace', '--names', 'br0', flow);
    expect(text).toMatch(/Datapath actions: (p1|br0)\n?$/);
  });
});
