/**
 * The log of a command: pino, one line of JSON a message, to stderr.
 *
 * Lines carry the switch's time, not the wall's, where the command has a switch: then they say when
 * in the capture something happened.
 */

import { type Logger, pino } from 'pino';
import type { Log, LogLevel } from '../base/log.js';
import type { Arguments } from './arguments.js';
import type { Io } from './io.js';

const LEVELS = ['error', 'warn', 'info', 'debug'] as const;

/** What `--log-level` asks for; throws a `UsageError` where it makes no sense. */
export function readLogLevel(args: Arguments, unlessGiven: LogLevel = 'warn'): LogLevel {
  return args.choice('log-level', LEVELS) ?? unlessGiven;
}

/** A log at the level that `--log-level` asks for; `now` gives the time of its lines. */
export function createLogger(args: Arguments, io: Io, now: () => number): Log {
  const write = (line: string): void => void io.stderr.write(line);
  return createLog(readLogLevel(args), write, now);
}

/** A log whose lines go to `write`. */
export function createLog(level: LogLevel, write: (line: string) => void, now: () => number): Log {
  const options = {
    level,
    base: null,
    timestamp: () => `,"time":${now()}`,
  };
  const logger: Logger = pino(options, { write });
  return logger;
}
