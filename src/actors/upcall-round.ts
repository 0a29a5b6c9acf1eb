/**
 * One round of a handler: at most 50 upcalls read, translated and answered.
 *
 * Each upcall is received (which bridge?) before it is classified, so that a port that no bridge
 * has is found out whatever the packet came up for. Samples and packet-ins go to whoever collects
 * them. The rest is translated one by one in order of arrival: a miss with its own statistics, for
 * no flow counts it; a slow one again with its packet, for what that does. The operations are a
 * put, with its ukey visible before, and then the execution.
 *
 * Owner: the batch, from `read` to the end of `operate`. Hot path. Bench: `bench/set-up.ts`. Rows
 * U-034 to U-071, U-075. Answers to the seed's `read_upcalls` (L731) and `handle_upcalls` (L894).
 */

import { type Instant, odpPort, type SeqNo } from '../base/brands.js';
import { SlowReason } from '../datapath/cookie.js';
import type { DpifOp, Upcall } from '../datapath/dpif.js';
import type { OdpActions } from '../datapath/odp-actions.js';
import type { Ingress, XlateResult } from '../datapath/translator.js';
import { classifyUpcall } from '../machines/classify-upcall.js';
import { mayPut } from '../machines/idle.js';
import { IN_PORT, TCP_FLAGS } from '../packet/flow-layout.js';
import type { FlowInstaller } from './flow-installer.js';
import type { SafeTranslator } from './safe-translator.js';
import { composeSlowPath, slowReasonsOf } from './slow-path-action.js';
import type { UdpifCore } from './udpif-core.js';
import type { UkeyActor } from './ukey-actor.js';
import type { UpcallRecord } from './udpif-event.js';

/** `FLOW_MISS_MAX_BATCH`: upcalls in a round. */
export const UPCALL_BATCH_MAX = 50;

const nothing = (): void => {};

export interface UpcallRoundTools {
  readonly core: UdpifCore;
  readonly translator: SafeTranslator;
  readonly installer: FlowInstaller;
  /** Of the handler, from 0. */
  readonly index: number;
}

export class UpcallRound {
  readonly #tools: UpcallRoundTools;
  /** Misses and slow upcalls, in order of arrival. */
  #upcalls: Upcall[] = [];
  #operations: DpifOp[] = [];
  #ukeys: UkeyActor[] = [];
  #mayPut = true;
  #now: Instant;
  /** Drop flows that were put at once, and are not answered yet. */
  #dropsUnderWay = 0;
  #dropsDone: () => void = nothing;
  readonly #dropSettled = (): void => this.#settleDrop();

  constructor(tools: UpcallRoundTools) {
    this.#tools = tools;
    this.#now = tools.core.deps.clock.now();
  }

  /** Reads a batch; how many of it are left to translate, or wait for the put of their drop flow. */
  read(): number {
    const { core, index } = this.#tools;
    const dpif = core.deps.dpif;
    this.#now = core.deps.clock.now();
    this.#upcalls = [];
    for (let i = 0; i < UPCALL_BATCH_MAX; i++) {
      const upcall = dpif.recv(index);
      if (typeof upcall === 'string') break;
      this.#receive(upcall);
    }
    return this.#upcalls.length + this.#dropsUnderWay;
  }

  /** Translates what was read, and composes the operations. */
  translate(): void {
    const { core } = this.#tools;
    this.#operations = [];
    this.#ukeys = [];
    this.#mayPut = mayPut(core.flowCount.read(), core.flowLimit);
    for (const upcall of this.#upcalls) this.#translateOne(upcall);
  }

  /** Has the operations carried out; `done` when all are answered, those of drop flows too. */
  operate(done: () => void): void {
    const { core } = this.#tools;
    if (core.isObserved) this.#reportBatch();
    core.deps.dpif.operate(this.#operations, () => {
      this.#settle();
      if (this.#dropsUnderWay === 0) done();
      else this.#dropsDone = done;
    });
  }

  #receive(upcall: Upcall): void {
    const { core, translator } = this.#tools;
    const ingress = translator.receive(upcall.key);
    if (typeof ingress === 'string') {
      this.#refuse(upcall, ingress);
      return;
    }
    const { class: kind, complaint } = classifyUpcall(upcall, core.deps.profile.cookieSizes);
    if (core.isObserved) this.#report(upcall, kind);
    if (complaint !== undefined) core.warnLimited('warn', {}, complaint);
    else if (kind === 'miss' || kind === 'slow_path') this.#upcalls.push(upcall);
    else translator.sample(() => sample(upcall, ingress));
  }

  /** No bridge has the packet's port, or its key makes no sense (U-038 to U-041). */
  #refuse(upcall: Upcall, error: 'ENODEV' | 'EINVAL'): void {
    const { core, installer, index } = this.#tools;
    const isUnassociated = error === 'ENODEV';
    if (core.isObserved) this.#report(upcall, isUnassociated ? 'unassociated' : 'invalid');
    if (upcall.type === 'miss') {
      const cause = isUnassociated ? 'unassociated' : 'invalid';
      core.countUncredited(cause, 1, upcall.packet.size);
    }
    if (!isUnassociated) return;
    const port = upcall.key[IN_PORT]!;
    core.warnLimited(
      'info',
      { port },
      `received packet on unassociated datapath port ${port} (no OpenFlow port has it)`,
    );
    this.#dropsUnderWay++;
    if (!installer.installDrop(upcall.key, index, this.#dropSettled)) this.#settleDrop();
  }

  #settleDrop(): void {
    if (--this.#dropsUnderWay > 0) return;
    const done = this.#dropsDone;
    this.#dropsDone = nothing;
    done();
  }

  #translateOne(upcall: Upcall): void {
    const { core, translator } = this.#tools;
    const ingress = translator.receive(upcall.key);
    if (typeof ingress === 'string') {
      this.#refuse(upcall, ingress);
      return;
    }
    // Before translating: a change in between makes the flow stale, not the ukey wrong (B-10).
    const revalSeq = core.revalSeq.read();
    const result = this.#askFor(upcall, ingress);
    if (result === undefined) {
      if (upcall.type === 'miss') core.countUncredited('translator', 1, upcall.packet.size);
      return;
    }
    const { actions } = result;
    const slow = slowReasonsOf(core.deps.profile, ingress, result);
    if (upcall.type === 'miss' && this.#isPutAllowed()) {
      const put = slow === 0 ? actions : composeSlowPath(core.deps.dpif, ingress, slow);
      this.#put(upcall, { result, actions: put, revalSeq });
    }
    if (slow !== 0) this.#processPacket(upcall);
    if (actions.length > 0) this.#execute(upcall, actions, slow);
  }

  #askFor(upcall: Upcall, ingress: Ingress): XlateResult | undefined {
    const tcpFlags = ingress.flow[TCP_FLAGS]! >>> 16;
    const { translator } = this.#tools;
    if (upcall.type !== 'miss') {
      // A flow of the datapath has counted this packet already.
      return translator.translate({ ingress, tcpFlags, mayLearn: true, skipWildcards: true });
    }
    const stats = { packets: 1, bytes: upcall.packet.size, used: this.#now, tcpFlags };
    return translator.translate({ ingress, tcpFlags, mayLearn: true, stats, skipWildcards: false });
  }

  /** Again with the packet, for its side effects: protocols, packet-ins (U-063). */
  #processPacket({ key, packet }: Upcall): void {
    const { translator } = this.#tools;
    const ingress = translator.receive(key);
    if (typeof ingress === 'string') return;
    translator.translate({ ingress, packet, tcpFlags: 0, mayLearn: true, skipWildcards: true });
  }

  #isPutAllowed(): boolean {
    if (this.#mayPut) return true;
    const { core } = this.#tools;
    const { flowLimit } = core;
    core.deps.coverage.inc('upcall_flow_limit_hit');
    core.warnLimited(
      'warn',
      { flowLimit },
      `upcall: datapath reached the dynamic limit of ${flowLimit} flows.`,
    );
    return false;
  }

  #put(
    upcall: Upcall,
    answer: {
      readonly result: XlateResult;
      readonly actions: OdpActions;
      readonly revalSeq: SeqNo;
    },
  ): void {
    const { actions, revalSeq } = answer;
    const mask = this.#tools.installer.maskFor(answer.result.mask);
    const flow = { key: upcall.key, mask, actions, revalSeq, createdAt: this.#now };
    const ukey = this.#tools.installer.installUkey(flow);
    if (ukey === undefined) return;
    this.#operations.push(this.#tools.installer.putOf(ukey));
    this.#ukeys.push(ukey);
  }

  #execute({ packet, key }: Upcall, actions: OdpActions, slow: number): void {
    const needsHelp = (slow & SlowReason.ACTION) !== 0;
    this.#operations.push({ type: 'execute', packet, key, actions, needsHelp, error: undefined });
  }

  #settle(): void {
    const { installer, index } = this.#tools;
    let next = 0;
    for (const operation of this.#operations) {
      if (operation.type !== 'put') continue;
      installer.settlePut(this.#ukeys[next++]!, operation, index);
    }
    this.#operations = [];
    this.#upcalls = [];
    this.#ukeys = [];
  }

  #report({ key, packet }: Upcall, kind: UpcallRecord['class']): void {
    this.#tools.core.emit({
      type: 'upcall',
      time: this.#now,
      handler: this.#tools.index,
      class: kind,
      port: odpPort(key[IN_PORT]!),
      key,
      packet,
    });
  }

  #reportBatch(): void {
    this.#tools.core.emit({
      type: 'batch',
      time: this.#now,
      handler: this.#tools.index,
      upcalls: this.#upcalls.length,
      operations: this.#operations.length,
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
