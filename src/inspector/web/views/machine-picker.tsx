/**
 * Which machine, and which of the actors that run it; and what that one is doing.
 */

import type { MachineView } from '../../view-data.js';
import { welcome } from '../connection.js';
import { formatTime } from '../format.js';
import { go } from '../route.js';

export function MachinePicker({
  machines,
  view,
}: {
  machines: readonly string[];
  view: MachineView;
}) {
  return (
    <div class="machine-picker">
      <label>
        Machine{' '}
        <select
          value={view.machine}
          onChange={({ currentTarget }) => go('machines', currentTarget.value)}
        >
          {machines.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        Actor{' '}
        <select
          value={view.actor ?? ''}
          disabled={view.actors.length === 0}
          onChange={({ currentTarget }) => go('machines', currentTarget.value || view.machine)}
        >
          <option value="">{view.actors.length === 0 ? 'none runs it' : 'any of them'}</option>
          {view.actors.map(({ actor, name }) => (
            <option key={actor} value={actor}>
              {name} ({actor})
            </option>
          ))}
        </select>
      </label>
      <ActiveState view={view} />
      <LastTransition view={view} />
    </div>
  );
}

function ActiveState({ view }: { view: MachineView }) {
  if (view.actors.length === 0) return <span class="quiet">No actor that is watched runs it</span>;
  return (
    <span>
      State{' '}
      <span class="chip state-chip is-active">
        <span aria-hidden="true">●</span> {view.state || 'unknown'}
      </span>
    </span>
  );
}

function LastTransition({ view }: { view: MachineView }) {
  const startedAt = welcome.value?.header.startedAt ?? 0;
  const { last } = view;
  if (last === undefined) return <span class="quiet">Nothing has happened to it yet</span>;
  const way = last.from === last.to ? last.from : `${last.from} → ${last.to}`;
  return (
    <span class="machine-last" title={way}>
      <span class="quiet">last, at {formatTime(last.t, startedAt)}: </span>
      <code>{last.event || '(always)'}</code> <code class="quiet">{way}</code>
    </span>
  );
}
