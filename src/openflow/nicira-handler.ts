/**
 * Carries out messages of vendors: Nicira's (how flows and packets are told in OpenFlow 1.0,
 * flow-mods with NXM matches) and the ONF's extensions of 1.3.
 *
 * Answers to the `handle_nxt_*` functions of OVS's `ofproto/ofproto.c`.
 */

import type { ByteReader } from './byte-reader.js';
import { handleNiciraFlowMod } from './flow-mod-handler.js';
import { handleNiciraGroupMod } from './group-handler.js';
import { encodeNicira, NiciraType, OnfType } from './nicira.js';
import { OfpError } from './ofp-error.js';
import type { PacketInFormat } from './packet-codec.js';
import type { Peer } from './peer.js';
import { NX_VENDOR_ID, OF10, OF13, ONF_VENDOR_ID } from './protocol.js';
import type { Request } from './request.js';
import { handleResume } from './resume-handler.js';
import { handleSetAsync } from './role-handler.js';
import { readTlvTableMod, writeTlvTable } from './tlv-table.js';

const FORMAT_OPENFLOW10 = 0;
const FORMAT_NXM = 2;
const PACKET_IN_FORMATS: readonly PacketInFormat[] = [
  'standard',
  'nxt_packet_in',
  'nxt_packet_in2',
];

/** A message of a vendor's, by the vendor and the message's number. */
export function handleVendor(request: Request): void {
  const body = request.body();
  const vendor = body.u32();
  const subtype = body.u32();
  if (vendor === NX_VENDOR_ID) handleNicira(request, subtype, body);
  else if (vendor === ONF_VENDOR_ID && request.version === OF13) handleOnf(request, subtype, body);
  else throw new OfpError('OFPBRC_BAD_VENDOR');
}

/** Extensions of 1.3, which became part of 1.4. */
function handleOnf(request: Request, subtype: number, body: ByteReader): void {
  const { bundles, monitors } = request.services;
  switch (subtype) {
    case OnfType.BUNDLE_CONTROL:
      bundles.control(request, body);
      break;
    case OnfType.BUNDLE_ADD_MESSAGE:
      bundles.add(request, body);
      break;
    case OnfType.FLOW_MONITOR_CANCEL:
      monitors.cancel(request.peer, body);
      break;
    default:
      throw new OfpError('OFPBRC_BAD_SUBTYPE');
  }
}

function handleNicira(request: Request, subtype: number, body: ByteReader): void {
  const { peer, services } = request;
  switch (subtype) {
    case NiciraType.ROLE_REQUEST:
      services.roles.handleNicira(request, body);
      break;
    case NiciraType.SET_FLOW_FORMAT:
      peer.isNxm = isNxm(body.u32());
      break;
    case NiciraType.FLOW_MOD:
      if (request.version !== OF10) throw new OfpError('OFPBRC_BAD_SUBTYPE');
      handleNiciraFlowMod(request, body);
      break;
    case NiciraType.GROUP_MOD:
      handleNiciraGroupMod(request, body);
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
    case NiciraType.TLV_TABLE_MOD:
      request.requireWriter();
      services.tlvs.change(readTlvTableMod(body));
      break;
    case NiciraType.TLV_TABLE_REQUEST:
      tellTlvTable(request);
      break;
    case NiciraType.RESUME:
      handleResume(request, body);
      break;
    case NiciraType.FLOW_MONITOR_CANCEL:
      services.monitors.cancel(peer, body);
      break;
    default:
      throw new OfpError('OFPBRC_BAD_SUBTYPE');
  }
}

function tellTlvTable({ peer, version, message, services }: Request): void {
  const { mappings } = services.tlvs;
  peer.connection.reply(
    encodeNicira(version, NiciraType.TLV_TABLE_REPLY, message.xid, (reply) =>
      writeTlvTable(reply, mappings),
    ),
  );
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
