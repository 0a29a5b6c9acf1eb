/**
 * Layouts by graph: those of our own machines are in the page; for another one ELK is loaded, in a
 * worker, and asked once.
 *
 * Owner: of the worker and of what it has answered.
 */

import { machineLayouts } from 'virtual:machine-layouts';
import elkModule from 'elkjs/lib/elk-api.js';
import { useEffect, useState } from 'preact/hooks';
import type { MachineGraph } from '../view-data.js';
import { bestLayout, type Layouter } from './statechart-choice.js';
import { layoutKey, type StatechartLayout } from './statechart-layout.js';

const WORKER_URL = './elk-worker.js';

class LayoutSource {
  readonly #layouts = new Map<string, StatechartLayout>(Object.entries(machineLayouts));
  #elk: Layouter | undefined;

  /** Undefined: it has to be made. */
  find(graph: MachineGraph): StatechartLayout | undefined {
    return this.#layouts.get(layoutKey(graph));
  }

  async make(graph: MachineGraph): Promise<StatechartLayout> {
    const elk: Layouter = this.#elk ?? new elkModule.default({ workerUrl: WORKER_URL });
    this.#elk = elk;
    const layout = await bestLayout(graph, elk);
    this.#layouts.set(layoutKey(graph), layout);
    return layout;
  }
}

const source = new LayoutSource();

/** The layout of a graph; undefined while it is being made. Throws where it cannot be. */
export function useLayout(graph: MachineGraph): StatechartLayout | undefined {
  const key = layoutKey(graph);
  const [made, setMade] = useState<{ key: string; error?: unknown }>({ key: '' });
  const layout = source.find(graph);
  useEffect(() => {
    if (source.find(graph) !== undefined) return;
    source.make(graph).then(
      () => setMade({ key }),
      (error: unknown) => setMade({ key, error }),
    );
  }, [key]);
  if (layout === undefined && made.key === key && made.error !== undefined) throw made.error;
  return layout;
}
