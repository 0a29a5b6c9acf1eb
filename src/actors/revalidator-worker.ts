/**
 * The hands of a revalidator: its slice of the ukeys, and the phases that it works through in
 * slices.
 *
 * Leader and followers have one each. The actor that is the parent of the slice's ukeys does next
 * to nothing; it exists so that 200,000 children are no burden to a machine. It is a child of the
 * udpif, for the ukeys outlive the revalidator: they are purged when all have ended.
 *
 * Owner: its revalidator. Answers to the seed's `struct revalidator` and its `ukeys`.
 */

import {
  type ActorLogic,
  type AnyActorRef,
  createActor,
  type EventObject,
  type Snapshot,
} from 'xstate';
import type { ActorSystemDoor } from './actor-system.js';
import type { DumpTimer } from './cost-model.js';
import { type OperationAnswers, OperationBatch } from './operation-batch.js';
import { createPhases, type DumpWork, movesOf, type SweepWork } from './revalidator-phases.js';
import type { SafeTranslator } from './safe-translator.js';
import { SlicedTask } from './slices.js';
import type { UdpifCore } from './udpif-core.js';
import { UkeySlice } from './ukey-slice.js';
import type { UkeyWork } from './ukey-work.js';

/** What all revalidators of a udpif share. */
export interface RevalidatorTools {
  readonly core: UdpifCore;
  readonly work: UkeyWork;
  readonly answers: OperationAnswers;
  readonly translator: SafeTranslator;
  readonly timer: DumpTimer;
  readonly door: ActorSystemDoor;
}

type SliceSnapshot = Snapshot<undefined> & { readonly context: { readonly ended: number } };

/** Counts the children that have ended, until it ends itself. */
const sliceLogic: ActorLogic<SliceSnapshot, EventObject> = {
  getInitialSnapshot: () => ({
    status: 'active',
    output: undefined,
    error: undefined,
    context: { ended: 0 },
  }),
  transition: (snapshot, event) => {
    if (event.type === 'slice.end') {
      return { ...snapshot, status: 'done', output: undefined, error: undefined };
    }
    const hasEnded = event.type.startsWith('xstate.done.actor.');
    return hasEnded ? { ...snapshot, context: { ended: snapshot.context.ended + 1 } } : snapshot;
  },
  getPersistedSnapshot: (snapshot) => snapshot,
};

export class RevalidatorWorker {
  readonly index: number;
  readonly slice: UkeySlice;
  readonly sliceActor: AnyActorRef;
  readonly #task: SlicedTask;
  readonly #dump: DumpWork;
  readonly #sweep: SweepWork;

  constructor(tools: RevalidatorTools, index: number, parent: AnyActorRef) {
    const { core, work, answers, timer, door } = tools;
    this.index = index;
    this.sliceActor = createActor(sliceLogic, { id: `ukeys-${index}`, parent }).start();
    this.slice = new UkeySlice({
      door,
      parent: this.sliceActor,
      effects: work,
      report: (error) => core.reportFault('ukey', error),
      moves: movesOf(core.deps.profile),
    });
    this.#task = new SlicedTask(core.deps.clock, timer);
    const resume = (): void => this.#task.resume();
    const batch = new OperationBatch(core, answers, resume);
    const phases = createPhases({ ...tools, batch, resume, index }, this.slice);
    this.#dump = phases.dump;
    this.#sweep = phases.sweep;
  }

  dump(finished: () => void): void {
    this.#dump.start();
    this.#task.start(() => this.#dump.step(), finished);
  }

  sweep(finished: () => void): void {
    this.#sweep.start(false);
    this.#task.start(() => this.#sweep.step(), finished);
  }

  /** Deletes the flows of all its ukeys, and pushes their last counters. */
  purge(finished: () => void): void {
    this.#sweep.start(true);
    this.#task.start(() => this.#sweep.step(), finished);
  }
}
