/**
 * A controller that sends as fast as the switch reads, and says how long it took until a barrier
 * behind it was answered.
 *
 * Owner: the socket.
 */

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { encodeHello } from '../../src/openflow/hello-codec.js';
import { encodeMessage, MessageSplitter, parseMessage } from '../../src/openflow/message.js';
import { OF13 } from '../../src/openflow/protocol.js';

export class TimedClient {
  readonly #socket: Socket;
  readonly #splitter = new MessageSplitter();
  #waiting: ((error?: Error) => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (bytes: Uint8Array) => this.#take(bytes));
  }

  /** Connects to the Unix socket at `path`. */
  static async connect(path: string): Promise<TimedClient> {
    const socket = connect(path);
    await once(socket, 'connect');
    const client = new TimedClient(socket);
    socket.write(encodeHello([OF13], 1));
    await client.send(Buffer.alloc(0));
    return client;
  }

  /** Milliseconds until everything has been done. An error that is answered is thrown. */
  async send(bytes: Buffer): Promise<number> {
    const done = new Promise<void>((resolve, reject) => {
      this.#waiting = (error) => (error === undefined ? resolve() : reject(error));
    });
    const start = performance.now();
    this.#socket.write(bytes);
    this.#socket.write(encodeMessage(OF13, 'barrier_request', 0));
    await done;
    return performance.now() - start;
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(bytes: Uint8Array): void {
    for (const message of this.#splitter.push(bytes).map(parseMessage)) {
      if (message.type === 'barrier_reply') this.#waiting?.();
      if (message.type !== 'error') continue;
      const hex = Buffer.from(message.bytes).toString('hex');
      this.#waiting?.(new Error(`Cannot measure: the switch answers error ${hex}`));
    }
  }
}
