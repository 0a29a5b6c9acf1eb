/**
 * What becomes of ukeys when the datapath has answered, as the seed has it. Profile `ovs-2.3`.
 *
 * What is pushed of a deleted flow is the answer's counters minus the cached ones; the seed never
 * looks at the error, and a failed deletion's answer is zero. So 2^64 - cached is pushed (B-02;
 * here a negative number, see `wrappedDelta`). Where the flow lives on, the next dump finds it
 * without a ukey and counts all of it again, and the sums agree by chance; where it was gone, they
 * do not. A profile whose `deltaOnDeleteError` is not `wrapped` pushes nothing, as later OVS, and
 * counts such a flow twice.
 *
 * Owner: one udpif. Hot path. Bench: `bench/dump.ts`. Rows U-133, U-138, U-141 to U-146. Answers to
 * the seed's `push_dump_ops__` (L1353) and `push_dump_ops` (L1420).
 */

import type { DeleteOp } from '../datapath/dpif.js';
import { NO_COUNTERS, wrappedDelta } from '../machines/stats-delta.js';
import { pushRest } from './final-push.js';
import type { OperationAnswers } from './operation-batch.js';
import type { SafeTranslator } from './safe-translator.js';
import type { UdpifCore } from './udpif-core.js';
import type { UkeyActor } from './ukey-actor.js';
import { reportDelete } from './ukey-answers.js';
import { NO_HANDLE } from './ukey-columns.js';
import { Ukey2014State, ukeyMoves2014 } from './ukey-moves.js';
import type { UkeySlice } from './ukey-slice.js';

const SWEEP = ukeyMoves2014.eventCode('ukey.sweep');

export class UkeyAnswers2014 implements OperationAnswers {
  readonly #core: UdpifCore;
  readonly #translator: SafeTranslator;

  constructor(core: UdpifCore, translator: SafeTranslator) {
    this.#core = core;
    this.#translator = translator;
  }

  settleDelete(operation: DeleteOp, actor: UkeyActor, isSweeping: boolean): void {
    const { slice, handle } = actor;
    if (handle === NO_HANDLE || slice.stateOf(handle) !== Ukey2014State.GONE) return;
    const reasonCode = slice.columns.reason[handle]!;
    reportDelete(this.#core, operation, { isGone: true, reasonCode });
    this.#push(operation, slice, handle);
    if (isSweeping) slice.move(handle, SWEEP, { type: 'ukey.sweep' });
  }

  /** Nothing modifies a flow in this profile. */
  settleModify(): void {}

  #push({ error, stats }: DeleteOp, slice: UkeySlice, handle: number): void {
    const { profile } = this.#core.deps;
    if (error !== undefined && profile.deltaOnDeleteError(error) !== 'wrapped') return;
    const reply = error === undefined && stats !== undefined ? stats : NO_COUNTERS;
    const delta = wrappedDelta(reply, slice.stats(handle));
    pushRest({ core: this.#core, translator: this.#translator, slice, handle }, delta);
  }
}
