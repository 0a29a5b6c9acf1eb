/**
 * `--detach`: the command starts itself once more, in a session of its own, and waits until that
 * one says that it is up, or why it is not.
 *
 * The two are tied by a pipe: the child writes one word on its state and closes it. Whoever waits
 * for the parent's outputs to end (a shell, an init system) gets them to end with the parent: the
 * child has none of them.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { FileError, systemReason, UpcallError } from '../base/errors.js';
import type { Io, SelfProcess } from './io.js';

/** Names the descriptor of the pipe to the child. */
const READY_VARIABLE = 'UPCALL_READY_FD';
const READY_FD = 3;
const READY = 'ready';

/** Resolves when the child is up; rejects with an `UpcallError` that says why it is not. */
export async function startDetached(
  self: SelfProcess,
  { env }: Pick<Io, 'env'>,
  logFile: string | undefined,
): Promise<void> {
  const [program = '', ...first] = self.command;
  const output = logFile === undefined ? 'ignore' : openLog(logFile);
  const words = self.words.filter((word) => word !== '--detach');
  const child = spawn(program, [...first, ...words], {
    detached: true,
    env: { ...env, [READY_VARIABLE]: String(READY_FD) },
    stdio: ['ignore', output, output, 'pipe'],
  });
  if (output !== 'ignore') closeSync(output);
  const said = await whatChildSays(child);
  if (said !== READY) throw new UpcallError(said);
  child.unref();
}

/** What ran into trouble before a log was open still finds its way there. */
function openLog(path: string): number {
  try {
    return openSync(path, 'a');
  } catch (cause) {
    throw new FileError(path, `Cannot open log file "${path}": ${systemReason(cause)}`, { cause });
  }
}

function whatChildSays(child: ChildProcess): Promise<string> {
  const pipe = child.stdio[READY_FD];
  return new Promise((resolve, reject) => {
    const parts: string[] = [];
    child.once('error', (cause) => {
      reject(new UpcallError(`Cannot start in the background: ${cause.message}`, { cause }));
    });
    pipe?.on('data', (part: Buffer) => parts.push(part.toString()));
    pipe?.once('close', () => {
      const state = 'it ended before it was up; leave --detach out to see why';
      resolve(parts.join('') || `Cannot start in the background: ${state}`);
    });
  });
}

/** The child's end: whoever waits is told that we are up, or `failure`; at most once. */
export class StartReport {
  #fd: number | undefined;

  constructor({ env }: Pick<Io, 'env'>) {
    const text = env[READY_VARIABLE];
    this.#fd = text === undefined ? undefined : Number(text);
  }

  /** Whether somebody waits: then we are the one in the background. */
  get isAwaited(): boolean {
    return this.#fd !== undefined;
  }

  tell(failure?: string): void {
    const fd = this.#fd;
    if (fd === undefined) return;
    this.#fd = undefined;
    writeSync(fd, failure ?? READY);
    closeSync(fd);
  }
}
