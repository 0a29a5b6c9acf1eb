/**
 * The log of a command: pino, one line of JSON a message, to stderr.
 *
 * Lines carry the switch's time, not the wall's, where the command has a switch: then they say when
 * in the capture something happened.
 */

import { pino } from 'pino';
import type { Log, LogLevel } from '../base/log.js';
import type { Arguments } from './arguments.js';
import type { Io } from './io.js';

const LEVELS = ['error', 'warn', 'info', 'debug'] as const;

/** What `--log-level` asks for; throws a `UsageError` where it makes no sense. */
export function readLogLevel(args: Arguments): LogLevel {
  return args.choice('log-level', LEVELS) ?? 'warn';
}

/** A log at the level that `--log-level` asks for; `now` gives the time of its lines. */
export function createLogger(args: Arguments, io: Io, now: () => number): Log {
  const options = {
    level: readLogLevel(args),
    base: null,
    timestamp: () => `,"time":${now()}`,
  };
  return pino(options, { write: (line: string) => void io.stderr.write(line) });
}
