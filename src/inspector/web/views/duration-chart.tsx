/**
 * How long each cycle took, by logarithm, against the thresholds that decide what becomes of the
 * flow limit, and of revalidation.
 */

import type { CycleRow, CycleView } from '../../view-data.js';
import { formatDuration } from '../format.js';
import { useMeasuredWidth } from '../measured-width.js';
import { logScale } from '../scale.js';

const HEIGHT = 150;
const TOP = 8;
const BOTTOM = 6;
/** Half of the shortest cycle that there is, so that it can be seen. */
const MS_MIN = 0.5;
const MS_MAX = 5000;
/** Room for the words of the thresholds. */
const WORDS_WIDTH = 218;

/** What a cycle longer than each threshold leads to. */
const MEANINGS: Readonly<Record<number, string>> = {
  200: '200 ms: rarely hit flows go',
  1000: '1 s: the limit stays',
  1300: '1.3 s: the limit loses a quarter',
  2000: '2 s: the limit ÷ seconds',
};
/** Two thresholds lie so close that their words need to be moved apart. */
const SHIFTS: Readonly<Record<number, number>> = { 1000: 10, 1300: 3, 2000: -5 };

interface DurationProps {
  readonly cycles: readonly CycleRow[];
  readonly thresholdsMs: CycleView['thresholdsMs'];
}

export function DurationChart({ cycles, thresholdsMs }: DurationProps) {
  const [element, width] = useMeasuredWidth();
  const y = logScale([MS_MIN, MS_MAX], [HEIGHT - BOTTOM, TOP]);
  const plotWidth = Math.max(0, width - WORDS_WIDTH);
  const step = plotWidth / Math.max(1, cycles.length);
  return (
    <section aria-labelledby="cycle-durations">
      <h2 id="cycle-durations">
        Duration <span class="quiet">of each cycle's dump and sweep; by logarithm</span>
      </h2>
      <div ref={element}>
        <svg class="small-chart" width={width} height={HEIGHT} aria-label="Duration of cycles">
          {cycles.map((row, i) => (
            <DurationBar key={row.cycle} row={row} x={i * step} width={step} y={y} />
          ))}
          {thresholdsMs.map((ms) => (
            <g key={ms}>
              <path class="threshold" d={`M0,${y(ms)}H${plotWidth + 4}`} />
              <text x={plotWidth + 8} y={y(ms) + 4 + (SHIFTS[ms] ?? 0)} class="chart-text">
                {`> ${MEANINGS[ms] ?? formatDuration(ms)}`}
              </text>
            </g>
          ))}
          <path class="axis" d={`M0,${HEIGHT - BOTTOM}H${plotWidth}`} />
        </svg>
      </div>
    </section>
  );
}

interface BarProps {
  readonly row: CycleRow;
  readonly x: number;
  readonly width: number;
  readonly y: (ms: number) => number;
}

function DurationBar({ row, x, width, y }: BarProps) {
  const { cycle, durationMs } = row;
  if (durationMs === undefined) return null;
  const top = Math.min(y(durationMs), HEIGHT - BOTTOM - 1);
  return (
    <rect
      class="duration-bar"
      x={x + 1}
      y={top}
      width={Math.max(1, width - 2)}
      height={HEIGHT - BOTTOM - top}
    >
      <title>{`cycle ${cycle}: ${formatDuration(durationMs)}`}</title>
    </rect>
  );
}
