/**
 * Carries group-mods out on a bridge's groups, and answers what is asked about them.
 *
 * Answers to `handle_group_mod` and the `handle_group_*_request` functions of OVS's
 * `ofproto/ofproto.c`.
 */

import { GROUP_ALL, type Group } from '../ofproto/group.js';
import { GroupError } from '../ofproto/group-error.js';
import type { GroupChange } from '../ofproto/group-table.js';
import { countUsers, groupsOf } from '../ofproto/ofpact-uses.js';
import type { BundledChange } from './bundles.js';
import type { ByteReader } from './byte-reader.js';
import { isGroupNew } from './group-bucket-codec.js';
import { readGroupMod } from './group-mod-codec.js';
import { writeGroupDescription, writeGroupFeatures, writeGroupStats } from './group-stats-codec.js';
import type { StatsReply } from './multipart.js';
import { OfpError } from './ofp-error.js';
import { OF10 } from './protocol.js';
import type { Request } from './request.js';
import { forwardGroupMod, type GroupMod } from './request-forward.js';

export function handleGroupMod(request: Request): void {
  request.requireWriter();
  carryOut(request, read(request, request.body()));
}

/** `NXT_GROUP_MOD`; vendor and subtype have been read. */
export function handleNiciraGroupMod(request: Request, body: ByteReader): void {
  if (request.version !== OF10) throw new OfpError('OFPBRC_BAD_SUBTYPE');
  request.requireWriter();
  carryOut(request, read(request, body));
}

/** A group-mod of a bundle. */
export function prepareGroupMod(request: Request): BundledChange {
  const mod = read(request, request.body());
  return {
    change: () => apply(request, mod.change),
    after: () => forwardGroupMod(request, mod),
  };
}

function read({ version }: Request, body: ByteReader): GroupMod {
  const [, , type = 0] = body.peek(Math.min(3, body.remaining));
  return { type, change: answering(() => readGroupMod(body, version)) };
}

/** Rules go with the group that they use, by the message of whoever deletes it. */
function carryOut(request: Request, mod: GroupMod): void {
  const { peer, message, services } = request;
  services.monitors.attribute({ peer, xid: message.xid }, () => apply(request, mod.change));
  forwardGroupMod(request, mod);
}

function apply({ bridge }: Request, change: GroupChange): void {
  answering(() => bridge.ofproto.groups.apply(change));
}

function answering<Result>(task: () => Result): Result {
  try {
    return task();
  } catch (error) {
    throw error instanceof GroupError ? new OfpError(error.error, error.message) : error;
  }
}

export function handleGroupStats(request: Request, body: ByteReader, reply: StatsReply): void {
  const { bridge, services, version } = request;
  const wanted = body.u32();
  body.skip(4);
  body.finish();
  const users = countUsers(
    services.listing.rules().map(({ actions }) => actions),
    groupsOf,
  );
  const { clock } = bridge;
  reply.appendEach(select(request, wanted), (writer, group) => {
    const use = { users: users.get(group.id) ?? 0, durationMs: clock.now() - group.created };
    writeGroupStats(writer, group, use, version);
  });
}

/** From 1.1 to 1.4, all groups are asked for. */
export function handleGroupDescriptions(
  request: Request,
  body: ByteReader,
  reply: StatsReply,
): void {
  const { version } = request;
  let wanted = GROUP_ALL;
  if (isGroupNew(version)) {
    wanted = body.u32();
    body.skip(4);
  }
  body.finish();
  reply.appendEach(select(request, wanted), (writer, group) =>
    writeGroupDescription(writer, group, version),
  );
}

export function handleGroupFeatures(request: Request, body: ByteReader, reply: StatsReply): void {
  body.finish();
  reply.append((writer) => writeGroupFeatures(writer, request.version));
}

function select({ bridge }: Request, id: number): readonly Group[] {
  const { groups } = bridge.ofproto;
  if (id === GROUP_ALL) return groups.list();
  const group = groups.get(id);
  return group === undefined ? [] : [group];
}
