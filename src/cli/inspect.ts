/**
 * `upcall inspect FILE`: a recording in the page, without a switch.
 */

import { SystemClock } from '../base/clock.js';
import type { Arguments } from './arguments.js';
import { type Command, EXIT_OK } from './command.js';
import { PORT_HELP, readPort } from './inspect-option.js';
import type { Io } from './io.js';
import { createLogger } from './logger.js';
import { UsageError } from './usage-error.js';

export const inspectCommand: Command = {
  name: 'inspect',
  summary: 'Show a recording in a page: what the slow path did, forward and backward.',
  synopsis: 'FILE [--port PORT]',
  options: [{ name: 'port', value: 'PORT', help: PORT_HELP }],
  run: inspect,
};

async function inspect(args: Arguments, io: Io): Promise<number> {
  const [file, another] = args.positionals;
  if (file === undefined) throw new UsageError('Cannot inspect: no recording was given');
  if (another !== undefined) {
    throw new UsageError(`Cannot inspect: one recording at a time, and "${another}" is a second`);
  }
  const port = readPort(args);
  const clock = new SystemClock();
  // No other command shall load a server.
  const { openRecording } = await import('../inspector/recording.js');
  const { showSession } = await import('./session-page.js');
  const session = await openRecording(file, { clock });
  const log = createLogger(args, io, () => clock.now());
  await showSession(session, { port, clock, log, io, isPlaying: false });
  return EXIT_OK;
}
