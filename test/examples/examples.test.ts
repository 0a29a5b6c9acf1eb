import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { main as actorTree } from '../../examples/actor-tree.js';
import { main as customTranslator } from '../../examples/custom-translator.js';
import { main as inspectWithStately } from '../../examples/inspect-with-stately.js';
import { main as learningSwitch } from '../../examples/learning-switch.js';
import { runCli } from '../cli/run-cli.js';

async function linesOf(main: (print: (line: string) => void) => Promise<void>): Promise<string[]> {
  const lines: string[] = [];
  await main((line) => lines.push(line));
  return lines;
}

describe('examples/learning-switch.js', () => {
  it('floods what it does not know and forwards what it knows', async () => {
    const lines = await linesOf(learningSwitch);
    const outs = lines.filter((line) => line.startsWith('  out'));
    expect(outs).toEqual(['bob', 'carol', 'alice', 'bob'].map((name) => `  out at ${name}`));
  });
});

describe('examples/custom-translator.js', () => {
  it('makes one flow of a hundred addresses and credits all packets', async () => {
    expect(await linesOf(customTranslator)).toEqual([
      'flows: 2, out at the right: 100 packets',
      '0x800: 10600 bytes',
      '0x806: 42 bytes',
    ]);
  });
});

describe('examples/inspect-with-stately.js', () => {
  it('hears of every machine, and of the one ukey that was asked for', async () => {
    const lines = await linesOf(inspectWithStately);
    const names = lines.map((line) => line.split(';')[0]);
    expect(names).toEqual([
      'udpif: 7 states',
      'handler-0: 5 states',
      'barrier: 2 states',
      'leader: 7 states',
      'ukeys-0: 0 states',
      'ukey: 7 states',
      '2 ukeys were left out',
    ]);
    expect(lines).not.toContainEqual(expect.stringMatching(/ 0 (events|snapshots)/));
  });
});

describe('examples/actor-tree.js', () => {
  it('prints handlers, revalidators and ukeys', async () => {
    const tree = (await linesOf(actorTree)).filter((line) => line.startsWith('  '));
    expect(tree.join('\n')).toMatch(/udpif: .*\n +handler-0: waiting\n +handler-1: waiting\n/);
    expect(tree.join('\n')).toMatch(/leader: .*\n(.*\n)* +revalidator-1: /);
    expect(tree.filter((line) => line.endsWith(': operational'))).toHaveLength(3);
  });

  it("shows a ukey's states over put, dumps, idle and deletion", async () => {
    const life = (await linesOf(actorTree)).filter((line) => line.includes('ukey is'));
    expect(life.map((line) => line.replace(/after \d+/, 'after n'))).toEqual([
      '1000 ms: ukey is visible',
      '1000 ms: ukey is operational',
      '3005 ms: ukey is evicting, after n dumps',
      '3005 ms: ukey is evicted',
      '3005 ms: ukey is deleted',
      '3005 ms: ukey is no more',
    ]);
  });
});

describe('examples/vlan-switch/', () => {
  const readme = readFileSync('examples/vlan-switch/README.md', 'utf8');
  const commands = readme.split('\n').filter((line) => /^upcall (trace|rules|replay) /.test(line));

  it('has commands that need no daemon', () => {
    expect(commands).toHaveLength(4);
  });

  it.each(commands)('can be asked: %s', async (command) => {
    const { status, stdout } = await runCli(command.split(' ').slice(1));
    expect(status).toBe(0);
    expect(stdout).toMatch(/push_vlan\(vid=20|pop_vlan,3,4|Rules|megaflows/);
  });
});
