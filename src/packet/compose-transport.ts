/**
 * Composition of layer 4, without checksums: those are set when the packet is whole.
 *
 * Answers to `flow_compose_l4()`.
 */

import { crc32c } from './crc32c.js';
import { type Flow, wordAt } from './flow.js';
import * as L from './flow-layout.js';
import { isNeighborDiscovery } from './flow-predicates.js';
import type { FrameWriter } from './frame-writer.js';
import * as P from './protocol.js';

const TCP_FIN_SYN_RST = 0x007;
const ICMP_ECHO_REPLY = 0;
const ICMP_ECHO_REQUEST = 8;
const ICMPV6_ECHO_REQUEST = 128;
const ICMPV6_ECHO_REPLY = 129;

/** Appends the header of the flow's IP protocol, and a payload where such packets have one. */
export function composeTransport(writer: FrameWriter, flow: Flow, payloadSize: number): void {
  const ports = wordAt(flow, L.TP);
  switch (wordAt(flow, L.NW_PROTO) & 0xff) {
    case P.IPPROTO_TCP:
      composeTcp(writer, flow, payloadSize);
      break;
    case P.IPPROTO_UDP:
      writer.word(ports);
      writer.half(P.UDP_HEADER_SIZE + payloadSize);
      writer.skip(2);
      composePayload(writer, payloadSize);
      break;
    case P.IPPROTO_SCTP:
      composeSctp(writer, ports, payloadSize);
      break;
    case P.IPPROTO_ICMP:
      composeIcmp(writer, ports, payloadSize, [ICMP_ECHO_REQUEST, ICMP_ECHO_REPLY]);
      break;
    case P.IPPROTO_IGMP:
      composeIcmp(writer, ports, 0, []);
      writer.bytes.set(groupBytes(flow), writer.size - 4);
      break;
    case P.IPPROTO_ICMPV6:
      if (isNeighborDiscovery(flow)) composeNd(writer, flow);
      else composeIcmp(writer, ports, payloadSize, [ICMPV6_ECHO_REQUEST, ICMPV6_ECHO_REPLY]);
      break;
    default:
  }
}

/** Segments that open or end a connection carry no data. */
function composeTcp(writer: FrameWriter, flow: Flow, payloadSize: number): void {
  const flags = wordAt(flow, L.TCP_FLAGS) >>> 16;
  writer.word(wordAt(flow, L.TP));
  writer.skip(8);
  writer.half(((P.TCP_HEADER_SIZE / 4) << 12) | (flags & 0x0fff));
  writer.skip(6);
  if ((flags & TCP_FIN_SYN_RST) === 0) composePayload(writer, payloadSize);
}

function composeSctp(writer: FrameWriter, ports: number, payloadSize: number): void {
  const start = writer.size;
  writer.word(ports);
  writer.skip(8);
  composePayload(writer, payloadSize);
  const { bytes } = writer;
  const crc = crc32c(bytes, start, bytes.length);
  for (let i = 0; i < 4; i++) bytes[start + 8 + i] = crc >>> (8 * i);
}

/** Type and code stand in the ports' places of the flow. */
function composeIcmp(
  writer: FrameWriter,
  ports: number,
  payloadSize: number,
  echoTypes: readonly number[],
): void {
  const type = (ports >>> 16) & 0xff;
  writer.byte(type);
  writer.byte(ports & 0xff);
  writer.skip(6);
  if (echoTypes.includes(type)) composePayload(writer, payloadSize);
}

function composeNd(writer: FrameWriter, flow: Flow): void {
  composeIcmp(writer, wordAt(flow, L.TP), 0, []);
  writer.bytes.set(groupBytes(flow), writer.size - 4);
  writer.words(flow, L.ND_TARGET, 4);
  const [high = 0, middle = 0, low = 0] = flow.subarray(L.ARP_SHA, L.ARP_SHA + 3);
  const source = [high >>> 16, ((high << 16) | (middle >>> 16)) >>> 0] as const;
  const target = [middle & 0xffff, low] as const;
  const options = [
    () => composeLinkAddress(writer, P.ND_OPTION_SOURCE_LINK_ADDRESS, source),
    () => composeLinkAddress(writer, P.ND_OPTION_TARGET_LINK_ADDRESS, target),
  ];
  // The flow names the type of the option that comes first.
  const first = wordAt(flow, L.TCP_FLAGS) >>> 16;
  if (first === P.ND_OPTION_TARGET_LINK_ADDRESS) options.reverse();
  for (const compose of options) compose();
}

function composeLinkAddress(
  writer: FrameWriter,
  type: number,
  [high, low]: readonly [number, number],
): void {
  if (high === 0 && low === 0) return;
  writer.byte(type);
  writer.byte(1);
  writer.half(high);
  writer.word(low);
}

/** The word behind type, code and checksum: a multicast group, or ND's reserved bits. */
function groupBytes(flow: Flow): Uint8Array {
  const word = wordAt(flow, L.IGMP_GROUP);
  return Uint8Array.of(word >>> 24, word >>> 16, word >>> 8, word);
}

function composePayload(writer: FrameWriter, size: number): void {
  for (let i = 0; i < size; i++) writer.byte(i);
}
