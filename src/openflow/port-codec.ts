/**
 * Ports on the wire: descriptions, statistics, changes.
 *
 * OpenFlow 1.0 clauses 5.2.1 and 5.3.5, 1.3 clauses A.2.1 and A.3.5.6, 1.5 clauses 7.2.1 and
 * 7.3.5.7. Answers to `ofputil_put_phy_port` and its neighbours.
 */

import type { PortConfig } from '../ofproto/ofproto.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { writeDuration } from './flow-stats-codec.js';
import { OfpError } from './ofp-error.js';
import { readPort, writePort } from './port-number.js';
import { OF10, OF11, OF13, OF14, type OfpVersion } from './protocol.js';

/** A port as controllers are told of it. */
export interface PortDescription {
  readonly port: number;
  readonly name: string;
  /** Six bytes. */
  readonly address: Uint8Array;
  readonly isDown: boolean;
  readonly isLinkDown: boolean;
  readonly config: PortConfig;
  /** Bits of `PortFeature`. */
  readonly current: number;
  readonly advertised: number;
  readonly supported: number;
  readonly peer: number;
  /** kbit/s. */
  readonly currentSpeed: number;
  readonly maxSpeed: number;
}

/** Bits of a port's features, as OpenFlow 1.1 and later have them. */
export const PortFeature = {
  TEN_MB_HD: 1 << 0,
  TEN_MB_FD: 1 << 1,
  HUNDRED_MB_HD: 1 << 2,
  HUNDRED_MB_FD: 1 << 3,
  ONE_GB_HD: 1 << 4,
  ONE_GB_FD: 1 << 5,
  TEN_GB_FD: 1 << 6,
  FORTY_GB_FD: 1 << 7,
  HUNDRED_GB_FD: 1 << 8,
  ONE_TB_FD: 1 << 9,
  OTHER: 1 << 10,
  COPPER: 1 << 11,
  FIBER: 1 << 12,
  AUTONEG: 1 << 13,
  PAUSE: 1 << 14,
  PAUSE_ASYM: 1 << 15,
} as const;

/** Bits of a port's configuration; 1.0 alone has NO_FLOOD and those of the spanning tree. */
const Config = {
  PORT_DOWN: 1,
  NO_STP: 1 << 1,
  NO_RECV: 1 << 2,
  NO_RECV_STP: 1 << 3,
  NO_FLOOD: 1 << 4,
  NO_FWD: 1 << 5,
  NO_PACKET_IN: 1 << 6,
};
const State = { LINK_DOWN: 1, LIVE: 1 << 2 };
/** Speeds and media that 1.0 has at the same place, and those that it has elsewhere. */
const FEATURES_SAME = 0x7f;
const FEATURES_MOVED = 4;
const NAME_SIZE = 16;
const PROPERTY_ETHERNET = 0;

export function writePortDescription(
  writer: ByteWriter,
  port: PortDescription,
  version: OfpVersion,
): void {
  const start = writer.size;
  writePort(writer, version, port.port);
  if (version >= OF14) writer.u16(0).zeros(2);
  else if (version !== OF10) writer.zeros(4);
  writer.bytes(port.address);
  if (version !== OF10) writer.zeros(2);
  writer.text(port.name, NAME_SIZE);
  writer.u32(configBits(port, version)).u32(stateBits(port, version));
  if (version >= OF14) writer.u16(PROPERTY_ETHERNET).u16(32).zeros(4);
  for (const features of [port.current, port.advertised, port.supported, port.peer]) {
    writer.u32(version === OF10 ? featuresOf10(features) : features);
  }
  if (version !== OF10) writer.u32(port.currentSpeed).u32(port.maxSpeed);
  if (version >= OF14) writer.patchLength(start + 4, start);
}

function configBits({ isDown, config }: PortDescription, version: OfpVersion): number {
  return (
    (isDown ? Config.PORT_DOWN : 0) |
    (config.noReceive ? Config.NO_RECV : 0) |
    (version === OF10 ? configBits10(config) : 0) |
    (config.noForward ? Config.NO_FWD : 0) |
    (config.noPacketIn ? Config.NO_PACKET_IN : 0)
  );
}

function configBits10({ noFlood, noStp, noReceiveStp }: PortConfig): number {
  return (
    (noFlood ? Config.NO_FLOOD : 0) |
    (noStp ? Config.NO_STP : 0) |
    (noReceiveStp ? Config.NO_RECV_STP : 0)
  );
}

function stateBits({ isLinkDown }: PortDescription, version: OfpVersion): number {
  if (isLinkDown) return State.LINK_DOWN;
  return version === OF10 ? 0 : State.LIVE;
}

function featuresOf10(features: number): number {
  return (features & FEATURES_SAME) | ((features >>> FEATURES_MOVED) & ~FEATURES_SAME);
}

/** A change of a port that a controller asks for; what is undefined stays. */
export interface PortMod {
  readonly port: number;
  readonly address: Uint8Array;
  readonly isDown: boolean | undefined;
  readonly config: Partial<PortConfig>;
}

export function readPortMod(body: ByteReader, version: OfpVersion): PortMod {
  const port = readPort(body, version, 'OFPPMFC_BAD_PORT');
  if (version !== OF10) body.skip(4);
  const address = body.bytes(6).slice();
  if (version !== OF10) body.skip(2);
  const config = body.u32();
  const mask = body.u32();
  const known = Config.PORT_DOWN | Config.NO_RECV | Config.NO_FWD | Config.NO_PACKET_IN;
  if (version !== OF10 && (mask & ~known) !== 0) throw new OfpError('OFPPMFC_BAD_CONFIG');
  const wanted = (bit: number): boolean | undefined =>
    (mask & bit) === 0 ? undefined : (config & bit) !== 0;
  const wanted10 = (bit: number) => (version === OF10 ? wanted(bit) : undefined);
  return {
    port,
    address,
    isDown: wanted(Config.PORT_DOWN),
    config: withoutUndefined({
      noReceive: wanted(Config.NO_RECV),
      noFlood: wanted10(Config.NO_FLOOD),
      noStp: wanted10(Config.NO_STP),
      noReceiveStp: wanted10(Config.NO_RECV_STP),
      noForward: wanted(Config.NO_FWD),
      noPacketIn: wanted(Config.NO_PACKET_IN),
    }),
  };
}

function withoutUndefined(
  config: Readonly<Record<keyof PortConfig, boolean | undefined>>,
): Partial<PortConfig> {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
}

/** What happened to a port. */
export const PortReason = { ADD: 0, DELETE: 1, MODIFY: 2 } as const;

export function writePortStatus(
  writer: ByteWriter,
  reason: number,
  port: PortDescription,
  version: OfpVersion,
): void {
  writer.u8(reason).zeros(7);
  writePortDescription(writer, port, version);
}

/** A port's counters; undefined: this port does not count that. */
export interface PortCounters {
  readonly port: number;
  readonly rxPackets: number;
  readonly txPackets: number;
  readonly rxBytes: number;
  readonly txBytes: number;
  readonly rxDropped: number | undefined;
  readonly txDropped: number | undefined;
  readonly rxErrors: number | undefined;
  readonly txErrors: number | undefined;
  readonly durationMs: number;
}

/** "Not counted" is all ones. */
const UNKNOWN = 0xffff_ffff_ffff_ffffn;

export function readPortStatsRequest(body: ByteReader, version: OfpVersion): number {
  const port = readPort(body, version, 'OFPBRC_BAD_PORT');
  body.skip(version === OF10 ? 6 : 4);
  return port;
}

export function writePortStats(
  writer: ByteWriter,
  counters: PortCounters,
  version: OfpVersion,
): void {
  const start = writer.size;
  if (version >= OF14) writer.u16(0).zeros(2);
  writePort(writer, version, counters.port);
  if (version === OF10) writer.zeros(6);
  else if (version < OF14) writer.zeros(4);
  else writeDuration(writer, counters.durationMs);
  for (const count of [
    counters.rxPackets,
    counters.txPackets,
    counters.rxBytes,
    counters.txBytes,
  ]) {
    writer.u64(BigInt(count));
  }
  const { rxDropped, txDropped, rxErrors, txErrors } = counters;
  for (const count of [rxDropped, txDropped, rxErrors, txErrors]) {
    writer.u64(count === undefined ? UNKNOWN : BigInt(count));
  }
  if (version >= OF14) writer.u16(PROPERTY_ETHERNET).u16(40).zeros(4);
  // Frame, overrun and CRC errors, and collisions: nothing here counts them apart.
  for (let i = 0; i < 4; i++) writer.u64(UNKNOWN);
  if (version === OF13) writeDuration(writer, counters.durationMs);
  if (version >= OF14) writer.patchLength(start, start);
}

/** Whether the version asks for port descriptions in messages of their own. */
export function hasPortsInFeatures(version: OfpVersion): boolean {
  return version <= OF11 + 1;
}
