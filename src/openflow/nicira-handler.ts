/**
 * Carries out Nicira's messages: how flows and packets are told in OpenFlow 1.0, and flow-mods with
 * NXM matches.
 *
 * Answers to the `handle_nxt_*` functions of OVS's `ofproto/ofproto.c`.
 */

import type { ByteReader } from './byte-reader.js';
import { handleNiciraFlowMod } from './flow-mod-handler.js';
import { NiciraType } from './nicira.js';
import { OfpError } from './ofp-error.js';
import type { PacketInFormat } from './packet-codec.js';
import type { Peer } from './peer.js';
import { NX_VENDOR_ID, OF10 } from './protocol.js';
import type { Request } from './request.js';
import { handleSetAsync, type Roles } from './role-handler.js';

const FORMAT_OPENFLOW10 = 0;
const FORMAT_NXM = 2;
const PACKET_IN_FORMATS: readonly PacketInFormat[] = [
  'standard',
  'nxt_packet_in',
  'nxt_packet_in2',
];

export interface NiciraContext {
  readonly roles: Roles;
  readonly peers: Iterable<Peer>;
}

export function handleVendor(request: Request, { roles, peers }: NiciraContext): void {
  const body = request.body();
  if (body.u32() !== NX_VENDOR_ID) throw new OfpError('OFPBRC_BAD_VENDOR');
  const { peer } = request;
  switch (body.u32()) {
    case NiciraType.ROLE_REQUEST:
      roles.handleNicira(request, body, peers);
      break;
    case NiciraType.SET_FLOW_FORMAT:
      peer.isNxm = isNxm(body.u32());
      break;
    case NiciraType.FLOW_MOD:
      if (request.version !== OF10) throw new OfpError('OFPBRC_BAD_SUBTYPE');
      handleNiciraFlowMod(request, body);
      break;
    case NiciraType.FLOW_MOD_TABLE_ID:
      peer.hasTableId = body.u8() !== 0;
      break;
    case NiciraType.SET_PACKET_IN_FORMAT:
      peer.packetInFormat = packetInFormat(body.u32());
      break;
    case NiciraType.FLOW_AGE:
      // Ages are always told.
      break;
    case NiciraType.SET_ASYNC_CONFIG:
      handleSetAsync(request, body);
      break;
    case NiciraType.SET_CONTROLLER_ID:
      setControllerId(peer, body);
      break;
    default:
      throw new OfpError('OFPBRC_BAD_SUBTYPE');
  }
}

function isNxm(format: number): boolean {
  if (format !== FORMAT_NXM && format !== FORMAT_OPENFLOW10) throw new OfpError('OFPBRC_EPERM');
  return format === FORMAT_NXM;
}

function packetInFormat(number: number): PacketInFormat {
  const format = PACKET_IN_FORMATS[number];
  if (format === undefined) throw new OfpError('OFPBRC_EPERM');
  return format;
}

function setControllerId(peer: Peer, body: ByteReader): void {
  body.skip(6);
  peer.controllerId = body.u16();
}
