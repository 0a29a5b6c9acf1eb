/**
 * A running follower: the revalidator machine, with its effects done.
 *
 * Owner: its worker. Rows U-081 to U-083. Answers to the seed's `udpif_revalidator` (L550).
 */

import { type ActorRefFrom, type AnyActorRef, createActor } from 'xstate';
import { revalidatorMachine } from '../machines/revalidator-machine.js';
import type { BarrierActor } from './barrier.js';
import { type RevalidatorTools, RevalidatorWorker } from './revalidator-worker.js';

export class Revalidator {
  readonly actor: ActorRefFrom<typeof revalidatorMachine>;
  readonly worker: RevalidatorWorker;

  constructor(
    tools: RevalidatorTools,
    index: number,
    peers: { readonly barrier: BarrierActor; readonly parent: AnyActorRef },
  ) {
    const { barrier, parent } = peers;
    const finished = (): void => this.actor.send({ type: 'phase.finished' });
    const machine = revalidatorMachine.provide({
      actions: {
        arrive: () => barrier.send({ type: 'member.arrived' }),
        startDump: () => this.worker.dump(finished),
        startSweep: () => this.worker.sweep(finished),
        reportExited: () => parent.send({ type: 'revalidator.exited' }),
      },
    });
    this.actor = createActor(machine, { input: { index }, id: `revalidator-${index}`, parent });
    this.worker = new RevalidatorWorker(tools, index, parent);
  }
}
