/**
 * The inspector's server: the page and its data, on loopback unless asked otherwise.
 *
 * It looks at one session and lends it to every page that comes: by HTTP what does not change, by
 * WebSocket what does. A page that is slow, gone, or speaks nonsense costs a bounded amount of
 * memory and none of the switch's time. Time here is always real, so that a replay that stands
 * still is served all the same.
 *
 * Owner: the listening socket, the connections, and the session until `close()`.
 */

import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { type Clock, SystemClock, type TimerId } from '../base/clock.js';
import { UpcallError } from '../base/errors.js';
import { type Log, silentLog } from '../base/log.js';
import { createToken } from './access-token.js';
import { HttpAnswers } from './http-answers.js';
import { PageConnection } from './page-connection.js';
import { PageFiles } from './page-files.js';
import { type Left, type PushSlice, PushTimer } from './push-timer.js';
import { bracketed, isLoopback, RequestGuard } from './request-guard.js';
import type { InspectorSession } from './session.js';
import { type ScenarioShelf, ShownSession } from './shown-session.js';
import { CONNECTIONS_MAX, INSPECTOR_PORT, MESSAGE_BYTES_MAX } from './wire.js';

/** A page that has not answered for so long is gone. */
export const PROBE_MS = 15_000;
/** TCP connections at once, of pages and of others; a further one is cut off. */
const SOCKETS_MAX = 4 * CONNECTIONS_MAX;
/** A request's head comes at once or not at all. */
const HEAD_TIMEOUT_MS = 5_000;
/** What stands in an address and in a cookie as it is. */
const TOKEN_PATTERN = /^[\w-]+$/;

export interface ServerOptions {
  readonly session: InspectorSession;
  /** 0: any that is free. Default: `INSPECTOR_PORT`. */
  readonly port?: number | undefined;
  /** The address to listen on. Default: 127.0.0.1. */
  readonly host?: string | undefined;
  /** What a page must know. Default: none on loopback, elsewhere a random one. */
  readonly token?: string | undefined;
  readonly scenarios?: ScenarioShelf | undefined;
  readonly log?: Log | undefined;
  /** Default: a `SystemClock`. */
  readonly clock?: Clock | undefined;
  /** Folders that may hold the built page. */
  readonly pagePlaces?: readonly URL[] | undefined;
}

/** A server that listens. Rejects with an `UpcallError` where it cannot. */
export async function startServer(options: ServerOptions): Promise<InspectorServer> {
  const { host = '127.0.0.1', port = INSPECTOR_PORT, token } = options;
  if (token !== undefined && !TOKEN_PATTERN.test(token)) {
    throw new UpcallError(
      'Cannot start inspector: a token is made of letters, digits, "-" and "_"',
    );
  }
  const http = createServer({ headersTimeout: HEAD_TIMEOUT_MS });
  http.maxConnections = SOCKETS_MAX;
  await listen(http, host, port);
  const bound = http.address();
  return new InspectorServer(http, options, {
    host,
    port: typeof bound === 'object' && bound !== null ? bound.port : port,
    token: token ?? (isLoopback(host) ? undefined : createToken()),
  });
}

interface Place {
  readonly host: string;
  readonly port: number;
  readonly token: string | undefined;
}

export class InspectorServer {
  /** What to open: with the token, where one is needed. */
  readonly url: string;
  readonly #http: Server;
  readonly #sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: MESSAGE_BYTES_MAX,
    perMessageDeflate: false,
  });
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #guard: RequestGuard;
  readonly #shown: ShownSession;
  readonly #pages = new Set<PageConnection>();
  readonly #timer: PushTimer;
  #probe: TimerId;
  #closing: Promise<void> | undefined;

  constructor(http: Server, options: ServerOptions, place: Place) {
    const { log = silentLog, clock = new SystemClock() } = options;
    this.#http = http;
    this.#log = log;
    this.#clock = clock;
    this.#guard = new RequestGuard(place);
    this.#shown = new ShownSession(options.session, options.scenarios);
    this.#timer = new PushTimer(clock, (slice) => this.#push(slice));
    this.url = urlOf(place);
    const files = new PageFiles(options.pagePlaces);
    const answers = new HttpAnswers({ shown: this.#shown, files, guard: this.#guard, log });
    http.on('request', (request, response) => answers.answer(request, response));
    http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    http.on('clientError', (_error, socket) => socket.destroy());
    this.#shown.changes.subscribe((isOther) => this.#changed(isOther));
    this.#armProbe();
  }

  /** Pages that are connected. */
  get pagesCount(): number {
    return this.#pages.size;
  }

  /** Documents that pages were too slow for. */
  get skipped(): number {
    let sum = 0;
    for (const page of this.#pages) sum += page.skipped;
    return sum;
  }

  /** Bytes that pages have still to take. */
  get unsentBytes(): number {
    let sum = 0;
    for (const page of this.#pages) sum += page.unsentBytes;
    return sum;
  }

  /** Lets all pages go, and the session. May be called again. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#timer.stop();
    this.#clock.clearTimeout(this.#probe);
    this.#shown.close();
    for (const page of this.#pages) page.close();
    const closed = new Promise<void>((resolve) => this.#http.close(() => resolve()));
    this.#http.closeAllConnections();
    await closed;
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', (error) => this.#log.debug({ err: error }, 'inspector socket failed'));
    const refusal = this.#guard.refuseUpgrade(request) ?? this.#refuseFurther();
    if (refusal !== undefined) refuse(socket, refusal);
    else this.#sockets.handleUpgrade(request, socket, head, (page) => this.#welcome(page));
  }

  #refuseFurther(): { status: number; sentence: string } | undefined {
    if (this.#closing === undefined && this.#pages.size < CONNECTIONS_MAX) return undefined;
    const state = `${CONNECTIONS_MAX} pages look at it already; close one of them`;
    return { status: 503, sentence: `Cannot show the inspector: ${state}` };
  }

  #welcome(socket: WebSocket): void {
    const page = new PageConnection(socket, {
      shown: this.#shown,
      log: this.#log,
      clock: this.#clock,
      asked: () => this.#timer.asked(),
    });
    this.#pages.add(page);
    socket.on('close', () => this.#pages.delete(page));
  }

  #changed(isOther: boolean): void {
    if (isOther) for (const page of this.#pages) page.welcome();
    if (this.#pages.size > 0) this.#timer.changed();
  }

  /** Documents for all pages, as far as there is time; who had theirs goes to the end. */
  #push(slice: PushSlice): Left {
    if (slice.isFirst) this.#shown.refresh();
    let left: Left = 'nothing';
    for (const page of [...this.#pages]) {
      const ofPage = page.push(slice);
      if (ofPage === 'soon') return 'soon';
      if (ofPage === 'later') left = 'later';
      this.#pages.delete(page);
      this.#pages.add(page);
      if (!slice.mayGoOn()) return 'soon';
    }
    return left;
  }

  #armProbe(): void {
    this.#probe = this.#clock.setTimeout(() => {
      for (const page of this.#pages) page.probe();
      this.#armProbe();
    }, PROBE_MS);
  }
}

function listen(http: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', (cause) => reject(listenError(cause, host, port)));
    http.listen(port, host, resolve);
  });
}

function listenError(cause: Error, host: string, port: number): UpcallError {
  const code = 'code' in cause ? cause.code : undefined;
  const place = `port ${port} of ${host}`;
  const states: Readonly<Record<string, string>> = {
    EADDRINUSE: `${place} is in use; choose another one, or 0 for any that is free`,
    EACCES: `${place} is not ours to use; choose one above 1023, or 0 for any that is free`,
    EADDRNOTAVAIL: `this machine has no address ${host}; choose one that it has`,
  };
  const state = states[String(code)] ?? `${place}: ${cause.message}`;
  return new UpcallError(`Cannot start inspector: ${state}`, { cause });
}

function urlOf({ host, port, token }: Place): string {
  const query = token === undefined ? '' : `?token=${encodeURIComponent(token)}`;
  return `http://${bracketed(host)}:${port}/${query}`;
}

function refuse(socket: Duplex, { status, sentence }: { status: number; sentence: string }): void {
  const body = `${sentence}\n`;
  const head = [
    `HTTP/1.1 ${status} ${REASONS[status] ?? 'Refused'}`,
    'Connection: close',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}

const REASONS: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  503: 'Service Unavailable',
};
