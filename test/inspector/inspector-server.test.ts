import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/base/virtual-clock.js';
import {
  type InspectorServer,
  type ServerOptions,
  startServer,
} from '../../src/inspector/inspector-server.js';
import type { ScenarioShelf } from '../../src/inspector/shown-session.js';
import type { HouseView, Position, Welcome } from '../../src/inspector/view-data.js';
import { PUSH_MS } from '../../src/inspector/wire.js';
import { FakeSession } from './fake-session.js';
import { ask, askJson, PageClient } from './page-client.js';

const servers: InspectorServer[] = [];
const folders: string[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

async function start(
  options: Partial<ServerOptions> = {},
): Promise<{ server: InspectorServer; session: FakeSession; url: string }> {
  const session = new FakeSession();
  const server = await startServer({ session, port: 0, ...options });
  servers.push(server);
  return { server, session, url: server.url };
}

/** A folder with a built page. */
function builtPage(html: string): URL {
  const folder = mkdtempSync(join(tmpdir(), 'upcall-page-'));
  folders.push(folder);
  writeFileSync(join(folder, 'index.html'), html);
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'assets', 'page.js'), 'export {};');
  return pathToFileURL(`${folder}/`);
}

const watchHouse = { type: 'watch', slot: 'a', view: 'house', query: {} } as const;

describe('startServer()', () => {
  it('listens on loopback and says where', async () => {
    const { url } = await start();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
  });

  it('says what to do about a port that is in use', async () => {
    const { url } = await start();
    const port = Number(new URL(url).port);
    await expect(start({ port })).rejects.toThrow(
      `Cannot start inspector: port ${port} of 127.0.0.1 is in use; choose another one`,
    );
  });

  it('says what to do about an address that the machine does not have', async () => {
    await expect(start({ host: '192.0.2.1' })).rejects.toThrow(/has no address 192\.0\.2\.1/);
  });

  it('refuses a token that would not survive in a cookie', async () => {
    await expect(start({ token: 'a;b' })).rejects.toThrow(/Cannot start inspector: a token/);
  });

  it('lets go of pages and session when it closes', async () => {
    const { server, session, url } = await start();
    const page = new PageClient(url);
    await page.next('welcome');
    await server.close();
    await page.ended;
    expect(session.isClosed).toBe(true);
    await expect(ask(url, '/')).rejects.toThrow(/ECONNREFUSED/);
  });
});

describe('The server by HTTP', () => {
  it('answers with the documents of the session', async () => {
    const { session, url } = await start();
    session.flows = 12;
    expect((await askJson<HouseView>(url, '/api/house')).flows).toBe(12);
    expect((await askJson<Position>(url, '/api/position')).kind).toBe('live');
    expect((await askJson<Welcome>(url, '/api/welcome')).header.title).toBe('fake');
  });

  it('makes a document anew when the session has changed', async () => {
    const { session, url } = await start();
    await askJson(url, '/api/house');
    session.flows = 1;
    session.touch();
    expect((await askJson<HouseView>(url, '/api/house')).flows).toBe(1);
  });

  it.each([
    ['/api/flows?query=nonsense', 400, /it is no JSON/],
    ['/api/flows?query={}', 400, /\\"filter\\" must be a text/],
    ['/api/flow?query={"flow":7}', 400, /Cannot show flow 7/],
    ['/api/flow?query={"flow":-1}', 400, /a whole number/],
    ['/api/cycle', 500, /something is wrong in the inspector/],
    ['/api/constructor', 404, /Cannot find/],
    ['/../../../etc/passwd', 404, /Cannot find/],
    ['/%2e%2e/%2e%2e/etc/passwd', 404, /Cannot find/],
  ])('says what is wrong with %s', async (path, status, says) => {
    const { url } = await start();
    const answer = await ask(url, path);
    expect(answer.status).toBe(status);
    expect(answer.body.toString()).toMatch(says);
  });

  it('has a pcap file of the upcalls that pass a filter', async () => {
    const { url } = await start();
    const { headers, body } = await ask(url, '/upcalls.pcap?filter=udp%20dst');
    expect(body.toString()).toBe('pcap of udp dst');
    expect(headers['content-disposition']).toContain('upcalls.pcap');
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('does not understand %s', async (method) => {
    const { url } = await start();
    expect((await ask(url, '/', { method })).status).toBe(405);
  });

  it('serves the page and its files, each as what it is', async () => {
    const { url } = await start({ pagePlaces: [builtPage('<p>page</p>')] });
    const page = await ask(url, '/');
    expect(page.body.toString()).toBe('<p>page</p>');
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    const script = await ask(url, '/assets/page.js');
    expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect((await ask(url, '/assets/../index.html')).status).toBe(404);
  });

  it('says how to build a page that is not there', async () => {
    const { url } = await start({ pagePlaces: [] });
    const { status, body } = await ask(url, '/');
    expect(status).toBe(503);
    expect(body.toString()).toContain('npm run build');
  });

  it('lets the browser load nothing from elsewhere, and run no script but the page’s', async () => {
    const html = '<script>let a;</script><script type="module" src="./assets/page.js"></script>';
    const { url } = await start({ pagePlaces: [builtPage(html)] });
    const { headers } = await ask(url, '/');
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'self'");
    expect(policy).toMatch(/script-src 'self' 'sha256-[\w+/]+=*';/);
    expect(policy).not.toContain('unsafe');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['referrer-policy']).toBe('no-referrer');
  });
});

describe('The server by WebSocket', () => {
  it('tells first what a page needs to know', async () => {
    const { url } = await start();
    const page = new PageClient(url);
    const { welcome } = await page.next('welcome');
    expect(welcome.position.kind).toBe('live');
  });

  it('sends a watched view, and again when it has changed', async () => {
    const { session, url } = await start();
    const page = new PageClient(url);
    await page.opened;
    page.send(watchHouse);
    const first = await page.next('view');
    expect(first).toMatchObject({ slot: 'a', view: 'house', document: { flows: 0 } });
    session.flows = 5;
    session.touch();
    const second = await page.next('view');
    expect(second).toMatchObject({ n: 1, document: { flows: 5 } });
  });

  it('sends a view that did not change no second time', async () => {
    const { session, url } = await start();
    const page = new PageClient(url);
    await page.opened;
    page.send(watchHouse);
    await page.next('view');
    session.touch();
    const { position } = await page.next('position', (message) => message.position.n === 1);
    expect(position.last).toBe(1);
    expect(page.messages.filter(({ type }) => type === 'view')).toEqual([]);
  });

  it('sends changes of one tenth of a second as one', async () => {
    const clock = new VirtualClock({ start: 5000 });
    const { session, url } = await start({ clock });
    const page = new PageClient(url);
    await page.opened;
    page.send({ ...watchHouse, slot: 'first' });
    await until(() => session.viewsCount > 0, clock);
    await page.next('view');
    const before = session.viewsCount;
    for (let i = 0; i < 50; i++) {
      session.flows = i;
      session.touch();
      clock.advance(PUSH_MS / 10);
      await nextTurn();
    }
    expect(session.viewsCount - before).toBeLessThanOrEqual(5);
    expect(session.viewsCount - before).toBeGreaterThanOrEqual(4);
    await page.next('view', ({ document }) => 'flows' in document && Number(document.flows) >= 38);
  });

  it('makes one document for all pages that ask the same', async () => {
    const clock = new VirtualClock({ start: 5000 });
    const { server, session, url } = await start({ clock });
    const pages = [new PageClient(url), new PageClient(url), new PageClient(url)];
    for (const page of pages) {
      await page.opened;
      page.send(watchHouse);
    }
    const got = Promise.all(pages.map((page) => page.next('view')));
    let isDone = false;
    void got.then(() => {
      isDone = true;
    });
    await until(() => isDone, clock);
    const before = session.viewsCount;
    session.touch();
    clock.advance(PUSH_MS);
    expect(server.pagesCount).toBe(3);
    expect(session.viewsCount - before).toBe(1);
  });

  it('forgets a view that is no longer watched', async () => {
    const { session, url } = await start();
    const page = new PageClient(url);
    await page.opened;
    page.send(watchHouse);
    await page.next('view');
    page.send({ type: 'unwatch', slot: 'a' });
    page.send({ type: 'time', id: 1, command: { do: 'pause' } });
    await page.next('reply');
    const before = session.viewsCount;
    session.touch();
    await page.next('position', ({ position }) => position.n === 1);
    expect(session.viewsCount).toBe(before);
  });

  it('carries out commands and says how it went', async () => {
    const { session, url } = await start();
    const page = new PageClient(url);
    await page.opened;
    page.send({ type: 'time', id: 3, command: { do: 'pause' } });
    expect(await page.next('reply')).toEqual({ type: 'reply', id: 3 });
    page.send({ type: 'time', id: 4, command: { do: 'seek', n: 1 } });
    const refused = await page.next('reply');
    expect(refused).toEqual({ type: 'reply', id: 4, error: 'Cannot go back: the switch is live' });
    expect(session.commands).toEqual([{ do: 'pause' }]);
  });

  it('says why a view cannot be shown, and shows the others', async () => {
    const { url } = await start();
    const page = new PageClient(url);
    await page.opened;
    page.send({ type: 'watch', slot: 'f', view: 'flow', query: { flow: 7 } });
    expect((await page.next('reply')).error).toBe('Cannot show flow 7: there is none');
    page.send({ type: 'watch', slot: 'c', view: 'cycle', query: {} });
    expect((await page.next('reply')).error).toMatch(/something is wrong in the inspector/);
    page.send(watchHouse);
    expect((await page.next('view')).slot).toBe('a');
  });

  it('shows a scenario in place of its session to all pages, and goes back', async () => {
    const scenario = new FakeSession('burst');
    const scenarios: ScenarioShelf = {
      list: [{ name: 'burst', title: 'Burst', look: 'Look at lost.' }],
      open: async () => scenario,
    };
    const { session, url } = await start({ scenarios });
    const pages = [new PageClient(url), new PageClient(url)] as const;
    for (const page of pages)
      expect((await page.next('welcome')).welcome.scenarios).toHaveLength(1);
    pages[0].send({ type: 'scenario', id: 1, name: 'burst' });
    for (const page of pages) {
      expect((await page.next('welcome')).welcome.header.title).toBe('burst');
    }
    pages[1].send({ type: 'scenario', id: 1, name: '' });
    for (const page of pages)
      expect((await page.next('welcome')).welcome.header.title).toBe('fake');
    expect([scenario.isClosed, session.isClosed]).toEqual([true, false]);
  });
});

/** Lets real sockets go on, and the server's clock, until `test` holds. */
async function until(test: () => boolean, clock: VirtualClock): Promise<void> {
  while (!test()) {
    clock.advance(1);
    await nextTurn();
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
