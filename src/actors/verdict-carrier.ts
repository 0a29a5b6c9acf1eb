/**
 * What dump and sweep share: turning a verdict into the ukey's next event.
 *
 * Owner: one revalidator. Hot path. Bench: `bench/dump.ts`.
 */

import type { DeleteReason } from '../machines/delete-reasons.js';
import type { OperationBatch } from './operation-batch.js';
import { createSighting } from './sighting.js';
import type { UdpifCore } from './udpif-core.js';
import { ukeyMoves } from './ukey-moves.js';
import type { UkeySlice } from './ukey-slice.js';
import type { UkeyWork } from './ukey-work.js';
import type { FlowJudge, Verdict } from './verdict.js';
import { VerdictReport } from './verdict-report.js';

/** What a revalidator works with. */
export interface PhaseTools {
  readonly core: UdpifCore;
  readonly work: UkeyWork;
  readonly judge: FlowJudge;
  readonly batch: OperationBatch;
  /** Of the revalidator, from 0. */
  readonly index: number;
}

const KEEP = ukeyMoves.eventCode('flow.keep');
const MODIFY = ukeyMoves.eventCode('flow.modify');
const DELETE = ukeyMoves.eventCode('flow.delete');

export class VerdictCarrier {
  /** Filled by the phase before each verdict. */
  readonly sighting = createSighting();
  readonly report: VerdictReport;
  readonly #judge: FlowJudge;

  constructor(tools: PhaseTools, phase: 'dump' | 'sweep') {
    this.report = new VerdictReport(tools.core, phase, tools.index);
    this.#judge = tools.judge;
  }

  /** Carries out `verdict` on the ukey at `handle`. */
  carryOut(slice: UkeySlice, handle: number, verdict: Verdict): void {
    if (this.report.isWanted) this.#tell(slice, handle, verdict);
    const sighting = this.sighting;
    if (verdict === 'keep') {
      sighting.type = 'flow.keep';
      slice.move(handle, KEEP, sighting);
    } else if (verdict === 'modify') {
      sighting.type = 'flow.modify';
      slice.columns.actions[handle] = this.#judge.actions;
      slice.move(handle, MODIFY, sighting);
    } else {
      this.#delete(slice, handle, verdict);
    }
  }

  #tell({ columns }: UkeySlice, handle: number, verdict: Verdict): void {
    const { stats } = this.sighting;
    const hasMoved = stats.packets !== columns.packets[handle];
    this.report.tell({ key: columns.keys[handle]!, verdict, stats, hasMoved });
  }

  #delete(slice: UkeySlice, handle: number, reason: DeleteReason): void {
    // Should the flow survive its deletion, this dump has seen it all the same.
    const { columns } = slice;
    if (columns.dumpSeq[handle] !== this.sighting.dumpSeq) {
      columns.dumpSeq[handle] = this.sighting.dumpSeq;
      columns.missedDumps[handle] = 0;
    }
    slice.move(handle, DELETE, { type: 'flow.delete', reason });
  }
}
