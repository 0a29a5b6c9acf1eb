/**
 * Who may come in: a page that this server has sent, and nobody else.
 *
 * A page from elsewhere in the same browser can reach loopback too. It gives itself away by its
 * `Origin`, or, where its name was made to point at us (DNS rebinding), by the `Host` that the
 * browser then sends. Beyond loopback everybody must also know the token: from the address that was
 * printed, and afterwards from a cookie.
 */

import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { isSameToken } from './access-token.js';
import { targetOf } from './request-target.js';

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];
/** Addresses that stand for all of the machine's. */
const WILDCARDS = ['0.0.0.0', '::'];
const HTTP_PORT = 80;

export interface GuardOptions {
  /** The address that the server listens on. */
  readonly host: string;
  readonly port: number;
  /** Undefined: none is needed. */
  readonly token: string | undefined;
}

/** Why a request is refused. */
export interface Refusal {
  readonly status: 401 | 403;
  readonly sentence: string;
}

export class RequestGuard {
  readonly #options: GuardOptions;

  constructor(options: GuardOptions) {
    this.#options = options;
  }

  /** The name of the cookie: browsers keep one jar for all ports of a host. */
  get cookieName(): string {
    return `upcall_${this.#options.port}`;
  }

  /** The header by which a browser remembers the token; undefined: none is needed. */
  get cookie(): string | undefined {
    const { token } = this.#options;
    if (token === undefined) return undefined;
    return `${this.cookieName}=${token}; Path=/; HttpOnly; SameSite=Strict`;
  }

  /** Why an ordinary request is refused; undefined: it may pass. */
  refuse(request: IncomingMessage): Refusal | undefined {
    const { host, origin } = request.headers;
    if (host === undefined || !this.#isOurHost(host)) return refuseHost(host);
    if (origin !== undefined && origin !== `http://${host}`) return refuseOrigin(origin);
    if (isForeignFetch(request)) return refuseOrigin(origin);
    return this.#hasToken(request) ? undefined : MISSING_TOKEN;
  }

  /** The same for a WebSocket, which a browser never opens without saying where it is from. */
  refuseUpgrade(request: IncomingMessage): Refusal | undefined {
    if (request.headers.origin === undefined) return refuseOrigin(undefined);
    return this.refuse(request);
  }

  #isOurHost(host: string): boolean {
    const name = this.#withoutPort(host);
    if (name === undefined) return false;
    if (LOOPBACK_NAMES.includes(name)) return true;
    const own = this.#options.host;
    if (!WILDCARDS.includes(own)) return name === bracketed(own);
    // Rebinding needs a name; an address cannot be made to point elsewhere.
    return isIP(name.replace(/^\[|\]$/g, '')) !== 0;
  }

  #withoutPort(host: string): string | undefined {
    const suffix = `:${this.#options.port}`;
    if (host.endsWith(suffix)) return host.slice(0, -suffix.length).toLowerCase();
    return this.#options.port === HTTP_PORT ? host.toLowerCase() : undefined;
  }

  #hasToken(request: IncomingMessage): boolean {
    const { token } = this.#options;
    if (token === undefined) return true;
    return this.#tokensOf(request).some((given) => isSameToken(given, token));
  }

  /** From the address and from the cookie. */
  #tokensOf(request: IncomingMessage): readonly string[] {
    const query = targetOf(request).query.get('token');
    const cookies = (request.headers.cookie ?? '').split(';').map((cookie) => cookie.trim());
    const prefix = `${this.cookieName}=`;
    const kept = cookies.filter((cookie) => cookie.startsWith(prefix));
    return [...(query ? [query] : []), ...kept.map((cookie) => cookie.slice(prefix.length))];
  }
}

/** An address as it stands in a URL. */
export function bracketed(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}

/** Whether only this machine can reach `host`. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

const MISSING_TOKEN: Refusal = {
  status: 401,
  sentence: 'Cannot show the inspector: the token is missing or wrong; open the address as printed',
};

function refuseHost(host: string | undefined): Refusal {
  const state = `this server is not "${host ?? ''}"; open the address as it was printed`;
  return { status: 403, sentence: `Cannot show the inspector: ${state}` };
}

function refuseOrigin(origin: string | undefined): Refusal {
  const state = `the request comes from ${origin ?? 'somewhere else'}, not from its own page`;
  return { status: 403, sentence: `Cannot show the inspector: ${state}` };
}

/** Whether a page from elsewhere fetches this; to follow a link is another matter. */
function isForeignFetch({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  const isForeign = site === 'cross-site' || site === 'same-site';
  return isForeign && headers['sec-fetch-mode'] !== 'navigate';
}
