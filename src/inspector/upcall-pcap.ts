/**
 * A pcap file of upcalls, in memory: the packets that handlers have read, as far as the log has
 * their first bytes.
 *
 * A capture of what is shown, to be looked at with other tools. Its times are switch time.
 */

import {
  PCAP_HEADER_SIZE,
  PCAP_RECORD_HEADER_SIZE,
  writePcapHeader,
  writePcapRecordHeader,
} from '../packet/pcap-format.js';
import type { EntryOf } from './chunk-index.js';
import type { Moment } from './moment.js';
import { hasAllWords, wordsOf } from './upcall-filter.js';
import { upcallsBackward } from './upcalls-view.js';

/** The newest packets, so many bytes of them: what a browser downloads at once. */
export const PCAP_SIZE_MAX = 64 * 1024 * 1024;

interface Frame {
  readonly upcall: EntryOf<'upcall'>;
  readonly data: Uint8Array;
}

/** The upcalls up to the moment that pass `filter`, oldest first. */
export function upcallPcap(moment: Moment, filter: string): Uint8Array {
  const words = wordsOf(filter);
  const frames: Frame[] = [];
  let size = PCAP_HEADER_SIZE;
  for (const upcall of upcallsBackward(moment)) {
    if (upcall.frame === undefined) continue;
    if (!hasAllWords(moment, upcall, words)) continue;
    const data = Buffer.from(upcall.frame, 'base64');
    size += PCAP_RECORD_HEADER_SIZE + data.length;
    if (size > PCAP_SIZE_MAX) {
      size -= PCAP_RECORD_HEADER_SIZE + data.length;
      break;
    }
    frames.push({ upcall, data });
  }
  return encode(frames.reverse(), size);
}

function encode(frames: readonly Frame[], size: number): Uint8Array {
  const file = new Uint8Array(size);
  writePcapHeader(file);
  let at = PCAP_HEADER_SIZE;
  for (const { upcall, data } of frames) {
    const seconds = Math.floor(upcall.t / 1_000);
    const nanoseconds = Math.floor((upcall.t - seconds * 1_000) * 1_000_000);
    const captured = data.length;
    writePcapRecordHeader(file, at, { seconds, nanoseconds, captured, size: upcall.size });
    file.set(data, at + PCAP_RECORD_HEADER_SIZE);
    at += PCAP_RECORD_HEADER_SIZE + captured;
  }
  return file;
}
