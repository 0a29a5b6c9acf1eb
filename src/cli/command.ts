/**
 * A command of `upcall`: its options as data, from which parsing and the help text are made.
 *
 * One table a command, read by `arguments.ts` (what is accepted) and `help.ts` (what is printed),
 * so that the two cannot differ.
 */

import type { Arguments } from './arguments.js';
import type { Io } from './io.js';

export interface OptionSpec {
  /** Without the dashes. */
  readonly name: string;
  /** One letter, for those that are typed often. */
  readonly short?: string;
  /** What the value stands for, in capitals; absent: the option takes none. */
  readonly value?: string;
  /** The value may be left out; one that is given follows an equals sign: "--inspect=8080". */
  readonly isValueOptional?: boolean;
  /** It may be given several times, each with a value. */
  readonly isRepeatable?: boolean;
  readonly help: string;
}

export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What follows the name: "CAPTURE...". */
  readonly synopsis: string;
  readonly options: readonly OptionSpec[];
  /** Options end at the first word: it and what follows are somebody else's. */
  readonly hasTail?: boolean;
  /** Runs to the end; resolves to the exit status. Throws an `UpcallError` for a person to read. */
  run(args: Arguments, io: Io): Promise<number>;
}

/** Everything went well. */
export const EXIT_OK = 0;
/** The command was understood and failed. */
export const EXIT_FAILURE = 1;
/** The command line makes no sense. */
export const EXIT_USAGE = 2;

/** What every command takes. */
export const COMMON_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'log-level',
    value: 'LEVEL',
    help: 'error, warn, info or debug (default: warn; run: info)',
  },
  { name: 'help', help: 'print this and exit' },
];
