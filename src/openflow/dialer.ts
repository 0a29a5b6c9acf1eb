/**
 * Keeps a connection to a controller up: dials, and dials again.
 *
 * Owner: the socket that is being opened, and the wait's timer. The machine is
 * `reconnect-machine.ts`. Answers to OVS's `lib/rconn.c`.
 */

import { createConnection, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type ActorRefFrom, createActor } from 'xstate';
import type { Clock, TimerId } from '../base/clock.js';
import { UpcallError } from '../base/errors.js';
import type { Log } from '../base/log.js';
import { type Channel, SocketChannel } from './channel.js';
import { type ReconnectEvent, reconnectMachine } from './reconnect-machine.js';
import { formatTarget, type Target } from './target.js';
import { readTlsFiles, type TlsFiles } from './tls-files.js';

/** Milliseconds that an attempt to connect may take at least. */
const ATTEMPT_MS_MIN = 1_000;

export interface DialerDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** Takes a channel that is open; `ended` is to be called when it is not any more. */
  readonly accept: (channel: Channel, ended: () => void) => void;
  /** For `ssl:`. */
  readonly tls?: TlsFiles;
}

export class Dialer {
  readonly target: Target;
  readonly #deps: DialerDeps;
  readonly #actor: ActorRefFrom<typeof reconnectMachine>;
  #socket: Socket | undefined;
  #timer: TimerId;
  #openedAt = 0;

  /** Throws an `UpcallError` for a target that cannot be dialled. */
  constructor(target: Target, deps: DialerDeps) {
    if (target.isPassive) {
      const name = formatTarget(target);
      throw new UpcallError(
        `Cannot connect to "${name}": use tcp:HOST[:PORT], ssl:HOST[:PORT] or unix:FILE`,
      );
    }
    if (target.kind === 'ssl') readTlsFiles(target, deps.tls);
    this.target = target;
    this.#deps = deps;
    const machine = reconnectMachine.provide({
      actions: {
        connect: () => this.#connect(),
        armAttempt: ({ context }) =>
          this.#arm('attempt.expired', Math.max(ATTEMPT_MS_MIN, context.backoffMs)),
        armBackoff: ({ context }) => this.#arm('backoff.passed', context.backoffMs),
        disarm: () => deps.clock.clearTimeout(this.#timer),
        disconnect: () => this.#disconnect(),
      },
    });
    this.#actor = createActor(machine).start();
    this.#tell({ type: 'dialer.start' });
  }

  get isConnected(): boolean {
    return this.#actor.getSnapshot().matches('connected');
  }

  stop(): void {
    this.#tell({ type: 'dialer.stop' });
  }

  /** What happens to a dialer that was stopped is of no interest to it. */
  #tell(event: ReconnectEvent): void {
    if (this.#actor.getSnapshot().status === 'active') this.#actor.send(event);
  }

  #connect(): void {
    const name = formatTarget(this.target);
    this.#deps.log.info({ target: name }, 'connecting to controller');
    const failed = (error: unknown): void => {
      this.#deps.log.info({ target: name, err: error }, 'connecting to controller failed');
      this.#tell({ type: 'channel.failed' });
    };
    let socket: Socket;
    try {
      socket = this.#open();
    } catch (error) {
      // Files for TLS that have gone.
      failed(error);
      return;
    }
    this.#socket = socket;
    socket.once('error', failed);
    socket.once(this.target.kind === 'ssl' ? 'secureConnect' : 'connect', () => {
      socket.off('error', failed);
      this.#opened(socket, name);
    });
  }

  #open(): Socket {
    const { target } = this;
    if (target.kind === 'unix') return createConnection(target.path);
    const { host, port } = target;
    if (target.kind === 'tcp') return createConnection(port, host);
    // The authority vouches for a controller, whatever it is called.
    const files = readTlsFiles(target, this.#deps.tls);
    return connectTls({ ...files, host, port, checkServerIdentity: () => undefined });
  }

  #opened(socket: Socket, name: string): void {
    this.#openedAt = this.#deps.clock.monotonic();
    this.#tell({ type: 'channel.opened' });
    this.#deps.accept(new SocketChannel(socket, name), () => {
      const lifeMs = this.#deps.clock.monotonic() - this.#openedAt;
      this.#tell({ type: 'channel.closed', lifeMs });
    });
  }

  #arm(type: 'attempt.expired' | 'backoff.passed', delayMs: number): void {
    this.#timer = this.#deps.clock.setTimeout(() => this.#tell({ type }), delayMs);
  }

  #disconnect(): void {
    this.#socket?.destroy();
  }
}
