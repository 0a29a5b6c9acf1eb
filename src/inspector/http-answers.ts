/**
 * What the server answers by HTTP: the page, the views as JSON for scripts and tests, a pcap file.
 *
 * Nothing here changes anything: to steer takes the WebSocket.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { UpcallError } from '../base/errors.js';
import type { Log } from '../base/log.js';
import { BadRequestError, parseJson } from './json-reader.js';
import type { PageFiles } from './page-files.js';
import type { RequestGuard } from './request-guard.js';
import { type RequestTarget, targetOf } from './request-target.js';
import type { ShownSession } from './shown-session.js';
import { readViewRequest, viewNames } from './view-request.js';

const JSON_TYPE = 'application/json';
const TEXT_TYPE = 'text/plain; charset=utf-8';
const FILTER_LENGTH_MAX = 1000;

export interface HttpDeps {
  readonly shown: ShownSession;
  readonly files: PageFiles;
  readonly guard: RequestGuard;
  readonly log: Log;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

export class HttpAnswers {
  readonly #deps: HttpDeps;

  constructor(deps: HttpDeps) {
    this.#deps = deps;
  }

  /** Never throws. */
  answer(request: IncomingMessage, response: ServerResponse): void {
    const answer = this.#answerTo(request);
    response.writeHead(answer.status, {
      'Content-Type': answer.type,
      'Content-Length': Buffer.byteLength(answer.body),
      'Content-Security-Policy': this.#deps.files.policy,
      'Cross-Origin-Resource-Policy': 'same-origin',
      'Cross-Origin-Opener-Policy': 'same-origin',
      'X-Content-Type-Options': 'nosniff',
      'X-Frame-Options': 'DENY',
      'Referrer-Policy': 'no-referrer',
      'Cache-Control': 'no-store',
      ...answer.headers,
    });
    response.end(request.method === 'HEAD' ? undefined : answer.body);
  }

  #answerTo(request: IncomingMessage): Answer {
    const refusal = this.#deps.guard.refuse(request);
    if (refusal !== undefined) return sentence(refusal.status, refusal.sentence);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      const text = `Cannot answer ${request.method}: only GET is understood here`;
      return { ...sentence(405, text), headers: { Allow: 'GET, HEAD' } };
    }
    try {
      return this.#get(targetOf(request));
    } catch (error) {
      return this.#failure(error);
    }
  }

  #get({ path, query }: RequestTarget): Answer {
    if (path === '/') return this.#page();
    if (path === '/upcalls.pcap') return this.#pcap(query.get('filter') ?? '');
    if (path === '/api/position') return json(JSON.stringify(this.#deps.shown.position()));
    if (path === '/api/welcome') return json(JSON.stringify(this.#deps.shown.welcome()));
    const view = viewNames.find((name) => path === `/api/${name}`);
    if (view !== undefined) {
      const asked = parseJson(query.get('query') ?? '{}', `query of view "${view}"`);
      // Time alone changes some views, and nobody tells of that.
      this.#deps.shown.refresh();
      return json(this.#deps.shown.document(readViewRequest(view, asked)));
    }
    const file = this.#deps.files.file(path);
    if (file !== undefined) return { status: 200, type: file.type, body: file.content };
    return sentence(404, 'Cannot find what was asked for; the page is at /');
  }

  #page(): Answer {
    const { files, guard } = this.#deps;
    const page = files.file('/');
    if (page === undefined) {
      return sentence(503, 'Cannot show the page: it is not built yet; run "npm run build"');
    }
    const { cookie } = guard;
    const headers = cookie === undefined ? {} : { 'Set-Cookie': cookie };
    return { status: 200, type: page.type, body: page.content, headers };
  }

  #pcap(filter: string): Answer {
    if (filter.length > FILTER_LENGTH_MAX) {
      throw new BadRequestError(
        `Cannot filter upcalls: the filter is longer than ${FILTER_LENGTH_MAX} characters`,
      );
    }
    return {
      status: 200,
      type: 'application/vnd.tcpdump.pcap',
      body: this.#deps.shown.pcap(filter),
      headers: { 'Content-Disposition': 'attachment; filename="upcalls.pcap"' },
    };
  }

  #failure(error: unknown): Answer {
    if (error instanceof UpcallError) {
      return { status: 400, type: JSON_TYPE, body: JSON.stringify({ error: error.message }) };
    }
    this.#deps.log.error({ err: error }, 'inspector request failed');
    return sentence(500, 'Cannot answer: something is wrong in the inspector; its log says what');
  }
}

function json(body: string): Answer {
  return { status: 200, type: JSON_TYPE, body };
}

function sentence(status: number, text: string): Answer {
  return { status, type: TEXT_TYPE, body: `${text}\n` };
}
