/**
 * Reads a message from its bytes, in network order, and never past its end.
 *
 * What is not there is an error of the message, not of the program: `ended` says which. Sub-readers
 * share the bytes and are as long as a length in the message says.
 *
 * Owner: whoever decodes the message.
 */

import { OfpError, type OfpErrorName } from './ofp-error.js';

export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #ended: OfpErrorName;
  #at: number;
  readonly #end: number;

  /** `ended` is the error for a message that stops too early. */
  constructor(
    bytes: Uint8Array,
    ended: OfpErrorName = 'OFPBRC_BAD_LEN',
    at = 0,
    end?: number,
    view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  ) {
    this.#bytes = bytes;
    this.#view = view;
    this.#ended = ended;
    this.#at = at;
    this.#end = end ?? bytes.length;
  }

  /** Where the next byte is. */
  get at(): number {
    return this.#at;
  }

  get remaining(): number {
    return this.#end - this.#at;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2));
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4));
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8));
  }

  skip(count: number): void {
    this.#take(count);
  }

  /** To the next multiple of 8 bytes behind `start`; throws `error` where the bytes end before. */
  align(start: number, error: OfpErrorName): void {
    const rest = (8 - ((this.#at - start) & 7)) & 7;
    if (rest > this.remaining) throw new OfpError(error);
    this.skip(rest);
  }

  /** The next bytes; they are the message's own. */
  bytes(count: number): Uint8Array {
    const at = this.#take(count);
    return this.#bytes.subarray(at, at + count);
  }

  /** The same, to be read again. */
  peek(count: number): Uint8Array {
    const bytes = this.bytes(count);
    this.#at -= count;
    return bytes;
  }

  /** A number that is to be read again. */
  peekU32(): number {
    const value = this.u32();
    this.#at -= 4;
    return value;
  }

  rest(): Uint8Array {
    return this.bytes(this.remaining);
  }

  /** A fixed-width text, up to its first zero. */
  text(size: number): string {
    const bytes = this.bytes(size);
    const end = bytes.indexOf(0);
    return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
  }

  /** Reads the next `count` bytes by a reader of their own. */
  part(count: number, ended: OfpErrorName = this.#ended): ByteReader {
    const at = this.#take(count);
    return new ByteReader(this.#bytes, ended, at, at + count, this.#view);
  }

  /** Complains of bytes that nothing has asked for. */
  finish(): void {
    if (this.remaining > 0) throw new OfpError(this.#ended);
  }

  #take(count: number): number {
    const at = this.#at;
    if (count < 0 || at + count > this.#end) throw new OfpError(this.#ended);
    this.#at = at + count;
    return at;
  }
}
