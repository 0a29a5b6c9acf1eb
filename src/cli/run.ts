/**
 * `upcall run`: a switch on this machine's interfaces, until a signal.
 *
 * The first SIGINT or SIGTERM stops it in order (`daemon.ts`), a second one ends the process at
 * once. In the background (`--detach`) another process of the same command does all that.
 */

import { hostname } from 'node:os';
import { UpcallError } from '../base/errors.js';
import type { Log, LogLevel } from '../base/log.js';
import { Vlog, type VlogLevel } from '../base/vlog.js';
import { type Conservation, formatArrivals } from '../switch-conservation.js';
import type { Arguments } from './arguments.js';
import { type Command, EXIT_OK } from './command.js';
import { Daemon } from './daemon.js';
import { StartReport, startDetached } from './detached-start.js';
import { Interruption } from './interruption.js';
import type { Io, SelfProcess } from './io.js';
import { LogFile, linesTo } from './log-lines.js';
import { PROGRAM, RUN_OPTIONS, type RunOptions, readRunOptions } from './run-options.js';
import { wallTimeMs } from './wall-clock.js';

/** How OVS calls the levels. */
const VLOG_LEVEL: Readonly<Record<LogLevel, VlogLevel>> = {
  error: 'err',
  warn: 'warn',
  info: 'info',
  debug: 'dbg',
};

export const runCommand: Command = {
  name: 'run',
  summary: "Run a switch on this machine's interfaces, until a signal.",
  synopsis: '[OPTION...]',
  options: RUN_OPTIONS,
  run,
};

async function run(args: Arguments, io: Io): Promise<number> {
  const options = readRunOptions(args, io);
  const self = selfOf(io);
  if (options.isDetached) {
    await startDetached(self, io, options.logFile);
    return EXIT_OK;
  }
  const report = new StartReport(io);
  try {
    await runUntilSignal(options, io, self, report);
  } catch (error) {
    report.tell(error instanceof UpcallError ? error.message : String(error));
    throw error;
  }
  return EXIT_OK;
}

function selfOf({ self }: Io): SelfProcess {
  if (self !== undefined) return self;
  throw new UpcallError('Cannot run a daemon: this needs a process of its own');
}

async function runUntilSignal(
  options: RunOptions,
  io: Io,
  self: SelfProcess,
  report: StartReport,
): Promise<void> {
  const log = openLog(options, io, self);
  const isInForeground = !report.isAwaited;
  // A signal that comes while things are brought up stops them as soon as they are.
  const interruption = new Interruption(io);
  let askToExit = (): void => {};
  const exitAsked = new Promise<void>((resolve) => {
    askToExit = resolve;
  });
  const daemon = await Daemon.start(options, { log, self, askToExit });
  log.info({ bridge: options.bridge, notes: daemon.notes }, 'switch is up');
  // In the background nobody reads.
  const say = (text: string): void => void (isInForeground && io.stdout.write(text));
  for (const note of daemon.notes) say(`${note}\n`);
  say(`bridge "${options.bridge}" is up (process ${self.pid}; Ctrl-C stops it)\n`);
  report.tell();
  const reason = await Promise.race([
    interruption.happened.then(() => 'signal'),
    exitAsked.then(() => 'command "exit"'),
  ]);
  interruption.release();
  log.info({ reason }, 'switch is stopping');
  const conservation = await daemon.stop();
  say(formatConservation(conservation));
}

/** To a file where one is named; else to stderr. Operators change its levels while we run. */
function openLog({ logFile, logLevel }: RunOptions, io: Io, { pid }: SelfProcess): Log {
  const place = logFile === undefined ? 'console' : 'file';
  const lines = logFile === undefined ? linesTo(io.stderr) : new LogFile(logFile);
  const level = VLOG_LEVEL[logLevel];
  return new Vlog({
    destinations: { [place]: lines },
    levels: { console: level, syslog: level, file: level },
    writer: { program: PROGRAM, host: hostname(), pid, startMs: wallTimeMs(), now: wallTimeMs },
  });
}

function formatConservation(conservation: Conservation): string {
  const { packetsCredited, bytesCredited, ok } = conservation;
  const verdict = ok ? 'every packet is accounted for' : 'PACKETS ARE MISSING FROM THE ACCOUNTS';
  const credited = `${packetsCredited} (${bytesCredited}) credited to rules`;
  return `${formatArrivals(conservation)}, ${credited}; ${verdict}\n`;
}
