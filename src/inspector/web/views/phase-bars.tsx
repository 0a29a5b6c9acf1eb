/**
 * A phase as a bar with its word, and the patterns that tell phases apart without colour.
 */

import type { PlannedBar } from '../cycle-plan.js';
import { formatDuration } from '../format.js';

/** What is thinner cannot be seen. */
const WIDTH_MIN = 2;
/** Of a character of the label. */
const CHARACTER_WIDTH = 6.7;

interface BarProps {
  readonly bar: PlannedBar;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export function BarShape({ bar, x, y, width, height }: BarProps) {
  const { phase, ms } = bar;
  const time = ms === undefined ? '…' : formatDuration(ms);
  const label = fitting([`${phase} ${time}`, phase], width);
  const place = { x: x + 0.5, y: y + 0.5, width: Math.max(WIDTH_MIN, width - 1), height };
  return (
    <g>
      <title>{`cycle ${bar.cycle}, revalidator ${bar.revalidator}: ${phase} ${time}`}</title>
      <rect class={`phase-ground is-${phase}`} {...place} />
      <rect class={`phase-bar is-${phase}${ms === undefined ? ' is-open' : ''}`} {...place} />
      {label === undefined || phase === 'barrier' ? null : (
        <>
          <rect
            class={`phase-plate is-${phase}`}
            x={x + 4}
            y={y + 3}
            width={label.length * CHARACTER_WIDTH + 4}
            height={height - 5}
          />
          <text x={x + 6} y={y + 13} class="phase-label">
            {label}
          </text>
        </>
      )}
    </g>
  );
}

/** The longest label that has room. */
function fitting(labels: readonly string[], width: number): string | undefined {
  return labels.find((label) => label.length * CHARACTER_WIDTH + 10 <= width);
}

export function Patterns() {
  return (
    <defs>
      <pattern id="stripes" width="6" height="6" patternUnits="userSpaceOnUse">
        <path d="M-1,7L7,-1M-1,1L1,-1M5,7L7,5" class="pattern-line" />
      </pattern>
      <pattern id="dots" width="6" height="6" patternUnits="userSpaceOnUse">
        <circle cx="3" cy="3" r="1.1" class="pattern-dot" />
      </pattern>
      <pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse">
        <path d="M-1,-1L6,6M-1,4L1,6M4,-1L6,1" class="pattern-hatch" />
      </pattern>
    </defs>
  );
}
