/**
 * What a request asks for: path and query, as they stand in it.
 */

import type { IncomingMessage } from 'node:http';

export interface RequestTarget {
  /** Not decoded: it is looked up, never opened. */
  readonly path: string;
  readonly query: URLSearchParams;
}

export function targetOf(request: IncomingMessage): RequestTarget {
  const [path = '/', ...rest] = (request.url ?? '/').split('?');
  return { path, query: new URLSearchParams(rest.join('?')) };
}
