/** The control socket, spoken to by its client and by hand. */

import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Coverage } from '../../src/base/coverage.js';
import { CommandError } from '../../src/management/command.js';
import { CommandTable } from '../../src/management/command-table.js';
import { ControlClient } from '../../src/management/control-client.js';
import { CONNECTIONS_MAX, ControlSocket } from '../../src/management/control-socket.js';

const table = new CommandTable();
/** Answers of `slow`, which come when a test says so. */
const held: ((text: string) => void)[] = [];
const any = { usage: '[word]...', argsMin: 0, argsMax: 5 };
table.add([
  { ...any, name: 'echo', run: (args) => args.join(' '), json: (args) => [...args] },
  { ...any, name: 'say', run: (args) => args.join(' ') },
  { ...any, name: 'slow', run: () => new Promise((resolve) => held.push(resolve)) },
  {
    ...any,
    name: 'refuse',
    run: () => {
      throw new CommandError('no such bridge');
    },
  },
  {
    ...any,
    name: 'crash',
    run: () => {
      throw new TypeError('a bug');
    },
  },
]);

describe('ControlSocket', () => {
  let folder: string;
  let path: string;
  let socket: ControlSocket;
  let coverage: Coverage;
  const logged: string[] = [];
  const log = {
    error: (_: object, message: string) => void logged.push(message),
    warn: (_: object, message: string) => void logged.push(message),
    info: () => {},
    debug: () => {},
  };
  const clients: { destroy(): void }[] = [];

  beforeEach(async () => {
    logged.length = 0;
    held.length = 0;
    coverage = new Coverage();
    folder = mkdtempSync(join(tmpdir(), 'upcall-ctl-'));
    path = join(folder, 'upcall.1.ctl');
    socket = await ControlSocket.open({ path, commands: table, log, coverage });
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    await socket.close();
    rmSync(folder, { recursive: true });
  });

  /** Sends `text` and collects what comes until the other side says `count` objects, or ends. */
  function exchange(text: string, isEnough: (heard: string) => boolean): Promise<string> {
    const client = connect(path);
    clients.push(client);
    return heardBy(client, text, isEnough);
  }

  function heardBy(client: Socket, text: string, isEnough: (heard: string) => boolean) {
    let heard = '';
    return new Promise<string>((resolve) => {
      client.setEncoding('utf8');
      client.on('data', (piece: string) => {
        heard += piece;
        if (isEnough(heard)) resolve(heard);
      });
      client.on('error', () => {});
      client.on('close', () => resolve(`${heard}<closed>`));
      client.write(text);
    });
  }

  const request = (id: number, method: string, ...params: unknown[]): string =>
    JSON.stringify({ id, method, params });

  it('is for its owner only', () => {
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('answers with the very bytes of Open vSwitch', async () => {
    const text = await exchange(request(7, 'echo', 'a', 'b'), (heard) => heard.endsWith('}'));
    expect(text).toBe('{"id":7,"result":"a b\\n","error":null}');
  });

  it('counts questions and answers', async () => {
    await exchange(request(7, 'echo') + request(8, 'refuse'), (heard) => heard.includes('"id":8'));
    expect(coverage.toJSON()).toEqual({ unixctl_received: 2, unixctl_replied: 2 });
  });

  it('says what is refused as an error', async () => {
    const text = await exchange(request(0, 'refuse'), (heard) => heard.endsWith('}'));
    expect(text).toBe('{"id":0,"error":"no such bridge\\n"}');
  });

  it('answers in the order of the questions, one after the other', async () => {
    const all = [request(1, 'slow'), request(2, 'echo', 'x'), request(3, 'echo')].join('');
    const heard = exchange(all, (text) => text.includes('"id":3'));
    await until(() => held.length === 1);
    held[0]?.('done');
    expect(await heard).toBe(
      '{"id":1,"result":"done\\n","error":null}' +
        '{"id":2,"result":"x\\n","error":null}{"id":3,"result":"","error":null}',
    );
  });

  it('lets one client wait and serves another', async () => {
    void exchange(request(1, 'slow'), () => false);
    await until(() => held.length === 1);
    expect(await exchange(request(2, 'echo', 'y'), (text) => text.endsWith('}'))).toContain('y');
  });

  it.each([
    ['text that is no JSON', 'hello'],
    ['a list', '[1,2]'],
    ['JSON that is broken', '{"id":0,}'],
    ['a request without an id', '{"id":null,"method":"echo","params":[]}'],
    ['a request without parameters', '{"id":0,"method":"echo"}'],
    ['a request whose method is a number', '{"id":0,"method":5,"params":[]}'],
    ['a reply', '{"id":0,"result":"x","error":null}'],
    ['a request with something else in it', '{"id":0,"method":"echo","params":[],"zork":3}'],
  ])('closes the connection that sends %s, with a warning, and no other', async (_, text) => {
    const other = await ControlClient.connect(path);
    expect(await exchange(text, () => false)).toBe('<closed>');
    expect(logged).toEqual(['control connection closed: no request was understood']);
    expect(await other.run('echo', ['alive'])).toBe('alive\n');
    other.close();
  });

  it('answers what came before the mistake', async () => {
    const text = await exchange(`${request(4, 'echo', 'x')}{"id":0}`, () => false);
    expect(text).toBe('{"id":4,"result":"x\\n","error":null}<closed>');
  });

  it('refuses parameters that are no text', async () => {
    const text = await exchange(request(0, 'echo', 3), (heard) => heard.endsWith('}'));
    expect(text).toContain('\\"echo\\" command has non-string argument');
  });

  it('reports a command that breaks, and lives on', async () => {
    const client = await ControlClient.connect(path);
    await expect(client.run('crash', [])).rejects.toThrow('a bug');
    expect(logged).toEqual(['operator command failed']);
    expect(await client.run('echo', ['on'])).toBe('on\n');
    client.close();
  });

  it('answers JSON to who asks for it', async () => {
    const client = await ControlClient.connect(path);
    expect(await client.run('echo', ['a'], 'json')).toEqual(['a']);
    const wrapped = { 'reply-format': 'plain', reply: 'a\n' };
    expect(await client.run('say', ['a'], 'json')).toEqual(wrapped);
    client.close();
  });

  it('reads no further while an answer is not taken', async () => {
    const client = connect(path);
    clients.push(client);
    client.pause();
    const long = 'x'.repeat(1_000_000);
    for (let i = 0; i < 40; i++) client.write(request(i, 'echo', long));
    await until(() => client.writableLength > 10_000_000);
    expect(client.writableLength).toBeGreaterThan(10_000_000);
  });

  it('refuses clients beyond its limit', async () => {
    const connections = Array.from({ length: CONNECTIONS_MAX }, () => ControlClient.connect(path));
    const open = await Promise.all(connections);
    await Promise.all(open.map((client) => client.run('echo', [])));
    expect(await exchange(request(0, 'echo'), () => false)).toBe('<closed>');
    expect(logged).toEqual(['control connection refused: there are too many']);
    for (const client of open) client.close();
  });

  it('removes its file and ends its connections when it closes', async () => {
    const client = await ControlClient.connect(path);
    const answer = client.run('slow', []);
    await until(() => held.length === 1);
    await socket.close();
    await expect(answer).rejects.toThrow('closed the connection');
    expect(existsSync(path)).toBe(false);
  });

  it('refuses a place where somebody listens', async () => {
    const second = ControlSocket.open({ path, commands: table, log, coverage });
    await expect(second).rejects.toThrow(/Cannot listen on ".*": somebody listens there already/);
  });

  it('takes the place of a socket that a dead program left', async () => {
    const stale = join(folder, 'stale.ctl');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(stale, resolve));
    await new Promise<void>((resolve) => server.close(() => resolve()));
    writeFileSync(stale, '');
    const fresh = await ControlSocket.open({ path: stale, commands: table, log, coverage });
    const client = await ControlClient.connect(stale);
    expect(await client.run('echo', ['new'])).toBe('new\n');
    client.close();
    await fresh.close();
  });

  it('refuses a path that is too long for a socket', async () => {
    const long = join(folder, 'x'.repeat(110));
    const open = ControlSocket.open({ path: long, commands: table, log, coverage });
    await expect(open).rejects.toThrow('has at most 107 bytes; use a shorter one');
  });

  it('says who is not there to connect to', async () => {
    const nowhere = join(folder, 'nowhere.ctl');
    await expect(ControlClient.connect(nowhere)).rejects.toThrow('no such file');
  });
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}
