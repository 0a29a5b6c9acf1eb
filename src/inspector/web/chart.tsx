/**
 * One chart: a uPlot that is made once, given new numbers as they come, and made anew only when its
 * lines or the theme are other ones. Its legend is ours: dash, name and the value under the cursor
 * or, where there is none, the last.
 */

import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import type { ChartsView } from '../view-data.js';
import { type ChartPlan, type SeriesPlan, shapeOf } from './chart-plan.js';
import { formatShort } from './format.js';
import { cssColor, theme } from './theme.js';
import 'uplot/dist/uPlot.min.css';

const FONT = '11px ui-sans-serif, system-ui, sans-serif';
/** Room for the numbers of the y axis, so that the charts below each other have one time axis. */
const AXIS_PX = 52;

export interface ChartProps {
  readonly plan: ChartPlan;
  readonly document: ChartsView;
  /** Switch time in seconds since the start, as long as the lines. */
  readonly seconds: readonly number[];
}

export function Chart({ plan, document, seconds }: ChartProps) {
  const frame = useRef<HTMLDivElement>(null);
  const legend = useRef<HTMLUListElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const data = [seconds, ...plan.series.map(({ values }) => values(document))];
  const latest = useRef(data);
  latest.current = data;
  const shape = `${shapeOf(plan)}|${theme.value}`;

  // The plan is named by its shape: nothing else of it changes.
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const made = new uPlot(optionsOf(plan, element, legend), asData(latest.current), element);
    chart.current = made;
    const observer = new ResizeObserver(() => made.setSize(sizeOf(element)));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      chart.current = undefined;
    };
  }, [shape]);

  useEffect(() => {
    if (chart.current !== undefined) chart.current.setData(asData(latest.current));
  }, [document]);

  return (
    <figure class="chart panel">
      <figcaption>
        <h3>
          {plan.title}
          {plan.unit === '' ? '' : <span class="quiet"> {plan.unit}</span>}
        </h3>
        <Legend plan={plan} list={legend} />
      </figcaption>
      <div class="chart-frame" ref={frame} />
    </figure>
  );
}

interface LegendProps {
  readonly plan: ChartPlan;
  readonly list: preact.RefObject<HTMLUListElement | null>;
}

/** The values are put in by `showValues`, without a rendering of their own. */
function Legend({ plan, list }: LegendProps) {
  return (
    <ul class="legend" ref={list}>
      {plan.series.map((series) => (
        <li key={series.label}>
          <svg width="26" height="8" aria-hidden="true">
            <line
              x1="0"
              y1="4"
              x2="26"
              y2="4"
              stroke={`var(${series.colour})`}
              stroke-width="2"
              stroke-dasharray={series.dash.join(' ')}
            />
          </svg>
          {series.label} <output class="number">–</output>
        </li>
      ))}
    </ul>
  );
}

function showValues(chart: uPlot, list: HTMLUListElement | null): void {
  if (list === null) return;
  const index = chart.cursor.idx ?? (chart.data[0]?.length ?? 0) - 1;
  for (const [i, output] of [...list.querySelectorAll('output')].entries()) {
    const value = chart.data[i + 1]?.[index];
    const text = value === undefined || value === null ? '–' : formatShort(value);
    if (output.textContent !== text) output.textContent = text;
  }
}

function optionsOf(
  plan: ChartPlan,
  element: HTMLElement,
  legend: { readonly current: HTMLUListElement | null },
): uPlot.Options {
  const show = (chart: uPlot): void => showValues(chart, legend.current);
  return {
    ...sizeOf(element),
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { sync: { key: 'charts', scales: ['x', null] }, points: { size: 6 }, y: false },
    scales: { x: { time: false }, y: scaleOf(plan) },
    axes: [axis(), yAxis(plan)],
    series: [{}, ...plan.series.map(seriesOf)],
    hooks: {
      setCursor: [show],
      setData: [show],
      ready: [show],
      draw: [(chart) => drawThresholds(chart, plan)],
    },
  };
}

function seriesOf({ label, dash, colour, isStepped }: SeriesPlan): uPlot.Series {
  const stepped = isStepped ? uPlot.paths.stepped?.({ align: 1 }) : undefined;
  return {
    label,
    dash: [...dash],
    stroke: cssColor(colour),
    width: 1.75,
    points: { show: false },
    ...(stepped && { paths: stepped }),
  };
}

/** From 0 on, and as far as the lowest threshold at least; logarithms begin at 1. */
function scaleOf({ isLogarithmic, thresholds }: ChartPlan): uPlot.Scale {
  const least = thresholds.at(-1)?.value ?? 1;
  const top = (max: number): number => Math.max(least, Number.isFinite(max) ? max : 0);
  if (!isLogarithmic) return { range: (_, __, max) => [0, 1.1 * top(max)] };
  return { distr: 3, range: (_, __, max) => [1, 10 ** Math.ceil(Math.log10(2 * top(max)))] };
}

function yAxis({ isLogarithmic }: ChartPlan): uPlot.Axis {
  const values: uPlot.Axis.DynamicValues = (_, splits) => splits.map(asTick);
  const plain = { ...axis(), size: AXIS_PX, values };
  if (!isLogarithmic) return plain;
  const filter: uPlot.Axis.Filter = (_, splits) => splits.map(decadeOnly);
  return { ...plain, filter, grid: { ...plain.grid, filter }, ticks: { ...plain.ticks, filter } };
}

function decadeOnly(split: number): number | null {
  return Number.isInteger(Math.log10(split)) ? split : null;
}

function axis(): uPlot.Axis {
  const line = { stroke: cssColor('--grid'), width: 1 };
  return {
    font: FONT,
    stroke: cssColor('--text-quiet'),
    grid: line,
    ticks: { ...line, size: 4 },
    size: 26,
    gap: 4,
  };
}

function asTick(value: number | null): string {
  return value === null ? '' : formatShort(value);
}

function drawThresholds(chart: uPlot, { thresholds }: ChartPlan): void {
  const { ctx, bbox } = chart;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = cssColor('--border-strong');
  ctx.fillStyle = cssColor('--text-quiet');
  ctx.font = `${10 * ratio}px ui-sans-serif, system-ui, sans-serif`;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'bottom';
  ctx.lineWidth = ratio;
  ctx.setLineDash([3 * ratio, 3 * ratio]);
  for (const { value, label } of thresholds) {
    const y = Math.round(chart.valToPos(value, 'y', true));
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.fillText(label, bbox.left + 6 * ratio, y - ratio);
  }
  ctx.restore();
}

function sizeOf(element: HTMLElement): { width: number; height: number } {
  return { width: Math.max(120, element.clientWidth), height: Math.max(80, element.clientHeight) };
}

/** uPlot takes arrays that it promises not to change. */
function asData(columns: readonly (readonly number[])[]): uPlot.AlignedData {
  return columns as uPlot.AlignedData;
}
