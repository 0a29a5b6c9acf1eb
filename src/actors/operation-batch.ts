/**
 * Operations of a revalidator on their way to the datapath, at most 50 at a time, and what becomes
 * of their ukeys when the answers are there.
 *
 * A deletion's answer carries the flow's last counters. ENOENT: the flow was gone, nothing is
 * pushed. Another error: the flow stays, the next cycle tries again. Here we differ from the seed
 * (which pushed `0 - cached`) and from later OVS (which forgot the flow and counted it twice). A
 * failed modification leaves the ukey inconsistent.
 *
 * Owner: one revalidator, or whoever purges. Hot path. Bench: `bench/dump.ts`. Rows U-107, U-138,
 * U-141 to U-146, B-02. Answers to the seed's `push_dump_ops__` (L1353).
 */

import type { DeleteOp, PutOp } from '../datapath/dpif.js';
import type { OdpActions } from '../datapath/odp-actions.js';
import { deleteReasonOf } from '../machines/delete-reasons.js';
import type { DeletionOutcome } from '../machines/profiles.js';
import type { UdpifCore } from './udpif-core.js';
import type { UkeyActor } from './ukey-actor.js';
import { UkeyState, ukeyMoves } from './ukey-moves.js';

/** `REVALIDATE_MAX_BATCH`: deletions and modifications in one `operate`. */
export const REVALIDATE_BATCH_MAX = 50;

/** What no translation answers, so that a comparison with it finds a difference. */
const UNKNOWN_ACTIONS: OdpActions = [{ type: 'drop', reason: 0xffff_ffff }];

const DELETION_SUCCEEDED = ukeyMoves.eventCode('deletion.succeeded');
const DELETION_MISSED = ukeyMoves.eventCode('deletion.missed');
const DELETION_REFUSED = ukeyMoves.eventCode('deletion.refused');
const MODIFY_FAILED = ukeyMoves.eventCode('modify.failed');
const SWEEP = ukeyMoves.eventCode('ukey.sweep');

export class OperationBatch {
  readonly #core: UdpifCore;
  readonly #resume: () => void;
  #operations: (DeleteOp | PutOp)[] = [];
  #actors: UkeyActor[] = [];
  #isSweeping = false;
  #isSettled = true;
  #isPushing = false;
  readonly #done = (): void => this.#settle();

  /** `resume` is called when answers come that were not there at the end of `push`. */
  constructor(core: UdpifCore, resume: () => void) {
    this.#core = core;
    this.#resume = resume;
  }

  get count(): number {
    return this.#operations.length;
  }

  get isFull(): boolean {
    return this.#operations.length >= REVALIDATE_BATCH_MAX;
  }

  addDelete(actor: UkeyActor): void {
    const key = actor.slice.columns.keys[actor.handle]!;
    this.#operations.push({ type: 'delete', key, error: undefined, stats: undefined });
    this.#actors.push(actor);
  }

  /** Puts the actions that the ukey has now. */
  addModify(actor: UkeyActor): void {
    const { keys, masks, actions } = actor.slice.columns;
    const at = actor.handle;
    this.#operations.push({
      type: 'put',
      mode: 'modify',
      key: keys[at]!,
      mask: masks[at],
      actions: actions[at]!,
      error: undefined,
    });
    this.#actors.push(actor);
  }

  /**
   * Sends the operations down; whether all is settled already. `isSweeping`: ukeys whose flow is
   * gone are freed at once.
   */
  push(isSweeping: boolean): boolean {
    if (this.#operations.length === 0) return true;
    this.#isSweeping = isSweeping;
    this.#isSettled = false;
    this.#isPushing = true;
    this.#core.deps.dpif.operate(this.#operations, this.#done);
    this.#isPushing = false;
    return this.#isSettled;
  }

  #settle(): void {
    const operations = this.#operations;
    const actors = this.#actors;
    this.#operations = [];
    this.#actors = [];
    for (let i = 0; i < operations.length; i++) {
      const operation = operations[i]!;
      if (operation.type === 'delete') this.#settleDelete(operation, actors[i]!);
      else this.#settleModify(operation, actors[i]!);
    }
    this.#isSettled = true;
    if (!this.#isPushing) this.#resume();
  }

  #settleDelete(operation: DeleteOp, actor: UkeyActor): void {
    const { slice, handle } = actor;
    if (slice.stateOf(handle) !== UkeyState.EVICTING) return;
    this.#reportDelete(operation, slice.columns.reason[handle]!);
    if (operation.error === undefined && operation.stats !== undefined) {
      const event = { type: 'deletion.succeeded', stats: operation.stats } as const;
      slice.move(handle, DELETION_SUCCEEDED, event);
    } else if (outcomeOf(operation, this.#core) === 'missed') {
      slice.move(handle, DELETION_MISSED, { type: 'deletion.missed' });
    } else {
      slice.move(handle, DELETION_REFUSED, { type: 'deletion.refused' });
    }
    if (this.#isSweeping && slice.stateOf(handle) === UkeyState.EVICTED) {
      slice.move(handle, SWEEP, { type: 'ukey.sweep' });
    }
  }

  #settleModify(operation: PutOp, actor: UkeyActor): void {
    const { key, actions, error } = operation;
    if (error !== undefined) {
      this.#core.deps.coverage.inc('dpif_flow_put_error');
      if (actor.handle >= 0) {
        actor.slice.columns.actions[actor.handle] = UNKNOWN_ACTIONS;
        actor.slice.columns.revalSeq[actor.handle] = 0;
        actor.slice.move(actor.handle, MODIFY_FAILED, { type: 'modify.failed' });
      }
    }
    if (!this.#core.isObserved) return;
    const time = this.#core.deps.clock.now();
    this.#core.emit({ type: 'modify', time, key, actions, error });
  }

  #reportDelete(operation: DeleteOp, reasonCode: number): void {
    const { key, error, stats } = operation;
    const reason = deleteReasonOf(reasonCode)!;
    if (error !== undefined) this.#core.deps.coverage.inc('dpif_flow_del_error');
    if (outcomeOf(operation, this.#core) !== 'refused') this.#core.countDeleted(reason);
    if (!this.#core.isObserved) return;
    const time = this.#core.deps.clock.now();
    this.#core.emit({ type: 'delete', time, key, reason, error, stats });
  }
}

/** What became of the flow of a deletion. */
function outcomeOf({ error }: DeleteOp, core: UdpifCore): DeletionOutcome | 'deleted' {
  return error === undefined ? 'deleted' : core.deps.profile.deltaOnDeleteError(error);
}
