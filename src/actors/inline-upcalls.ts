/**
 * Upcalls that are answered while their packet waits: the policy `inline` of a datapath that lives
 * in the same thread, as Open vSwitch's userspace datapath does it.
 *
 * Each upcall is a round of its own, the same that a handler does: read, translate, operate. So the
 * flow is there before the next packet is looked up. The datapath gives one upcall at a time and
 * never one from within another.
 *
 * Owner: the udpif's threads; one round. Hot path. Bench: `bench/set-up.ts`. Answers to OVS 3.1's
 * `upcall_cb`.
 */

import type { Upcall } from '../datapath/dpif.js';
import type { UpcallRoundTools } from './upcall-intake.js';
import { createRound, type UpcallRound } from './upcall-round.js';

export class InlineUpcalls {
  readonly #round: UpcallRound;
  readonly #tools: UpcallRoundTools;
  #waiting: Upcall | undefined;
  #isBusy = false;
  /** Who waits for the answer of the round that is under way. */
  #waiters: (() => void)[] = [];
  readonly #done = (): void => {
    this.#isBusy = false;
    const waiters = this.#waiters;
    if (waiters.length === 0) return;
    this.#waiters = [];
    for (const waiter of waiters) waiter();
  };

  constructor(createTools: (recv: UpcallRoundTools['recv']) => UpcallRoundTools) {
    this.#tools = createTools(() => this.#next());
    this.#round = createRound(this.#tools);
  }

  /** False: the round of the upcall before is not answered yet, and this one must queue. */
  answer(upcall: Upcall): boolean {
    if (this.#isBusy) return false;
    const { watch } = this.#tools;
    this.#isBusy = true;
    this.#waiting = upcall;
    watch.start();
    const count = this.#round.read();
    watch.stop('read');
    if (count === 0) this.#done();
    else this.#finish();
    return true;
  }

  /** Calls `then` when no round is under way: now, or when the datapath has answered it. */
  whenIdle(then: () => void): void {
    if (this.#isBusy) this.#waiters.push(then);
    else then();
  }

  #finish(): void {
    const { watch } = this.#tools;
    watch.start();
    this.#round.translate();
    watch.stop('translate');
    this.#round.operate(this.#done);
  }

  #next(): Upcall | 'EAGAIN' {
    const upcall = this.#waiting;
    this.#waiting = undefined;
    return upcall ?? 'EAGAIN';
  }
}
