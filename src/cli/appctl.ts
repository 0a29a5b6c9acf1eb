/**
 * `upcall appctl COMMAND [ARG...]`: asks a running switch, ours or Open vSwitch's, as `ovs-appctl`
 * does.
 *
 * What the switch refuses goes to stderr in its own words.
 */

import { SystemClock } from '../base/clock.js';
import { UpcallError } from '../base/errors.js';
import { CommandError } from '../management/command.js';
import type { OutputFormat } from '../management/command-table.js';
import { ControlClient } from '../management/control-client.js';
import type { JsonValue } from '../management/json-value.js';
import type { Arguments } from './arguments.js';
import { type Command, EXIT_FAILURE, EXIT_OK } from './command.js';
import { findControlSocket, RUNDIR_DEFAULT } from './control-target.js';
import type { Io } from './io.js';
import { UsageError } from './usage-error.js';

const TARGET_DEFAULT = 'upcall';
/** Seconds; who asks for more than a day can do without. */
const TIMEOUT_RANGE = { min: 0.001, max: 86_400 };
const MS_PER_SECOND = 1000;

export const appctlCommand: Command = {
  name: 'appctl',
  summary: 'Ask or tell a running switch something.',
  synopsis: 'COMMAND [ARG...]',
  hasTail: true,
  options: [
    {
      name: 'target',
      short: 't',
      value: 'TARGET',
      help: `a socket's path, or a program's name (default: ${TARGET_DEFAULT})`,
    },
    { name: 'rundir', value: 'DIR', help: `of sockets (default: OVS_RUNDIR, ${RUNDIR_DEFAULT})` },
    { name: 'timeout', short: 'T', value: 'SECONDS', help: 'give up after so long' },
    { name: 'format', value: 'FORMAT', help: 'text (default) or json' },
    { name: 'pretty', help: 'indent JSON' },
  ],
  run: ask,
};

async function ask(args: Arguments, io: Io): Promise<number> {
  const [command, ...words] = args.positionals;
  if (command === undefined) {
    throw new UsageError('Cannot ask: no command was given; "list-commands" lists them');
  }
  const format = args.choice('format', ['text', 'json']) ?? 'text';
  const seconds = args.amount('timeout', TIMEOUT_RANGE);
  const client = await ControlClient.connect(socketOf(args, io));
  try {
    const answer = await within(seconds, client.run(command, words, format));
    io.stdout.write(textOf(answer, format, args.has('pretty')));
    return EXIT_OK;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    io.stderr.write(error.message);
    return EXIT_FAILURE;
  } finally {
    client.close();
  }
}

function socketOf(args: Arguments, { env }: Io): string {
  return findControlSocket({
    target: args.text('target') ?? TARGET_DEFAULT,
    rundir: args.text('rundir') ?? env['OVS_RUNDIR'] ?? RUNDIR_DEFAULT,
  });
}

/** The answer, unless it takes longer than `seconds`. */
function within<Answer>(seconds: number | undefined, answer: Promise<Answer>): Promise<Answer> {
  if (seconds === undefined) return answer;
  const clock = new SystemClock();
  return new Promise((resolve, reject) => {
    const timer = clock.setTimeout(() => {
      const state = `none came within ${seconds} s; try again, or with a longer --timeout`;
      reject(new UpcallError(`Cannot wait for the answer: ${state}`));
    }, seconds * MS_PER_SECOND);
    answer.then(resolve, reject).finally(() => clock.clearTimeout(timer));
  });
}

function textOf(answer: JsonValue, format: OutputFormat, isPretty: boolean): string {
  if (format === 'text' && typeof answer === 'string') return answer;
  return `${JSON.stringify(answer, undefined, isPretty ? 2 : undefined)}\n`;
}
