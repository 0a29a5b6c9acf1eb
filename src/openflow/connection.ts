/**
 * A connection to a controller, or to whoever else speaks OpenFlow to the switch.
 *
 * It agrees on a version, cuts the stream into messages and hands them on, one at a time and in
 * order; answers errors; probes a silent peer. What a peer cannot do: make us grow. While
 * `REPLIES_MAX` answers, `REPLY_BYTES_MAX` of them or one that is not composed to its end wait, no
 * further request is read; packet-ins that find `PACKET_INS_MAX` of their kind waiting are dropped
 * and counted; who lets `TOLD_MAX` pieces of news wait and takes nothing for `STALL_MS_MAX` is cut
 * off, for a gap in them would mislead it.
 *
 * Owner: the version, the requests that wait, the probe's timer. Answers to OVS's
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
import type { ReplyParts } from './multipart.js';
import { OfpError } from './ofp-error.js';
import { isOfpVersion, OF10, type OfpVersion, versionText } from './protocol.js';
import { type SendKind, SendQueue } from './send-queue.js';

/** Replies that wait before no more requests are read. Answers to `OFCONN_REPLY_MAX`. */
export const REPLIES_MAX = 100;
/** Bytes of replies that do the same: errors and statistics are long. OVS counts messages only. */
export const REPLY_BYTES_MAX = 256 * 1024;
/** Packet-ins that wait on one connection. Answers to `ofconn`'s packet-in counter. */
export const PACKET_INS_MAX = 100;
/** Flows that went and ports that changed, which wait on one connection. OVS has no limit. */
export const TOLD_MAX = 10_000;
/** Milliseconds without progress; a hundred thousand flows that go at once are no offence. */
export const STALL_MS_MAX = 10_000;
/** Milliseconds that a peer has to take what was sent before the end. */
const CLOSING_MS = 1_000;

export interface ConnectionDeps {
  readonly clock: Pick<Clock, 'setTimeout' | 'clearTimeout' | 'monotonic'>;
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
  /** Every message, from the moment that versions are agreed. */
  heard?(message: OfpMessage): void;
  /** All updates of flow monitors have been taken. */
  monitorsTaken?(connection: Connection): void;
  /** Everything that came in and went out, for whoever snoops. */
  seen?(connection: Connection, bytes: Uint8Array): void;
}

export class Connection {
  readonly name: string;
  readonly #channel: Channel;
  readonly #deps: ConnectionDeps;
  readonly #events: ConnectionEvents;
  readonly #splitter = new MessageSplitter();
  readonly #actor: ActorRefFrom<typeof connectionMachine>;
  readonly #queue: SendQueue;
  readonly #requests: Uint8Array[] = [];
  #version: OfpVersion | undefined;
  #xid = 1;
  #probe: TimerId;
  #ending: TimerId;
  #isPaused = false;
  /** When the peer last took something, or had nothing to take. */
  #movedAt = 0;
  #reason = '';
  #isWorking = false;

  constructor(channel: Channel, deps: ConnectionDeps, events: ConnectionEvents) {
    this.name = channel.name;
    this.#channel = channel;
    this.#deps = deps;
    this.#events = events;
    this.#queue = new SendQueue(channel, (bytes) => events.seen?.(this, bytes));
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
        deps.clock.clearTimeout(this.#ending);
        this.close(this.#reason || reason);
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
    return this.#queue.length;
  }

  /** Bytes of flow monitors' updates among them. */
  get monitorBytes(): number {
    return this.#queue.sizeOf('monitor');
  }

  nextXid(): number {
    this.#xid = (this.#xid + 1) >>> 0;
    return this.#xid;
  }

  /** Sends an answer, or what a controller must not miss. */
  reply(bytes: Uint8Array): void {
    this.#send(bytes, 'reply');
  }

  /** Answers `message` in parts, each composed when the peer has taken most of those before. */
  replyInParts(message: OfpMessage, parts: ReplyParts): void {
    if (this.#queue.length === 0) this.#movedAt = this.#deps.clock.monotonic();
    this.#queue.pushParts('reply', this.#guarded(message, parts));
    this.#flush();
  }

  /** Sends a packet-in; false where too many of them wait already. */
  packetIn(bytes: Uint8Array): boolean {
    if (this.#queue.count('packet_in') >= PACKET_INS_MAX) {
      this.#deps.coverage.inc('ofconn_packet_in_overflow');
      return false;
    }
    this.#send(bytes, 'packet_in');
    return true;
  }

  /** Sends an update of a flow monitor; whoever does it minds `monitorBytes`. */
  monitored(bytes: Uint8Array): void {
    this.#send(bytes, 'monitor');
  }

  /** Sends news that a controller has not asked for just now. */
  tell(bytes: Uint8Array): void {
    if (this.#queue.count('told') >= TOLD_MAX && this.#stalledMs > STALL_MS_MAX) {
      this.#deps.coverage.inc('ofconn_overflow');
      this.close('it does not read what it is told');
      return;
    }
    this.#send(bytes, 'told');
  }

  /** Ends the connection; idempotent. */
  close(reason: string): void {
    if (!this.isOpen) return;
    this.#reason = reason;
    this.#actor.send({ type: 'channel.closed' });
  }

  #take(bytes: Uint8Array): void {
    if (!this.isOpen) return;
    try {
      for (const message of this.#splitter.push(bytes)) this.#requests.push(message);
    } catch (error) {
      if (!(error instanceof FramingError)) throw error;
      this.close(error.message);
      return;
    }
    if (this.#version !== undefined) this.#actor.send({ type: 'message.received' });
    this.#work();
  }

  /** Handles what has come, as long as answers are taken. */
  #work(): void {
    if (this.#isWorking) return;
    this.#isWorking = true;
    while (this.isOpen && this.#requests.length > 0 && !this.#isBehind) {
      const bytes = this.#requests.shift();
      if (bytes !== undefined) this.#handle(bytes);
    }
    this.#isWorking = false;
    this.#setPaused(this.#requests.length > 0);
  }

  /** Whether so many answers wait that the peer is not to ask for more. */
  get #isBehind(): boolean {
    const queue = this.#queue;
    if (queue.isUnfinished) return true;
    return queue.count('reply') >= REPLIES_MAX || queue.sizeOf('reply') >= REPLY_BYTES_MAX;
  }

  #handle(bytes: Uint8Array): void {
    this.#events.seen?.(this, bytes);
    const message = parseMessage(bytes);
    if (this.#version === undefined) {
      this.#greet(message);
      return;
    }
    this.#events.heard?.(message);
    try {
      this.#answer(message, this.#version);
    } catch (error) {
      this.reply(this.#refusal(message, this.#version, error));
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
  #refusal(message: OfpMessage, version: OfpVersion, error: unknown): Uint8Array {
    if (!(error instanceof OfpError)) {
      this.#deps.log.error({ err: error, peer: this.name }, 'handling an OpenFlow message failed');
      this.#deps.coverage.inc('ofconn_fault');
    }
    const name = error instanceof OfpError ? error.error : 'OFPBRC_BAD_TYPE';
    this.#deps.coverage.inc('ofp_error_sent');
    return encodeError(version, name, message);
  }

  /** Parts of which the last is an error where the next cannot be composed. */
  *#guarded(message: OfpMessage, parts: ReplyParts): ReplyParts {
    try {
      return yield* parts;
    } catch (error) {
      return this.#refusal(message, this.#version ?? OF10, error);
    }
  }

  /** Milliseconds since the peer took something, or had nothing to take. */
  get #stalledMs(): number {
    return this.#deps.clock.monotonic() - this.#movedAt;
  }

  #send(bytes: Uint8Array, kind: SendKind): void {
    if (this.#queue.length === 0) this.#movedAt = this.#deps.clock.monotonic();
    this.#queue.push(kind, bytes);
    this.#flush();
  }

  #flush(): void {
    const hadUpdates = this.monitorBytes > 0;
    if (this.#queue.flush() > 0) this.#movedAt = this.#deps.clock.monotonic();
    if (hadUpdates && this.monitorBytes === 0) this.#events.monitorsTaken?.(this);
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
    const state = this.#actor.getSnapshot();
    if (state.matches('probing')) this.#reason = 'no answer to a probe';
    else if (state.matches('greeting')) this.#reason = 'no hello';
    this.#actor.send({ type: 'probe.due' });
  }

  #close(): void {
    const { clock } = this.#deps;
    clock.clearTimeout(this.#probe);
    this.#queue.clear();
    this.#requests.length = 0;
    this.#channel.end();
    this.#ending = clock.setTimeout(() => this.#channel.destroy(), CLOSING_MS);
    this.#events.closed(this, this.#reason);
  }
}
