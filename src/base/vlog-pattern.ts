/**
 * Lines of a log, made by a pattern: `%D{%H:%M:%S}|%05N|%c|%p|%m`.
 *
 * A letter behind `%` stands for a part of the message, with a width and in braces a parameter
 * before and behind it; what is unknown is written as it is. Answers to `format_log_message()` of
 * OVS's `lib/vlog.c`.
 */

import type { VlogDestination, VlogLevel } from './vlog.js';

export interface VlogMessage {
  readonly level: VlogLevel;
  readonly module: string;
  readonly text: string;
  /** From 1. */
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly timeMs: number;
}

/** What lines say of who writes them. */
export interface VlogWriter {
  readonly program: string;
  readonly host: string;
  readonly pid: number;
  /** Milliseconds since 1970. */
  readonly startMs: number;
}

export const VLOG_PATTERNS: Readonly<Record<VlogDestination, string>> = {
  console: '%D{%Y-%m-%dT%H:%M:%SZ}|%05N|%c%T|%p|%m',
  syslog: 'ovs|%05N|%c%T|%p|%m',
  file: '%D{%Y-%m-%dT%H:%M:%S.###Z}|%05N|%c%T|%p|%m',
};

/** The facilities of syslog, by name. */
export const VLOG_FACILITIES: ReadonlyMap<string, number> = new Map([
  ['kern', 0],
  ['user', 1],
  ['mail', 2],
  ['daemon', 3],
  ['auth', 4],
  ['syslog', 5],
  ['lpr', 6],
  ['news', 7],
  ['uucp', 8],
  ['clock', 9],
  ['ftp', 11],
  ['ntp', 12],
  ['audit', 13],
  ['alert', 14],
  ['clock2', 15],
  ...Array.from({ length: 8 }, (_, i) => [`local${i}`, 16 + i] as const),
]);

const DAEMON = 3;
const TIME_DEFAULT = '%Y-%m-%d %H:%M:%S.###';
/** Of syslog, by level. */
const SEVERITIES: Readonly<Record<VlogLevel, number>> = {
  off: 1,
  emer: 1,
  err: 3,
  warn: 4,
  info: 6,
  dbg: 7,
};

/** A line without its end. `facility` is one of syslog's. */
export function formatVlogLine(
  pattern: string,
  message: VlogMessage,
  { writer, facility = DAEMON }: { readonly writer: VlogWriter; readonly facility?: number },
): string {
  const parts: Readonly<Record<string, (parameter: string | undefined) => string>> = {
    A: () => writer.program,
    B: () => String(8 * facility + SEVERITIES[message.level]),
    c: (unlessNamed) => (message.module === '' ? (unlessNamed ?? '') : message.module),
    d: (format = TIME_DEFAULT) => formatTime(format, message.timeMs),
    D: (format = TIME_DEFAULT) => formatTime(format, message.timeMs),
    E: () => writer.host,
    h: () => writer.host,
    m: () => message.text,
    N: () => String(message.number),
    n: () => '\n',
    p: () => message.level.toUpperCase(),
    P: () => String(writer.pid),
    r: () => String(message.timeMs - writer.startMs),
    t: () => 'main',
    T: () => '',
    '%': () => '%',
  };
  return pattern.replace(PART, (whole, ...groups: readonly (string | undefined)[]) => {
    const [isLeft, isZero, width = '', letter = '', parameter] = groups;
    const text = parts[letter]?.(parameter) ?? whole;
    if (isLeft !== undefined) return text.padEnd(Number(width));
    return text.padStart(Number(width), isZero === undefined ? ' ' : '0');
  });
}

const PART = /%(-)?(0)?(\d*)([a-zA-Z%])(?:\{([^}]*)\})?/g;

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const DAYS = 'Sun Mon Tue Wed Thu Fri Sat'.split(' ');

/** Universal time, by the letters of C's `strftime` that logs use; `###` are milliseconds. */
function formatTime(format: string, timeMs: number): string {
  const time = new Date(timeMs);
  const [date = '', clock = ''] = time.toISOString().split(/[TZ]/);
  const [year = '', month = '', day = ''] = date.split('-');
  const [hour = '', minute = '', second = '', milliseconds = ''] = clock.split(/[:.]/);
  const parts: Readonly<Record<string, string>> = {
    Y: year,
    m: month,
    d: day,
    e: String(time.getUTCDate()).padStart(2),
    H: hour,
    M: minute,
    S: second,
    T: `${hour}:${minute}:${second}`,
    F: date,
    b: MONTHS[time.getUTCMonth()] ?? '',
    a: DAYS[time.getUTCDay()] ?? '',
    '%': '%',
  };
  return format
    .replace(/%(.)/g, (whole, letter: string) => parts[letter] ?? whole)
    .replace('###', milliseconds);
}
