/**
 * The view Cycle: what the leader is doing, in a sentence; the phases of the last cycles as lanes;
 * how long cycles take, and how the flow limit follows; and the last cycles as a table.
 */

import type { CycleView as CycleDocument } from '../../view-data.js';
import { position, useView } from '../connection.js';
import { formatDuration } from '../format.js';
import { hrefOf } from '../route.js';
import { ViewLoading } from '../view-fence.js';
import { CycleLanes } from './cycle-lanes.js';
import { CycleTable } from './cycle-table.js';
import { DurationChart } from './duration-chart.js';
import { LimitChart } from './limit-chart.js';
import './cycle-view.css';

export function CycleView() {
  const view = useView('cycle', {});
  if (view === undefined) return <ViewLoading />;
  return (
    <div class="cycle">
      <LeaderSentence view={view} />
      <CycleLanes cycles={view.cycles} />
      <div class="cycle-charts">
        <DurationChart cycles={view.cycles} thresholdsMs={view.thresholdsMs} />
        <LimitChart view={view} />
      </div>
      <CycleTable cycles={view.cycles} />
    </div>
  );
}

function LeaderSentence({ view }: { view: CycleDocument }) {
  const now = position.value?.t;
  const left = view.nextAt === undefined || now === undefined ? undefined : view.nextAt - now;
  return (
    <p class="leader-sentence panel" role="status">
      <span>
        The <a href={hrefOf('machines', 'leader')}>leader</a> <strong>{view.leader}</strong>
      </span>
      <span class="leader-left">
        <span class="chip state-chip is-active">{view.leaderState || 'no state'}</span>
        {left === undefined || left < 0 ? null : (
          <span class="number"> at most {formatDuration(left)} more</span>
        )}
      </span>
    </p>
  );
}
