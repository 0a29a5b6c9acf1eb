/**
 * Composition: a frame whose extraction gives back a flow, with valid lengths and checksums.
 * Answers to `flow_compose()`.
 *
 * It is for packets that tests, builders and operators ask for: nothing here is fast. What a flow
 * does not say (identification, window, payload) is zero or counts upwards.
 */

import { ipv4PseudoSum, ipv6PseudoSum, setIpv4Checksum, setTransportChecksum } from './checksum.js';
import { composeTransport } from './compose-transport.js';
import { type Flow, wordAt } from './flow.js';
import * as L from './flow-layout.js';
import { FrameWriter } from './frame-writer.js';
import * as P from './protocol.js';

export interface ComposeOptions {
  /** Bytes behind a header of layer 4 that carries data. */
  readonly payloadSize?: number;
}

/** As much as OVS's `netdev-dummy/receive` puts. */
const PAYLOAD_SIZE = 64;
/** A later fragment's place, in units of 8 bytes. */
const FRAGMENT_PLACE = 100;
const MPLS_LABELS_MAX = 3;

/** Composes a frame; the metadata of the flow plays no part. */
export function composePacket(flow: Flow, options: ComposeOptions = {}): Uint8Array {
  const writer = new FrameWriter();
  writer.words(flow, L.DL_DST, 3);
  composeVlans(writer, flow);
  const dlType = wordAt(flow, L.DL_TYPE) >>> 16;
  // A frame without a type has a size there; OVS puts that of the whole frame.
  writer.half(dlType === L.DL_TYPE_NONE ? writer.size + 2 : dlType);
  composeNetwork(writer, flow, dlType, options.payloadSize ?? PAYLOAD_SIZE);
  return writer.toFrame();
}

/** A tag whose type is not said, as a match leaves it, is an 802.1Q tag. */
function composeVlans(writer: FrameWriter, flow: Flow): void {
  for (let i = 0; i < 2; i++) {
    const tag = wordAt(flow, L.VLAN0 + i);
    if ((tag & L.VLAN_CFI) === 0) continue;
    writer.half(tag >>> 16 === 0 ? P.ETH_TYPE_VLAN : tag >>> 16);
    writer.half(tag & 0xffff & ~L.VLAN_CFI);
  }
}

function composeNetwork(
  writer: FrameWriter,
  flow: Flow,
  dlType: number,
  payloadSize: number,
): void {
  switch (dlType) {
    case P.ETH_TYPE_IPV4:
      composeIpv4(writer, flow, payloadSize);
      break;
    case P.ETH_TYPE_IPV6:
      composeIpv6(writer, flow, payloadSize);
      break;
    case P.ETH_TYPE_ARP:
    case P.ETH_TYPE_RARP:
      composeArp(writer, flow);
      break;
    case P.ETH_TYPE_MPLS:
    case P.ETH_TYPE_MPLS_MULTICAST:
      composeMpls(writer, flow);
      break;
    case P.ETH_TYPE_NSH:
      composeNsh(writer, flow);
      break;
    default:
  }
}

function composeIpv4(writer: FrameWriter, flow: Flow, payloadSize: number): void {
  const word = wordAt(flow, L.NW_PROTO);
  const l3 = writer.size;
  writer.byte(0x45);
  writer.byte(word >>> 16);
  writer.skip(4);
  writer.half(ipv4Fragment(word >>> 24));
  writer.byte(word >>> 8);
  writer.byte(word);
  writer.skip(2);
  writer.words(flow, L.NW_SRC, 2);
  const l4 = writer.size;
  if (((word >>> 24) & L.FRAG_LATER) === 0) composeTransport(writer, flow, payloadSize);

  const { bytes } = writer;
  bytes[l3 + 2] = (bytes.length - l3) >>> 8;
  bytes[l3 + 3] = bytes.length - l3;
  setIpv4Checksum(bytes, l3);
  const proto = word & 0xff;
  const hasPseudo = proto === P.IPPROTO_TCP || proto === P.IPPROTO_UDP;
  const sum = hasPseudo ? ipv4PseudoSum(bytes, l3, bytes.length - l4) : 0;
  if (((word >>> 24) & L.FRAG_LATER) === 0) {
    setTransportChecksum(bytes, l4, bytes.length, proto, sum);
  }
}

function ipv4Fragment(frag: number): number {
  if ((frag & L.FRAG_ANY) === 0) return 0;
  return P.IPV4_MORE_FRAGMENTS | ((frag & L.FRAG_LATER) === 0 ? 0 : FRAGMENT_PLACE);
}

/** With a fragment header where the flow says that the packet is a fragment. */
function composeIpv6(writer: FrameWriter, flow: Flow, payloadSize: number): void {
  const word = wordAt(flow, L.NW_PROTO);
  const frag = word >>> 24;
  const proto = word & 0xff;
  const l3 = writer.size;
  writer.word(0x6000_0000 | (((word >>> 16) & 0xff) << 20) | wordAt(flow, L.IPV6_LABEL));
  writer.skip(2);
  writer.byte((frag & L.FRAG_ANY) === 0 ? proto : P.IPPROTO_FRAGMENT);
  writer.byte(word >>> 8);
  writer.words(flow, L.IPV6_SRC, 8);
  if ((frag & L.FRAG_ANY) !== 0) composeIpv6Fragment(writer, frag, proto);
  const l4 = writer.size;
  if ((frag & L.FRAG_LATER) === 0) composeTransport(writer, flow, payloadSize);

  const { bytes } = writer;
  const size = bytes.length - l3 - P.IPV6_HEADER_SIZE;
  bytes[l3 + 4] = size >>> 8;
  bytes[l3 + 5] = size;
  if ((frag & L.FRAG_LATER) !== 0) return;
  const sum = ipv6PseudoSum(bytes, l3, bytes.length - l4, proto);
  setTransportChecksum(bytes, l4, bytes.length, proto, sum);
}

function composeIpv6Fragment(writer: FrameWriter, frag: number, proto: number): void {
  writer.byte(proto);
  writer.byte(0);
  const place = (frag & L.FRAG_LATER) === 0 ? 0 : FRAGMENT_PLACE;
  writer.half((place << 3) | 1);
  writer.skip(4);
}

function composeArp(writer: FrameWriter, flow: Flow): void {
  writer.half(P.ARP_HARDWARE_ETHERNET);
  writer.half(P.ETH_TYPE_IPV4);
  writer.half(0x0604);
  writer.half(wordAt(flow, L.NW_PROTO) & 0xff);
  const middle = wordAt(flow, L.ARP_SHA + 1);
  writer.word(wordAt(flow, L.ARP_SHA));
  writer.half(middle >>> 16);
  writer.word(wordAt(flow, L.NW_SRC));
  writer.half(middle & 0xffff);
  writer.word(wordAt(flow, L.ARP_SHA + 2));
  writer.word(wordAt(flow, L.NW_DST));
}

function composeMpls(writer: FrameWriter, flow: Flow): void {
  for (let i = 0; i < MPLS_LABELS_MAX; i++) {
    const entry = wordAt(flow, L.MPLS0 + i);
    writer.word(entry);
    if ((entry & P.MPLS_BOTTOM_OF_STACK) !== 0) break;
  }
}

/** Of metadata type 1; a flow knows no context of another type. */
function composeNsh(writer: FrameWriter, flow: Flow): void {
  const word = wordAt(flow, L.NSH);
  const isType1 = ((word >>> 8) & 0xff) === P.NSH_MD_TYPE1;
  const size = isType1 ? P.NSH_TYPE1_SIZE : P.NSH_BASE_HEADER_SIZE;
  const flags = (word >>> 24) & 0x3;
  const ttl = (word >>> 16) & 0x3f;
  writer.word(((flags << 28) | (ttl << 22) | ((size / 4) << 16) | (word & 0xffff)) >>> 0);
  writer.word(wordAt(flow, L.NSH_PATH));
  if (isType1) writer.words(flow, L.NSH_C1, 4);
}
