/**
 * Requests for statistics and descriptions, and their answers in as many parts as they take.
 *
 * A reply's entries are gathered until a message is full; all parts but the last say that more
 * follow. OpenFlow 1.5, clause 7.3.5; answers to `ofpmp_init` and `ofpmp_postappend`.
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

/** Gathers the entries of one reply. */
export class StatsReply {
  readonly #version: OfpVersion;
  readonly #xid: number;
  readonly #type: StatsType;
  readonly #parts: Uint8Array[][] = [[]];
  #size = 0;

  constructor(version: OfpVersion, xid: number, type: StatsType) {
    this.#version = version;
    this.#xid = xid;
    this.#type = type;
  }

  /** One entry, which stays whole. */
  append(write: (writer: ByteWriter) => void): void {
    const writer = new ByteWriter();
    write(writer);
    const entry = writer.finish();
    if (this.#size + entry.length > MESSAGE_SIZE_MAX - HEADER_SIZE - STATS_HEADER_MAX) {
      this.#parts.push([]);
      this.#size = 0;
    }
    this.#parts.at(-1)?.push(entry);
    this.#size += entry.length;
  }

  /** The messages, at least one. */
  finish(): Uint8Array[] {
    return this.#parts.map((entries, i) => this.#encode(entries, i < this.#parts.length - 1));
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

/** Type, flags and padding; vendor, subtype and padding. */
const STATS_HEADER_MAX = 20;
