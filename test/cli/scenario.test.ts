import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/base/virtual-clock.js';
import { main } from '../../src/cli/main.js';
import { packageVersion } from '../../src/cli/version.js';
import { openRecording } from '../../src/inspector/recording.js';
import { scenarios } from '../../src/inspector/scenarios/scenarios.js';
import type { Welcome } from '../../src/inspector/view-data.js';
import { askJson } from '../inspector/page-client.js';
import { runCli } from './run-cli.js';

describe('upcall scenario', () => {
  it('lists the scenarios', async () => {
    const { status, stdout } = await runCli(['scenario']);
    expect(status).toBe(0);
    for (const { name, text } of scenarios) {
      expect(stdout).toMatch(new RegExp(`^${name} +${text.title}$`, 'm'));
    }
    const listed = JSON.parse((await runCli(['scenario', '--json'])).stdout);
    expect(listed).toEqual(scenarios.map(({ text }) => text));
  });

  it('prints the paragraph, the numbers of both runs and the sources of one', async () => {
    const { status, stdout, stderr } = await runCli(['scenario', 'stale-flow']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^A stale flow after a late put\n\nA virtual machine had moved/);
    expect(stdout).toMatch(/^ +as it was +remedied$/m);
    expect(stdout).toMatch(/^ {2}of them sent to the old port +60 +[0-5]$/m);
    expect(stdout).toContain('every packet is accounted');
    expect(stdout).toContain('ovs-issues/issues/329');
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('prints the same as JSON', async () => {
    const { stdout } = await runCli(['scenario', 'lost-upcalls', '--json']);
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({ name: 'lost-upcalls', isConserved: true });
    const lost = document.numbers.find(({ name }: { name: string }) => name === 'lost');
    expect(lost.asItWas).toBeGreaterThan(0);
    expect(lost.remedied).toBe(0);
  });

  it.each([
    [['scenario', 'bliss'], 'Cannot find scenario "bliss": there are megaflow-explosion, '],
    [['scenario', 'stale-flow', 'lost-upcalls'], '"lost-upcalls" is a second'],
  ])('refuses %j', async (argv, message) => {
    const { status, stdout, stderr } = await runCli(argv);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(message);
  });
});

describe('upcall scenario --record', () => {
  const folder = mkdtempSync(join(tmpdir(), 'upcall-scenario-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('writes a log that opens as a recording', async () => {
    const path = join(folder, 'stale-flow.log');
    const { status, stderr } = await runCli(['scenario', 'stale-flow', '--record', path]);
    expect(status).toBe(0);
    const session = await openRecording(path, { clock: new VirtualClock() });
    const { kind, n, isComplete } = session.position();
    expect({ kind, isComplete }).toEqual({ kind: 'recording', isComplete: true });
    expect(stderr).toBe(`wrote ${n} entries to ${path}; "upcall inspect ${path}" shows them\n`);
    expect(session.header).toMatchObject({
      title: 'A stale flow after a late put',
      profile: 'ovs-2.3',
      program: packageVersion(),
    });
  });

  it('writes the remedied run where that is wanted', async () => {
    const path = join(folder, 'remedied.log');
    await runCli(['scenario', 'stale-flow', '--remedied', '--record', path]);
    const session = await openRecording(path, { clock: new VirtualClock() });
    expect(session.header.profile).toBe('current');
  });

  it.each(['--record=x', '--inspect', '--remedied'])('%s needs a name', async (option) => {
    const { status, stderr } = await runCli(['scenario', option]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/Cannot play a scenario with --\w+: name one of them/);
  });
});

describe('upcall scenario --inspect', () => {
  it('serves the scenario, with the others in a list, until it is interrupted', async () => {
    const { url, interrupt, status } = await inspect(['scenario', 'lost-upcalls', '--inspect=0']);
    const { header, scenarios: listed } = await askJson<Welcome>(url, '/api/welcome');
    expect(header.title).toBe('Upcalls lost in a burst');
    expect(listed.map(({ name }) => name)).toEqual(scenarios.map(({ name }) => name));
    interrupt();
    expect(await status).toBe(0);
    await expect(askJson(url, '/api/welcome')).rejects.toThrow('ECONNREFUSED');
  });
});

interface Inspected {
  readonly url: string;
  readonly interrupt: () => void;
  readonly status: Promise<number>;
}

/** Runs a command up to where it says where to look. */
async function inspect(argv: readonly string[]): Promise<Inspected> {
  const interrupts: (() => void)[] = [];
  let found: (url: string) => void = () => {};
  const url = new Promise<string>((resolve) => {
    found = resolve;
  });
  const status = main(argv, {
    stdout: { write: () => true },
    stderr: { write: (text) => found(/look at (\S+)/.exec(String(text))?.[1] ?? '') },
    env: {},
    onInterrupt: (listener) => {
      interrupts.push(listener);
      return () => {};
    },
  });
  const interrupt = (): void => {
    for (const listener of interrupts) listener();
  };
  return { url: await url, interrupt, status };
}
