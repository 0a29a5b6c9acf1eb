/**
 * An operator's command: its name, how many words it takes, and what it answers.
 *
 * Commands are data, gathered in a `CommandTable`; the socket, the command line and a program that
 * embeds the switch all run them by name. What a command refuses it says by throwing an
 * `UpcallError`, whose message is the answer. Answers to OVS's `struct unixctl_command`.
 */

import { UpcallError } from '../base/errors.js';
import type { JsonValue } from './json-value.js';

export interface Command {
  readonly name: string;
  /** What follows the name, for `list-commands`; undefined: it is not listed there. */
  readonly usage: string | undefined;
  readonly argsMin: number;
  readonly argsMax: number;
  /** The text that people read; a missing newline at its end is added by whoever sends it. */
  run(args: readonly string[]): string | Promise<string>;
  /** The same for programs (`--format json`); absent: the text is wrapped. */
  json?(args: readonly string[]): JsonValue | Promise<JsonValue>;
}

/** A command that was understood and refused; the message is OVS's. */
export class CommandError extends UpcallError {
  override name = 'CommandError';
}

/** More words than anybody types; OVS's `INT_MAX`. */
export const ARGS_UNLIMITED = 2_147_483_647;

/** Whether `args` has one of the words `names`. */
export function hasOption(args: readonly string[], ...names: readonly string[]): boolean {
  return args.some((arg) => names.includes(arg));
}
