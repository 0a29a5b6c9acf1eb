/**
 * The graphs of all machines of a log, each made when it is first looked at.
 *
 * Owner: one session.
 */

import { UpcallError } from '../base/errors.js';
import type { LogHeader } from './log-entry.js';
import { machineGraph } from './machine-graph.js';
import type { GraphEdge, MachineGraph } from './view-data.js';

export class MachineGraphs {
  readonly #header: LogHeader;
  readonly #graphs = new Map<string, MachineGraph>();

  constructor(header: LogHeader) {
    this.#header = header;
  }

  /** Names of machines that there are. */
  get names(): readonly string[] {
    return Object.keys(this.#header.machines);
  }

  /** Throws an `UpcallError` for a name that the log does not know. */
  get(name: string): MachineGraph {
    const graph = this.#graphs.get(name) ?? this.#make(name);
    this.#graphs.set(name, graph);
    return graph;
  }

  /** The edge that a move went along, where only its ends are known. */
  edgeOf(name: string, event: string, from: string, to: string): GraphEdge | undefined {
    return this.get(name).edges.find(
      (edge) => edge.event === event && edge.source === from && edge.target === to,
    );
  }

  #make(name: string): MachineGraph {
    const definition = Object.hasOwn(this.#header.machines, name)
      ? this.#header.machines[name]
      : undefined;
    if (definition === undefined) {
      const known = this.names.join(', ');
      throw new UpcallError(`Cannot show machine "${name}": there is none; choose of ${known}`);
    }
    return machineGraph(definition);
  }
}
