/**
 * Capture files, read: pcap and pcapng, one packet after the other.
 *
 * A file that is no capture is refused when it is opened. One that breaks later gives its packets
 * up to the break; then `error` says what is wrong and where. A packet of another link type than
 * Ethernet is such a break too.
 *
 * The formats are in `pcap-reader.ts` and `pcapng-reader.ts`.
 */

import { FileError } from '../base/errors.js';
import { FileSource } from './file-source.js';
import { LINK_TYPE_ETHERNET, linkTypeText } from './link-type.js';
import { isPcapMagic, PcapReader } from './pcap-reader.js';
import { isPcapngMagic, PcapngReader } from './pcapng-reader.js';

export interface CapturedPacket {
  /** The bytes that were captured; a view, good as long as it is kept. */
  readonly data: Uint8Array;
  /** Since 1970; whole. */
  readonly seconds: number;
  /** Below 1,000,000,000. */
  readonly nanoseconds: number;
  /** Into the capture's `interfaces`. */
  readonly interfaceIndex: number;
}

export interface CaptureInterface {
  /** What the file calls it; `undefined` where it has no name. */
  readonly name: string | undefined;
  readonly linkType: number;
}

/** What the reader of one format does. */
export interface PacketReader {
  /** Those met so far; grows while a pcapng is read. */
  readonly interfaces: readonly CaptureInterface[];
  /** The next packet; an error at a break; undefined at the end. */
  next(): CapturedPacket | FileError | undefined;
}

/** An open capture; iterate it once. */
export class Capture implements Iterable<CapturedPacket> {
  readonly path: string;
  readonly #source: FileSource;
  readonly #reader: PacketReader;
  #error: FileError | undefined;
  #isDone = false;

  constructor(source: FileSource, reader: PacketReader) {
    this.path = source.path;
    this.#source = source;
    this.#reader = reader;
  }

  /** Those met so far; all of them once the capture has been read. */
  get interfaces(): readonly CaptureInterface[] {
    return this.#reader.interfaces;
  }

  /** Why reading ended before the end of the file; undefined as long as all is well. */
  get error(): FileError | undefined {
    return this.#error;
  }

  /** The next packet; undefined at the end and after an error. */
  next(): CapturedPacket | undefined {
    if (this.#isDone) return undefined;
    const packet = this.#read();
    if (packet !== undefined && !(packet instanceof FileError)) return packet;
    this.#error = packet;
    this.close();
    return undefined;
  }

  /** Ends reading; needed only where the capture is not read to its end. */
  close(): void {
    this.#isDone = true;
    this.#source.close();
  }

  *[Symbol.iterator](): Iterator<CapturedPacket> {
    try {
      for (let packet = this.next(); packet !== undefined; packet = this.next()) yield packet;
    } finally {
      this.close();
    }
  }

  #read(): CapturedPacket | FileError | undefined {
    try {
      const packet = this.#reader.next();
      if (packet === undefined || packet instanceof FileError) return packet;
      return this.#linkTypeError(packet.interfaceIndex) ?? packet;
    } catch (error) {
      if (error instanceof FileError) return error;
      throw error;
    }
  }

  #linkTypeError(index: number): FileError | undefined {
    const { name, linkType } = this.interfaces[index] ?? { name: undefined, linkType: -1 };
    if (linkType === LINK_TYPE_ETHERNET) return undefined;
    const which = name === undefined ? `interface ${index}` : `interface ${index} ("${name}")`;
    const state = `a packet on ${which} has link type ${linkTypeText(linkType)}`;
    return new FileError(this.path, `Cannot read "${this.path}": ${state}; only Ethernet is read`);
  }
}

/** Opens a capture of any known format. Throws `FileError` where the file is none. */
export function openCapture(path: string): Capture {
  const source = new FileSource(path);
  try {
    return new Capture(source, createReader(source));
  } catch (error) {
    source.close();
    throw error;
  }
}

function createReader(source: FileSource): PacketReader {
  const magic = source.take(4);
  if (magic !== undefined && isPcapMagic(magic)) return new PcapReader(source, magic);
  if (magic !== undefined && isPcapngMagic(magic)) return new PcapngReader(source);
  const { path } = source;
  const isEmpty = magic === undefined && source.isAtEnd();
  const state = isEmpty ? 'the file is empty' : 'it is neither a pcap nor a pcapng file';
  throw new FileError(path, `Cannot read capture "${path}": ${state}`);
}
