/**
 * A connection to a controller, or to whoever else speaks OpenFlow to the switch.
 *
 * It agrees on a version, cuts the stream into messages and hands them on, one at a time and in
 * order; answers errors; probes a silent peer. What a peer cannot do: make us grow. While
 * `REPLIES_MAX` messages wait to be taken, no further request is read; packet-ins that find
 * `PACKET_INS_MAX` of their kind waiting are dropped and counted.
 *
 * Owner: the version, the queue of what is to be sent, the probe's timer. Answers to OVS's
 * `lib/vconn.c`, `lib/rconn.c` and `struct ofconn`.
 */

import { type ActorRefFrom, createActor } from 'xstate';
import type { Clock, TimerId } from '../base/clock.js';
import type { Coverage } from '../base/coverage.js';
import type { Log } from '../base/log.js';
import type { Channel } from './channel.js';
import { connectionMachine } from './connection-machine.js';
import { encodeError, encodeErrorWith } from './error-codec.js';
import { encodeHello, negotiate, readHello } from './hello-codec.js';
import {
  bodyOf,
  encodeMessage,
  FramingError,
  MessageSplitter,
  type OfpMessage,
  parseMessage,
} from './message.js';
import { OfpError } from './ofp-error.js';
import { isOfpVersion, OF10, type OfpVersion, versionText } from './protocol.js';

/** Replies that wait before no more requests are read. Answers to `OFCONN_REPLY_MAX`. */
export const REPLIES_MAX = 100;
/** Packet-ins that wait on one connection. Answers to `ofconn`'s packet-in counter. */
export const PACKET_INS_MAX = 100;
/** Bytes that the channel takes ahead; beyond it, messages wait here and are counted. */
const UNSENT_BYTES_MAX = 64 * 1024;

export interface ConnectionDeps {
  readonly clock: Pick<Clock, 'setTimeout' | 'clearTimeout'>;
  readonly coverage: Coverage;
  readonly log: Log;
  /** Versions that the bridge speaks. */
  readonly versions: readonly OfpVersion[];
  /** Milliseconds of silence before a probe; 0: never. */
  readonly probeMs: number;
}

/** What happens on a connection. */
export interface ConnectionEvents {
  /** Versions are agreed. */
  up(connection: Connection): void;
  /** A message other than hello and echo. What it throws is answered as an error. */
  received(connection: Connection, message: OfpMessage): void;
  closed(connection: Connection, reason: string): void;
  /** Everything that came in and went out, for whoever snoops. */
  seen?(bytes: Uint8Array): void;
}

type Kind = 'reply' | 'packet_in';

export class Connection {
  readonly name: string;
  readonly #channel: Channel;
  readonly #deps: ConnectionDeps;
  readonly #events: ConnectionEvents;
  readonly #splitter = new MessageSplitter();
  readonly #actor: ActorRefFrom<typeof connectionMachine>;
  readonly #waiting: { readonly kind: Kind; readonly bytes: Uint8Array }[] = [];
  readonly #requests: Uint8Array[] = [];
  #packetInsWaiting = 0;
  #version: OfpVersion | undefined;
  #xid = 1;
  #probe: TimerId;
  #isPaused = false;
  #reason = '';
  #isWorking = false;

  constructor(channel: Channel, deps: ConnectionDeps, events: ConnectionEvents) {
    this.name = channel.name;
    this.#channel = channel;
    this.#deps = deps;
    this.#events = events;
    const machine = connectionMachine.provide({
      actions: {
        sendHello: () => this.#send(encodeHello(deps.versions, this.nextXid()), 'reply'),
        sendProbe: () => this.#send(this.#encodeProbe(), 'reply'),
        armProbe: () => this.#armProbe(),
        reportUp: () => events.up(this),
        close: () => this.#close(),
      },
    });
    this.#actor = createActor(machine);
    channel.follow({
      received: (bytes) => this.#take(bytes),
      drained: () => this.#flush(),
      closed: (reason) => {
        if (this.#reason === '') this.#reason = reason;
        this.#actor.send({ type: 'channel.closed' });
      },
    });
    this.#actor.start();
  }

  /** Undefined before both sides have agreed. */
  get version(): OfpVersion | undefined {
    return this.#version;
  }

  get isOpen(): boolean {
    return this.#actor.getSnapshot().status === 'active';
  }

  /** Messages that wait to be taken. */
  get waiting(): number {
    return this.#waiting.length;
  }

  nextXid(): number {
    this.#xid = (this.#xid + 1) >>> 0;
    return this.#xid;
  }

  /** Sends an answer, or what a controller must not miss. */
  reply(bytes: Uint8Array): void {
    this.#send(bytes, 'reply');
  }

  /** Sends a packet-in; false where too many of them wait already. */
  packetIn(bytes: Uint8Array): boolean {
    if (this.#packetInsWaiting >= PACKET_INS_MAX) {
      this.#deps.coverage.inc('ofconn_packet_in_overflow');
      return false;
    }
    this.#send(bytes, 'packet_in');
    return true;
  }

  /** Ends the connection. */
  close(reason: string): void {
    this.#reason = reason;
    this.#actor.send({ type: 'channel.closed' });
  }

  #take(bytes: Uint8Array): void {
    if (!this.isOpen) return;
    try {
      this.#requests.push(...this.#splitter.push(bytes));
    } catch (error) {
      if (!(error instanceof FramingError)) throw error;
      this.close(error.message);
      return;
    }
    this.#work();
  }

  /** Handles what has come, as long as answers are taken. */
  #work(): void {
    if (this.#isWorking) return;
    this.#isWorking = true;
    while (this.isOpen && this.#requests.length > 0 && this.#waiting.length < REPLIES_MAX) {
      const bytes = this.#requests.shift();
      if (bytes !== undefined) this.#handle(bytes);
    }
    this.#isWorking = false;
    this.#setPaused(this.#requests.length > 0);
  }

  #handle(bytes: Uint8Array): void {
    this.#events.seen?.(bytes);
    const message = parseMessage(bytes);
    if (this.#version === undefined) {
      this.#greet(message);
      return;
    }
    this.#actor.send({ type: 'message.received' });
    try {
      this.#answer(message, this.#version);
    } catch (error) {
      this.#refuse(message, this.#version, error);
    }
  }

  #greet(message: OfpMessage): void {
    if (message.type !== 'hello' && message.typeNumber !== 0) {
      this.#reason = `expected a hello, received type ${message.typeNumber}`;
      this.#actor.send({ type: 'hello.refused' });
      return;
    }
    const theirs = readHello(message);
    const version = negotiate(this.#deps.versions, theirs);
    if (version === undefined) {
      this.#refuseHello(message, theirs);
      return;
    }
    this.#version = version;
    this.#actor.send({ type: 'hello.accepted' });
  }

  #refuseHello(message: OfpMessage, theirs: readonly number[]): void {
    const ours = this.#deps.versions.map(versionText).join(', ');
    const reason = `We support ${ours}, you support ${theirs.map(versionText).join(', ')}.`;
    const version = isOfpVersion(message.version) ? message.version : OF10;
    const sentence = new TextEncoder().encode(`${reason}\n`);
    this.#send(encodeErrorWith(version, 'OFPHFC_INCOMPATIBLE', message.xid, sentence), 'reply');
    this.#reason = `version negotiation failed: ${reason}`;
    this.#actor.send({ type: 'hello.refused' });
  }

  #answer(message: OfpMessage, version: OfpVersion): void {
    if (message.version !== version && message.type !== 'hello') {
      throw new OfpError('OFPBRC_BAD_VERSION');
    }
    switch (message.type) {
      case 'hello':
      case 'echo_reply':
        return;
      case 'echo_request': {
        const data = bodyOf(message).rest();
        this.reply(encodeMessage(version, 'echo_reply', message.xid, (body) => body.bytes(data)));
        return;
      }
      case undefined:
        throw new OfpError('OFPBRC_BAD_TYPE');
      default:
        this.#events.received(this, message);
    }
  }

  /** A fault of ours costs the peer one error, and never more than its connection's answer. */
  #refuse(message: OfpMessage, version: OfpVersion, error: unknown): void {
    if (!(error instanceof OfpError)) {
      this.#deps.log.error({ err: error, peer: this.name }, 'handling an OpenFlow message failed');
      this.#deps.coverage.inc('ofconn_fault');
    }
    const name = error instanceof OfpError ? error.error : 'OFPBRC_BAD_TYPE';
    this.#deps.coverage.inc('ofp_error_sent');
    this.reply(encodeError(version, name, message));
  }

  #send(bytes: Uint8Array, kind: Kind): void {
    if (kind === 'packet_in') this.#packetInsWaiting++;
    this.#waiting.push({ kind, bytes });
    this.#flush();
  }

  #flush(): void {
    while (this.#waiting.length > 0 && this.#channel.unsent < UNSENT_BYTES_MAX) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      if (next.kind === 'packet_in') this.#packetInsWaiting--;
      this.#events.seen?.(next.bytes);
      this.#channel.write(next.bytes);
    }
    if (this.#requests.length > 0) this.#work();
  }

  #setPaused(isPaused: boolean): void {
    if (isPaused === this.#isPaused) return;
    this.#isPaused = isPaused;
    if (isPaused) this.#channel.pause();
    else this.#channel.resume();
  }

  #encodeProbe(): Uint8Array {
    return encodeMessage(this.#version ?? OF10, 'echo_request', this.nextXid());
  }

  #armProbe(): void {
    const { clock, probeMs } = this.#deps;
    if (probeMs === 0) return;
    clock.clearTimeout(this.#probe);
    this.#probe = clock.setTimeout(() => this.#probed(), probeMs);
  }

  #probed(): void {
    if (this.#actor.getSnapshot().matches('probing')) this.#reason = 'no answer to a probe';
    this.#actor.send({ type: 'probe.due' });
  }

  #close(): void {
    this.#deps.clock.clearTimeout(this.#probe);
    this.#waiting.length = 0;
    this.#requests.length = 0;
    this.#channel.end();
    this.#events.closed(this, this.#reason);
  }
}
