/**
 * A round of a handler as the seed has it: upcalls of one flow in a batch share one translation.
 * Profile `ovs-2.3`.
 *
 * Misses and slow upcalls are grouped by bridge and flow, its TCP flags included. Each group is
 * translated once, in the order of their hashes, with the statistics of all its packets if its
 * first upcall was a miss, and with none if not, whatever the others are (B-04). Then its packets
 * are handled in order of arrival. Where a flow has failed open, all packets of the batch go to the
 * controllers too (B-22).
 *
 * Owner: as `upcall-round.ts`. Hot path. Bench: `bench/set-up.ts`. Rows U-046 to U-050, U-061 to
 * U-074. Answers to the seed's `struct flow_miss`, `read_upcalls` and `handle_upcalls` (L894).
 */

import type { FlowStats, Upcall } from '../datapath/dpif.js';
import { FlowKey } from '../datapath/flow-key.js';
import type { Mask } from '../datapath/mask.js';
import type { OdpActions } from '../datapath/odp-actions.js';
import type { Ingress, XlateRequest, XlateResult } from '../datapath/translator.js';
import { copyFlow } from '../packet/flow.js';
import { TCP_FLAGS } from '../packet/flow-layout.js';
import { MaskMaker } from './mask-maker.js';
import { composeSlowPath, slowReasonsOf } from './slow-path-action.js';
import { UpcallAnswers } from './upcall-answers.js';
import { UpcallIntake, type UpcallRoundTools } from './upcall-intake.js';
import type { UpcallRound } from './upcall-round.js';
import { UpcallTrace } from './upcall-trace.js';
import { removeSplinterTag, splinterTciOf } from './vlan-splinters.js';

/** What the upcalls of one flow have in common. */
interface SharedMiss {
  /** With a flow of its own. */
  readonly ingress: Ingress;
  readonly flowKey: FlowKey;
  /** Its key and its type are those of all. */
  readonly first: Upcall;
  readonly stats: FlowStats;
  /** Upcalls of type miss, and their bytes. */
  readonly missed: { packets: number; bytes: number };
  answer: SharedAnswer | undefined;
  isPut: boolean;
}

interface SharedAnswer {
  readonly actions: OdpActions;
  readonly mask: Mask | undefined;
  readonly slow: number;
  readonly failOpen: boolean;
}

interface Arrival {
  readonly upcall: Upcall;
  readonly miss: SharedMiss;
}

export class SharedRound implements UpcallRound {
  readonly #tools: UpcallRoundTools;
  readonly #intake: UpcallIntake;
  readonly #answers: UpcallAnswers;
  readonly #masks: MaskMaker;
  #arrivals: Arrival[] = [];
  #misses: SharedMiss[] = [];

  constructor(tools: UpcallRoundTools) {
    this.#tools = tools;
    this.#intake = new UpcallIntake(tools);
    this.#answers = new UpcallAnswers(tools);
    this.#masks = new MaskMaker(tools.core);
  }

  read(): number {
    this.#arrivals = [];
    this.#misses = [];
    this.#intake.read((upcall, ingress) => this.#take(upcall, ingress));
    return this.#arrivals.length + this.#intake.dropsUnderWay;
  }

  translate(): void {
    this.#answers.start();
    // The seed walks a hash map: nothing may depend on this order, and nothing is promised (U-062).
    const misses = [...this.#misses].sort((a, b) => a.flowKey.hash - b.flowKey.hash);
    for (const miss of misses) this.#translateMiss(miss);
    for (const arrival of this.#arrivals) this.#handle(arrival);
    const { failOpenBatch } = this.#tools.core.deps.profile;
    if (failOpenBatch && misses.some(({ answer }) => answer?.failOpen)) this.#failOpen();
  }

  operate(done: () => void): void {
    const batch = { upcalls: this.#arrivals.length, intake: this.#intake };
    this.#answers.send(batch, () => {
      this.#arrivals = [];
      this.#misses = [];
      this.#intake.afterDrops(done);
    });
  }

  #take(upcall: Upcall, ingress: Ingress): void {
    const miss = this.#missOf(upcall, ingress);
    const { stats, missed } = miss;
    const { size } = upcall.packet;
    stats.packets++;
    stats.bytes += size;
    stats.tcpFlags |= ingress.flow[TCP_FLAGS]! >>> 16;
    if (upcall.type === 'miss') {
      missed.packets++;
      missed.bytes += size;
    }
    this.#arrivals.push({ upcall, miss });
  }

  #missOf(upcall: Upcall, ingress: Ingress): SharedMiss {
    const flowKey = FlowKey.from(ingress.flow);
    for (const known of this.#misses) {
      if (known.ingress.ofproto === ingress.ofproto && known.flowKey.equals(flowKey)) return known;
    }
    const miss: SharedMiss = {
      ingress: { ...ingress, flow: copyFlow(ingress.flow) },
      flowKey,
      first: upcall,
      stats: { packets: 0, bytes: 0, used: this.#intake.now, tcpFlags: 0 },
      missed: { packets: 0, bytes: 0 },
      answer: undefined,
      isPut: false,
    };
    this.#misses.push(miss);
    return miss;
  }

  #translateMiss(miss: SharedMiss): void {
    const { core, translator } = this.#tools;
    const { ingress, first, stats } = miss;
    const trace = UpcallTrace.begin(core);
    const request: XlateRequest = {
      ingress,
      tcpFlags: stats.tcpFlags,
      mayLearn: true,
      skipWildcards: false,
      trace,
    };
    // Of an upcall that an action sent, a datapath flow has counted the packet already.
    const result = translator.translate(first.type === 'miss' ? { ...request, stats } : request);
    trace?.stop();
    if (result !== undefined) miss.answer = this.#keep(ingress, result);
    if (trace !== undefined) this.#tell(miss, trace, result);
    if (result === undefined)
      core.countUncredited('translator', miss.missed.packets, miss.missed.bytes);
  }

  #tell(miss: SharedMiss, trace: UpcallTrace, result: XlateResult | undefined): void {
    const sharing = this.#arrivals.filter((arrival) => arrival.miss === miss);
    const upcalls = sharing.map(({ upcall }) => this.#intake.numberOf(upcall));
    trace.tell({ handler: this.#tools.index, upcalls }, result, miss.answer?.slow ?? 0);
  }

  /** What of a translation outlives the next one. */
  #keep(ingress: Ingress, result: XlateResult): SharedAnswer {
    const { profile } = this.#tools.core.deps;
    return {
      actions: result.actions,
      mask: this.#masks.maskFor(result.mask, ingress),
      slow: slowReasonsOf(profile, ingress, result),
      failOpen: result.failOpen,
    };
  }

  #handle(arrival: Arrival): void {
    const { upcall, miss } = arrival;
    const { answer, ingress, first } = miss;
    if (answer === undefined) return;
    const { actions, slow } = answer;
    const { packet } = upcall;
    if (slow !== 0) this.#processPacket(miss, upcall);
    const isSplinter = splinterTciOf(this.#tools.core.deps.profile, ingress) !== undefined;
    if (isSplinter && actions.length > 0) removeSplinterTag(packet);
    if (upcall.type === 'miss' && !miss.isPut && this.#answers.allowPut())
      this.#put(arrival, answer);
    if (actions.length > 0) this.#answers.execute({ packet, key: first.key, actions, slow });
  }

  #put({ upcall, miss }: Arrival, { actions, mask, slow }: SharedAnswer): void {
    const { core } = this.#tools;
    miss.isPut = true;
    const put = slow === 0 ? actions : composeSlowPath(core.deps.dpif, miss.ingress, slow);
    const revalSeq = core.revalSeq.read();
    const { key } = miss.first;
    const number = this.#intake.numberOf(upcall);
    const createdAt = this.#intake.now;
    this.#answers.put({ key, mask, actions: put, revalSeq, createdAt, upcall: number });
  }

  /** Again with the packet, for its side effects: protocols, packet-ins (U-063). */
  #processPacket({ ingress }: SharedMiss, { packet }: Upcall): void {
    const request = { ingress, packet, tcpFlags: 0, mayLearn: true, skipWildcards: true };
    this.#tools.translator.translate(request);
  }

  /** Packets as they are now: a splinter's tag is off already where there are actions (U-073). */
  #failOpen(): void {
    for (const { upcall, miss } of this.#arrivals) {
      const { packetIns, flow } = miss.ingress;
      this.#tools.translator.sample(() => packetIns?.failedOpen?.(upcall.packet, flow));
    }
  }
}
