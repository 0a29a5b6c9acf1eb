/**
 * The pcapng format: sections of blocks; interfaces with options; enhanced, simple and old packet
 * blocks. Unknown blocks and options are skipped.
 *
 * Interfaces are numbered through all sections of a file, in order of appearance.
 * See https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-02.html.
 */

import { FileError } from '../base/errors.js';
import type { CapturedPacket, CaptureInterface, PacketReader } from './capture-reader.js';
import type { FileSource } from './file-source.js';
import { RECORD_SIZE_MAX } from './pcap-reader.js';

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const OLD_PACKET = 2;
const SIMPLE_PACKET = 3;
const ENHANCED_PACKET = 6;

const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
/** Type and length before a block's body, and the length again behind it. */
const BLOCK_FRAME_SIZE = 12;
/** A packet of the largest size with its header and options. */
const BLOCK_SIZE_MAX = RECORD_SIZE_MAX * 2;

const OPTION_END = 0;
const OPTION_INTERFACE_NAME = 2;
const OPTION_TIMESTAMP_RESOLUTION = 9;
const OPTION_TIMESTAMP_OFFSET = 14;

interface Interface extends CaptureInterface {
  readonly snapLength: number;
  /** Timestamp units in a second. */
  readonly unitsPerSecond: bigint;
  /** Seconds to add to every timestamp. */
  readonly offset: bigint;
}

/** Whether a file that begins so is a pcapng. */
export function isPcapngMagic(magic: Uint8Array): boolean {
  return viewOf(magic).getUint32(0) === SECTION_HEADER;
}

export class PcapngReader implements PacketReader {
  readonly #interfaces: Interface[] = [];
  readonly #source: FileSource;
  /** The first interface of this section. */
  #base = 0;
  #isLittleEndian = true;
  #packetCount = 0;

  /** The type of the first block has been taken from `source`. */
  constructor(source: FileSource) {
    this.#source = source;
    this.#startSection();
  }

  get interfaces(): readonly CaptureInterface[] {
    return this.#interfaces;
  }

  next(): CapturedPacket | FileError | undefined {
    while (true) {
      const head = this.#source.take(4);
      if (head === undefined) {
        return this.#source.isAtEnd() ? undefined : this.#error('the file is cut short');
      }
      const type = viewOf(head).getUint32(0, this.#isLittleEndian);
      if (type === SECTION_HEADER) this.#startSection();
      else {
        const packet = this.#readBlock(type, this.#takeBody());
        if (packet !== undefined) return packet;
      }
    }
  }

  /** Reads a section header behind its type; its magic tells the section's endianness. */
  #startSection(): void {
    const head = this.#source.take(8);
    if (head === undefined) throw this.#error('the file is cut short in a section header');
    const view = viewOf(head);
    this.#isLittleEndian = view.getUint32(4, true) === BYTE_ORDER_MAGIC;
    if (!this.#isLittleEndian && view.getUint32(4) !== BYTE_ORDER_MAGIC) {
      throw this.#error('a section header has no byte order magic');
    }
    const size = view.getUint32(0, this.#isLittleEndian);
    this.#checkSize(size, BLOCK_FRAME_SIZE + 16);
    if (this.#source.take(size - 12) === undefined) {
      throw this.#error('the file is cut short in a section header');
    }
    this.#base = this.#interfaces.length;
  }

  /** Takes length, body and trailing length of a block; returns the body. */
  #takeBody(): DataView {
    const head = this.#source.take(4);
    if (head === undefined) throw this.#error('the file is cut short');
    const size = viewOf(head).getUint32(0, this.#isLittleEndian);
    this.#checkSize(size, BLOCK_FRAME_SIZE);
    const rest = this.#source.take(size - 8);
    if (rest === undefined) throw this.#error('the file is cut short in a block');
    return viewOf(rest.subarray(0, rest.length - 4));
  }

  #checkSize(size: number, sizeMin: number): void {
    if (size < sizeMin || size > BLOCK_SIZE_MAX || size % 4 !== 0) {
      throw this.#error(`a block's size of ${size} bytes makes no sense`);
    }
  }

  #readBlock(type: number, body: DataView): CapturedPacket | undefined {
    switch (type) {
      case INTERFACE_DESCRIPTION:
        this.#interfaces.push(this.#readInterface(body));
        return undefined;
      case ENHANCED_PACKET: {
        this.#checkBody(body, 20);
        return this.#readPacket(body, body.getUint32(0, this.#isLittleEndian));
      }
      case OLD_PACKET: {
        this.#checkBody(body, 20);
        return this.#readPacket(body, body.getUint16(0, this.#isLittleEndian));
      }
      case SIMPLE_PACKET:
        return this.#readSimplePacket(body);
      default:
        return undefined;
    }
  }

  #readInterface(body: DataView): Interface {
    this.#checkBody(body, 8);
    const isLittleEndian = this.#isLittleEndian;
    let name: string | undefined;
    let unitsPerSecond = 1_000_000n;
    let offset = 0n;
    for (const [code, value] of options(body, 8, isLittleEndian)) {
      if (code === OPTION_INTERFACE_NAME) name = textOf(value);
      else if (code === OPTION_TIMESTAMP_RESOLUTION && value.byteLength >= 1) {
        const power = value.getUint8(0);
        unitsPerSecond = power < 0x80 ? 10n ** BigInt(power) : 2n ** BigInt(power & 0x7f);
      } else if (code === OPTION_TIMESTAMP_OFFSET && value.byteLength >= 8) {
        offset = value.getBigInt64(0, isLittleEndian);
      }
    }
    const linkType = body.getUint16(0, isLittleEndian);
    const snapLength = body.getUint32(4, isLittleEndian);
    return { name, linkType, snapLength, unitsPerSecond, offset };
  }

  /** A packet block of either kind with a timestamp: they differ in the interface's width. */
  #readPacket(body: DataView, interfaceId: number): CapturedPacket {
    const isLittleEndian = this.#isLittleEndian;
    const { unitsPerSecond, offset } = this.#interface(interfaceId);
    const high = BigInt(body.getUint32(4, isLittleEndian));
    const units = (high << 32n) | BigInt(body.getUint32(8, isLittleEndian));
    const rest = units % unitsPerSecond;
    const data = this.#data(body, 20, body.getUint32(12, isLittleEndian));
    return {
      data,
      seconds: Number(units / unitsPerSecond + offset),
      nanoseconds: Number((rest * 1_000_000_000n) / unitsPerSecond),
      interfaceIndex: this.#base + interfaceId,
    };
  }

  /** Without a timestamp, on the section's first interface, which says how much was captured. */
  #readSimplePacket(body: DataView): CapturedPacket {
    this.#checkBody(body, 4);
    const { snapLength } = this.#interface(0);
    const original = body.getUint32(0, this.#isLittleEndian);
    const size = snapLength === 0 ? original : Math.min(original, snapLength);
    const data = this.#data(body, 4, Math.min(size, body.byteLength - 4));
    return { data, seconds: 0, nanoseconds: 0, interfaceIndex: this.#base };
  }

  #interface(id: number): Interface {
    const found = this.#interfaces[this.#base + id];
    if (found === undefined) throw this.#error(`interface ${id} is not described before it`);
    return found;
  }

  #data(body: DataView, at: number, size: number): Uint8Array {
    this.#checkBody(body, at + size);
    this.#packetCount++;
    return new Uint8Array(body.buffer, body.byteOffset + at, size);
  }

  #checkBody(body: DataView, size: number): void {
    if (body.byteLength < size) throw this.#error('a block is shorter than its contents');
  }

  #error(state: string): FileError {
    const { path } = this.#source;
    const which = `packet ${this.#packetCount + 1}`;
    return new FileError(path, `Cannot read ${which} of "${path}": ${state}`);
  }
}

/** The options of a block from `start` on, up to the first that does not fit. */
function* options(
  body: DataView,
  start: number,
  isLittleEndian: boolean,
): Iterable<readonly [code: number, value: DataView]> {
  for (let at = start; at + 4 <= body.byteLength; ) {
    const code = body.getUint16(at, isLittleEndian);
    const size = body.getUint16(at + 2, isLittleEndian);
    if (code === OPTION_END || at + 4 + size > body.byteLength) return;
    yield [code, new DataView(body.buffer, body.byteOffset + at + 4, size)];
    at += 4 + ((size + 3) & ~3);
  }
}

function textOf(view: DataView): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  return new TextDecoder().decode(bytes).replace(/\0+$/, '');
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
