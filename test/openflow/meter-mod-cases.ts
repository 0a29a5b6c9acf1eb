/**
 * Meter-mods and requests for statistics that a switch must refuse, with their errors.
 *
 * `test/openflow/` has them refused by ours, `test/interop/` by a real `ovs-vswitchd`.
 */

import type { ByteWriter } from '../../src/openflow/byte-writer.js';
import { encodeMessage } from '../../src/openflow/message.js';
import type { OfpErrorName } from '../../src/openflow/ofp-error.js';
import {
  type MessageType,
  NX_VENDOR_ID,
  OF10,
  OF11,
  OF12,
  OF13,
  OF14,
  OF15,
  type OfpVersion,
} from '../../src/openflow/protocol.js';
import { nothing, type RefusedCase, type Write, XID } from './refused-case.js';

/** A request for statistics. */
function stats(version: OfpVersion, type: number, write: Write = nothing): Uint8Array {
  return encodeMessage(version, 'stats_request', XID, (body) => {
    body.u16(type).u16(0);
    if (version !== OF10) body.zeros(4);
    write(body);
  });
}

function vendorStats(version: OfpVersion, subtype: number, write: Write = nothing): Uint8Array {
  return stats(version, 0xffff, (body) => {
    body.u32(NX_VENDOR_ID).u32(subtype);
    if (version === OF10) body.zeros(4);
    write(body);
  });
}

/** Requests that a version does not have, or that are of the wrong length. */
export const STATS_CASES: readonly RefusedCase[] = [
  bad('group statistics in 1.0', OF10, stats(OF10, 6, eight), 'OFPBRC_BAD_STAT'),
  bad('group features in 1.1', OF11, stats(OF11, 8), 'OFPBRC_BAD_STAT'),
  bad('meters in 1.2', OF12, stats(OF12, 9, eight), 'OFPBRC_BAD_STAT'),
  bad('short group statistics', OF13, stats(OF13, 6), 'OFPBRC_BAD_LEN'),
  bad(
    'long group statistics',
    OF13,
    stats(OF13, 6, (body) => body.zeros(16)),
    'OFPBRC_BAD_LEN',
  ),
  bad('a long group description', OF13, stats(OF13, 7, eight), 'OFPBRC_BAD_LEN'),
  bad('a short group description', OF15, stats(OF15, 7), 'OFPBRC_BAD_LEN'),
  bad('long group features', OF13, stats(OF13, 8, eight), 'OFPBRC_BAD_LEN'),
  bad('long meter features', OF13, stats(OF13, 11, eight), 'OFPBRC_BAD_LEN'),
  bad('short meter statistics', OF13, stats(OF13, 9), 'OFPBRC_BAD_LEN'),
  bad("Nicira's group statistics in 1.3", OF13, vendorStats(OF13, 7, eight), 'OFPBRC_BAD_SUBTYPE'),
  bad("Nicira's group features in 1.2", OF12, vendorStats(OF12, 9), 'OFPBRC_BAD_SUBTYPE'),
  bad('a meter that there is not', OF13, stats(OF13, 9, four), 'OFPMMFC_UNKNOWN_METER'),
  bad('a meter that cannot be', OF14, stats(OF14, 10, eight), 'OFPMMFC_UNKNOWN_METER'),
];

function eight(body: ByteWriter): void {
  body.zeros(8);
}

function four(body: ByteWriter): void {
  body.u32(4).zeros(4);
}

function bad(
  name: string,
  version: OfpVersion,
  bytes: Uint8Array,
  error: OfpErrorName | undefined,
): RefusedCase {
  return { name, version, bytes, error };
}

interface MeterHead {
  readonly command?: number;
  readonly flags?: number;
  readonly id?: number;
}

function meterMod(head: MeterHead, ...bands: readonly Write[]): Uint8Array {
  const { command = 0, flags = 1, id = 40 } = head;
  return encodeMessage(OF13, 'meter_mod' satisfies MessageType, XID, (body) => {
    body.u16(command).u16(flags).u32(id);
    for (const band of bands) band(body);
  });
}

function band(type = 1, size = 16, rate = 5): Write {
  return (body) =>
    body
      .u16(type)
      .u16(size)
      .u32(rate)
      .u32(0)
      .zeros(Math.max(0, size - 12));
}

export const METER_CASES: readonly RefusedCase[] = [
  bad('a command that there is not', OF13, meterMod({ command: 3 }, band()), 'OFPMMFC_BAD_COMMAND'),
  bad('meter 0', OF13, meterMod({ id: 0 }, band()), 'OFPMMFC_INVALID_METER'),
  bad('all meters', OF13, meterMod({ id: 0xffff_ffff }, band()), 'OFPMMFC_INVALID_METER'),
  bad('a reserved meter', OF13, meterMod({ id: 0xffff_0001 }, band()), 'OFPMMFC_INVALID_METER'),
  bad('both units', OF13, meterMod({ flags: 3 }, band()), 'OFPMMFC_BAD_FLAGS'),
  bad('neither unit', OF13, meterMod({ flags: 0 }, band()), 'OFPMMFC_BAD_FLAGS'),
  bad('flags that there are not', OF13, meterMod({ flags: 0x11 }, band()), 'OFPMMFC_BAD_FLAGS'),
  bad('no bands', OF13, meterMod({}), 'OFPMMFC_OUT_OF_BANDS'),
  bad('too many bands', OF13, meterMod({}, ...Array(9).fill(band())), 'OFPMMFC_OUT_OF_BANDS'),
  bad('a rate of 0', OF13, meterMod({}, band(1, 16, 0)), 'OFPMMFC_BAD_RATE'),
  bad('a band that remarks', OF13, meterMod({}, band(2)), 'OFPMMFC_BAD_BAND'),
  bad('a band that there is not', OF13, meterMod({}, band(7)), 'OFPMMFC_BAD_BAND'),
  bad('a band too long', OF13, meterMod({}, band(1, 24)), 'OFPBRC_BAD_LEN'),
  bad('a band cut off', OF13, meterMod({}, band(1, 12)), 'OFPBRC_BAD_LEN'),
  bad(
    'a modification of no meter',
    OF13,
    meterMod({ command: 1 }, band()),
    'OFPMMFC_UNKNOWN_METER',
  ),
  bad('a deletion of no meter', OF13, meterMod({ command: 2 }), undefined),
  bad('a deletion of meter 0', OF13, meterMod({ command: 2, id: 0 }), undefined),
];
