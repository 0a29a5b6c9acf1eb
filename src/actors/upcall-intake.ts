/**
 * How a handler takes in upcalls: at most 50 at a time, received, classified and sorted out.
 *
 * Each upcall is received (which bridge?) before it is classified, so that a port that no bridge
 * has is found out whatever the packet came up for. Samples and packet-ins go to whoever collects
 * them. What is left is to be translated.
 *
 * Owner: one round. Hot path. Bench: `bench/set-up.ts`. Rows U-034 to U-058. Answers to the seed's
 * `read_upcalls` (L731).
 */

import { type Instant, odpPort } from '../base/brands.js';
import type { Errno, Upcall } from '../datapath/dpif.js';
import type { Ingress } from '../datapath/translator.js';
import { classifyUpcall } from '../machines/classify-upcall.js';
import { IN_PORT } from '../packet/flow-layout.js';
import type { FlowInstaller } from './flow-installer.js';
import type { RoundWatch } from './round-watch.js';
import type { SafeTranslator } from './safe-translator.js';
import type { UdpifCore } from './udpif-core.js';
import type { UpcallRecord } from './udpif-event.js';
import { addSplinterTag, splinterTciOf } from './vlan-splinters.js';

/** `FLOW_MISS_MAX_BATCH`: upcalls in a round. */
export const UPCALL_BATCH_MAX = 50;

export interface UpcallRoundTools {
  readonly core: UdpifCore;
  readonly translator: SafeTranslator;
  readonly installer: FlowInstaller;
  readonly watch: RoundWatch;
  /** The next upcall of the round; an error where there is none. */
  readonly recv: () => Upcall | Errno;
  /** Of the handler, from 0. */
  readonly index: number;
}

/** Takes a miss or a slow upcall; `ingress` is scratch. */
export type AcceptUpcall = (upcall: Upcall, ingress: Ingress) => void;

const nothing = (): void => {};

export class UpcallIntake {
  readonly #tools: UpcallRoundTools;
  #now: Instant;
  /** Drop flows that were put at once, and are not answered yet. */
  #dropsUnderWay = 0;
  #dropsDone: () => void = nothing;
  /** Of the upcalls of the last batch that somebody was told of. */
  readonly #numbers = new Map<Upcall, number>();
  readonly #dropSettled = (): void => this.#settleDrop();

  constructor(tools: UpcallRoundTools) {
    this.#tools = tools;
    this.#now = tools.core.deps.clock.now();
  }

  /** When the last batch was read. */
  get now(): Instant {
    return this.#now;
  }

  /** The number by which `upcall` was told; 0: it was not. */
  numberOf(upcall: Upcall): number {
    return this.#numbers.get(upcall) ?? 0;
  }

  /** Of all upcalls of the last batch that were told. */
  get numbers(): readonly number[] {
    return [...this.#numbers.values()];
  }

  get dropsUnderWay(): number {
    return this.#dropsUnderWay;
  }

  /** Calls `done` when all drop flows are answered. */
  afterDrops(done: () => void): void {
    if (this.#dropsUnderWay === 0) done();
    else this.#dropsDone = done;
  }

  /** Reads a batch. */
  read(accept: AcceptUpcall): void {
    const { core, recv } = this.#tools;
    this.#now = core.deps.clock.now();
    if (this.#numbers.size > 0) this.#numbers.clear();
    for (let i = 0; i < UPCALL_BATCH_MAX; i++) {
      const upcall = recv();
      if (typeof upcall === 'string') break;
      this.#receive(upcall, accept);
    }
  }

  /** No bridge has the packet's port, or its key makes no sense (U-038 to U-041). */
  refuse(upcall: Upcall, error: 'ENODEV' | 'EINVAL'): void {
    const { core, installer, index } = this.#tools;
    const isUnassociated = error === 'ENODEV';
    if (core.isObserved) this.#report(upcall, isUnassociated ? 'unassociated' : 'invalid');
    if (upcall.type === 'miss') {
      const cause = isUnassociated ? 'unassociated' : 'invalid';
      core.countUncredited(cause, 1, upcall.packet.size);
    }
    if (!isUnassociated) return;
    const port = upcall.key[IN_PORT]!;
    core.warnLimited('info', { port }, core.deps.profile.messages.unassociatedPort(port));
    this.#dropsUnderWay++;
    const drop = { key: upcall.key, handler: index, upcall: this.numberOf(upcall) };
    if (!installer.installDrop(drop, this.#dropSettled)) this.#settleDrop();
  }

  #settleDrop(): void {
    if (--this.#dropsUnderWay > 0) return;
    const done = this.#dropsDone;
    this.#dropsDone = nothing;
    done();
  }

  #receive(upcall: Upcall, accept: AcceptUpcall): void {
    const { core, translator } = this.#tools;
    const ingress = translator.receive(upcall.key);
    if (typeof ingress === 'string') {
      this.refuse(upcall, ingress);
      return;
    }
    // The packet shall look like its flow, for samplers and controllers (U-074).
    const splinterTci = splinterTciOf(core.deps.profile, ingress);
    if (splinterTci !== undefined) addSplinterTag(upcall.packet, splinterTci);
    const { class: kind, complaint } = classifyUpcall(upcall, core.deps.profile.cookieSizes);
    if (core.isObserved) this.#report(upcall, kind);
    if (complaint !== undefined) core.warnLimited('warn', {}, complaint);
    else if (kind === 'miss' || kind === 'slow_path') accept(upcall, ingress);
    else translator.sample(() => sample(upcall, ingress));
  }

  #report(upcall: Upcall, kind: UpcallRecord['class']): void {
    const { key, packet, queuedAt } = upcall;
    const { core } = this.#tools;
    // Refused twice: when it was read, and again when it was to be translated.
    const number = this.#numbers.get(upcall) ?? core.records.numberUpcall();
    this.#numbers.set(upcall, number);
    core.emit({
      type: 'upcall',
      time: this.#now,
      number,
      handler: this.#tools.index,
      class: kind,
      port: odpPort(key[IN_PORT]!),
      key,
      packet,
      queuedAt,
    });
  }
}

/** Gives a sample, or a packet for a controller, to whoever collects it (U-042 to U-045). */
function sample({ packet, cookie }: Upcall, ingress: Ingress): void {
  const { flow, odpInPort, sflow, ipfix, packetIns } = ingress;
  switch (cookie?.type) {
    case 'sflow':
      sflow?.received(packet, flow, odpInPort, cookie);
      break;
    case 'ipfix':
      ipfix?.bridgeSample(packet, flow);
      break;
    case 'flow_sample':
      ipfix?.flowSample(packet, flow, cookie);
      break;
    case 'controller':
      packetIns?.received(packet, flow, cookie);
      break;
  }
}
