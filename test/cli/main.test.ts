import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli } from './run-cli.js';

const folder = mkdtempSync(join(tmpdir(), 'upcall-main-'));
const fileOf = (name: string, content: string | Uint8Array) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

describe('upcall --help', () => {
  it('lists the commands', async () => {
    const { status, stdout, stderr } = await runCli(['--help']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^ {2}replay {2,}\S/m);
    expect(stdout).toMatch(/^ {2}parse-pcap {2,}\S/m);
    expect(stdout).toMatch(/^ {2}machines {2,}\S/m);
  });

  it.each(['replay', 'scenario', 'parse-pcap', 'machines', 'trace', 'rules', 'megaflow-diff'])(
    'explains %s and its options',
    async (name) => {
      const { status, stdout } = await runCli([name, '--help']);
      expect(status).toBe(0);
      expect(stdout).toContain(`Usage: upcall ${name} `);
      expect(stdout).toMatch(/--log-level LEVEL +\S/);
    },
  );
});

describe('upcall --version', () => {
  it("prints the package's version", async () => {
    expect((await runCli(['--version'])).stdout).toMatch(/^upcall \d+\.\d+\.\d+\n$/);
  });
});

describe('usage errors', () => {
  it.each([
    [[], 'Cannot run a command: none was given'],
    [['fly'], 'Cannot run a command: there is no "fly"'],
    [['replay'], 'Cannot replay: no capture file was given'],
    [['parse-pcap'], 'no capture file was given'],
    [['replay', '--haste', 'a.pcap'], 'unknown option "--haste"'],
    [['replay', '--ports', '0', 'a.pcap'], '--ports "0": expected a whole number from 1'],
    [['replay', '--ports', '70000', 'a.pcap'], '--ports "70000": expected a whole number'],
    [['replay', '--handlers', 'x', 'a.pcap'], '--handlers "x"'],
    [['replay', '--megaflows', 'maybe', 'a.pcap'], '--megaflows "maybe": expected on or off'],
    [['replay', '--profile', 'ovs-9', 'a.pcap'], '"ovs-9": expected current or ovs-2.3'],
    [['replay', '--profile', 'ovs-2.3', '--max-idle', '0', 'a.pcap'], '--max-idle "0"'],
    [['replay', '--max-idle', '499', 'a.pcap'], '--max-idle "499"'],
    [['replay', '--log-level', 'loud', 'a.pcap'], '--log-level "loud"'],
    [['machines', 'toaster'], 'there is no machine "toaster"'],
    [['machines', '--format', 'png'], '--format "png": expected mermaid or json'],
  ])('are one message and status 2: %j', async (argv, message) => {
    const { status, stdout, stderr } = await runCli(argv);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
    expect(stderr).not.toContain('this is a bug');
  });
});

describe('failures', () => {
  const cases: [string, string[], string][] = [
    ['a missing capture', ['replay', '/nowhere/a.pcap'], 'Cannot open "/nowhere/a.pcap": no such'],
    ['a missing capture', ['parse-pcap', '/nowhere/a.pcap'], 'Cannot open "/nowhere/a.pcap"'],
    ['an empty capture', ['replay', fileOf('empty.pcap', '')], 'the file is empty'],
    ['an alien file', ['replay', fileOf('alien.pcap', 'GIF89a….')], 'neither a pcap nor'],
    ['a folder', ['replay', folder], 'directory'],
  ];
  it.each(cases)('%s is one message and status 1', async (_name, argv, message) => {
    const { status, stdout, stderr } = await runCli(argv);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('show their stack at --log-level debug', async () => {
    const { stderr } = await runCli(['replay', '/nowhere/a.pcap', '--log-level', 'debug']);
    expect(stderr).toContain('    at ');
    expect(stderr).toContain('Caused by: Error: ENOENT');
  });
});
