/** `netdev-dummy/*` and `time/*`. */

import { describe, expect, it } from 'vitest';
import { StoppableClock } from '../../src/base/stoppable-clock.js';
import { VirtualClock } from '../../src/base/virtual-clock.js';
import { createCommands } from '../../src/management/management.js';
import { createSwitch } from '../../src/switch.js';
import { packet } from '../../src/switch-packet.js';
import { createCommandSwitch } from './command-switch.js';

const ETH = 'in_port(1),eth(src=50:54:00:00:00:09,dst=50:54:00:00:00:0a)';
const HEX = '5054000000095054000000091234';

describe('netdev-dummy/receive', () => {
  it.each([
    [[HEX], [14]],
    [
      [HEX, HEX],
      [14, 14],
    ],
    [['--qid', '0', HEX], [14]],
    [[`${ETH},eth_type(0x1234)`], [14]],
    [[`${ETH},eth_type(0x0800),ipv4(proto=17),udp()`], [106]],
    [[`${ETH},eth_type(0x0800),ipv4(proto=17),udp()`, '--len', '60'], [60]],
    [
      [`${ETH},eth_type(0x0800),ipv4(proto=6),tcp(),tcp_flags(syn)`, '--len', '60', HEX],
      [60, 14],
    ],
  ])('lets in %j', async (words, sizes) => {
    const { sw, run } = createCommandSwitch();
    expect(await run('netdev-dummy/receive', 'p1', ...words)).toBe('');
    const { rxPackets, rxBytes } = sw.port('p1').stats;
    expect([rxPackets, rxBytes]).toEqual([sizes.length, sizes.reduce((a, b) => a + b, 0)]);
    expect(sw.conservation().packetsIn).toBe(sizes.length);
  });

  it.each([
    [['p9', HEX], 'no such dummy netdev'],
    [['p1', 'aabb'], 'syntax error at aabb'],
    [['p1', `${HEX}0`], `syntax error at ${HEX}0`],
    [['p1', 'in_port(1),nope(3)'], 'syntax error at nope(3)'],
    [['p1', `${ETH},eth_type(0x1234)`, '--len', '59'], 'too small packet len'],
    [['p1', `${ETH},eth_type(0x1234)`, '--len', 'x'], 'too small packet len'],
    [['p1', `${ETH},eth_type(0x1234)`, '--len'], 'syntax error at --len'],
    [['p1', '--qid', '5', HEX], 'bad rx queue id.'],
  ])('refuses %j', async (words, answer) => {
    const { refusal } = createCommandSwitch();
    expect(await refusal('netdev-dummy/receive', ...words)).toBe(answer);
  });
});

describe('netdev-dummy/set-admin-state', () => {
  it('says of one port or of all whether they are up, and has flows looked at again', async () => {
    const { sw, run } = createCommandSwitch();
    const states = () => sw.datapath.ports().map(({ link }) => link?.isUp);
    expect(await run('netdev-dummy/set-admin-state', 'p2', 'down')).toBe('OK\n');
    expect(states()).toEqual([true, false, true]);
    expect(sw.coverage.read('rev_port_toggled')).toBe(1);
    await run('netdev-dummy/set-admin-state', 'down');
    expect(states()).toEqual([false, false, false]);
    await run('netdev-dummy/set-admin-state', 'up');
    expect(states()).toEqual([true, true, true]);
  });

  it('has groups that watch a port fail over', async () => {
    const { sw, inject, run } = createCommandSwitch({
      groups: 'group_id=1,type=ff,bucket=watch_port:p2,output:p2,bucket=watch_port:p3,output:p3',
      flows: 'actions=group:1',
    });
    const ports: string[] = [];
    sw.transmitted.subscribe((batch) => ports.push(...batch.map(({ port }) => port.name)));
    for (const state of ['up', 'down', 'up']) {
      await run('netdev-dummy/set-admin-state', 'p2', state);
      await run('revalidator/wait');
      inject('p1', packet('udp'));
    }
    expect(ports).toEqual(['p2', 'p3', 'p2']);
  });

  it('refuses what is no port or no state', async () => {
    const { refusal } = createCommandSwitch();
    expect(await refusal('netdev-dummy/set-admin-state', 'zork', 'down')).toBe(
      'Unknown Dummy Interface',
    );
    expect(await refusal('netdev-dummy/set-admin-state', 'p1', 'sideways')).toBe(
      'Invalid Admin State',
    );
  });
});

describe('time/*', () => {
  function create() {
    const inner = new VirtualClock({ start: 1_000_000 });
    const clock = new StoppableClock(inner);
    const sw = createSwitch({ ports: 1, clock });
    const commands = createCommands(sw);
    inner.runDue();
    /** Runs a command while the inner clock has due tasks, without moving it. */
    const run = async (name: string, ...args: string[]) => {
      let isDone = false;
      const answer = commands.run(name, args, 'text').finally(() => {
        isDone = true;
      });
      answer.catch(() => {});
      for (let i = 0; i < 100 && !isDone; i++) {
        await new Promise((resolve) => setImmediate(resolve));
        inner.runDue();
      }
      return answer;
    };
    return { inner, clock, run };
  }

  it('stop the clock, and move it', async () => {
    const { inner, clock, run } = create();
    expect(await run('time/stop')).toBe('');
    inner.advance(5_000);
    expect(clock.now()).toBe(1_000_000);
    expect(await run('time/warp', '100')).toBe('warped\n');
    expect(clock.now()).toBe(1_000_100);
  });

  it('warps in steps, so that everybody may look at the time in between', async () => {
    const { clock, run } = create();
    await run('time/stop');
    const seen: number[] = [];
    const look = (): void => {
      seen.push(clock.now());
      clock.setTimeout(look, 100);
    };
    clock.setTimeout(look, 100);
    expect(await run('time/warp', '350', '100')).toBe('warped\n');
    expect(seen).toEqual([1_000_100, 1_000_200, 1_000_300]);
    expect(clock.now()).toBe(1_000_350);
  });

  it.each(['x', '0', '-5'])('refuses %s milliseconds', async (text) => {
    await expect(create().run('time/warp', text)).rejects.toThrow('invalid MSECS');
  });

  it('are there only where the clock can stand', async () => {
    const { refusal } = createCommandSwitch();
    expect(await refusal('time/stop')).toContain('"time/stop" is not a valid command');
  });
});
