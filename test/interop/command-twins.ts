/**
 * A switch of ours beside the real one, both with the same ports, rules and packets, both asked by
 * `ovs-appctl -t SOCKET`, time stopped in both.
 *
 * What cannot be equal is masked on both sides: the datapath's name, ids, ages, threads.
 */

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { odpPort, ofpPort } from '../../src/base/brands.js';
import { SystemClock } from '../../src/base/clock.js';
import { StoppableClock } from '../../src/base/stoppable-clock.js';
import { Vlog } from '../../src/base/vlog.js';
import { plainLines } from '../../src/cli/dumped-text.js';
import { MemoryPort } from '../../src/datapath/port.js';
import { type Management, startManagement } from '../../src/management/management.js';
import { OFPP_LOCAL } from '../../src/ofproto/ofpact.js';
import type { FragmentMode } from '../../src/ofproto/ofproto.js';
import { createSwitch, type Switch } from '../../src/switch.js';
import type { BridgeSnooping } from '../../src/switch-options.js';
import { OvsPeer } from './ovs-peer.js';

const run = promisify(execFile);
/** As the dummy datapath numbers its internal ports. */
const LOCAL_NUMBER = 100;
/** How many rules the peer makes for itself, as `memory/show` has it. */
const INTERNAL_RULES = '4';
const TIMEOUT_SECONDS = '20';

/** What a command said: its text, and whether it was refused. */
export interface Answer {
  readonly text: string;
  readonly isRefused: boolean;
}

export class CommandTwins {
  readonly sw: Switch;
  readonly log: Vlog;
  readonly #folder: string;
  readonly #peer: OvsPeer;
  readonly #management: Management;
  #sent = 0;
  #files = 0;

  private constructor(parts: {
    folder: string;
    peer: OvsPeer;
    sw: Switch;
    management: Management;
    log: Vlog;
  }) {
    this.#folder = parts.folder;
    this.#peer = parts.peer;
    this.sw = parts.sw;
    this.log = parts.log;
    this.#management = parts.management;
  }

  /** Three ports, and the rules `flows`. */
  static start(flows = '', portCount = 3): Promise<CommandTwins> {
    return CommandTwins.#start(flows, portCount, []);
  }

  /** A bridge `br1` besides, which learns addresses and has the ports `more`. */
  static startTwo(flows: string, more: readonly string[]): Promise<CommandTwins> {
    return CommandTwins.#start(flows, 2, more);
  }

  /**
   * Three ports; and a bridge `br1` without rules, whose ports are `q1`, `q2` and `t1`, the last
   * one joined with `t0` of the first bridge.
   */
  static async startJoined(flows: string): Promise<CommandTwins> {
    const twins = await CommandTwins.#start(flows, 3, ['q1', 'q2']);
    twins.#join();
    return twins;
  }

  #join(): void {
    const peer = this.#peer;
    peer.configure('set-fail-mode', 'br1', 'secure');
    peer.changeRulesOf('br1', 'del-flows');
    this.sw.bridge('br1').deleteFlows();
    for (const [bridge, name, other, number] of [
      ['br0', 't0', 't1', 10],
      ['br1', 't1', 't0', 11],
    ] as const) {
      const kind = ['type=patch', `options:peer=${other}`, `ofport_request=${number}`];
      peer.configure('add-port', bridge, name, '--', 'set', 'interface', name, ...kind);
      this.sw.addPatchPort(name, other, { bridge, number: ofpPort(number) });
    }
  }

  static async #start(
    flows: string,
    portCount: number,
    more: readonly string[],
  ): Promise<CommandTwins> {
    const folder = mkdtempSync(join(tmpdir(), 'twins-'));
    const flowFile = join(folder, 'flows');
    writeFileSync(flowFile, flows);
    const otherConfig = { 'vlan-limit': '0' };
    const peer = await OvsPeer.start({ portCount, flowFile, otherConfig });
    const clock = new StoppableClock(new SystemClock());
    const settings = { flowLimit: 200_000 };
    // A daemon in the background has no console.
    const log = new Vlog({
      levels: { console: 'off' },
      destinations: { file: { writeLine() {} } },
    });
    const bridges = [{ ports: portCount, flows }, ...(more.length === 0 ? [] : [{ ports: more }])];
    const sw = createSwitch({ bridges, clock, vlanLimit: 2, settings, log });
    addInternalPorts(sw);
    if (more.length > 0) addSecondBridge(peer, more);
    const program = 'ovs-vswitchd';
    const management = await startManagement(sw, { rundir: folder, pid: 1, program, log });
    clock.stop();
    sw.udpif.setFlowLimit(200_000);
    return new CommandTwins({ folder, peer, sw, management, log });
  }

  /** Where the real one listens. */
  get theirPath(): string {
    return this.#peer.controlPath;
  }

  /** Asks both, and expects the same of both; that. */
  async same(...words: string[]): Promise<string> {
    const [theirs, ours] = await this.ask(...words);
    expect(shown(words, ours)).toBe(shown(words, theirs));
    return ours.text;
  }

  /** Has both delete their flows, by the command. */
  async purge(): Promise<void> {
    await this.same('revalidator/purge');
    await this.#peer.purge();
  }

  /** The same of several questions, one after the other. */
  async sameAll(...questions: string[]): Promise<void> {
    for (const question of questions) await this.same(...question.split(' '));
  }

  /** What both say to a command, theirs first; what cannot be equal is masked. */
  async ask(...words: string[]): Promise<readonly [Answer, Answer]> {
    const theirs = await appctl(this.#peer.controlPath, words);
    const ours = await appctl(this.#management.path, words);
    return [masked(theirs), masked(ours)];
  }

  /** Lets a frame or a flow in on both sides, and waits until it has been looked up. */
  async receive(...words: string[]): Promise<void> {
    await this.ask('netdev-dummy/receive', ...words);
    this.#sent++;
    while ((await this.#peer.framesTakenIn()) < this.#sent);
    await this.sw.settled();
  }

  /** Writes a file that both can read; its path. */
  writeFile(text: string): string {
    const path = join(this.#folder, `file${++this.#files}`);
    writeFileSync(path, text);
    return path;
  }

  /** Adds a rule to the second bridge of both. */
  addOther(rule: string): void {
    this.#peer.changeRulesOf('br1', 'add-flow', rule);
    this.sw.bridge('br1').addFlow(rule);
  }

  /** Changes the rules of both: `add-flow`, `del-flows`. */
  changeRules(command: 'add-flow' | 'del-flows', rule: string): void {
    this.#peer.changeRules(command, rule);
    if (command === 'add-flow') this.sw.addFlow(rule);
    else this.sw.deleteFlows(rule);
  }

  /** Gives both these rules and no others; `version` is the one that the peer is told them in. */
  async setRules(rules: readonly string[], version = 'OpenFlow10'): Promise<void> {
    await this.#forgetRules();
    for (const rule of rules) {
      this.#peer.changeRules('add-flow', rule, '-O', version);
      this.sw.addFlow(rule);
    }
  }

  /**
   * Gives the peer these rules, each in the newest version that can say it, and ours what the peer
   * has made of them: versions turn actions into others on their way.
   */
  async copyRules(rules: readonly string[]): Promise<void> {
    await this.#forgetRules();
    for (const rule of rules) this.#peer.addRule(rule);
    const dump = await this.#peer.command('bridge/dump-flows', 'br0');
    for (const line of plainLines(dump).split('\n')) if (line !== '') this.sw.addFlow(line);
  }

  /** Runs an `ovs-vsctl` command on the peer. */
  configure(...words: string[]): void {
    this.#peer.configure(...words);
  }

  /** Has both bridges snoop multicast. */
  snoop(snooping: BridgeSnooping): void {
    const { agingSeconds, groupsMax, floodsUnregistered, floodPorts, reportPorts } = snooping;
    const settings: [string, string][] = [];
    if (agingSeconds !== undefined) settings.push(['aging-time', String(agingSeconds)]);
    if (groupsMax !== undefined) settings.push(['table-size', String(groupsMax)]);
    if (floodsUnregistered === false) settings.push(['disable-flood-unregistered', 'true']);
    const command = ['set', 'bridge', 'br0', 'mcast_snooping_enable=true'];
    for (const [key, value] of settings)
      command.push(`other_config:mcast-snooping-${key}=${value}`);
    for (const port of floodPorts ?? []) command.push(...markPort(port, 'flood'));
    for (const port of reportPorts ?? []) command.push(...markPort(port, 'flood-reports'));
    this.#peer.configure(...command);
    this.sw.bridge().setMcastSnooping(snooping);
  }

  /** How rules of both see fragments. */
  setFragmentMode(mode: FragmentMode): void {
    this.#peer.changeRules('set-frags', mode);
    this.sw.bridge().ofproto.fragmentMode = mode;
  }

  /** Both without rules, groups and meters. */
  clear(): void {
    this.#peer.clear();
    this.sw.deleteFlows('');
    this.sw.bridge().deleteGroups();
    this.sw.bridge().deleteMeters();
  }

  addGroup(group: string): void {
    this.#peer.changeRules('add-group', group, '-O', 'OpenFlow15');
    this.sw.addGroup(group);
  }

  /** Gives the peer these groups, and ours what the peer has made of them. */
  copyGroups(groups: readonly string[]): void {
    for (const group of groups) this.#peer.changeRules('add-group', group, '-O', 'OpenFlow15');
    for (const line of this.#peer.dumpGroups()) this.sw.addGroup(line);
  }

  addMeter(meter: string): void {
    this.#peer.changeRules('add-meter', meter, '-O', 'OpenFlow13');
    this.sw.addMeter(meter);
  }

  async stop(): Promise<void> {
    this.#peer.stop();
    await this.#management.close();
    await this.sw.stop();
    rmSync(this.#folder, { recursive: true });
  }

  /** Deletes all rules. The peer still looks them up for a while: that would widen its masks. */
  async #forgetRules(): Promise<void> {
    this.changeRules('del-flows', '');
    const rules = async (): Promise<string | undefined> =>
      /rules:(\d+)/.exec(await this.#peer.command('memory/show'))?.[1];
    while ((await rules()) !== INTERNAL_RULES);
  }
}

function markPort(port: string, key: string): string[] {
  return ['--', 'set', 'port', port, `other_config:mcast-snooping-${key}=true`];
}

function shown(words: readonly string[], { text, isRefused }: Answer): string {
  return `${words.join(' ')}${isRefused ? ' is refused' : ''}\n${text}`;
}

/** The datapath's own port and the bridge's, which every Open vSwitch has. */
function addInternalPorts(sw: Switch): void {
  const type = 'dummy-internal';
  sw.datapath.addPort(new MemoryPort({ name: 'ovs-dummy', number: odpPort(0), type }));
  for (const [i, { name, ofproto }] of sw.bridges.entries()) {
    const number = odpPort(LOCAL_NUMBER + i);
    sw.datapath.addPort(new MemoryPort({ name, number, type }));
    ofproto.addPort({ name, ofpPort: OFPP_LOCAL, odpPort: number });
  }
}

/** Port after port, for the datapath numbers those of one command in no certain order. */
function addSecondBridge(peer: OvsPeer, ports: readonly string[]): void {
  peer.configure('add-br', 'br1', '--', 'set', 'bridge', 'br1', 'datapath-type=dummy');
  for (const [i, name] of ports.entries()) {
    const kind = ['type=dummy', `ofport_request=${i + 1}`];
    peer.configure('add-port', 'br1', name, '--', 'set', 'interface', name, ...kind);
  }
}

async function appctl(path: string, words: readonly string[]): Promise<Answer> {
  try {
    const { stdout } = await run('ovs-appctl', ['-T', TIMEOUT_SECONDS, '-t', path, ...words]);
    return { text: stdout, isRefused: false };
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    if (stderr === undefined) throw error;
    const text = stderr.replace(/^ovs-appctl: .* server returned an error\n$/m, '');
    return { text, isRefused: true };
  }
}

function masked({ text, isRefused }: Answer): Answer {
  const plain = text
    .replace(/dummy@ovs-dummy|embedded@ovs-embedded/g, 'DATAPATH')
    .replace(/^(?:dummy|embedded)@(?=br\d$)/gm, 'TYPE@')
    // A state is kept for each packet that a controller is to be sent.
    .replace(/(?<=continuation=\d,recirc_id=)[1-9]\d*/g, 'ID')
    .replace(/ufid:[-0-9a-f]{36}/g, 'ufid:ID')
    .replace(/used:[\d.]+s/g, 'used:TIMEs')
    .replace(/^ {2}\d+: \(keys/gm, '  THREAD: (keys')
    .replace(/dump duration : \d+ms/, 'dump duration : TIMEms')
    .replace(/\(current \d+\) \(avg \d+\) \(max \d+\)/, '(current N) (avg N) (max N)')
    // Flows that are put by hand look at no tag there, and always at one here.
    .replace(/(packet_type\(ns=0\/0.*miniflow_bits)\(\d,/g, '$1(N,')
    .replace(/(?<=duration=)[\d.]+s/g, 'TIMEs');
  return { text: sortRules(sortFlows(plain)), isRefused };
}

/** So do rules of one table, whose order nobody promises. */
function sortRules(text: string): string {
  const [first, ...rest] = text.split('\n').filter((line) => /n_packets=/.test(line));
  if (first === undefined) return text;
  return [first, ...rest].sort().join('\n');
}

/** Flows come in the order of a hash, and so do the ports that a packet is flooded to. */
function sortFlows(text: string): string {
  const lines = text.split('\n').map(sortOutputs);
  const first = lines.findIndex((line) => line.includes('recirc_id('));
  if (first < 0) return lines.join('\n');
  const isFlow = (line: string): boolean => line.includes('recirc_id(');
  const sorted = lines.filter(isFlow).sort();
  return lines.map((line) => (isFlow(line) ? (sorted.shift() ?? '') : line)).join('\n');
}

function sortOutputs(line: string): string {
  return line.replace(/(?<=actions(?::|: ))[^\s]*?(?=$|, dp-extra)/i, (actions) =>
    actions.replace(/(?<=^|,)(?:\d+|[pq]\d+|br\d)(?:,(?:\d+|[pq]\d+|br\d))*(?=,|$)/g, (run) =>
      run.split(',').sort().join(),
    ),
  );
}
