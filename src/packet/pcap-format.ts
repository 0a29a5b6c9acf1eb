/**
 * The pcap format as we write it: little-endian, with nanoseconds, Ethernet.
 */

import { LINK_TYPE_ETHERNET } from './link-type.js';

export const PCAP_HEADER_SIZE = 24;
export const PCAP_RECORD_HEADER_SIZE = 16;

const MAGIC_NANOSECONDS = 0xa1b23c4d;
const SNAP_LENGTH = 262_144;

/** Writes the file's header to the start of `bytes`. */
export function writePcapHeader(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, PCAP_HEADER_SIZE);
  view.setUint32(0, MAGIC_NANOSECONDS, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, SNAP_LENGTH, true);
  view.setUint32(20, LINK_TYPE_ETHERNET, true);
}

export interface PcapRecordHeader {
  readonly seconds: number;
  /** The part below a second. */
  readonly nanoseconds: number;
  /** Bytes that follow. */
  readonly captured: number;
  /** Bytes that there were on the wire. */
  readonly size: number;
}

/** Writes a record's header to `bytes` at `at`. */
export function writePcapRecordHeader(
  bytes: Uint8Array,
  at: number,
  { seconds, nanoseconds, captured, size }: PcapRecordHeader,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, PCAP_RECORD_HEADER_SIZE);
  view.setUint32(0, seconds, true);
  view.setUint32(4, nanoseconds, true);
  view.setUint32(8, captured, true);
  view.setUint32(12, size, true);
}
