/**
 * The dump phase of one revalidator as the seed has it. Profile `ovs-2.3`.
 *
 * A flow that has no ukey gets one here, whoever put it. One that is marked, or whose deletion was
 * sent in this cycle, is a duplicate and skipped. Any other is judged, by the limit and its age and
 * then by `revalidate_ukey`, and is marked or deleted.
 *
 * Owner: its cursor (the dump thread) and its scratch. Hot path. Bench: `bench/dump.ts`. Rows U-094
 * to U-109, U-131. Answers to the seed's `revalidate` (L1432).
 */

import { type Instant, instant, milliseconds, seqNo } from '../base/brands.js';
import type { DumpedFlow, FlowDumpThread } from '../datapath/dpif.js';
import { judgeIdle, judgeTable, type TableVerdict } from '../machines/idle.js';
import { REVALIDATE_BATCH_MAX } from './operation-batch.js';
import type { LifeTools } from './revalidator-phases.js';
import { createSighting } from './sighting.js';
import type { StepResult } from './slices.js';
import { NO_HANDLE } from './ukey-columns.js';
import { Ukey2014State, ukeyMoves2014 } from './ukey-moves.js';
import type { UkeySlice } from './ukey-slice.js';
import type { FlowJudge2014, Verdict2014 } from './verdict-2014.js';
import { VerdictReport } from './verdict-report.js';

export interface PhaseTools2014 extends LifeTools {
  readonly judge: FlowJudge2014;
}

const KEEP = ukeyMoves2014.eventCode('flow.keep');
const DELETE = ukeyMoves2014.eventCode('flow.delete');
const NO_SEQ = seqNo(0);

export class DumpPhase2014 {
  readonly #tools: PhaseTools2014;
  /** A ukey of 2.3 takes nothing from it but its type. */
  readonly #kept = createSighting();
  readonly #report: VerdictReport;
  #thread: FlowDumpThread | undefined;
  #flowLimit = 0;

  constructor(tools: PhaseTools2014) {
    this.#tools = tools;
    this.#report = new VerdictReport(tools.core, 'dump', tools.index);
  }

  /** Joins the open dump and samples what holds for all of it. */
  start(): void {
    const { core } = this.#tools;
    this.#thread = core.dump!.thread();
    this.#flowLimit = core.flowLimit;
  }

  step(): StepResult {
    const { core, work, batch, judge, timer } = this.#tools;
    const flows = this.#thread!.next(REVALIDATE_BATCH_MAX);
    if (flows.length === 0) {
      core.dump!.endThread(this.#thread!);
      this.#thread = undefined;
      this.#report.flush(true);
      return 'finished';
    }
    const now = core.deps.clock.now();
    const table = this.#judgeTable();
    work.batch = batch;
    judge.prepare(now);
    for (let i = 0; i < flows.length; i++) this.#look(flows[i]!, now, table);
    work.batch = undefined;
    this.#report.flush(false);
    timer.flowsDumped += flows.length;
    return batch.push(false) ? 'more' : 'waiting';
  }

  #look(flow: DumpedFlow, now: Instant, table: TableVerdict): void {
    const { core, judge } = this.#tools;
    const slice = core.sliceOf(flow.key);
    const found = slice.find(flow.key);
    const handle = found === NO_HANDLE ? createFromDump(slice, flow, now) : found;
    if (slice.stateOf(handle) !== Ukey2014State.UNMARKED) {
      core.count('dumped_duplicate_flow');
      return;
    }
    const { used } = flow.stats;
    const createdAt = instant(slice.columns.createdAt[handle]!);
    const reason = judgeIdle({ used, createdAt }, now, table);
    // The judge accepts the counters, and nobody can tell afterwards.
    const hasMoved = flow.stats.packets !== slice.columns.packets[handle];
    const verdict = reason ?? judge.judge(slice, handle, flow);
    if (this.#report.isWanted) {
      this.#report.tell({ key: slice.columns.keys[handle]!, verdict, stats: flow.stats, hasMoved });
    }
    this.#carryOut(slice, handle, verdict);
  }

  #carryOut(slice: UkeySlice, handle: number, verdict: Verdict2014): void {
    if (verdict === 'keep') slice.move(handle, KEEP, this.#kept);
    else slice.move(handle, DELETE, { type: 'flow.delete', reason: verdict });
  }

  #judgeTable(): TableVerdict {
    const { core } = this.#tools;
    const { settings, profile } = core.deps;
    const flows = core.flowCount.read();
    const facts = { flows, flowLimit: this.#flowLimit, maxIdle: milliseconds(settings.maxIdle()) };
    return judgeTable(facts, profile.killThreshold);
  }
}

function createFromDump(slice: UkeySlice, flow: DumpedFlow, now: Instant): number {
  const { key, mask, actions, stats } = flow;
  const createdAt = stats.used === 0 ? now : stats.used;
  return slice.create({ key, mask, actions, createdAt, revalSeq: NO_SEQ, dumpSeq: NO_SEQ });
}
