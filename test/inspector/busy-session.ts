/**
 * A session of made-up tables that are as large and as busy as the page must bear: what is not in
 * them (house, machines, cycle) is empty.
 *
 * Owner: of its tables; whoever has it moves its time by `tick`.
 */

import { Subject } from 'rxjs';
import { UpcallError } from '../../src/base/errors.js';
import type { LogHeader } from '../../src/inspector/log-entry.js';
import type { InspectorSession } from '../../src/inspector/session.js';
import type {
  Position,
  ViewDocuments,
  ViewName,
  ViewQueries,
} from '../../src/inspector/view-data.js';
import { type DemoOptions, DemoTables } from './demo-tables.js';

export class BusySession implements InspectorSession {
  readonly header: LogHeader = {
    upcall: 'event log',
    version: 1,
    program: '0.0.0',
    title: 'made-up tables',
    profile: 'current',
    ukeyMachine: 'ukey',
    machines: {},
    bridges: ['br0'],
    ports: [],
    startedAt: 0,
  };
  readonly #changes = new Subject<void>();
  readonly changes = this.#changes.asObservable();
  readonly #tables: DemoTables;
  #n = 0;
  #isRunning = true;

  constructor(options: DemoOptions) {
    this.#tables = new DemoTables(options);
  }

  /** Lets time go on, unless it is paused. */
  tick(ms: number): void {
    if (!this.#isRunning) return;
    this.#n += ms;
    this.#tables.tick(ms);
    this.#changes.next();
  }

  position(): Position {
    return {
      kind: 'live',
      n: this.#n,
      last: this.#n,
      t: this.#tables.t,
      startedAt: 0,
      isRunning: this.#isRunning,
      pauses: 'revalidators',
      speed: 1,
      isComplete: false,
      dropped: {},
    };
  }

  view<View extends ViewName>(view: View, query: ViewQueries[View]): ViewDocuments[View] {
    const tables = this.#tables;
    const make: { [Name in ViewName]?: (asked: ViewQueries[Name]) => ViewDocuments[Name] } = {
      house: () => this.#house(),
      flows: (asked) => tables.flows(asked),
      flow: ({ flow }) => tables.flow(flow),
      upcalls: (asked) => tables.upcalls(asked),
      upcall: ({ upcall }) => tables.upcall(upcall),
      charts: ({ points }) => tables.charts(points),
    };
    const document = make[view]?.(query);
    if (document === undefined) throw new UpcallError(`Cannot show ${view}: nothing is made up`);
    return document;
  }

  #house(): ViewDocuments['house'] {
    const { flows } = this.#tables.charts(1);
    return {
      root: undefined,
      ukeyMachine: 'ukey',
      ukeys: [],
      flows: flows[0] ?? 0,
      flowLimit: 200_000,
      upcallsPerSecond: 0,
    };
  }

  async command({ do: what }: { readonly do: string }): Promise<void> {
    if (what !== 'pause' && what !== 'resume') throw new UpcallError(`Cannot ${what}: it is live`);
    this.#isRunning = what === 'resume';
    this.#changes.next();
  }

  pcap(): Uint8Array {
    return new Uint8Array();
  }

  close(): void {
    this.#changes.complete();
  }
}
