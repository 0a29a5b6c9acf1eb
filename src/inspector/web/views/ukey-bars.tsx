/**
 * The ukeys by state, all states always in their order; and how many flows there may be.
 */

import type { HouseView } from '../../view-data.js';
import { formatCount, formatRate } from '../format.js';
import { hrefOf } from '../route.js';

export function UkeyBars({ house }: { house: HouseView }) {
  const sum = house.ukeys.reduce((total, { count }) => total + count, 0);
  return (
    <section class="house-ukeys panel" aria-labelledby="house-ukeys">
      <h2 id="house-ukeys">
        Ukeys by state <span class="quiet">of machine</span>{' '}
        <a href={hrefOf('machines', house.ukeyMachine)}>{house.ukeyMachine}</a>
      </h2>
      <dl class="bars">
        {house.ukeys.map(({ state, count }) => (
          <Bar key={state} label={state} count={count} of={sum} />
        ))}
      </dl>
      <h3>Flows in the datapath</h3>
      <FlowGauge flows={house.flows} limit={house.flowLimit} />
      <dl class="bars is-plain">
        <dt>upcalls</dt>
        <dd class="number">{formatRate(house.upcallsPerSecond)}</dd>
      </dl>
    </section>
  );
}

function Bar({ label, count, of }: { label: string; count: number; of: number }) {
  const percent = of === 0 ? 0 : (100 * count) / of;
  return (
    <>
      <dt class="mono">{label}</dt>
      <dd>
        <span class="bar" aria-hidden="true">
          <span class="bar-fill" style={{ width: `${percent}%` }} />
        </span>
        <span class="number bar-count">{formatCount(count)}</span>
      </dd>
    </>
  );
}

function FlowGauge({ flows, limit }: { flows: number; limit: number }) {
  const percent = limit === 0 ? 0 : Math.min(100, (100 * flows) / limit);
  const isOver = limit > 0 && flows > limit;
  return (
    <div>
      <span class="bar is-gauge" aria-hidden="true">
        <span class={`bar-fill${isOver ? ' is-over' : ''}`} style={{ width: `${percent}%` }} />
      </span>
      <p class="gauge-text">
        <strong>{formatCount(flows)}</strong> of at most <strong>{formatCount(limit)}</strong>
        {isOver ? ' ⚠ over the limit: idle ones go after 100 ms' : ''}
      </p>
    </div>
  );
}
