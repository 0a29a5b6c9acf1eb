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
  readonly #core: UdpifCore;
  readonly #judge: FlowJudge;
  readonly #phase: 'dump' | 'sweep';
  readonly #index: number;

  constructor(tools: PhaseTools, phase: 'dump' | 'sweep') {
    this.#core = tools.core;
    this.#judge = tools.judge;
    this.#index = tools.index;
    this.#phase = phase;
  }

  /** Carries out `verdict` on the ukey at `handle`. */
  carryOut(slice: UkeySlice, handle: number, verdict: Verdict): void {
    if (this.#core.isObserved) {
      const place = { phase: this.#phase, index: this.#index, slice, handle };
      reportVerdict(this.#core, place, verdict);
    }
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

interface VerdictPlace {
  readonly phase: 'dump' | 'sweep';
  /** Of the revalidator. */
  readonly index: number;
  readonly slice: UkeySlice;
  readonly handle: number;
}

/** Tells of a verdict on the flow of the ukey at `handle`. */
export function reportVerdict(core: UdpifCore, where: VerdictPlace, verdict: Verdict): void {
  const { phase, index, slice, handle } = where;
  core.emit({
    type: 'verdict',
    time: core.deps.clock.now(),
    phase,
    revalidator: index,
    key: slice.columns.keys[handle]!,
    verdict,
  });
}
