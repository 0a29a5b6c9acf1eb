import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Management, startManagement } from '../../src/management/management.js';
import { createSwitch, type Switch } from '../../src/switch.js';
import { type CliResult, runCli } from './run-cli.js';

/** Open vSwitch 3.1 has no JSON to compare with. */
const EXPECTED = join(import.meta.dirname, '../fixtures/commands');

let rundir: string;

beforeEach(() => {
  rundir = mkdtempSync(join(tmpdir(), 'upcall-appctl-'));
});

afterEach(() => rmSync(rundir, { recursive: true }));

/** Asks in the folder `rundir`. */
function appctl(...words: string[]): Promise<CliResult> {
  return runCli(['appctl', ...words], { env: { OVS_RUNDIR: rundir } });
}

describe('upcall appctl', () => {
  let sw: Switch;
  let management: Management;

  beforeEach(async () => {
    sw = createSwitch({ ports: 2 });
    management = await startManagement(sw, { rundir, pid: 42, version: '1.2.3' });
  });

  afterEach(async () => {
    await management.close();
    await sw.stop();
  });

  it('prints what the switch answers', async () => {
    expect(await appctl('version')).toEqual({
      status: 0,
      stdout: 'upcall (upcall) 1.2.3\n',
      stderr: '',
    });
  });

  it('leaves options behind the command to it', async () => {
    const { stdout } = await appctl('--timeout', '20', 'dpctl/show', '-s');
    expect(stdout).toContain('  port 1: p1 (dummy)\n    RX packets:0');
  });

  it('says what is refused in the words of the switch', async () => {
    expect(await appctl('fdb/show', 'nope')).toEqual({
      status: 1,
      stdout: '',
      stderr: 'no such bridge\n',
    });
  });

  it('prints JSON, indented where that is asked for', async () => {
    const plain = await appctl('--format', 'json', 'version');
    expect(plain.stdout).toBe('{"reply-format":"plain","reply":"upcall (upcall) 1.2.3\\n"}\n');
    const pretty = await appctl('--format', 'json', '--pretty', 'version');
    expect(pretty.stdout).toContain('{\n  "reply-format": "plain",\n  "reply": "upcall');
  });

  it.each(['dpif/show', 'fdb/stats-show br0', 'dpctl/dump-dps'])(
    'prints %s as JSON, its own or around the text',
    async (question) => {
      const words = question.split(' ');
      const { stdout } = await appctl('--format', 'json', '--pretty', ...words);
      const file = `${words[0]?.replace('/', '-')}.json`;
      expect(stdout).toBe(readFileSync(join(EXPECTED, file), 'utf8'));
    },
  );

  it('says what is refused in plain words, whatever the format', async () => {
    const refused = { status: 1, stdout: '', stderr: 'no such bridge\n' };
    expect(await appctl('--format', 'json', 'fdb/show', 'nope')).toEqual(refused);
  });

  it('lists in JSON the commands that it lists in text', async () => {
    const { stdout: text } = await appctl('list-commands');
    const lines = text.split('\n').slice(1, -1);
    const { stdout } = await appctl('--format', 'json', 'list-commands');
    const usages = Object.entries<string>(JSON.parse(stdout));
    expect(usages.map(([name, usage]) => `  ${name.padEnd(23)} ${usage}`)).toEqual(lines);
  });

  it('finds the socket by a path, by the pidfile, or by its name', async () => {
    const named = [
      ['-t', management.path],
      ['--target', 'upcall', '--rundir', rundir],
    ];
    for (const words of named) {
      const { stdout } = await runCli(['appctl', ...words, 'ofproto/list']);
      expect(stdout).toBe('br0\n');
    }
    writeFileSync(join(rundir, 'upcall.1.ctl'), '');
    expect((await appctl('ofproto/list')).status).toBe(1);
    writeFileSync(join(rundir, 'upcall.pid'), '42\n');
    expect((await appctl('ofproto/list')).stdout).toBe('br0\n');
  });

  it.each([
    [[], 'Cannot ask: no command was given; "list-commands" lists them'],
    [['-T', 'x', 'version'], 'Cannot use --timeout "x": expected a number from 0.001 to 86400'],
  ])('refuses %j as bad usage', async (words, message) => {
    const { status, stderr } = await appctl(...words);
    expect(status).toBe(2);
    expect(stderr.split('\n')[0]).toBe(`upcall: ${message}`);
  });
});

describe('upcall appctl without a switch', () => {
  const remedy = 'start it, or say where it is with --rundir or --target';

  it('says where it has looked', async () => {
    const { status, stderr } = await appctl('version');
    expect(status).toBe(1);
    expect(stderr).toBe(
      `upcall: Cannot find "upcall": "${rundir}" has no pidfile and no socket of it; ${remedy}\n`,
    );
  });

  it('does not choose between two', async () => {
    for (const pid of [7, 5]) writeFileSync(join(rundir, `upcall.${pid}.ctl`), '');
    writeFileSync(join(rundir, 'upcall.old.ctl'), '');
    expect((await appctl('version')).stderr).toBe(
      `upcall: Cannot choose a "upcall": "${rundir}" has upcall.5.ctl, upcall.7.ctl; ` +
        'name one with --target\n',
    );
  });

  it('tells a stale pidfile and a stale socket', async () => {
    const pidFile = join(rundir, 'upcall.pid');
    writeFileSync(pidFile, '42\n');
    const path = join(rundir, 'upcall.42.ctl');
    expect((await appctl('version')).stderr).toBe(
      'upcall: Cannot find "upcall": its pidfile names process 42, ' +
        `but "${path}" is not there; start it again\n`,
    );
    writeFileSync(path, '');
    expect((await appctl('version')).stderr).toBe(
      `upcall: Cannot connect to "${path}": nobody listens there\n`,
    );
    writeFileSync(pidFile, 'zork');
    expect((await appctl('version')).stderr).toBe(
      `upcall: Cannot use "${pidFile}": there is no process id in it; name a socket\n`,
    );
  });
});

describe('upcall appctl --timeout', () => {
  let mute: Server;

  afterEach(() => mute.close());

  it('gives up when no answer comes', async () => {
    const path = join(rundir, 'mute');
    mute = createServer();
    await new Promise<void>((resolve) => mute.listen(path, resolve));
    const { status, stderr } = await appctl('-T', '0.01', '-t', path, 'version');
    expect(status).toBe(1);
    expect(stderr).toBe(
      'upcall: Cannot wait for the answer: none came within 0.01 s; try again, ' +
        'or with a longer --timeout\n',
    );
  });
});
