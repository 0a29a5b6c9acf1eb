/**
 * The other end of a control socket: runs one command at a time, as `ovs-appctl` does.
 *
 * Answers to `unixctl_client_transact()`.
 *
 * Owner: the socket and the request that is under way.
 */

import { connect, type Socket } from 'node:net';
import { systemReason, UpcallError } from '../base/errors.js';
import { CommandError } from './command.js';
import type { OutputFormat } from './command-table.js';
import { JsonSplitter } from './json-splitter.js';
import type { JsonValue } from './json-value.js';

interface Pending {
  resolve(result: JsonValue): void;
  reject(error: Error): void;
}

export class ControlClient {
  readonly #socket: Socket;
  readonly #path: string;
  readonly #splitter = new JsonSplitter();
  #pending: Pending | undefined;
  #nextId = 0;

  private constructor(socket: Socket, path: string) {
    this.#socket = socket;
    this.#path = path;
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => this.#receive(text));
    socket.on('error', (error) => this.#fail(error.message));
    socket.on('close', () => this.#fail('the other side closed the connection'));
  }

  /** Rejects with an `UpcallError` where nobody listens at `path`. */
  static connect(path: string): Promise<ControlClient> {
    const socket = connect(path);
    return new Promise((resolve, reject) => {
      const refuse = (error: Error): void => {
        const state = nobodyListens(error) ? 'nobody listens there' : systemReason(error);
        reject(new UpcallError(`Cannot connect to "${path}": ${state}`, { cause: error }));
      };
      socket.once('error', refuse);
      socket.once('connect', () => {
        socket.off('error', refuse);
        resolve(new ControlClient(socket, path));
      });
    });
  }

  /** Rejects with a `CommandError` that has the switch's own words where it refuses. */
  async run(
    command: string,
    args: readonly string[],
    format: OutputFormat = 'text',
  ): Promise<JsonValue> {
    if (format === 'json') await this.#transact('set-options', ['--format', 'json']);
    return this.#transact(command, args);
  }

  close(): void {
    this.#socket.destroy();
  }

  #transact(method: string, params: readonly string[]): Promise<JsonValue> {
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject };
      if (this.#socket.destroyed) this.#fail('the other side closed the connection');
      else this.#socket.write(JSON.stringify({ id: this.#nextId++, method, params }));
    });
  }

  #receive(text: string): void {
    try {
      for (const value of this.#splitter.push(text)) this.#settle(JSON.parse(value));
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error));
      this.#socket.destroy();
    }
  }

  #settle({ result, error }: { result?: JsonValue; error?: JsonValue }): void {
    const pending = this.#pending;
    this.#pending = undefined;
    if (error === undefined || error === null) pending?.resolve(result ?? '');
    else pending?.reject(new CommandError(typeof error === 'string' ? error : String(error)));
  }

  #fail(state: string): void {
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.reject(new UpcallError(`Cannot hear from "${this.#path}": ${state}`));
  }
}

function nobodyListens(error: Error): boolean {
  return 'code' in error && error.code === 'ECONNREFUSED';
}
