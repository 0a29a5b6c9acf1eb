/**
 * A recording, read: its header, then one entry after the other.
 *
 * Read as a stream, a piece at a time, packed or not (a recording that `zcat` has unpacked is one
 * too). A file that was cut short, because the program or the disk gave out, is read up to its last
 * whole line, and says so; a line that makes no sense anywhere else is an error that names it.
 */

import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { constants, createGunzip } from 'node:zlib';
import { FileError, systemReason } from '../base/errors.js';
import { faultOfEntry } from './entry-fields.js';
import { LOG_VERSION, type LogEntry, type LogHeader } from './log-entry.js';

/** A line is an entry, and the largest is a header with all machines in it. */
export const LINE_LENGTH_MAX = 16 * 1024 * 1024;

export interface LogReading {
  readonly header: LogHeader;
  readonly entries: number;
  /** The file ends before its end: it holds what was written until then. */
  readonly isCutShort: boolean;
}

/** Reads a recording, calling `take` for each entry. Rejects with a `FileError`. */
export async function readLog(
  path: string,
  take: (entry: LogEntry, header: LogHeader) => void,
): Promise<LogReading> {
  const parser = new LogParser(path, take);
  for await (const text of readText(path)) parser.push(text);
  return parser.finish();
}

/** Reads the first line only. */
export async function readLogHeader(path: string): Promise<LogHeader> {
  const parser = new LogParser(path, () => {});
  for await (const text of readText(path)) {
    parser.push(text, 1);
    if (parser.header !== undefined) return parser.header;
  }
  return parser.finish().header;
}

async function* readText(path: string): AsyncGenerator<string> {
  const isPacked = readMagic(path);
  const file = createReadStream(path);
  // What was cut short ends without an error: the line that is missing at its end tells.
  const stream = isPacked ? file.pipe(createGunzip({ finishFlush: constants.Z_SYNC_FLUSH })) : file;
  file.on('error', (cause) => stream.destroy(cause));
  stream.setEncoding('utf8');
  try {
    for await (const text of stream) yield String(text);
  } catch (cause) {
    throw readError(path, systemReason(cause), cause);
  } finally {
    file.destroy();
  }
}

/** Whether the file begins as a packed one does. */
function readMagic(path: string): boolean {
  try {
    const descriptor = openSync(path, 'r');
    const magic = new Uint8Array(2);
    try {
      readSync(descriptor, magic, 0, 2, 0);
    } finally {
      closeSync(descriptor);
    }
    return magic[0] === 0x1f && magic[1] === 0x8b;
  } catch (cause) {
    throw readError(path, systemReason(cause), cause);
  }
}

function readError(path: string, state: string, cause?: unknown): FileError {
  return new FileError(path, `Cannot read recording "${path}": ${state}`, { cause });
}

/** Makes lines of text, and entries of lines. */
class LogParser {
  readonly #path: string;
  readonly #take: (entry: LogEntry, header: LogHeader) => void;
  header: LogHeader | undefined;
  #rest = '';
  #line = 0;
  #entries = 0;
  #isEnded = false;

  constructor(path: string, take: (entry: LogEntry, header: LogHeader) => void) {
    this.#path = path;
    this.#take = take;
  }

  /** Takes in the lines that `text` completes, `limit` of them at most. */
  push(text: string, limit = Number.POSITIVE_INFINITY): void {
    const lines = `${this.#rest}${text}`.split('\n');
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > LINE_LENGTH_MAX) throw this.#error('it has no end; this is no log');
    for (const line of lines.slice(0, limit)) this.#takeLine(line);
  }

  finish(): LogReading {
    // A first line without an end may be anything, but no recording.
    if (this.header === undefined) this.#takeLine(this.#rest);
    const { header } = this;
    if (header === undefined) throw this.#error('the file is empty; name a recording');
    return { header, entries: this.#entries, isCutShort: !this.#isEnded };
  }

  #takeLine(line: string): void {
    this.#line++;
    if (this.#isEnded) throw this.#error('it stands behind the end of the log; delete it');
    const value = this.#parse(line);
    if (this.header === undefined) this.header = this.#headerOf(value);
    else if (isEnd(value)) this.#isEnded = true;
    else this.#takeEntry(value, this.header);
  }

  #takeEntry(value: unknown, header: LogHeader): void {
    const fault = faultOfEntry(value);
    if (fault !== undefined) throw this.#error(`${fault}; the file is damaged, record anew`);
    const entry = value as LogEntry;
    const expected = this.#entries + 1;
    if (entry.n !== expected) {
      throw this.#error(`it is entry ${entry.n}, not ${expected}; lines are missing, record anew`);
    }
    this.#entries++;
    this.#take(entry, header);
  }

  #headerOf(value: unknown): LogHeader {
    const header = (value ?? {}) as Partial<Record<keyof LogHeader, unknown>>;
    if (header.upcall !== 'event log') {
      throw this.#error('this is no event log; name a file that --record has written');
    }
    if (header.version !== LOG_VERSION) {
      const read = `this version of upcall reads ${LOG_VERSION}`;
      throw this.#error(`the log has version ${String(header.version)}; ${read}, record anew`);
    }
    const isWhole = typeof header.machines === 'object' && typeof header.startedAt === 'number';
    if (!isWhole || !Array.isArray(header.bridges) || !Array.isArray(header.ports)) {
      throw this.#error('the header lacks machines, bridges, ports or its time; record anew');
    }
    return value as LogHeader;
  }

  #parse(line: string): unknown {
    try {
      return JSON.parse(line);
    } catch {
      const remedy =
        this.header === undefined ? 'name a file that --record has written' : 'record anew';
      throw this.#error(`it is no JSON; ${remedy}`);
    }
  }

  #error(state: string): FileError {
    return readError(this.#path, `line ${Math.max(1, this.#line)}: ${state}`);
  }
}

function isEnd(value: unknown): boolean {
  const isObject = typeof value === 'object' && value !== null;
  return isObject && 'upcall' in value && value.upcall === 'end of log';
}
