/**
 * Bytes of OpenFlow sent to a switch as they are, and the errors that it answers.
 *
 * Owner: the socket.
 */

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { encodeHello } from '../../src/openflow/hello-codec.js';
import {
  encodeMessage,
  MessageSplitter,
  type OfpMessage,
  parseMessage,
} from '../../src/openflow/message.js';
import type { OfpErrorName } from '../../src/openflow/ofp-error.js';
import type { OfpVersion } from '../../src/openflow/protocol.js';
import { errorIn } from '../openflow/test-peer.js';

export class RawOpenFlow {
  readonly #version: OfpVersion;
  readonly #socket: Socket;
  readonly #splitter = new MessageSplitter();
  #received: OfpMessage[] = [];

  private constructor(socket: Socket, version: OfpVersion) {
    this.#version = version;
    this.#socket = socket;
    socket.on('data', (bytes: Uint8Array) => {
      this.#received.push(...this.#splitter.push(bytes).map(parseMessage));
    });
  }

  /** Connects to a Unix socket, or a port of this machine, and agrees on `version`. */
  static async connect(place: string | number, version: OfpVersion): Promise<RawOpenFlow> {
    const socket = typeof place === 'string' ? connect(place) : connect(place, '127.0.0.1');
    await once(socket, 'connect');
    const raw = new RawOpenFlow(socket, version);
    socket.write(encodeHello([version], 1));
    await raw.#until('hello');
    return raw;
  }

  /** Everything that is answered to bytes before the answer to a barrier behind them. */
  async send(bytes: Uint8Array): Promise<readonly OfpMessage[]> {
    this.#socket.write(bytes);
    this.#socket.write(encodeMessage(this.#version, 'barrier_request', 2));
    return this.#until('barrier_reply');
  }

  /** The errors among what is answered to bytes, by name. */
  async errorsOf(bytes: Uint8Array): Promise<readonly OfpErrorName[]> {
    const answers = await this.send(bytes);
    return answers.flatMap((message) => errorIn(message, this.#version) ?? []);
  }

  close(): void {
    this.#socket.destroy();
  }

  async #until(type: OfpMessage['type']): Promise<readonly OfpMessage[]> {
    while (!this.#received.some((message) => message.type === type)) {
      await once(this.#socket, 'data');
    }
    return this.#received.splice(0);
  }
}
