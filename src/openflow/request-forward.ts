/**
 * Tells controllers of 1.4 and later, as far as they want to hear it, what others do to groups and
 * meters: the change itself, in the hearer's version.
 *
 * OpenFlow 1.5, clause 7.4.6; answers to `connmgr_send_requestforward`.
 */

import { BUCKET_ALL, GROUP_TYPES, type GroupSpec } from '../ofproto/group.js';
import type { GroupChange } from '../ofproto/group-table.js';
import type { MeterChange } from '../ofproto/meter-table.js';
import type { ByteWriter } from './byte-writer.js';
import { isGroupNew, writeBucket } from './group-bucket-codec.js';
import { writeSelection } from './group-selection-codec.js';
import { encodeMessage } from './message.js';
import { writeMeterMod } from './meter-codec.js';
import { OF14, type OfpVersion } from './protocol.js';
import type { Request } from './request.js';

const GROUP_MOD = 0;
const METER_MOD = 1;

const COMMANDS: Readonly<Record<GroupChange['command'], number>> = {
  add: 0,
  modify: 1,
  delete: 2,
  insert_bucket: 3,
  remove_bucket: 5,
  add_or_modify: 0x8000,
};

/** A group-mod as it came: also one that is about no type says one. */
export interface GroupMod {
  readonly type: number;
  readonly change: GroupChange;
}

export function forwardGroupMod(request: Request, mod: GroupMod): void {
  forward(request, GROUP_MOD, (version, xid) => {
    // Buckets by themselves are what older versions have no words for.
    if (!isGroupNew(version) && 'at' in mod.change) return undefined;
    return encodeMessage(version, 'group_mod', xid, (body) => writeGroupMod(body, mod, version));
  });
}

export function forwardMeterMod(request: Request, change: MeterChange): void {
  forward(request, METER_MOD, (version, xid) =>
    encodeMessage(version, 'meter_mod', xid, (body) => writeMeterMod(body, change)),
  );
}

/** To everybody but the one whose request it is. */
function forward(
  { peer: source, message, services }: Request,
  reason: number,
  encode: (version: OfpVersion, xid: number) => Uint8Array | undefined,
): void {
  for (const peer of services.peers()) {
    const { version } = peer;
    if (peer === source || version < OF14 || !peer.wants('requestForward', reason)) continue;
    const inner = encode(version, message.xid);
    if (inner === undefined) continue;
    peer.connection.tell(encodeMessage(version, 'requestforward', 0, (body) => body.bytes(inner)));
  }
}

function writeGroupMod(body: ByteWriter, mod: GroupMod, version: OfpVersion): void {
  const { change } = mod;
  const { id, type, buckets, selection } = partsOf(mod);
  body.u16(COMMANDS[change.command]).u8(mod.type).zeros(1).u32(id);
  if (!isGroupNew(version)) {
    for (const bucket of buckets) writeBucket(body, bucket, type, version);
    return;
  }
  const sizeAt = body.size;
  body
    .u16(0)
    .zeros(2)
    .u32('at' in change ? change.at : BUCKET_ALL);
  const start = body.size;
  for (const bucket of buckets) writeBucket(body, bucket, type, version);
  body.patchLength(sizeAt, start);
  if (selection !== undefined) writeSelection(body, selection, version);
}

function partsOf({ type, change }: GroupMod): GroupSpec {
  if ('group' in change) return change.group;
  const buckets = 'buckets' in change ? change.buckets : [];
  return { id: change.id, type: GROUP_TYPES[type] ?? 'all', buckets, selection: undefined };
}
