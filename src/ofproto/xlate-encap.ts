/**
 * `encap` and `decap`: headers in front of the packet, Ethernet's and NSH's.
 *
 * The flow changes at once, the packet with the next commit. When an NSH header is taken away, the
 * translation stops, and another goes on with what was behind it. Answers to
 * `xlate_generic_encap_action()` and `xlate_generic_decap_action()`.
 *
 * Hot path. Bench: `bench/translate.ts`.
 */

import {
  DL_DST,
  DL_SRC_LOW,
  DL_TYPE,
  FLOW_WORDS,
  NSH,
  NSH_PATH,
  PACKET_TYPE,
  VLAN_CFI,
  VLAN0,
} from '../packet/flow-layout.js';
import { NshNext } from '../packet/nsh.js';
import {
  ETH_TYPE_IPV4,
  ETH_TYPE_IPV6,
  ETH_TYPE_NSH,
  NSH_MD_TYPE1,
  NSH_MD_TYPE2,
  PT_ETH,
  PT_NAMESPACE_ETHERTYPE,
  PT_NSH,
} from '../packet/protocol.js';
import type { EncapAction, EncapProperty } from './ofpact.js';
import { SENTENCES, type Sentence } from './trace-sentences.js';
import type { Continuation } from './xlate-actions.js';
import type { XlateContext } from './xlate-context.js';
import { sendExpired } from './xlate-output.js';
import { say } from './xlate-trace.js';

const EXACT = 0xffff_ffff;
const ETH_TYPE_BITS = 0xffff_0000;
const TTL_BITS = 0x00ff_0000;
const TTL_SHIFT = 16;
const NEXT_BITS = 0x0000_00ff;
const TTL_DEFAULT = 63;
const SERVICE_INDEX_DEFAULT = 255;
/** Bytes of metadata of type 2 that an NSH header holds; more are left out. */
const METADATA_SIZE_MAX = 248;
const TLV_HEADER_SIZE = 4;
const NO_METADATA = new Uint8Array(0);
const CONTROLLERS: readonly number[] = [0];

/** The packet type of what begins with the header of an Ethernet type. */
function typeOf(ethType: number): number {
  return ((PT_NAMESPACE_ETHERTYPE << 16) | ethType) >>> 0;
}

export function encap(ctx: XlateContext, { packetType, properties }: EncapAction): Continuation {
  ctx.commit();
  ctx.wc[PACKET_TYPE] = EXACT;
  const type = ctx.flow[PACKET_TYPE]!;
  if (packetType === PT_NSH) {
    if (encapNsh(ctx, properties)) return 'next';
    return refuse(ctx, SENTENCES.notEncapsulatedNsh(type >>> 16, type & 0xffff));
  }
  return encapEthernet(ctx) ? 'next' : refuse(ctx, SENTENCES.notEncapsulated());
}

function refuse(ctx: XlateContext, sentence: Sentence): Continuation {
  ctx.error = 'unsupported_packet_type';
  say(ctx, sentence);
  return 'stop';
}

/** Only what has no Ethernet header gets one; its addresses are zero until they are set. */
function encapEthernet(ctx: XlateContext): boolean {
  const { flow } = ctx;
  const packetType = flow[PACKET_TYPE]!;
  if (packetType >>> 16 !== PT_NAMESPACE_ETHERTYPE) return false;
  flow[PACKET_TYPE] = PT_ETH;
  flow.fill(0, DL_DST, DL_SRC_LOW + 1);
  flow[DL_TYPE] = packetType << 16;
  ctx.encap = { metadata: NO_METADATA };
  return true;
}

function encapNsh(ctx: XlateContext, properties: readonly EncapProperty[]): boolean {
  const { flow } = ctx;
  const next = nextProtocolOf(flow[PACKET_TYPE]!);
  if (next === undefined) return false;
  const isType2 = properties.some((p) => p.type === 'md_type' && p.mdType === NSH_MD_TYPE2);
  flow.fill(0, DL_DST, FLOW_WORDS);
  flow[PACKET_TYPE] = PT_NSH;
  flow[DL_TYPE] = ETH_TYPE_NSH << 16;
  const mdType = isType2 ? NSH_MD_TYPE2 : NSH_MD_TYPE1;
  flow[NSH] = (TTL_DEFAULT << TTL_SHIFT) | (mdType << 8) | next;
  flow[NSH_PATH] = SERVICE_INDEX_DEFAULT;
  ctx.encap = { metadata: isType2 ? metadataOf(properties) : NO_METADATA };
  return true;
}

function nextProtocolOf(packetType: number): number | undefined {
  switch (packetType) {
    case PT_ETH:
      return NshNext.ETHERNET;
    case typeOf(ETH_TYPE_IPV4):
      return NshNext.IPV4;
    case typeOf(ETH_TYPE_IPV6):
      return NshNext.IPV6;
    case PT_NSH:
      return NshNext.NSH;
    default:
      return undefined;
  }
}

/** The TLVs, each in whole words. */
function metadataOf(properties: readonly EncapProperty[]): Uint8Array {
  const bytes: number[] = [];
  for (const property of properties) {
    if (property.type !== 'tlv') continue;
    const { tlvClass, tlvType, bytes: value } = property;
    bytes.push(tlvClass >>> 8, tlvClass & 0xff, tlvType, value.length, ...value);
    while (bytes.length % TLV_HEADER_SIZE !== 0) bytes.push(0);
  }
  return bytes.length > METADATA_SIZE_MAX ? NO_METADATA : Uint8Array.from(bytes);
}

export function decap(ctx: XlateContext): Continuation {
  const { flow } = ctx;
  ctx.commit();
  const packetType = flow[PACKET_TYPE]!;
  if (packetType === PT_NSH) return decapNsh(ctx);
  if (packetType !== PT_ETH) {
    return refuse(ctx, SENTENCES.notDecapsulated(packetType >>> 16, packetType & 0xffff));
  }
  return decapEthernet(ctx);
}

/** A tagged packet cannot be without. Behind headers that were put in front, tags do not matter. */
function decapEthernet(ctx: XlateContext): Continuation {
  const { flow, wc } = ctx;
  const isOwn = flow[VLAN0] === ctx.request?.ingress.flow[VLAN0];
  if (isOwn) wc[VLAN0]! |= VLAN_CFI;
  wc[DL_TYPE]! |= ETH_TYPE_BITS;
  if ((flow[VLAN0]! & VLAN_CFI) !== 0) return refuse(ctx, SENTENCES.taggedNotDecapsulated());
  flow[PACKET_TYPE] = typeOf(flow[DL_TYPE]! >>> 16);
  flow.fill(0, DL_DST, DL_SRC_LOW + 1);
  return 'next';
}

/** What is behind the header, only another look at the packet can tell. */
function decapNsh(ctx: XlateContext): Continuation {
  const { flow, wc } = ctx;
  const packetType = typeBehind(flow[NSH]! & NEXT_BITS);
  if (packetType === undefined) {
    return refuse(ctx, SENTENCES.notDecapsulated(PT_NSH >>> 16, PT_NSH & 0xffff));
  }
  wc[NSH]! |= NEXT_BITS;
  flow[PACKET_TYPE] = packetType;
  ctx.isNshPopped = true;
  ctx.freezing.begin(ctx);
  return 'next';
}

function typeBehind(next: number): number | undefined {
  switch (next) {
    case NshNext.ETHERNET:
      return PT_ETH;
    case NshNext.IPV4:
      return typeOf(ETH_TYPE_IPV4);
    case NshNext.IPV6:
      return typeOf(ETH_TYPE_IPV6);
    case NshNext.NSH:
      return PT_NSH;
    default:
      return undefined;
  }
}

export function decrementNshTtl(ctx: XlateContext): Continuation {
  const { flow, wc } = ctx;
  if (flow[DL_TYPE]! >>> 16 !== ETH_TYPE_NSH) return 'next';
  wc[NSH]! |= TTL_BITS;
  const ttl = (flow[NSH]! & TTL_BITS) >>> TTL_SHIFT;
  if (ttl <= 1) {
    if (ctx.trace !== undefined) say(ctx, SENTENCES.ttlExpired('NSH'));
    return sendExpired(ctx, CONTROLLERS);
  }
  flow[NSH] = (flow[NSH]! & ~TTL_BITS) | ((ttl - 1) << TTL_SHIFT);
  return 'next';
}
