/**
 * Which charts there are: of each its lines, how they are told apart without colour, and the limits
 * that are drawn across it. `chart.tsx` draws a plan; the table beside the charts reads it, too.
 */

import type { ChartsView } from '../view-data.js';

/** Dashes and gaps in px, by the place of a line in its chart; none: a full line. */
const DASHES: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [10, 3, 2, 3], [14, 4], [4, 2]];
/** Properties of `theme.css`. */
const COLOURS = ['--blue', '--vermillion', '--green', '--purple', '--orange', '--grey'] as const;

export interface SeriesPlan {
  readonly label: string;
  readonly dash: readonly number[];
  readonly colour: string;
  /** The line goes in steps: the value held until it changed. */
  readonly isStepped: boolean;
  readonly values: (document: ChartsView) => readonly number[];
}

/** A limit drawn across a chart. */
export interface ThresholdPlan {
  readonly value: number;
  readonly label: string;
}

export interface ChartPlan {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly series: readonly SeriesPlan[];
  readonly thresholds: readonly ThresholdPlan[];
  /** What is small beside the largest is to be seen, too: a grid line is ten times the last. */
  readonly isLogarithmic: boolean;
}

/** What the leader's thresholds do: the same as `CycleView.thresholdsMs`. */
const DUMP_THRESHOLDS: readonly ThresholdPlan[] = [
  { value: 200, label: '200: beyond, seldom used flows go' },
  { value: 1000, label: '1000: beyond, the limit stays' },
  { value: 1300, label: '1300: beyond, the limit × ¾' },
  { value: 2000, label: '2000: beyond, the limit ÷ seconds' },
];

const FIXED: readonly ChartPlan[] = [
  plan('packets', 'Packets', '/s', [
    line('hits', (document) => document.hitsPerSecond),
    line('misses', (document) => document.missesPerSecond),
  ]),
  plan('upcalls', 'Upcalls', '/s', [
    line('upcalls', (document) => document.upcallsPerSecond),
    line('lost', (document) => document.lostPerSecond),
  ]),
  {
    ...plan('flows', 'Flows against the limit', '', [
      line('flows', (document) => document.flows),
      line('limit', (document) => document.flowLimit),
    ]),
    isLogarithmic: true,
  },
  {
    ...plan('dump', 'Dump duration', 'ms', [line('dump', (document) => document.dumpMs)]),
    thresholds: DUMP_THRESHOLDS,
  },
];

const DELAY = plan('loop', 'Event loop late', 'ms', [
  line('delay', (document) => document.loopDelayMs),
]);

/** Reasons with a line of their own; the rest is one line more. */
const REASONS_MAX = DASHES.length - 1;

/** All charts; the lines of deletions are the reasons in the document. */
export function chartPlans(document: ChartsView): readonly ChartPlan[] {
  return [...FIXED, deletionsPlan(document), DELAY];
}

/** What is in the table: the time, and every line of every chart. */
export function tableColumns(
  plans: readonly ChartPlan[],
): readonly { readonly title: string; readonly series: SeriesPlan }[] {
  return plans.flatMap(({ title, unit, series }) =>
    series.map((one) => ({ title: `${title}: ${one.label}${unit && ` (${unit})`}`, series: one })),
  );
}

/** Changes when a chart must be made anew, and not only be given other numbers. */
export function shapeOf({ id, series }: ChartPlan): string {
  return [id, ...series.map(({ label }) => label)].join('|');
}

function deletionsPlan({ deleted }: ChartsView): ChartPlan {
  const reasons = Object.keys(deleted).sort();
  const own = reasons.length > REASONS_MAX + 1 ? reasons.slice(0, REASONS_MAX) : reasons;
  const rest = reasons.slice(own.length);
  const series = own.map((reason) => line(reason, (document) => document.deleted[reason] ?? []));
  if (rest.length > 0) series.push(line('others', (document) => sumOf(document, rest)));
  if (series.length === 0) series.push(line('none yet', ({ t }) => t.map(() => 0)));
  return plan('deleted', 'Deletions by reason', '', series);
}

function sumOf(document: ChartsView, reasons: readonly string[]): number[] {
  return document.t.map((_, i) =>
    reasons.reduce((sum, reason) => sum + (document.deleted[reason]?.[i] ?? 0), 0),
  );
}

type LinePlan = Pick<SeriesPlan, 'label' | 'values'>;

function line(label: string, values: SeriesPlan['values']): LinePlan {
  return { label, values };
}

function plan(id: string, title: string, unit: string, lines: readonly LinePlan[]): ChartPlan {
  const series = lines.map((one, i) => ({
    ...one,
    dash: DASHES[i % DASHES.length] ?? [],
    colour: COLOURS[i % COLOURS.length] ?? COLOURS[0],
    isStepped: id === 'flows',
  }));
  return { id, title, unit, series, thresholds: [], isLogarithmic: false };
}
