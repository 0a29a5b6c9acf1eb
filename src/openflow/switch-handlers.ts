/**
 * Answers what a controller asks of the switch as such: features, configuration, ports, packets,
 * roles, barriers.
 *
 * Answers to `handle_single_part_openflow` of OVS's `ofproto/ofproto.c`.
 */

import { ofpPort } from '../base/brands.js';
import { Match } from '../ofproto/match.js';
import { OFPP_CONTROLLER, OFPP_LOCAL, OFPP_MAX, OFPP_NONE, TABLE_MAX } from '../ofproto/ofpact.js';
import { extractFlow } from '../packet/extract.js';
import { createFlow, createFlowMask } from '../packet/flow.js';
import { IN_PORT } from '../packet/flow-layout.js';
import { checkActions } from './action-check.js';
import { readConfig, writeConfig, writeFeatures } from './features-codec.js';
import { answeringTables } from './flow-mod-handler.js';
import { OfpError } from './ofp-error.js';
import { readPacketOut } from './packet-codec.js';
import { readPortMod } from './port-codec.js';
import { readPort, writePort } from './port-number.js';
import { OF10, OF14 } from './protocol.js';
import type { Request } from './request.js';
import { readTableMod } from './table-mod-codec.js';

/** Tables that controllers see: 254 is the switch's own. */
const TABLES_VISIBLE = TABLE_MAX + 1;
const ALL_TABLES: readonly number[] = Array.from({ length: TABLES_VISIBLE }, (_, i) => i);

export function handleFeatures(request: Request): void {
  const { datapathId } = request.bridge;
  const features = { datapathId, tables: TABLES_VISIBLE, ports: request.bridge.ports() };
  request.reply('features_reply', (body) => writeFeatures(body, features, request.version));
}

export function handleGetConfig(request: Request): void {
  const { peer, bridge, version } = request;
  const config = {
    fragments: bridge.ofproto.fragmentMode,
    missSendLength: peer.missSendLength,
    sendsInvalidTtl: peer.hearsInvalidTtl,
  };
  request.reply('get_config_reply', (body) => writeConfig(body, config, version));
}

export function handleSetConfig(request: Request): void {
  const { peer, bridge, version } = request;
  const { fragments, missSendLength, sendsInvalidTtl } = readConfig(request.body(), version);
  if (peer.mayWrite && fragments !== bridge.ofproto.fragmentMode) {
    // What this switch cannot do is left as it is, as OVS leaves "reassemble".
    if (fragments !== 'reassemble') bridge.ofproto.fragmentMode = fragments;
  }
  if (version < OF14) peer.setInvalidTtl(sendsInvalidTtl);
  peer.missSendLength = missSendLength;
}

export function handlePortMod(request: Request): void {
  request.requireWriter();
  preparePortMod(request).change();
}

/** A port-mod, which nothing takes back. */
export function preparePortMod(request: Request) {
  const { bridge, version } = request;
  const mod = readPortMod(request.body(), version);
  const port = bridge.ports().find((each) => each.port === mod.port);
  if (port === undefined) throw new OfpError('OFPPMFC_BAD_PORT');
  if (!mod.address.every((byte, i) => byte === port.address[i])) {
    throw new OfpError('OFPPMFC_BAD_HW_ADDR');
  }
  const change = (): void => {
    const number = ofpPort(mod.port);
    if (Object.keys(mod.config).length > 0) bridge.ofproto.configurePort(number, mod.config);
    if (mod.isDown !== undefined) bridge.setPortDown(number, mod.isDown);
  };
  return { change, isFinal: true };
}

export function handlePacketOut(request: Request): void {
  request.requireWriter();
  const { change, after } = preparePacketOut(request);
  change();
  after();
}

/** A packet-out: of a bundle, it meets the tables as they are then. */
export function preparePacketOut(request: Request) {
  const { bridge, version } = request;
  const { inPort, actions, packet } = readPacketOut(request.body(), version);
  const isReserved = [OFPP_CONTROLLER, OFPP_NONE, OFPP_LOCAL].some((port) => port === inPort);
  if (inPort >= OFPP_MAX && !isReserved) throw new OfpError('OFPBRC_BAD_PORT');
  checkActions(actions, matchOf(packet, inPort), 0, version);
  return {
    change: () => answeringTables(() => bridge.ofproto.checkUses(actions)),
    after: () => bridge.packetOut(ofpPort(inPort), actions, packet),
  };
}

/** All that is known of the packet. */
function matchOf(packet: Uint8Array, inPort: number): Match {
  const flow = createFlow();
  extractFlow(packet, flow);
  flow[IN_PORT] = inPort;
  return new Match(flow, createFlowMask().fill(0xffff_ffff));
}

/** Everything before it has been done: messages are handled one after the other. */
export function handleBarrier(request: Request): void {
  request.reply('barrier_reply');
}

/** Ports here have no queues. */
export function handleQueueConfig(request: Request): void {
  const { bridge, version } = request;
  const port = readPort(request.body(), version, 'OFPQOFC_BAD_PORT');
  if (bridge.ofproto.port(ofpPort(port)) === undefined) throw new OfpError('OFPQOFC_BAD_PORT');
  request.reply('queue_get_config_reply', (body) => {
    writePort(body, version, port);
    body.zeros(version === OF10 ? 6 : 4);
  });
}

export function handleTableMod(request: Request): void {
  request.requireWriter();
  const { table, treatment, fullness } = readTableMod(request.body(), request.version);
  if (table !== undefined && table > TABLE_MAX) throw new OfpError('OFPTMFC_EPERM');
  const { misses, tables, vacancies } = request.bridge.ofproto;
  misses.configure(table, treatment);
  if (fullness === undefined) return;
  for (const each of table === undefined ? ALL_TABLES : [table]) {
    tables.limit(each, { evicts: fullness.evicts });
    vacancies.configure(each, fullness.vacancy);
  }
}
