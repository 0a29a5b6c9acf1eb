/**
 * Answers requests for statistics and descriptions.
 *
 * Answers to the `handle_*_stats_request` functions of OVS's `ofproto/ofproto.c`.
 */

import { ofpPort } from '../base/brands.js';
import { TABLES_COUNT } from '../ofproto/flow-tables.js';
import { OFPP_NONE, TABLE_MAX } from '../ofproto/ofpact.js';
import type { FlowCriteria, Rule } from '../ofproto/rule.js';
import { meets } from '../ofproto/rule-criteria.js';
import type { ByteReader } from './byte-reader.js';
import { writeDescription } from './features-codec.js';
import { type MonitorForm, monitorForm } from './flow-monitor-codec.js';
import {
  type FlowStatsEntry,
  type FlowStatsForm,
  type FlowStatsRequest,
  readFlowStatsRequest,
  readNiciraFlowStatsRequest,
  writeAggregateStats,
  writeFlowStats,
} from './flow-stats-codec.js';
import { handleGroupDescriptions, handleGroupFeatures, handleGroupStats } from './group-handler.js';
import { handleMeterConfigs, handleMeterFeatures, handleMeterStats } from './meter-handler.js';
import { readStatsRequest, StatsReply, type StatsType } from './multipart.js';
import { OfpError } from './ofp-error.js';
import { readPortStatsRequest, writePortDescription, writePortStats } from './port-codec.js';
import { readPort } from './port-number.js';
import { OF10, OF11, OF12, OF13, OF14, OF15, type OfpVersion } from './protocol.js';
import type { Request } from './request.js';
import { writeTableDescription, writeTableFeatures } from './table-features-codec.js';
import { writeTableStats } from './table-stats-codec.js';

type Handler = (request: Request, body: ByteReader, reply: StatsReply) => void;

const HANDLERS: Readonly<Partial<Record<StatsType, Handler>>> = {
  desc: (request, _, reply) =>
    reply.append((body) => writeDescription(body, request.bridge.description)),
  flow: (request, body, reply) =>
    flows(request, readFlowStatsRequest(body, request.version), reply, 'standard'),
  nx_flow: (request, body, reply) =>
    flows(request, readNiciraFlowStatsRequest(body), reply, 'nicira'),
  aggregate: (request, body, reply) =>
    aggregate(request, readFlowStatsRequest(body, request.version), reply),
  nx_aggregate: (request, body, reply) =>
    aggregate(request, readNiciraFlowStatsRequest(body), reply),
  table: tables,
  port: ports,
  port_desc: portDescriptions,
  queue: queues,
  queue_desc: queueDescriptions,
  table_features: tableFeatures,
  table_desc: tableDescriptions,
  group: handleGroupStats,
  group_desc: handleGroupDescriptions,
  group_features: handleGroupFeatures,
  nx_group: handleGroupStats,
  nx_group_desc: handleGroupDescriptions,
  nx_group_features: handleGroupFeatures,
  meter: handleMeterStats,
  meter_config: handleMeterConfigs,
  meter_features: handleMeterFeatures,
  nx_ipfix_bridge: notConfigured,
  nx_ipfix_flow: notConfigured,
  flow_monitor: monitors('flow_monitor'),
  nx_flow_monitor: monitors('nx_flow_monitor'),
  onf_flow_monitor: monitors('onf_flow_monitor'),
};

/** Requests that have no body in any version. */
const BODILESS: readonly StatsType[] = ['desc', 'table'];

/** The first and the last version of requests that not all have. */
const VERSIONS: Readonly<Partial<Record<StatsType, readonly [OfpVersion, OfpVersion]>>> = {
  group: [OF11, OF15],
  group_desc: [OF11, OF15],
  group_features: [OF12, OF15],
  nx_group: [OF10, OF10],
  nx_group_desc: [OF10, OF10],
  nx_group_features: [OF10, OF11],
  meter: [OF13, OF15],
  meter_config: [OF13, OF15],
  meter_features: [OF13, OF15],
};

export function handleStats(request: Request): void {
  const { type, body } = readStatsRequest(request.message);
  const [first, last] = VERSIONS[type] ?? [OF10, OF15];
  if (request.version < first || request.version > last) {
    throw new OfpError(type.startsWith('nx_') ? 'OFPBRC_BAD_SUBTYPE' : 'OFPBRC_BAD_STAT', type);
  }
  const handler = HANDLERS[type];
  if (handler === undefined) throw new OfpError('OFPBRC_BAD_STAT', type);
  const reply = new StatsReply(request.version, request.message.xid, type);
  if (BODILESS.includes(type)) body.finish();
  handler(request, body, reply);
  request.peer.connection.replyInParts(request.message, reply.parts());
}

function flows(
  request: Request,
  wanted: FlowStatsRequest,
  reply: StatsReply,
  form: FlowStatsForm,
): void {
  const { clock } = request.bridge;
  reply.appendEach(select(request, wanted), (body, rule) =>
    writeFlowStats(body, entryOf(rule, clock.now()), request.version, form),
  );
}

function aggregate(request: Request, wanted: FlowStatsRequest, reply: StatsReply): void {
  let [packets, bytes, count] = [0, 0, 0];
  for (const rule of select(request, wanted)) {
    packets += rule.packets;
    bytes += rule.bytes;
    count++;
  }
  const sum = { packets: BigInt(packets), bytes: BigInt(bytes), flows: count };
  reply.append((body) => writeAggregateStats(body, sum, request.version));
}

/** The rules that are there now, looked through as they are asked for. */
function select({ services }: Request, wanted: FlowStatsRequest): Iterable<Rule> {
  const { cookie, cookieMask } = wanted;
  const criteria =
    cookieMask === 0n
      ? { ...wanted, cookie: undefined, cookieMask: undefined }
      : { ...wanted, cookie };
  return meeting(services.listing.rules(), criteria);
}

function* meeting(rules: readonly Rule[], criteria: FlowCriteria): Generator<Rule, void> {
  for (const rule of rules) {
    const isInTable = criteria.table === undefined || rule.table === criteria.table;
    if (isInTable && meets(rule, criteria)) yield rule;
  }
}

function entryOf(rule: Rule, now: number): FlowStatsEntry {
  const { table, priority, match, actions, cookie, idleTimeout, hardTimeout } = rule;
  return {
    table,
    priority,
    match,
    actions,
    cookie,
    idleTimeout,
    hardTimeout,
    importance: rule.importance,
    flags: rule.flags,
    packets: BigInt(rule.packets),
    bytes: BigInt(rule.bytes),
    durationMs: Math.max(0, now - rule.created),
    idleMs: Math.max(0, now - rule.used),
    hardMs: Math.max(0, now - rule.modified),
  };
}

function tables(request: Request, _: ByteReader, reply: StatsReply): void {
  const { tables, misses } = request.bridge.ofproto;
  for (let table = 0; table < TABLES_COUNT - 1; table++) {
    const matched = tables.matched[table] ?? 0;
    const lookups = BigInt(matched + (tables.missed[table] ?? 0));
    const stats = {
      table,
      active: tables.count(table),
      lookups,
      matched: BigInt(matched),
      misses: misses.configured(table),
    };
    reply.append((body) => writeTableStats(body, stats, request.version));
  }
}

function ports(request: Request, body: ByteReader, reply: StatsReply): void {
  const wanted = readPortStatsRequest(body, request.version);
  const found = request.bridge
    .ports()
    .filter(({ port }) => wanted === OFPP_NONE || port === wanted);
  for (const { port } of found) {
    const counters = request.bridge.counters(ofpPort(port));
    if (counters !== undefined) {
      reply.append((writer) => writePortStats(writer, counters, request.version));
    }
  }
}

function portDescriptions(request: Request, body: ByteReader, reply: StatsReply): void {
  const isOne = request.version === OF15 && body.remaining >= 4;
  const wanted = isOne ? readPort(body, OF15, 'OFPBRC_BAD_PORT') : OFPP_NONE;
  for (const port of request.bridge.ports()) {
    if (wanted !== OFPP_NONE && wanted !== port.port) continue;
    reply.append((writer) => writePortDescription(writer, port, request.version));
  }
}

/** Ports here have no queues: those that exist are asked for in vain, others are an error. */
function queues(request: Request, body: ByteReader): void {
  const port = readPort(body, request.version, 'OFPQOFC_BAD_PORT');
  if (request.version === OF10) body.skip(2);
  const isAny = port === OFPP_NONE || port === 0xfffc;
  if (!isAny && request.bridge.ofproto.port(ofpPort(port)) === undefined) {
    throw new OfpError('OFPQOFC_BAD_PORT');
  }
  if (!isAny && body.u32() !== 0xffff_ffff) throw new OfpError('OFPQOFC_BAD_QUEUE');
}

/** The same of their descriptions, which 1.4 and 1.5 ask for like this. */
function queueDescriptions(request: Request, body: ByteReader): void {
  if (request.version < OF14) throw new OfpError('OFPBRC_BAD_STAT');
  queues(request, body);
}

/** What tables can do is not a controller's to change. */
function tableFeatures({ version }: Request, body: ByteReader, reply: StatsReply): void {
  if (version < OF13) throw new OfpError('OFPBRC_BAD_STAT');
  if (body.remaining > 0) throw new OfpError('OFPTFFC_EPERM');
  for (let table = 0; table <= TABLE_MAX; table++) {
    reply.append((writer) => writeTableFeatures(writer, table, version));
  }
}

function tableDescriptions(request: Request, _: ByteReader, reply: StatsReply): void {
  if (request.version < OF14) throw new OfpError('OFPBRC_BAD_STAT');
  const { tables } = request.bridge.ofproto;
  for (let table = 0; table <= TABLE_MAX; table++) {
    const { evicts } = tables.limitsOf(table);
    reply.append((writer) => writeTableDescription(writer, table, evicts));
  }
}

/** No bridge here exports its flows. */
function notConfigured(): never {
  throw new OfpError('NXST_NOT_CONFIGURED');
}

function monitors(form: MonitorForm): Handler {
  return (request, body, reply) => {
    if (monitorForm(request.version) !== form) throw new OfpError('OFPBRC_BAD_STAT');
    request.services.monitors.handle(request, body, reply, form);
  };
}
