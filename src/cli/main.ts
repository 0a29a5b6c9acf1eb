/**
 * The command line: finds the command, runs it, turns failures into one line and an exit status.
 *
 * `bin/upcall` calls `main` with the process; tests call it with buffers. Stack traces are for
 * `--log-level debug` only.
 */

import { UpcallError } from '../base/errors.js';
import { appctlCommand } from './appctl.js';
import { parseArguments } from './arguments.js';
import { type Command, EXIT_FAILURE, EXIT_OK, EXIT_USAGE } from './command.js';
import { commandHelp, overallHelp } from './help.js';
import { inspectCommand } from './inspect.js';
import { type Io, ignoreClosedPipe } from './io.js';
import { readLogLevel } from './logger.js';
import { machinesCommand } from './machines.js';
import { megaflowDiffCommand } from './megaflow-diff.js';
import { parsePcapCommand } from './parse-pcap.js';
import { replayCommand } from './replay.js';
import { rulesCommand } from './rules.js';
import { runCommand } from './run.js';
import { scenarioCommand } from './scenario.js';
import { traceCommand } from './trace.js';
import { UsageError } from './usage-error.js';
import { packageVersion } from './version.js';

const COMMANDS: readonly Command[] = [
  replayCommand,
  runCommand,
  inspectCommand,
  scenarioCommand,
  appctlCommand,
  traceCommand,
  rulesCommand,
  megaflowDiffCommand,
  parsePcapCommand,
  machinesCommand,
];

/** Runs `upcall ARGV...`; resolves to the exit status, never rejects. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  ignoreClosedPipe(io.stdout);
  ignoreClosedPipe(io.stderr);
  try {
    return await dispatch(argv, io);
  } catch (error) {
    return report(error, argv, io);
  }
}

async function dispatch(argv: readonly string[], io: Io): Promise<number> {
  const [name, ...words] = argv;
  if (name === '--help' || name === 'help') return print(io, overallHelp(COMMANDS));
  if (name === '--version') return print(io, `upcall ${packageVersion()}\n`);
  const command = findCommand(name);
  const args = parseArguments(command, words);
  if (args.has('help')) return print(io, commandHelp(command));
  readLogLevel(args);
  return await command.run(args, io);
}

function findCommand(name: string | undefined): Command {
  const found = COMMANDS.find((command) => command.name === name);
  if (found !== undefined) return found;
  const names = COMMANDS.map((command) => command.name).join(', ');
  const state = name === undefined ? 'none was given' : `there is no "${name}"`;
  throw new UsageError(`Cannot run a command: ${state}; the commands are ${names}`);
}

function print(io: Io, text: string): number {
  io.stdout.write(text);
  return EXIT_OK;
}

function report(error: unknown, argv: readonly string[], io: Io): number {
  const isUsage = error instanceof UsageError;
  io.stderr.write(`upcall: ${messageOf(error)}\n`);
  if (isUsage) io.stderr.write('Try "upcall --help" or "upcall COMMAND --help"\n');
  if (wantsStack(argv) && error instanceof Error) io.stderr.write(`${stackOf(error)}\n`);
  return isUsage ? EXIT_USAGE : EXIT_FAILURE;
}

function messageOf(error: unknown): string {
  if (error instanceof UpcallError) return error.message;
  const text = error instanceof Error ? error.message : String(error);
  return `${text} (this is a bug in upcall; --log-level debug shows where)`;
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\nCaused by: ${stackOf(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}

/** Looks at the raw words: the failure may have been in parsing them. */
function wantsStack(argv: readonly string[]): boolean {
  return argv.some(
    (word, i) =>
      word === '--log-level=debug' || (word === '--log-level' && argv[i + 1] === 'debug'),
  );
}
