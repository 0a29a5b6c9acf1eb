/**
 * A real ovs-vswitchd as a player: its dummy datapath, time stopped, one process for each set.
 *
 * Owner: the peer, and how much of each capture of sent frames has been read.
 */

import { runOvsOfctl } from '../interop/ovs-ofctl.js';
import { type IncomingFrame, OvsPeer } from '../interop/ovs-peer.js';
import { readSentFrames } from '../interop/sent-frames.js';
import type { MirrorColumns } from '../../src/switch-mirror.js';
import { countersText } from './counters-text.js';
import type { Player } from './player.js';
import { type ChangeCommand, type RuleSet, ruleLines } from './rule-set.js';

/** Time stands still, but for what a script asks: flows go only where something changed. */
const OTHER_CONFIG = { 'vlan-limit': '0', 'max-revalidator': '100', 'max-idle': '3600000' };
const VERSIONS = 'OpenFlow10,OpenFlow13,OpenFlow15';
/** The first version that has all that groups and meters can say. */
const NEWEST = 'OpenFlow15';

export class TheirPlayer implements Player {
  readonly #peer: OvsPeer;
  readonly #version: string;
  readonly #captures: readonly string[];
  readonly #read: number[];

  private constructor(peer: OvsPeer, { version, portCount }: RuleSet) {
    this.#peer = peer;
    this.#version = version;
    this.#captures = Array.from({ length: portCount }, (_, i) => peer.captureSent(i + 1));
    this.#read = this.#captures.map(() => 0);
  }

  static async start(set: RuleSet): Promise<TheirPlayer> {
    const { portCount, version, groups = '', meters = '', flows } = set;
    const options = { portCount, otherConfig: OTHER_CONFIG, protocols: VERSIONS };
    const peer = await OvsPeer.start(options);
    try {
      for (const meter of ruleLines(meters)) peer.changeRules('add-meter', meter, '-O', NEWEST);
      if (groups !== '') peer.addLines(NEWEST, 'add-groups', ruleLines(groups));
      peer.addLines(version, 'add-flows', ruleLines(flows));
      for (const [name, columns] of set.ports) {
        peer.configure('set', 'port', name, ...settingsOf(columns));
      }
      for (const mirror of set.mirrors) peer.configure(...mirrorCommand(mirror));
      return new TheirPlayer(peer, set);
    } catch (error) {
      peer.stop();
      throw error;
    }
  }

  run(command: string, ...params: string[]): Promise<string> {
    return this.#peer.command(command, ...params);
  }

  change(command: ChangeCommand, text: string): void {
    const version = command === 'mod-group' ? NEWEST : this.#version;
    this.#peer.changeRules(command, text, '-O', version);
  }

  async receive(frame: IncomingFrame): Promise<void> {
    await this.#peer.receive([frame]);
  }

  async warp(ms: number): Promise<void> {
    await this.run('time/warp', `${ms}`);
  }

  takeSent(): string[] {
    const sent = this.#captures.flatMap((path, i) => {
      const frames = readSentFrames(path);
      const fresh = frames.slice(this.#read[i]);
      this.#read[i] = frames.length;
      return fresh.map((hex) => `p${i + 1} < ${hex}`);
    });
    return sent.sort();
  }

  groups(): string[] {
    const blocks = this.#dump('dump-group-stats').match(/^ *group_id=.*$/gm) ?? [];
    return countersOf('group', blocks);
  }

  meters(): string[] {
    const blocks = this.#dump('meter-stats').split(/^(?=meter:)/m);
    return countersOf(
      'meter',
      blocks.filter((block) => block.startsWith('meter:')),
    );
  }

  async stop(): Promise<void> {
    this.#peer.stop();
  }

  #dump(command: string): string {
    const args = ['-O', NEWEST, command, this.#peer.openFlowTarget];
    const { stdout, stderr, status } = runOvsOfctl(args);
    if (status !== 0) throw new Error(`Cannot ask the peer for "${command}": ${stderr}`);
    return stdout;
  }
}

/** Columns as `ovs-vsctl set` has them: `vlan_mode=access`, `trunks=10,20`. */
function settingsOf(columns: object): string[] {
  return Object.entries(columns)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => {
      const column = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      return `${column}=${value}`;
    });
}

/** The database knows ports by their rows: each that is named gets an alias. */
function mirrorCommand(mirror: MirrorColumns): string[] {
  const { selectSrcPort = [], selectDstPort = [], outputPort, ...others } = mirror;
  const watching = outputPort === undefined ? [] : [outputPort];
  const ports = new Set([...selectSrcPort, ...selectDstPort, ...watching]);
  const aliases = [...ports].flatMap((port) => [`--id=@${port}`, 'get', 'port', port, '--']);
  const rows = (names: readonly string[]): string => `[${names.map((name) => `@${name}`).join()}]`;
  const settings = settingsOf({
    ...others,
    selectSrcPort: rows(selectSrcPort),
    selectDstPort: rows(selectDstPort),
    outputPort: rows(watching),
  });
  const creation = ['--id=@mirror', 'create', 'mirror', ...settings];
  return ['--', ...aliases, ...creation, '--', 'add', 'bridge', 'br0', 'mirrors', '@mirror'];
}

/** What each block counts, first the whole, then its parts. */
function countersOf(kind: 'group' | 'meter', blocks: readonly string[]): string[] {
  const counted = blocks.map((block) => {
    const id = Number(/\d+/.exec(block)?.[0]);
    const pairs = block.matchAll(/packet(?:_in)?_count[:=](\d+)[ ,]byte(?:_in)?_count[:=](\d+)/g);
    const counters = Array.from(pairs, ([, packets, bytes]) => ({
      packets: Number(packets),
      bytes: Number(bytes),
    }));
    const [whole = { packets: 0, bytes: 0 }, ...parts] = counters;
    return { id, text: countersText(kind, { id, ...whole }, parts) };
  });
  return counted.sort((a, b) => a.id - b.id).map(({ text }) => text);
}
