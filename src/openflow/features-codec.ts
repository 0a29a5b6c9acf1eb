/**
 * What the switch is: its features, its configuration, its description.
 *
 * OpenFlow 1.0 clauses 5.3.1 to 5.3.5, 1.5 clauses 7.3.1, 7.3.2 and 7.3.5.1.
 */

import type { FragmentMode } from '../ofproto/ofproto.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { OfpError } from './ofp-error.js';
import { hasPortsInFeatures, type PortDescription, writePortDescription } from './port-codec.js';
import { OF10, OF11, OF12, OF13, OF14, type OfpVersion } from './protocol.js';

export interface SwitchFeatures {
  readonly datapathId: bigint;
  readonly tables: number;
  readonly ports: readonly PortDescription[];
}

/** Flows, tables, groups, ports and queues have statistics; ARP's addresses can be matched. */
const CAPABILITIES_10 = 0x01 | 0x02 | 0x04 | 0x40 | 0x80;
const CAPABILITIES_11 = 0x01 | 0x02 | 0x04 | 0x08 | 0x40 | 0x80;
const CAPABILITIES_12 = 0x01 | 0x02 | 0x04 | 0x08 | 0x40;
/** Bundles, too. */
const CAPABILITIES_14 = CAPABILITIES_12 | 0x200;
/** Actions 0 to 11 of 1.0. */
const ACTIONS_10 = 0xfff;

export function writeFeatures(
  writer: ByteWriter,
  features: SwitchFeatures,
  version: OfpVersion,
): void {
  writer.u64(features.datapathId).u32(0).u8(features.tables).zeros(3);
  writer.u32(capabilities(version)).u32(version === OF10 ? ACTIONS_10 : 0);
  if (!hasPortsInFeatures(version)) return;
  for (const port of features.ports) writePortDescription(writer, port, version);
}

function capabilities(version: OfpVersion): number {
  if (version >= OF14) return CAPABILITIES_14;
  if (version >= OF12) return CAPABILITIES_12;
  return version === OF11 ? CAPABILITIES_11 : CAPABILITIES_10;
}

/** What a controller may set. */
export interface SwitchConfig {
  readonly fragments: FragmentMode | 'reassemble';
  /** Bytes of a packet that no rule matched; 65,535: all. */
  readonly missSendLength: number;
  readonly sendsInvalidTtl: boolean;
}

const FRAGMENTS = ['normal', 'drop', 'reassemble', 'nx-match'] as const;
const FLAG_FRAGMENTS = 3;
const FLAG_INVALID_TTL = 1 << 2;

export function readConfig(body: ByteReader, version: OfpVersion): SwitchConfig {
  const flags = body.u16();
  const known = FLAG_FRAGMENTS | (version < OF13 ? FLAG_INVALID_TTL : 0);
  if ((flags & ~known) !== 0) throw new OfpError('OFPSCFC_BAD_FLAGS');
  return {
    fragments: FRAGMENTS[flags & FLAG_FRAGMENTS] ?? 'normal',
    missSendLength: body.u16(),
    sendsInvalidTtl: version < OF13 && (flags & FLAG_INVALID_TTL) !== 0,
  };
}

export function writeConfig(writer: ByteWriter, config: SwitchConfig, version: OfpVersion): void {
  const isTold = config.sendsInvalidTtl && version < OF13;
  writer.u16(FRAGMENTS.indexOf(config.fragments) | (isTold ? FLAG_INVALID_TTL : 0));
  writer.u16(config.missSendLength);
}

export interface SwitchDescription {
  readonly manufacturer: string;
  readonly hardware: string;
  readonly software: string;
  readonly serial: string;
  readonly datapath: string;
}

const TEXT_SIZE = 256;
const SERIAL_SIZE = 32;

export function writeDescription(writer: ByteWriter, description: SwitchDescription): void {
  const { manufacturer, hardware, software, serial, datapath } = description;
  for (const text of [manufacturer, hardware, software]) writer.text(text, TEXT_SIZE);
  writer.text(serial, SERIAL_SIZE).text(datapath, TEXT_SIZE);
}
