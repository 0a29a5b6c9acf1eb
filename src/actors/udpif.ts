/**
 * # The udpif: the slow path of a datapath
 *
 * **What.** It answers the packets for which the datapath has no flow, installs flows so that no
 * more of them come up, and keeps what it has installed true: counters reach the rules, flows that
 * are idle or wrong go, flows that are too many go first. It does not know OpenFlow: a `Translator`
 * decides.
 *
 * **Why.** A datapath is fast because it only remembers. Somebody must decide, and must take back
 * what was decided when the reasons change. Both are done here, in two kinds of actors that meet in
 * one place only, the ukeys: handlers make them, revalidators keep and free them.
 *
 * **How.** A `udpif` machine starts and stops `handlers` (one batch of 50 upcalls a round) and
 * revalidators, the first of which leads. They work in cycles: dump all flows, sweep the ukeys that
 * the dump missed, wait up to half a second; a barrier parts the phases. Long phases run in slices.
 * A flow's life is its ukey's (`ukey-machine.ts`): a dense actor in the columns of a slice.
 *
 * - *Accounting.* What the datapath counted of a flow is pushed exactly once: the delta since the
 *   last push when the flow is kept, the rest with the answer to its deletion. Packets that came up
 *   as a miss are credited by their translation. Hence at rest: packets in = credited + pushed +
 *   what the datapath counted since + `uncredited` + what was destroyed behind our back (`lost`).
 *   Uncredited are misses and deltas on a port without a bridge (`unassociated`), misses with a
 *   key that makes no sense (`invalid`), whose translation threw (`translator`), and deltas that
 *   no translation or cache took (`push`). A translator that throws must not have credited
 *   anybody before.
 * - *Races.* A ukey remembers the `reval_seq` that was read before its flow was translated. A
 *   change in between makes it stale, so that the next cycle looks at it again.
 *
 * **Usage.** `createUdpif({ dpif, translator, … })`, then `setThreads(1, 1)`.
 * `translator.revalidations` starts a cycle; `events` tells what happens; `actor` is the machine,
 * to be subscribed to.
 *
 * **Concurrency.** One thread, one clock. Whatever is to happen later is a task of the clock, so
 * a virtual clock runs the whole of it; there are no promises inside. Commands (`flush`, `purge`,
 * …) return at once; they are done when the actor is back in `running`, or `stopped`.
 *
 * Answers to the seed's `ofproto-dpif-upcall.c`, `struct udpif`.
 */

import type { Observable } from 'rxjs';
import type { AnyActorRef, InspectionEvent, Subscription } from 'xstate';
import type { Instant } from '../base/brands.js';
import { UpcallError } from '../base/errors.js';
import type { Seq } from '../base/seq.js';
import type { Upcall } from '../datapath/dpif.js';
import type { FlowKey } from '../datapath/flow-key.js';
import type { RevalidationReason } from '../datapath/translator.js';
import type { DeleteReason } from '../machines/delete-reasons.js';
import { type ActorTree, createActorTree } from './actor-tree.js';
import type { InspectionStatus } from './inspect-options.js';
import type { Interest } from './record-stream.js';
import type { RevalidatorWorker } from './revalidator-worker.js';
import type { Tally, UdpifCore } from './udpif-core.js';
import { type UdpifActor, UdpifEngine, type UdpifOptions } from './udpif-engine.js';
import type { UdpifRecord, UncreditedCause } from './udpif-event.js';
import { formatUdpif } from './udpif-show.js';
import type { UkeyActor } from './ukey-actor.js';
import type { UkeyChoice } from './ukey-choice.js';
import { NO_HANDLE } from './ukey-columns.js';
import type { UkeySlice } from './ukey-slice.js';

export type { UdpifActor, UdpifOptions } from './udpif-engine.js';

/** What the udpif knows of itself without asking the datapath. */
export interface UdpifTallies {
  readonly flowsAverage: number;
  readonly flowsMaximum: number;
  readonly flowLimit: number;
  readonly dumpDurationMs: number;
  readonly cycles: number;
  readonly ukeys: number;
  readonly deleted: Readonly<Partial<Record<DeleteReason, number>>>;
}

/** The udpif in numbers. */
export interface UdpifStatus extends UdpifTallies {
  /** Flows in the datapath, through the cache of 100 ms. */
  readonly flowsCurrent: number;
  readonly uncredited: Readonly<Record<UncreditedCause, Readonly<Tally>>>;
}

/**
 * A udpif without threads; `setThreads` starts it. Nothing of it runs before.
 *
 * @example
 * import { NEVER } from 'rxjs';
 * import * as upcall from 'upcall';
 *
 * const clock = new upcall.VirtualClock({ start: 1_000 });
 * const coverage = new upcall.Coverage();
 * const masks = new upcall.MaskTable();
 * const dpif = new upcall.EmbeddedDpif({ name: 'mine@example', clock, coverage, masks });
 * const translator = {
 *   receive: () => 'ENODEV',
 *   translate: () => assert.fail('no key is ever received'),
 *   createCache: () => ({ push() {}, clear() {} }),
 *   revalidations: NEVER,
 *   netflowExists: () => false,
 * };
 * const udpif = upcall.createUdpif({
 *   dpif, translator, clock, coverage, masks,
 *   rng: upcall.createRng(1),
 *   log: upcall.silentLog,
 *   profile: upcall.currentProfile,
 *   settings: upcall.settingsOf({ maxIdleMs: 500 }),
 * });
 * udpif.setThreads(1, 1);
 * clock.advance(1_000);
 * assert.ok(udpif.status().cycles > 0);
 * udpif.destroy();
 */
export function createUdpif(options: UdpifOptions): Udpif {
  return new Udpif(options);
}

export class Udpif {
  /** The machine; its final state is `destroyed`. */
  readonly actor: UdpifActor;
  /** Grows with every cycle that ends: counters are as fresh as they get. */
  readonly dumpSeq: Seq;
  /** Grows whenever answers may have changed. */
  readonly revalSeq: Seq;
  /** What happens, one record each; costs nothing while nobody listens. */
  readonly events: Observable<UdpifRecord>;
  /** Whether `upcall/show` calls dumps terse. Flows have ids in any case. */
  isUfidEnabled = true;
  readonly #engine: UdpifEngine;
  readonly #core: UdpifCore;
  #revalidatorsConfigured = 0;

  constructor(options: UdpifOptions) {
    this.#engine = new UdpifEngine(options);
    this.#core = this.#engine.core;
    this.actor = this.#engine.actor;
    this.dumpSeq = this.#core.dumpSeq;
    this.revalSeq = this.#core.revalSeq;
    this.events = this.#core.records.events;
  }

  /**
   * The same by interest: the steps of translations, verdicts in batches. Each observer gets what
   * it asked for; what nobody asks for is not built.
   */
  observe(interest: Interest): Observable<UdpifRecord> {
    return this.#core.records.observe(interest);
  }

  /** Whether anybody listens. */
  get isObserved(): boolean {
    return this.#core.isObserved;
  }

  /** Whether an inspector is attached to the actor system. */
  get isInspected(): boolean {
    return this.#engine.isInspected;
  }

  /**
   * Answers an upcall before it returns: what a datapath in this thread calls in place of queueing
   * (policy `inline`). False: queue it, for no handlers run, or one upcall is under way.
   */
  answerInline(upcall: Upcall): boolean {
    return this.#engine.answerInline(upcall);
  }

  /** How many handlers and revalidators there shall be; a change restarts them (U-006). */
  setThreads(handlers: number, revalidators: number): void {
    const isCount = (count: number): boolean => Number.isInteger(count) && count > 0;
    if (!isCount(handlers) || !isCount(revalidators)) {
      throw new UpcallError(
        `Cannot set threads: ${handlers} handlers and ${revalidators} revalidators, use at least 1`,
      );
    }
    this.#revalidatorsConfigured = revalidators;
    this.#engine.command({ type: 'threads.set', handlers, revalidators });
  }

  /** Restarts all, so that nobody holds a result from before; flows that have ukeys go. */
  synchronize(): void {
    this.#engine.command({ type: 'udpif.synchronize' });
  }

  /** Removes every flow of the datapath. */
  flush(): void {
    this.#engine.command({ type: 'udpif.flush' });
  }

  /** Deletes the flows of all ukeys and pushes their counters, the revalidators parked. */
  purge(): void {
    this.#engine.command({ type: 'revalidators.purge' });
  }

  /** No cycle begins until `resume`; one under way ends first. */
  pause(): void {
    this.#engine.command({ type: 'revalidators.pause' });
  }

  resume(): void {
    this.#engine.command({ type: 'revalidators.resume' });
  }

  /** Answers may have changed: all flows are looked at again, once for all calls of one turn. */
  revalidate(reason: RevalidationReason): void {
    this.#engine.revalidate(reason);
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
    const { dpif, profile } = this.#core.deps;
    const handlers = this.#engine.threads?.handlers.length ?? 0;
    const revalidators = this.#shownWorkers().map(({ index, slice }) => ({
      // As threads are numbered: the main one is 0, then come the handlers.
      id: 1 + handlers + index,
      ukeys: slice.count,
    }));
    const { isUfidEnabled } = this;
    const shown = { name: dpif.name, status: this.status(), isUfidEnabled, revalidators };
    return formatUdpif(shown, profile.showFormat);
  }

  status(): UdpifStatus {
    const { flowCount, uncredited } = this.#core;
    return {
      flowsCurrent: flowCount.read(),
      ...this.tallies(),
      uncredited: structuredClone(uncredited),
    };
  }

  /** The part of `status` that costs nothing and refreshes no cache: for those who only watch. */
  tallies(): UdpifTallies {
    const { flowCounts, flowLimit, dumpDurationMs, cycles, deleted } = this.#core;
    return {
      flowsAverage: flowCounts.average,
      flowsMaximum: flowCounts.maximum,
      flowLimit,
      dumpDurationMs,
      cycles,
      ukeys: this.#core.ukeysCount,
      deleted: Object.fromEntries(deleted),
    };
  }

  /** Adds what it holds to `usage`, under OVS's names. */
  addMemoryUsage(usage: Map<string, number>): void {
    const add = (name: string, count: number): void => {
      usage.set(name, (usage.get(name) ?? 0) + count);
    };
    const revalidators = this.#engine.threads?.workers.length ?? 0;
    add('handlers', this.#engine.threads?.handlers.length ?? 0);
    add('revalidators', revalidators);
    if (revalidators > 0) add('udpif keys', this.#core.ukeysCount);
  }

  /** All ukeys, as actors. */
  *ukeys(): IterableIterator<UkeyActor> {
    for (const slice of this.#core.slices) yield* slice;
  }

  /** The same by their columns, for who looks at all of them at once: to be read, never written. */
  get slices(): readonly UkeySlice[] {
    return this.#core.slices;
  }

  /** The ukey of the flow that was put with `key`. */
  ukey(key: FlowKey): UkeyActor | undefined {
    if (this.#core.slices.length === 0) return undefined;
    const slice = this.#core.sliceOf(key);
    const handle = slice.find(key);
    return handle === NO_HANDLE ? undefined : slice.actor(handle);
  }

  /**
   * Which ukeys inspectors hear of from now on: those given to `inspect`, and those attached later
   * with `actor.system.inspect(...)`. One that is alive is announced before its next event.
   */
  inspectUkeys(choice: UkeyChoice): void {
    this.#engine.inspection.choose(choice);
  }

  /**
   * As `actor.system.inspect(...)`, for those who need not hear of events that leave a ukey in its
   * state: a dump has one for every flow, and what it saw is in the records.
   */
  inspectMoves(observer: (event: InspectionEvent) => void): Subscription {
    return this.#engine.door.inspectMoves(observer);
  }

  /** Which ukeys inspectors hear of, and how many they did not. */
  get inspection(): InspectionStatus {
    const { choice, announced, omitted } = this.#engine.inspection;
    return { ukeys: choice, announcedUkeys: announced, omittedUkeys: omitted };
  }

  /** The actors as they hang together. */
  actorTree(): ActorTree {
    return createActorTree(this.actor as AnyActorRef, this.#engine.threads);
  }

  /** Whether nothing is queued or running: whatever happens next, a timer or a packet starts it. */
  isQuiescent(): boolean {
    return this.#engine.isQuiescent;
  }

  /** Whether a change of answers waits for its cycle. */
  get isRevalidationPending(): boolean {
    return this.#engine.isRevalidationPending;
  }

  /**
   * Crosses whole cycles up to about `until` in one step, with what running them would have left
   * behind, if nothing can happen in them: no flow, no ukey, nothing queued. The clock stays; move
   * it to `until` afterwards. Returns how many cycles were crossed.
   */
  crossIdle(until: Instant): number {
    return this.#engine.crossIdle(until);
  }

  /** When the next cycle begins if nothing happens before; undefined while none is waited for. */
  nextDeadline(): Instant | undefined {
    const leader = this.#engine.threads?.leader;
    return leader?.actor.getSnapshot().matches('waiting') ? leader.deadline : undefined;
  }

  /** The revalidators that `upcall/show` lists, which in 2.3 are not always there (B-14). */
  #shownWorkers(): readonly RevalidatorWorker[] {
    const workers = this.#engine.threads?.workers ?? [];
    const { dpif, profile } = this.#core.deps;
    const configured = this.#revalidatorsConfigured;
    if (profile.showThreads === 'running') return workers;
    if (configured <= workers.length) return workers.slice(0, configured);
    throw new UpcallError(
      `Cannot show udpif "${dpif.name}": ${configured} revalidators are configured and ` +
        `${workers.length} run; Open vSwitch 2.3 reads beyond its array here, and may crash`,
    );
  }

  /** Stops for good: the actor reaches its final state, with all flows that have ukeys deleted. */
  destroy(): void {
    this.#engine.command({ type: 'udpif.destroy' });
  }
}
