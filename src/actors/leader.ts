/**
 * The running leader: the leader machine, with its effects done.
 *
 * It opens and closes the cycle, adapts the flow limit to how long the dump took, and waits. A
 * stretch of cycles that could not do anything, for there is no flow and no ukey, can be crossed in
 * one step (`crossIdle`), with what running them would have left behind.
 *
 * Owner: the values of the cycle in `UdpifCore`, its two timers. Rows U-024, U-025, U-077 to U-093.
 * Answers to the leader's part of the seed's `udpif_revalidator` (L550).
 */

import type { Subscription } from 'rxjs';
import { type ActorRefFrom, type AnyActorRef, createActor } from 'xstate';
import { type Instant, instant, milliseconds } from '../base/brands.js';
import type { TimerId } from '../base/clock.js';
import { cycleDeadline } from '../machines/cycle-timing.js';
import { FLOWS_CACHE_MS, sampleFlows } from '../machines/flow-counts.js';
import { adaptFlowLimit, longDumpMessage } from '../machines/flow-limit.js';
import { leaderMachine } from '../machines/leader-machine.js';
import type { BarrierActor } from './barrier.js';
import { OpenDump } from './open-dump.js';
import { type RevalidatorTools, RevalidatorWorker } from './revalidator-worker.js';

export type LeaderActor = ActorRefFrom<typeof leaderMachine>;

export interface LeaderPeers {
  readonly barrier: BarrierActor;
  readonly parent: AnyActorRef;
  /** How many revalidators there are, itself included. */
  readonly revalidators: number;
  readonly isPauseLatched: boolean;
}

export class Leader {
  readonly actor: LeaderActor;
  readonly worker: RevalidatorWorker;
  readonly #tools: RevalidatorTools;
  readonly #revalidators: number;
  readonly #revalSubscription: Subscription;
  #flows = 0;
  #durationMs = 1;
  #limitAtDumpEnd = 0;
  #startedAt = instant(0);
  #deadline = instant(0);
  #gapTimer: TimerId | undefined;
  #deadlineTimer: TimerId | undefined;

  constructor(tools: RevalidatorTools, peers: LeaderPeers) {
    const { isPauseLatched, parent } = peers;
    this.#tools = tools;
    this.#revalidators = peers.revalidators;
    const machine = leaderMachine.provide({ actions: this.#effects(peers) });
    this.actor = createActor(machine, { input: { isPauseLatched }, id: 'leader', parent });
    this.worker = new RevalidatorWorker(tools, 0, parent);
    this.#revalSubscription = tools.core.revalSeq.changes.subscribe((revalSeq) =>
      this.actor.send({ type: 'reval.changed', revalSeq }),
    );
  }

  /** Whether nothing but a timer, or a resume, will make it go on. */
  get isIdle(): boolean {
    const snapshot = this.actor.getSnapshot();
    return snapshot.matches('waiting') || snapshot.matches('paused');
  }

  /** Whether `reval_seq` has changed since the last cycle began. */
  get isRevalidationDue(): boolean {
    const { revalSeqLatest, revalSeqSeen } = this.actor.getSnapshot().context;
    return revalSeqLatest !== revalSeqSeen;
  }

  /** When the next cycle starts if nothing happens; only while it waits. */
  get deadline(): Instant {
    return this.#deadline;
  }

  /**
   * Crosses the cycles that start before `until`, but for one whose minimum gap would not have
   * ended by then; how many. Only while it waits, with no flow, no ukey and no revalidation due.
   */
  crossIdle(until: Instant): number {
    const { profile } = this.#tools.core.deps;
    const intervalMs = this.#deadlineAfter(instant(0));
    const lastStart = until - profile.minCycleGap - 1;
    const cycles = Math.floor((lastStart - this.#deadline) / intervalMs) + 1;
    if (cycles < 1) return 0;
    const first = this.#deadline;
    this.#startedAt = instant(first + (cycles - 1) * intervalMs);
    this.#leaveIdleCycles(cycles, { first, intervalMs });
    this.#disarm();
    this.actor.send({ type: 'gap.passed' });
    this.#armDeadline(this.#startedAt);
    return cycles;
  }

  #effects(peers: LeaderPeers) {
    const { barrier, parent } = peers;
    const finished = (): void => this.actor.send({ type: 'phase.finished' });
    return {
      sampleCycle: () => this.#sample(),
      openDump: ({ context }: { context: { readonly needsRevalidation: boolean } }) =>
        this.#openDump(context.needsRevalidation),
      arrive: ({ context: { isExiting } }: { context: { readonly isExiting: boolean } }) =>
        barrier.send({ type: 'member.arrived', isExiting }),
      startDump: () => this.worker.dump(finished),
      startSweep: () => this.worker.sweep(finished),
      closeDump: () => this.#closeDump(),
      advanceDumpSeq: () => this.#tools.core.dumpSeq.change(),
      measureDump: () => this.#measure(),
      adaptFlowLimit: () => this.#adaptFlowLimit(),
      recordDuration: () => this.#record(),
      warnLongDump: () => this.#warnLongDump(),
      armWait: () => this.#arm(),
      disarmWait: () => this.#disarm(),
      reportParked: () => parent.send({ type: 'leader.parked' }),
      reportExited: () => {
        this.#revalSubscription.unsubscribe();
        parent.send({ type: 'revalidator.exited' });
      },
    };
  }

  #sample(): void {
    const { core } = this.#tools;
    const revalSeq = core.revalSeq.read();
    this.#flows = core.flowCount.read();
    core.flowCounts = sampleFlows(core.flowCounts, this.#flows);
    this.#startedAt = core.deps.clock.now();
    this.actor.send({ type: 'cycle.sampled', revalSeq });
  }

  #openDump(needsRevalidation: boolean): void {
    const { core, timer } = this.#tools;
    timer.restart();
    core.cyclesBegun++;
    core.needsRevalidation = needsRevalidation;
    core.dump = new OpenDump(core.deps.dpif.flowDumpStart(), this.#revalidators);
    if (!core.isObserved) return;
    const time = this.#startedAt;
    const flows = this.#flows;
    core.emit({ type: 'cycle.start', time, cycle: core.cyclesBegun, flows, needsRevalidation });
  }

  #closeDump(): void {
    const { core } = this.#tools;
    const error = core.dump?.error;
    core.dump = undefined;
    this.#limitAtDumpEnd = core.flowLimit;
    if (error === undefined || !core.deps.profile.reportsFailedDumps) return;
    core.deps.coverage.inc('dpif_flow_dump_error');
    core.deps.log.warn({ error }, 'flow dump failed: what it missed is not counted as missed');
    if (core.isObserved) {
      core.emit({ type: 'dump.failed', time: core.deps.clock.now(), error });
    }
  }

  #measure(): void {
    this.#durationMs = this.#tools.timer.durationMs();
  }

  #adaptFlowLimit(): void {
    const { core } = this.#tools;
    const { settings, profile } = core.deps;
    const facts = {
      // What an operator has set since the dump ended is lost if it was read then (B-08).
      flowLimit: profile.limitReadAt === 'write' ? core.flowLimit : this.#limitAtDumpEnd,
      dumpMs: this.#durationMs,
      flows: this.#flows,
      flowLimitMax: settings.flowLimit(),
    };
    const { flowLimit, counter } = adaptFlowLimit(facts, profile.limitGrowth);
    if (counter !== undefined) core.count(counter);
    core.setFlowLimit(flowLimit, 'cycle');
  }

  #record(): void {
    const { core, timer } = this.#tools;
    core.dumpDurationMs = this.#durationMs;
    core.cycles++;
    if (!core.isObserved) return;
    core.emit({
      type: 'cycle.done',
      time: core.deps.clock.now(),
      cycle: core.cycles,
      startedAt: this.#startedAt,
      flows: this.#flows,
      flowsDumped: timer.flowsDumped,
      flowsRevalidated: timer.flowsRevalidated,
      flowsAverage: core.flowCounts.average,
      flowsMaximum: core.flowCounts.maximum,
      flowLimit: core.flowLimit,
      durationMs: this.#durationMs,
      intervalMs: this.#deadlineAfter(instant(0)),
    });
  }

  #warnLongDump(): void {
    const { log, profile } = this.#tools.core.deps;
    const message = longDumpMessage(this.#durationMs);
    if (message !== undefined)
      log[profile.longDumpLevel]({ durationMs: this.#durationMs }, message);
  }

  #arm(): void {
    const { clock, profile } = this.#tools.core.deps;
    const now = clock.now();
    // Whoever set the clock back meanwhile shall not make us wait for it to come there again.
    const startedAt = instant(Math.min(this.#startedAt, now));
    const gapLeft = startedAt + profile.minCycleGap - now;
    this.#gapTimer = clock.setTimeout(() => this.actor.send({ type: 'gap.passed' }), gapLeft);
    this.#armDeadline(startedAt);
  }

  #armDeadline(startedAt: Instant): void {
    const { clock } = this.#tools.core.deps;
    this.#deadline = this.#deadlineAfter(startedAt);
    const left = Math.max(0, this.#deadline - clock.now());
    this.#deadlineTimer = clock.setTimeout(
      () => this.actor.send({ type: 'deadline.reached' }),
      left,
    );
  }

  /** When the cycle after one that began at `startedAt` begins, where nothing else happens. */
  #deadlineAfter(startedAt: Instant): Instant {
    const { settings, profile } = this.#tools.core.deps;
    const maxIdle = milliseconds(settings.maxIdle());
    const maxRevalidator = milliseconds(settings.maxRevalidator());
    return cycleDeadline(startedAt, { maxIdle, maxRevalidator }, profile.cycleInterval);
  }

  #disarm(): void {
    const { clock } = this.#tools.core.deps;
    clock.clearTimeout(this.#gapTimer);
    clock.clearTimeout(this.#deadlineTimer);
    this.#gapTimer = undefined;
    this.#deadlineTimer = undefined;
  }

  /** What `cycles` cycles without a flow leave behind, the last one begun at `#startedAt`. */
  #leaveIdleCycles(
    cycles: number,
    stretch: { readonly first: number; readonly intervalMs: number },
  ): void {
    const { core, timer } = this.#tools;
    for (let i = 0; i < cycles && core.flowCounts.average > 0; i++) {
      core.flowCounts = sampleFlows(core.flowCounts, 0);
    }
    this.#flows = 0;
    // Cycles closer together than the count of flows is good for do not all ask for it.
    if (stretch.intervalMs > FLOWS_CACHE_MS) core.flowCount.noteNone(this.#startedAt);
    else this.#askAlong(cycles, stretch);
    timer.restart();
    this.#measure();
    core.dumpDurationMs = this.#durationMs;
    this.#limitAtDumpEnd = core.flowLimit;
    core.cyclesBegun += cycles;
    core.cycles += cycles;
    core.dumpSeq.change(cycles);
    this.#adaptFlowLimit();
    if (!core.isObserved) return;
    const time = core.deps.clock.now();
    core.emit({ type: 'idle.crossed', time, cycles, until: this.#startedAt });
  }

  #askAlong(
    cycles: number,
    { first, intervalMs }: { readonly first: number; readonly intervalMs: number },
  ): void {
    const { flowCount } = this.#tools.core;
    for (let i = 0; i < cycles; i++) flowCount.noteNone(instant(first + i * intervalMs));
  }
}
