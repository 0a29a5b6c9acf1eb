/**
 * A file with this process's id: who has it is the only one.
 *
 * One that is left from a process that is dead is told apart from one whose process lives: also
 * where its id belongs to somebody else by now, who was started after the file was written.
 *
 * Owner: the file and a descriptor of it, until `remove`.
 */

import {
  closeSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { FileError, systemReason, UpcallError } from '../base/errors.js';
import type { SelfProcess } from './io.js';

/** Of `/proc/PID/stat`: ticks since the machine started; behind the name, which may have spaces. */
const START_TIME_FIELD = 19;
/** `sysconf(_SC_CLK_TCK)` of every Linux that there is. */
const TICKS_PER_SECOND = 100;
/** What both clocks may differ by. */
const TOLERANCE_MS = 2000;
/** Somebody else may take a stale file away, and come first. */
const ATTEMPTS_MAX = 3;

export class PidFile {
  readonly path: string;
  /** Open as long as the file is ours: a lock on it ends with the descriptor. */
  readonly fd: number;

  private constructor(path: string, fd: number) {
    this.path = path;
    this.fd = fd;
  }

  /** Throws a `FileError`, or an `UpcallError` where another process has it. */
  static claim(path: string, self: SelfProcess): PidFile {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const fd = create(path, self.pid);
      if (fd !== undefined) return new PidFile(path, fd);
      const holder = holderOf(path, self);
      if (holder !== undefined) {
        const state = `process ${holder} has it; stop it or name another file`;
        throw new UpcallError(`Cannot claim pid file "${path}": ${state}`);
      }
      takeAway(path, self);
    }
    throw new UpcallError(`Cannot claim pid file "${path}": others claim it as well; try again`);
  }

  remove(): void {
    rmSync(this.path, { force: true });
    closeSync(this.fd);
  }
}

/** Undefined where there is one already. */
function create(path: string, pid: number): number | undefined {
  try {
    const fd = openSync(path, 'wx', 0o644);
    writeSync(fd, `${pid}\n`);
    return fd;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') return undefined;
    throw new FileError(path, `Cannot write pid file "${path}": ${systemReason(cause)}`, { cause });
  }
}

/** The live process that wrote the file; undefined: nobody any more. */
function holderOf(path: string, self: SelfProcess): number | undefined {
  const pid = readPid(path);
  if (pid === undefined || pid === self.pid || !self.isAlive(pid)) return undefined;
  const startedAt = startTimeOf(pid);
  const writtenAt = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return startedAt !== undefined && startedAt > writtenAt + TOLERANCE_MS ? undefined : pid;
}

function readPid(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, 'utf8').trim());
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** By the wall's clock; undefined where the system does not say. */
function startTimeOf(pid: number): number | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    const bootTime = /^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1];
    const ticks = Number(fields[START_TIME_FIELD]);
    return (Number(bootTime) + ticks / TICKS_PER_SECOND) * 1000;
  } catch {
    return undefined;
  }
}

/** Takes a stale file away, or, where it is somebody's new one, puts it back. */
function takeAway(path: string, self: SelfProcess): void {
  const aside = `${path}.${self.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  if (holderOf(aside, self) === undefined) rmSync(aside, { force: true });
  else renameSync(aside, path);
}
