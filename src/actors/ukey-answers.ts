/**
 * What becomes of ukeys when the datapath has answered. Profile `current`.
 *
 * A deletion's answer carries the flow's last counters. ENOENT: the flow was gone, nothing is
 * pushed. Another error: the flow stays, the next cycle tries again. Here we differ from the seed
 * (which pushed `0 - cached`) and from later OVS (which forgot the flow and counted it twice). A
 * failed modification leaves the ukey inconsistent.
 *
 * Owner: one udpif. Hot path. Bench: `bench/dump.ts`. Rows U-138, U-141 to U-146, B-02. Answers to
 * the seed's `push_dump_ops__` (L1353).
 */

import type { DeleteOp, PutOp } from '../datapath/dpif.js';
import type { OdpActions } from '../datapath/odp-actions.js';
import { deleteReasonOf } from '../machines/delete-reasons.js';
import type { DeletionOutcome } from '../machines/profiles.js';
import type { OperationAnswers } from './operation-batch.js';
import type { UdpifCore } from './udpif-core.js';
import type { UkeyActor } from './ukey-actor.js';
import { UkeyState, ukeyMoves } from './ukey-moves.js';

/** What no translation answers, so that a comparison with it finds a difference. */
const UNKNOWN_ACTIONS: OdpActions = [{ type: 'drop', reason: 0xffff_ffff }];

const DELETION_SUCCEEDED = ukeyMoves.eventCode('deletion.succeeded');
const DELETION_MISSED = ukeyMoves.eventCode('deletion.missed');
const DELETION_REFUSED = ukeyMoves.eventCode('deletion.refused');
const MODIFY_FAILED = ukeyMoves.eventCode('modify.failed');
const SWEEP = ukeyMoves.eventCode('ukey.sweep');

export class UkeyAnswers implements OperationAnswers {
  readonly #core: UdpifCore;

  constructor(core: UdpifCore) {
    this.#core = core;
  }

  settleDelete(operation: DeleteOp, actor: UkeyActor, isSweeping: boolean): void {
    const { slice, handle } = actor;
    if (slice.stateOf(handle) !== UkeyState.EVICTING) return;
    const isGone = outcomeOf(operation, this.#core) !== 'refused';
    reportDelete(this.#core, operation, { isGone, reasonCode: slice.columns.reason[handle]! });
    if (operation.error === undefined && operation.stats !== undefined) {
      const event = { type: 'deletion.succeeded', stats: operation.stats } as const;
      slice.move(handle, DELETION_SUCCEEDED, event);
    } else if (outcomeOf(operation, this.#core) === 'missed') {
      slice.move(handle, DELETION_MISSED, { type: 'deletion.missed' });
    } else {
      slice.move(handle, DELETION_REFUSED, { type: 'deletion.refused' });
    }
    if (isSweeping && slice.stateOf(handle) === UkeyState.EVICTED) {
      slice.move(handle, SWEEP, { type: 'ukey.sweep' });
    }
  }

  settleModify(operation: PutOp, actor: UkeyActor): void {
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
    const cache = actor.handle >= 0 ? actor.slice.columns.caches[actor.handle] : undefined;
    const rules = cache?.rules?.() ?? [];
    this.#core.emit({ type: 'modify', time, key, actions, rules, error });
  }
}

/** Tells of a deletion; `isGone`: of one that ended the flow, as far as we know. */
export function reportDelete(
  core: UdpifCore,
  { key, error, stats }: DeleteOp,
  { isGone, reasonCode }: { readonly isGone: boolean; readonly reasonCode: number },
): void {
  const reason = deleteReasonOf(reasonCode)!;
  if (error !== undefined) core.deps.coverage.inc('dpif_flow_del_error');
  if (isGone) core.countDeleted(reason);
  if (!core.isObserved) return;
  const time = core.deps.clock.now();
  core.emit({ type: 'delete', time, key, reason, error, stats });
}

/** What became of the flow of a deletion. */
function outcomeOf({ error }: DeleteOp, core: UdpifCore): DeletionOutcome | 'deleted' {
  return error === undefined ? 'deleted' : core.deps.profile.deltaOnDeleteError(error);
}
