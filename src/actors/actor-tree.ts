/**
 * The actors of a udpif as they hang together, for those who want to look: the udpif, its handlers,
 * its revalidators with the leader first, and the ukeys of each. Children are found when asked for.
 */

import type { AnyActorRef } from 'xstate';
import type { Handler } from './handler.js';
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
    ...threads.handlers.map(({ actor }: Handler) => leaf(actor)),
    leaf(threads.barrier),
    revalidatorTree(threads.leader),
    ...threads.followers.map(revalidatorTree),
  ];
}

function revalidatorTree(revalidator: {
  readonly actor: AnyActorRef;
  readonly worker: RevalidatorWorker;
}): ActorTree {
  const { actor, worker } = revalidator;
  const slice: ActorTree = {
    actor: worker.sliceActor,
    children: () => [...worker.slice].map(leaf),
  };
  return { actor, children: () => [slice] };
}

function leaf(actor: AnyActorRef): ActorTree {
  return { actor, children: () => [] };
}
