/**
 * A running barrier: the barrier machine, telling its members when all have come.
 *
 * Owner: the udpif that made it. Rows U-081 to U-083. Answers to the seed's `reval_barrier`.
 */

import { type ActorRefFrom, type AnyActorRef, createActor } from 'xstate';
import { type BarrierPassed, barrierMachine } from '../machines/barrier-machine.js';

export type BarrierActor = ActorRefFrom<typeof barrierMachine>;

/** Who waits at a barrier. */
export interface BarrierMember {
  send(event: BarrierPassed): void;
}

/** A barrier for the members that `members` gives at the time of each release. */
export function createBarrier(
  size: number,
  members: () => Iterable<BarrierMember>,
  parent: AnyActorRef,
): BarrierActor {
  const machine = barrierMachine.provide({
    actions: {
      releaseAll: ({ context: { isExiting } }) => {
        for (const member of [...members()]) member.send({ type: 'barrier.passed', isExiting });
      },
    },
  });
  return createActor(machine, { input: { size }, id: 'barrier', parent });
}
