/**
 * A socket that a test opens, closes and speaks through, and a connection that uses it.
 */

import { ServerConnection, type Socket } from '../../../src/inspector/web/server-connection.js';
import type { PageMessage, ServerMessage } from '../../../src/inspector/wire.js';

export class FakeSocket implements Socket {
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  readonly sent: PageMessage[] = [];

  send(text: string): void {
    this.sent.push(JSON.parse(text) as PageMessage);
  }

  close(): void {
    this.onclose?.();
  }

  /** What the server says. */
  say(message: ServerMessage): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

/** A connection with every socket that it has opened, and the waits that it has asked for. */
export function fakeConnection() {
  const sockets: FakeSocket[] = [];
  const waits: { readonly ms: number; readonly task: () => void }[] = [];
  const connection = new ServerConnection({
    open: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    schedule: (task, ms) => waits.push({ ms, task }),
  });
  const socket = (): FakeSocket => {
    const last = sockets.at(-1);
    if (last === undefined) throw new Error('no socket has been opened');
    return last;
  };
  return { connection, socket, waits };
}
