/**
 * What a sender left to its network card, done here: checksums that are only begun, and TCP or UDP
 * payloads that are still in one piece.
 *
 * A packet socket hands such frames over with a `struct virtio_net_hdr` that says what is missing.
 * A switch in between must not pass them on like this: its actions look into frames and change
 * them, and the next wire has an MTU. So frames are finished on their way in.
 * Answers to Linux's `skb_checksum_help()` and `skb_segment()`.
 *
 * Hot path. Timed by iperf3 in `test/interop/daemon.test.ts`.
 */

import { readHalf, readWord, writeHalf, writeWord } from '../packet/bytes.js';
import {
  addToSum,
  checksumOffset,
  finishSum,
  ipv4PseudoSum,
  ipv6PseudoSum,
  setIpv4Checksum,
} from '../packet/checksum.js';
import * as P from '../packet/protocol.js';
import type { FrameSlab } from './frame-slab.js';
import * as L from './linux-numbers.js';

const TCP_FLAGS_OFFSET = 13;
const TCP_FIN_PSH = 0x09;
const TCP_CWR = 0x80;

/** `struct virtio_net_hdr`, as far as it is read. */
export class OffloadHeader {
  needsChecksum = false;
  checksumStart = 0;
  checksumAt = 0;
  /** One of `VIRTIO_NET_HDR_GSO_*`, without its flag. */
  kind = 0;
  /** Payload bytes of one segment. */
  segmentSize = 0;

  /** Reads the header at `at`. */
  read(data: Uint8Array, at: number): void {
    this.needsChecksum = (data[at]! & L.VIRTIO_NET_HDR_F_NEEDS_CSUM) !== 0;
    this.kind = data[at + 1]! & ~L.VIRTIO_NET_HDR_GSO_ECN;
    this.segmentSize = data[at + 4]! | (data[at + 5]! << 8);
    this.checksumStart = data[at + 6]! | (data[at + 7]! << 8);
    this.checksumAt = this.checksumStart + (data[at + 8]! | (data[at + 9]! << 8));
  }

  /** Something of `size` bytes was put before the headers that it speaks of. */
  shift(size: number): void {
    this.checksumStart += size;
    this.checksumAt += size;
  }
}

/** Ends a checksum that so far holds the sum of the pseudo-header only. */
export function completeChecksum(frame: Uint8Array, header: OffloadHeader): void {
  const { checksumStart: start, checksumAt: at } = header;
  if (at + 2 > frame.length) return;
  writeHalf(frame, at, finishSum(addToSum(0, frame, start, frame.length)) || 0xffff);
}

/**
 * Appends the segments of `whole`, each a frame of its own, to `segments`; false where its headers
 * are not what `header` says.
 */
export function segment(
  whole: Uint8Array,
  header: OffloadHeader,
  slab: FrameSlab,
  segments: Uint8Array[],
): boolean {
  const layers = findLayers(whole);
  const { segmentSize } = header;
  if (layers === undefined || segmentSize === 0) return false;
  const { l4, isTcp } = layers;
  const headerSize = l4 + (isTcp ? (whole[l4 + 12]! >> 4) * 4 : P.UDP_HEADER_SIZE);
  const payloadSize = layers.end - headerSize;
  if (payloadSize <= 0 || headerSize - l4 < P.UDP_HEADER_SIZE) return false;
  const count = Math.ceil(payloadSize / segmentSize);
  for (let i = 0; i < count; i++) {
    const start = headerSize + i * segmentSize;
    const end = Math.min(start + segmentSize, layers.end);
    const frame = slab.take(headerSize + end - start);
    frame.set(whole.subarray(0, headerSize));
    frame.set(whole.subarray(start, end), headerSize);
    finishSegment(frame, layers, { index: i, isLast: i === count - 1, skipped: i * segmentSize });
    segments.push(frame);
  }
  return true;
}

interface Layers {
  readonly l3: number;
  readonly l4: number;
  readonly end: number;
  readonly isIpv4: boolean;
  readonly isTcp: boolean;
}

interface Place {
  readonly index: number;
  readonly isLast: boolean;
  /** Payload bytes of earlier segments. */
  readonly skipped: number;
}

/** Where the headers of a TCP or UDP frame begin; undefined for any other. */
function findLayers(frame: Uint8Array): Layers | undefined {
  let l3 = P.ETH_HEADER_SIZE;
  while (l3 + P.VLAN_HEADER_SIZE < frame.length && P.isVlanType(readHalf(frame, l3 - 2))) {
    l3 += P.VLAN_HEADER_SIZE;
  }
  const type = readHalf(frame, l3 - 2);
  const isIpv4 = type === P.ETH_TYPE_IPV4;
  if (!isIpv4 && type !== P.ETH_TYPE_IPV6) return undefined;
  const l4 = l3 + (isIpv4 ? (frame[l3]! & 0x0f) * 4 : P.IPV6_HEADER_SIZE);
  if (l4 + P.TCP_HEADER_SIZE > frame.length) return undefined;
  const proto = frame[l3 + (isIpv4 ? 9 : 6)]!;
  const isTcp = proto === P.IPPROTO_TCP;
  if (!isTcp && proto !== P.IPPROTO_UDP) return undefined;
  return { l3, l4, end: frame.length, isIpv4, isTcp };
}

function finishSegment(frame: Uint8Array, layers: Layers, place: Place): void {
  const { l3, l4, isIpv4, isTcp } = layers;
  const size = frame.length - l4;
  if (isIpv4) {
    writeHalf(frame, l3 + 2, frame.length - l3);
    writeHalf(frame, l3 + 4, (readHalf(frame, l3 + 4) + place.index) & 0xffff);
    setIpv4Checksum(frame, l3);
  } else {
    writeHalf(frame, l3 + 4, size);
  }
  if (isTcp) {
    writeWord(frame, l4 + 4, (readWord(frame, l4 + 4) + place.skipped) >>> 0);
    if (!place.isLast) frame[l4 + TCP_FLAGS_OFFSET]! &= ~TCP_FIN_PSH;
    if (place.index > 0) frame[l4 + TCP_FLAGS_OFFSET]! &= ~TCP_CWR;
  } else {
    writeHalf(frame, l4 + 4, size);
  }
  const proto = isTcp ? P.IPPROTO_TCP : P.IPPROTO_UDP;
  const at = l4 + (checksumOffset(proto) ?? 0);
  writeHalf(frame, at, 0);
  const pseudo = isIpv4 ? ipv4PseudoSum(frame, l3, size) : ipv6PseudoSum(frame, l3, size, proto);
  writeHalf(frame, at, finishSum(addToSum(pseudo, frame, l4, frame.length)) || 0xffff);
}
