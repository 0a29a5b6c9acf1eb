/**
 * Meters on the wire, since OpenFlow 1.3: meter-mods, what meters are, what went through them.
 *
 * OpenFlow 1.5, clauses 7.3.4.5 and 7.3.5.12 to 7.3.5.14; answers to OVS's `lib/ofp-meter.c`.
 */

import { METER_BANDS_MAX, METERS_MAX, type MeterStats } from '../datapath/meter-table.js';
import type { MeterBand, MeterSpec } from '../ofproto/meter.js';
import type { MeterChange } from '../ofproto/meter-table.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { writeDuration } from './flow-stats-codec.js';
import { OfpError } from './ofp-error.js';

const COMMANDS = ['add', 'modify', 'delete'] as const;
const Flag = { KBPS: 1, PKTPS: 2, BURST: 4, STATS: 8 } as const;
const FLAGS_ALL = Flag.KBPS | Flag.PKTPS | Flag.BURST | Flag.STATS;
/** Numbers of bands' types; the switch drops only. */
const BandType = { DROP: 1, DSCP_REMARK: 2 } as const;
const BAND_SIZE = 16;

/** Reads a meter-mod's body. */
export function readMeterMod(body: ByteReader): MeterChange {
  const command = COMMANDS[body.u16()];
  const flags = body.u16();
  const id = body.u32();
  if (command === undefined) throw new OfpError('OFPMMFC_BAD_COMMAND');
  if (command === 'delete') return { command, id };
  if ((flags & Flag.KBPS) !== 0 && (flags & Flag.PKTPS) !== 0) {
    throw new OfpError('OFPMMFC_BAD_FLAGS');
  }
  const bands: MeterBand[] = [];
  while (body.remaining > 0) bands.push(readBand(body));
  if ((flags & ~FLAGS_ALL) !== 0) throw new OfpError('OFPMMFC_BAD_FLAGS');
  return { command, meter: { id, ...fromFlags(flags), bands } };
}

function readBand(body: ByteReader): MeterBand {
  const type = body.u16();
  // All types are of one size.
  if (body.u16() !== BAND_SIZE) throw new OfpError('OFPBRC_BAD_LEN');
  const [rate, burst, precedenceLevel] = [body.u32(), body.u32(), body.u8()];
  body.skip(3);
  if (type === BandType.DROP) return { type: 'drop', rate, burst };
  if (type !== BandType.DSCP_REMARK) throw new OfpError('OFPMMFC_BAD_BAND', `type ${type}`);
  return { type: 'dscp_remark', rate, burst, precedenceLevel };
}

function fromFlags(flags: number): Pick<MeterSpec, 'unit' | 'hasBurst' | 'hasStats'> {
  const isByPacket = (flags & Flag.PKTPS) !== 0;
  const unit = isByPacket ? 'pktps' : (flags & Flag.KBPS) !== 0 ? 'kbps' : undefined;
  return { unit, hasBurst: (flags & Flag.BURST) !== 0, hasStats: (flags & Flag.STATS) !== 0 };
}

function toFlags({ unit, hasBurst, hasStats }: MeterSpec): number {
  const ofUnit = unit === 'kbps' ? Flag.KBPS : unit === 'pktps' ? Flag.PKTPS : 0;
  return ofUnit | (hasBurst ? Flag.BURST : 0) | (hasStats ? Flag.STATS : 0);
}

/** Writes a meter-mod's body. */
export function writeMeterMod(writer: ByteWriter, change: MeterChange): void {
  writer.u16(COMMANDS.indexOf(change.command));
  if (change.command === 'delete') {
    writer.u16(0).u32(change.id);
    return;
  }
  writer.u16(toFlags(change.meter)).u32(change.meter.id);
  writeBands(writer, change.meter.bands);
}

export function writeMeterConfig(writer: ByteWriter, spec: MeterSpec): void {
  const start = writer.size;
  writer.u16(0).u16(toFlags(spec)).u32(spec.id);
  writeBands(writer, spec.bands);
  writer.patchLength(start, start);
}

function writeBands(writer: ByteWriter, bands: readonly MeterBand[]): void {
  for (const band of bands) {
    writer.u16(band.type === 'drop' ? BandType.DROP : BandType.DSCP_REMARK).u16(BAND_SIZE);
    writer.u32(band.rate).u32(band.burst);
    writer.u8(band.type === 'drop' ? 0 : band.precedenceLevel).zeros(3);
  }
}

export interface MeterUse {
  /** How many rules use it. */
  readonly users: number;
  /** Milliseconds since it was added. */
  readonly durationMs: number;
}

export function writeMeterStats(
  writer: ByteWriter,
  id: number,
  stats: MeterStats,
  { users, durationMs }: MeterUse,
): void {
  const start = writer.size;
  writer.u32(id).u16(0).zeros(6).u32(users);
  writer.u64(BigInt(stats.packets)).u64(BigInt(stats.bytes));
  writeDuration(writer, durationMs);
  for (const band of stats.bands) writer.u64(BigInt(band.packets)).u64(BigInt(band.bytes));
  writer.patchLength(start + 4, start);
}

export function writeMeterFeatures(writer: ByteWriter): void {
  writer
    .u32(METERS_MAX)
    .u32(1 << BandType.DROP)
    .u32(FLAGS_ALL)
    .u8(METER_BANDS_MAX)
    .zeros(3);
}
