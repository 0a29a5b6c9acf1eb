/**
 * Capture files, written: pcap, little-endian, with nanoseconds, Ethernet.
 *
 * Owner: whoever creates it; records are gathered and written in large pieces, the last of them
 * by `close()`.
 */

import { closeSync, openSync, writeSync } from 'node:fs';
import { FileError, systemReason } from '../base/errors.js';
import {
  PCAP_HEADER_SIZE,
  PCAP_RECORD_HEADER_SIZE,
  writePcapHeader,
  writePcapRecordHeader,
} from './pcap-format.js';

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
    writePcapHeader(this.#piece);
    this.#end = PCAP_HEADER_SIZE;
  }

  /** Appends one frame, whole. `nanoseconds` is the part below a second. */
  write(data: Uint8Array, seconds: number, nanoseconds: number): void {
    const size = PCAP_RECORD_HEADER_SIZE + data.length;
    if (this.#end + size > this.#piece.length) this.#flush(size);
    const header = { seconds, nanoseconds, captured: data.length, size: data.length };
    writePcapRecordHeader(this.#piece, this.#end, header);
    this.#piece.set(data, this.#end + PCAP_RECORD_HEADER_SIZE);
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
