/**
 * The actors of a udpif as they hang together, for those who want to look: the udpif, its handlers,
 * its revalidators with the leader first, and the slices with their ukeys. Children are found when
 * asked for.
 */

import type { AnyActorRef } from 'xstate';
import type { RevalidatorWorker } from './revalidator-worker.js';
import type { UdpifThreads } from './udpif-threads.js';

export interface ActorTree {
  readonly actor: AnyActorRef;
  children(): Iterable<ActorTree>;
}

/** The tree under `root`; only the root where no threads run. */
export function createActorTree(root: AnyActorRef, threads: UdpifThreads | undefined): ActorTree {
  return { actor: root, children: () => (threads === undefined ? [] : threadTrees(threads)) };
}

function threadTrees(threads: UdpifThreads): readonly ActorTree[] {
  return [
    ...threads.handlers.map(({ actor }) => leaf(actor)),
    leaf(threads.barrier),
    leaf(threads.leader.actor),
    ...threads.followers.map(({ actor }) => leaf(actor)),
    ...threads.workers.map(sliceTree),
  ];
}

function sliceTree({ slice, sliceActor }: RevalidatorWorker): ActorTree {
  return { actor: sliceActor, children: () => [...slice].map(leaf) };
}

function leaf(actor: AnyActorRef): ActorTree {
  return { actor, children: () => [] };
}
