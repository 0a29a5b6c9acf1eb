/**
 * A controller that greets, answers probes, and says what it is told to say.
 *
 * Owner: the listening socket and its one connection.
 */

import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { encodeHello } from '../../src/openflow/hello-codec.js';
import { encodeMessage, MessageSplitter, parseMessage } from '../../src/openflow/message.js';
import type { MessageType, OfpVersion } from '../../src/openflow/protocol.js';

const PAUSE_MS = 50;
const TRIES_MAX = 200;

export class TalkingController {
  readonly #server: Server;
  readonly #version: OfpVersion;
  #socket: Socket | undefined;
  #isGreeted = false;
  #xid = 0x100;

  private constructor(version: OfpVersion) {
    this.#version = version;
    this.#server = createServer((socket) => this.#take(socket));
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

  /** Resolves when a switch has greeted. */
  async isConnected(): Promise<void> {
    await this.#until(() => this.#isGreeted);
  }

  say(type: MessageType): void {
    this.#socket?.write(encodeMessage(this.#version, type, this.#xid++));
  }

  /** Asks for the switch's configuration again and again until something is so. */
  async talkUntil(isSo: () => boolean): Promise<void> {
    await this.#until(() => {
      this.say('get_config_request');
      return isSo();
    });
  }

  close(): void {
    this.#socket?.destroy();
    this.#server.close();
  }

  async #until(isSo: () => boolean): Promise<void> {
    for (let i = 0; i < TRIES_MAX && !isSo(); i++) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  #take(socket: Socket): void {
    this.#socket = socket;
    const splitter = new MessageSplitter();
    socket.on('error', () => {});
    socket.write(encodeHello([this.#version], 1));
    socket.on('data', (bytes: Uint8Array) => {
      for (const message of splitter.push(bytes).map(parseMessage)) {
        if (message.type === 'hello') this.#isGreeted = true;
        if (message.type !== 'echo_request') continue;
        socket.write(encodeMessage(this.#version, 'echo_reply', message.xid));
      }
    });
  }
}
