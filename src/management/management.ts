/**
 * Operators' commands for a switch: run from the program itself, or over its control socket.
 *
 * `startManagement` listens at `<rundir>/<program>.<pid>.ctl`, where `ovs-appctl` and `upcall
 * appctl` find it; `createCommands` is the same without a socket.
 *
 * Owner: the socket, until `close`.
 */

import { join } from 'node:path';
import { type Log, moduleLog, silentLog } from '../base/log.js';
import type { Switch } from '../switch.js';
import { basicCommands, type ExitRequest } from './basic-commands.js';
import { bridgeCommands } from './bridge-commands.js';
import { CommandTable } from './command-table.js';
import { ControlSocket } from './control-socket.js';
import { coverageCommands, memoryCommands } from './coverage-commands.js';
import { dpctlCommands } from './dpctl-commands.js';
import { dpifCommands } from './dpif-commands.js';
import { dummyCommands } from './dummy-commands.js';
import { fdbCommands } from './fdb-commands.js';
import type { ManagementContext } from './management-context.js';
import { mdbCommands } from './mdb-commands.js';
import { timeCommands } from './time-commands.js';
import { traceCommands } from './trace-commands.js';
import { revalidatorCommands, upcallCommands } from './upcall-commands.js';
import { vlogCommands } from './vlog-commands.js';

export interface CommandOptions {
  /** How messages call this program. Default: "upcall". */
  readonly program?: string;
  /** What `version` says. Default: "unknown". */
  readonly version?: string;
  /** Where the program logs; with a `Vlog`, operators can change what. Default: silent. */
  readonly log?: Log;
  /** What `exit` does, after it was answered. Default: nothing. */
  readonly onExit?: (request: ExitRequest) => void;
}

export interface ManagementOptions extends CommandOptions {
  /** The folder of the socket; it must be there. */
  readonly rundir: string;
  /** The process's id, for the socket's name. */
  readonly pid: number;
}

export interface Management {
  /** The socket's path. */
  readonly path: string;
  readonly commands: CommandTable;
  /** Ends all connections and removes the socket. */
  close(): Promise<void>;
}

/** All commands of `sw`. */
export function createCommands(sw: Switch, options: CommandOptions = {}): CommandTable {
  const { program = 'upcall', version = 'unknown', log = silentLog, onExit = () => {} } = options;
  const context: ManagementContext = { sw, program, version };
  // The answer goes out first.
  const exit = (request: ExitRequest): void => {
    sw.clock.setTimeout(() => onExit(request), 0);
  };
  const table = new CommandTable();
  table.add(basicCommands(context, exit));
  table.add(upcallCommands(context));
  table.add(revalidatorCommands(context));
  table.add(dpifCommands(context));
  table.add(dpctlCommands(context));
  table.add(bridgeCommands(context));
  table.add(fdbCommands(context));
  table.add(mdbCommands(context));
  table.add(coverageCommands(context));
  table.add(memoryCommands(context));
  table.add(vlogCommands(log));
  table.add(dummyCommands(context));
  table.add(timeCommands(context));
  table.add(traceCommands(context));
  return table;
}

/**
 * Lets operators in. Rejects with an `UpcallError` where it cannot listen.
 *
 * @example
 * import { mkdtempSync, rmSync } from 'node:fs';
 * import { createSwitch } from 'upcall';
 * import { startManagement } from 'upcall/management';
 *
 * const sw = createSwitch({ ports: 2 });
 * const rundir = mkdtempSync('/tmp/example-');
 * const management = await startManagement(sw, { rundir, pid: process.pid });
 * assert.match(management.path, /upcall\.\d+\.ctl$/);
 * assert.match(await management.commands.run('upcall/show', [], 'text'), /flow/);
 * await management.close();
 * await sw.stop();
 * rmSync(rundir, { recursive: true });
 */
export async function startManagement(sw: Switch, options: ManagementOptions): Promise<Management> {
  const { rundir, pid, program = 'upcall' } = options;
  const log = moduleLog(options.log ?? silentLog, 'unixctl');
  const commands = createCommands(sw, options);
  const path = join(rundir, `${program}.${pid}.ctl`);
  const socket = await ControlSocket.open({ path, commands, log, coverage: sw.coverage });
  return { path, commands, close: () => socket.close() };
}
