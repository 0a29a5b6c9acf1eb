/**
 * A file read from front to back in large pieces, given out as views without copying.
 *
 * A piece is never written again once it is given out, so views stay good; what keeps a view keeps
 * its piece. Owner: the capture that reads it.
 */

import { closeSync, openSync, readSync } from 'node:fs';
import { FileError, systemReason } from '../base/errors.js';

const PIECE_SIZE = 1 << 20;

export class FileSource {
  readonly path: string;
  #descriptor: number | undefined;
  #piece: Uint8Array = new Uint8Array(0);
  #at = 0;
  #end = 0;

  constructor(path: string) {
    this.path = path;
    try {
      this.#descriptor = openSync(path, 'r');
    } catch (cause) {
      throw new FileError(path, `Cannot open "${path}": ${systemReason(cause)}`, { cause });
    }
  }

  /** The next `size` bytes, or undefined where the file has fewer; those stay unread. */
  take(size: number): Uint8Array | undefined {
    if (this.#end - this.#at < size) this.#fill(size);
    if (this.#end - this.#at < size) return undefined;
    const view = this.#piece.subarray(this.#at, this.#at + size);
    this.#at += size;
    return view;
  }

  /** Whether everything has been taken. */
  isAtEnd(): boolean {
    if (this.#end === this.#at) this.#fill(1);
    return this.#end === this.#at;
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  /** Starts a new piece with what is left of the old one, and reads on until `size` are there. */
  #fill(size: number): void {
    if (this.#descriptor === undefined) return;
    const left = this.#piece.subarray(this.#at, this.#end);
    const piece = new Uint8Array(Math.max(PIECE_SIZE, size));
    piece.set(left);
    let end = left.length;
    while (end < size) {
      const count = this.#read(this.#descriptor, piece, end);
      if (count === 0) break;
      end += count;
    }
    this.#piece = piece;
    this.#at = 0;
    this.#end = end;
  }

  #read(descriptor: number, piece: Uint8Array, at: number): number {
    try {
      return readSync(descriptor, piece, at, piece.length - at, null);
    } catch (cause) {
      throw new FileError(this.path, `Cannot read "${this.path}": ${systemReason(cause)}`, {
        cause,
      });
    }
  }
}
