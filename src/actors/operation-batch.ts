/**
 * Operations of a revalidator on their way to the datapath, at most 50 at a time. What becomes of
 * their ukeys when the answers are there is `ukey-answers.ts`'s to say.
 *
 * Owner: one revalidator, or whoever purges. Hot path. Bench: `bench/dump.ts`. Rows U-107, U-138.
 * Answers to the seed's `push_dump_ops__` (L1353).
 */

import type { DeleteOp, PutOp } from '../datapath/dpif.js';
import type { UdpifCore } from './udpif-core.js';
import type { UkeyActor } from './ukey-actor.js';

/** `REVALIDATE_MAX_BATCH`: deletions and modifications in one `operate`. */
export const REVALIDATE_BATCH_MAX = 50;

/** What becomes of ukeys when their operations are answered. */
export interface OperationAnswers {
  /** `isSweeping`: a ukey whose flow is gone is freed at once. */
  settleDelete(operation: DeleteOp, actor: UkeyActor, isSweeping: boolean): void;
  settleModify(operation: PutOp, actor: UkeyActor): void;
}

export class OperationBatch {
  readonly #core: UdpifCore;
  readonly #answers: OperationAnswers;
  readonly #resume: () => void;
  #operations: (DeleteOp | PutOp)[] = [];
  #actors: UkeyActor[] = [];
  #isSweeping = false;
  #isSettled = true;
  #isPushing = false;
  readonly #done = (): void => this.#settle();

  /** `resume` is called when answers come that were not there at the end of `push`. */
  constructor(core: UdpifCore, answers: OperationAnswers, resume: () => void) {
    this.#core = core;
    this.#answers = answers;
    this.#resume = resume;
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
    const answers = this.#answers;
    this.#operations = [];
    this.#actors = [];
    for (let i = 0; i < operations.length; i++) {
      const operation = operations[i]!;
      if (operation.type === 'delete')
        answers.settleDelete(operation, actors[i]!, this.#isSweeping);
      else answers.settleModify(operation, actors[i]!);
    }
    this.#isSettled = true;
    if (!this.#isPushing) this.#resume();
  }
}
