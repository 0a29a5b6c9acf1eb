/** A log whose parts can be made louder or quieter. */

import { describe, expect, it } from 'vitest';
import { type Log, moduleLog, silentLog } from '../../src/base/log.js';
import { Vlog } from '../../src/base/vlog.js';

function createSink() {
  const lines: string[] = [];
  const writer = (level: string) => (fields: object, message: string) =>
    void lines.push(`${level} ${JSON.stringify(fields)} ${message}`);
  const log: Log = {
    error: writer('error'),
    warn: writer('warn'),
    info: writer('info'),
    debug: writer('debug'),
  };
  return { lines, log };
}

/** Says something at each level. */
function sayAll(log: Log): void {
  log.error({}, 'e');
  log.warn({}, 'w');
  log.info({}, 'i');
  log.debug({}, 'd');
}

describe('Vlog', () => {
  it('lets through what the level of the module admits', () => {
    const { lines, log: file } = createSink();
    const vlog = new Vlog({ destinations: { file } });
    const bond = vlog.module('bond');
    const said = (): string => {
      lines.length = 0;
      sayAll(bond);
      return lines.map((line) => line.at(-1)).join('');
    };
    expect(said()).toBe('ewi');
    const expected = { off: '', emer: '', err: 'e', warn: 'ew', info: 'ewi', dbg: 'ewid' } as const;
    for (const [level, letters] of Object.entries(expected)) {
      vlog.set(level as keyof typeof expected, { module: 'bond' });
      expect(said()).toBe(letters);
    }
  });

  it('says which module speaks', () => {
    const { lines, log: console } = createSink();
    const vlog = new Vlog({ destinations: { console } });
    vlog.module('bond').warn({ port: 'p1' }, 'flaps');
    vlog.warn({}, 'whoever');
    expect(lines).toEqual([
      'warn {"port":"p1","module":"bond"} flaps',
      'warn {"module":"vswitchd"} whoever',
    ]);
  });

  it('has levels by destination', () => {
    const file = createSink();
    const console = createSink();
    const vlog = new Vlog({
      destinations: { file: file.log, console: console.log },
      levels: { console: 'off' },
    });
    sayAll(vlog);
    expect([file.lines.length, console.lines.length]).toEqual([3, 0]);
    vlog.set('dbg', { destination: 'console' });
    sayAll(vlog);
    expect([file.lines.length, console.lines.length]).toEqual([6, 4]);
  });

  it('gives a module that comes later the levels that all were set to', () => {
    const vlog = new Vlog();
    vlog.set('err', { destination: 'file' });
    vlog.set('dbg', { module: 'vswitchd' });
    vlog.module('late');
    expect(vlog.level('late', 'file')).toBe('err');
    expect(vlog.level('late', 'console')).toBe('info');
    expect(vlog.modules).toEqual(['late', 'vswitchd']);
  });

  it('keeps the levels of a module that asks again', () => {
    const vlog = new Vlog();
    vlog.module('bond');
    vlog.set('off', { module: 'bond' });
    vlog.module('bond');
    expect(vlog.level('bond', 'syslog')).toBe('off');
    expect(vlog.level('nobody', 'syslog')).toBeUndefined();
  });
});

describe('moduleLog()', () => {
  it('is the log itself where that knows no modules', () => {
    expect(moduleLog(silentLog, 'bond')).toBe(silentLog);
    const vlog = new Vlog();
    moduleLog(vlog, 'bond');
    expect(vlog.modules).toContain('bond');
  });
});
