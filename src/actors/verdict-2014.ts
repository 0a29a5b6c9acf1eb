/**
 * Is a flow still right? As the seed decides it. Profile `ovs-2.3`.
 *
 * Whether flows are looked at again is decided for the whole cycle (`needsRevalidation`), so a flow
 * that was translated before a change and put after its cycle stays as it is (B-10). The counters
 * are accepted first and pushed by the verdict itself: through the cache, or by the translation
 * that compares, which credits what the flow stands for now (B-26). A key that translates no more
 * loses them (B-27). Actions and mask are those that the datapath says; a flow without a mask is
 * never right (B-09), and one with other actions goes (B-17).
 *
 * Owner: one revalidator; it is scratch between calls. Hot path. Bench: `bench/dump.ts`. Rows U-110
 * to U-130. Answers to the seed's `revalidate_ukey` (L1211).
 */

import { type Instant, instant } from '../base/brands.js';
import type { DumpedFlow, FlowStats } from '../datapath/dpif.js';
import type { Ingress, XlateCache, XlateRequest, XlateResult } from '../datapath/translator.js';
import type { DeleteReason } from '../machines/delete-reasons.js';
import type { DumpTimer } from './cost-model.js';
import { maskCoversDatapathWords } from './mask-cover.js';
import type { SafeTranslator } from './safe-translator.js';
import { sameActions } from './same-actions.js';
import { composeSlowPath, slowReasonsOf } from './slow-path-action.js';
import type { UdpifCore } from './udpif-core.js';
import { ukeyMoves2014 } from './ukey-moves.js';
import type { UkeySlice } from './ukey-slice.js';
import { reasonOf } from './verdict.js';

export type Verdict2014 = 'keep' | DeleteReason;

const ACCEPT = ukeyMoves2014.eventCode('stats.accept');

export class FlowJudge2014 {
  readonly #core: UdpifCore;
  readonly #translator: SafeTranslator;
  readonly #timer: DumpTimer;
  readonly #facts = { dumpMs: 0, packets: 0, used: instant(0), now: instant(0) };
  readonly #settings = { minRevalidatePps: 0, maxRevalidator: 0 };
  readonly #delta: FlowStats = { packets: 0, bytes: 0, used: instant(0), tcpFlags: 0 };

  constructor(core: UdpifCore, translator: SafeTranslator, timer: DumpTimer) {
    this.#core = core;
    this.#translator = translator;
    this.#timer = timer;
  }

  /** Reads the clock and the settings, once for the batch that follows. */
  prepare(now: Instant): void {
    const { settings } = this.#core.deps;
    this.#facts.now = now;
    this.#facts.dumpMs = this.#core.dumpDurationMs;
    this.#settings.minRevalidatePps = settings.minRevalidatePps();
    this.#settings.maxRevalidator = settings.maxRevalidator();
  }

  /** The verdict on `flow`, whose ukey is at `handle`; what it kept of the counters is pushed. */
  judge(slice: UkeySlice, handle: number, flow: DumpedFlow): Verdict2014 {
    const { needsRevalidation } = this.#core;
    const { columns } = slice;
    const lastUsed = columns.usedAt(handle);
    const delta = this.#deltaOf(slice, handle, flow.stats);
    if (needsRevalidation && !this.#isWorthIt(delta.packets, lastUsed)) return 'too_expensive';
    slice.move(handle, ACCEPT, { type: 'stats.accept', stats: flow.stats });
    if (delta.packets === 0 && !needsRevalidation) return 'keep';
    const cache = columns.caches[handle];
    if (cache === undefined || needsRevalidation) return this.#translate(slice, handle, flow);
    this.#translator.push(cache, delta);
    return 'keep';
  }

  #isWorthIt(packets: number, lastUsed: Instant): boolean {
    const facts = this.#facts;
    facts.packets = packets;
    facts.used = lastUsed;
    return this.#core.deps.profile.shouldRevalidate(facts, this.#settings);
  }

  #deltaOf(slice: UkeySlice, handle: number, stats: Readonly<FlowStats>): FlowStats {
    const delta = this.#delta;
    delta.packets = Math.max(0, stats.packets - slice.columns.packets[handle]!);
    delta.bytes = Math.max(0, stats.bytes - slice.columns.bytes[handle]!);
    delta.used = stats.used;
    delta.tcpFlags = stats.tcpFlags;
    return delta;
  }

  #translate(slice: UkeySlice, handle: number, flow: DumpedFlow): Verdict2014 {
    const delta = this.#delta;
    const ingress = this.#translator.receiveKey(slice.columns.keys[handle]!);
    if (typeof ingress === 'string') {
      this.#core.countLostDelta(ingress, delta);
      return reasonOf(ingress);
    }
    const cache = this.#takeCache(slice, handle);
    const result = cache && this.#translator.translate(this.#requestOf(ingress, cache));
    if (result === undefined) {
      this.#core.countUncredited('push', delta.packets, delta.bytes);
      return 'xlation_error';
    }
    slice.columns.caches[handle] = cache;
    slice.columns.replaceLease(handle, result.lease);
    if (!this.#core.needsRevalidation) return 'keep';
    this.#timer.flowsRevalidated++;
    const verdict = this.#compare(ingress, result, flow);
    if (verdict !== 'keep') ingress.netflow?.flowClear(ingress.flow);
    return verdict;
  }

  #requestOf(ingress: Ingress, cache: XlateCache): XlateRequest {
    const stats = this.#delta;
    const mayLearn = stats.packets > 0;
    const skipWildcards = !this.#core.needsRevalidation;
    const request = { ingress, tcpFlags: stats.tcpFlags, mayLearn, cache, skipWildcards };
    return mayLearn ? { ...request, stats } : request;
  }

  #compare(ingress: Ingress, result: XlateResult, flow: DumpedFlow): Verdict2014 {
    const { profile, dpif } = this.#core.deps;
    const slow = slowReasonsOf(profile, ingress, result);
    const wanted = slow === 0 ? result.actions : composeSlowPath(dpif, ingress, slow);
    if (!sameActions(wanted, flow.actions)) return 'xlation_error';
    const covers =
      flow.mask === undefined
        ? profile.unmaskedFlow === 'exact'
        : maskCoversDatapathWords(flow.mask, result.mask);
    return covers ? 'keep' : 'flow_wildcarded';
  }

  /** The ukey's cache, emptied; the ukey has none until a translation has filled it. */
  #takeCache(slice: UkeySlice, handle: number): XlateCache | undefined {
    const cache = slice.columns.caches[handle];
    if (cache === undefined) return this.#translator.createCache();
    slice.columns.caches[handle] = undefined;
    this.#translator.clear(cache);
    return cache;
  }
}
