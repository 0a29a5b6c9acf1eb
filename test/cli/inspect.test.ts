import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type {
  FlowsView,
  HouseView,
  Position,
  UpcallsView,
  Welcome,
} from '../../src/inspector/view-data.js';
import { askJson, PageClient } from '../inspector/page-client.js';
import { type InspectedCommand, startInspected } from './inspected-command.js';
import { runCli } from './run-cli.js';

const BUNDLED = ['replay', 'captures/bundled.pcap', '--flows', 'captures/bundled.flows', '--json'];
const FLOWS = '/api/flows?query={"filter":"","sort":"key","offset":0,"limit":200}';
const UPCALLS = '/api/upcalls?query={"filter":"","limit":200}';

const commands: InspectedCommand[] = [];
let folder: string;
let recording: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'upcall-inspect-'));
  recording = join(folder, 'bundled.log');
});

afterEach(async () => {
  for (const command of commands.splice(0)) await command.interrupt();
});

afterAll(() => rmSync(folder, { recursive: true }));

async function start(...argv: string[]): Promise<InspectedCommand> {
  const command = await startInspected(argv);
  commands.push(command);
  return command;
}

/** A page, which has been welcomed. */
async function open({ url }: InspectedCommand): Promise<{ page: PageClient; welcome: Welcome }> {
  const page = new PageClient(url);
  const { welcome } = await page.next('welcome');
  return { page, welcome };
}

async function toTheEnd(page: PageClient): Promise<void> {
  page.send({ type: 'time', id: 1, command: { do: 'run', to: 'end' } });
  expect(await page.next('reply')).toEqual({ type: 'reply', id: 1 });
}

describe('upcall replay --inspect', () => {
  it('prints what a replay prints that nobody looks at', async () => {
    const plain = await runCli(BUNDLED);
    const command = await start(...BUNDLED, '--inspect=0');
    const { page, welcome } = await open(command);
    expect(welcome).toMatchObject({ header: { title: 'bundled.pcap' } });
    expect(welcome.position).toMatchObject({ kind: 'replay', speed: 1, pauses: 'everything' });
    await toTheEnd(page);
    const { status, stdout, stderr } = await command.interrupt();
    expect(stdout).toBe(plain.stdout);
    expect(status).toBe(0);
    expect(stderr).toContain('all 1882 packets have entered; the switch stays up to be looked at');
  });

  it('shows at the end what the report says', async () => {
    const command = await start(...BUNDLED, '--inspect=0', '--speed', 'max');
    const { page } = await open(command);
    await toTheEnd(page);
    const flows = await askJson<FlowsView>(command.url, FLOWS);
    const upcalls = await askJson<UpcallsView>(command.url, UPCALLS);
    const house = await askJson<HouseView>(command.url, '/api/house');
    const document = JSON.parse((await command.interrupt()).stdout);
    const keysOf = (rows: readonly { key: string }[]) => rows.map(({ key }) => key).sort();
    expect(keysOf(flows.rows)).toEqual(keysOf(document.datapath.flows));
    expect(upcalls.total).toBe(document.datapath.lookups.missed);
    expect(house.flowLimit).toBe(document.udpif.flows.limit);
  });

  it('stands still while it is paused, and loses no packet', async () => {
    const command = await start(...BUNDLED, '--inspect=0');
    const { page } = await open(command);
    page.send({ type: 'time', id: 1, command: { do: 'pause' } });
    await page.next('reply');
    page.send({ type: 'time', id: 2, command: { do: 'run', to: 'deletion' } });
    await page.next('reply');
    const before = await askJson<Position>(command.url, '/api/position');
    page.send({ type: 'time', id: 3, command: { do: 'step', by: 'event', backward: true } });
    await page.next('reply');
    const after = await askJson<Position>(command.url, '/api/position');
    expect([after.n, after.last]).toEqual([before.n - 1, before.last]);
    expect(after).toMatchObject({ isRunning: false, isComplete: false });
    const { stdout, stderr } = await command.interrupt();
    const { conservation, captures } = JSON.parse(stdout);
    expect(conservation.ok).toBe(true);
    expect(captures[0].packets).toBeLessThan(1882);
    expect(stderr).toMatch(/ended after \d+ of 1882 packets/);
  });

  it('says what to do about a port that is in use', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const { status, stderr } = await runCli([...BUNDLED, `--inspect=${port}`]);
    expect(status).toBe(1);
    expect(stderr).toContain(`Cannot start inspector: port ${port} of 127.0.0.1 is in use; choose`);
    other.close();
  });

  it.each([
    [['--inspect=70000'], 'Cannot use --inspect "70000": expected a whole number from 0 to 65535'],
    [['--inspect=yes'], 'Cannot use --inspect "yes": expected a whole number'],
    [['--speed', '0'], 'Cannot use --speed "0": expected a number from 0.001 to 1000'],
    [['--speed', '2', '--realtime'], '--realtime and --speed both set the pace'],
  ])('refuses %j', async (options, message) => {
    const { status, stderr } = await runCli([...BUNDLED, ...options]);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe('upcall replay --record', () => {
  it('prints the same, and writes what "upcall inspect" shows', async () => {
    const plain = await runCli(BUNDLED);
    const { status, stdout } = await runCli([...BUNDLED, '--record', recording]);
    expect([status, stdout]).toEqual([0, plain.stdout]);
    const command = await start('inspect', recording, '--port', '0');
    const { welcome } = await open(command);
    expect(welcome.header.title).toBe('bundled.pcap');
    expect(welcome.position).toMatchObject({ kind: 'recording', isComplete: true, dropped: {} });
    const { total } = await askJson<UpcallsView>(command.url, UPCALLS);
    expect(total).toBe(JSON.parse(stdout).datapath.lookups.missed);
    expect((await command.interrupt()).status).toBe(0);
  });

  it('writes what a replay that is looked at did', async () => {
    const watched = join(folder, 'watched.log');
    const command = await start(...BUNDLED, '--inspect=0', '--record', watched);
    const { page } = await open(command);
    await toTheEnd(page);
    await command.interrupt();
    const counts = await Promise.all([recording, watched].map(countEntries));
    expect(counts[1]).toBe(counts[0]);
  });

  it('says when the file cannot be written', async () => {
    const path = join(folder, 'no-such-folder', 'a.log');
    const { status, stderr } = await runCli([...BUNDLED, '--record', path]);
    expect(status).toBe(1);
    expect(stderr).toContain(`Cannot write recording "${path}": no such file or folder`);
  });
});

describe('upcall inspect', () => {
  it.each([
    [[], 'Cannot inspect: no recording was given', 2],
    [['a', 'b'], 'Cannot inspect: one recording at a time, and "b" is a second', 2],
    [['a', '--port', '-1'], 'Cannot run "inspect": option "--port" argument is ambiguous', 2],
    [['/no/such/file'], 'no such file or folder', 1],
  ])('refuses %j', async (words, message, status) => {
    const result = await runCli(['inspect', ...words]);
    expect(result.stderr).toContain(message);
    expect(result.status).toBe(status);
  });

  it('refuses a file that is no recording', async () => {
    const path = join(folder, 'text');
    writeFileSync(path, 'hello\n');
    const { status, stderr } = await runCli(['inspect', path]);
    expect(status).toBe(1);
    expect(stderr).toContain(path);
  });
});

async function countEntries(path: string): Promise<number> {
  const command = await start('inspect', path, '--port', '0');
  return (await askJson<Position>(command.url, '/api/position')).last;
}
