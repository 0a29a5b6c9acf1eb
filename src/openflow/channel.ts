/**
 * A stream of bytes to and from a peer: what a connection needs of a socket.
 *
 * `SocketChannel` is one over `node:net`; tests have one in memory. A channel says how much waits
 * to be taken, so that nobody need guess when to stop.
 */

import type { Socket } from 'node:net';

export interface Channel {
  /** What the peer is called in logs: "tcp:127.0.0.1:40312". */
  readonly name: string;
  /** Bytes that were written and not yet taken. */
  readonly unsent: number;
  write(bytes: Uint8Array): void;
  /** Ends after what was written is sent. */
  end(): void;
  /** Ends at once. */
  destroy(): void;
  /** Stops and goes on reading: a peer whose answers pile up is not listened to. */
  pause(): void;
  resume(): void;
  follow(events: ChannelEvents): void;
}

export interface ChannelEvents {
  received(bytes: Uint8Array): void;
  /** Everything that was written has been taken. */
  drained(): void;
  /** The peer went, or the connection broke; last of all events. */
  closed(reason: string): void;
}

export class SocketChannel implements Channel {
  readonly name: string;
  readonly #socket: Socket;
  #reason = 'connection closed by peer';

  constructor(socket: Socket, name: string) {
    this.#socket = socket;
    this.name = name;
    socket.setNoDelay(true);
  }

  get unsent(): number {
    return this.#socket.writableLength;
  }

  write(bytes: Uint8Array): void {
    if (this.#socket.writable) this.#socket.write(bytes);
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  follow(events: ChannelEvents): void {
    this.#socket.on('data', (bytes: Uint8Array) => events.received(bytes));
    this.#socket.on('drain', () => events.drained());
    this.#socket.on('error', (error) => {
      this.#reason = error.message;
    });
    this.#socket.on('close', () => events.closed(this.#reason));
  }
}
