/**
 * Waits for connections on a TCP port, with or without TLS, or a Unix socket.
 *
 * A socket file that a program left behind is told apart from one that somebody listens on: the
 * first is replaced, the second is an error. Answers to OVS's `lib/pvconn.c`.
 *
 * Owner: the server and, of a Unix socket, its file.
 */

import { chmodSync, existsSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { systemReason, UpcallError } from '../base/errors.js';
import { type Channel, SocketChannel } from './channel.js';
import { formatTarget, type Target } from './target.js';
import { readTlsFiles, type TlsFiles } from './tls-files.js';

export interface Listener {
  /** With the port that the system chose where 0 was asked for. */
  readonly target: Target;
  close(): Promise<void>;
}

/**
 * Calls `accept` for each connection. Rejects with an `UpcallError` where it cannot listen; `tls`
 * is for `pssl:`.
 */
export async function listen(
  target: Target,
  accept: (channel: Channel) => void,
  tls?: TlsFiles,
): Promise<Listener> {
  if (target.kind === 'unix') await clearStale(target.path);
  let count = 0;
  const take = (socket: Socket): void =>
    accept(new SocketChannel(socket, nameOf(socket, target, ++count)));
  const server = target.kind === 'ssl' ? createSecureServer(target, tls, take) : createServer(take);
  await listening(server, target);
  if (target.kind === 'unix') chmodSync(target.path, 0o600);
  return { target: boundTarget(server, target), close: () => closed(server, target) };
}

/** Takes only peers whose certificate the authority has signed. */
function createSecureServer(
  target: Target,
  tls: TlsFiles | undefined,
  take: (socket: Socket) => void,
): Server {
  const files = readTlsFiles(target, tls);
  return createTlsServer({ ...files, requestCert: true, rejectUnauthorized: true }, take);
}

function listening(server: Server, target: Target): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason =
        error.code === 'EADDRINUSE'
          ? 'somebody listens there already; stop it or choose another'
          : systemReason(error);
      reject(new UpcallError(`Cannot listen on "${formatTarget(target)}": ${reason}`));
    });
    if (target.kind === 'unix') server.listen(target.path, resolve);
    else server.listen(target.port, target.host, resolve);
  });
}

function boundTarget(server: Server, target: Target): Target {
  const address = server.address();
  if (target.kind === 'unix' || address === null || typeof address === 'string') return target;
  return { ...target, port: address.port };
}

function closed(server: Server, target: Target): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    if (target.kind === 'unix') rmSync(target.path, { force: true });
  });
}

/** Removes a socket that nobody listens on. */
async function clearStale(path: string): Promise<void> {
  if (!existsSync(path)) return;
  if (await isAnswered(path)) {
    throw new UpcallError(
      `Cannot listen on "punix:${path}": somebody listens there already; stop it or choose another`,
    );
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

function nameOf({ remoteAddress, remotePort }: Socket, { kind }: Target, count: number): string {
  return remoteAddress === undefined ? `unix#${count}` : `${kind}:${remoteAddress}:${remotePort}`;
}
