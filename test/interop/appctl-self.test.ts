/**
 * Operators' commands about the program itself: ours look like the real one's, and where they can
 * be compared, say the same.
 */

import { execFileSync } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { runCli } from '../cli/run-cli.js';
import { CommandTwins } from './command-twins.js';
import { hasOvsPeer } from './ovs-peer.js';

const FRAME =
  'in_port(1),eth(src=50:54:00:00:00:09,dst=50:54:00:00:00:0a),eth_type(0x0800),ipv4(src=10.0.0.1)';

let twins: CommandTwins;

afterEach(() => twins.stop());

/** What both say; theirs first. */
async function textsOf(...words: string[]): Promise<readonly [string, string]> {
  const [theirs, ours] = await twins.ask(...words);
  expect([theirs.isRefused, ours.isRefused]).toEqual([false, false]);
  return [theirs.text, ours.text];
}

/** The numbers of a line of `coverage/show` in their columns. */
function aligned(line: string): string {
  const form = /^(\w+) +(\d+\.\d)\/sec +(\d+\.\d{3})\/sec +(\d+\.\d{4})\/sec +total: (\d+)$/;
  const parts = form.exec(line);
  const [, name = '', seconds = '', minute = '', hour = '', total = ''] = parts ?? [];
  const rates = `${seconds.padStart(5)}/sec ${minute.padStart(9)}/sec ${hour.padStart(13)}/sec`;
  return `${name.padEnd(24)} ${rates}   total: ${total}`;
}

describe.skipIf(!hasOvsPeer)('ovs-appctl', { timeout: 60_000 }, () => {
  it('lists no command in another way', async () => {
    twins = await CommandTwins.start();
    for (const command of ['list-commands', 'dpctl/list-commands']) {
      const [theirs, ours] = await textsOf(command);
      // 3.1 has all but this one.
      const detrace = '  ofproto/detrace         UFID [pmd=PMD-ID]';
      const known = new Set([...theirs.split('\n'), detrace]);
      const lines = ours.split('\n').filter((line) => !known.has(line));
      expect(lines).toEqual([]);
    }
  });

  it('says its version in the same form', async () => {
    twins = await CommandTwins.start();
    for (const text of await textsOf('version')) {
      expect(text).toMatch(/^ovs-vswitchd \([\w ]+\) [\w.]+\n$/);
    }
  });

  it('says nothing where it is told to exit', async () => {
    twins = await CommandTwins.start();
    await twins.same('exit', '--cleanup');
  });

  it('is upcall appctl, for the real one', async () => {
    twins = await CommandTwins.start('priority=0,actions=NORMAL\n');
    const ask = (...words: string[]) => runCli(['appctl', '-t', twins.theirPath, ...words]);
    for (const words of [['dpif/show'], ['dpctl/show', '-s'], ['bridge/dump-flows', 'br0']]) {
      const stdout = execFileSync('ovs-appctl', ['-t', twins.theirPath, ...words]).toString();
      expect(await ask(...words)).toEqual({ status: 0, stdout, stderr: '' });
    }
    const refused = { status: 1, stdout: '', stderr: 'no such bridge\n' };
    expect(await ask('fdb/show', 'nope')).toEqual(refused);
    // Its JSON came with 3.4.
    const { stderr } = await ask('--format', 'json', 'dpif/show');
    expect(stderr).toContain('"set-options" is not a valid command');
  });

  it('shows coverage in the same form', async () => {
    twins = await CommandTwins.start('priority=0,actions=NORMAL\n');
    await twins.receive('p1', FRAME);
    await twins.same('time/warp', '6000', '1000');
    for (const text of await textsOf('coverage/show')) {
      const [head, ...lines] = text.trimEnd().split('\n');
      expect(head).toMatch(/^Event coverage, avg rate .* last hour, {2}hash=[\da-f]{8}:$/);
      expect(lines.pop()).toMatch(/^\d+ events never hit$/);
      expect(lines).not.toEqual([]);
      for (const line of lines) expect(line).toBe(aligned(line));
    }
  });

  it('says the same of counters', async () => {
    twins = await CommandTwins.start('priority=0,actions=NORMAL\n');
    await twins.receive('p1', FRAME);
    await twins.sameAll(
      'coverage/read-counter mac_learning_learned',
      'coverage/read-counter mac_learning_moved',
      'coverage/read-counter rev_mac_learning',
      'coverage/read-counter zork',
      'coverage/read-counter',
      'coverage/show x',
    );
  });

  it('says the same of what it holds, but for the database', async () => {
    twins = await CommandTwins.start('priority=0,actions=NORMAL\n');
    const compare = async (): Promise<void> => {
      const [theirs, ours] = await textsOf('memory/show');
      expect(ours).toBe(theirs.replace(/idl-cells-\S+ /, ''));
    };
    await compare();
    await twins.receive('p1', FRAME);
    await compare();
    await twins.same('memory/show', 'x');
  });

  it('says the same of what it logs, of the parts that both have', async () => {
    twins = await CommandTwins.start();
    const compare = async (): Promise<void> => {
      const known = new Set(twins.log.modules);
      const [theirs, ours] = await textsOf('vlog/list');
      const [one, two, ...lines] = theirs.split('\n');
      const shared = lines.filter((line) => known.has(line.split(' ', 1)[0] ?? ''));
      expect(ours).toBe([one, two, ...shared, ''].join('\n'));
    };
    await compare();
    for (const specs of [
      ['unixctl:file:dbg'],
      ['syslog:warn', 'DPIF_netdev:OFF'],
      ['err', 'zork'],
      ['any:console:emer'],
      ['vswitchd unixctl'],
      ['file:syslog'],
      ['dbg:info'],
      ['any:netdev_dummy'],
      ['zork'],
      [''],
      [],
    ]) {
      await twins.same('vlog/set', ...specs);
      await compare();
    }
    await twins.same('vlog/list', 'x');
  });
});
