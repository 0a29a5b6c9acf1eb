/**
 * The page: header, tabs, the chosen view, and the time bar, which is there always.
 */

import type { ComponentChild } from 'preact';
import { useEffect } from 'preact/hooks';
import { welcome } from './connection.js';
import { Disconnected, Header } from './header.js';
import { HelpDialog } from './help-dialog.js';
import { route, startRouting, VIEWS, type ViewId } from './route.js';
import { startShortcuts } from './shortcuts.js';
import { TabList } from './tab-list.js';
import { TimeBar } from './time-bar.js';
import { ViewFence } from './view-fence.js';
import { ChartsView } from './views/charts-view.js';
import { CycleView } from './views/cycle-view.js';
import { FlowsView } from './views/flows-view.js';
import { HouseView } from './views/house-view.js';
import { MachinesView } from './views/machines-view.js';
import { UpcallsView } from './views/upcalls-view.js';

const VIEW_OF: Readonly<Record<ViewId, () => ComponentChild>> = {
  house: () => <HouseView />,
  machines: () => <MachinesView />,
  cycle: () => <CycleView />,
  flows: () => <FlowsView />,
  upcalls: () => <UpcallsView />,
  charts: () => <ChartsView />,
};

export function App() {
  useEffect(() => {
    startRouting();
    startShortcuts();
  }, []);
  const { view } = route.value;
  // What a view remembers is of one run; a scenario is another.
  const run = welcome.value?.header.title;
  return (
    <>
      <Header />
      <TabList views={VIEWS} chosen={view} />
      <main class="view" id="view" tabIndex={-1}>
        <div role="tabpanel" id="view-panel" class="panel-of-view" aria-labelledby={`tab-${view}`}>
          <ViewFence key={`${view}|${run}`}>{VIEW_OF[view]()}</ViewFence>
        </div>
      </main>
      <TimeBar />
      <Disconnected />
      <HelpDialog />
    </>
  );
}
