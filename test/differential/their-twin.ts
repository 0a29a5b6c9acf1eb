/**
 * A real ovs-vswitchd as a twin: its dummy datapath, one process for all situations, time stopped;
 * its revalidators are paused but for the rounds that they are asked for, so that no answer hangs
 * on when they last ran.
 *
 * Owner: the peer, and how much of each capture of sent frames has been read.
 */

import { formatOdpKey } from '../../src/datapath/odp-key-text.js';
import type { PortSettings } from '../../src/ofproto/ofproto.js';
import type { OfpMessage } from '../../src/openflow/message.js';
import { extractFlow } from '../../src/packet/extract.js';
import { createFlow, createFlowMask } from '../../src/packet/flow.js';
import { IN_PORT } from '../../src/packet/flow-layout.js';
import { setMaskForPacket } from '../../src/packet/packet-mask.js';
import { VERSION_NAMES } from '../interop/openflow-twins.js';
import { type IncomingFrame, OvsPeer } from '../interop/ovs-peer.js';
import { portCommand } from '../interop/port-command.js';
import { RawOpenFlow } from '../interop/raw-openflow.js';
import { readSentFrames } from '../interop/sent-frames.js';
import type { Change } from './change-generator.js';
import { greetingOf, type Listener, packetInsAmong } from './listener.js';
import { PORTS_COUNT, type Situation } from './situation.js';
import { isRecirculated, type Outcome, type Trace, type Twin } from './twin.js';

const ROUNDS = 2;
const FORGETTING_MAX = 1000;
const NOTHING = new Uint8Array(0);
const OTHER_CONFIG = { 'vlan-limit': '0', 'max-revalidator': '100' };

export class TheirTwin implements Twin {
  readonly #peer: OvsPeer;
  readonly #captures: readonly string[];
  #protocol = 'OpenFlow10';
  /** Frames of each port that belong to earlier situations. */
  #framesBefore: number[] = [];
  #isPaused = false;
  /** What made the ports what they are. */
  #portCommand = '';
  #listener: RawOpenFlow | undefined;
  #heard: OfpMessage[] = [];

  private constructor(peer: OvsPeer) {
    this.#peer = peer;
    this.#captures = Array.from({ length: PORTS_COUNT }, (_, i) => peer.captureSent(i + 1));
  }

  static async start(): Promise<TheirTwin> {
    const peer = await OvsPeer.start({
      portCount: PORTS_COUNT,
      otherConfig: OTHER_CONFIG,
      protocols: VERSION_NAMES.join(','),
    });
    return new TheirTwin(peer);
  }

  async begin({ protocol, ports, groups, meters, rules, listener }: Situation): Promise<void> {
    this.#protocol = protocol;
    await this.#resume();
    this.#setPorts(ports);
    this.#peer.clear();
    for (const meter of meters) this.#peer.changeRules('add-meter', '-OOpenFlow15', meter);
    this.#peer.addLines('OpenFlow15', 'add-groups', groups);
    this.#peer.addLines(protocol, 'add-flows', rules);
    await this.#peer.command('fdb/flush');
    await this.#peer.purge();
    await this.#forgetRules();
    await this.#pause();
    await this.#listen(listener);
    this.#framesBefore = this.#captures.map((path) => readSentFrames(path).length);
  }

  /** Undefined: the key in text is one that the peer prints and cannot read (three labels). */
  async trace(frame: IncomingFrame): Promise<Trace | undefined> {
    const text = await this.#peer.command('ofproto/trace', odpFlowOf(frame)).catch(notSyntax);
    if (text === undefined) return undefined;
    const megaflow = /^Megaflow: (.*)$/m.exec(text)?.[1];
    const actions = /^Datapath actions: (.*)$/m.exec(text)?.[1];
    if (megaflow === undefined || actions === undefined) {
      throw new Error(`Cannot read the trace of the peer: "${text}"`);
    }
    return { megaflow, actions };
  }

  async receive(frame: IncomingFrame): Promise<void> {
    await this.#peer.receive([frame]);
  }

  async recirculated(): Promise<readonly string[]> {
    return (await this.#peer.command('dpctl/dump-flows')).split('\n').filter(isRecirculated);
  }

  /**
   * Paused revalidators that are resumed and paused again do exactly one round, at once. What was
   * learned reaches them with the main loop's next turn, so that a second round is the one that
   * surely knows of it.
   */
  async revalidate(): Promise<void> {
    for (let round = 0; round < ROUNDS; round++) {
      await this.#resume();
      await this.#pause();
    }
  }

  async change({ command, text }: Change): Promise<void> {
    const version = command === 'mod-group' ? 'OpenFlow15' : this.#protocol;
    this.#peer.changeRules(command, `-O${version}`, text);
    await this.#forgetOthers();
    await this.#forgetRules();
    await this.revalidate();
    await this.#resume();
    await this.#peer.purge();
    await this.#pause();
  }

  async finish(): Promise<Outcome> {
    await this.revalidate();
    await this.#hear();
    // A purge waits for revalidators to end, which paused ones never do.
    await this.#resume();
    await this.#peer.purge();
    const macs = await this.#peer.command('fdb/show', 'br0');
    return {
      sent: this.#captures.map((path, i) => readSentFrames(path).slice(this.#framesBefore[i])),
      rules: this.#peer.dumpRules(this.#protocol).split('\n'),
      macs: macs.split('\n').slice(1).map(addressOf),
      packetIns: packetInsAmong(this.#heard),
    };
  }

  stop(): void {
    this.#listener?.close();
    this.#peer.stop();
  }

  /** In one transaction, and only where they change: it takes some time. */
  #setPorts(ports: readonly PortSettings[]): void {
    const words = ports.flatMap((settings, i) => portCommand(settings, `p${i + 1}`));
    const command = words.join(' ');
    if (command === this.#portCommand) return;
    this.#peer.configure(...words);
    this.#portCommand = command;
  }

  async #listen(listener: Listener): Promise<void> {
    this.#listener?.close();
    const path = this.#peer.openFlowTarget.replace('unix:', '');
    this.#listener = await RawOpenFlow.connect(path, listener.version);
    await this.#listener.send(greetingOf(listener));
    this.#heard = [];
    await this.#forgetOthers();
  }

  /** Everything that the switch has told the listener by now. */
  async #hear(): Promise<void> {
    this.#heard.push(...((await this.#listener?.send(NOTHING)) ?? []));
  }

  /**
   * Waits for two turns of the main loop: until then a program that has gone counts as a controller
   * that may want to hear of packets that no rule matches.
   */
  async #forgetOthers(): Promise<void> {
    for (let turn = 0; turn < ROUNDS; turn++) await this.#hear();
  }

  /**
   * Waits until deleted rules have left their tables. That takes all threads to let go of them, and
   * until then megaflows have what such rules look at.
   */
  async #forgetRules(): Promise<void> {
    for (let attempt = 0; attempt < FORGETTING_MAX; attempt++) {
      const shown = await this.#peer.command('bridge/dump-flows', 'br0');
      const memory = await this.#peer.command('memory/show');
      const count = shown.split('\n').filter((line) => line !== '').length;
      if (Number(/ rules:(\d+)/.exec(memory)?.[1]) === count) return;
    }
    throw new Error('rules of the peer that were deleted have not left their tables');
  }

  async #pause(): Promise<void> {
    if (this.#isPaused) return;
    await this.#peer.command('revalidator/pause');
    this.#isPaused = true;
  }

  async #resume(): Promise<void> {
    if (!this.#isPaused) return;
    await this.#peer.command('revalidator/resume');
    this.#isPaused = false;
  }
}

function notSyntax(error: Error): undefined {
  if (!error.message.includes('syntax error')) throw error;
}

/** "port vlan address", without its age. */
function addressOf(line: string): string {
  return line.trim().split(/\s+/).slice(0, 3).join(' ');
}

/** A frame as the key that the datapath makes of it. */
export function odpFlowOf({ port, data }: IncomingFrame): string {
  const key = createFlow();
  extractFlow(data, key);
  key[IN_PORT] = port;
  const mask = createFlowMask();
  setMaskForPacket(mask, key);
  return formatOdpKey(key, mask);
}
