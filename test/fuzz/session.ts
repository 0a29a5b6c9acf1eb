/**
 * A session: a switch under a virtual clock, peers of all versions that do what a plan says, and
 * what must never happen.
 *
 * After every message its peer is alive: an echo is answered, or the connection has ended and a new
 * hello is. No fault of ours is logged, nothing is thrown. At the end nobody and nothing is left,
 * and every packet is accounted for.
 *
 * Owner: the switch and its peers.
 */

import type { Log } from '../../src/base/log.js';
import { VirtualClock } from '../../src/base/virtual-clock.js';
import type { Connection } from '../../src/openflow/connection.js';
import { encodeHello } from '../../src/openflow/hello-codec.js';
import { encodeMessage, parseMessage } from '../../src/openflow/message.js';
import { type OpenFlowServer, serveOpenFlow } from '../../src/openflow/openflow-server.js';
import { OF13, type OfpVersion } from '../../src/openflow/protocol.js';
import { createSwitch, type Switch } from '../../src/switch.js';
import { MemoryChannel } from '../openflow/memory-channel.js';
import { PORTS_COUNT } from './plan.js';
import type { Step } from './step.js';

/** What a session ended with that must not be. */
export interface Finding {
  readonly kind: 'crash' | 'fault' | 'stuck' | 'leak' | 'conservation' | 'slow';
  /** What was seen; findings of the same kind and place are the same. */
  readonly what: string;
  /** The step after which it was seen. */
  readonly at: number;
}

/** Milliseconds for one step, on however busy a machine. */
const STEP_MS_MAX = 10_000;
/** Long enough for bundles, and connections that end, to be given up. */
const LAST_MS = 60_000;
const ECHO_XID = 0xec40ec40;

interface Peer {
  readonly channel: MemoryChannel;
  readonly connection: Connection;
}

class Session {
  readonly clock = new VirtualClock({ start: 1_000_000 });
  readonly sw: Switch;
  readonly server: OpenFlowServer;
  readonly #peers = new Map<OfpVersion, Peer>();
  readonly #channels: MemoryChannel[] = [];
  fault: unknown;

  constructor() {
    const log: Log = { error: (fields) => this.#failed(fields), warn() {}, info() {}, debug() {} };
    this.sw = createSwitch({ ports: PORTS_COUNT, flows: 'actions=NORMAL', clock: this.clock, log });
    this.server = serveOpenFlow(this.sw, { log });
  }

  /** Does what a step says; what is wrong afterwards. */
  take(step: Step): string | undefined {
    switch (step.type) {
      case 'frame':
        this.sw.inject(step.port, step.bytes);
        this.clock.runDue();
        return undefined;
      case 'time':
        this.clock.advance(step.ms);
        return undefined;
      case 'stream':
        this.#connect().channel.receive(step.bytes);
        this.clock.runDue();
        return isAlive(this.#greeted(OF13), OF13) ? undefined : 'a new hello is not answered';
      default:
        return this.#send(step.version, step.bytes);
    }
  }

  /** Ends everything; what is left. */
  async end(): Promise<string | undefined> {
    for (const channel of this.#channels) channel.hangUp();
    this.clock.advance(LAST_MS);
    const left = this.server.controllers.peers.length;
    await this.server.close();
    await this.sw.stop();
    this.clock.advance(LAST_MS);
    if (left > 0) return `${left} peers are left`;
    return this.clock.nextDeadline() === undefined ? undefined : 'a timer is left';
  }

  #send(version: OfpVersion, bytes: Uint8Array): string | undefined {
    const peer = this.#peerOf(version);
    peer.channel.receive(bytes);
    this.clock.runDue();
    if (isAlive(peer, version)) return undefined;
    if (peer.channel.state === 'open') return 'an echo is not answered';
    this.#peers.delete(version);
    return isAlive(this.#peerOf(version), version) ? undefined : 'a new hello is not answered';
  }

  #peerOf(version: OfpVersion): Peer {
    const known = this.#peers.get(version);
    if (known !== undefined) return known;
    const peer = this.#greeted(version);
    this.#peers.set(version, peer);
    return peer;
  }

  #greeted(version: OfpVersion): Peer {
    const peer = this.#connect();
    peer.channel.receive(encodeHello([version], 1));
    return peer;
  }

  #connect(): Peer {
    const channel = new MemoryChannel();
    this.#channels.push(channel);
    const options = { isService: false, probeMs: 0 };
    return { channel, connection: this.server.controllers.accept(channel, options) };
  }

  #failed(fields: object): void {
    this.fault ??= 'err' in fields ? fields.err : fields;
  }
}

function isAlive({ channel }: Peer, version: OfpVersion): boolean {
  channel.read.length = 0;
  channel.receive(encodeMessage(version, 'echo_request', ECHO_XID));
  return channel.read.some((bytes) => {
    const { type, xid } = parseMessage(bytes);
    return type === 'echo_reply' && xid === ECHO_XID;
  });
}

/** Does something to a switch, so that a session finds it: tests of the fuzzer have one. */
export type Spoil = (sw: Switch) => void;

/** Plays a plan; the first thing that is wrong, or undefined. */
export async function play(
  steps: readonly Step[],
  spoil: Spoil = () => {},
): Promise<Finding | undefined> {
  let at = 0;
  try {
    const session = new Session();
    spoil(session.sw);
    for (; at < steps.length; at++) {
      const finding = takeStep(session, steps[at], at);
      if (finding !== undefined) return finding;
    }
    const left = await session.end();
    if (left !== undefined) return { kind: 'leak', what: left, at };
    if (session.fault !== undefined) return { kind: 'fault', what: placeOf(session.fault), at };
    const { ok } = session.sw.conservation();
    return ok ? undefined : { kind: 'conservation', what: 'packets are missing', at };
  } catch (error) {
    return { kind: 'crash', what: placeOf(error), at };
  }
}

function takeStep(session: Session, step: Step | undefined, at: number): Finding | undefined {
  if (step === undefined) return undefined;
  const start = performance.now();
  const stuck = session.take(step);
  if (session.fault !== undefined) return { kind: 'fault', what: placeOf(session.fault), at };
  if (stuck !== undefined) return { kind: 'stuck', what: stuck, at };
  const ms = performance.now() - start;
  return ms < STEP_MS_MAX ? undefined : { kind: 'slow', what: 'a step takes too long', at };
}

/** An error with where it was thrown. */
function placeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const frames = (error.stack ?? '').split('\n').filter((line) => /^ +at /.test(line));
  return [`${error.name}: ${error.message}`, ...frames.slice(0, 3)].join('\n');
}
