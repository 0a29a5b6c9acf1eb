/**
 * The timeline: a lane for each revalidator, with its phases, and barriers where all come together.
 *
 * Phases differ by pattern and by their word as well as by colour.
 */

import { useState } from 'preact/hooks';
import type { CycleRow } from '../../view-data.js';
import { position } from '../connection.js';
import { type CyclePlan, type Phase, planByPhase, planToScale } from '../cycle-plan.js';
import { useMeasuredWidth } from '../measured-width.js';
import { BarShape, Patterns } from './phase-bars.js';

const LABEL_WIDTH = 108;
const LANE_HEIGHT = 24;
const HEAD_HEIGHT = 20;
const COUNTS = [1, 3, 10];
const PHASES: readonly (readonly [Phase, string])[] = [
  ['dump', 'dump'],
  ['sweep', 'sweep'],
  ['finish', 'finish'],
  ['wait', 'wait'],
  ['barrier', 'waits at the barrier'],
  ['parked', 'paused'],
];

export function CycleLanes({ cycles }: { cycles: readonly CycleRow[] }) {
  const [count, setCount] = useState(3);
  const [isToScale, setToScale] = useState(false);
  const shown = cycles.slice(-count);
  const now = position.value?.t ?? 0;
  const plan = isToScale ? planToScale(shown, now) : planByPhase(shown);
  return (
    <section aria-labelledby="cycle-lanes">
      <div class="lanes-head">
        <h2 id="cycle-lanes">Phases of each revalidator</h2>
        <label>
          last{' '}
          <select
            value={String(count)}
            onChange={({ currentTarget }) => setCount(Number(currentTarget.value))}
          >
            {COUNTS.map((choice) => (
              <option key={choice} value={String(choice)}>
                {choice}
              </option>
            ))}
          </select>{' '}
          cycles
        </label>
        <label title="Otherwise each phase has room for its name">
          <input
            type="checkbox"
            checked={isToScale}
            onChange={({ currentTarget }) => setToScale(currentTarget.checked)}
          />{' '}
          to scale
        </label>
        <Legend />
      </div>
      {shown.length === 0 ? <p class="quiet">No cycle has begun yet.</p> : <Lanes plan={plan} />}
    </section>
  );
}

function Legend() {
  return (
    <span class="lanes-legend">
      {PHASES.map(([phase, text]) => (
        <span key={phase} class="legend-item">
          <svg width="18" height="12" aria-hidden="true">
            <rect class={`phase-ground is-${phase}`} width="18" height="12" />
            <rect class={`phase-bar is-${phase}`} x="0.5" y="0.5" width="17" height="11" />
          </svg>{' '}
          {text}
        </span>
      ))}
    </span>
  );
}

function Lanes({ plan }: { plan: CyclePlan }) {
  const [element, width] = useMeasuredWidth();
  const height = HEAD_HEIGHT + Math.max(1, plan.revalidators.length) * LANE_HEIGHT + 4;
  const x = (part: number): number => LABEL_WIDTH + part * Math.max(0, width - LABEL_WIDTH - 1);
  const y = (revalidator: number): number =>
    HEAD_HEIGHT + plan.revalidators.indexOf(revalidator) * LANE_HEIGHT;
  return (
    <div ref={element}>
      <svg class="lanes" width={width} height={height} aria-label="Phases of the last cycles">
        <Patterns />
        {plan.revalidators.map((number) => (
          <text key={number} x={0} y={y(number) + 16} class="lane-name">
            {number === 0 ? 'leader' : `revalidator ${number}`}
          </text>
        ))}
        {plan.bars.map((bar) => (
          <BarShape
            key={`${bar.cycle}/${bar.revalidator}/${bar.phase}/${bar.x}`}
            bar={bar}
            x={x(bar.x)}
            y={y(bar.revalidator) + 3}
            width={x(bar.x + bar.width) - x(bar.x)}
            height={LANE_HEIGHT - 6}
          />
        ))}
        {plan.starts.map(({ x: at, cycle }) => (
          <g key={cycle.cycle}>
            <path class="cycle-start" d={`M${x(at)},0V${height}`} />
            <text x={x(at) + 5} y={13} class="cycle-name">
              cycle {cycle.cycle}
            </text>
          </g>
        ))}
        {plan.barriers.map((at) => (
          <path key={at} class="barrier-line" d={`M${x(at)},${HEAD_HEIGHT - 4}V${height}`} />
        ))}
      </svg>
    </div>
  );
}
