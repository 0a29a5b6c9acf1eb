/**
 * The leader's cycles at one position of the log: their phases as lanes, their figures, and the
 * flow limit as it moved.
 *
 * A lane is cut where a cycle begins: what a revalidator is in then goes on in the next cycle. Only
 * the newest cycle ever changes; the older ones are shared between copies.
 *
 * Owner: one `ModelState`.
 */

import type {
  CycleDoneEntry,
  CycleStartEntry,
  IdleEntry,
  LimitEntry,
  PhaseEntry,
} from './log-entry.js';
import type { CycleRow, CycleSpan } from './view-data.js';

/** A page's width of cycles. */
export const CYCLES_MAX = 40;
/** Moves of the limit that are remembered: one a cycle, for as many as are shown, and then some. */
export const LIMITS_MAX = 200;

type Lanes = ReadonlyMap<number, readonly CycleSpan[]>;

export interface CycleRecord extends Omit<CycleRow, 'lanes'> {
  readonly intervalMs: number | undefined;
  readonly lanes: Lanes;
}

export class CyclesModel {
  #cycles: CycleRecord[] = [];
  #limits: LimitEntry[] = [];
  #flowLimit = 0;
  #nextAt: number | undefined;
  /** What each revalidator is in now; before the first cycle there is no lane for it. */
  #open = new Map<number, CycleSpan>();
  /** Those of them that began before the cycle. */
  #carried = new Set<CycleSpan>();

  /** Oldest first, `CYCLES_MAX` at most. */
  get cycles(): readonly CycleRecord[] {
    return this.#cycles;
  }

  /** Moves of the limit, oldest first. */
  get limits(): readonly LimitEntry[] {
    return this.#limits;
  }

  /** As it was last said; 0: not yet. */
  get flowLimit(): number {
    return this.#flowLimit;
  }

  /** When the leader's wait ends at the latest; undefined: it does not wait. */
  get nextAt(): number | undefined {
    return this.#nextAt;
  }

  start(entry: CycleStartEntry): void {
    const { t, cycle, flows, needsRevalidation, reasons } = entry;
    const carried = [...this.#open].map(([revalidator, span]) => {
      this.#close(revalidator, span, t);
      return [revalidator, { ...span, from: t }] as const;
    });
    this.#open = new Map(carried);
    this.#carried = new Set(this.#open.values());
    this.#nextAt = undefined;
    this.#cycles.push({
      cycle,
      startedAt: t,
      doneAt: undefined,
      durationMs: undefined,
      intervalMs: undefined,
      flows,
      flowsDumped: undefined,
      flowsRevalidated: undefined,
      flowLimit: undefined,
      needsRevalidation,
      reasons,
      deleted: 0,
      lanes: new Map(carried.map(([revalidator, span]) => [revalidator, [span]])),
    });
    if (this.#cycles.length > CYCLES_MAX) this.#cycles.shift();
  }

  enter({ t, revalidator, phase }: PhaseEntry): void {
    const open = this.#open.get(revalidator);
    if (open !== undefined) this.#close(revalidator, open, t);
    this.#open.delete(revalidator);
    if (phase === 'exited') return;
    const span: CycleSpan = { phase, from: t, to: undefined };
    this.#open.set(revalidator, span);
    this.#changeLane(revalidator, (spans) => [...spans, span]);
  }

  finish(entry: CycleDoneEntry): void {
    const { t, startedAt, intervalMs, flowLimit } = entry;
    this.#flowLimit = flowLimit;
    this.#nextAt = startedAt + intervalMs;
    const { flowsDumped, flowsRevalidated, durationMs } = entry;
    const figures = { flowsDumped, flowsRevalidated, durationMs, intervalMs, flowLimit };
    this.#change((cycle) => ({ ...cycle, ...figures, startedAt, doneAt: t }));
  }

  /** Cycles without flows were crossed in one step. */
  cross({ until }: IdleEntry): void {
    if (this.#nextAt !== undefined) this.#nextAt = Math.max(this.#nextAt, until);
  }

  countDeletion(): void {
    this.#change((cycle) => ({ ...cycle, deleted: cycle.deleted + 1 }));
  }

  moveLimit(entry: LimitEntry): void {
    this.#flowLimit = entry.to;
    this.#limits.push(entry);
    if (this.#limits.length > LIMITS_MAX) this.#limits.shift();
  }

  /** What a sample says, for a limit that has not moved yet. */
  noteLimit(flowLimit: number): void {
    this.#flowLimit = flowLimit;
  }

  copy(): CyclesModel {
    const copy = new CyclesModel();
    copy.#cycles = this.#cycles.slice();
    copy.#limits = this.#limits.slice();
    copy.#flowLimit = this.#flowLimit;
    copy.#nextAt = this.#nextAt;
    copy.#open = new Map(this.#open);
    copy.#carried = new Set(this.#carried);
    return copy;
  }

  /** Ends the span; one that was only carried over and ended at once is taken out again. */
  #close(revalidator: number, open: CycleSpan, t: number): void {
    this.#changeLane(revalidator, (spans) => {
      if (spans.at(-1) !== open) return spans;
      const isNothing = open.from === t && this.#carried.has(open);
      return [...spans.slice(0, -1), ...(isNothing ? [] : [{ ...open, to: t }])];
    });
  }

  #changeLane(
    revalidator: number,
    change: (spans: readonly CycleSpan[]) => readonly CycleSpan[],
  ): void {
    this.#change((cycle) => {
      const lanes = new Map(cycle.lanes);
      return { ...cycle, lanes: lanes.set(revalidator, change(lanes.get(revalidator) ?? [])) };
    });
  }

  #change(change: (cycle: CycleRecord) => CycleRecord): void {
    const last = this.#cycles.at(-1);
    if (last !== undefined) this.#cycles[this.#cycles.length - 1] = change(last);
  }
}
