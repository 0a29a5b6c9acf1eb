/**
 * What the bridge tells without being asked: packet-ins, flows that went, ports that changed,
 * tables that get full.
 *
 * Each goes to the peers whose masks want it. Answers to `ofproto_async_msg` and
 * `connmgr_send_flow_removed`.
 */

import type { Subscription } from 'rxjs';
import { Match } from '../ofproto/match.js';
import { isMissReason, type PacketIn } from '../ofproto/packet-ins.js';
import { type RemovalReason, RuleFlag, type RuleRemoval } from '../ofproto/rule.js';
import type { VacancyNews } from '../ofproto/table-vacancies.js';
import { createFlow, createFlowMask, type Flow } from '../packet/flow.js';
import { IN_PORT, METADATA, REGS, REGS_COUNT } from '../packet/flow-layout.js';
import type { OpenFlowBridge } from './bridge.js';
import { encodeMessage } from './message.js';
import { encodeNicira, NiciraType } from './nicira.js';
import {
  type FlowRemovedMessage,
  type PacketInMessage,
  packetInReason,
  writeFlowRemoved,
  writeNiciraFlowRemoved,
  writeNiciraPacketIn,
  writeNiciraPacketIn2,
  writePacketIn,
} from './packet-codec.js';
import type { Peer } from './peer.js';
import { type PortDescription, PortReason, writePortStatus } from './port-codec.js';
import { OF10, OF14, type OfpVersion } from './protocol.js';
import { describeTable, VACANCY_REASONS, writeTableStatus } from './table-description-codec.js';

/** Answers to `OFPRR_*`. */
export const REMOVAL_REASONS: Readonly<Record<RemovalReason, number>> = {
  idle_timeout: 0,
  hard_timeout: 1,
  delete: 2,
  group_delete: 3,
  meter_delete: 4,
  eviction: 5,
};

export class AsyncMessages {
  readonly #bridge: OpenFlowBridge;
  #ports: ReadonlyMap<number, PortDescription>;

  constructor(bridge: OpenFlowBridge) {
    this.#bridge = bridge;
    this.#ports = byNumber(bridge.ports());
  }

  /** Tells the peers that there are at each moment. */
  follow(peers: () => Iterable<Peer>): Subscription[] {
    const { packetIns, ofproto } = this.#bridge;
    return [
      packetIns.subscribe((batch) => {
        for (const packetIn of batch) this.#tellPacketIn(packetIn, peers());
      }),
      ofproto.tables.removals.subscribe((removal) => this.#tellRemoved(removal, peers())),
      ofproto.vacancies.news.subscribe((news) => this.#tellVacancy(news, peers())),
      ofproto.revalidations.subscribe((reason) => {
        if (reason === 'reconfigure' || reason === 'port_toggled') this.#tellPorts([...peers()]);
      }),
    ];
  }

  #tellPacketIn(packetIn: PacketIn, peers: Iterable<Peer>): void {
    const message = messageOf(packetIn);
    const kind = isMissReason(packetIn.reason) ? 'miss' : 'action';
    const encoded = new Encoded();
    for (const peer of peers) {
      if (peer.controllerId !== packetIn.controllerId) continue;
      if (!peer.wants('packetIn', packetInReason(packetIn.reason, peer.version))) continue;
      const form = `${peer.version} ${peer.packetInFormat}`;
      const bytes = encoded.in(form, () => encodePacketIn(message, peer));
      peer.packetIn(kind, message.inPort, bytes);
    }
  }

  #tellRemoved({ rule, reason }: RuleRemoval, peers: Iterable<Peer>): void {
    if ((rule.flags & RuleFlag.SEND_FLOW_REM) === 0) return;
    const code = REMOVAL_REASONS[reason];
    const { table, priority, match, cookie, idleTimeout, hardTimeout } = rule;
    const removed: FlowRemovedMessage = {
      table,
      priority,
      match,
      cookie,
      idleTimeout,
      hardTimeout,
      reason: code,
      durationMs: Math.max(0, this.#bridge.clock.now() - rule.created),
      packets: BigInt(rule.packets),
      bytes: BigInt(rule.bytes),
    };
    const encoded = new Encoded();
    for (const peer of peers) {
      if (!peer.wants('flowRemoved', code)) continue;
      const told = { ...removed, reason: REMOVAL_REASONS[toldReason(reason, peer.version)] };
      const form = `${peer.version} ${peer.isNxm}`;
      peer.connection.tell(encoded.in(form, () => encodeRemoved(told, peer)));
    }
  }

  #tellVacancy({ table, kind }: VacancyNews, peers: Iterable<Peer>): void {
    const description = describeTable(this.#bridge.ofproto, table);
    for (const peer of peers) {
      const { connection, version } = peer;
      if (version < OF14 || !peer.wants('tableStatus', VACANCY_REASONS[kind])) continue;
      connection.tell(
        encodeMessage(version, 'table_status', 0, (body) =>
          writeTableStatus(body, kind, description),
        ),
      );
    }
  }

  #tellPorts(peers: readonly Peer[]): void {
    const before = this.#ports;
    const after = byNumber(this.#bridge.ports());
    this.#ports = after;
    for (const [number, port] of after) {
      const old = before.get(number);
      if (old === undefined) tellPort(peers, PortReason.ADD, port);
      else if (JSON.stringify(old) !== JSON.stringify(port))
        tellPort(peers, PortReason.MODIFY, port);
    }
    for (const [number, port] of before) {
      if (!after.has(number)) tellPort(peers, PortReason.DELETE, port);
    }
  }
}

/** A message in the forms that peers want it in: many hear, and keep, the same bytes. */
class Encoded {
  readonly #byForm = new Map<string, Uint8Array>();

  in(form: string, encode: () => Uint8Array): Uint8Array {
    const known = this.#byForm.get(form);
    if (known !== undefined) return known;
    const bytes = encode();
    this.#byForm.set(form, bytes);
    return bytes;
  }
}

/** Before 1.4, a flow whose meter has gone was simply deleted. */
function toldReason(reason: RemovalReason, version: OfpVersion): RemovalReason {
  return reason === 'meter_delete' && version < OF14 ? 'delete' : reason;
}

function tellPort(peers: readonly Peer[], reason: number, port: PortDescription): void {
  for (const peer of peers) {
    if (!peer.wants('portStatus', reason)) continue;
    const { connection, version } = peer;
    connection.tell(
      encodeMessage(version, 'port_status', 0, (body) =>
        writePortStatus(body, reason, port, version),
      ),
    );
  }
}

function byNumber(ports: readonly PortDescription[]): ReadonlyMap<number, PortDescription> {
  return new Map(ports.map((port) => [port.port, port]));
}

function encodePacketIn(packetIn: PacketInMessage, { packetInFormat, version }: Peer): Uint8Array {
  const xid = 0;
  switch (packetInFormat) {
    case 'nxt_packet_in2':
      return encodeNicira(version, NiciraType.PACKET_IN2, xid, (body) =>
        writeNiciraPacketIn2(body, packetIn, version),
      );
    case 'nxt_packet_in':
      return encodeNicira(version, NiciraType.PACKET_IN, xid, (body) =>
        writeNiciraPacketIn(body, packetIn, version),
      );
    default:
      return encodeMessage(version, 'packet_in', xid, (body) =>
        writePacketIn(body, packetIn, version),
      );
  }
}

function encodeRemoved(removed: FlowRemovedMessage, { isNxm, version }: Peer): Uint8Array {
  if (version === OF10 && isNxm) {
    return encodeNicira(version, NiciraType.FLOW_REMOVED, 0, (body) =>
      writeNiciraFlowRemoved(body, removed),
    );
  }
  return encodeMessage(version, 'flow_removed', 0, (body) =>
    writeFlowRemoved(body, removed, version),
  );
}

/** Nothing is buffered here, so that the whole packet goes, whatever length was asked for. */
function messageOf(packetIn: PacketIn): PacketInMessage {
  const { packet, reason, table, cookie, flow, userdata, continuation } = packetIn;
  return {
    packet: packet.data,
    totalLength: packet.data.length,
    inPort: (flow[IN_PORT] ?? 0) & 0xffff,
    reason,
    table,
    cookie,
    metadata: metadataOf(flow),
    ...(userdata.length === 0 ? {} : { userdata }),
    ...(continuation === undefined ? {} : { continuation }),
  };
}

/** The in_port, and whatever of metadata and registers is not zero. */
function metadataOf(flow: Flow): Match {
  const values = createFlow();
  const mask = createFlowMask();
  values[IN_PORT] = flow[IN_PORT] ?? 0;
  mask[IN_PORT] = 0xffff;
  for (const word of [
    METADATA,
    METADATA + 1,
    ...Array.from({ length: REGS_COUNT }, (_, i) => REGS + i),
  ]) {
    if (flow[word] === 0) continue;
    values[word] = flow[word] ?? 0;
    mask[word] = 0xffff_ffff;
  }
  const isMetadataTold = mask[METADATA] !== 0 || mask[METADATA + 1] !== 0;
  if (isMetadataTold) mask.fill(0xffff_ffff, METADATA, METADATA + 2);
  return new Match(values, mask);
}
