/**
 * Capture files, written: pcap, little-endian, with nanoseconds, Ethernet.
 *
 * Owner: whoever creates it; records are gathered and written in large pieces, the last of them
 * by `close()`.
 */

import { closeSync, openSync, writeSync } from 'node:fs';
import { FileError, systemReason } from '../base/errors.js';
import { LINK_TYPE_ETHERNET } from './link-type.js';

const MAGIC_NANOSECONDS = 0xa1b23c4d;
const HEADER_SIZE = 24;
const RECORD_HEADER_SIZE = 16;
const SNAP_LENGTH = 262_144;
const PIECE_SIZE = 1 << 18;

export class PcapWriter {
  readonly path: string;
  readonly #descriptor: number;
  #piece = new Uint8Array(PIECE_SIZE);
  #end = 0;

  /** Creates the file, or empties it. Throws `FileError` where that fails. */
  constructor(path: string) {
    this.path = path;
    try {
      this.#descriptor = openSync(path, 'w');
    } catch (cause) {
      throw this.#error(cause);
    }
    this.#end = writeHeader(this.#piece);
  }

  /** Appends one frame, whole. `nanoseconds` is the part below a second. */
  write(data: Uint8Array, seconds: number, nanoseconds: number): void {
    const size = RECORD_HEADER_SIZE + data.length;
    if (this.#end + size > this.#piece.length) this.#flush(size);
    const view = new DataView(this.#piece.buffer, this.#end, RECORD_HEADER_SIZE);
    view.setUint32(0, seconds, true);
    view.setUint32(4, nanoseconds, true);
    view.setUint32(8, data.length, true);
    view.setUint32(12, data.length, true);
    this.#piece.set(data, this.#end + RECORD_HEADER_SIZE);
    this.#end += size;
  }

  /** Writes what is gathered and closes the file. */
  close(): void {
    this.#flush(0);
    closeSync(this.#descriptor);
  }

  /** Writes the piece out and makes room for `size` bytes. */
  #flush(size: number): void {
    try {
      for (let at = 0; at < this.#end; ) {
        at += writeSync(this.#descriptor, this.#piece, at, this.#end - at);
      }
    } catch (cause) {
      throw this.#error(cause);
    }
    this.#end = 0;
    if (size > this.#piece.length) this.#piece = new Uint8Array(size);
  }

  #error(cause: unknown): FileError {
    const message = `Cannot write "${this.path}": ${systemReason(cause)}`;
    return new FileError(this.path, message, { cause });
  }
}

function writeHeader(piece: Uint8Array): number {
  const view = new DataView(piece.buffer);
  view.setUint32(0, MAGIC_NANOSECONDS, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, SNAP_LENGTH, true);
  view.setUint32(20, LINK_TYPE_ETHERNET, true);
  return HEADER_SIZE;
}
