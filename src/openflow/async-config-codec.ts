/**
 * Which unasked messages a controller wants, on the wire: six words in 1.3 and in Nicira's form,
 * properties since 1.4.
 *
 * Since 1.4 a reason that the message does not have is an error, before it is not. OpenFlow 1.5,
 * clause 7.3.10; answers to `ofputil_decode_set_async_config`.
 */

import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { OfpError } from './ofp-error.js';
import type { AsyncMasks } from './peer.js';
import { readProperties, writeProperty } from './property-codec.js';
import { OF13, type OfpVersion } from './protocol.js';

export interface AsyncConfig {
  /** For whoever may change the switch. */
  readonly leading: AsyncMasks;
  readonly secondary: AsyncMasks;
}

/** By number: each kind has a property for secondaries, and behind it one for the others. */
const KINDS: readonly (readonly [keyof AsyncMasks, number])[] = [
  ['packetIn', 0b11_1111],
  ['portStatus', 0b111],
  ['flowRemoved', 0b11_1111],
  ['roleStatus', 0b111],
  ['tableStatus', 0b1_1000],
  ['requestForward', 0b11],
];
/** Of 1.3. */
const OLD_KINDS = ['packetIn', 'portStatus', 'flowRemoved'] as const;

/** Six words: of each kind, for whoever leads and for secondaries. */
export function readOldAsyncConfig(body: ByteReader, before: AsyncConfig): AsyncConfig {
  const leading: Partial<Record<keyof AsyncMasks, number>> = {};
  const secondary: Partial<Record<keyof AsyncMasks, number>> = {};
  for (const kind of OLD_KINDS) {
    leading[kind] = body.u32();
    secondary[kind] = body.u32();
  }
  return {
    leading: { ...before.leading, ...leading },
    secondary: { ...before.secondary, ...secondary },
  };
}

/** Kinds that the message does not name stay as they were. */
export function readAsyncConfig(body: ByteReader, before: AsyncConfig): AsyncConfig {
  const config = { leading: { ...before.leading }, secondary: { ...before.secondary } };
  for (const { type, experimenter, body: value } of readProperties(body)) {
    const [kind, reasons = 0] = KINDS[type >>> 1] ?? [];
    if (kind === undefined || experimenter !== undefined) {
      throw new OfpError('OFPACFC_UNSUPPORTED', `property ${type}`);
    }
    const mask = value.u32();
    if ((mask & ~reasons) !== 0) throw new OfpError('OFPACFC_INVALID', `reasons ${mask}`);
    const side = config[(type & 1) === 0 ? 'secondary' : 'leading'];
    Object.assign(side, { [kind]: mask });
  }
  return config;
}

export function writeAsyncConfig(
  writer: ByteWriter,
  { leading, secondary }: AsyncConfig,
  version: OfpVersion,
): void {
  if (version === OF13) {
    for (const kind of OLD_KINDS) writer.u32(leading[kind]).u32(secondary[kind]);
    return;
  }
  for (const [index, [kind]] of KINDS.entries()) {
    writeProperty(writer, 2 * index, (body) => body.u32(secondary[kind]));
    writeProperty(writer, 2 * index + 1, (body) => body.u32(leading[kind]));
  }
}
