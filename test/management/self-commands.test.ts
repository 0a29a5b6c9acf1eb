/** `coverage/*`, `memory/show` and `vlog/*`: what the program says of itself. */

import { describe, expect, it } from 'vitest';
import { instant } from '../../src/base/brands.js';
import { RateLimit } from '../../src/base/rate-limit.js';
import { Vlog } from '../../src/base/vlog.js';
import { COVERAGE_NAMES } from '../../src/management/coverage-names.js';
import { packet } from '../../src/switch-packet.js';
import { readSources } from '../tidy/source-tree.js';
import { createCommandSwitch } from './command-switch.js';

describe('coverage/show', () => {
  it('shows what was hit, with its rates, and how much never was', async () => {
    const { run, clock, inject } = createCommandSwitch({ flows: 'actions=NORMAL' });
    inject(1, packet('dl_type=0x1234'));
    clock.advance(5000);
    const [head, ...lines] = (await run('coverage/show')).trimEnd().split('\n');
    const averages = 'avg rate over last: 5 seconds, last minute, last hour';
    expect(head?.replace(/=[\da-f]{8}:$/, '=HASH:')).toBe(
      `Event coverage, ${averages},  hash=HASH:`,
    );
    expect(lines).toContain(
      'mac_learning_learned       0.2/sec     0.017/sec        0.0003/sec   total: 1',
    );
    const missed = COVERAGE_NAMES.size - (lines.length - 1);
    expect(lines.at(-1)).toBe(`${missed} events never hit`);
  });

  it('has the same hash where the same things happened, and another elsewhere', async () => {
    const hash = async (packets: number): Promise<string | undefined> => {
      const { run, clock, inject } = createCommandSwitch({ flows: 'actions=NORMAL' });
      for (let i = 0; i < packets; i++) inject(1, packet('dl_type=0x1234'));
      clock.advance(100);
      return /hash=(\w+)/.exec(await run('coverage/show'))?.[1];
    };
    expect(await hash(1)).toBe(await hash(1));
    expect(await hash(1)).not.toBe(await hash(0));
  });
});

describe('coverage/read-counter', () => {
  it('reads one counter, hit or not', async () => {
    const { run, refusal, inject } = createCommandSwitch({ flows: 'actions=NORMAL' });
    inject(1, packet('dl_type=0x1234'));
    expect(await run('coverage/read-counter', 'mac_learning_learned')).toBe('1\n');
    expect(await run('coverage/read-counter', 'mac_learning_moved')).toBe('0\n');
    expect(await refusal('coverage/read-counter', 'zork')).toBe('No such counter');
  });

  it('knows every counter that the sources name', () => {
    const names = readSources(['src']).flatMap(({ text }) =>
      [...text.matchAll(/\binc\('(\w+)'/g)].map(([, name]) => name ?? ''),
    );
    expect(names).not.toEqual([]);
    expect(names.filter((name) => !COVERAGE_NAMES.has(name))).toEqual([]);
  });
});

describe('memory/show', () => {
  it('counts what there is, hidden rules too', async () => {
    const { run, inject } = createCommandSwitch({ flows: 'priority=1,arp,actions=2\nactions=3' });
    expect(await run('memory/show')).toBe('handlers:1 ports:3 revalidators:1 rules:6\n');
    inject(1, packet('dl_type=0x1234'));
    expect(await run('memory/show')).toBe(
      'handlers:1 ports:3 revalidators:1 rules:6 udpif keys:1\n',
    );
  });
});

const HEAD =
  '                 console    syslog    file\n                 -------    ------    ------\n';

describe('vlog/list', () => {
  it('lists the modules with their levels', async () => {
    const log = new Vlog({ levels: { console: 'off' } });
    const { run } = createCommandSwitch({ log });
    log.module('dpif_lookup_generic');
    expect(await run('vlog/list')).toBe(
      `${HEAD}${[
        'dpif_lookup_generic   OFF       INFO       INFO\n',
        'dpif_netdev        OFF       INFO       INFO\n',
        'netdev_dummy       OFF       INFO       INFO\n',
        'ofproto_dpif_upcall   OFF       INFO       INFO\n',
        'vswitchd           OFF       INFO       INFO\n',
      ].join('')}`,
    );
  });

  it('is there only where levels can be changed', async () => {
    const { refusal } = createCommandSwitch();
    expect(await refusal('vlog/list')).toContain('"vlog/list" is not a valid command');
  });
});

describe('vlog/set', () => {
  const levels = async (...specs: string[]): Promise<(string | undefined)[]> => {
    const log = new Vlog();
    const { run } = createCommandSwitch({ log });
    expect(await run('vlog/set', ...specs)).toBe('');
    const of = (module: string) => [
      log.level(module, 'console'),
      log.level(module, 'syslog'),
      log.level(module, 'file'),
    ];
    return [...of('dpif_netdev'), ...of('netdev_dummy')];
  };
  const same = (level: string): string[] => Array.from({ length: 6 }, () => level);
  const [info, dbg, err] = ['info', 'dbg', 'err'];

  it.each([
    [['err'], same('err')],
    [['any:any:err'], same('err')],
    [[''], same('dbg')],
    [['file'], [info, info, dbg, info, info, dbg]],
    [['DPIF_netdev'], [dbg, dbg, dbg, info, info, info]],
    [['dpif_netdev:Syslog:ERR'], [info, err, info, info, info, info]],
    [['err console netdev_dummy'], [info, info, info, err, info, info]],
    [
      ['err', 'file,dbg'],
      [err, err, dbg, err, err, dbg],
    ],
    [[], same('info')],
  ])('obeys %j', async (specs, expected) => {
    expect(await levels(...specs)).toEqual(expected);
  });

  it.each([
    ['zork', 'no destination, level, or module "zork"'],
    ['file:syslog', 'cannot specify multiple destinations'],
    ['dbg:info', 'cannot specify multiple levels'],
    ['dpif_netdev:netdev_dummy', 'cannot specify multiple modules'],
    ['PATTERN:zork:%m', 'unknown destination "zork"'],
    ['FACILITY:zork', 'invalid facility'],
  ])('refuses "%s"', async (spec, answer) => {
    const { refusal } = createCommandSwitch({ log: new Vlog() });
    expect(await refusal('vlog/set', spec)).toBe(answer);
  });

  it('has done what stands before a mistake', async () => {
    const log = new Vlog();
    const { refusal } = createCommandSwitch({ log });
    await refusal('vlog/set', 'err', 'zork');
    expect(log.level('dpif_netdev', 'file')).toBe('err');
  });
});

/** A log into a list of lines, at time 0. */
function createLineLog(): { log: Vlog; lines: string[] } {
  const lines: string[] = [];
  const writer = { program: 'upcall', host: 'box', pid: 1, startMs: 0, now: () => 0 };
  const file = { writeLine: (line: string) => void lines.push(line) };
  return { log: new Vlog({ destinations: { file }, writer }), lines };
}

describe('vlog/set of a pattern', () => {
  it('says how lines look from then on', async () => {
    const { log, lines } = createLineLog();
    const { run } = createCommandSwitch({ log });
    log.module('bond').warn({ port: 'p1', id: 5n, err: new Error('flaps') }, 'no good');
    await run('vlog/set', 'PATTERN:file:<%B> %c says %m', 'FACILITY:local0');
    log.module('bond').info({}, 'better');
    expect(lines.slice(-2)).toEqual([
      '1970-01-01T00:00:00.000Z|00001|bond|WARN|no good {"port":"p1","id":"5","err":"flaps"}',
      '<134> bond says better',
    ]);
    expect(await run('vlog/list-pattern')).toContain(
      'FILE     none                              <%B> %c says %m\n',
    );
  });
});

describe('vlog/disable-rate-limit', () => {
  it('lets through what comes too often, of the modules that are named', async () => {
    const { log, lines } = createLineLog();
    const { run } = createCommandSwitch({ log });
    const limit = new RateLimit(1, 1);
    const say = (): void => limit.log(log.module('bond'), 'warn', instant(0), {}, 'rain');
    const count = (): number => lines.filter((line) => line.endsWith('rain')).length;
    for (let i = 0; i < 3; i++) say();
    expect(count()).toBe(1);
    await run('vlog/disable-rate-limit', 'BOND');
    for (let i = 0; i < 3; i++) say();
    expect(lines.length).toBe(4);
    expect(await run('vlog/list')).toMatch(/^bond .*\(rate limiting disabled\)$/m);
    await run('vlog/enable-rate-limit');
    say();
    expect(lines.length).toBe(4);
  });
});

describe('vlog/reopen', () => {
  it('opens the file of the log anew, where there is one', async () => {
    const done: string[] = [];
    const file = {
      writeLine: () => {},
      reopen: () => void done.push('reopen'),
      close: () => void done.push('close'),
    };
    const { run } = createCommandSwitch({ log: new Vlog({ destinations: { file } }) });
    await run('vlog/reopen');
    await run('vlog/close');
    expect(done).toEqual(['reopen', 'close']);
    const { refusal } = createCommandSwitch({ log: new Vlog() });
    expect(await refusal('vlog/reopen')).toBe('Logging to file not configured');
  });
});
