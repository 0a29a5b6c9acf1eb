/**
 * A real browser that is killed, stopped, or sent by a stranger, while a switch runs in this
 * process: the switch loses nothing, and what waits for the browser stays bounded.
 *
 * What a page may say wrong, and how many may come, has `server-robustness.test.ts` beside the
 * server's tests.
 */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LIVE_ENTRIES_MAX } from '../../src/inspector/live-session.js';
import { PUSH_MS, UNSENT_BYTES_MAX } from '../../src/inspector/wire.js';
import { WatchedSwitch } from '../inspector/watched-switch.js';
import { type FrailBrowser, openFrailBrowser, openPage } from './browser.js';

/** One document more is begun below the limit; the largest have 200 rows of 1 kB at most. */
const DOCUMENT_BYTES_MAX = 200 * 1024;
const PAGES = ['flows', 'upcalls', 'house'] as const;

let watched: WatchedSwitch;
let frail: FrailBrowser;

beforeEach(async () => {
  const place = pathToFileURL(join(process.cwd(), 'dist/inspector/page/'));
  watched = await WatchedSwitch.start([place]);
  frail = await openFrailBrowser();
});

afterEach(async () => {
  frail.signal('SIGCONT');
  await frail.browser.close();
  const { isConserved, packetsIn, sent } = await watched.end();
  expect([isConserved, packetsIn]).toEqual([true, sent]);
  expect(sent).toBeGreaterThan(20);
});

/** Lets the browser go on, at ten times its pace, until something has come. */
function settled<Value>(coming: Promise<Value>): Promise<Value> {
  return watched.until(coming, () => new Promise((resolve) => setTimeout(resolve, PUSH_MS / 10)));
}

/** One page a view, each of which has its first document. */
async function openPages(): Promise<Page[]> {
  const pages: Page[] = [];
  await watched.forward(300);
  for (const view of PAGES) {
    const { page } = await openPage(frail.browser);
    await settled(page.goto(`${watched.server.url}#${view}`));
    await settled(page.locator('table tbody tr').first().waitFor());
    pages.push(page);
  }
  return pages;
}

/** Bytes that pages have not taken, entries that are kept: neither may grow. */
function expectBounded(): void {
  const { last, dropped } = watched.session.position();
  const kept = last - (dropped['old entries'] ?? 0);
  expect(kept).toBeLessThanOrEqual(LIVE_ENTRIES_MAX);
  const bytesMax = PAGES.length * (UNSENT_BYTES_MAX + DOCUMENT_BYTES_MAX);
  expect(watched.server.unsentBytes).toBeLessThan(bytesMax);
}

describe('A browser that is killed', () => {
  it('is forgotten, with all its pages', async () => {
    await openPages();
    expect(watched.server.pagesCount).toBe(PAGES.length);
    frail.signal('SIGKILL');
    await watched.untilPages(0);
    await watched.forward(300);
    await watched.rounds(10);
    expect([watched.server.pagesCount, watched.server.unsentBytes]).toEqual([0, 0]);
    expectBounded();
  });
});

describe('A browser that is stopped', () => {
  it('costs a bounded amount of memory, and is told what it missed when it goes on', async () => {
    const [page] = await openPages();
    expect(watched.server.pagesCount).toBe(PAGES.length);
    frail.signal('SIGSTOP');
    expect(await watched.fill(20)).toBe(true);
    const { skipped } = watched.server;
    // Few rounds: whoever does not answer for long is taken for gone, and forgotten.
    for (let i = 0; i < 20; i++) {
      await watched.forward(2);
      await watched.rounds(1);
      expectBounded();
    }
    expect(watched.server.skipped).toBeGreaterThan(skipped + 19);
    frail.signal('SIGCONT');
    const message = page?.locator('.time-message', { hasText: 'this page was too slow for' });
    await settled(message?.waitFor() ?? Promise.reject(new Error('no page')));
    expect(watched.server.pagesCount).toBe(PAGES.length);
  });
});

describe('A page from elsewhere in the same browser', () => {
  it('can neither read nor steer', async () => {
    const other = createServer((_request, response) => response.end('<title>Evil</title>'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    await watched.forward(50);
    const { page } = await openPage(frail.browser);
    await page.goto(`http://127.0.0.1:${port}/`);
    const { url } = watched.server;
    const read = page.evaluate(tryToRead(url));
    expect(await settled(read)).toBe('refused');
    expect(await settled(page.evaluate(tryToConnect(url)))).toBe('refused');
    expect(watched.server.pagesCount).toBe(0);
    expect(watched.session.position().isRunning).toBe(true);
    other.close();
  });
});

/** Scripts of the stranger: texts, for they run in its page. */
function tryToRead(url: string): string {
  return `fetch('${url}api/house').then((answer) => answer.text(), () => 'refused')`;
}

function tryToConnect(url: string): string {
  return `new Promise((resolve) => {
    const socket = new WebSocket('${url.replace('http', 'ws')}ws');
    socket.onopen = () => {
      socket.send('{"type":"time","id":1,"command":{"do":"pause"}}');
      resolve('open');
    };
    socket.onerror = () => resolve('refused');
  })`;
}
