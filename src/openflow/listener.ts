/**
 * Waits for connections on a TCP port or a Unix socket.
 *
 * A socket file that a program left behind is told apart from one that somebody listens on: the
 * first is replaced, the second is an error. Answers to OVS's `lib/pvconn.c`.
 *
 * Owner: the server and, of a Unix socket, its file.
 */

import { chmodSync, existsSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { systemReason, UpcallError } from '../base/errors.js';
import { type Channel, SocketChannel } from './channel.js';
import { formatTarget, type Target } from './target.js';

export interface Listener {
  /** With the port that the system chose where 0 was asked for. */
  readonly target: Target;
  close(): Promise<void>;
}

/** Calls `accept` for each connection. Rejects with an `UpcallError` where it cannot listen. */
export async function listen(
  target: Target,
  accept: (channel: Channel) => void,
): Promise<Listener> {
  if (target.kind === 'ssl') {
    throw new UpcallError(
      `Cannot listen on "${formatTarget(target)}": TLS is not there yet; use ptcp`,
    );
  }
  if (target.kind === 'unix') await clearStale(target.path);
  let count = 0;
  const server = createServer((socket) =>
    accept(new SocketChannel(socket, nameOf(socket, ++count))),
  );
  await listening(server, target);
  if (target.kind === 'unix') chmodSync(target.path, 0o600);
  return { target: boundTarget(server, target), close: () => closed(server, target) };
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

function nameOf({ remoteAddress, remotePort }: Socket, count: number): string {
  return remoteAddress === undefined ? `unix#${count}` : `tcp:${remoteAddress}:${remotePort}`;
}
