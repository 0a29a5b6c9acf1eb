/**
 * What a revalidator does in its phases, by the life that the profile's ukeys have.
 *
 * `states` (profile `current`): `dump-phase.ts`, `sweep-phase.ts`, `verdict.ts`. `mark` (profile
 * `ovs-2.3`): the same names with `-2014`. Nobody else asks which of the two it is.
 */

import type { Profile } from '../machines/profiles.js';
import type { DumpTimer } from './cost-model.js';
import { DumpPhase } from './dump-phase.js';
import { DumpPhase2014 } from './dump-phase-2014.js';
import type { OperationAnswers, OperationBatch } from './operation-batch.js';
import type { SafeTranslator } from './safe-translator.js';
import type { StepResult } from './slices.js';
import { SweepPhase } from './sweep-phase.js';
import { SweepPhase2014 } from './sweep-phase-2014.js';
import type { UdpifCore } from './udpif-core.js';
import { UkeyAnswers } from './ukey-answers.js';
import { UkeyAnswers2014 } from './ukey-answers-2014.js';
import { type UkeyMoves, ukeyMoves, ukeyMoves2014 } from './ukey-moves.js';
import type { UkeySlice } from './ukey-slice.js';
import type { UkeyWork } from './ukey-work.js';
import { FlowJudge } from './verdict.js';
import { FlowJudge2014 } from './verdict-2014.js';

/** Looks at a revalidator's share of a dump. */
export interface DumpWork {
  start(): void;
  /** One batch of flows. */
  step(): StepResult;
}

/** Looks at a revalidator's ukeys; a purge deletes the flows of all. */
export interface SweepWork {
  start(isPurge: boolean): void;
  /** One batch of ukeys. */
  step(): StepResult;
}

/** What both lives work with. */
export interface LifeTools {
  readonly core: UdpifCore;
  readonly work: UkeyWork;
  readonly batch: OperationBatch;
  readonly translator: SafeTranslator;
  readonly timer: DumpTimer;
  /** Goes on with a phase whose step waited for the datapath. */
  readonly resume: () => void;
  /** Of the revalidator, from 0. */
  readonly index: number;
}

export function movesOf({ ukeyLife }: Profile): UkeyMoves {
  return ukeyLife === 'mark' ? ukeyMoves2014 : ukeyMoves;
}

export function createAnswers(core: UdpifCore, translator: SafeTranslator): OperationAnswers {
  const { ukeyLife } = core.deps.profile;
  return ukeyLife === 'mark' ? new UkeyAnswers2014(core, translator) : new UkeyAnswers(core);
}

export function createPhases(
  tools: LifeTools,
  slice: UkeySlice,
): { readonly dump: DumpWork; readonly sweep: SweepWork } {
  const { core, translator, timer } = tools;
  if (core.deps.profile.ukeyLife === 'mark') {
    const judge = new FlowJudge2014(core, translator, timer);
    return {
      dump: new DumpPhase2014({ ...tools, judge }),
      sweep: new SweepPhase2014({ ...tools, judge }, slice),
    };
  }
  const judge = new FlowJudge(core, translator, timer);
  return {
    dump: new DumpPhase({ ...tools, judge }, timer),
    sweep: new SweepPhase({ ...tools, judge }, slice),
  };
}
