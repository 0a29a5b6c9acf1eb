/**
 * What a page may do wrong, on purpose or not: after each of it the switch has lost nothing, and
 * the server has not grown.
 */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../src/base/log.js';
import { VirtualClock } from '../../src/base/virtual-clock.js';
import {
  type InspectorServer,
  PROBE_MS,
  startServer,
} from '../../src/inspector/inspector-server.js';
import { LiveSession } from '../../src/inspector/live-session.js';
import { MESSAGES_MAX, SLOTS_MAX } from '../../src/inspector/page-connection.js';
import type { ViewRequest } from '../../src/inspector/view-request.js';
import { CONNECTIONS_MAX, MESSAGE_BYTES_MAX, PUSH_MS } from '../../src/inspector/wire.js';
import { createSwitch, type Switch } from '../../src/switch.js';
import { packet } from '../../src/switch-packet.js';
import { ask, PageClient } from './page-client.js';

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

let sw: Switch;
let server: InspectorServer;
let session: LiveSession;
/** The server's time, which the tests move. */
let real: VirtualClock;
let packets = 0;

beforeEach(async () => {
  real = new VirtualClock({ start: 1000 });
  sw = createSwitch({ ports: 2, flows: 'actions=output:2', areMegaflowsOn: false });
  session = new LiveSession({ target: sw, clock: real, log: silentLog });
  server = await startServer({ session, port: 0, clock: real });
  packets = 0;
});

/** Whatever has happened: the switch goes on, and every packet is accounted for. */
afterEach(async () => {
  await forward(20);
  expect((await ask(server.url, '/api/house')).status).toBe(200);
  await server.close();
  await sw.stop();
  const { ok, packetsIn } = sw.conservation();
  expect([ok, packetsIn]).toEqual([true, packets]);
});

/** So many packets, each of a flow of its own, through the switch. */
async function forward(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const source = 1000 + (packets % 50_000);
    packets += sw.inject(1, packet(`udp,nw_src=10.0.0.1,tp_src=${source},tp_dst=53`)) ? 1 : 0;
  }
  await sw.settled();
}

/** Lets sockets go on, and the server's clock, for so many rounds of pushing. */
async function rounds(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    real.advance(PUSH_MS);
    await turn();
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function openPage(): Promise<PageClient> {
  const page = new PageClient(server.url);
  expect(await page.opened).toBe(true);
  await page.next('welcome');
  return page;
}

function watchAll(page: PageClient): void {
  for (const { view, query } of VIEWS) {
    page.socket.send(JSON.stringify({ type: 'watch', slot: view, view, query }));
  }
}

async function countPages(count: number): Promise<void> {
  while (server.pagesCount !== count) await turn();
}

describe('A page that is killed', () => {
  it('is forgotten', async () => {
    const page = await openPage();
    watchAll(page);
    await forward(200);
    await rounds(3);
    page.kill();
    await countPages(0);
    await forward(200);
    await rounds(3);
    expect(server.pagesCount).toBe(0);
  });
});

describe('A page that does not read', () => {
  it('costs a bounded amount of memory, and is told what it missed', async () => {
    const page = await openPage();
    watchAll(page);
    await forward(100);
    await rounds(2);
    page.stall();
    // Until the system's buffers are full as well.
    let full = 0;
    for (let i = 0; full < 20 && i < 3000; i++) {
      await forward(5);
      await rounds(1);
      full = server.unsentBytes > 0 ? full + 1 : 0;
    }
    expect(full).toBe(20);
    const before = server.unsentBytes;
    for (let i = 0; i < 100; i++) {
      await forward(2);
      await rounds(1);
    }
    // No more than a ping or two.
    expect(server.unsentBytes).toBeLessThan(before + 100);
    expect(before).toBeLessThan(4_000_000);
    page.socket.resume();
    const told = page.next('position', ({ skipped }) => skipped > 100);
    expect((await nextWhile(told)).skipped).toBeLessThanOrEqual(server.skipped);
  });

  it('is let go when it does not answer for long', async () => {
    const page = await openPage();
    page.stall();
    real.advance(PROBE_MS);
    await turn();
    expect(server.pagesCount).toBe(1);
    real.advance(PROBE_MS);
    await countPages(0);
  });

  it('stays if it answers', async () => {
    const page = await openPage();
    for (let i = 0; i < 4; i++) {
      const pinged = new Promise((resolve) => page.socket.once('ping', resolve));
      real.advance(PROBE_MS);
      await pinged;
      page.send({ type: 'time', id: i, command: { do: 'resume' } });
      await page.next('reply');
    }
    expect(server.pagesCount).toBe(1);
  });

  it('is let go when it asks and asks and takes no answer', async () => {
    const page = await openPage();
    page.stall();
    const name = 'x'.repeat(100);
    for (let i = 0; i < 500 && server.pagesCount === 1; i++) {
      for (let k = 0; k < MESSAGES_MAX - 1; k++) {
        page.socket.send(JSON.stringify({ type: 'scenario', id: k, name }));
      }
      await forward(1);
      real.advance(1000);
      await turn();
      expect(server.unsentBytes).toBeLessThan(1_000_000);
    }
    expect(server.pagesCount).toBe(0);
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
    await countPages(0);
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
    await countPages(0);
  });

  it('watches so many views at most', async () => {
    const page = await openPage();
    for (let i = 0; i <= SLOTS_MAX; i++) {
      page.send({ type: 'watch', slot: `${i}`, view: 'house', query: {} });
    }
    expect((await page.next('reply')).error).toMatch(/the page watches 16 views; unwatch one/);
    page.send({ type: 'unwatch', slot: '0' });
    page.send({ type: 'watch', slot: 'free', view: 'house', query: {} });
    const shown = nextWhile(page.next('view', ({ slot }) => slot === 'free'));
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
    const pages = Array.from({ length: 50 }, () => new PageClient(server.url));
    const ends: number[] = [];
    for (const page of pages) void page.ended.then(({ status }) => ends.push(status));
    const opened = await Promise.all(pages.map((page) => page.opened));
    expect(opened.filter((isOpen) => isOpen)).toHaveLength(CONNECTIONS_MAX);
    expect(ends).toEqual(Array.from({ length: 50 - CONNECTIONS_MAX }, () => 503));
    const open = pages.filter((_, i) => opened[i]);
    for (const page of open) watchAll(page);
    const views = Promise.all(open.map((page) => page.next('view')));
    await forward(50);
    expect(await nextWhile(views)).toHaveLength(CONNECTIONS_MAX);
    for (const page of open) page.kill();
    await countPages(0);
    expect((await openPage()).socket.readyState).toBe(1);
  });
});

describe('A stranger', () => {
  it('neither reads nor steers', async () => {
    const foreign = new PageClient(server.url, { origin: 'http://evil.example' });
    expect(await foreign.ended).toMatchObject({ status: 403 });
    const host = `evil.example:${new URL(server.url).port}`;
    expect((await ask(server.url, '/api/house', { headers: { host } })).status).toBe(403);
    expect(session.position().isRunning).toBe(true);
  });
});

/** Moves the server's clock until something has come. */
async function nextWhile<Value>(coming: Promise<Value>): Promise<Value> {
  let isHere = false;
  const mark = (): void => {
    isHere = true;
  };
  coming.then(mark, mark);
  while (!isHere) await rounds(1);
  return await coming;
}

/** The stream below a WebSocket, to write what is no frame. */
function streamOf({ socket }: PageClient): { write(data: Buffer): void } {
  return (socket as unknown as { _socket: { write(data: Buffer): void } })._socket;
}
