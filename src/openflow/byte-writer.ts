/**
 * Writes a message into bytes that grow, in network order.
 *
 * A length that is known only at the end is written as 0 and mended by `patchLength`.
 *
 * Owner: whoever encodes the message.
 */

import { assert } from '../base/errors.js';

const SIZE_START = 256;

export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(SIZE_START);
  #view = new DataView(this.#bytes.buffer);
  #size = 0;

  /** Bytes written. */
  get size(): number {
    return this.#size;
  }

  u8(value: number): this {
    const at = this.#grow(1);
    this.#view.setUint8(at, value);
    return this;
  }

  u16(value: number): this {
    const at = this.#grow(2);
    this.#view.setUint16(at, value);
    return this;
  }

  u32(value: number): this {
    const at = this.#grow(4);
    this.#view.setUint32(at, value >>> 0);
    return this;
  }

  u64(value: bigint): this {
    const at = this.#grow(8);
    this.#view.setBigUint64(at, value);
    return this;
  }

  bytes(value: Uint8Array): this {
    const at = this.#grow(value.length);
    this.#bytes.set(value, at);
    return this;
  }

  zeros(count: number): this {
    this.#grow(count);
    return this;
  }

  /** Zeros to the next multiple of 8 bytes behind `start`. */
  align(start = 0): this {
    return this.zeros((8 - ((this.#size - start) & 7)) & 7);
  }

  /** A text of a fixed width, cut to leave room for its final zero. */
  text(value: string, size: number): this {
    const bytes = new TextEncoder().encode(value).subarray(0, size - 1);
    return this.bytes(bytes).zeros(size - bytes.length);
  }

  /** Takes back what was written behind `size`. */
  truncate(size: number): void {
    this.#bytes.fill(0, size, this.#size);
    this.#size = size;
  }

  patchU16(at: number, value: number): void {
    assert(value <= 0xffff, 'a length fits in 16 bits');
    this.#view.setUint16(at, value);
  }

  /** Writes at `at` how many bytes there are from `start` on. */
  patchLength(at: number, start: number): void {
    this.patchU16(at, this.#size - start);
  }

  /** What was written; the writer is not to be used any more. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#size);
  }

  /** Makes room; bytes and view may be others afterwards. */
  #grow(count: number): number {
    const at = this.#size;
    this.#size += count;
    if (this.#size > this.#bytes.length) this.#enlarge();
    return at;
  }

  #enlarge(): void {
    let size = this.#bytes.length;
    while (size < this.#size) size *= 2;
    const bytes = new Uint8Array(size);
    bytes.set(this.#bytes);
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}
