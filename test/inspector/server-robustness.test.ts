/**
 * What a page may do wrong, on purpose or not: after each of it the switch has lost nothing, and
 * the server has not grown.
 */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PROBE_MS } from '../../src/inspector/inspector-server.js';
import { MESSAGES_MAX, SLOTS_MAX } from '../../src/inspector/page-connection.js';
import type { ViewRequest } from '../../src/inspector/view-request.js';
import { CONNECTIONS_MAX, MESSAGE_BYTES_MAX } from '../../src/inspector/wire.js';
import { ask, PageClient } from './page-client.js';
import { WatchedSwitch } from './watched-switch.js';

const VIEWS: readonly ViewRequest[] = [
  { view: 'house', query: {} },
  { view: 'machine', query: {} },
  { view: 'cycle', query: {} },
  {
    view: 'flows',
    query: { filter: '', sort: 'packets', isDescending: true, offset: 0, limit: 200 },
  },
  { view: 'upcalls', query: { filter: '', before: undefined, limit: 200 } },
  { view: 'charts', query: { points: 500 } },
];

let watched: WatchedSwitch;

beforeEach(async () => {
  watched = await WatchedSwitch.start();
});

/** Whatever has happened: the switch goes on, and every packet is accounted for. */
afterEach(async () => {
  expect((await ask(watched.server.url, '/api/house')).status).toBe(200);
  const { isConserved, packetsIn, sent } = await watched.end();
  expect([isConserved, packetsIn]).toEqual([true, sent]);
});

async function openPage(): Promise<PageClient> {
  const page = new PageClient(watched.server.url);
  expect(await page.opened).toBe(true);
  await page.next('welcome');
  return page;
}

function watchAll(page: PageClient): void {
  for (const { view, query } of VIEWS) {
    page.socket.send(JSON.stringify({ type: 'watch', slot: view, view, query }));
  }
}

describe('A page that is killed', () => {
  it('is forgotten', async () => {
    const page = await openPage();
    watchAll(page);
    await watched.forward(200);
    await watched.rounds(3);
    page.kill();
    await watched.untilPages(0);
    await watched.forward(200);
    await watched.rounds(3);
    expect(watched.server.pagesCount).toBe(0);
  });
});

describe('A page that does not read', () => {
  it('costs a bounded amount of memory, and is told what it missed', async () => {
    const page = await openPage();
    watchAll(page);
    await watched.forward(100);
    await watched.rounds(2);
    page.stall();
    // Until the system's buffers are full as well.
    expect(await watched.fill(20)).toBe(true);
    const before = watched.server.unsentBytes;
    for (let i = 0; i < 100; i++) {
      await watched.forward(2);
      await watched.rounds(1);
    }
    // No more than a ping or two.
    expect(watched.server.unsentBytes).toBeLessThan(before + 100);
    expect(before).toBeLessThan(4_000_000);
    page.socket.resume();
    const told = page.next('position', ({ skipped }) => skipped > 100);
    expect((await watched.until(told)).skipped).toBeLessThanOrEqual(watched.server.skipped);
  });

  it('is let go when it does not answer for long', async () => {
    const page = await openPage();
    page.stall();
    await watched.advance(PROBE_MS);
    expect(watched.server.pagesCount).toBe(1);
    await watched.advance(PROBE_MS);
    await watched.untilPages(0);
  });

  it('stays if it answers', async () => {
    const page = await openPage();
    for (let i = 0; i < 4; i++) {
      const pinged = new Promise((resolve) => page.socket.once('ping', resolve));
      await watched.advance(PROBE_MS);
      await pinged;
      page.send({ type: 'time', id: i, command: { do: 'resume' } });
      await page.next('reply');
    }
    expect(watched.server.pagesCount).toBe(1);
  });

  it('is let go when it asks and asks and takes no answer', async () => {
    const page = await openPage();
    page.stall();
    const name = 'x'.repeat(100);
    for (let i = 0; i < 500 && watched.server.pagesCount === 1; i++) {
      for (let k = 0; k < MESSAGES_MAX - 1; k++) {
        page.socket.send(JSON.stringify({ type: 'scenario', id: k, name }));
      }
      await watched.forward(1);
      await watched.advance(1000);
      expect(watched.server.unsentBytes).toBeLessThan(1_000_000);
    }
    expect(watched.server.pagesCount).toBe(0);
  });
});

describe('A page that speaks nonsense', () => {
  it.each([
    ['no JSON', 'garbage', 1007],
    ['a binary message', Buffer.from([1, 2, 3]), 1003],
    ['a huge message', JSON.stringify('x'.repeat(MESSAGE_BYTES_MAX)), 1009],
    ['no UTF-8', Buffer.from([0xff, 0xfe]), 1007],
  ])('is let go for %s', async (what, message, code) => {
    const page = await openPage();
    page.socket.send(message, { binary: what === 'a binary message' });
    expect(await page.ended).toMatchObject({ code });
    await watched.untilPages(0);
  });

  it.each([
    ['null', /it is no JSON object/],
    ['[]', /it is no JSON object/],
    ['{}', /"type" must be one of watch, unwatch/],
    ['{"type":"constructor"}', /"type" must be one of/],
    ['{"type":"watch","slot":"a","view":"toString","query":{}}', /"view" must be one of/],
    ['{"type":"watch","slot":7,"view":"house","query":{}}', /"slot" must be a text/],
    ['{"type":"watch","slot":"a","view":"house","query":7}', /it is no JSON object/],
    ['{"type":"watch","slot":"a","view":"flow","query":{"flow":"7"}}', /"flow" must be a whole/],
    ['{"type":"watch","slot":"a","view":"flows","query":{"__proto__":{}}}', /"filter" must be/],
    ['{"type":"time","id":-1,"command":{"do":"pause"}}', /"id" must be a whole number/],
    ['{"type":"time","id":1,"command":{"do":"halt"}}', /"do" must be one of pause, resume/],
    ['{"type":"time","id":1,"command":null}', /it is no JSON object/],
    ['{"type":"scenario","id":1,"name":"nope"}', /this server has none/],
  ])('is told what is wrong with %s', async (text, says) => {
    const page = await openPage();
    page.socket.send(text);
    expect((await page.next('reply')).error).toMatch(says);
    page.send({ type: 'time', id: 9, command: { do: 'resume' } });
    expect(await page.next('reply')).toEqual({ type: 'reply', id: 9 });
  });

  it('is let go for a frame that breaks the protocol', async () => {
    const page = await openPage();
    // An opcode that is none, without a mask.
    streamOf(page).write(Buffer.from([0x83, 0x01, 0x00]));
    expect((await page.ended).code).not.toBe(1000);
    await watched.untilPages(0);
  });

  it('watches so many views at most', async () => {
    const page = await openPage();
    for (let i = 0; i <= SLOTS_MAX; i++) {
      page.send({ type: 'watch', slot: `${i}`, view: 'house', query: {} });
    }
    expect((await page.next('reply')).error).toMatch(/the page watches 16 views; unwatch one/);
    page.send({ type: 'unwatch', slot: '0' });
    page.send({ type: 'watch', slot: 'free', view: 'house', query: {} });
    const shown = watched.until(page.next('view', ({ slot }) => slot === 'free'));
    expect((await shown).view).toBe('house');
  });

  it('is let go when it floods us', async () => {
    const page = await openPage();
    for (let i = 0; i < 3 * MESSAGES_MAX; i++) page.socket.send('{}');
    expect(await page.ended).toMatchObject({ code: 1008 });
  });
});

describe('Fifty pages at once', () => {
  it('are let in up to the limit, and served', async () => {
    const pages = Array.from({ length: 50 }, () => new PageClient(watched.server.url));
    const ends: number[] = [];
    for (const page of pages) void page.ended.then(({ status }) => ends.push(status));
    const opened = await Promise.all(pages.map((page) => page.opened));
    expect(opened.filter((isOpen) => isOpen)).toHaveLength(CONNECTIONS_MAX);
    expect(ends).toEqual(Array.from({ length: 50 - CONNECTIONS_MAX }, () => 503));
    const open = pages.filter((_, i) => opened[i]);
    for (const page of open) watchAll(page);
    const views = Promise.all(open.map((page) => page.next('view')));
    await watched.forward(50);
    expect(await watched.until(views)).toHaveLength(CONNECTIONS_MAX);
    for (const page of open) page.kill();
    await watched.untilPages(0);
    expect((await openPage()).socket.readyState).toBe(1);
  });
});

describe('A stranger', () => {
  it('neither reads nor steers', async () => {
    const foreign = new PageClient(watched.server.url, { origin: 'http://evil.example' });
    expect(await foreign.ended).toMatchObject({ status: 403 });
    const host = `evil.example:${new URL(watched.server.url).port}`;
    expect((await ask(watched.server.url, '/api/house', { headers: { host } })).status).toBe(403);
    expect(watched.session.position().isRunning).toBe(true);
  });
});

/** The stream below a WebSocket, to write what is no frame. */
function streamOf({ socket }: PageClient): { write(data: Buffer): void } {
  return (socket as unknown as { _socket: { write(data: Buffer): void } })._socket;
}
