/**
 * The handlers and revalidators of a udpif while it runs: made at a start, gone after a stop.
 *
 * A start makes handlers first, then the barrier, then the revalidators, the leader being number 0.
 * After a stop all ukeys are purged; a ukey whose deletion the datapath refused survives into the
 * next start, with the counters that it has pushed, for its flow survives too.
 *
 * Owner: the udpif. Rows U-011 to U-017. Answers to the seed's `udpif_start_threads` (L337).
 */

import type { AnyActorRef } from 'xstate';
import type { ThreadCounts } from '../machines/udpif-machine.js';
import { type BarrierActor, createBarrier } from './barrier.js';
import { createInstaller } from './flow-installer.js';
import { Handler } from './handler.js';
import { InlineUpcalls } from './inline-upcalls.js';
import { Leader } from './leader.js';
import { Revalidator } from './revalidator.js';
import type { RevalidatorTools, RevalidatorWorker } from './revalidator-worker.js';
import { RoundWatch } from './round-watch.js';
import type { SafeTranslator } from './safe-translator.js';
import { adoptUkey, type OrphanedUkey, orphanUkeys } from './ukey-orphans.js';
import type { UpcallRoundTools } from './upcall-intake.js';

export interface ThreadsDeps {
  readonly tools: RevalidatorTools;
  readonly translator: SafeTranslator;
  readonly parent: AnyActorRef;
}

export class UdpifThreads {
  readonly handlers: readonly Handler[];
  /** What answers upcalls while their packet waits. */
  readonly inline: InlineUpcalls;
  readonly leader: Leader;
  readonly followers: readonly Revalidator[];
  readonly barrier: BarrierActor;
  readonly workers: readonly RevalidatorWorker[];
  readonly #deps: ThreadsDeps;

  constructor(deps: ThreadsDeps, counts: ThreadCounts, isPauseLatched: boolean) {
    this.#deps = deps;
    const { tools, parent } = deps;
    this.handlers = Array.from({ length: counts.handlers }, (_, i) => this.#createHandler(i));
    this.inline = new InlineUpcalls((recv) => this.#roundTools(0, recv));
    const { revalidators } = counts;
    this.barrier = createBarrier(revalidators, () => this.#members(), parent);
    const { barrier } = this;
    this.leader = new Leader(tools, { barrier, parent, revalidators, isPauseLatched });
    this.followers = Array.from(
      { length: revalidators - 1 },
      (_, i) => new Revalidator(tools, i + 1, { barrier, parent }),
    );
    this.workers = [this.leader.worker, ...this.followers.map(({ worker }) => worker)];
  }

  start(orphans: readonly OrphanedUkey[]): void {
    const { core } = this.#deps.tools;
    core.slices = this.workers.map(({ slice }) => slice);
    for (const orphan of orphans) adoptUkey(core.sliceOf(orphan.seed.key), orphan);
    for (const { actor } of this.handlers) actor.start();
    this.barrier.start();
    // The leader last: it opens the dump that the others wait for.
    for (const { actor } of this.followers) actor.start();
    this.leader.actor.start();
  }

  latchExit(): void {
    for (const { actor } of this.handlers) actor.send({ type: 'exit.latched' });
    this.leader.actor.send({ type: 'exit.latched' });
  }

  /**
   * Purges the slices one after the other; then `finished`. A handler ends when its last round has
   * been answered; the inline round, which is nobody's, is waited for here.
   */
  purge(finished: () => void): void {
    const purgeFrom = (index: number): void => {
      const worker = this.workers[index];
      if (worker === undefined) finished();
      else worker.purge(() => purgeFrom(index + 1));
    };
    this.inline.whenIdle(() => purgeFrom(0));
  }

  /** After the purge of a stop: what is left of the ukeys. */
  dismiss(): readonly OrphanedUkey[] {
    this.barrier.send({ type: 'barrier.destroy' });
    const orphans = this.workers.flatMap(({ slice }) => orphanUkeys(slice));
    for (const { sliceActor } of this.workers) sliceActor.send({ type: 'slice.end' });
    this.#deps.tools.core.slices = [];
    return orphans;
  }

  /** Whether nobody is at work, or has work waiting. */
  get isIdle(): boolean {
    return this.leader.isIdle && this.handlers.every((handler) => handler.isIdle);
  }

  #members(): readonly (Leader | Revalidator)['actor'][] {
    return [this.leader.actor, ...this.followers.map(({ actor }) => actor)];
  }

  #createHandler(index: number): Handler {
    const { parent, tools } = this.#deps;
    const { dpif } = tools.core.deps;
    return new Handler(
      this.#roundTools(index, () => dpif.recv(index)),
      parent,
    );
  }

  #roundTools(index: number, recv: UpcallRoundTools['recv']): UpcallRoundTools {
    const { translator, tools } = this.#deps;
    const { core } = tools;
    const installer = createInstaller(core);
    const watch = new RoundWatch(core.records);
    return { core, translator, installer, watch, index, recv };
  }
}
