/**
 * The sweep of one revalidator's own slice as the seed has it. Profile `ovs-2.3`.
 *
 * Ukeys whose deletion was sent are freed, marks are taken off. A ukey that the dump missed is left
 * alone, for ever if need be (B-12), but in a cycle that looks at flows again: then its flow is
 * fetched, one by one (B-18), and judged; where it cannot be fetched, it is deleted all the same
 * (U-137). A purge deletes the flow of every ukey, and knows of no other flow (B-01).
 *
 * Owner: its cursor. Hot path. Bench: `bench/dump.ts`. Rows U-016, U-017, U-132 to U-140. Answers
 * to the seed's `revalidator_sweep__` (L1566) and `handle_missed_revalidation` (L1542).
 */

import type { GetOp } from '../datapath/dpif.js';
import type { DeleteReason } from '../machines/delete-reasons.js';
import type { PhaseTools2014 } from './dump-phase-2014.js';
import { REVALIDATE_BATCH_MAX } from './operation-batch.js';
import type { StepResult } from './slices.js';
import { Ukey2014State, ukeyMoves2014 } from './ukey-moves.js';
import type { UkeySlice } from './ukey-slice.js';
import { VerdictReport } from './verdict-report.js';

const SWEEP = ukeyMoves2014.eventCode('ukey.sweep');
const DELETE = ukeyMoves2014.eventCode('flow.delete');

export class SweepPhase2014 {
  readonly #tools: PhaseTools2014;
  readonly #slice: UkeySlice;
  readonly #report: VerdictReport;
  #cursor = 0;
  #isPurge = false;

  constructor(tools: PhaseTools2014, slice: UkeySlice) {
    this.#tools = tools;
    this.#slice = slice;
    this.#report = new VerdictReport(tools.core, 'sweep', tools.index);
  }

  start(isPurge: boolean): void {
    this.#isPurge = isPurge;
    this.#cursor = 0;
  }

  step(): StepResult {
    const { batch } = this.#tools;
    const { columns } = this.#slice;
    if (this.#cursor >= columns.end) {
      this.#report.flush(true);
      return batch.push(true) ? 'finished' : 'waiting';
    }
    const end = Math.min(columns.end, this.#cursor + REVALIDATE_BATCH_MAX);
    while (this.#cursor < end && !batch.isFull) {
      if (!this.#visit(this.#cursor++)) return 'waiting';
    }
    this.#report.flush(false);
    return batch.push(true) ? 'more' : 'waiting';
  }

  /** Whether that is done; else the datapath has not answered yet. */
  #visit(handle: number): boolean {
    const slice = this.#slice;
    const state = slice.stateOf(handle);
    if (state === Ukey2014State.GONE) slice.move(handle, SWEEP, { type: 'ukey.sweep' });
    else if (state !== Ukey2014State.UNMARKED && state !== Ukey2014State.MARKED) return true;
    else if (this.#isPurge) this.#delete(handle, 'purge');
    else if (state === Ukey2014State.MARKED) slice.move(handle, SWEEP, { type: 'ukey.sweep' });
    else if (this.#tools.core.needsRevalidation) return this.#fetch(handle);
    return true;
  }

  /** Asks the datapath for a flow that the dump missed. */
  #fetch(handle: number): boolean {
    const { core, resume } = this.#tools;
    core.count('revalidate_missed_dp_flow');
    const key = this.#slice.columns.keys[handle]!;
    const get: GetOp = { type: 'get', key, error: undefined, flow: undefined };
    let isAnswered = false;
    let isAwaited = false;
    core.deps.dpif.operate([get], () => {
      isAnswered = true;
      this.#judge(handle, get);
      if (isAwaited) resume();
    });
    isAwaited = !isAnswered;
    return isAnswered;
  }

  #judge(handle: number, { key, error, flow }: GetOp): void {
    const { core, judge } = this.#tools;
    const slice = this.#slice;
    if (slice.columns.keys[handle] !== key) return;
    judge.prepare(core.deps.clock.now());
    const isFound = error === undefined && flow !== undefined;
    const stats = isFound ? flow.stats : slice.stats(handle);
    const hasMoved = stats.packets !== slice.columns.packets[handle];
    const verdict = isFound ? judge.judge(slice, handle, flow) : 'flow_missing_dp';
    if (this.#report.isWanted) this.#report.tell({ key, verdict, stats, hasMoved });
    if (verdict !== 'keep') this.#delete(handle, verdict);
  }

  #delete(handle: number, reason: DeleteReason): void {
    const { work, batch } = this.#tools;
    work.batch = batch;
    this.#slice.move(handle, DELETE, { type: 'flow.delete', reason });
    work.batch = undefined;
  }
}
