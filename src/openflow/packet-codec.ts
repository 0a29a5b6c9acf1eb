/**
 * Packets between switch and controller: packet-in, packet-out, flow-removed.
 *
 * OpenFlow 1.0 clauses 5.3.7 and 5.4.1, 1.5 clauses 7.3.6 and 7.4.1; Nicira's two forms of
 * packet-in. Answers to `ofputil_encode_packet_in_private` and `ofputil_decode_packet_out`.
 */

import type { FrozenState } from '../ofproto/frozen-states.js';
import type { Match } from '../ofproto/match.js';
import { OFPP_CONTROLLER, type Ofpacts } from '../ofproto/ofpact.js';
import { PacketInReason } from '../ofproto/packet-ins.js';
import { readField } from '../packet/field-access.js';
import { fieldOf } from '../packet/fields.js';
import { readActions } from './action-codec.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { writeContinuation } from './continuation-codec.js';
import { NO_BUFFER } from './flow-mod-codec.js';
import { writeDuration, writeLastStats } from './flow-stats-codec.js';
import { readMatch, writeMatch } from './match-codec.js';
import { OfpError } from './ofp-error.js';
import { writeOxmMatch } from './oxm-codec.js';
import { portToWide, readPort } from './port-number.js';
import { OF10, OF11, OF12, OF13, OF14, OF15, type OfpVersion } from './protocol.js';

/** A packet on its way to a controller. */
export interface PacketInMessage {
  readonly packet: Uint8Array;
  /** Bytes that the packet has, however many of them go along. */
  readonly totalLength: number;
  readonly inPort: number;
  /** As OpenFlow 1.5 numbers reasons. */
  readonly reason: number;
  readonly table: number;
  readonly cookie: bigint;
  /** Metadata and registers, the in_port among them. */
  readonly metadata: Match;
  /** Nicira's second form only. */
  readonly userdata?: Uint8Array;
  readonly continuation?: FrozenState;
}

export type PacketInFormat = 'standard' | 'nxt_packet_in' | 'nxt_packet_in2';

export function writePacketIn(
  writer: ByteWriter,
  packetIn: PacketInMessage,
  version: OfpVersion,
): void {
  const reason = packetInReason(packetIn.reason, version);
  writer.u32(NO_BUFFER);
  if (version === OF10) {
    writer.u16(packetIn.totalLength).u16(packetIn.inPort).u8(reason).zeros(1);
  } else if (version === OF11) {
    const port = portToWide(packetIn.inPort);
    writer.u32(port).u32(port).u16(packetIn.totalLength).u8(reason).u8(packetIn.table);
  } else {
    writer.u16(packetIn.totalLength).u8(reason).u8(packetIn.table);
    if (version >= OF13) writer.u64(packetIn.cookie);
    writeMatch(writer, packetIn.metadata, version);
    writer.zeros(2);
  }
  writer.bytes(packetIn.packet);
}

/** A reason as a version calls it; older ones hear "an action did it" of what came later. */
export function packetInReason(reason: number, version: OfpVersion): number {
  const { NO_MATCH, ACTION, INVALID_TTL, EXPLICIT_MISS, IMPLICIT_MISS } = PacketInReason;
  if (reason === IMPLICIT_MISS) return NO_MATCH;
  if (reason === EXPLICIT_MISS) return version < OF13 ? ACTION : NO_MATCH;
  return reason > INVALID_TTL && version < OF14 ? ACTION : reason;
}

/** `NXT_PACKET_IN`. */
export function writeNiciraPacketIn(
  writer: ByteWriter,
  packetIn: PacketInMessage,
  version: OfpVersion,
): void {
  writer.u32(NO_BUFFER).u16(packetIn.totalLength).u8(packetInReason(packetIn.reason, version));
  writer.u8(packetIn.table).u64(packetIn.cookie);
  const lengthAt = writer.size;
  writer.u16(0).zeros(6);
  const start = writer.size;
  writeOxmMatch(writer, packetIn.metadata, 'nxm');
  writer.patchLength(lengthAt, start);
  writer.align(start).zeros(2).bytes(packetIn.packet);
}

/** Properties of `NXT_PACKET_IN2`, and of the answer that lets a packet go on. */
export const PacketInProperty = {
  PACKET: 0,
  FULL_LENGTH: 1,
  TABLE: 3,
  COOKIE: 4,
  REASON: 5,
  METADATA: 6,
  USERDATA: 7,
  CONTINUATION: 8,
} as const;

/** `NXT_PACKET_IN2`. */
export function writeNiciraPacketIn2(
  writer: ByteWriter,
  packetIn: PacketInMessage,
  version: OfpVersion,
): void {
  const { packet, totalLength, metadata, userdata, continuation } = packetIn;
  property(writer, PacketInProperty.PACKET, (body) => body.bytes(packet));
  if (totalLength !== packet.length) {
    property(writer, PacketInProperty.FULL_LENGTH, (body) => body.u32(totalLength));
  }
  property(writer, PacketInProperty.TABLE, (body) => body.u8(packetIn.table));
  property(writer, PacketInProperty.COOKIE, (body) => body.zeros(4).u64(packetIn.cookie));
  const reason = packetInReason(packetIn.reason, version);
  property(writer, PacketInProperty.REASON, (body) => body.u8(reason));
  // In every version the fields are OXM's, of 1.2 in those before.
  const dialect = version < OF12 ? OF12 : version;
  property(writer, PacketInProperty.METADATA, (body) => writeOxmMatch(body, metadata, dialect));
  if (userdata !== undefined)
    property(writer, PacketInProperty.USERDATA, (body) => body.bytes(userdata));
  if (continuation !== undefined) {
    property(writer, PacketInProperty.CONTINUATION, (body) =>
      writeContinuation(body.zeros(4), continuation, version),
    );
  }
}

function property(writer: ByteWriter, type: number, write: (body: ByteWriter) => unknown): void {
  const start = writer.size;
  writer.u16(type).u16(0);
  write(writer);
  writer.patchLength(start + 2, start);
  writer.align(start);
}

/** A packet that a controller sends through the switch. */
export interface PacketOut {
  readonly inPort: number;
  readonly actions: Ofpacts;
  readonly packet: Uint8Array;
}

export function readPacketOut(body: ByteReader, version: OfpVersion): PacketOut {
  const bufferId = body.u32();
  const inPort = version === OF15 ? undefined : readPort(body, version, 'OFPBRC_BAD_PORT');
  const actionsLength = body.u16();
  let port: number = inPort ?? OFPP_CONTROLLER;
  if (version === OF15) {
    body.skip(2);
    port = portOf(readMatch(body, version));
  } else if (version !== OF10) {
    body.skip(6);
  }
  const actions = readActions(body.part(actionsLength, 'OFPBRC_BAD_LEN'), version);
  if (bufferId !== NO_BUFFER) throw new OfpError('OFPBRC_BUFFER_UNKNOWN');
  return { inPort: port, actions, packet: body.rest().slice() };
}

function portOf(match: Match): number {
  return readField(match.flow, fieldOf('in_port'));
}

/** A flow that went, with its last counters. */
export interface FlowRemovedMessage {
  readonly match: Match;
  readonly cookie: bigint;
  readonly priority: number;
  /** `OFPRR_*`: idle timeout 0, hard timeout 1, deletion 2, group deletion 3, … */
  readonly reason: number;
  readonly table: number;
  readonly durationMs: number;
  readonly idleTimeout: number;
  readonly hardTimeout: number;
  readonly packets: bigint;
  readonly bytes: bigint;
}

export function writeFlowRemoved(
  writer: ByteWriter,
  removed: FlowRemovedMessage,
  version: OfpVersion,
): void {
  if (version === OF10) {
    writeMatch(writer, removed.match, version);
    writer.u64(removed.cookie).u16(removed.priority).u8(removed.reason).zeros(1);
    writeDuration(writer, removed.durationMs);
    writer.u16(removed.idleTimeout).zeros(2).u64(removed.packets).u64(removed.bytes);
    return;
  }
  if (version === OF15) {
    writer.u8(removed.table).u8(removed.reason).u16(removed.priority);
    writer.u16(removed.idleTimeout).u16(removed.hardTimeout).u64(removed.cookie);
    writeMatch(writer, removed.match, version);
    writeLastStats(writer, removed);
    return;
  }
  writer.u64(removed.cookie).u16(removed.priority).u8(removed.reason).u8(removed.table);
  writeDuration(writer, removed.durationMs);
  writer.u16(removed.idleTimeout).u16(removed.hardTimeout);
  writer.u64(removed.packets).u64(removed.bytes);
  writeMatch(writer, removed.match, version);
}

/** `NXT_FLOW_REMOVED`. */
export function writeNiciraFlowRemoved(writer: ByteWriter, removed: FlowRemovedMessage): void {
  writer
    .u64(removed.cookie)
    .u16(removed.priority)
    .u8(removed.reason)
    .u8(removed.table + 1);
  writeDuration(writer, removed.durationMs);
  const lengthAt = writer.u16(removed.idleTimeout).size;
  writer.u16(0).u64(removed.packets).u64(removed.bytes);
  const start = writer.size;
  writeOxmMatch(writer, removed.match, 'nxm');
  writer.patchLength(lengthAt, start);
  writer.align(start);
}
