/**
 * A frame that is being written from front to back; it grows as needed.
 */

import { writeHalf, writeWord } from './bytes.js';

const SIZE_START = 256;

export class FrameWriter {
  #bytes = new Uint8Array(SIZE_START);
  #size = 0;

  /** Bytes written so far: where the next header begins. */
  get size(): number {
    return this.#size;
  }

  /** What has been written, for changes of it; good until the next write. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#size);
  }

  /** Appends `size` zero bytes and returns where they begin. */
  skip(size: number): number {
    const start = this.#size;
    this.#size += size;
    if (this.#size > this.#bytes.length) {
      const grown = new Uint8Array(this.#size * 2);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    return start;
  }

  byte(value: number): void {
    const at = this.skip(1);
    this.#bytes[at] = value;
  }

  half(value: number): void {
    const at = this.skip(2);
    writeHalf(this.#bytes, at, value);
  }

  word(value: number): void {
    const at = this.skip(4);
    writeWord(this.#bytes, at, value);
  }

  /** Appends consecutive words of a flow. */
  words(from: Uint32Array, start: number, count: number): void {
    for (let i = start; i < start + count; i++) this.word(from[i] ?? 0);
  }

  /** The frame, as a copy of its own. */
  toFrame(): Uint8Array {
    return this.bytes.slice();
  }
}
