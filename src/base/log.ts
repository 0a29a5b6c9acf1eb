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
}

export type LogLevel = keyof Log;

export const silentLog: Log = { error() {}, warn() {}, info() {}, debug() {} };
