/**
 * Answers requests for statistics and descriptions.
 *
 * Answers to the `handle_*_stats_request` functions of OVS's `ofproto/ofproto.c`.
 */

import { ofpPort } from '../base/brands.js';
import { TABLES_COUNT } from '../ofproto/flow-tables.js';
import { OFPP_NONE, TABLE_MAX } from '../ofproto/ofpact.js';
import type { Rule } from '../ofproto/rule.js';
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
import { readStatsRequest, StatsReply, type StatsType } from './multipart.js';
import { OfpError } from './ofp-error.js';
import { readPortStatsRequest, writePortDescription, writePortStats } from './port-codec.js';
import { readPort } from './port-number.js';
import { OF10, OF13, OF14, OF15 } from './protocol.js';
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
  table_features: tableFeatures,
  table_desc: tableDescriptions,
  flow_monitor: monitors('flow_monitor'),
  nx_flow_monitor: monitors('nx_flow_monitor'),
  onf_flow_monitor: monitors('onf_flow_monitor'),
};

export function handleStats(request: Request): void {
  const { type, body } = readStatsRequest(request.message);
  const handler = HANDLERS[type];
  if (handler === undefined) throw new OfpError('OFPBRC_BAD_STAT', type);
  const reply = new StatsReply(request.version, request.message.xid, type);
  handler(request, body, reply);
  for (const part of reply.finish()) request.peer.connection.reply(part);
}

function flows(
  request: Request,
  wanted: FlowStatsRequest,
  reply: StatsReply,
  form: FlowStatsForm,
): void {
  const now = request.bridge.clock.now();
  for (const rule of select(request, wanted)) {
    reply.append((body) => writeFlowStats(body, entryOf(rule, now), request.version, form));
  }
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

function select(request: Request, wanted: FlowStatsRequest): Rule[] {
  const { bridge } = request;
  if (wanted.table !== undefined && wanted.table >= TABLES_COUNT) {
    throw new OfpError('OFPBRC_BAD_TABLE_ID');
  }
  const { cookie, cookieMask } = wanted;
  const criteria =
    cookieMask === 0n
      ? { ...wanted, cookie: undefined, cookieMask: undefined }
      : { ...wanted, cookie };
  return bridge.ofproto.tables
    .rules()
    .filter((rule) => wanted.table === undefined || rule.table === wanted.table)
    .filter((rule) => meets(rule, criteria));
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
  const { tables } = request.bridge.ofproto;
  for (let table = 0; table < TABLES_COUNT - 1; table++) {
    const matched = tables.matched[table] ?? 0;
    const lookups = BigInt(matched + (tables.missed[table] ?? 0));
    const stats = { table, active: tables.count(table), lookups, matched: BigInt(matched) };
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

/** What tables can do is not a controller's to change. */
function tableFeatures({ version }: Request, body: ByteReader, reply: StatsReply): void {
  if (version < OF13) throw new OfpError('OFPBRC_BAD_STAT');
  if (body.remaining > 0) throw new OfpError('OFPTFFC_EPERM');
  for (let table = 0; table <= TABLE_MAX; table++) {
    reply.append((writer) => writeTableFeatures(writer, table, version));
  }
}

function tableDescriptions({ version }: Request, _: ByteReader, reply: StatsReply): void {
  if (version < OF14) throw new OfpError('OFPBRC_BAD_STAT');
  for (let table = 0; table <= TABLE_MAX; table++) {
    reply.append((writer) => writeTableDescription(writer, table));
  }
}

function monitors(form: MonitorForm): Handler {
  return (request, body, reply) => {
    if (monitorForm(request.version) !== form) throw new OfpError('OFPBRC_BAD_STAT');
    request.services.monitors.handle(request, body, reply, form);
  };
}
