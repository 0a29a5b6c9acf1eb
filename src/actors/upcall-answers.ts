/**
 * A round's answers on their way down: puts and executions, at most 100, in one `operate`.
 *
 * A put comes immediately before the execution of the packet that it was made for. Whether flows
 * may be put at all is decided once, at the start of the batch.
 *
 * Owner: one round, from `start` to the answers. Hot path. Bench: `bench/set-up.ts`. Rows U-059,
 * U-060, U-065 to U-071. Answers to the second half of the seed's `handle_upcalls` (L894).
 */

import { SlowReason } from '../datapath/cookie.js';
import type { DpifOp, Upcall } from '../datapath/dpif.js';
import type { OdpActions } from '../datapath/odp-actions.js';
import { mayPut } from '../machines/idle.js';
import type { Flow } from '../packet/flow.js';
import type { NewFlow } from './flow-installer.js';
import type { UpcallIntake, UpcallRoundTools } from './upcall-intake.js';

/** A packet that is to be executed. */
export interface Execution {
  readonly packet: Upcall['packet'];
  /** Its metadata. */
  readonly key: Flow;
  readonly actions: OdpActions;
  /** Bits of `SlowReason`. */
  readonly slow: number;
}

/** Which upcalls a batch answers. */
export interface SentBatch {
  /** How many were translated. */
  readonly upcalls: number;
  readonly intake: Pick<UpcallIntake, 'numbers'>;
}

export class UpcallAnswers {
  readonly #tools: UpcallRoundTools;
  #operations: DpifOp[] = [];
  #mayPut = true;

  constructor(tools: UpcallRoundTools) {
    this.#tools = tools;
  }

  start(): void {
    const { core } = this.#tools;
    this.#operations = [];
    this.#mayPut = mayPut(core.flowCount.read(), core.flowLimit);
  }

  /** Whether a flow may be put; a refusal is counted and said. */
  allowPut(): boolean {
    if (this.#mayPut) return true;
    const { core } = this.#tools;
    const { flowLimit } = core;
    core.count('upcall_flow_limit_hit');
    const message = core.deps.profile.messages.limitReached(flowLimit);
    if (message !== undefined) core.warnLimited('warn', { flowLimit }, message);
    return false;
  }

  put(flow: NewFlow): void {
    const put = this.#tools.installer.install(flow);
    if (put !== undefined) this.#operations.push(put);
  }

  execute({ packet, key, actions, slow }: Execution): void {
    const needsHelp = (slow & SlowReason.ACTION) !== 0;
    this.#operations.push({ type: 'execute', packet, key, actions, needsHelp, error: undefined });
  }

  /** Has the operations of a batch carried out; then `done`. */
  send(batch: SentBatch, done: () => void): void {
    const { core, installer, index, watch } = this.#tools;
    const operations = this.#operations;
    watch.start();
    core.deps.dpif.operate(operations, () => {
      watch.stop('operate');
      this.#operations = [];
      if (core.isObserved) this.#report(batch, operations.length);
      installer.settle(operations, index);
      done();
    });
  }

  #report({ upcalls, intake: { numbers } }: SentBatch, operations: number): void {
    const { core, index, watch } = this.#tools;
    const time = core.deps.clock.now();
    const us = watch.take();
    core.emit({ type: 'batch', time, handler: index, upcalls, numbers, operations, us });
  }
}
