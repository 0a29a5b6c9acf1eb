/**
 * The page's side of `../wire.ts`: says which views are watched, hands on the documents that come,
 * and after a loss tries again, ever less often, and watches the same views as before.
 *
 * Each query has a slot of its own, so that a document on its way for an old query cannot be taken
 * for an answer to the new one.
 */

import { type Signal, signal } from '@preact/signals';
import type { Position, ViewDocuments, ViewName, ViewQueries, Welcome } from '../view-data.js';
import type { PageMessage, ServerMessage, TimeCommand } from '../wire.js';

/** The first wait after a loss; each further one is twice as long. */
export const RETRY_MS_MIN = 250;
export const RETRY_MS_MAX = 5000;

/** What of a WebSocket is used. */
export interface Socket {
  send(text: string): void;
  close(): void;
  onopen: (() => void) | null;
  onclose: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
}

export interface ConnectionOptions {
  readonly open: () => Socket;
  readonly schedule: (task: () => void, ms: number) => void;
}

interface Watch {
  readonly message: PageMessage;
  readonly take: (document: ViewDocuments[ViewName]) => void;
}

interface Asked {
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
}

/** Owner: of the socket, the watched slots and the commands without a reply. */
export class ServerConnection {
  readonly isConnected: Signal<boolean> = signal(false);
  readonly welcome: Signal<Welcome | undefined> = signal(undefined);
  readonly position: Signal<Position | undefined> = signal(undefined);
  /** Documents that the server did not send because this page was slow. */
  readonly skipped: Signal<number> = signal(0);
  readonly #options: ConnectionOptions;
  readonly #watches = new Map<string, Watch>();
  readonly #asked = new Map<number, Asked>();
  #socket: Socket | undefined;
  #retryMs = RETRY_MS_MIN;
  #slots = 0;
  #ids = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#open();
  }

  /** Takes in the documents of a view until the function returned is called. */
  watch<View extends ViewName>(
    view: View,
    query: ViewQueries[View],
    take: (document: ViewDocuments[View]) => void,
  ): () => void {
    const slot = `${view}.${++this.#slots}`;
    // The pair of a view and its own query is what the union lists; the compiler cannot see it.
    const message = { type: 'watch', slot, view, query } as PageMessage;
    this.#watches.set(slot, { message, take: take as Watch['take'] });
    this.#send(message);
    return () => {
      this.#watches.delete(slot);
      this.#send({ type: 'unwatch', slot });
    };
  }

  /** Rejects with the server's words where the session cannot do that. */
  sendTime(command: TimeCommand): Promise<void> {
    return this.#ask((id) => ({ type: 'time', id, command }));
  }

  /** Opens a scenario in place of what is shown. */
  openScenario(name: string): Promise<void> {
    return this.#ask((id) => ({ type: 'scenario', id, name }));
  }

  #ask(messageOf: (id: number) => PageMessage): Promise<void> {
    if (!this.isConnected.value) return Promise.reject(new Error('Not connected to the switch'));
    const id = ++this.#ids;
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      this.#send(messageOf(id));
    });
  }

  #open(): void {
    const socket = this.#options.open();
    this.#socket = socket;
    socket.onopen = () => this.#opened();
    socket.onclose = () => this.#closed();
    socket.onmessage = ({ data }) => this.#received(JSON.parse(String(data)) as ServerMessage);
  }

  #opened(): void {
    this.#retryMs = RETRY_MS_MIN;
    this.isConnected.value = true;
    for (const { message } of this.#watches.values()) this.#send(message);
  }

  #closed(): void {
    this.isConnected.value = false;
    this.#socket = undefined;
    for (const { reject } of this.#asked.values()) reject(new Error('The connection was lost'));
    this.#asked.clear();
    this.#options.schedule(() => this.#open(), this.#retryMs);
    this.#retryMs = Math.min(RETRY_MS_MAX, 2 * this.#retryMs);
  }

  #received(message: ServerMessage): void {
    switch (message.type) {
      case 'welcome':
        this.welcome.value = message.welcome;
        this.position.value = message.welcome.position;
        break;
      case 'position':
        this.position.value = message.position;
        this.skipped.value = message.skipped;
        break;
      case 'view':
        this.#watches.get(message.slot)?.take(message.document);
        break;
      case 'reply':
        this.#replied(message.id, message.error);
        break;
    }
  }

  #replied(id: number, error: string | undefined): void {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    if (error === undefined) asked?.resolve();
    else asked?.reject(new Error(error));
  }

  /** What is said while there is no connection is said again when there is one. */
  #send(message: PageMessage): void {
    if (this.isConnected.value) this.#socket?.send(JSON.stringify(message));
  }
}
