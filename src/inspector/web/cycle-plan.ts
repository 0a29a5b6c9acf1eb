/**
 * Where the phases of the leader's cycles lie on the timeline: to scale, or each phase with room
 * for its words.
 *
 * A dump takes milliseconds and the wait after it half a second, and under a virtual clock a phase
 * takes no time at all; so the plan that is not to scale gives each phase a column of its own, from
 * barrier to barrier, and within it shows who was done before the others. Places are fractions of
 * the timeline's width.
 */

import type { CycleRow, CycleSpan } from '../view-data.js';
import { linearScale } from './scale.js';

export type Phase = CycleSpan['phase'];

export interface PlannedBar {
  readonly cycle: number;
  readonly revalidator: number;
  readonly phase: Phase;
  readonly x: number;
  readonly width: number;
  /** How long it took; undefined: it goes on. */
  readonly ms: number | undefined;
}

export interface CyclePlan {
  /** From the lowest number. */
  readonly revalidators: readonly number[];
  readonly bars: readonly PlannedBar[];
  /** Where all came together. */
  readonly barriers: readonly number[];
  /** Where cycles begin. */
  readonly starts: readonly { readonly x: number; readonly cycle: CycleRow }[];
}

/** What a phase gets of its cycle's width, and what ends it. */
const COLUMNS: readonly { readonly phase: Phase; readonly x: number; readonly width: number }[] = [
  { phase: 'dump', x: 0, width: 0.36 },
  { phase: 'sweep', x: 0.36, width: 0.28 },
  { phase: 'finish', x: 0.64, width: 0.12 },
  { phase: 'wait', x: 0.76, width: 0.24 },
];
/** Phases that end at a barrier. */
const AT_BARRIER: readonly Phase[] = ['dump', 'sweep'];

/** Every phase in its column, all cycles equally wide. */
export function planByPhase(cycles: readonly CycleRow[]): CyclePlan {
  const share = 1 / Math.max(1, cycles.length);
  const parts = cycles.map((cycle, i) => ({ cycle, from: i * share }));
  return {
    revalidators: revalidatorsOf(cycles),
    bars: parts.flatMap(({ cycle, from }) => columnBars(cycle, from, share)),
    barriers: parts.flatMap(({ cycle, from }) =>
      COLUMNS.filter(({ phase }) => AT_BARRIER.includes(phase) && isOver(cycle, phase)).map(
        ({ x, width }) => from + (x + width) * share,
      ),
    ),
    starts: parts.map(({ cycle, from }) => ({ x: from, cycle })),
  };
}

function columnBars(cycle: CycleRow, from: number, share: number): readonly PlannedBar[] {
  return COLUMNS.flatMap((column) => {
    const works = cycle.lanes.map(({ revalidator, spans }) => ({
      revalidator,
      spans: spans.filter((span) => columnOf(span) === column.phase),
    }));
    const longest = Math.max(0, ...works.map(({ spans }) => durationOf(spans) ?? 0));
    return works.flatMap(({ revalidator, spans }) => {
      const [span] = spans;
      if (span === undefined) return [];
      const ms = durationOf(spans);
      const part = ms === undefined || longest === 0 ? 1 : Math.max(0.15, ms / longest);
      const x = from + column.x * share;
      const width = column.width * share;
      const bar = {
        cycle: cycle.cycle,
        revalidator,
        phase: span.phase,
        x,
        width: width * part,
        ms,
      };
      if (part === 1 || !AT_BARRIER.includes(column.phase)) return [bar];
      const waited = longest - (ms ?? 0);
      const rest = { x: x + width * part, width: width * (1 - part), ms: waited };
      return [bar, { ...bar, phase: 'barrier' as const, ...rest }];
    });
  });
}

/** The column that a span belongs to; waits at barriers are what is left of a column. */
function columnOf({ phase }: CycleSpan): Phase | undefined {
  if (phase === 'barrier') return undefined;
  return phase === 'parked' ? 'wait' : phase;
}

/** Undefined: the last of them goes on. */
function durationOf(spans: readonly CycleSpan[]): number | undefined {
  let sum = 0;
  for (const { from, to } of spans) {
    if (to === undefined) return undefined;
    sum += to - from;
  }
  return sum;
}

/** Whether everybody has left a phase. */
function isOver({ lanes }: CycleRow, phase: Phase): boolean {
  const spans = lanes.flatMap((lane) => lane.spans.filter((span) => span.phase === phase));
  return spans.length > 0 && spans.every(({ to }) => to !== undefined);
}

/** By the switch's clock; `now` ends what goes on. */
export function planToScale(cycles: readonly CycleRow[], now: number): CyclePlan {
  const first = cycles[0]?.startedAt ?? now;
  const ends = cycles.flatMap((cycle) => allSpans(cycle).map(({ from, to }) => to ?? from));
  const place = linearScale([first, Math.max(now, first + 1, ...ends)], [0, 1]);
  return {
    revalidators: revalidatorsOf(cycles),
    bars: cycles.flatMap((cycle) => scaledBars(cycle, place, now)),
    barriers: cycles.flatMap((cycle) => AT_BARRIER.flatMap((phase) => endOf(cycle, phase, place))),
    starts: cycles.map((cycle) => ({ x: place(cycle.startedAt), cycle })),
  };
}

function scaledBars(
  cycle: CycleRow,
  place: (t: number) => number,
  now: number,
): readonly PlannedBar[] {
  return cycle.lanes.flatMap(({ revalidator, spans }) =>
    spans.map(({ phase, from, to }) => {
      const x = place(from);
      const ms = to === undefined ? undefined : to - from;
      const width = Math.max(0, place(to ?? Math.max(now, from)) - x);
      return { cycle: cycle.cycle, revalidator, phase, x, width, ms };
    }),
  );
}

/** The barrier that ends a phase: where the last one has left it. */
function endOf(cycle: CycleRow, phase: Phase, place: (t: number) => number): readonly number[] {
  if (!isOver(cycle, phase)) return [];
  const ends = allSpans(cycle).flatMap((span) => (span.phase === phase ? [span.to ?? 0] : []));
  return [place(Math.max(...ends))];
}

function allSpans({ lanes }: CycleRow): readonly CycleSpan[] {
  return lanes.flatMap(({ spans }) => spans);
}

function revalidatorsOf(cycles: readonly CycleRow[]): readonly number[] {
  const numbers = cycles.flatMap(({ lanes }) => lanes.map(({ revalidator }) => revalidator));
  return [...new Set(numbers)].sort((a, b) => a - b);
}
