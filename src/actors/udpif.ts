/**
 * # The udpif: the slow path of a datapath
 *
 * **What.** It answers the packets for which the datapath has no flow, installs flows so that no more
 * of them come up, and keeps what it has installed true: counters reach the rules, flows that are idle
 * or wrong go, flows that are too many go first. It does not know OpenFlow: a `Translator` decides.
 *
 * **Why.** A datapath is fast because it only remembers. Somebody must decide, and must take back what
 * was decided when the reasons change. Both are done here, in two kinds of actors that meet in one
 * place only, the ukeys: handlers make them, revalidators keep and free them.
 *
 * **How.** A `udpif` machine starts and stops `handlers` (one batch of 50 upcalls a round) and
 * revalidators, the first of which leads. They work in cycles: dump all flows, sweep the ukeys that
 * the dump missed, wait up to half a second; a barrier parts the phases. Long phases run in slices. A
 * flow's life is its ukey's (`ukey-machine.ts`): a dense actor in the columns of a slice.
 *
 * - *Accounting.* What the datapath counted of a flow is pushed exactly once: the delta since the
 *   last push when the flow is kept, the rest with the answer to its deletion. Packets that came up as
 *   a miss are credited by their translation. Hence at rest: packets in = credited + pushed + what the
 *   datapath counted since + `uncredited` + what was destroyed behind our back (`lost`). Uncredited
 *   are misses on a port without a bridge (`unassociated`), with a key that makes no sense
 *   (`invalid`), whose translation threw (`translator`), and deltas that no translation or cache took
 *   (`push`). A translator that throws must not have credited anybody before.
 * - *Races.* A ukey remembers the `reval_seq` that was read before its flow was translated. A change
 *   in between makes it stale, so that the next cycle looks at it again.
 *
 * **Usage.** `createUdpif({ dpif, translator, … })`, then `setThreads(1, 1)`. `translator.revalidations`
 * starts a cycle; `events` tells what happens; `actor` is the machine, to be subscribed to.
 *
 * **Concurrency.** One thread, one clock. Whatever is to happen later is a task of the clock, so a
 * virtual clock runs the whole of it; there are no promises inside. Commands (`flush`, `purge`, …)
 * return at once; they are done when the actor is back in `running`, or `stopped`.
 *
 * Answers to the seed's `ofproto-dpif-upcall.c`, `struct udpif`.
 */

import type { Observable, Subscription } from 'rxjs';
import {
  type ActorRefFrom,
  type AnyActorRef,
  createActor,
  type InspectionEvent,
  type Observer,
} from 'xstate';
import type { Instant } from '../base/brands.js';
import type { TimerId } from '../base/clock.js';
import { assert, UpcallError } from '../base/errors.js';
import type { Seq } from '../base/seq.js';
import type { FlowKey } from '../datapath/flow-key.js';
import type { RevalidationReason } from '../datapath/translator.js';
import type { DeleteReason } from '../machines/delete-reasons.js';
import { type UdpifContext, type UdpifEvent, udpifMachine } from '../machines/udpif-machine.js';
import { ActorSystemDoor } from './actor-system.js';
import { type CostModel, DumpTimer, defaultCostModel } from './cost-model.js';
import { SafeTranslator } from './safe-translator.js';
import { type ActorTree, createActorTree } from './actor-tree.js';
import { type Tally, UdpifCore, type UdpifDeps } from './udpif-core.js';
import type { UdpifRecord, UncreditedCause } from './udpif-event.js';
import { formatUdpif } from './udpif-show.js';
import { UdpifThreads } from './udpif-threads.js';
import type { UkeyActor } from './ukey-actor.js';
import { NO_HANDLE } from './ukey-columns.js';
import type { OrphanedUkey } from './ukey-orphans.js';
import { UkeyWork } from './ukey-work.js';
import { FlowJudge } from './verdict.js';

export type Inspector = ((event: InspectionEvent) => void) | Observer<InspectionEvent>;
export type UdpifActor = ActorRefFrom<typeof udpifMachine>;

export interface UdpifOptions extends Omit<UdpifDeps, 'costModel'> {
  /** What flows cost under a virtual clock. */
  readonly costModel?: CostModel;
  /** False: flows are exact. Default true. */
  readonly areMegaflowsEnabled?: boolean;
  /** Sees the inspection events of the actor system, from the start. */
  readonly inspect?: Inspector;
}

/** The udpif in numbers. */
export interface UdpifStatus {
  /** Flows in the datapath, through the cache of 100 ms. */
  readonly flowsCurrent: number;
  readonly flowsAverage: number;
  readonly flowsMaximum: number;
  readonly flowLimit: number;
  readonly dumpDurationMs: number;
  readonly cycles: number;
  readonly ukeys: number;
  readonly deleted: Readonly<Partial<Record<DeleteReason, number>>>;
  readonly uncredited: Readonly<Record<UncreditedCause, Readonly<Tally>>>;
}

/** What the machine tells an effect. */
interface Told {
  readonly context: UdpifContext;
  readonly event: UdpifEvent;
}

/** A udpif without threads; `setThreads` starts it. */
export function createUdpif(options: UdpifOptions): Udpif {
  return new Udpif(options);
}

export class Udpif {
  readonly actor: UdpifActor;
  /** Grows with every cycle that ends: counters are as fresh as they get. */
  readonly dumpSeq: Seq;
  /** Grows whenever answers may have changed. */
  readonly revalSeq: Seq;
  /** What happens, one record each; costs nothing while nobody listens. */
  readonly events: Observable<UdpifRecord>;
  readonly #core: UdpifCore;
  readonly #translator: SafeTranslator;
  readonly #door: ActorSystemDoor;
  readonly #work: UkeyWork;
  readonly #timer: DumpTimer;
  readonly #judge: FlowJudge;
  readonly #revalidations: Subscription;
  readonly #reasons = new Set<RevalidationReason>();
  #threads: UdpifThreads | undefined;
  #pendingStart: { readonly timer: TimerId; readonly start: () => UdpifThreads } | undefined;
  #orphans: readonly OrphanedUkey[] = [];

  constructor(options: UdpifOptions) {
    const { inspect, areMegaflowsEnabled = true, costModel = defaultCostModel, ...deps } = options;
    const core = new UdpifCore({ ...deps, costModel }, areMegaflowsEnabled);
    this.#core = core;
    this.dumpSeq = core.dumpSeq;
    this.revalSeq = core.revalSeq;
    this.events = core.events;
    this.#translator = new SafeTranslator(core);
    this.#work = new UkeyWork(core, this.#translator);
    this.#timer = new DumpTimer(deps.clock, costModel, deps.rng);
    this.#judge = new FlowJudge(core, this.#translator, this.#timer);
    this.actor = createActor(udpifMachine.provide({ actions: this.#effects() }), {
      clock: deps.clock,
      id: 'udpif',
      ...(inspect === undefined ? {} : { inspect }),
    });
    this.#door = new ActorSystemDoor(this.actor.system, inspect === undefined ? 0 : 1);
    this.#revalidations = deps.translator.revalidations.subscribe((reason) =>
      this.revalidate(reason),
    );
    this.actor.start();
  }

  /** How many handlers and revalidators there shall be; restarts them if that changes (U-006 to U-009). */
  setThreads(handlers: number, revalidators: number): void {
    const isCount = (count: number): boolean => Number.isInteger(count) && count > 0;
    if (!isCount(handlers) || !isCount(revalidators)) {
      throw new UpcallError(
        `Cannot set threads: ${handlers} handlers and ${revalidators} revalidators, use at least 1`,
      );
    }
    this.actor.send({ type: 'threads.set', handlers, revalidators });
  }

  /** Restarts all, so that nobody holds a result from before; flows that have ukeys go. */
  synchronize(): void {
    this.actor.send({ type: 'udpif.synchronize' });
  }

  /** Removes every flow of the datapath. */
  flush(): void {
    this.actor.send({ type: 'udpif.flush' });
  }

  /** Deletes the flows of all ukeys, with their counters pushed, while the revalidators are parked. */
  purge(): void {
    this.actor.send({ type: 'revalidators.purge' });
  }

  /** No cycle begins until `resume`; one under way ends first. */
  pause(): void {
    this.actor.send({ type: 'revalidators.pause' });
  }

  resume(): void {
    this.actor.send({ type: 'revalidators.resume' });
  }

  /** Answers may have changed: all flows are looked at again, once for all calls of one turn. */
  revalidate(reason: RevalidationReason): void {
    const { clock } = this.#core.deps;
    if (this.#reasons.size === 0) clock.setTimeout(() => this.#announceRevalidation(), 0);
    this.#reasons.add(reason);
  }

  /** Calls `done` when a cycle has ended that began after this call. */
  waitForCycle(done: () => void): void {
    const begun = this.#core.cyclesBegun;
    const subscription = this.dumpSeq.changes.subscribe(() => {
      if (this.#core.cyclesBegun === begun) return;
      subscription.unsubscribe();
      done();
    });
  }

  /** Sets the dynamic limit, unclamped, until the end of the next cycle. */
  setFlowLimit(flowLimit: number): void {
    this.#core.setFlowLimit(flowLimit, 'operator');
  }

  /** Whether new flows are wildcarded; all flows go. */
  switchMegaflows(isEnabled: boolean): void {
    this.#core.areMegaflowsEnabled = isEnabled;
    this.flush();
  }

  /** `upcall/show` of this udpif. */
  show(): string {
    const handlers = this.#threads?.handlers.length ?? 0;
    const workers = this.#threads?.workers ?? [];
    return formatUdpif({
      name: this.#core.deps.dpif.name,
      status: this.status(),
      revalidators: workers.map(({ index, slice }) => ({
        // As threads are numbered: the main one is 0, then come the handlers.
        id: 1 + handlers + index,
        ukeys: slice.count,
      })),
    });
  }

  status(): UdpifStatus {
    const { flowCount, flowCounts, flowLimit, dumpDurationMs, cycles, deleted } = this.#core;
    return {
      flowsCurrent: flowCount.read(),
      flowsAverage: flowCounts.average,
      flowsMaximum: flowCounts.maximum,
      flowLimit,
      dumpDurationMs,
      cycles,
      ukeys: this.#core.ukeysCount,
      deleted: Object.fromEntries(deleted),
      uncredited: structuredClone(this.#core.uncredited),
    };
  }

  /** Adds what it holds to `usage`, under OVS's names. */
  addMemoryUsage(usage: Map<string, number>): void {
    const add = (name: string, count: number): void => {
      usage.set(name, (usage.get(name) ?? 0) + count);
    };
    const revalidators = this.#threads?.workers.length ?? 0;
    add('handlers', this.#threads?.handlers.length ?? 0);
    add('revalidators', revalidators);
    if (revalidators > 0) add('udpif keys', this.#core.ukeysCount);
  }

  /** All ukeys, as actors. */
  *ukeys(): IterableIterator<UkeyActor> {
    for (const slice of this.#core.slices) yield* slice;
  }

  /** The ukey of the flow that was put with `key`. */
  ukey(key: FlowKey): UkeyActor | undefined {
    if (this.#core.slices.length === 0) return undefined;
    const slice = this.#core.sliceOf(key);
    const handle = slice.find(key);
    return handle === NO_HANDLE ? undefined : slice.actor(handle);
  }

  /** The actors as they hang together. */
  actorTree(): ActorTree {
    return createActorTree(this.actor, this.#threads);
  }

  /** Whether nothing is queued or running: whatever happens next, a timer or a packet starts it. */
  isQuiescent(): boolean {
    if (this.#reasons.size > 0) return false;
    const snapshot = this.actor.getSnapshot();
    if (snapshot.matches('stopped') || snapshot.matches('destroyed')) return true;
    const isSettled = snapshot.matches('running') && !snapshot.matches({ running: 'clearing' });
    return isSettled && (this.#threads?.isIdle ?? false);
  }

  /** Whether a change of answers waits for its cycle. */
  get isRevalidationPending(): boolean {
    return this.#reasons.size > 0 || (this.#threads?.leader.isRevalidationDue ?? false);
  }

  /**
   * Crosses whole cycles up to about `until` in one step, with what running them would have left
   * behind, if nothing can happen in them: no flow, no ukey, nothing queued. The clock stays; move it
   * to `until` afterwards. Returns how many cycles were crossed.
   */
  crossIdle(until: Instant): number {
    const threads = this.#threads;
    if (threads === undefined || !this.#canCross()) return 0;
    return threads.leader.crossIdle(until);
  }

  /** When the next cycle begins if nothing happens before; undefined while none is waited for. */
  nextDeadline(): Instant | undefined {
    const leader = this.#threads?.leader;
    return leader?.actor.getSnapshot().matches('waiting') ? leader.deadline : undefined;
  }

  /** Stops for good: the actor reaches its final state, with all flows that have ukeys deleted. */
  destroy(): void {
    this.actor.send({ type: 'udpif.destroy' });
  }

  #effects() {
    const core = this.#core;
    return {
      configureHandlers: ({ context }: Told) => this.#configureHandlers(context.counts.handlers),
      reportRefusal: ({ event }: Told) => this.#reportRefusal(event),
      startThreads: ({ context }: Told) => this.#scheduleStart(context),
      latchExit: () => this.#startedThreads().latchExit(),
      purgeUkeys: () => this.#purgeUkeys(),
      flushDatapath: () => this.#flushDatapath(),
      changeRevalSeq: () => core.revalSeq.change(),
      latchPause: () => this.#startedThreads().leader.actor.send({ type: 'pause.latched' }),
      releasePause: () => this.#startedThreads().leader.actor.send({ type: 'pause.released' }),
      reportDestroyed: () => this.#end(),
    };
  }

  #configureHandlers(handlers: number): void {
    const error = this.#core.deps.dpif.handlersSet(handlers);
    if (error === undefined) this.actor.send({ type: 'handlers.configured' });
    else this.actor.send({ type: 'handlers.refused', error });
  }

  #reportRefusal(event: UdpifEvent): void {
    const { log, dpif } = this.#core.deps;
    const error = event.type === 'handlers.refused' ? event.error : '';
    log.error({ error }, `failed to configure handlers in dpif ${dpif.name}: ${error}`);
  }

  /** In a turn of its own: xstate's development build warns of actors made inside an action. */
  #scheduleStart({ counts, isPaused }: UdpifContext): void {
    const tools = {
      core: this.#core,
      work: this.#work,
      judge: this.#judge,
      timer: this.#timer,
      door: this.#door,
    };
    const deps = { tools, translator: this.#translator, parent: this.actor as AnyActorRef };
    const start = (): UdpifThreads => {
      const threads = new UdpifThreads(deps, counts, isPaused);
      this.#pendingStart = undefined;
      this.#threads = threads;
      threads.start(this.#orphans);
      this.#orphans = [];
      return threads;
    };
    const timer = this.#core.deps.clock.setTimeout(start, 0);
    this.#pendingStart = { timer, start };
  }

  /** The threads of this run, started at the latest now. */
  #startedThreads(): UdpifThreads {
    const pending = this.#pendingStart;
    if (pending !== undefined) {
      this.#core.deps.clock.clearTimeout(pending.timer);
      return pending.start();
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
    const error = this.#core.deps.dpif.flowFlush();
    if (error !== undefined) this.#core.deps.coverage.inc('dpif_flow_flush_error');
    this.actor.send({ type: 'flush.finished' });
  }

  #announceRevalidation(): void {
    const reasons = [...this.#reasons];
    this.#reasons.clear();
    for (const reason of reasons) this.#core.deps.coverage.inc(`rev_${reason}`);
    const [reason = 'reconfigure'] = reasons;
    this.actor.send({ type: 'udpif.revalidate', reason });
  }

  #canCross(): boolean {
    if (!this.isQuiescent() || this.isRevalidationPending || this.#core.ukeysCount > 0)
      return false;
    if (!this.actor.getSnapshot().matches({ running: 'cycling' })) return false;
    const stats = this.#core.deps.dpif.getStats();
    return typeof stats !== 'string' && stats.flows === 0;
  }

  #end(): void {
    this.#revalidations.unsubscribe();
    this.#core.complete();
  }
}
