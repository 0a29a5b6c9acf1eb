/**
 * Requests for statistics and descriptions, and their answers in as many parts as they take.
 *
 * A reply is a list of what is to be written; a part is composed only when somebody asks for it, so
 * that a long reply costs one part however slowly its reader reads. All parts but the last say that
 * more follow. OpenFlow 1.5, clause 7.3.5; answers to `ofpmp_init` and `ofpmp_postappend`.
 */

import type { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { bodyOf, encodeMessage, type OfpMessage } from './message.js';
import { OfpError } from './ofp-error.js';
import {
  HEADER_SIZE,
  MESSAGE_SIZE_MAX,
  NX_VENDOR_ID,
  OF10,
  type OfpVersion,
  ONF_VENDOR_ID,
} from './protocol.js';

const TYPES = [
  'desc',
  'flow',
  'aggregate',
  'table',
  'port',
  'queue',
  'group',
  'group_desc',
  'group_features',
  'meter',
  'meter_config',
  'meter_features',
  'table_features',
  'port_desc',
  'table_desc',
  'queue_desc',
  'flow_monitor',
] as const;

/** Those inside of a vendor's, by vendor and subtype. */
const VENDOR_TYPES = {
  nx_ipfix_bridge: [NX_VENDOR_ID, 3],
  nx_ipfix_flow: [NX_VENDOR_ID, 4],
  nx_flow: [NX_VENDOR_ID, 0],
  nx_aggregate: [NX_VENDOR_ID, 1],
  nx_flow_monitor: [NX_VENDOR_ID, 2],
  nx_group: [NX_VENDOR_ID, 7],
  nx_group_desc: [NX_VENDOR_ID, 8],
  nx_group_features: [NX_VENDOR_ID, 9],
  onf_flow_monitor: [ONF_VENDOR_ID, 1870],
} as const;
type VendorType = keyof typeof VENDOR_TYPES;

export type StatsType = (typeof TYPES)[number] | VendorType;

const TYPE_VENDOR = 0xffff;
const FLAG_MORE = 1;
/** 1.5 tells the descriptions of flows and their statistics apart. */
const FLOW_STATS_15 = 17;

export interface StatsRequest {
  readonly type: StatsType;
  readonly body: ByteReader;
}

/** Throws an `OfpError` for a type that nobody has. */
export function readStatsRequest(message: OfpMessage): StatsRequest {
  const body = bodyOf(message);
  const number = body.u16();
  const flags = body.u16();
  if ((flags & FLAG_MORE) !== 0) throw new OfpError('OFPBRC_MULTIPART_BUFFER_OVERFLOW');
  if (message.version !== OF10) body.skip(4);
  if (number === TYPE_VENDOR) return readVendor(message, body);
  const type = TYPES[number];
  if (type === undefined || number === FLOW_STATS_15) throw new OfpError('OFPBRC_BAD_STAT');
  return { type, body };
}

function readVendor({ version }: OfpMessage, body: ByteReader): StatsRequest {
  const vendor = body.u32();
  if (vendor !== NX_VENDOR_ID && vendor !== ONF_VENDOR_ID) throw new OfpError('OFPBRC_BAD_VENDOR');
  const subtype = body.u32();
  if (version === OF10) body.skip(4);
  for (const [type, [itsVendor, itsSubtype]] of Object.entries(VENDOR_TYPES)) {
    if (itsVendor === vendor && itsSubtype === subtype) return { type: type as VendorType, body };
  }
  throw new OfpError('OFPBRC_BAD_SUBTYPE');
}

function isVendorType(type: StatsType): type is VendorType {
  return type in VENDOR_TYPES;
}

/** Parts of a reply in order; the one that it returns, not yields, is the last. */
export type ReplyParts = Generator<Uint8Array, Uint8Array>;

type WriteEntry = (writer: ByteWriter) => void;

/** Gathers what one reply says. */
export class StatsReply {
  readonly #version: OfpVersion;
  readonly #xid: number;
  readonly #type: StatsType;
  readonly #sources: Iterable<WriteEntry>[] = [];

  constructor(version: OfpVersion, xid: number, type: StatsType) {
    this.#version = version;
    this.#xid = xid;
    this.#type = type;
  }

  /** One entry, which stays whole; `write` may be called after the request has been handled. */
  append(write: WriteEntry): void {
    this.#sources.push([write]);
  }

  /** An entry for each of `items`, which nobody changes any more. */
  appendEach<Item>(items: Iterable<Item>, write: (writer: ByteWriter, item: Item) => void): void {
    this.#sources.push(writesOf(items, write));
  }

  /** Composes the messages, at least one, as they are asked for. Once only. */
  *parts(): ReplyParts {
    let entries: Uint8Array[] = [];
    let size = 0;
    for (const entry of this.#entries()) {
      if (size + entry.length > MESSAGE_SIZE_MAX - HEADER_SIZE - STATS_HEADER_MAX) {
        yield this.#encode(entries, true);
        entries = [];
        size = 0;
      }
      entries.push(entry);
      size += entry.length;
    }
    return this.#encode(entries, false);
  }

  /** All messages at once. */
  finish(): Uint8Array[] {
    const parts = this.parts();
    const messages: Uint8Array[] = [];
    let part = parts.next();
    for (; !part.done; part = parts.next()) messages.push(part.value);
    return [...messages, part.value];
  }

  *#entries(): Generator<Uint8Array, void> {
    for (const source of this.#sources) {
      for (const write of source) {
        const writer = new ByteWriter();
        write(writer);
        yield writer.finish();
      }
    }
  }

  #encode(entries: readonly Uint8Array[], hasMore: boolean): Uint8Array {
    const version = this.#version;
    const type = this.#type;
    return encodeMessage(version, 'stats_reply', this.#xid, (body) => {
      body.u16(isVendorType(type) ? TYPE_VENDOR : TYPES.indexOf(type)).u16(hasMore ? FLAG_MORE : 0);
      if (version !== OF10) body.zeros(4);
      if (isVendorType(type)) {
        const [vendor, subtype] = VENDOR_TYPES[type];
        body.u32(vendor).u32(subtype);
        if (version === OF10) body.zeros(4);
      }
      for (const entry of entries) body.bytes(entry);
    });
  }
}

function* writesOf<Item>(
  items: Iterable<Item>,
  write: (writer: ByteWriter, item: Item) => void,
): Generator<WriteEntry, void> {
  for (const item of items) yield (writer) => write(writer, item);
}

/** Type, flags and padding; vendor, subtype and padding. */
const STATS_HEADER_MAX = 20;
