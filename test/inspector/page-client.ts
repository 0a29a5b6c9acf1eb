/**
 * The other side of the server, as a page would be: an HTTP request with any headers, a WebSocket
 * whose messages are kept.
 */

import { type IncomingHttpHeaders, request } from 'node:http';
import { WebSocket } from 'ws';
import type { PageMessage, ServerMessage } from '../../src/inspector/wire.js';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One request; `path` goes out as it is, unlike with `fetch`. */
export function ask(base: string, path: string, asked: Asked = {}): Promise<HttpAnswer> {
  const { hostname, port } = new URL(base);
  const { method = 'GET', headers = {} } = asked;
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method, headers, agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(parts),
        }),
      );
    });
    sent.on('error', reject);
    sent.end();
  });
}

export async function askJson<Document>(base: string, path: string): Promise<Document> {
  const { status, body } = await ask(base, path);
  if (status !== 200) throw new Error(`status ${status}: ${body}`);
  return JSON.parse(body.toString());
}

/** How a WebSocket came to its end. */
export interface Ended {
  /** Of a refused upgrade; 0: it was open. */
  readonly status: number;
  /** Of RFC 6455. */
  readonly code: number;
}

export class PageClient {
  readonly socket: WebSocket;
  readonly messages: ServerMessage[] = [];
  readonly opened: Promise<boolean>;
  readonly ended: Promise<Ended>;
  #listeners: (() => void)[] = [];

  constructor(base: string, options: { origin?: string; headers?: Record<string, string> } = {}) {
    const url = new URL(base);
    const { origin = url.origin, headers = {} } = options;
    const address = `ws://${url.host}/ws${url.search}`;
    this.socket = new WebSocket(address, { origin, headers, perMessageDeflate: false });
    let status = 0;
    this.socket.on('error', () => {});
    this.socket.on('unexpected-response', (sent, response) => {
      status = response.statusCode ?? 0;
      sent.destroy();
      this.socket.terminate();
    });
    this.socket.on('message', (data) => {
      this.messages.push(JSON.parse(String(data)));
      for (const listener of this.#listeners) listener();
    });
    this.opened = new Promise((resolve) => {
      this.socket.on('open', () => resolve(true));
      this.socket.on('close', () => resolve(false));
    });
    this.ended = new Promise((resolve) => {
      this.socket.on('close', (code) => resolve({ status, code }));
    });
  }

  send(message: PageMessage): void {
    this.socket.send(JSON.stringify(message));
  }

  /** The first message, come or to come, that `test` takes; those before it are forgotten. */
  async next<Type extends ServerMessage['type']>(
    type: Type,
    test: (message: Extract<ServerMessage, { type: Type }>) => boolean = () => true,
  ): Promise<Extract<ServerMessage, { type: Type }>> {
    for (;;) {
      while (this.messages.length > 0) {
        const message = this.messages.shift();
        if (message?.type !== type) continue;
        const found = message as Extract<ServerMessage, { type: Type }>;
        if (test(found)) return found;
      }
      await new Promise<void>((resolve) => this.#listeners.push(resolve));
      this.#listeners = [];
    }
  }

  /** Stops reading: what the server sends stays in the system's buffers, then in the server. */
  stall(): void {
    this.socket.pause();
  }

  /** Ends at once, without a word. */
  kill(): void {
    this.socket.terminate();
  }
}
