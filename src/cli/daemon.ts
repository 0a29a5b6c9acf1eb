/**
 * A switch that runs until it is told to stop, with all that belongs to it.
 *
 * Things are started in an order in which each finds what it needs, and stopped in the order in
 * which nothing is lost: first the switch, which reads no device any more, lets packets on their
 * way finish, purges its flows and pushes their last counters; then who talks to it; then devices
 * and files. What fails on the way up is taken down again.
 *
 * Owner: everything that it started.
 */

import { mkdirSync } from 'node:fs';
import { SystemClock } from '../base/clock.js';
import { FileError, systemReason } from '../base/errors.js';
import type { Log } from '../base/log.js';
import type { Inspector } from '../inspector/index.js';
import { startManagement } from '../management/management.js';
import { lockFile } from '../netdev/file-lock.js';
import { formatOfpPort } from '../packet/ofp-port-text.js';
import { createSwitch, type Switch } from '../switch.js';
import type { Conservation } from '../switch-conservation.js';
import { readFlowFile } from './flow-file.js';
import type { SelfProcess } from './io.js';
import { PidFile } from './pid-file.js';
import { startOpenFlow } from './run-openflow.js';
import { PROGRAM, type RunOptions } from './run-options.js';
import { RunPorts } from './run-ports.js';
import { packageVersion } from './version.js';

export interface DaemonDeps {
  readonly log: Log;
  readonly self: SelfProcess;
  /** Called when the command `exit` comes, after it was answered. */
  readonly askToExit: () => void;
}

export class Daemon {
  readonly target: Switch;
  /** What to tell the user: where things are. */
  readonly notes: readonly string[];
  readonly #log: Log;
  readonly #ends: readonly End[];

  private constructor(target: Switch, notes: readonly string[], ends: readonly End[], log: Log) {
    this.target = target;
    this.notes = notes;
    this.#ends = ends;
    this.#log = log;
  }

  /** Rejects with an `UpcallError`; then nothing is left of what was started. */
  static async start(options: RunOptions, deps: DaemonDeps): Promise<Daemon> {
    const ends: End[] = [];
    try {
      const { target, notes } = await bringUp(options, deps, ends);
      return new Daemon(target, notes, ends, deps.log);
    } catch (error) {
      await takeDown(ends);
      throw error;
    }
  }

  /** Stops everything, in order; what became of the packets. */
  async stop(): Promise<Conservation> {
    await this.target.stop();
    await takeDown(this.#ends);
    const conservation = this.target.conservation();
    this.#log.info(conservation, 'switch has stopped');
    return conservation;
  }
}

/** How something that was started ends. */
type End = () => void | Promise<void>;

/** What is up. */
type Running = Pick<Daemon, 'target' | 'notes'>;

/** Starts everything, and notes in `ends` how each ends. */
async function bringUp(
  options: RunOptions,
  { log, self, askToExit }: DaemonDeps,
  ends: End[],
): Promise<Running> {
  makeRundir(options.rundir);
  if (options.pidFile !== undefined) {
    const file = PidFile.claim(options.pidFile, self);
    ends.push(() => file.remove());
    const isLocked = await lockFile(file.fd);
    if (!isLocked) log.info({ path: file.path }, 'pid file is not locked: use ovs-appctl -t PATH');
  }
  const target = makeSwitch(options, log);
  ends.push(() => target.stop());
  const ports = await RunPorts.open(options.ports, target, log);
  ends.push(() => ports.close());
  for (const { bridge, value } of options.mirrors) target.bridge(bridge).setMirror(value);
  for (const { bridge, value } of options.snooping) target.bridge(bridge).setMcastSnooping(value);
  const openFlow = await startOpenFlow(target, options, log);
  ends.push(() => openFlow.close());
  // A controller that is added makes the bridge forget its rules.
  addRules(target, options);
  const management = await startManagement(target, {
    program: PROGRAM,
    version: packageVersion(),
    rundir: options.rundir,
    pid: self.pid,
    log,
    onExit: askToExit,
  });
  ends.push(() => management.close());
  const page = await openPage(target, options, log);
  if (page !== undefined) ends.push(() => page.close());
  const notes = [
    ...portNotes(target, options),
    ...openFlowNotes(openFlow.listening, options),
    `commands: ovs-appctl -t ${management.path}`,
    ...(page === undefined ? [] : [`look at ${page.url}`]),
  ];
  return { target, notes };
}

/** Those of files; what uses something comes after it. */
function addRules(target: Switch, { flows, groups, meters }: RunOptions): void {
  for (const { bridge, value } of meters) {
    target.bridge(bridge).addMeters(readFlowFile(value, 'meter'), value);
  }
  for (const { bridge, value } of groups) {
    target.bridge(bridge).addGroups(readFlowFile(value, 'group'), value);
  }
  for (const { bridge, value } of flows) {
    target.bridge(bridge).addFlows(readFlowFile(value), value);
  }
}

/** The inspector's page, where one is wanted; only then is it loaded. */
async function openPage(
  target: Switch,
  { inspectPort: port, bridges }: RunOptions,
  log: Log,
): Promise<Inspector | undefined> {
  if (port === undefined) return undefined;
  const { startInspector } = await import('../inspector/index.js');
  return await startInspector(target, { port, title: bridges.join(', '), log });
}

function portNotes(target: Switch, { bridges, ports }: RunOptions): string[] {
  return ports.map(({ bridge, value: { name, type, device } }) => {
    const number = target.bridge(bridge).portNumber(name);
    const place = bridges.length === 1 ? '' : ` of bridge "${bridge}"`;
    return `port ${formatOfpPort(number ?? 0)} "${name}"${place}: ${type} ${device}`;
  });
}

function openFlowNotes(listening: readonly string[], { controllers }: RunOptions): string[] {
  return [
    ...listening.map((target) => `OpenFlow: listening at ${target}`),
    ...controllers.map(({ value }) => `OpenFlow: controller ${value}`),
  ];
}

/** Takes down, the last one first. */
async function takeDown(ends: readonly End[]): Promise<void> {
  for (const end of [...ends].reverse()) await end();
}

function makeRundir(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (cause) {
    const state = `${systemReason(cause)}; name another with --rundir or OVS_RUNDIR`;
    throw new FileError(path, `Cannot make folder "${path}": ${state}`, { cause });
  }
}

function makeSwitch(options: RunOptions, log: Log): Switch {
  const { bridges, profile, handlers, revalidators, flowLimit, maxIdleMs } = options;
  return createSwitch({
    bridges: bridges.map((name) => ({ name, flows: '' })),
    clock: new SystemClock(),
    profile,
    handlers,
    revalidators,
    settings: { flowLimit, maxIdleMs },
    log,
  });
}
