/**
 * Who answers which message; a message that is not here is refused as of an unknown type.
 *
 * Answers to `handle_single_part_openflow` of OVS's `ofproto/ofproto.c`.
 */

import type { BundledChange } from './bundles.js';
import { handleFlowMod, prepareFlowMod } from './flow-mod-handler.js';
import { handleGroupMod, prepareGroupMod } from './group-handler.js';
import { exactBodySize } from './message-sizes.js';
import { handleMeterMod } from './meter-handler.js';
import { handleVendor } from './nicira-handler.js';
import { OfpError } from './ofp-error.js';
import { type MessageType, OF13 } from './protocol.js';
import type { Request } from './request.js';
import { handleGetAsync, handleSetAsync, handleSetAsync14 } from './role-handler.js';
import { handleStats } from './stats-handler.js';
import {
  handleBarrier,
  handleFeatures,
  handleGetConfig,
  handlePacketOut,
  handlePortMod,
  handleQueueConfig,
  handleSetConfig,
  handleTableMod,
  preparePacketOut,
  preparePortMod,
} from './switch-handlers.js';

type Handler = (request: Request) => void;

const HANDLERS: Readonly<Partial<Record<MessageType, Handler>>> = {
  features_request: handleFeatures,
  get_config_request: handleGetConfig,
  set_config: handleSetConfig,
  packet_out: handlePacketOut,
  flow_mod: handleFlowMod,
  group_mod: handleGroupMod,
  meter_mod: handleMeterMod,
  port_mod: handlePortMod,
  table_mod: handleTableMod,
  stats_request: handleStats,
  barrier_request: handleBarrier,
  queue_get_config_request: handleQueueConfig,
  role_request: (request) => request.services.roles.handle(request),
  get_async_request: handleGetAsync,
  set_async: (request) =>
    request.version === OF13 ? handleSetAsync(request, request.body()) : handleSetAsync14(request),
  bundle_control: (request) => request.services.bundles.control(request, request.body()),
  bundle_add_message: (request) => request.services.bundles.add(request, request.body()),
  vendor: handleVendor,
};

/** Throws an `OfpError`, which is the answer, where it cannot do what it is asked. */
export function handleRequest(request: Request): void {
  const { type } = request.message;
  const handler = type === undefined ? undefined : HANDLERS[type];
  if (handler === undefined || type === undefined) throw new OfpError('OFPBRC_BAD_TYPE', type);
  const size = exactBodySize(type, request.version);
  if (size !== undefined && request.body().remaining !== size) {
    throw new OfpError('OFPBRC_BAD_LEN', type);
  }
  handler(request);
}

const BUNDLED: Readonly<Partial<Record<MessageType, (request: Request) => BundledChange>>> = {
  flow_mod: prepareFlowMod,
  group_mod: prepareGroupMod,
  port_mod: preparePortMod,
  packet_out: preparePacketOut,
};

/** Checks a message that is to be carried out with others. */
export function prepareBundled(request: Request): BundledChange {
  const { type } = request.message;
  const prepare = type === undefined ? undefined : BUNDLED[type];
  if (prepare === undefined) throw new OfpError('OFPBFC_MSG_UNSUP', type);
  return prepare(request);
}
