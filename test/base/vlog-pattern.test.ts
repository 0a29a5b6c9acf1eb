import { describe, expect, it } from 'vitest';
import { formatVlogLine, VLOG_PATTERNS, type VlogMessage } from '../../src/base/vlog-pattern.js';

const writer = { program: 'upcall', host: 'box', pid: 42, startMs: 1_700_000_000_000 };
const message: VlogMessage = {
  level: 'warn',
  module: 'bridge',
  text: 'it rains',
  number: 7,
  timeMs: 1_700_000_001_234,
};

const line = (pattern: string, facility?: number): string =>
  formatVlogLine(pattern, message, { writer, ...(facility === undefined ? {} : { facility }) });

describe('formatVlogLine()', () => {
  it('writes lines as Open vSwitch does', () => {
    expect(line(VLOG_PATTERNS.file)).toBe('2023-11-14T22:13:21.234Z|00007|bridge|WARN|it rains');
    expect(line(VLOG_PATTERNS.console)).toBe('2023-11-14T22:13:21Z|00007|bridge|WARN|it rains');
    expect(line(VLOG_PATTERNS.syslog)).toBe('ovs|00007|bridge|WARN|it rains');
  });

  it.each([
    ['%A %h %P %r %t', 'upcall box 42 1234 main'],
    ['%6p|%-6p|%06N|%3m', '  WARN|WARN  |000007|it rains'],
    ['%c{none}%T%n%%', 'bridge\n%'],
    ['%D{%a %b %e %T} %d{%F}', 'Tue Nov 14 22:13:21 2023-11-14'],
    ['%q 100% %D{%Q}', '%q 100% %Q'],
  ])('makes of %j what it says', (pattern, text) => {
    expect(line(pattern)).toBe(text);
  });

  it('knows leap days, and times before 1970', () => {
    const at = (timeMs: number): string =>
      formatVlogLine('%D{%F %T %a}', { ...message, timeMs }, { writer });
    expect(at(951_782_400_000)).toBe('2000-02-29 00:00:00 Tue');
    expect(at(4_107_542_400_000)).toBe('2100-03-01 00:00:00 Mon');
    expect(at(-1000)).toBe('1969-12-31 23:59:59 Wed');
  });

  it('has the facility in the priority of syslog', () => {
    expect(line('<%B>')).toBe('<28>');
    expect(line('<%B>', 19)).toBe('<156>');
  });
});
