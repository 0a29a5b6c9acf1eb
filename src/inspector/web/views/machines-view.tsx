/**
 * The view Machines: the statechart of one actor, drawn from the machine's definition, with what is
 * active, what was taken last, and the last events of a transition.
 *
 * The address says which: the name of a machine, or an actor; and, after a slash, the transition.
 */

import type { MachineView } from '../../view-data.js';
import { useView, welcome } from '../connection.js';
import { useLayout } from '../layout-source.js';
import { hrefOf, route, splitParameter } from '../route.js';
import { ViewLoading } from '../view-fence.js';
import { ChartFrame } from './chart-frame.js';
import { EventList } from './event-list.js';
import { MachinePicker } from './machine-picker.js';
import { type Chosen, Statechart } from './statechart.js';
import { TransitionList } from './transition-list.js';
import './machines-view.css';

/** What most readers come for. */
const FIRST = 'leader';

export function MachinesView() {
  const machines = welcome.value?.header.machines;
  const [asked = FIRST, edge] = splitParameter(route.value.parameter);
  if (machines === undefined) return <ViewLoading />;
  const isMachine = Object.hasOwn(machines, asked);
  return (
    <AskedMachine
      key={asked}
      machines={Object.keys(machines)}
      query={isMachine ? { machine: asked } : { actor: asked }}
      edge={edge}
      hrefOf={(id) => hrefOf('machines', id === edge ? asked : `${asked}/${id}`)}
    />
  );
}

interface Asked extends Chosen {
  readonly machines: readonly string[];
  readonly query: { readonly machine?: string; readonly actor?: string };
}

function AskedMachine({ machines, query, ...chosen }: Asked) {
  const { edge } = chosen;
  const view = useView('machine', edge === undefined ? query : { ...query, edge });
  if (view === undefined) return <ViewLoading />;
  return (
    <div class="machines">
      <MachinePicker machines={machines} view={view} />
      <LaidOut view={view} {...chosen} />
      <aside class="machine-side">
        <TransitionList view={view} {...chosen} />
        <EventList view={view} edge={edge} />
      </aside>
    </div>
  );
}

function LaidOut({ view, ...chosen }: Chosen & { view: MachineView }) {
  const layout = useLayout(view.graph);
  if (layout === undefined) {
    return <p class="chart-frame quiet">Laying out this machine, which is not one of ours …</p>;
  }
  const active = layout.states.findLast(({ path }) => view.active.includes(path));
  return (
    <ChartFrame width={layout.width} height={layout.height} centre={active}>
      <Statechart view={view} layout={layout} {...chosen} />
    </ChartFrame>
  );
}
