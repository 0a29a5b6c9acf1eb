import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type InspectorServer,
  type ServerOptions,
  startServer,
} from '../../src/inspector/inspector-server.js';
import { isLoopback } from '../../src/inspector/request-guard.js';
import { FakeSession } from './fake-session.js';
import { ask, PageClient } from './page-client.js';

const servers: InspectorServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function start(options: Partial<ServerOptions> = {}): Promise<string> {
  const server = await startServer({ session: new FakeSession(), port: 0, ...options });
  servers.push(server);
  return server.url;
}

const portOf = (url: string): string => new URL(url).port;

describe('The server on loopback', () => {
  it.each(['localhost', '127.0.0.1', '[::1]', 'LOCALHOST'])('goes by the name %s', async (name) => {
    const url = await start();
    const host = `${name}:${portOf(url)}`;
    expect((await ask(url, '/api/position', { headers: { host } })).status).toBe(200);
  });

  it.each(['evil.example', 'localhost.evil.example', '10.0.0.1', '127.0.0.1.evil.example'])(
    'does not answer to the name %s',
    async (name) => {
      const url = await start();
      const host = `${name}:${portOf(url)}`;
      const { status, body } = await ask(url, '/api/position', { headers: { host } });
      expect(status).toBe(403);
      expect(body.toString()).toContain(`this server is not "${host}"`);
    },
  );

  it('does not answer to its name with another port, or without one', async () => {
    const url = await start();
    for (const host of ['localhost:1', 'localhost']) {
      expect((await ask(url, '/', { headers: { host } })).status).toBe(403);
    }
  });

  it.each(['http://evil.example', 'null', 'http://localhost:1', 'https://127.0.0.1'])(
    'refuses what comes from %s',
    async (origin) => {
      const url = await start();
      expect((await ask(url, '/api/position', { headers: { origin } })).status).toBe(403);
      expect(await new PageClient(url, { origin }).ended).toMatchObject({ status: 403 });
    },
  );

  it('refuses a WebSocket that does not say where it comes from', async () => {
    const url = await start();
    const headers = { connection: 'upgrade', upgrade: 'websocket' };
    expect((await ask(url, '/ws', { headers })).status).toBe(403);
  });

  it('refuses a WebSocket by another name, though from that name’s own page', async () => {
    const url = await start();
    const host = `evil.example:${portOf(url)}`;
    const page = new PageClient(url, { origin: `http://${host}`, headers: { host } });
    expect(await page.ended).toMatchObject({ status: 403 });
  });

  it('gives a script of another site nothing, and follows a link from there', async () => {
    const url = await start();
    const site = { 'sec-fetch-site': 'cross-site' };
    const script = { ...site, 'sec-fetch-mode': 'no-cors' };
    expect((await ask(url, '/api/position', { headers: script })).status).toBe(403);
    const link = { ...site, 'sec-fetch-mode': 'navigate' };
    expect((await ask(url, '/api/position', { headers: link })).status).toBe(200);
  });

  it('needs no token', async () => {
    expect(new URL(await start()).search).toBe('');
  });
});

describe('The server beyond loopback', () => {
  const token = /^\?token=[0-9a-f]{32}$/;

  it('makes a token, another one each time', async () => {
    const urls = await Promise.all([start({ host: '0.0.0.0' }), start({ host: '0.0.0.0' })]);
    const tokens = urls.map((url) => new URL(url).search);
    for (const text of tokens) expect(text).toMatch(token);
    expect(tokens[0]).not.toBe(tokens[1]);
  });

  it('lets nobody in without it', async () => {
    const url = await start({ host: '0.0.0.0', token: 'abc' });
    for (const path of ['/', '/?token=abd', '/?token=', '/api/position', '/upcalls.pcap']) {
      expect((await ask(url, path)).status, path).toBe(401);
    }
    const page = new PageClient(url.replace('abc', 'wrong'));
    expect(await page.ended).toMatchObject({ status: 401 });
  });

  it('knows a page again by its cookie', async () => {
    const url = await start({ host: '0.0.0.0', token: 'abc', pagePlaces: [] });
    const cookie = `other=1; upcall_${portOf(url)}=abc`;
    expect((await ask(url, '/api/position', { headers: { cookie } })).status).toBe(200);
    const page = new PageClient(url.replace(/\?.*/, ''), { headers: { cookie } });
    expect((await page.next('welcome')).type).toBe('welcome');
  });

  it('has the browser remember it, out of reach of scripts and of other sites', async () => {
    const page = pathToFileURL(`${import.meta.dirname}/`);
    const places = [new URL('web/', page), new URL('../../src/inspector/web/', page)];
    const url = await start({ host: '0.0.0.0', token: 'abc', pagePlaces: places });
    const { status, headers } = await ask(url, '/?token=abc');
    expect(status).toBe(200);
    expect(headers['set-cookie']).toEqual([
      `upcall_${portOf(url)}=abc; Path=/; HttpOnly; SameSite=Strict`,
    ]);
  });

  it('takes the token from the address of a WebSocket', async () => {
    const page = new PageClient(await start({ token: 'abc' }));
    expect((await page.next('welcome')).type).toBe('welcome');
  });

  it('takes any address for its own, for names alone can be made to point at it', async () => {
    const url = await start({ host: '0.0.0.0', token: 'abc' });
    const statusOf = async (name: string): Promise<number> => {
      const headers = { host: `${name}:${portOf(url)}` };
      return (await ask(url, '/api/position?token=abc', { headers })).status;
    };
    expect(await statusOf('192.0.2.7')).toBe(200);
    expect(await statusOf('evil.example')).toBe(403);
  });
});

describe('isLoopback()', () => {
  it.each(['localhost', '::1', '127.0.0.1', '127.1.2.3'])('takes %s for loopback', (host) => {
    expect(isLoopback(host)).toBe(true);
  });

  it.each(['0.0.0.0', '::', '192.0.2.1', '127.0.0.1.example'])('does not take %s', (host) => {
    expect(isLoopback(host)).toBe(false);
  });
});
