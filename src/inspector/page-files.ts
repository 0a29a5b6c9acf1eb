/**
 * The files of the page, as vite has built them: a fixed list, read once.
 *
 * What is asked for is looked up in the list as it stands in the request, so no path leads
 * elsewhere. In the package the page lies beside this file; in a checkout under `dist/`.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { contentHash } from './access-token.js';

export interface PageFile {
  readonly type: string;
  readonly content: Uint8Array;
}

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json',
  svg: 'image/svg+xml',
  png: 'image/png',
  ico: 'image/x-icon',
  woff2: 'font/woff2',
  txt: 'text/plain; charset=utf-8',
};

const PLACES = [
  new URL('./page/', import.meta.url),
  new URL('../../dist/inspector/page/', import.meta.url),
];

export class PageFiles {
  readonly #places: readonly URL[];
  #files: ReadonlyMap<string, PageFile> = new Map();
  #policy = '';

  /** `places` are folders, the first with an `index.html` counts. */
  constructor(places: readonly URL[] = PLACES) {
    this.#places = places;
  }

  /** The file at `path`; undefined: it is not of the page. */
  file(path: string): PageFile | undefined {
    if (this.#files.size === 0) this.#read();
    return this.#files.get(path === '/' ? '/index.html' : path);
  }

  /** Whether there is a page; without one it has not been built. */
  get isBuilt(): boolean {
    return this.file('/') !== undefined;
  }

  /** The Content-Security-Policy: nothing but what this server sends. */
  get policy(): string {
    if (this.#policy === '') this.#policy = policyOf(this.file('/'));
    return this.#policy;
  }

  /** Again and again until there is something: a build may end while we run. */
  #read(): void {
    const folder = this.#places.find((place) => existsSync(new URL('index.html', place)));
    if (folder === undefined) return;
    this.#files = new Map(readFolder(folder));
    this.#policy = '';
  }
}

function* readFolder(folder: URL): Generator<[string, PageFile]> {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true });
  for (const item of found.filter((entry) => entry.isFile())) {
    const path = `${item.parentPath}/${item.name}`;
    const type = TYPES[item.name.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
    yield [pathBelow(folder, path), { type, content: readFileSync(path) }];
  }
}

/** "/assets/index.js". */
function pathBelow(folder: URL, path: string): string {
  const root = decodeURIComponent(folder.pathname).replace(/\/+$/, '');
  return path.slice(root.length).replaceAll(/[\\/]+/g, '/');
}

function policyOf(page: PageFile | undefined): string {
  const html = page === undefined ? '' : Buffer.from(page.content).toString('utf8');
  const scripts = hashesOf(html, /<script(?![^>]*\ssrc=)[^>]*>(.*?)<\/script>/gs);
  const styles = hashesOf(html, /<style[^>]*>(.*?)<\/style>/gs);
  return [
    "default-src 'self'",
    ["script-src 'self'", ...scripts].join(' '),
    ["style-src 'self'", ...styles].join(' '),
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function hashesOf(html: string, pattern: RegExp): readonly string[] {
  return [...html.matchAll(pattern)].map((match) => contentHash(match[1] ?? ''));
}
