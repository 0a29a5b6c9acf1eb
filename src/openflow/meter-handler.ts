/**
 * Carries meter-mods out on a bridge's meters, and answers what is asked about them.
 *
 * Answers to `handle_meter_mod` and the `handle_meter_*_request` functions of OVS's
 * `ofproto/ofproto.c`.
 */

import { METER_ALL } from '../ofproto/meter.js';
import { MeterError } from '../ofproto/meter-error.js';
import type { Meter } from '../ofproto/meter-table.js';
import { countUsers, metersOf } from '../ofproto/ofpact-uses.js';
import type { ByteReader } from './byte-reader.js';
import {
  readMeterMod,
  writeMeterConfig,
  writeMeterFeatures,
  writeMeterStats,
} from './meter-codec.js';
import type { StatsReply } from './multipart.js';
import { OfpError } from './ofp-error.js';
import type { Request } from './request.js';
import { forwardMeterMod } from './request-forward.js';

/** Rules go with the meter that they use, by the message of whoever deletes it. */
export function handleMeterMod(request: Request): void {
  request.requireWriter();
  const { bridge, peer, message, services } = request;
  const change = readMeterMod(request.body());
  try {
    services.monitors.attribute({ peer, xid: message.xid }, () =>
      bridge.ofproto.meters.apply(change),
    );
  } catch (error) {
    throw error instanceof MeterError ? new OfpError(error.error, error.message) : error;
  }
  // With the burst that it came to have where none was said.
  const meter = 'meter' in change ? bridge.ofproto.meters.get(change.meter.id)?.spec : undefined;
  const isDefined = change.command !== 'delete' && meter !== undefined;
  forwardMeterMod(request, isDefined ? { command: change.command, meter } : change);
}

export function handleMeterStats(request: Request, body: ByteReader, reply: StatsReply): void {
  const { bridge, services } = request;
  const { meters } = bridge.ofproto;
  const wanted = select(request, body);
  const users = countUsers(
    services.listing.rules().map(({ actions }) => actions),
    metersOf,
  );
  const now = bridge.clock.now();
  for (const meter of wanted) {
    const { id } = meter.spec;
    const use = { users: users.get(id) ?? 0, durationMs: now - meter.created };
    // Read now, for the datapath may give its place to another meter.
    const stats = meters.statsOf(meter);
    reply.append((writer) => writeMeterStats(writer, id, stats, use));
  }
}

export function handleMeterConfigs(request: Request, body: ByteReader, reply: StatsReply): void {
  reply.appendEach(select(request, body), (writer, { spec }) => writeMeterConfig(writer, spec));
}

export function handleMeterFeatures(_: Request, body: ByteReader, reply: StatsReply): void {
  body.finish();
  reply.append((writer) => writeMeterFeatures(writer));
}

function select({ bridge }: Request, body: ByteReader): readonly Meter[] {
  const id = body.u32();
  body.skip(4);
  body.finish();
  const { meters } = bridge.ofproto;
  if (id === METER_ALL) return meters.list();
  const meter = meters.get(id);
  if (meter === undefined) throw new OfpError('OFPMMFC_UNKNOWN_METER');
  return [meter];
}
