/**
 * Service headers (NSH, RFC 8300), pushed in front of a frame and popped. Answers to `push_nsh()`
 * and `pop_nsh()` of OVS's `lib/packets.c`.
 *
 * What begins with such a header has no Ethernet header of its own. Here it has an empty one in
 * front all the same, so that whoever finds headers by an Ethernet type finds these too.
 *
 * Hot path. Bench: `bench/hit-path.ts`.
 */

import { readHalf, readWord, writeHalf, writeWord, writeWords } from './bytes.js';
import type { Packet } from './packet.js';
import {
  ETH_ADDRESS_SIZE,
  ETH_HEADER_SIZE,
  ETH_TYPE_IPV4,
  ETH_TYPE_IPV6,
  ETH_TYPE_NSH,
  NSH_BASE_HEADER_SIZE,
  NSH_MD_TYPE1,
  NSH_TYPE1_SIZE,
} from './protocol.js';

const ETH_TYPE_AT = ETH_ADDRESS_SIZE * 2;
/** What an NSH header says that follows it. */
export const NshNext = { IPV4: 1, IPV6: 2, ETHERNET: 3, NSH: 4 } as const;

/** The header that is pushed: six words as a flow has them, and what follows them. */
export interface NshHeader {
  readonly header: Uint32Array;
  /** Of MD type 2: whole words. */
  readonly metadata: Uint8Array;
}

/** Puts the header in front of a frame, or, of a bare packet, behind its empty Ethernet header. */
export function pushNsh(packet: Packet, { header, metadata }: NshHeader, isBare: boolean): void {
  const isType1 = ((header[0]! >>> 8) & 0xff) === NSH_MD_TYPE1;
  const size = isType1 ? NSH_TYPE1_SIZE : NSH_BASE_HEADER_SIZE + metadata.length;
  const inner = isBare ? packet.data.subarray(ETH_HEADER_SIZE) : packet.data;
  const data = new Uint8Array(ETH_HEADER_SIZE + size + inner.length);
  writeHalf(data, ETH_TYPE_AT, ETH_TYPE_NSH);
  const base = header[0]!;
  const [flags, ttl] = [(base >>> 24) & 0x3, (base >>> 16) & 0x3f];
  writeWord(
    data,
    ETH_HEADER_SIZE,
    ((flags << 28) | (ttl << 22) | ((size >>> 2) << 16) | (base & 0xffff)) >>> 0,
  );
  writeWord(data, ETH_HEADER_SIZE + 4, header[1]!);
  if (isType1) writeWords(data, ETH_HEADER_SIZE + NSH_BASE_HEADER_SIZE, header, 2, 4);
  else data.set(metadata, ETH_HEADER_SIZE + NSH_BASE_HEADER_SIZE);
  data.set(inner, ETH_HEADER_SIZE + size);
  packet.data = data;
}

/** Takes the header away; whether what is left is bare, undefined: there was none. */
export function popNsh(packet: Packet): boolean | undefined {
  const { data } = packet;
  if (data.length < ETH_HEADER_SIZE + NSH_BASE_HEADER_SIZE) return undefined;
  if (readHalf(data, ETH_TYPE_AT) !== ETH_TYPE_NSH) return undefined;
  const first = readWord(data, ETH_HEADER_SIZE);
  const size = ((first >>> 16) & 0x3f) * 4;
  if (data.length < ETH_HEADER_SIZE + size) return undefined;
  const next = first & 0xff;
  if (next === NshNext.ETHERNET) {
    packet.data = data.slice(ETH_HEADER_SIZE + size);
    return false;
  }
  const bare = data.slice(size);
  bare.fill(0, 0, ETH_TYPE_AT);
  writeHalf(bare, ETH_TYPE_AT, typeOf(next));
  packet.data = bare;
  return true;
}

function typeOf(next: number): number {
  if (next === NshNext.IPV4) return ETH_TYPE_IPV4;
  if (next === NshNext.IPV6) return ETH_TYPE_IPV6;
  return next === NshNext.NSH ? ETH_TYPE_NSH : 0;
}
