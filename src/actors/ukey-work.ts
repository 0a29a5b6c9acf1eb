/**
 * What a ukey's machine asks for, done: counters pushed, operations queued, caches let go.
 *
 * All slices share one. Whoever runs a phase says where operations go (`batch`); an event that a
 * stranger sends to a ukey, outside of any phase, is carried out by itself.
 *
 * Owner: one udpif. Hot path. Bench: `bench/dump.ts`. Rows U-110, U-111, U-141 to U-146.
 */

import { instant } from '../base/brands.js';
import { assert } from '../base/errors.js';
import type { FlowStats } from '../datapath/dpif.js';
import { pushRest } from './final-push.js';
import { type OperationAnswers, OperationBatch } from './operation-batch.js';
import type { SafeTranslator } from './safe-translator.js';
import type { UdpifCore } from './udpif-core.js';
import type { AnyUkeyEvent } from './ukey-moves.js';
import type { UkeyEffects, UkeySlice } from './ukey-slice.js';

export class UkeyWork implements UkeyEffects {
  /** Where operations are queued; undefined outside of phases. */
  batch: OperationBatch | undefined;
  readonly #core: UdpifCore;
  readonly #translator: SafeTranslator;
  readonly #answers: OperationAnswers;
  readonly #delta: FlowStats = { packets: 0, bytes: 0, used: instant(0), tcpFlags: 0 };

  constructor(core: UdpifCore, translator: SafeTranslator, answers: OperationAnswers) {
    this.#core = core;
    this.#answers = answers;
    this.#translator = translator;
  }

  pushDelta = (slice: UkeySlice, handle: number, event: AnyUkeyEvent): void => {
    assert(event.type === 'flow.keep' || event.type === 'flow.modify', 'counters were expected');
    const columns = slice.columns;
    const dumped = event.stats;
    const cached = columns.packets[handle]!;
    if (dumped.packets <= cached) {
      if (dumped.packets < cached) this.#core.count('ukey_invalid_stat_reset');
      return;
    }
    const delta = this.#delta;
    delta.packets = dumped.packets - cached;
    delta.bytes = Math.max(0, dumped.bytes - columns.bytes[handle]!);
    delta.used = dumped.used;
    delta.tcpFlags = dumped.tcpFlags;
    const cache = columns.caches[handle];
    assert(cache !== undefined, 'a flow that was kept has a cache');
    this.#translator.push(cache, delta);
  };

  pushFinal = (slice: UkeySlice, handle: number, event: AnyUkeyEvent): void => {
    assert(event.type === 'deletion.succeeded', 'last counters were expected');
    const columns = slice.columns;
    const delta = this.#delta;
    delta.packets = Math.max(0, event.stats.packets - columns.packets[handle]!);
    delta.bytes = Math.max(0, event.stats.bytes - columns.bytes[handle]!);
    delta.used = instant(Math.max(event.stats.used, columns.used[handle]!));
    delta.tcpFlags = event.stats.tcpFlags | columns.tcpFlags[handle]!;
    pushRest({ core: this.#core, translator: this.#translator, slice, handle }, delta);
  };

  queueModify = (slice: UkeySlice, handle: number): void => {
    this.#openBatch().addModify(slice.actor(handle));
  };

  queueDelete = (slice: UkeySlice, handle: number): void => {
    this.#openBatch().addDelete(slice.actor(handle));
  };

  reportLost = (slice: UkeySlice, handle: number): void => {
    this.#core.deps.coverage.inc('ukey_lost_flow');
    if (!this.#core.isObserved) return;
    const time = this.#core.deps.clock.now();
    const key = slice.columns.keys[handle]!;
    this.#core.emit({ type: 'lost', time, key, base: slice.stats(handle) });
  };

  releaseCache = (slice: UkeySlice, handle: number): void => {
    this.#translator.clear(slice.columns.caches[handle]);
    slice.columns.caches[handle] = undefined;
  };

  #openBatch(): OperationBatch {
    if (this.batch !== undefined) return this.batch;
    const single = new OperationBatch(this.#core, this.#answers, () => {});
    // Not now: the ukey is still in the middle of its move.
    this.#core.deps.clock.setTimeout(() => single.push(false), 0);
    return single;
  }
}
