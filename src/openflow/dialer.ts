/**
 * Keeps a connection to a controller up: dials, and dials again.
 *
 * Owner: the socket that is being opened, and the wait's timer. The machine is
 * `reconnect-machine.ts`. Answers to OVS's `lib/rconn.c`.
 */

import { createConnection, type Socket } from 'node:net';
import { type ActorRefFrom, createActor } from 'xstate';
import type { Clock, TimerId } from '../base/clock.js';
import { UpcallError } from '../base/errors.js';
import type { Log } from '../base/log.js';
import { type Channel, SocketChannel } from './channel.js';
import { type ReconnectEvent, reconnectMachine } from './reconnect-machine.js';
import { formatTarget, type Target } from './target.js';

export interface DialerDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** Takes a channel that is open; `ended` is to be called when it is not any more. */
  readonly accept: (channel: Channel, ended: () => void) => void;
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
    if (target.isPassive || target.kind === 'ssl') {
      const name = formatTarget(target);
      throw new UpcallError(`Cannot connect to "${name}": use tcp:HOST[:PORT] or unix:FILE`);
    }
    this.target = target;
    this.#deps = deps;
    const machine = reconnectMachine.provide({
      actions: {
        connect: () => this.#connect(),
        armBackoff: ({ context }) => this.#arm(context.backoffMs),
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
    const socket =
      this.target.kind === 'unix'
        ? createConnection(this.target.path)
        : createConnection(this.target.port, this.target.host);
    this.#socket = socket;
    const failed = (error: Error): void => {
      this.#deps.log.info({ target: name, err: error }, 'connecting to controller failed');
      this.#tell({ type: 'channel.failed' });
    };
    socket.once('error', failed);
    socket.once('connect', () => {
      socket.off('error', failed);
      this.#opened(socket, name);
    });
  }

  #opened(socket: Socket, name: string): void {
    this.#openedAt = this.#deps.clock.monotonic();
    this.#tell({ type: 'channel.opened' });
    this.#deps.accept(new SocketChannel(socket, name), () => {
      const lifeMs = this.#deps.clock.monotonic() - this.#openedAt;
      this.#tell({ type: 'channel.closed', lifeMs });
    });
  }

  #arm(backoffMs: number): void {
    this.#timer = this.#deps.clock.setTimeout(
      () => this.#tell({ type: 'backoff.passed' }),
      backoffMs,
    );
  }

  #disconnect(): void {
    this.#deps.clock.clearTimeout(this.#timer);
    this.#socket?.destroy();
  }
}
