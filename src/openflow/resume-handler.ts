/**
 * Lets a packet go on that has waited for a controller: `NXT_RESUME`, which is the packet-in as the
 * controller got it, with whatever it has changed of packet and metadata.
 *
 * Answers to `handle_nxt_resume` of OVS's `ofproto/ofproto.c`.
 */

import { ofpPort } from '../base/brands.js';
import { CATCH_ALL, type Match } from '../ofproto/match.js';
import { DP_START, IN_PORT, METADATA } from '../packet/flow-layout.js';
import type { ByteReader } from './byte-reader.js';
import { type Continuation, isOfBridge, readContinuation } from './continuation-codec.js';
import { OfpError } from './ofp-error.js';
import { readOxmMatch } from './oxm-codec.js';
import { PacketInProperty } from './packet-codec.js';
import { readProperties, unknownProperty } from './property-codec.js';
import type { Request } from './request.js';

const NO_USERDATA = new Uint8Array(0);

interface Resumed {
  packet: Uint8Array;
  metadata: Match;
  continuation: Continuation | undefined;
}

/** Vendor and subtype have been read. */
export function handleResume(request: Request, body: ByteReader): void {
  request.requireWriter();
  const { packet, metadata, continuation } = read(request, body);
  const { bridge } = request;
  const { ofproto } = bridge;
  if (continuation === undefined || !isOfBridge(continuation, ofproto.uuid)) {
    throw new OfpError('NXR_STALE');
  }
  const { stack, mirrors, actions, actionSet } = continuation;
  const { flow } = metadata;
  const state = {
    ofproto,
    table: 0,
    metadata: flow.slice(METADATA, DP_START),
    inPort: ofpPort((flow[IN_PORT] ?? 0) & 0xffff),
    stack,
    actions,
    actionSet,
    mirrors,
    isHashed: false,
    userdata: NO_USERDATA,
  };
  bridge.resume(state, packet);
}

function read({ version }: Request, body: ByteReader): Resumed {
  const resumed: Resumed = { packet: NO_USERDATA, metadata: CATCH_ALL, continuation: undefined };
  for (const property of readProperties(body)) {
    const { type, body: value } = property;
    switch (type) {
      case PacketInProperty.PACKET:
        resumed.packet = value.rest().slice();
        break;
      case PacketInProperty.METADATA:
        // What this switch does not know of a packet it has not told, and needs not hear again.
        resumed.metadata = readOxmMatch(value, { isLoose: true }).match;
        break;
      case PacketInProperty.CONTINUATION:
        value.skip(4);
        resumed.continuation = readContinuation(value, version);
        break;
      case PacketInProperty.FULL_LENGTH:
      case PacketInProperty.TABLE:
      case PacketInProperty.COOKIE:
      case PacketInProperty.REASON:
      case PacketInProperty.USERDATA:
        break;
      default:
        throw unknownProperty(property);
    }
  }
  return resumed;
}
