/**
 * A session with a position that the test moves, and documents as large as the test wants.
 */

import { Subject } from 'rxjs';
import { UpcallError } from '../../src/base/errors.js';
import type { LogHeader } from '../../src/inspector/log-entry.js';
import type { InspectorSession } from '../../src/inspector/session.js';
import type {
  ChartsView,
  HouseView,
  Position,
  ViewDocuments,
  ViewName,
  ViewQueries,
} from '../../src/inspector/view-data.js';
import type { TimeCommand } from '../../src/inspector/wire.js';

const HEADER: LogHeader = {
  upcall: 'event log',
  version: 1,
  program: '0.0.0',
  title: 'fake',
  profile: 'current',
  ukeyMachine: 'ukey',
  machines: {},
  bridges: ['br0'],
  ports: [],
  startedAt: 1000,
};

export class FakeSession implements InspectorSession {
  readonly header: LogHeader;
  readonly #changes = new Subject<void>();
  readonly changes = this.#changes.asObservable();
  readonly commands: TimeCommand[] = [];
  /** How often any view was made. */
  viewsCount = 0;
  /** What `flows` counts; a change without `touch` tells nobody. */
  flows = 0;
  /** Points of the charts, for documents of any length. */
  points = 0;
  n = 0;
  isClosed = false;
  /** Holds the next commands until it resolves. */
  gate: Promise<void> = Promise.resolve();

  constructor(title = 'fake') {
    this.header = { ...HEADER, title };
  }

  /** Something has changed. */
  touch(): void {
    this.n++;
    this.#changes.next();
  }

  get isObserved(): boolean {
    return this.#changes.observed;
  }

  position(): Position {
    return {
      kind: 'live',
      n: this.n,
      last: this.n,
      t: 1000 + this.n,
      startedAt: 1000,
      isRunning: true,
      pauses: 'revalidators',
      speed: 1,
      isComplete: false,
      dropped: {},
    };
  }

  view<View extends ViewName>(view: View, query: ViewQueries[View]): ViewDocuments[View] {
    this.viewsCount++;
    const documents = { house: this.#house(), charts: this.#charts(query) };
    const document = (documents as Partial<ViewDocuments>)[view];
    if (document !== undefined) return document;
    if (view === 'flow') throw new UpcallError('Cannot show flow 7: there is none');
    throw new TypeError('the fake session is broken, as asked');
  }

  #house(): HouseView {
    const { flows } = this;
    return {
      root: undefined,
      ukeyMachine: 'ukey',
      ukeys: [],
      flows,
      flowLimit: 200_000,
      upcallsPerSecond: 0,
    };
  }

  /** `points` of the session, so that a test decides how long a document is. */
  #charts(_query: unknown): ChartsView {
    const column = Array.from({ length: this.points }, (_, i) => i + this.n);
    return {
      t: column,
      upcallsPerSecond: column,
      hitsPerSecond: column,
      missesPerSecond: column,
      lostPerSecond: column,
      flows: column,
      flowLimit: column,
      dumpMs: column,
      loopDelayMs: column,
      deleted: {},
    };
  }

  async command(command: TimeCommand): Promise<void> {
    await this.gate;
    if (command.do === 'seek') throw new UpcallError('Cannot go back: the switch is live');
    this.commands.push(command);
  }

  pcap(filter: string): Uint8Array {
    return Buffer.from(`pcap of ${filter}`);
  }

  close(): void {
    this.isClosed = true;
    this.#changes.complete();
  }
}
