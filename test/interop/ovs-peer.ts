/**
 * The real thing beside ours: a private `ovs-vswitchd --enable-dummy` with dummy ports on `br0`.
 *
 * It lives in a folder of its own, needs no root and no kernel module, and its time can be stopped,
 * so that no flow ever expires. Frames go in one after the other: before a frame enters another
 * port than the one before, the peer has looked up all earlier ones, for it serves its ports in
 * turn, one frame each, and order is what MAC learning hangs on.
 *
 * Owner: the folder, both daemons (by the ids in their pidfiles) and the control socket.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runOvsOfctl } from './ovs-ofctl.js';
import { UnixctlClient } from './unixctl-client.js';

/** Frames that may wait in one dummy port: less than `NETDEV_DUMMY_MAX_QUEUE` (100). */
const WAITING_MAX = 64;
const PURGES_MAX = 10;
const SCHEMA = '/usr/share/openvswitch/vswitch.ovsschema';
const DATABASE = 'conf.db';
/** More flows than any capture makes: neither the limit nor its adaptation is in the way. */
const FLOW_LIMIT = '200000';

export const hasOvsPeer = existsSync(SCHEMA);

if (!hasOvsPeer) {
  const message = `no "${SCHEMA}": apt-get install openvswitch-switch`;
  if (process.env['CI'] !== undefined) throw new Error(`Cannot run beside OVS: ${message}`);
  process.stderr.write(`Left out: tests beside ovs-vswitchd; ${message}\n`);
}

export interface OvsPeerOptions {
  /** Ports `p1` … `pN`, with these OpenFlow and datapath numbers. */
  readonly portCount: number;
  /** An ovs-ofctl flow file. Default: no rules. */
  readonly flowFile?: string;
  /** `other_config` of the database, e.g. `{ 'vlan-limit': '0' }`. */
  readonly otherConfig?: Readonly<Record<string, string>>;
  /** Versions of OpenFlow, as `ovs-vsctl` lists them. Default: OVS's own choice. */
  readonly protocols?: string;
}

/** A frame and the number of the port that it enters. */
export interface IncomingFrame {
  readonly port: number;
  readonly data: Uint8Array;
}

export class OvsPeer {
  readonly #folder: string;
  readonly #control: UnixctlClient;
  /** Lookups that all frames let in until now need. */
  #sent = 0;

  private constructor(folder: string, control: UnixctlClient) {
    this.#folder = folder;
    this.#control = control;
  }

  /** Starts both daemons, sets up bridge, ports and rules, and stops time. */
  static async start(options: OvsPeerOptions): Promise<OvsPeer> {
    const folder = mkdtempSync(join(tmpdir(), 'ovs-peer-'));
    try {
      startDaemons(folder, options);
      const pid = readPid(folder, 'ovs-vswitchd');
      const control = await UnixctlClient.connect(join(folder, `ovs-vswitchd.${pid}.ctl`));
      await control.run('time/stop');
      await control.run('upcall/set-flow-limit', FLOW_LIMIT);
      return new OvsPeer(folder, control);
    } catch (error) {
      destroy(folder);
      throw error;
    }
  }

  /** Of `ovs-vswitchd`. */
  get pid(): number {
    return readPid(this.#folder, 'ovs-vswitchd');
  }

  /** Where `ovs-appctl -t` finds it. */
  get controlPath(): string {
    return join(this.#folder, `ovs-vswitchd.${readPid(this.#folder, 'ovs-vswitchd')}.ctl`);
  }

  /** Runs an `ovs-appctl` command. */
  command(name: string, ...params: string[]): Promise<string> {
    return this.#control.run(name, ...params);
  }

  /** Runs an `ovs-ofctl` command on the bridge: `add-flow`, `mod-flows`, `del-flows`. */
  changeRules(command: string, ...rules: string[]): void {
    runner(this.#folder)('ovs-ofctl', command, bridgeOf(this.#folder), ...rules);
  }

  /** The same on another bridge of it. */
  changeRulesOf(bridge: string, command: string, ...rules: string[]): void {
    runner(this.#folder)('ovs-ofctl', command, bridgeOf(this.#folder, bridge), ...rules);
  }

  /** Adds a rule in the newest version of OpenFlow that can say it. */
  addRule(rule: string): void {
    const isTold = ['OpenFlow15', 'OpenFlow13', 'OpenFlow10'].some((version) => {
      try {
        this.changeRules('add-flow', rule, '-O', version);
        return true;
      } catch {
        return false;
      }
    });
    if (!isTold) throw new Error(`Cannot tell the peer: no version has "${rule}"`);
  }

  /** Removes all rules, groups and meters. */
  clear(): void {
    this.changeRules('del-flows');
    for (const command of ['del-groups', 'del-meters']) {
      runner(this.#folder)('ovs-ofctl', '-O', 'OpenFlow15', command, bridgeOf(this.#folder));
    }
  }

  /** The same for a command that takes a file, which has these lines, as version `protocol`. */
  addLines(protocol: string, command: string, lines: readonly string[]): void {
    this.addLinesTo('br0', protocol, command, lines);
  }

  /** The same on another bridge of it. */
  addLinesTo(bridge: string, protocol: string, command: string, lines: readonly string[]): void {
    const path = join(this.#folder, 'lines');
    writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
    const target = bridgeOf(this.#folder, bridge);
    runner(this.#folder)('ovs-ofctl', '-O', protocol, command, target, path);
  }

  /** Its groups, one line each, as 1.5 says them. */
  dumpGroups(): string[] {
    const args = ['-O', 'OpenFlow15', 'dump-groups', bridgeOf(this.#folder)];
    const { stdout } = runOvsOfctl(args);
    return stdout.split('\n').flatMap((line) => (line.startsWith(' ') ? [line.trim()] : []));
  }

  /** `ovs-ofctl dump-flows`. */
  dumpRules(protocol: string): string {
    const args = ['-O', protocol, 'dump-flows', bridgeOf(this.#folder)];
    const { stdout, stderr, status } = runOvsOfctl(args);
    if (status !== 0) throw new Error(`Cannot dump the rules of the peer: ${stderr}`);
    return stdout;
  }

  /** Where its bridge speaks OpenFlow: an `ovs-ofctl` target. */
  get openFlowTarget(): string {
    return bridgeOf(this.#folder);
  }

  /** Where `ovs-ofctl snoop` listens, given the bridge's name. */
  get rundir(): string {
    return this.#folder;
  }

  /** Runs an `ovs-vsctl` command. */
  configure(...args: string[]): void {
    runner(this.#folder)('ovs-vsctl', `--db=unix:${join(this.#folder, 'db.sock')}`, ...args);
  }

  /** What an `ovs-vsctl` command prints. */
  query(...args: string[]): string {
    const database = `--db=unix:${join(this.#folder, 'db.sock')}`;
    return execFileSync('ovs-vsctl', [database, ...args], { encoding: 'utf8' });
  }

  /** Lets frames in, in order, and returns when the peer has looked up the last one. */
  async receive(frames: Iterable<IncomingFrame>): Promise<void> {
    let port = 0;
    let waiting = 0;
    for (const frame of frames) {
      if (frame.port !== port || waiting === WAITING_MAX) {
        await this.#untilLookedUp();
        waiting = 0;
      }
      port = frame.port;
      const hex = Buffer.from(frame.data).toString('hex');
      await this.#control.run('netdev-dummy/receive', `p${port}`, hex);
      this.#sent++;
      waiting++;
    }
    await this.#untilLookedUp();
  }

  /**
   * The datapath flows after a complete revalidation, one line each, as `dpctl/dump-flows` has it.
   */
  async megaflows(): Promise<string[]> {
    await this.#control.run('revalidator/wait');
    const dump = await this.#control.run('dpctl/dump-flows');
    return dump.split('\n').filter((line) => line.includes('recirc_id('));
  }

  /**
   * Deletes every flow. A purge passes over a ukey that a revalidator holds at that moment, so it
   * is asked for until none is left.
   */
  async purge(): Promise<void> {
    for (let attempt = 0; attempt < PURGES_MAX; attempt++) {
      await this.#control.run('revalidator/purge');
      const dump = await this.#control.run('dpctl/dump-flows');
      if (!dump.includes('recirc_id(')) return;
    }
    throw new Error(`flows of the peer have outlived ${PURGES_MAX} purges`);
  }

  /** From now on, what leaves through a port is written into the capture whose path is returned. */
  captureSent(port: number): string {
    const path = join(this.#folder, `p${port}.pcap`);
    const database = `--db=unix:${join(this.#folder, 'db.sock')}`;
    const setting = `options:tx_pcap=${path}`;
    runner(this.#folder)('ovs-vsctl', database, 'set', 'interface', `p${port}`, setting);
    return path;
  }

  /** Stops both daemons and removes their folder. Idempotent. */
  stop(): void {
    this.#control.close();
    destroy(this.#folder);
  }

  async #untilLookedUp(): Promise<void> {
    while ((await this.framesTakenIn()) < this.#sent);
  }

  /**
   * Frames that ports have received: their lookups are done in the same turn. Lookups themselves
   * say less, for a packet that is recirculated has several.
   */
  async framesTakenIn(): Promise<number> {
    const show = await this.#control.run('dpctl/show', '-s');
    const counts = Array.from(show.matchAll(/RX packets:(\d+)/g), ([, count]) => Number(count));
    if (counts.length === 0) throw new Error(`Cannot read the ports of the peer: "${show}"`);
    return counts.reduce((sum, count) => sum + count, 0);
  }
}

function startDaemons(folder: string, options: OvsPeerOptions): void {
  const database = `unix:${join(folder, 'db.sock')}`;
  const run = runner(folder);
  run('ovsdb-tool', 'create', join(folder, DATABASE), SCHEMA);
  const remote = `--remote=p${database}`;
  run('ovsdb-server', join(folder, DATABASE), remote, '--pidfile', '--detach', '--log-file');
  const vsctl = (...args: string[]) => run('ovs-vsctl', `--db=${database}`, ...args);
  vsctl('--no-wait', 'init');
  vsctl('--no-wait', 'set', 'Open_vSwitch', '.', ...otherConfig(options));
  const dummy = ['--enable-dummy=override', '--disable-system'];
  run('ovs-vswitchd', ...dummy, '--pidfile', '--detach', '--log-file', database);
  vsctl(...bridgeCommand(options));
  if (options.flowFile !== undefined) {
    run('ovs-ofctl', 'add-flows', bridgeOf(folder), options.flowFile);
  }
}

function otherConfig(options: OvsPeerOptions): string[] {
  const settings = { 'flow-limit': FLOW_LIMIT, ...options.otherConfig };
  return Object.entries(settings).map(([name, value]) => `other_config:${name}=${value}`);
}

function bridgeCommand({ portCount, protocols }: OvsPeerOptions): string[] {
  const command = ['add-br', 'br0', '--', 'set', 'bridge', 'br0'];
  command.push('datapath-type=dummy', 'fail-mode=secure');
  if (protocols !== undefined) command.push(`protocols=${protocols}`);
  for (let port = 1; port <= portCount; port++) {
    command.push('--', 'add-port', 'br0', `p${port}`);
    command.push('--', 'set', 'interface', `p${port}`, 'type=dummy', `ofport_request=${port}`);
  }
  return command;
}

/**
 * Runs Open vSwitch's programs inside `folder`; what they say goes into the error when they fail.
 */
function runner(folder: string): (program: string, ...args: string[]) => void {
  const places = {
    OVS_RUNDIR: folder,
    OVS_LOGDIR: folder,
    OVS_DBDIR: folder,
    OVS_SYSCONFDIR: folder,
  };
  const env = { ...process.env, ...places };
  return (program, ...args) => {
    execFileSync(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  };
}

/** Where the bridge speaks OpenFlow. */
function bridgeOf(folder: string, bridge = 'br0'): string {
  return `unix:${join(folder, `${bridge}.mgmt`)}`;
}

function readPid(folder: string, daemon: string): number {
  return Number(readFileSync(join(folder, `${daemon}.pid`), 'utf8'));
}

function destroy(folder: string): void {
  for (const daemon of ['ovs-vswitchd', 'ovsdb-server']) {
    try {
      process.kill(readPid(folder, daemon));
    } catch {
      // It never started, or is gone already.
    }
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
