/**
 * Is a flow still right? What a revalidator decides about one that was dumped, or missed.
 *
 * A flow whose ukey has seen the newest `reval_seq` is kept; if it was hit and has no cache yet,
 * one translation fills it. Another one is translated again: its mask must cover what the
 * translation looked at, and its actions must be the same, else they are modified in place. Where
 * translating is too expensive for how little the flow is used, it goes.
 *
 * Counters are not pushed here: the ukey pushes them when the flow stays, the deletion's answer
 * brings them when it goes. Hence no translation here has a side effect.
 *
 * Owner: one revalidator; it is scratch between calls. Hot path. Bench: `bench/dump.ts`. Rows U-110
 * to U-130. Answers to the seed's `revalidate_ukey` (L1211).
 */

import { type Instant, instant } from '../base/brands.js';
import type { FlowStats } from '../datapath/dpif.js';
import type { Mask } from '../datapath/mask.js';
import { NO_ACTIONS, type OdpActions } from '../datapath/odp-actions.js';
import type { Ingress, XlateCache } from '../datapath/translator.js';
import type { DeleteReason } from '../machines/delete-reasons.js';
import type { FlowMask } from '../packet/flow.js';
import type { DumpTimer } from './cost-model.js';
import { maskCoversDatapathWords } from './mask-cover.js';
import type { SafeTranslator } from './safe-translator.js';
import { sameActions } from './same-actions.js';
import { composeSlowPath, slowReasonsOf } from './slow-path-action.js';
import type { UdpifCore } from './udpif-core.js';
import type { UkeySlice } from './ukey-slice.js';

export type Verdict = 'keep' | 'modify' | DeleteReason;

export class FlowJudge {
  /** After 'modify': the actions that the flow should have. */
  actions: OdpActions = NO_ACTIONS;
  readonly #core: UdpifCore;
  readonly #translator: SafeTranslator;
  readonly #timer: DumpTimer;
  readonly #facts = { dumpMs: 0, packets: 0, used: instant(0), now: instant(0) };
  readonly #settings = { minRevalidatePps: 0, maxRevalidator: 0 };

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

  /** The verdict on the flow of the ukey at `handle`, whose counters are `stats` now. */
  judge(slice: UkeySlice, handle: number, stats: FlowStats, revalSeq: number): Verdict {
    const columns = slice.columns;
    const packets = Math.max(0, stats.packets - columns.packets[handle]!);
    if (columns.revalSeq[handle] === revalSeq) {
      if (packets === 0 || columns.caches[handle] !== undefined) return 'keep';
      return this.#fillCache(slice, handle, stats.tcpFlags);
    }
    if (!this.#isWorthIt(packets, columns.used[handle]!)) return 'too_expensive';
    this.#timer.flowsRevalidated++;
    return this.#revalidate(slice, handle, stats.tcpFlags);
  }

  #isWorthIt(packets: number, used: number): boolean {
    const facts = this.#facts;
    facts.packets = packets;
    facts.used = instant(used);
    return this.#core.deps.profile.shouldRevalidate(facts, this.#settings);
  }

  /** The flow was hit for the first time: what must be credited? */
  #fillCache(slice: UkeySlice, handle: number, tcpFlags: number): Verdict {
    const ingress = this.#translator.receiveKey(slice.columns.keys[handle]!);
    if (typeof ingress === 'string') return reasonOf(ingress);
    const cache = this.#translator.createCache();
    if (cache === undefined) return 'xlation_error';
    const request = { ingress, tcpFlags, mayLearn: false, cache, skipWildcards: true };
    const result = this.#translator.translate(request);
    if (result === undefined) return 'xlation_error';
    slice.columns.caches[handle] = cache;
    slice.columns.replaceLease(handle, result.lease);
    return 'keep';
  }

  #revalidate(slice: UkeySlice, handle: number, tcpFlags: number): Verdict {
    const ingress = this.#translator.receiveKey(slice.columns.keys[handle]!);
    const cache = this.#takeCache(slice, handle);
    if (typeof ingress === 'string') return reasonOf(ingress);
    if (cache === undefined) return 'xlation_error';
    const request = { ingress, tcpFlags, mayLearn: false, cache, skipWildcards: false };
    const result = this.#translator.translate(request);
    if (result === undefined) return 'xlation_error';
    slice.columns.caches[handle] = cache;
    const slow = slowReasonsOf(this.#core.deps.profile, ingress, result);
    const mask = slice.columns.masks[handle];
    if (!this.#isCovered(mask, result.mask)) {
      ingress.netflow?.flowClear(ingress.flow);
      return 'flow_wildcarded';
    }
    slice.columns.replaceLease(handle, result.lease);
    return this.#compareActions(slice, handle, { ingress, slow, actions: result.actions });
  }

  #isCovered(mask: Mask | undefined, wanted: FlowMask): boolean {
    if (mask === undefined) return this.#core.deps.profile.unmaskedFlow === 'exact';
    return maskCoversDatapathWords(mask, wanted);
  }

  #compareActions(
    slice: UkeySlice,
    handle: number,
    wanted: { readonly ingress: Ingress; readonly slow: number; readonly actions: OdpActions },
  ): Verdict {
    const { ingress, slow } = wanted;
    const actions =
      slow === 0 ? wanted.actions : composeSlowPath(this.#core.deps.dpif, ingress, slow);
    if (sameActions(actions, slice.columns.actions[handle]!)) return 'keep';
    if (!this.#core.deps.profile.modifyInPlace) return 'xlation_error';
    this.actions = actions;
    return 'modify';
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

/** Why a flow goes whose key is not received. */
export function reasonOf(error: 'ENODEV' | 'EINVAL'): DeleteReason {
  return error === 'ENODEV' ? 'no_ofproto' : 'xlation_error';
}
