/**
 * Messages as such: their header, and how a stream of bytes falls into them.
 *
 * Owner: a splitter belongs to one connection. OpenFlow 1.5, clause 7.1.1.
 */

import { UpcallError } from '../base/errors.js';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import {
  HEADER_SIZE,
  isOfpVersion,
  type MessageType,
  messageNumber,
  messageType,
  type OfpVersion,
} from './protocol.js';

export interface OfpMessage {
  /** As the message says; not one of ours where `isKnownVersion` is false. */
  readonly version: number;
  readonly typeNumber: number;
  /** Undefined: the version does not have it. */
  readonly type: MessageType | undefined;
  readonly xid: number;
  /** All of it, its header included. */
  readonly bytes: Uint8Array;
}

/** The message that `bytes` are. */
export function parseMessage(bytes: Uint8Array): OfpMessage {
  const reader = new ByteReader(bytes);
  const version = reader.u8();
  const typeNumber = reader.u8();
  reader.skip(2);
  const type = isOfpVersion(version) ? messageType(version, typeNumber) : undefined;
  return { version, typeNumber, type, xid: reader.u32(), bytes };
}

/** Reads what stands behind the header. */
export function bodyOf({ bytes }: OfpMessage): ByteReader {
  return new ByteReader(bytes, 'OFPBRC_BAD_LEN', HEADER_SIZE);
}

/** A message; `write` writes its body. */
export function encodeMessage(
  version: OfpVersion,
  type: MessageType,
  xid: number,
  write: (body: ByteWriter) => void = () => {},
): Uint8Array {
  const writer = new ByteWriter();
  writer.u8(version).u8(messageNumber(version, type)).u16(0).u32(xid);
  write(writer);
  writer.patchLength(2, 0);
  return writer.finish();
}

/** The stream does not fall into messages any more: the connection must end. */
export class FramingError extends UpcallError {
  override name = 'FramingError';
}

/** Cuts a stream into messages, however its pieces come. */
export class MessageSplitter {
  #rest: Uint8Array = new Uint8Array(0);

  /** Bytes of the message that is not complete yet. */
  get pending(): number {
    return this.#rest.length;
  }

  /** The messages that `chunk` completes. Throws a `FramingError` where a length makes no sense. */
  push(chunk: Uint8Array): Uint8Array[] {
    const bytes = this.#rest.length === 0 ? chunk : concat(this.#rest, chunk);
    const messages: Uint8Array[] = [];
    let at = 0;
    while (bytes.length - at >= HEADER_SIZE) {
      const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
      if (length < HEADER_SIZE) {
        throw new FramingError(
          `Cannot read OpenFlow stream: a message of ${length} bytes is shorter than its header`,
        );
      }
      if (bytes.length - at < length) break;
      messages.push(bytes.slice(at, at + length));
      at += length;
    }
    this.#rest = bytes.slice(at);
    return messages;
  }
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
