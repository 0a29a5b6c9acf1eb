/**
 * Where the lines of the daemon's log go: stderr, or a file that can be moved away and begun anew,
 * as `logrotate` does it (`vlog/reopen`).
 *
 * Owner: the file.
 */

import { closeSync, openSync, writeSync } from 'node:fs';
import { FileError, systemReason } from '../base/errors.js';
import type { VlogLines } from '../base/vlog.js';
import type { Output } from './io.js';

export function linesTo(output: Output): VlogLines {
  return { writeLine: (line) => void output.write(`${line}\n`) };
}

export class LogFile implements VlogLines {
  readonly path: string;
  #fd: number | undefined;

  /** Throws a `FileError` where it cannot be written. */
  constructor(path: string) {
    this.path = path;
    this.#fd = open(path);
  }

  writeLine(line: string): void {
    if (this.#fd !== undefined) writeSync(this.#fd, `${line}\n`);
  }

  /** Where the new one cannot be opened, the old one goes on. */
  reopen(): void {
    const fd = open(this.path);
    this.close();
    this.#fd = fd;
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }
}

function open(path: string): number {
  try {
    return openSync(path, 'a');
  } catch (cause) {
    const message = `Cannot open log file "${path}": ${systemReason(cause)}`;
    throw new FileError(path, message, { cause });
  }
}
