/**
 * The sockets that `upcall run` opens where Open vSwitch's tools look for a bridge: `.mgmt` for
 * commands, `.snoop` for what a controller and the switch say to each other.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OF13 } from '../../src/openflow/protocol.js';
import { OfctlWatcher } from './ofctl-watcher.js';
import { ofctl } from './openflow-twins.js';
import { hasOvsOfctl } from './ovs-ofctl.js';
import { UPCALL } from './running-daemon.js';
import { TalkingController } from './talking-controller.js';

/** A first start may compile. */
const START_MS_MAX = 180_000;

let rundir: string;
let controller: TalkingController;
let daemon: ChildProcess;
let tcpTarget: string;

async function startDaemon(): Promise<void> {
  const places = ['--rundir', rundir, '--listen', 'ptcp:0:127.0.0.1'];
  const ports = ['--port', 'dummy:p1', '--port', 'dummy:p2', '--controller', controller.target];
  daemon = spawn(process.execPath, [UPCALL, 'run', ...places, ...ports]);
  let text = '';
  while (!text.includes('is up')) {
    const [part] = await once(daemon.stdout ?? daemon, 'data');
    text += String(part);
  }
  tcpTarget = `tcp:127.0.0.1:${/ptcp:(\d+)/.exec(text)?.[1]}`;
}

describe.runIf(hasOvsOfctl)('upcall run', () => {
  beforeAll(async () => {
    rundir = mkdtempSync(join(tmpdir(), 'upcall-run-'));
    controller = await TalkingController.listen(OF13);
    await startDaemon();
  }, START_MS_MAX);

  afterAll(async () => {
    daemon.kill();
    await once(daemon, 'exit');
    controller.close();
    const left = readdirSync(rundir);
    rmSync(rundir, { recursive: true });
    expect(left).toEqual([]);
  });

  it('takes commands at <bridge>.mgmt, and shows at TCP what they did', async () => {
    const mgmt = `unix:${rundir}/br0.mgmt`;
    expect(await ofctl(['add-flow', mgmt, 'udp,actions=2'])).toMatchObject({ status: 0 });
    const { stdout } = await ofctl(['--no-stats', 'dump-flows', tcpTarget, 'udp']);
    expect(stdout).toBe(' udp actions=output:2\n');
  });

  it('tells at <bridge>.snoop what its controller and it say', async () => {
    await controller.isConnected();
    const target = `unix:${rundir}/br0.snoop`;
    const watcher = new OfctlWatcher(rundir, 'OpenFlow13', ['snoop', target]);
    await controller.talkUntil(() => watcher.text.includes('GET_CONFIG_REPLY'));
    expect(watcher.text).toMatch(/^OFPT_GET_CONFIG_REQUEST \(OF1.3\) \(xid=X\):$/m);
    await watcher.stop();
  });
});
