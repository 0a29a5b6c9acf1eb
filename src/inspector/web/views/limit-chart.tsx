/**
 * The flow limit as it adapts: a line that steps at each change, and the flows of each cycle below
 * or above it.
 */

import type { CycleView } from '../../view-data.js';
import { formatCount, formatShort } from '../format.js';
import { useMeasuredWidth } from '../measured-width.js';
import { linearScale, roundUp } from '../scale.js';

const HEIGHT = 150;
const TOP = 8;
const BOTTOM = 6;
const WORDS_WIDTH = 92;

/** A point of a stepped line. */
export interface LimitPoint {
  readonly t: number;
  readonly limit: number;
}

export function LimitChart({ view }: { view: CycleView }) {
  const [element, width] = useMeasuredWidth();
  const points = limitPoints(view);
  const flows = view.cycles.map(({ startedAt, flows: count }) => ({ t: startedAt, limit: count }));
  const times = [...points, ...flows].map(({ t }) => t);
  const top = roundUp(1.2 * Math.max(1, ...[...points, ...flows].map(({ limit }) => limit)));
  const x = linearScale(
    [Math.min(...times), Math.max(...times)],
    [2, Math.max(2, width - WORDS_WIDTH)],
  );
  const y = linearScale([0, top], [HEIGHT - BOTTOM, TOP]);
  const last = points.at(-1);
  const lastFlows = flows.at(-1);
  return (
    <section aria-labelledby="cycle-limit">
      <h2 id="cycle-limit">
        Flow limit <span class="quiet">(solid), and flows (dotted)</span>
      </h2>
      <div ref={element}>
        <svg class="small-chart" width={width} height={HEIGHT} aria-label="Flow limit over time">
          <path class="axis" d={`M0,${HEIGHT - BOTTOM}H${width - WORDS_WIDTH}`} />
          <path class="axis is-quiet" d={`M0,${TOP}H${width - WORDS_WIDTH}`} />
          <path class="flows-line" d={steppedPath(flows, x, y)} />
          <path class="limit-line" d={steppedPath(points, x, y)} />
          <text x={width - WORDS_WIDTH + 6} y={TOP + 6} class="chart-text is-quiet">
            {formatShort(top)}
          </text>
          {last === undefined ? null : (
            <text x={width - WORDS_WIDTH + 6} y={clamp(y(last.limit)) + 4} class="chart-text">
              limit {formatShort(last.limit)}
            </text>
          )}
          {lastFlows === undefined ? null : (
            <text x={width - WORDS_WIDTH + 6} y={HEIGHT - BOTTOM} class="chart-text">
              flows {formatShort(lastFlows.limit)}
            </text>
          )}
        </svg>
      </div>
      <p class="visually-hidden">
        The limit is {last === undefined ? 'unknown' : formatCount(last.limit)}.
      </p>
    </section>
  );
}

/** What the limit was when: the changes, and between them what the cycles say. */
export function limitPoints({ cycles, limits }: CycleView): readonly LimitPoint[] {
  const said = cycles.flatMap(({ doneAt, flowLimit }) =>
    doneAt === undefined || flowLimit === undefined ? [] : [{ t: doneAt, limit: flowLimit }],
  );
  const first = cycles[0]?.startedAt ?? Number.NEGATIVE_INFINITY;
  const moved = limits.filter(({ t }) => t >= first).map(({ t, to }) => ({ t, limit: to }));
  return [...said, ...moved].sort((a, b) => a.t - b.t);
}

/** A line that goes across to each point and then up or down to it. */
export function steppedPath(
  points: readonly LimitPoint[],
  x: (t: number) => number,
  y: (limit: number) => number,
): string {
  return points
    .map(({ t, limit }, i) => {
      const place = `${x(t).toFixed(1)},${y(limit).toFixed(1)}`;
      if (i === 0) return `M${place}`;
      return `H${x(t).toFixed(1)}V${y(limit).toFixed(1)}`;
    })
    .join('');
}

/** Words of the limit stay clear of those above and below. */
function clamp(y: number): number {
  return Math.min(HEIGHT - BOTTOM - 18, Math.max(TOP + 16, y));
}
