/**
 * The log's type: object first, static message second, as pino has it.
 *
 * A pino logger is a `Log`; `silentLog` is what libraries default to.
 */

export interface Log {
  error(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  info(fields: object, message: string): void;
  debug(fields: object, message: string): void;
  /** Whether messages that come too often are written all the same. */
  readonly isUnlimited?: boolean;
}

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

/** A log that knows the parts of the program by name. */
export interface ModularLog extends Log {
  module(name: string): Log;
}

/** The log of one part of the program, under OVS's name for it, where `log` tells parts apart. */
export function moduleLog(log: Log | ModularLog, name: string): Log {
  return 'module' in log ? log.module(name) : log;
}

export const silentLog: Log = { error() {}, warn() {}, info() {}, debug() {} };
