/**
 * One round of a handler: at most 50 upcalls read, translated and answered.
 *
 * `SingleRound` (profile `current`) translates them one by one in order of arrival, so that the
 * second packet sees what the first one taught: a miss with its own statistics, for no flow counts
 * it; a slow one again with its packet, for what that does. Profile `ovs-2.3` has `SharedRound`.
 *
 * Owner: the batch, from `read` to the end of `operate`. Hot path. Bench: `bench/set-up.ts`. Rows
 * U-059 to U-071, U-075. Answers to the seed's `handle_upcalls` (L894).
 */

import type { Upcall } from '../datapath/dpif.js';
import type { Ingress, XlateResult } from '../datapath/translator.js';
import { TCP_FLAGS } from '../packet/flow-layout.js';
import { MaskMaker } from './mask-maker.js';
import { SharedRound } from './shared-round.js';
import { composeSlowPath, slowReasonsOf } from './slow-path-action.js';
import { UpcallAnswers } from './upcall-answers.js';
import { type AcceptUpcall, UpcallIntake, type UpcallRoundTools } from './upcall-intake.js';
import { UpcallTrace } from './upcall-trace.js';

export interface UpcallRound {
  /** Reads a batch; how many of it are to be translated, or wait for their drop flow. */
  read(): number;
  /** Translates what was read, and composes the operations. */
  translate(): void;
  /** Has the operations carried out; `done` when all are answered, those of drop flows too. */
  operate(done: () => void): void;
}

/** The round that the profile asks for. */
export function createRound(tools: UpcallRoundTools): UpcallRound {
  const { missSharing } = tools.core.deps.profile;
  return missSharing === 'batch' ? new SharedRound(tools) : new SingleRound(tools);
}

/** What a translation said; no result where it threw. */
interface Answer {
  readonly ingress: Ingress;
  readonly result: XlateResult | undefined;
}

class SingleRound implements UpcallRound {
  readonly #tools: UpcallRoundTools;
  readonly #intake: UpcallIntake;
  readonly #answers: UpcallAnswers;
  readonly #masks: MaskMaker;
  /** Misses and slow upcalls, in order of arrival. */
  #upcalls: Upcall[] = [];
  readonly #accept: AcceptUpcall = (upcall) => {
    this.#upcalls.push(upcall);
  };

  constructor(tools: UpcallRoundTools) {
    this.#tools = tools;
    this.#intake = new UpcallIntake(tools);
    this.#answers = new UpcallAnswers(tools);
    this.#masks = new MaskMaker(tools.core);
  }

  read(): number {
    this.#upcalls = [];
    this.#intake.read(this.#accept);
    return this.#upcalls.length + this.#intake.dropsUnderWay;
  }

  translate(): void {
    this.#answers.start();
    for (const upcall of this.#upcalls) this.#translateOne(upcall);
  }

  operate(done: () => void): void {
    const batch = { upcalls: this.#upcalls.length, intake: this.#intake };
    this.#answers.send(batch, () => {
      this.#upcalls = [];
      this.#intake.afterDrops(done);
    });
  }

  #translateOne(upcall: Upcall): void {
    const { core, translator } = this.#tools;
    const ingress = translator.receive(upcall.key);
    if (typeof ingress === 'string') {
      this.#intake.refuse(upcall, ingress);
      return;
    }
    // Before translating: a change in between makes the flow stale, not the ukey wrong (B-10).
    const revalSeq = core.revalSeq.read();
    const trace = UpcallTrace.begin(core);
    const result = this.#askFor(upcall, ingress, trace);
    if (trace !== undefined) this.#tell(upcall, trace, { ingress, result });
    if (result === undefined) {
      if (upcall.type === 'miss') core.countUncredited('translator', 1, upcall.packet.size);
      return;
    }
    const { actions, lease } = result;
    const { key, packet } = upcall;
    const slow = slowReasonsOf(core.deps.profile, ingress, result);
    if (upcall.type === 'miss' && this.#answers.allowPut()) {
      const mask = this.#masks.maskFor(result.mask, ingress);
      const put = slow === 0 ? actions : composeSlowPath(core.deps.dpif, ingress, slow);
      const number = this.#intake.numberOf(upcall);
      const createdAt = this.#intake.now;
      const flow = { key, mask, actions: put, revalSeq, createdAt, upcall: number, lease };
      this.#answers.put(flow);
    }
    if (slow !== 0) this.#processPacket(upcall);
    if (actions.length > 0) this.#answers.execute({ packet, key, actions, slow });
  }

  #askFor(
    upcall: Upcall,
    ingress: Ingress,
    trace: UpcallTrace | undefined,
  ): XlateResult | undefined {
    const tcpFlags = ingress.flow[TCP_FLAGS]! >>> 16;
    const { translator } = this.#tools;
    if (upcall.type !== 'miss') {
      // A flow of the datapath has counted this packet already.
      return translator.translate({
        ingress,
        tcpFlags,
        mayLearn: true,
        skipWildcards: true,
        trace,
      });
    }
    const stats = { packets: 1, bytes: upcall.packet.size, used: this.#intake.now, tcpFlags };
    const request = { ingress, tcpFlags, mayLearn: true, stats, skipWildcards: false, trace };
    return translator.translate(request);
  }

  #tell(upcall: Upcall, trace: UpcallTrace, answer: Answer): void {
    trace.stop();
    const { core, index } = this.#tools;
    const { ingress, result } = answer;
    const slow = result === undefined ? 0 : slowReasonsOf(core.deps.profile, ingress, result);
    trace.tell({ handler: index, upcalls: [this.#intake.numberOf(upcall)] }, result, slow);
  }

  /** Again with the packet, for its side effects: protocols, packet-ins (U-063). */
  #processPacket({ key, packet }: Upcall): void {
    const { translator } = this.#tools;
    const ingress = translator.receive(key);
    if (typeof ingress === 'string') return;
    translator.translate({ ingress, packet, tcpFlags: 0, mayLearn: true, skipWildcards: true });
  }
}
