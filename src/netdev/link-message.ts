/**
 * Messages of the kernel about interfaces (`rtnetlink`): a question is written, answers and news
 * are read.
 *
 * Laid out for Linux, least significant byte first. Answers to OVS's `lib/rtnetlink.c`.
 */

import * as L from './linux-numbers.js';
import { viewOf } from './structures.js';

/** What an interface counted as wrong since it exists. */
export interface LinkErrors {
  readonly rxErrors: number;
  readonly txErrors: number;
  readonly rxDropped: number;
  readonly txDropped: number;
  readonly collisions: number;
  readonly rxOverErrors: number;
  readonly rxCrcErrors: number;
  readonly rxFrameErrors: number;
}

/** An interface, as the kernel describes it. */
export interface Link {
  readonly index: number;
  readonly name: string;
  /** Its administrator switched it on. */
  readonly isUp: boolean;
  readonly hasCarrier: boolean;
  readonly mtu: number;
  readonly address: Uint8Array;
  readonly errors: LinkErrors;
}

/** An interface appeared or changed ('new'), or is gone. */
export interface LinkNews {
  readonly type: 'new' | 'gone';
  readonly link: Link;
}

const HEADER_SIZE = 16;
const LINK_HEADER_SIZE = 16;
const ATTRIBUTE_HEADER_SIZE = 4;
/** Bits of an attribute's type that are flags. */
const ATTRIBUTE_TYPE_MASK = 0x3fff;

/** "What of the interface of this name?" */
export function linkQuestion(name: string): Uint8Array {
  const text = Buffer.from(`${name}\0`);
  const message = new Uint8Array(
    align(HEADER_SIZE + LINK_HEADER_SIZE + ATTRIBUTE_HEADER_SIZE + text.length),
  );
  const view = viewOf(message);
  view.setUint32(0, message.length, true);
  view.setUint16(4, L.RTM_GETLINK, true);
  view.setUint16(6, L.NLM_F_REQUEST, true);
  const at = HEADER_SIZE + LINK_HEADER_SIZE;
  view.setUint16(at, ATTRIBUTE_HEADER_SIZE + text.length, true);
  view.setUint16(at + 2, L.IFLA_IFNAME, true);
  message.set(text, at + ATTRIBUTE_HEADER_SIZE);
  return message;
}

/** All news in what one read brought; what is no news of a link is passed over. */
export function readLinkNews(data: Uint8Array): LinkNews[] {
  const found: LinkNews[] = [];
  const view = viewOf(data);
  for (let at = 0; at + HEADER_SIZE <= data.length; ) {
    const size = view.getUint32(at, true);
    if (size < HEADER_SIZE || at + size > data.length) break;
    const type = view.getUint16(at + 4, true);
    if (type === L.RTM_NEWLINK || type === L.RTM_DELLINK) {
      const link = readLink(data.subarray(at + HEADER_SIZE, at + size));
      if (link !== undefined) found.push({ type: type === L.RTM_NEWLINK ? 'new' : 'gone', link });
    }
    at += align(size);
  }
  return found;
}

function readLink(body: Uint8Array): Link | undefined {
  if (body.length < LINK_HEADER_SIZE) return undefined;
  const view = viewOf(body);
  const flags = view.getUint32(8, true);
  const attributes = readAttributes(body.subarray(LINK_HEADER_SIZE));
  const name = attributes.get(L.IFLA_IFNAME);
  if (name === undefined) return undefined;
  const mtu = attributes.get(L.IFLA_MTU);
  return {
    index: view.getInt32(4, true),
    name: textOf(name),
    isUp: (flags & L.IFF_UP) !== 0,
    hasCarrier: (flags & L.IFF_LOWER_UP) !== 0,
    mtu: mtu === undefined || mtu.length < 4 ? 0 : viewOf(mtu).getUint32(0, true),
    address: Uint8Array.from(attributes.get(L.IFLA_ADDRESS) ?? []),
    errors: readErrors(attributes.get(L.IFLA_STATS64)),
  };
}

function readAttributes(data: Uint8Array): Map<number, Uint8Array> {
  const found = new Map<number, Uint8Array>();
  const view = viewOf(data);
  for (let at = 0; at + ATTRIBUTE_HEADER_SIZE <= data.length; ) {
    const size = view.getUint16(at, true);
    if (size < ATTRIBUTE_HEADER_SIZE || at + size > data.length) break;
    const type = view.getUint16(at + 2, true) & ATTRIBUTE_TYPE_MASK;
    found.set(type, data.subarray(at + ATTRIBUTE_HEADER_SIZE, at + size));
    at += align(size);
  }
  return found;
}

/** `struct rtnl_link_stats64`: numbers of 64 bits in this order. */
function readErrors(statistics: Uint8Array | undefined): LinkErrors {
  const view = statistics === undefined ? undefined : viewOf(statistics);
  const number = (index: number): number =>
    view === undefined || view.byteLength < (index + 1) * 8
      ? 0
      : Number(view.getBigUint64(index * 8, true));
  return {
    rxErrors: number(4),
    txErrors: number(5),
    rxDropped: number(6),
    txDropped: number(7),
    collisions: number(9),
    rxOverErrors: number(11),
    rxCrcErrors: number(12),
    rxFrameErrors: number(13),
  };
}

function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString();
}

function align(size: number): number {
  return (size + 3) & ~3;
}
