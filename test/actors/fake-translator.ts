/**
 * A translator in a test's hands: ports 1 to 9 belong to one bridge, port 10 and above to a second
 * one, port 0 to nobody. What a flow's answer is, is a function that the test can replace.
 *
 * `credited` counts every packet that was credited, by translation or push, as the contract asks.
 */

import { Subject } from 'rxjs';
import { odpPort } from '../../src/base/brands.js';
import type { FlowStats } from '../../src/datapath/dpif.js';
import { NO_ACTIONS, type OdpActions } from '../../src/datapath/odp-actions.js';
import type { Ipfix, Netflow, PacketIns, Sflow } from '../../src/datapath/telemetry.js';
import type {
  Ingress,
  RevalidationReason,
  Translator,
  XlateCache,
  XlateRequest,
  XlateResult,
} from '../../src/datapath/translator.js';
import { createFlow, createFlowMask, type Flow, type FlowMask } from '../../src/packet/flow.js';
import { IN_PORT, NW_DST } from '../../src/packet/flow-layout.js';
import type { Packet } from '../../src/packet/packet.js';

/** What the test says about a flow. */
export interface FakeAnswer {
  readonly actions: OdpActions;
  readonly mask?: FlowMask;
  readonly slow?: number;
  readonly failOpen?: boolean;
}

/** A request as it came, with copies of what is scratch. */
export interface SeenRequest {
  readonly port: number;
  readonly packet: Packet | undefined;
  readonly tcpFlags: number;
  readonly mayLearn: boolean;
  readonly stats: FlowStats | undefined;
  readonly hasCache: boolean;
  readonly skipWildcards: boolean;
}

export const output = (port: number): OdpActions => [{ type: 'output', port: odpPort(port) }];

/** A mask of whole words. */
export function maskOf(...words: number[]): FlowMask {
  const mask = createFlowMask();
  for (const word of words) mask[word] = 0xffff_ffff;
  return mask;
}

export class FakeTranslator implements Translator {
  answer: (flow: Flow, request: XlateRequest) => FakeAnswer = () => ({ actions: output(2) });
  telemetry: { sflow?: Sflow; ipfix?: Ipfix; netflow?: Netflow; packetIns?: PacketIns } = {};
  isNetflowOn = false;
  isTooLittle = false;
  /** Ports that stand for a VLAN of another one, with its tag. */
  readonly splinters = new Map<number, number>();
  readonly unknownPorts = new Set<number>([0]);
  readonly requests: SeenRequest[] = [];
  readonly pushes: FlowStats[] = [];
  readonly credited = { packets: 0, bytes: 0 };
  receives = 0;
  clears = 0;
  relearns = 0;
  /** What `push` of a cache does besides crediting. */
  onPush: () => void = () => {};
  readonly revalidations = new Subject<RevalidationReason>();
  readonly #flow = createFlow();
  readonly #bridges = [{}, {}] as const;

  receive(key: Flow): Ingress | 'ENODEV' | 'EINVAL' {
    this.receives++;
    const port = key[IN_PORT] ?? 0;
    if (port === 666) return 'EINVAL';
    if (this.unknownPorts.has(port)) return 'ENODEV';
    this.#flow.set(key);
    this.#flow[IN_PORT] = port + 100;
    const { isTooLittle } = this;
    const ofproto = this.#bridges[port >= 10 ? 1 : 0];
    const splinterTci = this.splinters.get(port);
    return {
      ofproto,
      flow: this.#flow,
      odpInPort: odpPort(port),
      isTooLittle,
      ...(splinterTci === undefined ? {} : { splinterTci }),
      ...this.telemetry,
    };
  }

  translate(request: XlateRequest): XlateResult {
    const { ingress, packet, tcpFlags, mayLearn, stats, cache, skipWildcards } = request;
    this.requests.push({
      port: ingress.odpInPort,
      packet,
      tcpFlags,
      mayLearn,
      stats: stats && { ...stats },
      hasCache: cache !== undefined,
      skipWildcards,
    });
    const answer = this.answer(ingress.flow, request);
    if (stats !== undefined) this.credit(stats);
    if (cache instanceof FakeCache) cache.isFilled = true;
    const mask = answer.mask ?? maskOf(NW_DST);
    const { actions, slow = 0, failOpen = false } = answer;
    return { actions, mask, slow, failOpen };
  }

  createCache(): XlateCache {
    return new FakeCache(this);
  }

  netflowExists(): boolean {
    return this.isNetflowOn;
  }

  credit(stats: Readonly<FlowStats>): void {
    this.credited.packets += stats.packets;
    this.credited.bytes += stats.bytes;
  }
}

class FakeCache implements XlateCache {
  isFilled = false;
  readonly #owner: FakeTranslator;

  constructor(owner: FakeTranslator) {
    this.#owner = owner;
  }

  push(stats: Readonly<FlowStats>): void {
    this.#owner.onPush();
    if (!this.isFilled) return;
    this.#owner.pushes.push({ ...stats });
    this.#owner.credit(stats);
  }

  relearn(): void {
    if (this.isFilled) this.#owner.relearns++;
  }

  clear(): void {
    this.isFilled = false;
    this.#owner.clears++;
  }
}

export const dropAnswer: FakeAnswer = { actions: NO_ACTIONS };
