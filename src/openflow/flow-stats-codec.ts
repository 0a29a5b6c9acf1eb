/**
 * Statistics of flows, one by one and in sum.
 *
 * OpenFlow 1.0 clause 5.3.5, 1.3 clause A.3.5.2, 1.5 clause 7.3.5.2 (where counters are a list of
 * OXS entries); Nicira's form for 1.0 has an NXM match and tells ages. Answers to
 * `ofputil_append_flow_stats_reply` and its neighbours.
 */

import type { Match } from '../ofproto/match.js';
import { OFPP_NONE, type Ofpacts } from '../ofproto/ofpact.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { GROUP_ANY, TABLE_ALL } from './flow-mod-codec.js';
import { writeInstructions } from './instruction-codec.js';
import { readMatch, writeListedMatch, writeMatch } from './match-codec.js';
import { readOxmMatch, writeOxmMatch } from './oxm-codec.js';
import { readPort } from './port-number.js';
import { OF10, OF13, OF14, OF15, type OfpVersion } from './protocol.js';

/** Which flows are asked for. */
export interface FlowStatsRequest {
  readonly table: number | undefined;
  readonly outPort: number | undefined;
  readonly outGroup: number | undefined;
  readonly cookie: bigint;
  readonly cookieMask: bigint;
  readonly match: Match;
}

export function readFlowStatsRequest(body: ByteReader, version: OfpVersion): FlowStatsRequest {
  if (version === OF10) {
    const match = readMatch(body, version);
    const table = tableOf(body.u8());
    body.skip(1);
    return { table, match, outPort: portOf(body.u16()), ...NO_COOKIE };
  }
  const table = tableOf(body.u8());
  body.skip(3);
  const outPort = portOf(readPort(body, version, 'OFPBRC_BAD_PORT'));
  const group = body.u32();
  body.skip(4);
  const cookie = body.u64();
  const cookieMask = body.u64();
  const outGroup = group === GROUP_ANY ? undefined : group;
  return { table, outPort, outGroup, cookie, cookieMask, match: readMatch(body, version) };
}

/** `NXST_FLOW`, `NXST_AGGREGATE`. */
export function readNiciraFlowStatsRequest(body: ByteReader): FlowStatsRequest {
  const outPort = portOf(body.u16());
  const matchLength = body.u16();
  const table = tableOf(body.u8());
  body.skip(3);
  const nxm = readOxmMatch(body.part(matchLength, 'OFPBMC_BAD_LEN'));
  return { table, outPort, outGroup: undefined, ...nxm };
}

const NO_COOKIE = { outGroup: undefined, cookie: 0n, cookieMask: 0n };

function tableOf(table: number): number | undefined {
  return table === TABLE_ALL ? undefined : table;
}

function portOf(port: number): number | undefined {
  return port === OFPP_NONE ? undefined : port;
}

/** One flow, as it is now. */
export interface FlowStatsEntry {
  readonly table: number;
  readonly priority: number;
  readonly match: Match;
  readonly actions: Ofpacts;
  readonly cookie: bigint;
  /** Seconds. */
  readonly idleTimeout: number;
  readonly hardTimeout: number;
  readonly importance: number;
  readonly flags: number;
  readonly packets: bigint;
  readonly bytes: bigint;
  /** Milliseconds since it was added, used and modified. */
  readonly durationMs: number;
  readonly idleMs: number;
  readonly hardMs: number;
}

/** How a reply's entries are written. */
export type FlowStatsForm = 'standard' | 'nicira';

export function writeFlowStats(
  writer: ByteWriter,
  entry: FlowStatsEntry,
  version: OfpVersion,
  form: FlowStatsForm,
): void {
  const start = writer.size;
  if (form === 'nicira') writeNicira(writer, entry);
  else if (version === OF10) writeOld(writer, entry);
  else if (version === OF15) writeDescription(writer, entry);
  else writeNew(writer, entry, version);
  writer.patchLength(start, start);
}

function writeOld(writer: ByteWriter, entry: FlowStatsEntry): void {
  writer.u16(0).u8(entry.table).zeros(1);
  writeMatch(writer, entry.match, OF10);
  writeDuration(writer, entry.durationMs);
  writer.u16(entry.priority).u16(entry.idleTimeout).u16(entry.hardTimeout).zeros(6);
  writer.u64(entry.cookie).u64(entry.packets).u64(entry.bytes);
  writeInstructions(writer, entry.actions, OF10);
}

function writeNew(writer: ByteWriter, entry: FlowStatsEntry, version: OfpVersion): void {
  writer.u16(0).u8(entry.table).zeros(1);
  writeDuration(writer, entry.durationMs);
  writer.u16(entry.priority).u16(entry.idleTimeout).u16(entry.hardTimeout);
  writer.u16(version >= OF13 ? entry.flags : 0).u16(version >= OF14 ? entry.importance : 0);
  writer.zeros(2).u64(entry.cookie).u64(entry.packets).u64(entry.bytes);
  writeListedMatch(writer, entry.match, version);
  writeInstructions(writer, entry.actions, version);
}

/** 1.5's flow description. */
function writeDescription(writer: ByteWriter, entry: FlowStatsEntry): void {
  writer.u16(0).zeros(2).u8(entry.table).zeros(1).u16(entry.priority);
  writer.u16(entry.idleTimeout).u16(entry.hardTimeout).u16(entry.flags).u16(entry.importance);
  writer.u64(entry.cookie);
  writeMatch(writer, entry.match, OF15);
  writeOxs(writer, (oxs) => {
    oxs.duration(Oxs.DURATION, entry.durationMs);
    oxs.duration(Oxs.IDLE_TIME, entry.idleMs);
    oxs.wide(Oxs.PACKET_COUNT, entry.packets);
    oxs.wide(Oxs.BYTE_COUNT, entry.bytes);
  });
  writeInstructions(writer, entry.actions, OF15);
}

function writeNicira(writer: ByteWriter, entry: FlowStatsEntry): void {
  writer.u16(0).u8(entry.table).zeros(1);
  writeDuration(writer, entry.durationMs);
  writer.u16(entry.priority).u16(entry.idleTimeout).u16(entry.hardTimeout);
  const lengthAt = writer.size;
  writer.u16(0).u16(age(entry.idleMs)).u16(age(entry.hardMs));
  writer.u64(entry.cookie).u64(entry.packets).u64(entry.bytes);
  const start = writer.size;
  writeOxmMatch(writer, entry.match, 'nxm');
  writer.patchLength(lengthAt, start);
  writer.align(start);
  writeInstructions(writer, entry.actions, OF10);
}

/** Seconds plus one, for 0 means "not known". */
function age(ms: number): number {
  return Math.min(Math.floor(ms / 1000) + 1, 0xffff);
}

export function writeDuration(writer: ByteWriter, ms: number): void {
  writer.u32(Math.floor(ms / 1000)).u32((ms % 1000) * 1_000_000);
}

export interface AggregateStats {
  readonly packets: bigint;
  readonly bytes: bigint;
  readonly flows: number;
}

export function writeAggregateStats(
  writer: ByteWriter,
  { packets, bytes, flows }: AggregateStats,
  version: OfpVersion,
): void {
  if (version !== OF15) {
    writer.u64(packets).u64(bytes).u32(flows).zeros(4);
    return;
  }
  writeOxs(writer, (oxs) => {
    oxs.wide(Oxs.PACKET_COUNT, packets);
    oxs.wide(Oxs.BYTE_COUNT, bytes);
    oxs.narrow(Oxs.FLOW_COUNT, flows);
  });
}

/** 1.5's counters of a flow that went. */
export function writeLastStats(
  writer: ByteWriter,
  { durationMs, packets, bytes }: Pick<FlowStatsEntry, 'durationMs' | 'packets' | 'bytes'>,
): void {
  writeOxs(writer, (oxs) => {
    oxs.duration(Oxs.DURATION, durationMs);
    oxs.wide(Oxs.PACKET_COUNT, packets);
    oxs.wide(Oxs.BYTE_COUNT, bytes);
  });
}

const OXS_CLASS = 0x8002;
const Oxs = { DURATION: 0, IDLE_TIME: 1, FLOW_COUNT: 3, PACKET_COUNT: 4, BYTE_COUNT: 5 } as const;

/** Writes entries of 1.5's list of statistics. */
class OxsWriter {
  readonly #writer: ByteWriter;

  constructor(writer: ByteWriter) {
    this.#writer = writer;
  }

  duration(field: number, ms: number): void {
    this.#header(field, 8);
    writeDuration(this.#writer, ms);
  }

  wide(field: number, value: bigint): void {
    this.#header(field, 8);
    this.#writer.u64(value);
  }

  narrow(field: number, value: number): void {
    this.#header(field, 4);
    this.#writer.u32(value);
  }

  #header(field: number, size: number): void {
    this.#writer
      .u16(OXS_CLASS)
      .u8(field << 1)
      .u8(size);
  }
}

function writeOxs(writer: ByteWriter, write: (oxs: OxsWriter) => void): void {
  const start = writer.size;
  writer.u16(0).u16(0);
  write(new OxsWriter(writer));
  writer.patchLength(start + 2, start);
  writer.align(start);
}
