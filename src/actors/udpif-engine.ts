/**
 * What runs behind a udpif: the machine with its effects done, and the threads of the present run.
 *
 * `Udpif` is the door for callers, `UdpifMachine` decides what may happen when; here it happens.
 *
 * Owner: the threads, from a start to the purge of a stop, and what outlives them (`UdpifCore`, the
 * ukeys whose deletion was refused). Answers to the seed's L241-473.
 */

import type { Subscription } from 'rxjs';
import { type ActorRefFrom, type AnyActorRef, createActor } from 'xstate';
import type { Instant } from '../base/brands.js';
import type { TimerId } from '../base/clock.js';
import { assert } from '../base/errors.js';
import { moduleLog } from '../base/log.js';
import type { Upcall } from '../datapath/dpif.js';
import type { RevalidationReason } from '../datapath/translator.js';
import { type UdpifContext, type UdpifEvent, udpifMachine } from '../machines/udpif-machine.js';
import { ActorSystemDoor } from './actor-system.js';
import { type CostModel, DumpTimer, defaultCostModel } from './cost-model.js';
import { type InspectOptions, type Inspector, observerOf, ukeysOf } from './inspect-options.js';
import { createAnswers } from './revalidator-phases.js';
import type { RevalidatorTools } from './revalidator-worker.js';
import { SafeTranslator } from './safe-translator.js';
import { UdpifCore, type UdpifDeps } from './udpif-core.js';
import { UdpifThreads } from './udpif-threads.js';
import { UkeyInspection } from './ukey-inspection.js';
import type { OrphanedUkey } from './ukey-orphans.js';
import { UkeyWork } from './ukey-work.js';

export type UdpifActor = ActorRefFrom<typeof udpifMachine>;

export interface UdpifOptions extends Omit<UdpifDeps, 'costModel'> {
  /** What flows cost under a virtual clock. */
  readonly costModel?: CostModel;
  /** False: flows are exact. Default true. */
  readonly areMegaflowsEnabled?: boolean;
  /** Sees the inspection events of the actor system, from the start; of ukeys a sample. */
  readonly inspect?: Inspector | InspectOptions;
}

/** What the machine tells an effect. */
interface Told {
  readonly context: UdpifContext;
  readonly event: UdpifEvent;
}

interface PendingStart {
  readonly timer: TimerId;
  readonly run: () => UdpifThreads;
}

export class UdpifEngine {
  readonly core: UdpifCore;
  readonly actor: UdpifActor;
  /** Which ukeys inspectors hear of. */
  readonly inspection: UkeyInspection;
  readonly #translator: SafeTranslator;
  readonly #tools: RevalidatorTools;
  readonly #revalidations: Subscription;
  /** Why a revalidation will be announced at the end of this turn. */
  readonly #reasons = new Set<RevalidationReason>();
  #threads: UdpifThreads | undefined;
  #pendingStart: PendingStart | undefined;
  #orphans: readonly OrphanedUkey[] = [];

  constructor(options: UdpifOptions) {
    const { inspect, areMegaflowsEnabled = true, costModel = defaultCostModel, ...deps } = options;
    const log = moduleLog(deps.log, 'ofproto_dpif_upcall');
    this.core = new UdpifCore({ ...deps, costModel, log }, areMegaflowsEnabled);
    this.inspection = new UkeyInspection(ukeysOf(inspect), () =>
      deps.coverage.inc('inspect_omitted_ukey'),
    );
    this.actor = createActor(udpifMachine.provide({ actions: this.#effects() }), {
      clock: deps.clock,
      id: 'udpif',
      ...(inspect === undefined ? {} : { inspect: observerOf(inspect) }),
    });
    this.#translator = new SafeTranslator(this.core);
    const answers = createAnswers(this.core, this.#translator);
    const timer = new DumpTimer(deps.clock, costModel, deps.rng);
    this.#tools = {
      core: this.core,
      answers,
      work: new UkeyWork(this.core, this.#translator, answers),
      translator: this.#translator,
      timer,
      door: new ActorSystemDoor(this.actor.system, inspect === undefined ? 0 : 1, this.inspection),
    };
    this.#revalidations = deps.translator.revalidations.subscribe((reason) =>
      this.revalidate(reason),
    );
    this.actor.start();
  }

  /** Handlers and revalidators, while there are any. */
  get threads(): UdpifThreads | undefined {
    return this.#threads;
  }

  /** Tells the machine; nothing once it is destroyed. */
  command(event: UdpifEvent): void {
    if (this.actor.getSnapshot().status === 'active') this.actor.send(event);
  }

  /** Answers an upcall at once; false: it must queue, for nobody runs who could. */
  answerInline(upcall: Upcall): boolean {
    const threads = this.#threads;
    if (threads === undefined || !this.actor.getSnapshot().matches('running')) return false;
    return threads.inline.answer(upcall);
  }

  /**
   * Announced at the end of the turn: then all changes of the turn are made, and a translation in
   * between still has the old `reval_seq`.
   */
  revalidate(reason: RevalidationReason): void {
    const { clock } = this.core.deps;
    if (this.#reasons.size === 0) clock.setTimeout(() => this.#announceRevalidation(), 0);
    this.#reasons.add(reason);
  }

  get door(): ActorSystemDoor {
    return this.#tools.door;
  }

  get isInspected(): boolean {
    return this.#tools.door.isInspected;
  }

  get isRevalidationPending(): boolean {
    return this.#reasons.size > 0 || (this.#threads?.leader.isRevalidationDue ?? false);
  }

  get isQuiescent(): boolean {
    if (this.#reasons.size > 0) return false;
    const snapshot = this.actor.getSnapshot();
    if (snapshot.matches('stopped') || snapshot.matches('destroyed')) return true;
    const isSettled = snapshot.matches('running') && !snapshot.matches({ running: 'clearing' });
    return isSettled && (this.#threads?.isIdle ?? false);
  }

  crossIdle(until: Instant): number {
    const threads = this.#threads;
    return threads !== undefined && this.#canCross() ? threads.leader.crossIdle(until) : 0;
  }

  #effects() {
    return {
      configureHandlers: ({ context }: Told) => this.#configureHandlers(context.counts.handlers),
      reportRefusal: ({ event }: Told) => this.#reportRefusal(event),
      startThreads: ({ context }: Told) => this.#scheduleStart(context),
      latchExit: () => this.#startedThreads().latchExit(),
      purgeUkeys: () => this.#purgeUkeys(),
      flushDatapath: () => this.#flushDatapath(),
      changeRevalSeq: () => this.core.revalSeq.change(),
      latchPause: () => this.#startedThreads().leader.actor.send({ type: 'pause.latched' }),
      releasePause: () => this.#startedThreads().leader.actor.send({ type: 'pause.released' }),
      reportDestroyed: () => this.#end(),
    };
  }

  #configureHandlers(handlers: number): void {
    const error = this.core.deps.dpif.handlersSet(handlers);
    if (error === undefined) this.actor.send({ type: 'handlers.configured' });
    else this.actor.send({ type: 'handlers.refused', error });
  }

  #reportRefusal(event: UdpifEvent): void {
    const { log, dpif } = this.core.deps;
    const error = event.type === 'handlers.refused' ? event.error : '';
    log.error({ error }, `failed to configure handlers in dpif ${dpif.name}: ${error}`);
  }

  /** In a turn of its own: xstate's development build warns of actors made inside an action. */
  #scheduleStart({ counts, isPaused }: UdpifContext): void {
    const tools = this.#tools;
    const deps = { tools, translator: this.#translator, parent: this.actor as AnyActorRef };
    const run = (): UdpifThreads => {
      const threads = new UdpifThreads(deps, counts, isPaused);
      this.#pendingStart = undefined;
      this.#threads = threads;
      threads.start(this.#orphans);
      this.#orphans = [];
      return threads;
    };
    const timer = this.core.deps.clock.setTimeout(run, 0);
    this.#pendingStart = { timer, run };
  }

  /** The threads of this run, started at the latest now. */
  #startedThreads(): UdpifThreads {
    const pending = this.#pendingStart;
    if (pending !== undefined) {
      this.core.deps.clock.clearTimeout(pending.timer);
      return pending.run();
    }
    assert(this.#threads !== undefined, 'threads are there from a start to the purge of a stop');
    return this.#threads;
  }

  #purgeUkeys(): void {
    const threads = this.#startedThreads();
    threads.purge(() => {
      if (!this.actor.getSnapshot().matches('running')) {
        this.#orphans = threads.dismiss();
        this.#threads = undefined;
      }
      this.actor.send({ type: 'purge.finished' });
    });
  }

  #flushDatapath(): void {
    const error = this.core.deps.dpif.flowFlush();
    if (error !== undefined) this.core.deps.coverage.inc('dpif_flow_flush_error');
    this.actor.send({ type: 'flush.finished' });
  }

  #announceRevalidation(): void {
    const reasons = [...this.#reasons];
    this.#reasons.clear();
    for (const reason of reasons) this.core.countChange(reason);
    const [reason = 'reconfigure'] = reasons;
    this.command({ type: 'udpif.revalidate', reason });
  }

  #canCross(): boolean {
    if (!this.actor.getSnapshot().matches({ running: 'cycling' })) return false;
    if (!this.isQuiescent || this.isRevalidationPending) return false;
    if (this.core.ukeysCount > 0) return false;
    const stats = this.core.deps.dpif.getStats();
    return typeof stats !== 'string' && stats.flows === 0;
  }

  #end(): void {
    this.#revalidations.unsubscribe();
    this.core.complete();
  }
}
