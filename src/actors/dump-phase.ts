/**
 * The dump phase of one revalidator: look at its share of the datapath's flows.
 *
 * Each flow finds its ukey, or gets one; then it is kept with its counters pushed, modified, or
 * queued for deletion. How many flows there are is looked at once a batch: over the limit flows
 * live 100 ms, over twice the limit they all go. No ukey is freed here. A flow's counters are
 * copied once, for it may be hit between two batches.
 *
 * Owner: its cursor (the dump thread) and its scratch. Hot path. Bench: `bench/dump.ts`. Rows U-094
 * to U-109, U-131. Answers to the seed's `revalidate` (L1432).
 */

import { type Instant, instant, milliseconds, seqNo } from '../base/brands.js';
import type { DumpedFlow, FlowDumpThread } from '../datapath/dpif.js';
import { judgeIdle, judgeTable, type TableVerdict } from '../machines/idle.js';
import type { DumpTimer } from './cost-model.js';
import { REVALIDATE_BATCH_MAX } from './operation-batch.js';
import type { StepResult } from './slices.js';
import { NO_HANDLE } from './ukey-columns.js';
import { UkeyState, ukeyMoves } from './ukey-moves.js';
import type { UkeySlice } from './ukey-slice.js';
import { type PhaseTools, VerdictCarrier } from './verdict-carrier.js';

const INSTALL = ukeyMoves.eventCode('ukey.install');
const DUMPED = ukeyMoves.eventCode('flow.dumped');

/** Translated under no sequence: what somebody else put is looked at in its first dump. */
const NO_SEQ = seqNo(0);

export class DumpPhase {
  readonly #tools: PhaseTools;
  readonly #timer: DumpTimer;
  readonly #carrier: VerdictCarrier;
  readonly #age = { used: instant(0), createdAt: instant(0) };
  #thread: FlowDumpThread | undefined;
  #flowLimit = 0;
  #hasWarnedOfKill = false;

  constructor(tools: PhaseTools, timer: DumpTimer) {
    this.#tools = tools;
    this.#timer = timer;
    this.#carrier = new VerdictCarrier(tools, 'dump');
  }

  /** Joins the open dump and samples what holds for all of it. */
  start(): void {
    const { core } = this.#tools;
    this.#thread = core.dump!.thread();
    this.#flowLimit = core.flowLimit;
    this.#hasWarnedOfKill = false;
    this.#carrier.sighting.dumpSeq = core.dumpSeq.read();
    this.#carrier.sighting.revalSeq = core.revalSeq.read();
  }

  /** One batch of flows. */
  step(): StepResult {
    const { core, work, batch, judge } = this.#tools;
    const flows = this.#thread!.next(REVALIDATE_BATCH_MAX);
    if (flows.length === 0) {
      core.dump!.endThread(this.#thread!);
      this.#thread = undefined;
      this.#carrier.report.flush(true);
      return 'finished';
    }
    const now = core.deps.clock.now();
    const table = this.#judgeTable();
    work.batch = batch;
    judge.prepare(now);
    for (let i = 0; i < flows.length; i++) this.#look(flows[i]!, now, table);
    work.batch = undefined;
    this.#carrier.report.flush(false);
    this.#timer.flowsDumped += flows.length;
    return batch.push(false) ? 'more' : 'waiting';
  }

  #look(flow: DumpedFlow, now: Instant, table: TableVerdict): void {
    const { core } = this.#tools;
    const slice = core.sliceOf(flow.key);
    let handle = slice.find(flow.key);
    if (handle === NO_HANDLE) handle = createFromDump(slice, flow, now);
    if (!this.#isToJudge(slice, handle)) return;
    const { stats } = this.#carrier.sighting;
    const dumped = flow.stats;
    stats.packets = dumped.packets;
    stats.bytes = dumped.bytes;
    stats.used = dumped.used;
    stats.tcpFlags = dumped.tcpFlags;
    if (slice.columns.state[handle] === UkeyState.INCONSISTENT) {
      core.count('dumped_inconsistent_flow');
      this.#carrier.carryOut(slice, handle, 'update_fail');
      return;
    }
    this.#age.used = stats.used;
    this.#age.createdAt = instant(slice.columns.createdAt[handle]!);
    const reason = judgeIdle(this.#age, now, table);
    const verdict =
      reason ?? this.#tools.judge.judge(slice, handle, stats, this.#carrier.sighting.revalSeq);
    this.#carrier.carryOut(slice, handle, verdict);
  }

  /** Whether this dump has not seen the flow yet and nobody is at it. */
  #isToJudge(slice: UkeySlice, handle: number): boolean {
    const { columns } = slice;
    const state = columns.state[handle]!;
    if (state === UkeyState.EVICTING) {
      this.#tools.core.count('upcall_ukey_contention');
      return false;
    }
    const isSeen = columns.dumpSeq[handle] === this.#carrier.sighting.dumpSeq;
    if (isSeen || state > UkeyState.EVICTING) {
      const hasCache = columns.caches[handle] !== undefined;
      this.#tools.core.count(hasCache ? 'dumped_duplicate_flow' : 'dumped_new_flow');
      return false;
    }
    if (state === UkeyState.VISIBLE) slice.move(handle, DUMPED, { type: 'flow.dumped' });
    return true;
  }

  #judgeTable(): TableVerdict {
    const { core } = this.#tools;
    const { settings, profile } = core.deps;
    const flows = core.flowCount.read();
    const facts = { flows, flowLimit: this.#flowLimit, maxIdle: milliseconds(settings.maxIdle()) };
    const verdict = judgeTable(facts, profile.killThreshold);
    if (verdict.isLimitHit) core.count('upcall_flow_limit_hit');
    if (verdict.isKilling) {
      core.count('upcall_flow_limit_kill');
      this.#warnOfKill(flows);
    }
    return verdict;
  }

  #warnOfKill(flows: number): void {
    if (this.#hasWarnedOfKill) return;
    this.#hasWarnedOfKill = true;
    const flowLimit = this.#flowLimit;
    this.#tools.core.warnKill(
      { flows, flowLimit },
      `Number of datapath flows (${flows}) twice as high as current dynamic flow limit ` +
        `(${flowLimit}).  Starting to delete flows unconditionally as an emergency measure.`,
    );
  }
}

/** The ukey of a flow that no handler of ours has put, or put in a life before this one. */
function createFromDump(slice: UkeySlice, flow: DumpedFlow, now: Instant): number {
  const used = flow.stats.used;
  const handle = slice.create({
    key: flow.key,
    mask: flow.mask,
    actions: flow.actions,
    createdAt: used === 0 ? now : used,
    revalSeq: NO_SEQ,
    dumpSeq: NO_SEQ,
  });
  slice.move(handle, INSTALL, { type: 'ukey.install' });
  return handle;
}
