/**
 * The sweep of one revalidator's own slice: after the dump, who is left?
 *
 * Ukeys whose flow is gone are freed. Ukeys that the dump missed are looked at again if anything
 * has changed since they were last found right, with the counters they had; those that four
 * complete dumps missed are given up. A purge deletes the flow of every ukey, missed or not.
 *
 * Owner: its cursor. Hot path. Bench: `bench/dump.ts`. Rows U-016, U-017, U-132 to U-140. Answers
 * to the seed's `revalidator_sweep__` (L1566).
 */

import { instant, seqNo } from '../base/brands.js';
import { isFlowMissing } from '../machines/missed-dumps.js';
import { REVALIDATE_BATCH_MAX } from './operation-batch.js';
import type { StepResult } from './slices.js';
import { UkeyState, ukeyMoves } from './ukey-moves.js';
import type { UkeySlice } from './ukey-slice.js';
import { type PhaseTools, VerdictCarrier } from './verdict-carrier.js';

const MISSED = ukeyMoves.eventCode('dump.missed');
const SWEEP = ukeyMoves.eventCode('ukey.sweep');
const DELETE = ukeyMoves.eventCode('flow.delete');

export class SweepPhase {
  readonly #tools: PhaseTools;
  readonly #slice: UkeySlice;
  readonly #carrier: VerdictCarrier;
  #cursor = 0;
  #isPurge = false;
  #dumpSeq = seqNo(0);
  #isDumpComplete = true;

  constructor(tools: PhaseTools, slice: UkeySlice) {
    this.#tools = tools;
    this.#slice = slice;
    this.#carrier = new VerdictCarrier(tools, 'sweep');
  }

  start(isPurge: boolean): void {
    const { core } = this.#tools;
    this.#isPurge = isPurge;
    this.#cursor = 0;
    this.#dumpSeq = core.dumpSeq.read();
    this.#isDumpComplete = core.dump?.error === undefined;
    this.#carrier.sighting.revalSeq = core.revalSeq.read();
  }

  /** One batch of ukeys. */
  step(): StepResult {
    const { core, work, batch, judge } = this.#tools;
    const { columns } = this.#slice;
    if (this.#cursor >= columns.end) {
      this.#carrier.report.flush(true);
      return 'finished';
    }
    work.batch = batch;
    judge.prepare(core.deps.clock.now());
    const end = Math.min(columns.end, this.#cursor + REVALIDATE_BATCH_MAX);
    for (let handle = this.#cursor; handle < end; handle++) this.#visit(handle);
    this.#cursor = end;
    work.batch = undefined;
    this.#carrier.report.flush(false);
    return batch.push(true) ? 'more' : 'waiting';
  }

  #visit(handle: number): void {
    const slice = this.#slice;
    switch (slice.columns.state[handle]) {
      case UkeyState.OPERATIONAL:
        if (this.#isPurge) this.#delete(handle, 'purge');
        else this.#visitLiving(handle);
        break;
      case UkeyState.INCONSISTENT:
        this.#delete(handle, this.#isPurge ? 'purge' : 'update_fail');
        break;
      case UkeyState.VISIBLE:
        if (this.#isPurge) this.#delete(handle, 'purge');
        break;
      case UkeyState.EVICTED:
        slice.move(handle, SWEEP, { type: 'ukey.sweep' });
        break;
    }
  }

  #visitLiving(handle: number): void {
    const { columns } = this.#slice;
    if (columns.dumpSeq[handle] === this.#dumpSeq) return;
    if (this.#isDumpComplete && this.#isMissing(handle)) {
      this.#delete(handle, 'flow_missing_dp');
    } else if (columns.revalSeq[handle] !== this.#carrier.sighting.revalSeq) {
      this.#revalidate(handle);
    }
  }

  /** By the counters it had: what has come since will come with a dump, or with its deletion. */
  #revalidate(handle: number): void {
    const { core, judge } = this.#tools;
    const { columns } = this.#slice;
    core.count('revalidate_missed_dp_flow');
    const { sighting } = this.#carrier;
    sighting.stats.packets = columns.packets[handle]!;
    sighting.stats.bytes = columns.bytes[handle]!;
    sighting.stats.used = instant(columns.used[handle]!);
    sighting.stats.tcpFlags = columns.tcpFlags[handle]!;
    sighting.dumpSeq = columns.dumpSeqOf(handle);
    const verdict = judge.judge(this.#slice, handle, sighting.stats, sighting.revalSeq);
    this.#carrier.carryOut(this.#slice, handle, verdict);
  }

  /** Counts the missed dump; whether it was the last that the flow may be missed by. */
  #isMissing(handle: number): boolean {
    const { core } = this.#tools;
    const slice = this.#slice;
    slice.move(handle, MISSED, { type: 'dump.missed' });
    if (!isFlowMissing(slice.columns.missedDumps[handle]!, core.deps.profile.missedDumpsMax))
      return false;
    core.count('revalidate_missing_dp_flow');
    return true;
  }

  #delete(handle: number, reason: 'purge' | 'update_fail' | 'flow_missing_dp'): void {
    this.#slice.move(handle, DELETE, { type: 'flow.delete', reason });
  }
}
