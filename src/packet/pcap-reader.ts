/**
 * The pcap format: one header, then records; either endianness, micro- or nanoseconds.
 *
 * See https://www.ietf.org/archive/id/draft-gharris-opsawg-pcap-01.html.
 */

import { FileError } from '../base/errors.js';
import type { CapturedPacket, CaptureInterface, PacketReader } from './capture-reader.js';
import type { FileSource } from './file-source.js';

const MAGIC_MICROSECONDS = 0xa1b2c3d4;
const MAGIC_NANOSECONDS = 0xa1b23c4d;
/** What follows the magic number in the file's header, and a record's header. */
const HEADER_REST_SIZE = 20;
const RECORD_HEADER_SIZE = 16;
/** The link type's field has flags of the frame check sequence in its high bits. */
const LINK_TYPE_MASK = 0x0fff_ffff;
/** Larger than any frame, IPv6 jumbograms of BIG TCP included: a larger record is nonsense. */
export const RECORD_SIZE_MAX = 1 << 20;

/** Whether a file that begins so is a pcap. */
export function isPcapMagic(magic: Uint8Array): boolean {
  return magicOf(magic) !== undefined;
}

export class PcapReader implements PacketReader {
  readonly interfaces: readonly CaptureInterface[];
  readonly #source: FileSource;
  readonly #isLittleEndian: boolean;
  /** Nanoseconds in a unit of the record's fraction of a second. */
  readonly #unit: number;
  #packetCount = 0;

  /** `magic`, the first four bytes of the file, has been taken from `source`. */
  constructor(source: FileSource, magic: Uint8Array) {
    this.#source = source;
    const kind = magicOf(magic);
    this.#isLittleEndian = kind?.isLittleEndian ?? true;
    this.#unit = kind?.number === MAGIC_NANOSECONDS ? 1 : 1000;
    const rest = source.take(HEADER_REST_SIZE);
    if (rest === undefined) {
      const message = `Cannot read capture "${source.path}": cut short in its pcap header`;
      throw new FileError(source.path, message);
    }
    const linkType = viewOf(rest).getUint32(16, this.#isLittleEndian) & LINK_TYPE_MASK;
    this.interfaces = [{ name: undefined, linkType }];
  }

  next(): CapturedPacket | FileError | undefined {
    const source = this.#source;
    const header = source.take(RECORD_HEADER_SIZE);
    if (header === undefined) {
      return source.isAtEnd() ? undefined : this.#error('the file is cut short in its header');
    }
    const view = viewOf(header);
    const size = view.getUint32(8, this.#isLittleEndian);
    if (size > RECORD_SIZE_MAX) return this.#error(`its size of ${size} bytes makes no sense`);
    const data = source.take(size);
    if (data === undefined) return this.#error('the file is cut short in its data');

    this.#packetCount++;
    const seconds = view.getUint32(0, this.#isLittleEndian);
    const fraction = view.getUint32(4, this.#isLittleEndian) * this.#unit;
    return {
      data,
      seconds: seconds + Math.floor(fraction / 1e9),
      nanoseconds: fraction % 1e9,
      interfaceIndex: 0,
    };
  }

  #error(state: string): FileError {
    const { path } = this.#source;
    const which = `packet ${this.#packetCount + 1}`;
    return new FileError(path, `Cannot read ${which} of "${path}": ${state}`);
  }
}

function magicOf(bytes: Uint8Array): { number: number; isLittleEndian: boolean } | undefined {
  const view = viewOf(bytes);
  for (const isLittleEndian of [true, false]) {
    const number = view.getUint32(0, isLittleEndian);
    if (number === MAGIC_MICROSECONDS || number === MAGIC_NANOSECONDS) {
      return { number, isLittleEndian };
    }
  }
  return undefined;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
