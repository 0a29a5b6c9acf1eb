/**
 * Finds the control socket of a running program, as `ovs-appctl` finds it.
 *
 * A target is a socket's path, or a program's name: then the pidfile in the folder for sockets
 * tells its process, and so its socket. A program that wrote no pidfile is found by its socket,
 * where there is only one.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemReason, UpcallError } from '../base/errors.js';

/** Where Open vSwitch's programs have their sockets, unless `OVS_RUNDIR` says otherwise. */
export const RUNDIR_DEFAULT = '/var/run/openvswitch';

export interface ControlTarget {
  /** A path, or a program's name. */
  readonly target: string;
  readonly rundir: string;
}

/** The path of the socket; throws an `UpcallError` that says what to do. */
export function findControlSocket({ target, rundir }: ControlTarget): string {
  if (target.startsWith('/')) return target;
  const pidFile = join(rundir, `${target}.pid`);
  const text = readIfThere(pidFile);
  if (text === undefined) return findByName({ target, rundir });
  const pid = text.trim();
  if (!/^\d+$/.test(pid)) {
    throw new UpcallError(`Cannot use "${pidFile}": there is no process id in it; name a socket`);
  }
  const path = join(rundir, `${target}.${pid}.ctl`);
  if (existsSync(path)) return path;
  const state = `its pidfile names process ${pid}, but "${path}" is not there`;
  throw new UpcallError(`Cannot find "${target}": ${state}; start it again`);
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new UpcallError(`Cannot read "${path}": ${systemReason(error)}`, { cause: error });
  }
}

function findByName({ target, rundir }: ControlTarget): string {
  const prefix = `${target}.`;
  const names = namesIn(rundir).filter((name) => {
    return name.startsWith(prefix) && /^\d+\.ctl$/.test(name.slice(prefix.length));
  });
  const [name] = names;
  if (name === undefined) {
    const state = `"${rundir}" has no pidfile and no socket of it`;
    const remedy = 'start it, or say where it is with --rundir or --target';
    throw new UpcallError(`Cannot find "${target}": ${state}; ${remedy}`);
  }
  if (names.length === 1) return join(rundir, name);
  const state = `"${rundir}" has ${names.sort().join(', ')}`;
  throw new UpcallError(`Cannot choose a "${target}": ${state}; name one with --target`);
}

function namesIn(rundir: string): readonly string[] {
  try {
    return readdirSync(rundir);
  } catch {
    return [];
  }
}
