/**
 * What `ovs-ofctl` prints while it waits: packet-ins, flow updates, and what a controller and the
 * switch say to each other; on our switch and on a real one, in every version.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { encodeHello } from '../../src/openflow/hello-codec.js';
import { encodeMessage, MessageSplitter, parseMessage } from '../../src/openflow/message.js';
import { OFP_VERSIONS, type OfpVersion } from '../../src/openflow/protocol.js';
import { mask, OpenFlowTwins, VERSION_NAMES, type VersionName } from './openflow-twins.js';
import { hasOvsPeer } from './ovs-peer.js';

const SWITCH = 'SWITCH';
const FRAME = Buffer.from(
  '02000000000b02000000000a08004500001c0000000040110000c0a80001c0a80002003500350008000000000000',
  'hex',
);
const WAIT_MS = 20;
const TRIES_MAX = 500;

let twins: OpenFlowTwins;

beforeAll(async () => {
  if (hasOvsPeer) twins = await OpenFlowTwins.start();
});

afterAll(async () => {
  if (hasOvsPeer) await twins.stop();
});

/** An `ovs-ofctl` that goes on until it is stopped, and what it has printed. */
class Watcher {
  readonly #process: ChildProcess;
  #text = '';

  constructor(args: readonly string[]) {
    this.#process = spawn('ovs-ofctl', args, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#text += text;
      });
    }
  }

  get text(): string {
    return mask(this.#text);
  }

  /** Resolves when the text has what is looked for, or in vain after ten seconds. */
  async shows(wanted: RegExp): Promise<void> {
    for (let i = 0; i < TRIES_MAX && !wanted.test(this.text); i++) await pause();
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    this.#process.kill();
    await once(this.#process, 'exit');
  }
}

/** A process in another program tells of nothing but by what it prints. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, WAIT_MS));
}

const watchers: Watcher[] = [];

/** The same command on both. */
function watchBoth(version: VersionName, ...args: readonly string[]) {
  const [ours, theirs] = [twins.ours.openFlowTarget, twins.theirs.openFlowTarget].map((target) => {
    const placed = args.map((arg) => (arg === SWITCH ? target : arg));
    const watcher = new Watcher(['-O', version, ...placed]);
    watchers.push(watcher);
    return watcher;
  }) as [Watcher, Watcher];
  return { ours, theirs };
}

describe.runIf(hasOvsPeer).each(VERSION_NAMES)('ovs-ofctl -O %s', (version) => {
  afterEach(async () => {
    await Promise.all(watchers.splice(0).map((watcher) => watcher.stop()));
    await twins.reset();
  });

  it('monitor SWITCH watch:', async () => {
    await twins.run(version, 'add-flow', SWITCH, 'table=1,priority=1,ip,actions=output:1');
    const { ours, theirs } = watchBoth(version, 'monitor', SWITCH, 'watch:');
    await Promise.all([ours.shows(/output:1/), theirs.shows(/output:1/)]);
    const changes = [
      ['add-flow', 'priority=7,cookie=5,tcp,tp_dst=80,actions=output:2'],
      ['mod-flows', 'tcp,actions=output:3'],
      ['del-flows', 'tcp'],
      ['add-flow', 'priority=9,icmp,actions=drop'],
    ] as const;
    for (const [command, flow] of changes) await twins.run(version, command, SWITCH, flow);
    await Promise.all([ours.shows(/priority=9/), theirs.shows(/priority=9/)]);
    expect(ours.text).toBe(theirs.text);
    expect(ours.text).toMatch(/DELETED reason=delete.*tcp/);
  });

  it('monitor SWITCH watch: of some flows only, and without the first ones', async () => {
    await twins.run(version, 'add-flow', SWITCH, 'table=1,priority=1,ip,actions=output:1');
    const spec = 'watch:!initial,table=1,out_port=2';
    const { ours, theirs } = watchBoth(version, 'monitor', SWITCH, spec);
    // Monitors are set up when the switch has answered: a barrier behind it is not ours to see.
    for (let i = 0; i < 20; i++) await pause();
    for (const flow of [
      'table=1,priority=2,arp,actions=output:1',
      'table=2,priority=3,arp,actions=output:2',
      'table=1,priority=4,arp,actions=output:2',
    ]) {
      await twins.run(version, 'add-flow', SWITCH, flow);
    }
    await Promise.all([ours.shows(/priority=4/), theirs.shows(/priority=4/)]);
    expect(ours.text).toBe(theirs.text);
    expect(ours.text).not.toMatch(/priority=[123]/);
  });

  it('monitor SWITCH MISSLEN: packet-ins', async () => {
    for (const flow of [
      'udp,actions=controller(max_len=20),CONTROLLER:65535',
      'priority=0,actions=drop',
    ]) {
      await twins.run(version, 'add-flow', SWITCH, flow);
    }
    const { ours, theirs } = watchBoth(version, 'monitor', SWITCH, '65534');
    for (let i = 0; i < 20; i++) await pause();
    twins.ours.sw.inject(1, FRAME);
    await twins.ours.sw.settled();
    await twins.theirs.receive([{ port: 1, data: FRAME }]);
    await Promise.all([
      ours.shows(/PACKET_IN.*[\s\S]*PACKET_IN/),
      theirs.shows(/PACKET_IN.*[\s\S]*PACKET_IN/),
    ]);
    expect(ours.text).toBe(theirs.text);
    expect(ours.text).toContain('in_port=1 (via action) data_len=');
  });
});

/** A controller that greets, asks for features and adds a flow, and serves both switches alike. */
class TalkingController {
  readonly #server: Server;
  readonly #version: OfpVersion;

  private constructor(version: OfpVersion) {
    this.#version = version;
    this.#server = createServer((socket) => this.#talk(socket));
  }

  static async listen(version: OfpVersion): Promise<TalkingController> {
    const controller = new TalkingController(version);
    controller.#server.listen(0, '127.0.0.1');
    await once(controller.#server, 'listening');
    return controller;
  }

  get target(): string {
    const address = this.#server.address();
    return `tcp:127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  }

  close(): void {
    this.#server.close();
  }

  #talk(socket: Socket): void {
    const splitter = new MessageSplitter();
    socket.on('error', () => {});
    socket.write(encodeHello([this.#version], 1));
    socket.on('data', (bytes) => {
      for (const message of splitter.push(bytes).map(parseMessage)) {
        if (message.type !== 'echo_request') continue;
        socket.write(encodeMessage(this.#version, 'echo_reply', message.xid));
      }
    });
    setTimeout(() => {
      socket.write(encodeMessage(this.#version, 'get_config_request', 7));
      socket.write(encodeMessage(this.#version, 'barrier_request', 8));
    }, 1_000);
  }
}

describe.runIf(hasOvsPeer).each(OFP_VERSIONS)('ovs-ofctl snoop, version %d', (version) => {
  it('shows what a controller and the switch say', async () => {
    const name = VERSION_NAMES[version - 1] ?? 'OpenFlow13';
    const controller = await TalkingController.listen(version);
    twins.theirs.configure('set-controller', 'br0', controller.target);
    const dialer = twins.ours.server.connect(controller.target);
    const [ours, theirs] = [twins.ours.rundir, twins.theirs.rundir].map(
      (folder) => new Watcher(['-O', name, 'snoop', `unix:${folder}/br0.snoop`]),
    ) as [Watcher, Watcher];
    try {
      await Promise.all([ours.shows(/BARRIER_REPLY/), theirs.shows(/BARRIER_REPLY/)]);
      for (const text of [ours.text, theirs.text]) {
        expect(text).toContain('GET_CONFIG_REQUEST');
        expect(text).toContain('GET_CONFIG_REPLY');
      }
      expect(ours.text.replace(/^[\s\S]*?(?=OFPT_GET_CONFIG_REQUEST)/, '')).toBe(
        theirs.text.replace(/^[\s\S]*?(?=OFPT_GET_CONFIG_REQUEST)/, ''),
      );
    } finally {
      await Promise.all([ours.stop(), theirs.stop()]);
      dialer.stop();
      twins.theirs.configure('del-controller', 'br0');
      controller.close();
    }
  });
});
