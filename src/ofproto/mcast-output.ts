/**
 * Where NORMAL sends a multicast packet on a bridge that snoops: everywhere, or to certain ports.
 *
 * What hosts and routers say of groups is slow: each such packet comes up, for the table must hear
 * it. Reports go to routers only; queries, and what is for all hosts of a link, go everywhere (RFC
 * 4541). Other packets go to the members of their group, to routers, and to ports that are flooded.
 * A port may be named twice. Answers to the multicast half of `xlate_normal()`, and to
 * `update_mcast_snooping_table()`.
 *
 * Hot path. Bench: `bench/translate.ts`.
 */

import type { OfpPort } from '../base/brands.js';
import { SlowReason } from '../datapath/cookie.js';
import type { Flow, FlowMask } from '../packet/flow.js';
import { DL_DST, DL_TYPE, IPV6_DST, NW_DST, NW_PROTO, TP } from '../packet/flow-layout.js';
import { ETH_TYPE_IPV4, IPPROTO_ICMPV6, IPPROTO_IGMP } from '../packet/protocol.js';
import { Igmp, learnMcast, type McastNews, Mld } from './mcast-message.js';
import { type McastAddress, type McastSnooping, mappedAddress } from './mcast-snooping.js';
import { isIpAny } from './prerequisites.js';
import { SENTENCES } from './trace-sentences.js';
import type { XlateContext } from './xlate-context.js';
import { say } from './xlate-trace.js';

export type McastOutput = 'flood' | readonly OfpPort[];

const EXACT = 0xffff_ffff;
const PROTO_BITS = 0xff;
const TYPE_BITS = 0xffff_0000;
const MULTICAST_BIT = 0x0100_0000;
/** 224.0.0.0/24, and ff02::1. */
const LINK_LOCAL_IPV4 = 0xe000_00;
const ALL_HOSTS_IPV6 = [0xff02_0000, 0, 0, 1];

/** Undefined: it is no packet that the table has to do with. */
export function snoopedOutput(ctx: XlateContext, vlan: number): McastOutput | undefined {
  const { flow, wc } = ctx;
  const table = ctx.ofproto.snooping;
  if (table === undefined || !isMulticast(flow) || !isIpAny(flow)) return undefined;
  wc[NW_PROTO]! |= PROTO_BITS;
  const isIpv4 = flow[DL_TYPE]! >>> 16 === ETH_TYPE_IPV4;
  const proto = flow[NW_PROTO]! & PROTO_BITS;
  if (isIpv4 && proto === IPPROTO_IGMP) return igmpOutput(ctx, table, vlan);
  if (!isIpv4 && proto === IPPROTO_ICMPV6) {
    wc[TP]! |= TYPE_BITS;
    if (isMld(flow)) return mldOutput(ctx, table, vlan);
  }
  if (isForAllHosts(flow, wc, isIpv4)) return flood(ctx, SENTENCES.mcastLinkLocal());
  return groupOutput(ctx, table, vlan, isIpv4);
}

/** A multicast address that is not the broadcast one. */
function isMulticast(flow: Flow): boolean {
  const isBroadcast = flow[DL_DST] === EXACT && flow[DL_DST + 1]! >>> 16 === 0xffff;
  return (flow[DL_DST]! & MULTICAST_BIT) !== 0 && !isBroadcast;
}

function isMld(flow: Flow): boolean {
  const type = flow[TP]! >>> 16;
  return (type >= Mld.QUERY && type <= Mld.DONE) || type === Mld.REPORT_V2;
}

/** 224.0.0.x and ff02::1: what hosts of a link are not asked whether they want. */
function isForAllHosts(flow: Flow, wc: FlowMask, isIpv4: boolean): boolean {
  if (isIpv4) {
    wc[NW_DST] = EXACT;
    return flow[NW_DST]! >>> 8 === LINK_LOCAL_IPV4;
  }
  wc.fill(EXACT, IPV6_DST, IPV6_DST + 4);
  return ALL_HOSTS_IPV6.every((word, i) => flow[IPV6_DST + i] === word);
}

function igmpOutput(ctx: XlateContext, table: McastSnooping, vlan: number): McastOutput {
  // Whatever the type is, the packet comes up: the mask need not tell, and as in OVS, it does not.
  ctx.slow |= SlowReason.ACTION;
  const type = ctx.flow[TP]! >>> 16;
  const isMembership =
    type === Igmp.REPORT_V1 ||
    type === Igmp.REPORT_V2 ||
    type === Igmp.REPORT_V3 ||
    type === Igmp.LEAVE;
  if (isMembership || type === Igmp.QUERY) learn(ctx, table, vlan);
  return isMembership ? reportOutput(ctx, table, vlan) : flood(ctx, SENTENCES.mcastTraffic());
}

function mldOutput(ctx: XlateContext, table: McastSnooping, vlan: number): McastOutput {
  ctx.slow |= SlowReason.ACTION;
  learn(ctx, table, vlan);
  const isQuery = ctx.flow[TP]! >>> 16 === Mld.QUERY;
  return isQuery ? flood(ctx, SENTENCES.mldQuery()) : reportOutput(ctx, table, vlan);
}

function learn(ctx: XlateContext, table: McastSnooping, vlan: number): void {
  const { flow, ofproto, inPort, request } = ctx;
  if (!ctx.mayLearn || request?.packet === undefined) return;
  // A controller's packets come from no port.
  if (ofproto.port(inPort) === undefined) return;
  const { data } = request.packet;
  const { vlanLimit, now } = ofproto;
  const place = { vlan, port: inPort };
  const news = learnMcast(table, { data, flow, vlanLimit, place, now });
  if (ctx.trace !== undefined && news !== undefined) sayNews(ctx, news, vlan);
}

function sayNews(ctx: XlateContext, news: McastNews, vlan: number): void {
  const name = ctx.ofproto.port(ctx.inPort)?.name ?? '';
  switch (news.kind) {
    case 'bad checksum':
      say(ctx, SENTENCES.mcastBadChecksum(news.protocol, name, vlan));
      break;
    case 'joined':
      say(ctx, SENTENCES.mcastJoined(news.ipv4, name, vlan));
      break;
    case 'left':
      say(ctx, SENTENCES.mcastLeft(news.ipv4, name, vlan));
      break;
    case 'router':
      say(ctx, SENTENCES.mcastRouter(news.ipv4, name, vlan));
      break;
    case 'records':
      say(ctx, SENTENCES.mcastRecords(news.count, name, vlan));
      break;
  }
}

function flood(ctx: XlateContext, sentence: Parameters<typeof say>[1]): McastOutput {
  if (ctx.trace !== undefined) say(ctx, sentence);
  return 'flood';
}

/** Reports, where routers are, and where there may be more than one host. */
function reportOutput(ctx: XlateContext, table: McastSnooping, vlan: number): McastOutput {
  const ports: OfpPort[] = [];
  addRouters(ctx, table, vlan, ports);
  for (const port of table.reportPorts) {
    const isBack = port === ctx.inPort;
    if (ctx.trace !== undefined) {
      say(ctx, isBack ? SENTENCES.mcastReportBack() : SENTENCES.mcastToReportPort());
    }
    if (!isBack) ports.push(port);
  }
  return ports;
}

function groupOutput(
  ctx: XlateContext,
  table: McastSnooping,
  vlan: number,
  isIpv4: boolean,
): McastOutput {
  const members = table.members(destinationOf(ctx.flow, isIpv4), vlan);
  if (members === undefined && table.floodsUnregistered) {
    return flood(ctx, SENTENCES.mcastUnregistered());
  }
  const ports: OfpPort[] = [];
  if (members === undefined) {
    addRouters(ctx, table, vlan, ports);
    addFloodPorts(ctx, table, ports);
    return ports;
  }
  for (const port of members) {
    const isBack = port === ctx.inPort;
    if (ctx.trace !== undefined) {
      say(ctx, isBack ? SENTENCES.mcastMemberBack() : SENTENCES.mcastToMember());
    }
    if (!isBack) ports.push(port);
  }
  addFloodPorts(ctx, table, ports);
  addRouters(ctx, table, vlan, ports);
  return ports;
}

function destinationOf(flow: Flow, isIpv4: boolean): McastAddress {
  if (isIpv4) return mappedAddress(flow[NW_DST]!);
  const at = IPV6_DST;
  return [flow[at]!, flow[at + 1]!, flow[at + 2]!, flow[at + 3]!];
}

function addRouters(ctx: XlateContext, table: McastSnooping, vlan: number, to: OfpPort[]): void {
  for (const router of table.routers) {
    const isBack = router.port === ctx.inPort;
    const isElsewhere = router.vlan !== vlan;
    if (ctx.trace !== undefined) {
      if (isElsewhere) say(ctx, SENTENCES.mcastRouterElsewhere());
      else say(ctx, isBack ? SENTENCES.mcastRouterBack() : SENTENCES.mcastToRouter());
    }
    if (!isBack && !isElsewhere) to.push(router.port);
  }
}

function addFloodPorts(ctx: XlateContext, table: McastSnooping, to: OfpPort[]): void {
  for (const port of table.floodPorts) {
    const isBack = port === ctx.inPort;
    if (ctx.trace !== undefined) {
      say(ctx, isBack ? SENTENCES.mcastFloodBack() : SENTENCES.mcastToFloodPort());
    }
    if (!isBack) to.push(port);
  }
}
