/**
 * The control socket: `<rundir>/<program>.<pid>.ctl`, where `ovs-appctl -t` looks for it.
 *
 * Only its owner may use it (mode 0600). A file that a program left behind is told apart from one
 * that somebody listens on: the first is replaced, the second is an error. Answers to
 * `unixctl_server_create()`.
 *
 * Owner: the server, its file and its connections.
 */

import { chmodSync, existsSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import type { Coverage } from '../base/coverage.js';
import { systemReason, UpcallError } from '../base/errors.js';
import type { Log } from '../base/log.js';
import type { CommandTable } from './command-table.js';
import { ControlConnection } from './control-connection.js';

/** Operators and scripts at a time; further ones are closed at once. */
export const CONNECTIONS_MAX = 64;
/** Bytes of a socket's path, a terminating zero included; `sizeof sun_path`. */
const PATH_SIZE_MAX = 108;
const SOCKET_MODE = 0o600;

export interface ControlSocketOptions {
  readonly path: string;
  readonly commands: CommandTable;
  readonly log: Log;
  readonly coverage: Coverage;
}

export class ControlSocket {
  readonly path: string;
  readonly #server: Server;
  readonly #connections = new Set<ControlConnection>();
  #count = 0;

  private constructor(options: ControlSocketOptions) {
    this.path = options.path;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket, options));
  }

  /** Rejects with an `UpcallError` where it cannot listen. */
  static async open(options: ControlSocketOptions): Promise<ControlSocket> {
    checkPath(options.path);
    await clearStale(options.path);
    const socket = new ControlSocket(options);
    await socket.#listen();
    chmodSync(options.path, SOCKET_MODE);
    return socket;
  }

  /** Ends all connections and removes the file. */
  close(): Promise<void> {
    for (const connection of this.#connections) connection.close();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      rmSync(this.path, { force: true });
    });
  }

  #listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', (error) => reject(refusal(this.path, systemReason(error), error)));
      this.#server.listen(this.path, resolve);
    });
  }

  #accept(socket: Socket, { commands, log, coverage }: ControlSocketOptions): void {
    const name = `unix#${++this.#count}`;
    if (this.#connections.size >= CONNECTIONS_MAX) {
      log.warn({ client: name }, 'control connection refused: there are too many');
      socket.destroy();
      return;
    }
    const connection = new ControlConnection(socket, { commands, log, coverage, name });
    this.#connections.add(connection);
    socket.once('close', () => this.#connections.delete(connection));
  }
}

function refusal(path: string, state: string, cause?: unknown): UpcallError {
  return new UpcallError(`Cannot listen on "${path}": ${state}`, { cause });
}

function checkPath(path: string): void {
  if (Buffer.byteLength(path) < PATH_SIZE_MAX) return;
  throw refusal(path, `a socket's path has at most ${PATH_SIZE_MAX - 1} bytes; use a shorter one`);
}

async function clearStale(path: string): Promise<void> {
  if (!existsSync(path)) return;
  if (await isAnswered(path)) {
    throw refusal(path, 'somebody listens there already; stop it or choose another');
  }
  rmSync(path, { force: true });
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
