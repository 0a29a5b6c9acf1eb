/**
 * A running handler: the handler machine, with its effects done.
 *
 * Woken as a macrotask when its queue is not empty, it does one round per turn: read, translate,
 * operate, yield. `batches` emits what it read, one emission a batch.
 *
 * Owner: its subscription to the queue, its round. Rows U-031 to U-037. Answers to the seed's
 * `udpif_upcall_handler` (L513).
 */

import { type Subscription, take } from 'rxjs';
import { type ActorRefFrom, type AnyActorRef, createActor } from 'xstate';
import type { TimerId } from '../base/clock.js';
import { handlerMachine } from '../machines/handler-machine.js';
import type { UpcallRoundTools } from './upcall-intake.js';
import { createRound, type UpcallRound } from './upcall-round.js';

export type HandlerActor = ActorRefFrom<typeof handlerMachine>;

export class Handler {
  readonly actor: HandlerActor;
  readonly #tools: UpcallRoundTools;
  readonly #round: UpcallRound;
  #subscription: Subscription | undefined;
  #wakeUp: TimerId | undefined;

  constructor(tools: UpcallRoundTools, parent: AnyActorRef) {
    this.#tools = tools;
    this.#round = createRound(tools);
    const machine = handlerMachine.provide({
      actions: {
        armReceive: () => this.#arm(),
        disarmReceive: () => this.#disarm(),
        readBatch: () => this.#read(),
        translateBatch: () => this.#translate(),
        operateBatch: () => this.#round.operate(() => this.actor.send({ type: 'batch.operated' })),
        yieldTurn: () => this.#yield(),
        reportExited: () => parent.send({ type: 'handler.exited' }),
      },
    });
    const { index } = tools;
    this.actor = createActor(machine, { input: { index }, id: `handler-${index}`, parent });
  }

  /** Whether it waits for upcalls, and none is there. */
  get isIdle(): boolean {
    return this.actor.getSnapshot().matches('waiting') && this.#wakeUp === undefined;
  }

  #arm(): void {
    const { dpif, clock } = this.#tools.core.deps;
    this.#subscription = dpif
      .recvWait(this.#tools.index)
      .pipe(take(1))
      .subscribe(() => {
        // Whoever queued an upcall may have more, and must not find us in its way.
        this.#wakeUp = clock.setTimeout(() => this.#wake(), 0);
      });
  }

  #wake(): void {
    this.#wakeUp = undefined;
    this.actor.send({ type: 'upcalls.queued' });
  }

  #disarm(): void {
    this.#subscription?.unsubscribe();
    this.#subscription = undefined;
    this.#tools.core.deps.clock.clearTimeout(this.#wakeUp);
    this.#wakeUp = undefined;
  }

  #read(): void {
    const { watch } = this.#tools;
    watch.start();
    const count = this.#round.read();
    watch.stop('read');
    this.actor.send({ type: 'batch.received', count });
  }

  #translate(): void {
    const { watch } = this.#tools;
    watch.start();
    this.#round.translate();
    watch.stop('translate');
    this.actor.send({ type: 'batch.translated' });
  }

  #yield(): void {
    const { clock, profile } = this.#tools.core.deps;
    const go = (): void => this.actor.send({ type: 'turn.granted' });
    // Else whoever waits for a turn starves while upcalls keep coming (B-03).
    if (profile.yieldsBetweenBatches) clock.setTimeout(go, 0);
    else go();
  }
}
