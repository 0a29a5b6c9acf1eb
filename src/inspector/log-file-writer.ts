/**
 * A recording, written: lines of JSON, compressed with gzip.
 *
 * Lines are gathered into pieces of `PIECE_SIZE`; each piece is a gzip member of its own, which
 * makes the file readable up to the last piece whatever happens to the program, keeps no more than
 * a piece in memory, and is still what `zcat` reads. Written without waiting for anything, so that
 * a replay, which never lets go of its turn, can be recorded. `docs/recording.md` has the format.
 *
 * Owner: whoever creates it, and closes it; what was not closed reads as cut short.
 */

import { closeSync, openSync, writeSync } from 'node:fs';
import { constants, gzipSync } from 'node:zlib';
import { FileError, systemReason } from '../base/errors.js';
import type { LogEntry, LogHeader } from './log-entry.js';

/** Bytes of text, more or less, in one gzip member: far more than the window of the compression. */
export const PIECE_SIZE = 1 << 18;

/** The last line: a recording without it was cut short. */
export interface LogEnd {
  readonly upcall: 'end of log';
  readonly entries: number;
}

export class LogFileWriter {
  readonly path: string;
  readonly #descriptor: number;
  #lines: string[] = [];
  #length = 0;
  #entries = 0;
  #isClosed = false;

  /** Creates the file, or empties it, and writes the header. Throws `FileError`. */
  constructor(path: string, header: LogHeader) {
    this.path = path;
    try {
      this.#descriptor = openSync(path, 'w');
    } catch (cause) {
      throw this.#error(cause);
    }
    this.#add(JSON.stringify(header));
    // So that a run which crashes at once leaves a file that says what it was.
    this.#flush();
  }

  /** Entries written so far. */
  get entries(): number {
    return this.#entries;
  }

  write(entry: LogEntry): void {
    if (this.#isClosed) throw this.#error(new Error('the recording has been closed'));
    this.#entries++;
    this.#add(JSON.stringify(entry));
    if (this.#length >= PIECE_SIZE) this.#flush();
  }

  /** Writes what is gathered and the line that says that this is all; once is enough. */
  close(): void {
    if (this.#isClosed) return;
    const end: LogEnd = { upcall: 'end of log', entries: this.#entries };
    this.#isClosed = true;
    this.#add(JSON.stringify(end));
    try {
      this.#flush();
    } finally {
      closeSync(this.#descriptor);
    }
  }

  #add(line: string): void {
    this.#lines.push(line);
    this.#length += line.length + 1;
  }

  #flush(): void {
    const text = `${this.#lines.join('\n')}\n`;
    this.#lines = [];
    this.#length = 0;
    const piece = gzipSync(text, { level: constants.Z_BEST_SPEED });
    try {
      for (let at = 0; at < piece.length; ) {
        at += writeSync(this.#descriptor, piece, at, piece.length - at);
      }
    } catch (cause) {
      throw this.#error(cause);
    }
  }

  #error(cause: unknown): FileError {
    const message = `Cannot write recording "${this.path}": ${systemReason(cause)}`;
    return new FileError(this.path, message, { cause });
  }
}
