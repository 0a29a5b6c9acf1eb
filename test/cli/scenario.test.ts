import { describe, expect, it } from 'vitest';
import { scenarios } from '../../src/inspector/scenarios/scenarios.js';
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
