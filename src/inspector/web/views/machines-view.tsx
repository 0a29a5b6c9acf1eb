/**
 * The view Machines: the statechart of one actor, drawn from the machine's definition, with what is
 * active, what was taken last, and the last events of a transition.
 *
 * The address says which: the name of a machine, or an actor.
 */

import { useState } from 'preact/hooks';
import type { MachineView } from '../../view-data.js';
import { useView, welcome } from '../connection.js';
import { useLayout } from '../layout-source.js';
import { route } from '../route.js';
import { ViewLoading } from '../view-fence.js';
import { ChartFrame } from './chart-frame.js';
import { EventList } from './event-list.js';
import { MachinePicker } from './machine-picker.js';
import { Statechart } from './statechart.js';
import { TransitionList } from './transition-list.js';
import './machines-view.css';

/** What most readers come for. */
const FIRST = 'leader';

export function MachinesView() {
  const machines = welcome.value?.header.machines;
  const asked = route.value.parameter ?? FIRST;
  if (machines === undefined) return <ViewLoading />;
  const isMachine = Object.hasOwn(machines, asked);
  return (
    <AskedMachine
      key={asked}
      machines={Object.keys(machines)}
      query={isMachine ? { machine: asked } : { actor: asked }}
    />
  );
}

interface Asked {
  readonly machines: readonly string[];
  readonly query: { readonly machine?: string; readonly actor?: string };
}

function AskedMachine({ machines, query }: Asked) {
  const [edge, setEdge] = useState<string | undefined>(undefined);
  const view = useView('machine', edge === undefined ? query : { ...query, edge });
  if (view === undefined) return <ViewLoading />;
  const choose = (id: string): void => setEdge(id === edge ? undefined : id);
  return (
    <div class="machines">
      <MachinePicker machines={machines} view={view} />
      <LaidOut view={view} edge={edge} choose={choose} />
      <aside class="machine-side">
        <TransitionList view={view} edge={edge} choose={choose} />
        <EventList view={view} edge={edge} />
      </aside>
    </div>
  );
}

interface Shown {
  readonly view: MachineView;
  readonly edge: string | undefined;
  readonly choose: (id: string) => void;
}

function LaidOut({ view, edge, choose }: Shown) {
  const layout = useLayout(view.graph);
  if (layout === undefined) {
    return <p class="chart-frame quiet">Laying out this machine, which is not one of ours …</p>;
  }
  const active = layout.states.findLast(({ path }) => view.active.includes(path));
  return (
    <ChartFrame width={layout.width} height={layout.height} centre={active}>
      <Statechart view={view} layout={layout} edge={edge} choose={choose} />
    </ChartFrame>
  );
}
