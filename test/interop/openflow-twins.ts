/**
 * Two switches that are told the same by `ovs-ofctl`: a real `ovs-vswitchd` and ours, each with the
 * same ports on a bridge `br0`, in one version of OpenFlow.
 *
 * What must differ is masked: transaction ids, datapath ids, addresses and durations. A real bridge
 * has a local port, ours none: its lines are left out of the real one's output.
 *
 * Owner: both switches, and the folder of ours.
 */

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '../../src/base/virtual-clock.js';
import { type OpenFlowServer, serveOpenFlow } from '../../src/openflow/openflow-server.js';
import { createSwitch, type Switch } from '../../src/switch.js';
import type { OvsOfctlResult } from './ovs-ofctl.js';
import { OvsPeer } from './ovs-peer.js';

export const VERSION_NAMES = [
  'OpenFlow10',
  'OpenFlow11',
  'OpenFlow12',
  'OpenFlow13',
  'OpenFlow14',
  'OpenFlow15',
] as const;
export type VersionName = (typeof VERSION_NAMES)[number];

/** How ours is reached; the real one always by its Unix socket. */
export const TRANSPORTS = ['unix', 'tcp'] as const;
export type Transport = (typeof TRANSPORTS)[number];

/** Every version by every transport. */
export const WAYS: readonly (readonly [VersionName, Transport])[] = VERSION_NAMES.flatMap((name) =>
  TRANSPORTS.map((transport) => [name, transport] as const),
);

export const PORTS_COUNT = 3;
const COMMAND_TIMEOUT_MS = 20_000;

/** Ours, listening on a Unix socket and on a TCP port. */
export class OurSwitch {
  readonly sw: Switch;
  readonly server: OpenFlowServer;
  readonly rundir = mkdtempSync(join(tmpdir(), 'our-switch-'));
  tcpTarget = '';

  constructor() {
    // Time stands still on both sides.
    this.sw = createSwitch({ ports: PORTS_COUNT, flows: '', clock: new VirtualClock() });
    this.server = serveOpenFlow(this.sw);
  }

  async listen(): Promise<void> {
    await this.server.listen(`punix:${join(this.rundir, 'br0.mgmt')}`);
    await this.server.listenSnoop(`punix:${join(this.rundir, 'br0.snoop')}`);
    const { port } = await this.server.listen('ptcp:0:127.0.0.1');
    this.tcpTarget = `tcp:127.0.0.1:${port}`;
  }

  get openFlowTarget(): string {
    return `unix:${join(this.rundir, 'br0.mgmt')}`;
  }

  /** Removes all flows of the datapath. */
  async purge(): Promise<void> {
    this.sw.udpif.purge();
    await this.sw.revalidated();
  }

  async stop(): Promise<void> {
    await this.server.close();
    await this.sw.stop();
    rmSync(this.rundir, { recursive: true, force: true });
  }
}

/** What both said, masked. */
export interface Answers {
  readonly ours: string;
  readonly theirs: string;
}

export class OpenFlowTwins {
  readonly ours = new OurSwitch();
  readonly theirs: OvsPeer;
  /** How commands reach ours from now on. */
  transport: Transport = 'unix';

  private constructor(theirs: OvsPeer) {
    this.theirs = theirs;
  }

  static async start(): Promise<OpenFlowTwins> {
    const protocols = VERSION_NAMES.join(',');
    const twins = new OpenFlowTwins(await OvsPeer.start({ portCount: PORTS_COUNT, protocols }));
    await twins.ours.listen();
    return twins;
  }

  /** Where commands reach ours. */
  get ourTarget(): string {
    return this.transport === 'unix' ? this.ours.openFlowTarget : this.ours.tcpTarget;
  }

  /** Runs one command of `ovs-ofctl` on both; "SWITCH" stands for the target. */
  async run(version: VersionName, ...args: readonly string[]): Promise<Answers> {
    const [ours, theirs] = await Promise.all([
      runOn(this.ourTarget, version, args),
      runOn(this.theirs.openFlowTarget, version, args),
    ]);
    return { ours, theirs };
  }

  /** Switches a port off or on, as an operator does. */
  async setAdminState(port: string, state: 'up' | 'down'): Promise<void> {
    await this.theirs.command('netdev-dummy/set-admin-state', port, state);
    this.ours.sw.port(port).setUp(state === 'up');
  }

  /** Writes a file for both to read; its path. */
  file(name: string, text: string): string {
    const path = join(this.ours.rundir, name);
    writeFileSync(path, text);
    return path;
  }

  /** Removes all flows, and gives ports their first configuration. */
  async reset(): Promise<void> {
    await this.run('OpenFlow13', 'del-flows', 'SWITCH');
  }

  async stop(): Promise<void> {
    this.theirs.stop();
    await this.ours.stop();
  }
}

/** Runs `ovs-ofctl` without holding up the switch of this process. */
export function ofctl(args: readonly string[]): Promise<OvsOfctlResult> {
  return new Promise((resolve) => {
    const options = { timeout: COMMAND_TIMEOUT_MS, maxBuffer: 1 << 28 };
    execFile('ovs-ofctl', args, options, (error, stdout, stderr) => {
      const code = error?.code;
      resolve({ status: typeof code === 'number' ? code : error ? null : 0, stdout, stderr });
    });
  });
}

async function runOn(
  target: string,
  version: VersionName,
  args: readonly string[],
): Promise<string> {
  const placed = args.map((arg) => (arg === 'SWITCH' ? target : arg));
  const { status, stdout, stderr } = await ofctl(['-O', version, ...placed]);
  const text = mask(`${stdout}${stderr}`);
  return status === 0 ? text : `${text}status ${status}\n`;
}

/** What two switches can't have in common. */
export function mask(text: string): string {
  return (
    withoutLocalPort(text)
      .replace(/xid=0x[0-9a-f]+/g, 'xid=X')
      .replace(/continuation.bridge=[-0-9a-f]+/g, 'continuation.bridge=UUID')
      .replace(/dpid:[0-9a-f]{16}/g, 'dpid:D')
      .replace(/([0-9a-f]{2}:){5}[0-9a-f]{2}/g, 'MAC')
      .replace(/(duration=?)[\d.]+s/g, '$1T')
      .replace(/\d+ ports$/gm, 'N ports')
      // A dummy port counts neither drops nor errors; it has counters that nobody else has.
      .replace(/drop=[\d?]+, errs=[\d?]+/g, 'drop=D, errs=E')
      .replace(/^ +CUSTOM Statistics\n( +\w+=.*\n)+/gm, '')
      .replace(/unix:\S+\/br0\.mgmt|tcp:127\.0\.0\.1:\d+/g, 'TARGET')
      .replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z\|\d+\|/gm, '')
  );
}

/** Without the lines of the local port: the one that begins with it, and those below it. */
function withoutLocalPort(text: string): string {
  const kept: string[] = [];
  let isLocal = false;
  for (const line of text.split('\n')) {
    const isStart = /^ +(port )?LOCAL/.test(line);
    const isPart = /^ {5,}/.test(line);
    isLocal = isStart || (isLocal && isPart);
    if (!isLocal) kept.push(line);
  }
  return kept.join('\n');
}
