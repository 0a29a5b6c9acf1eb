/**
 * A bridge with rules and a translator, for the tests of translation: packets in as flow text,
 * datapath actions and megaflows out as text.
 */

import { instant, odpPort, ofpPort } from '../../src/base/brands.js';
import { Coverage } from '../../src/base/coverage.js';
import { VirtualClock } from '../../src/base/virtual-clock.js';
import type { FlowStats } from '../../src/datapath/dpif.js';
import type { OdpActions } from '../../src/datapath/odp-actions.js';
import { formatOdpActions } from '../../src/datapath/odp-actions-text.js';
import type { ControllerCookie } from '../../src/datapath/telemetry.js';
import type {
  RevalidationReason,
  XlateCache,
  XlateRequest,
  XlateResult,
} from '../../src/datapath/translator.js';
import { parseFlow } from '../../src/ofproto/flow-syntax.js';
import { parseGroupChange } from '../../src/ofproto/group-parse.js';
import { Ofproto } from '../../src/ofproto/ofproto.js';
import {
  createOfprotoTranslator,
  type OfprotoTranslator,
} from '../../src/ofproto/ofproto-translator.js';
import type { PacketIn } from '../../src/ofproto/packet-ins.js';
import type { Rule } from '../../src/ofproto/rule.js';
import { composePacket } from '../../src/packet/compose.js';
import { extractFlow } from '../../src/packet/extract.js';
import {
  copyFlow,
  copyFlowMask,
  createFlow,
  type Flow,
  type FlowMask,
  maskFlow,
} from '../../src/packet/flow.js';
import { flowHashSymmetricL3L4 } from '../../src/packet/flow-hash.js';
import {
  DP_HASH,
  IN_PORT,
  RECIRC_ID,
  VLAN_CFI,
  VLAN0,
  VLAN1,
} from '../../src/packet/flow-layout.js';
import { formatMatch } from '../../src/packet/match-text.js';
import { Packet } from '../../src/packet/packet.js';

const PORTS_COUNT = 4;
const TPID = 0x8100_0000;

/** Counters of some packets. */
export function stats(packets: number, bytes = packets * 100): FlowStats {
  return { packets, bytes, used: instant(1_000_000), tcpFlags: 0 };
}

export class BridgeFixture {
  readonly clock = new VirtualClock();
  readonly coverage = new Coverage();
  readonly bridge: Ofproto;
  readonly translator: OfprotoTranslator;
  readonly revalidations: RevalidationReason[] = [];
  readonly rules: Rule[];

  /** Ports 1 to 4, with the same numbers on both sides. */
  constructor(...flows: readonly string[]) {
    const { clock, coverage } = this;
    this.bridge = new Ofproto({ name: 'br0', clock, coverage });
    for (let i = 1; i <= PORTS_COUNT; i++) {
      this.bridge.addPort({ name: `p${i}`, ofpPort: ofpPort(i), odpPort: odpPort(i) });
    }
    this.rules = flows.map((flow) => this.bridge.tables.add(parseFlow(flow)));
    this.translator = createOfprotoTranslator({ bridges: [this.bridge], clock, coverage });
    this.translator.revalidations.subscribe((reason) => this.revalidations.push(reason));
  }

  addGroup(text: string): void {
    this.bridge.groups.apply(parseGroupChange(text));
  }

  addFlow(text: string): Rule {
    return this.bridge.tables.add(parseFlow(text));
  }

  translate(packet: string | Flow, options: Partial<XlateRequest> = {}): XlateResult {
    const key = typeof packet === 'string' ? parsePacket(packet) : packet;
    const ingress = this.translator.receive(key);
    if (ingress === 'ENODEV') throw new Error('no such port');
    return this.translator.translate({
      ingress,
      tcpFlags: 0,
      mayLearn: false,
      skipWildcards: false,
      ...options,
    });
  }

  /** Translates a frame as it came in at `port`, with what it teaches. */
  translateFrame(
    port: number,
    frame: Uint8Array,
    options: Partial<XlateRequest> = {},
  ): XlateResult {
    const key = createFlow();
    extractFlow(frame, key);
    key[IN_PORT] = port;
    return this.translate(key, { packet: new Packet(frame), mayLearn: true, ...options });
  }

  /** The datapath actions for a packet, as text. */
  actions(packet: string, options: Partial<XlateRequest> = {}): string {
    return formatOdpActions(this.translate(packet, options).actions);
  }

  /**
   * The actions at the end of a packet's way: while they end in a recirculation, it comes back as
   * it was, with the hash that they ask for.
   */
  lastActions(packet: string | Flow, options: Partial<XlateRequest> = {}): OdpActions {
    let key = copyFlow(typeof packet === 'string' ? parsePacket(packet) : packet);
    for (;;) {
      const { actions } = this.translate(key, options);
      const last = actions.at(-1);
      if (last?.type !== 'recirc') return actions;
      key = this.#recirculated(key, actions, last.id);
    }
  }

  #recirculated(key: Flow, actions: OdpActions, id: number): Flow {
    const next = copyFlow(key);
    next[RECIRC_ID] = id;
    const hash = actions.find((action) => action.type === 'hash');
    if (hash !== undefined) next[DP_HASH] = flowHashSymmetricL3L4(key, hash.basis) || 1;
    return next;
  }

  /** What `ofproto/trace` prints as "Megaflow". */
  megaflow(packet: string): string {
    const key = parsePacket(packet);
    return megaflowText(key, this.translate(key).mask);
  }

  /** What controllers get where the datapath sends a packet up with `cookie`. */
  packetInsOf(text: string, cookie: ControllerCookie): PacketIn[] {
    const arrived: PacketIn[] = [];
    const subscription = this.translator.packetIns.subscribe((batch) => arrived.push(...batch));
    const key = parsePacket(text);
    const ingress = this.translator.receive(key);
    if (ingress === 'ENODEV') throw new Error('no such port');
    ingress.packetIns?.received(new Packet(composePacket(key)), key, cookie);
    this.clock.advance(0);
    subscription.unsubscribe();
    return arrived;
  }

  /** A cache filled by translating `packet`. */
  cacheOf(packet: string): XlateCache {
    const cache = this.translator.createCache();
    this.translate(packet, { cache });
    return cache;
  }
}

/** A megaflow as `ofproto/trace` prints it. */
export function megaflowText(key: Flow, wildcards: FlowMask): string {
  const mask = copyFlowMask(wildcards);
  const masked = copyFlow(key);
  // A missing tag is not printed: OVS leaves telling it to the datapath.
  for (const tag of [VLAN0, VLAN1]) if (((key[tag] ?? 0) & VLAN_CFI) === 0) mask[tag] = 0;
  maskFlow(masked, mask);
  return formatMatch(masked, mask);
}

/** A key from match text; a VLAN tag has the usual TPID. */
export function parsePacket(text: string): Flow {
  const key = parseFlow(`${text},actions=drop`).match.flow;
  if (((key[VLAN0] ?? 0) & VLAN_CFI) !== 0) key[VLAN0] = (key[VLAN0] ?? 0) | TPID;
  return key;
}
